//! The one owner of the state: applies messages in the order in which they came, and analyses when it is quiet.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use ide::Analysis;
use syntax::Encoding;
use tokio::runtime::Handle;
use tokio::sync::{mpsc, oneshot};
use tower_lsp_server::jsonrpc::{Error, Result};
use tower_lsp_server::ls_types::{Diagnostic, SemanticToken, Uri};

use crate::config::Settings;
use crate::message::Message;
use crate::publish::Outgoing;
use crate::to_proto;
use crate::workspace::{Documents, Workspace};

/// An edit waits this long for more that come with it.
const PAUSE: Duration = Duration::from_micros(100);
/// Once edits have come during an analysis, the next waits until none has come for this long …
const QUIET: Duration = Duration::from_millis(15);
/// … but not longer than this.
const LONGEST: Duration = Duration::from_millis(250);

/// What the client can do.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Client {
    /// It asks for diagnostics, so that they need not be sent.
    pub(crate) pulls: bool,
    /// It can be told to ask again.
    pub(crate) refreshes_diagnostics: bool,
    /// It takes watchers for files.
    pub(crate) watches: bool,
    /// It shows progress.
    pub(crate) progress: bool,
    /// It understands snippets.
    pub(crate) snippets: bool,
    /// It can replace the whole word that the cursor is in.
    pub(crate) replaces_words: bool,
    /// It can ask for a new name at a place: its command `rulec.rename`.
    pub(crate) renames: bool,
    /// It can show places: its command `rulec.showReferences`.
    pub(crate) shows_references: bool,
    /// It shows a few words beside every proposal.
    pub(crate) details_labels: bool,
    /// It asks for the documentation of a proposal once it is looked at.
    pub(crate) resolves_documentation: bool,
}

/// A document as a request sees it.
#[derive(Clone)]
pub(crate) struct View {
    pub(crate) analysis: Analysis,
    pub(crate) uris: Arc<Vec<Uri>>,
    /// Number of the document among the files.
    pub(crate) file: usize,
    pub(crate) encoding: Encoding,
    pub(crate) client: Client,
    pub(crate) settings: Arc<Settings>,
    pub(crate) tokens: Arc<Mutex<Tokens>>,
}

/// The coloured words that each document was last answered with, under the number of that answer.
#[derive(Debug, Default)]
pub(crate) struct Tokens {
    pub(crate) last: BTreeMap<Uri, (String, Vec<SemanticToken>)>,
    pub(crate) next: u64,
}

/// The state.
pub(crate) struct Worker {
    pub(crate) documents: Documents,
    pub(crate) workspaces: Vec<Workspace>,
    /// Folders to open once the client is ready.
    pub(crate) roots: Vec<Uri>,
    pub(crate) settings: Arc<Settings>,
    pub(crate) encoding: Encoding,
    pub(crate) client: Client,
    /// When something changed that has not been analysed yet.
    dirty: Option<Instant>,
    /// What the client was sent last.
    published: BTreeMap<Uri, Vec<Diagnostic>>,
    /// Documents changed since then.
    pub(crate) touched: Vec<Uri>,
    /// What was analysed last: taken apart only after the next answer is on its way.
    last: Vec<Analysis>,
    outgoing: mpsc::UnboundedSender<Outgoing>,
    runtime: Handle,
    /// How often everything was analysed, for tests of bursts.
    pub(crate) analyses: u64,
    pub(crate) tokens: Arc<Mutex<Tokens>>,
}

/// What an analysis found.
struct Analysed {
    /// By document, with the version that was analysed.
    seen: BTreeMap<Uri, (Vec<Diagnostic>, Option<i32>)>,
    /// Documents changed since the analysis before.
    touched: Vec<Uri>,
    analyses: Vec<Analysis>,
}

impl Worker {
    pub(crate) fn new(outgoing: mpsc::UnboundedSender<Outgoing>, runtime: Handle) -> Worker {
        Worker {
            documents: Documents::new(),
            workspaces: Vec::new(),
            roots: Vec::new(),
            settings: Arc::default(),
            encoding: Encoding::Utf16,
            client: Client::default(),
            dirty: None,
            published: BTreeMap::new(),
            touched: Vec::new(),
            last: Vec::new(),
            outgoing,
            runtime,
            analyses: 0,
            tokens: Arc::default(),
        }
    }

    /// Applies messages until nobody can send any.
    pub(crate) fn run(mut self, messages: &Receiver<Message>) {
        let mut burst = false;
        loop {
            let next = match self.dirty {
                None => messages.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(_) => messages.recv_timeout(if burst { QUIET } else { PAUSE }),
            };
            match next {
                Ok(message) => {
                    message(&mut self);
                    if self.dirty.is_none_or(|since| since.elapsed() < LONGEST) {
                        continue;
                    }
                }
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            let analysed = self.analyse();
            // Whatever came meanwhile is applied first; if there was an edit, more will follow. What comes once the client
            // has its answer is no burst, and must not wait for one to end.
            burst = false;
            while let Ok(message) = messages.try_recv() {
                message(&mut self);
                burst |= self.dirty.is_some();
            }
            self.publish(analysed);
        }
    }

    /// Notes that something changed.
    pub(crate) fn changed(&mut self) {
        self.dirty.get_or_insert_with(Instant::now);
    }

    pub(crate) fn send(&self, what: Outgoing) {
        // The client may be gone.
        let _ = self.outgoing.send(what);
    }

    /// The workspace of a document: the root with the longest path that holds it, else one of its own.
    fn workspace_of(&mut self, uri: &Uri) -> usize {
        let holding = self.workspaces.iter().enumerate().filter(|(_, one)| one.holds(uri));
        let depth = |one: &Workspace| one.folder.as_ref().map_or(0, |folder| folder.components().count());
        if let Some((at, _)) = holding.max_by_key(|(_, one)| depth(one)) {
            return at;
        }
        let mut alone = Workspace::alone(&self.settings);
        alone.adopt(uri);
        self.workspaces.push(alone);
        self.workspaces.len() - 1
    }

    /// A snapshot for a request on a document.
    pub(crate) fn view(&mut self, uri: &Uri) -> Option<View> {
        let at = self.workspace_of(uri);
        let (analysis, uris) = self.workspaces.get_mut(at)?.view(&self.documents);
        let file = uris.iter().position(|one| one == uri)?;
        Some(self.view_with(analysis, uris, file))
    }

    /// Snapshots of all workspaces.
    pub(crate) fn views(&mut self) -> Vec<View> {
        let all: Vec<_> = self.workspaces.iter_mut().map(|one| one.view(&self.documents)).collect();
        all.into_iter().map(|(analysis, uris)| self.view_with(analysis, uris, 0)).collect()
    }

    fn view_with(&self, analysis: Analysis, uris: Arc<Vec<Uri>>, file: usize) -> View {
        View {
            analysis,
            uris,
            file,
            encoding: self.encoding,
            client: self.client,
            settings: self.settings.clone(),
            tokens: self.tokens.clone(),
        }
    }

    /// Computes an answer on another thread, unless nobody waits for it any more.
    pub(crate) fn answer<T: Send + 'static>(
        &self,
        flag: Arc<AtomicBool>,
        back: oneshot::Sender<Result<T>>,
        compute: impl FnOnce(Arc<AtomicBool>) -> Result<T> + Send + 'static,
    ) {
        self.runtime.spawn_blocking(move || {
            if !flag.load(std::sync::atomic::Ordering::Relaxed) {
                let _ = back.send(compute(flag));
            }
        });
    }

    /// Answers from a document's snapshot; `None` for one that is not of rules.
    pub(crate) fn answer_on<T: Send + 'static>(
        &mut self,
        uri: &Uri,
        flag: Arc<AtomicBool>,
        back: oneshot::Sender<Result<Option<T>>>,
        compute: impl FnOnce(View) -> std::result::Result<Option<T>, String> + Send + 'static,
    ) {
        let Some(view) = self.view(uri) else {
            let _ = back.send(Ok(None));
            return;
        };
        self.answer(flag, back, move |flag| {
            let view = View { analysis: view.analysis.cancelled_by(flag), ..view };
            compute(view).map_err(Error::invalid_params)
        });
    }

    /// Reads files and configurations anew.
    pub(crate) fn reload(&mut self) {
        let settings = self.settings.clone();
        for one in &mut self.workspaces {
            one.reload(&settings);
        }
        self.report_problems();
        self.changed();
    }

    /// Drops what is kept for differences.
    pub(crate) fn forget_tokens(&self, uri: &Uri) {
        self.tokens.lock().unwrap_or_else(std::sync::PoisonError::into_inner).last.remove(uri);
    }

    /// Tells of what is wrong with the configuration.
    pub(crate) fn report_problems(&self) {
        for problem in self.workspaces.iter().flat_map(|one| &one.problems) {
            self.send(Outgoing::Warning(problem.clone()));
        }
    }

    fn analyse(&mut self) -> Analysed {
        self.dirty = None;
        self.analyses += 1;
        let documents = &self.documents;
        self.workspaces.retain(|one| one.folder.is_some() || documents.keys().any(|uri| one.holds(uri)));
        let touched = std::mem::take(&mut self.touched);
        let mut seen: BTreeMap<Uri, (Vec<Diagnostic>, Option<i32>)> = BTreeMap::new();
        let views = self.views();
        for view in &views {
            // Also when the client asks for them: then they are ready.
            let by_file = to_proto::all_diagnostics(view);
            for (uri, diagnostics) in view.uris.iter().zip(by_file) {
                let version = self.documents.get(uri).map(|document| document.version);
                seen.insert(uri.clone(), (diagnostics, version));
            }
        }
        Analysed { seen, touched, analyses: views.into_iter().map(|view| view.analysis).collect() }
    }

    /// Sends what changed since the client was last told.
    fn publish(&mut self, Analysed { seen, touched, analyses }: Analysed) {
        let pulls = self.client.pulls && self.settings.push_diagnostics != Some(true);
        let old = std::mem::take(&mut self.published);
        let mut others = false;
        for (uri, (diagnostics, version)) in &seen {
            let changed = old.get(uri).map_or(!diagnostics.is_empty(), |old| old != diagnostics);
            others |= changed && !touched.contains(uri);
            if !pulls && (changed || touched.contains(uri)) {
                self.send(Outgoing::Diagnostics(uri.clone(), diagnostics.clone(), *version));
            }
        }
        for uri in old.keys().filter(|uri| !seen.contains_key(*uri)) {
            if !pulls {
                self.send(Outgoing::Diagnostics(uri.clone(), Vec::new(), None));
            }
        }
        if pulls && others && self.client.refreshes_diagnostics {
            self.send(Outgoing::RefreshDiagnostics);
        }
        self.published = seen.into_iter().map(|(uri, (diagnostics, _))| (uri, diagnostics)).collect();
        self.last = analyses;
    }
}
