//! From the engine's alerts to the outputs' owned ones.

mod open;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use engine::format::Options as Format;
use engine::format::internal::{self, InternalAlert, InternalValue, SOURCE};
use outputs::{Alert, Fields, Monitor, Output, Outputs, QueueOptions};

use crate::config::Config;
use crate::exit::Step;
use crate::log::Log;

/// What all alerts of a rule share.
#[derive(Clone)]
struct Labels {
    rule: Arc<str>,
    source: Arc<str>,
    tags: Arc<[Box<str>]>,
}

/// The event loop's side of the outputs.
pub(crate) struct Delivery {
    outputs: Outputs,
    /// How an output's alerts wait, for outputs that are added later.
    queue: QueueOptions,
    /// By rule of the current program.
    labels: Vec<Option<Labels>>,
    hostname: String,
    line: Vec<u8>,
    interrupt: Arc<AtomicBool>,
}

impl Delivery {
    /// Opens the outputs of a configuration, in Falco's order. `interrupt` is set when somebody wants the end while the
    /// event loop waits for an output.
    pub(crate) fn open(
        config: &Config,
        hostname: &str,
        log: &Log,
        interrupt: Arc<AtomicBool>,
    ) -> Step<Delivery> {
        let (outputs, queue) = open::open(config, log, Arc::clone(&interrupt))?;
        Ok(Delivery {
            outputs,
            queue,
            labels: Vec::new(),
            hostname: hostname.to_string(),
            line: Vec::new(),
            interrupt,
        })
    }

    /// Adds an output, before the first alert. Its alerts never wait in the spool.
    pub(crate) fn add(&mut self, output: Box<dyn Output>) {
        let queue = QueueOptions { spool: false, ..self.queue.clone() };
        self.outputs.add(output, queue);
    }

    /// Whether alerts must come with their parts.
    pub(crate) fn wants_parts(&self) -> bool {
        self.outputs.wants_fields()
    }

    /// Reads the outputs' counters, on any thread.
    pub(crate) fn monitor(&self) -> Monitor {
        self.outputs.monitor()
    }

    /// Delivers an alert of a rule.
    #[cold]
    pub(crate) fn alert(&mut self, alert: &engine::Alert<'_>) {
        let Labels { rule, source, tags } = self.labels(alert);
        let fields = alert.parts.map(|parts| {
            Arc::new(Fields {
                output: parts.output.clone(),
                message: parts.message.clone(),
                output_fields: parts.output_fields.clone(),
                hostname: self.hostname.clone(),
            })
        });
        let (ts, priority, line) = (alert.ts, alert.priority, alert.line.into());
        self.outputs.deliver(Alert { id: 0, ts, priority, rule, source, tags, line, fields });
    }

    fn labels(&mut self, alert: &engine::Alert<'_>) -> Labels {
        let index = alert.id.0 as usize;
        if self.labels.len() <= index {
            self.labels.resize(index + 1, None);
        }
        let make =
            || Labels { rule: alert.rule.into(), source: alert.source_name.into(), tags: alert.tags.into() };
        self.labels[index].get_or_insert_with(make).clone()
    }

    /// Rule numbers mean other rules from now on.
    pub(crate) fn rules_changed(&mut self) {
        self.labels.clear();
    }

    /// Delivers an alert of the program itself.
    pub(crate) fn internal(&mut self, alert: &InternalAlert<'_>, format: &Format) {
        self.line.clear();
        internal::write(&mut self.line, format, alert);
        let line: Arc<[u8]> = self.line.as_slice().into();
        let fields = self.outputs.wants_fields().then(|| {
            self.line.clear();
            internal::write(&mut self.line, &Format { json: false, ..format.clone() }, alert);
            let mut output_fields: Vec<(String, String)> =
                alert.fields.iter().map(|(name, value)| ((*name).to_string(), text(value))).collect();
            output_fields.sort();
            Arc::new(Fields {
                output: String::from_utf8_lossy(&self.line).into_owned(),
                message: alert.message.to_string(),
                output_fields,
                hostname: self.hostname.clone(),
            })
        });
        self.outputs.deliver(Alert {
            id: 0,
            ts: alert.ts,
            priority: alert.priority,
            rule: alert.rule.into(),
            source: SOURCE.into(),
            tags: Arc::default(),
            line,
            fields,
        });
    }

    /// Looks after what depends on the time alone.
    pub(crate) fn tick(&mut self, now_ns: u64) {
        self.outputs.tick(now_ns);
    }

    /// Opens files and connections anew.
    pub(crate) fn reopen(&mut self) {
        self.outputs.reopen();
    }

    /// Whether everybody who could read an alert went away.
    #[inline]
    pub(crate) fn is_pointless(&self) -> bool {
        self.outputs.is_pointless()
    }

    /// Waits for the outputs and ends them. `false`: standard output takes nothing any more.
    pub(crate) fn close(mut self) -> bool {
        self.outputs.close();
        !self.outputs.is_stuck("stdout")
    }

    /// The end is wanted soon: outputs that stand still are waited for no longer than `output_timeout`.
    pub(crate) fn hurry(&self) {
        self.interrupt.store(true, Ordering::SeqCst);
    }
}

fn text(value: &InternalValue<'_>) -> String {
    match value {
        InternalValue::Text(text) => (*text).to_string(),
        InternalValue::Integer(number) => number.to_string(),
        InternalValue::Float(number) => number.to_string(),
        InternalValue::Bool(value) => value.to_string(),
    }
}
