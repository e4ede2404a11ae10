//! Runs a program under the probe and gives the events of its process.

use std::collections::BTreeSet;
use std::io::Read;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::{Duration, Instant};

use catalogue::{EventType, ParamDetail, SyscallCode};
use events::Param;
use probe::{Attachment, Features, Options, Probe};

/// An event with its own bytes.
#[derive(Clone)]
pub struct Event {
    pub ts: u64,
    pub tid: i64,
    pub kind: &'static EventType,
    pub params: Vec<Vec<u8>>,
}

impl Event {
    pub fn param(&self, name: &str) -> Param<'_> {
        let (index, _) =
            self.kind.param(name).unwrap_or_else(|| panic!("{} has no {name}", self.kind.symbol));
        Param::new(&self.params[index])
    }

    /// The text of a parameter.
    pub fn text(&self, name: &str) -> String {
        String::from_utf8_lossy(self.param(name).text().unwrap_or_default()).into_owned()
    }
}

/// Whether the probe can run here. With `RULED_REQUIRE_BPF=1` a "no" is a failure.
pub fn available() -> bool {
    let missing = Features::probe().missing();
    match missing {
        None => true,
        Some(missing) if std::env::var_os("RULED_REQUIRE_BPF").is_some_and(|v| v == "1") => {
            panic!("RULED_REQUIRE_BPF=1, but {missing}")
        }
        Some(missing) => {
            eprintln!("SKIPPED: {missing}");
            false
        }
    }
}

/// Every call and tracepoint but the page faults and switches, of which there are too many to share one recorder.
pub fn all_calls() -> BTreeSet<SyscallCode> {
    let noisy = ["page_fault_user", "page_fault_kernel", "sched_switch"];
    catalogue::syscalls().filter(|call| !noisy.contains(&call.name)).map(|call| call.code).collect()
}

/// The probe that all tests share; they take turns.
pub fn shared() -> Option<MutexGuard<'static, Probe>> {
    static PROBE: OnceLock<Option<Mutex<Probe>>> = OnceLock::new();
    let probe = PROBE.get_or_init(|| {
        let options = Options { syscalls: all_calls(), ring_bytes: 64 << 20, ..Options::default() };
        available().then(|| Mutex::new(Probe::open(&options).expect("the probe opens")))
    });
    Some(probe.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner))
}

/// Ways of hooking calls that this kernel permits.
pub fn attachments() -> Vec<Attachment> {
    static FEATURES: OnceLock<Features> = OnceLock::new();
    let features = FEATURES.get_or_init(Features::probe);
    let mut all = Attachment::ALL.to_vec();
    all.retain(|attachment| match attachment {
        Attachment::Default | Attachment::Portable => true,
        Attachment::Native => features.tracefs.is_some(),
        Attachment::Fexit => features.tracing && !features.preemptible,
    });
    all
}

/// The calls with these names.
pub fn calls(names: &[&str]) -> BTreeSet<SyscallCode> {
    names.iter().map(|name| catalogue::syscall_by_name(name).expect("known").code).collect()
}

/// Does the work with probes that hook calls in each way that this kernel permits. All calls are reported in the default
/// way; in others these, as hooking single calls takes its time.
pub fn in_each_way(syscalls: &BTreeSet<SyscallCode>, mut work: impl FnMut(&mut Probe)) {
    static OTHERS: [Mutex<Option<Probe>>; Attachment::ALL.len()] = [const { Mutex::new(None) }; _];
    let Some(mut shared) = shared() else { return };
    work(&mut shared);
    drop(shared);
    for attachment in attachments().into_iter().filter(|attachment| *attachment != Attachment::Default) {
        let other = OTHERS[attachment as usize].lock();
        // A test that failed has left its calls hooked, no more.
        let mut other = other.unwrap_or_else(PoisonError::into_inner);
        let probe = other.get_or_insert_with(|| {
            let options = Options { ring_bytes: 8 << 20, attachment: Some(attachment), ..Options::default() };
            Probe::open(&options).unwrap_or_else(|error| panic!("{}: {error:?}", attachment.name()))
        });
        probe.set_syscalls(syscalls).unwrap_or_else(|error| panic!("{}: {error:?}", attachment.name()));
        assert_eq!(probe.attachment(), attachment);
        work(probe);
        probe.pause().expect("the probe can be paused");
    }
}

/// A folder of its own for each caller.
pub fn folder() -> PathBuf {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("probe-live-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let path = std::env::temp_dir().join(name);
    std::fs::create_dir_all(&path).expect("a folder in the temporary folder");
    path
}

/// Runs a command to its end; the events of its first process and what it printed.
pub fn run(probe: &mut Probe, command: &mut Command) -> (Vec<Event>, Vec<u8>) {
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().expect("the program starts");
    let pid = i64::from(child.id());
    let mut printed = Vec::new();
    let mut output = child.stdout.take().expect("a pipe");
    let reader = std::thread::spawn(move || {
        output.read_to_end(&mut printed).expect("the pipe can be read");
        printed
    });
    let events = until_exit(probe, pid);
    child.wait().expect("the program ends");
    (events.into_iter().filter(|event| event.tid == pid).collect(), reader.join().expect("the reader ends"))
}

/// Every event up to the end of a process.
pub fn until_exit(probe: &mut Probe, pid: i64) -> Vec<Event> {
    let deadline = Instant::now() + Duration::from_secs(60);
    let (mut events, mut ended) = (Vec::new(), false);
    while !ended {
        assert!(Instant::now() < deadline, "the end of process {pid} is not reported");
        probe
            .poll(Duration::from_millis(200), &mut |raw| {
                let kind = raw.code().get().expect("a known event");
                ended |= kind.symbol == "PROCEXIT_1_E" && raw.tid() == pid;
                let params = raw.params().map(|p| p.bytes().to_vec()).collect();
                let event = Event { ts: raw.ts(), tid: raw.tid(), kind, params };
                check_shape(&event);
                events.push(event);
            })
            .expect("the probe can be polled");
    }
    events
}

/// Whether an event has the parameters of its type, in widths that fit.
fn check_shape(event: &Event) {
    let symbol = event.kind.symbol;
    assert_eq!(event.params.len(), event.kind.params.len(), "parameters of {symbol}");
    for (bytes, param) in event.params.iter().zip(event.kind.params) {
        let dynamic = matches!(param.detail, ParamDetail::Dynamic(_));
        if let Some(width) = param.ty.width().filter(|_| !dynamic && !bytes.is_empty()) {
            assert_eq!(bytes.len(), usize::from(width), "{symbol}.{} is {bytes:?}", param.name);
        }
    }
}
