//! Captures that the program writes: of the whole run (`--record`), and around alerts (`capture:` in the configuration).

mod around;
mod recorder;

use std::path::{Path, PathBuf};

use engine::Engine;
use events::RawEvent;
use ir::RuleId;
use settings::falco_yaml::config::Capture;

use around::Around;
use recorder::Recorder;

/// What went wrong or is worth saying while recording.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Incident {
    /// A file could not be written; it ends here.
    Failed(String),
    /// A file around an alert became as long as it may; it ends here.
    LimitReached(String),
}

/// Captures being written.
#[derive(Default)]
pub(crate) struct Recordings {
    path: Option<PathBuf>,
    whole: Option<Recorder>,
    around: Option<Around>,
    /// Rules that matched the latest event.
    matched: Vec<RuleId>,
}

impl Recordings {
    /// Nothing is written before [`Recordings::start`].
    pub(crate) fn new(whole: Option<&Path>, capture: &Capture) -> Recordings {
        Recordings {
            path: whole.map(Path::to_path_buf),
            whole: None,
            around: capture.enabled.then(|| Around::new(capture.clone())),
            matched: Vec::new(),
        }
    }

    /// Whether events are wanted at all.
    #[inline]
    pub(crate) fn is_on(&self) -> bool {
        self.whole.is_some() || self.around.is_some()
    }

    /// Begins the recording of the whole run, with what the engine knows now.
    pub(crate) fn start(&mut self, engine: &Engine) -> Result<(), String> {
        if let Some(path) = &self.path {
            self.whole = Some(Recorder::create(path, engine.state()).map_err(|error| failed(path, &error))?);
        }
        Ok(())
    }

    /// Notes that a rule matched the event in hand.
    #[inline]
    pub(crate) fn matched(&mut self, rule: RuleId) {
        if self.around.is_some() {
            self.matched.push(rule);
        }
    }

    /// Records an event that the engine has processed.
    pub(crate) fn event(&mut self, event: &RawEvent<'_>, engine: &Engine) -> Option<Incident> {
        let mut incident = None;
        if let Some(recorder) = &mut self.whole
            && let Err(error) = recorder.event(event, engine.state())
        {
            incident = Some(Incident::Failed(failed(recorder.path(), &error)));
            self.whole = None;
        }
        if let Some(around) = &mut self.around {
            let problem = around.event(event, engine, &self.matched);
            incident = incident.or(problem);
            self.matched.clear();
        }
        incident
    }

    /// The state was replaced: recordings go on from there.
    pub(crate) fn restart(&mut self, engine: &Engine) -> Option<Incident> {
        self.around.iter_mut().for_each(Around::end);
        let recorder = self.whole.take()?;
        let path = recorder.path().to_path_buf();
        match recorder.restart(engine.state()) {
            Ok(recorder) => {
                self.whole = Some(recorder);
                None
            }
            Err(error) => Some(Incident::Failed(failed(&path, &error))),
        }
    }

    /// Ends what is over by now, when no events come.
    pub(crate) fn idle(&mut self, now: u64) {
        if let Some(around) = &mut self.around {
            around.end_if_over(now);
        }
    }

    /// Ends everything.
    pub(crate) fn finish(&mut self) -> Option<Incident> {
        self.around.iter_mut().for_each(Around::end);
        let recorder = self.whole.take()?;
        let path = recorder.path().to_path_buf();
        recorder.finish().err().map(|error| Incident::Failed(failed(&path, &error)))
    }
}

fn failed(path: &Path, error: &std::io::Error) -> String {
    format!("cannot write the capture {}: {error}", path.display())
}
