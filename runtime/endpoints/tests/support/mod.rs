//! What the tests share: sample numbers, servers on free ports, an event loop that answers, a small HTTP client.
#![allow(dead_code, reason = "each test uses a part")]

use std::hash::{BuildHasher, RandomState};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use catalogue::Priority;
use endpoints::metrics::{
    CpuNumbers, EngineNumbers, Facts, KernelNumbers, ProgramNumbers, RuleCost, RuleFacts, RulesetFacts,
    Selection, Snapshot,
};
use endpoints::{Board, Exporter, ExporterPlan, Plan, WebPlan};
use outputs::{Alert, Fields, OutputCounters};

/// A rule with tags.
pub fn rule(name: &str, priority: Priority, tags: &[&str]) -> RuleFacts {
    RuleFacts {
        name: name.into(),
        priority,
        source: "syscall".into(),
        tags: tags.iter().map(|tag| Box::from(*tag)).collect(),
    }
}

/// Numbers with everything in them, awkward names included.
pub fn snapshot() -> Snapshot {
    let rules = vec![
        rule("Terminal shell in container", Priority::Notice, &["T1059", "container", "mitre_execution"]),
        rule("Awkward \"name\" \\ with\nall", Priority::Error, &["PCI_DSS_10.2.5", "PCI_DSS_10_2_5"]),
        rule("Never matched", Priority::Debug, &[]),
    ];
    let file = |name: &str| (format!("/etc/falco/{name}"), "ab".repeat(32));
    Snapshot {
        ruleset: Arc::new(RulesetFacts {
            rules,
            enabled: 3,
            files: vec![file("falco_rules.yaml"), file("falco_rules.yaml"), file("local \"x\".yaml")],
            config_files: vec![("/etc/falco/falco.yaml".to_string(), "ef".repeat(32))],
            digest: "cd".repeat(32),
            loaded_ns: 1_748_338_536_592_811_359,
        }),
        matches: vec![3, 1, 0],
        alerts: [0, 0, 0, 1, 0, 3, 0, 0],
        costs: vec![RuleCost { evaluations: 2048, ns: 40_960 }; 3],
        samples: 2,
        engine: EngineNumbers { events: 100, delivered: 80, threads: 7, fds: 70, ..EngineNumbers::default() },
        events_by_type: vec![("openat", 60), ("read", 0), ("execve", 40)],
        engine_name: "modern_bpf",
        evt_source: "syscall",
        kernel: Some(KernelNumbers {
            events: 1000,
            drops: 5,
            buffer_drops: 4,
            buffer_drops_by_family: [1, 0, 0, 3, 0, 0, 0, 0],
            scratch_drops: 1,
            cpus: vec![CpuNumbers { events: 500, drops: 5 }, CpuNumbers { events: 500, drops: 0 }],
            programs: vec![ProgramNumbers { name: "sys_exit".to_string(), runs: 10, ns: 1000 }],
            iterators: Some([1; 21]),
        }),
        outputs: vec![OutputCounters {
            name: "stdout".to_string(),
            queued: 4,
            delivered: 4,
            ..OutputCounters::default()
        }],
        reloads: 1,
        reloads_failed: 0,
    }
}

/// What does not change.
pub fn facts() -> Facts {
    Facts {
        falco_version: "0.44.1".to_string(),
        version: "0.1.0".to_string(),
        versions_json: "{\"falco_version\":\"0.44.1\"}".to_string(),
        hostname: "dmaf5".to_string(),
        kernel_release: "6.1.0".to_string(),
        start_ns: 1_700_000_000_000_000_000,
        boot_ns: 1_600_000_000_000_000_000,
        num_cpus: 2,
    }
}

/// An event loop: answers until it is told to be silent.
pub struct Loop {
    end: Arc<AtomicBool>,
    pub silent: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Loop {
    /// Answers with these numbers.
    pub fn start(board: &Board, snapshot: Snapshot) -> Loop {
        let (end, silent) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let (pulse, over, quiet) = (board.pulse(), end.clone(), silent.clone());
        let thread = std::thread::spawn(move || {
            while !over.load(Ordering::Relaxed) {
                if pulse.asked() && !quiet.load(Ordering::Relaxed) {
                    pulse.answer(|| snapshot.clone());
                }
                std::thread::sleep(Duration::from_millis(1));
            }
        });
        Loop { end, silent, thread: Some(thread) }
    }
}

impl Drop for Loop {
    fn drop(&mut self) {
        self.end.store(true, Ordering::Relaxed);
        let _ = self.thread.take().unwrap().join();
    }
}

/// A free port on loopback.
pub fn any_port() -> SocketAddr {
    "127.0.0.1:0".parse().unwrap()
}

/// An address for a program that is about to be started. The system gives its port to nobody who does not ask for it by
/// number.
pub fn free_address() -> SocketAddr {
    let chance = RandomState::new().hash_one(std::process::id());
    let addresses = (0..12_000).map(|step| (20_000 + (chance.wrapping_add(step) % 12_000)) as u16);
    let mut addresses = addresses.map(|port| SocketAddr::from(([127, 0, 0, 1], port)));
    addresses.find(|address| TcpListener::bind(address).is_ok()).unwrap()
}

/// A plan that serves nothing.
pub fn plan(board: &Board) -> Plan {
    Plan {
        facts: Arc::new(facts()),
        board: board.clone(),
        // Longer than any thread of a busy machine sleeps.
        stall: Duration::from_secs(120),
        host_root: PathBuf::from("/"),
        labels: None,
        web: None,
        exporter: None,
        grpc: None,
    }
}

/// A web server with metrics on any port.
pub fn web() -> WebPlan {
    WebPlan {
        address: any_port(),
        identity: None,
        health_path: "/healthz".to_string(),
        metrics: Some(Selection::default()),
        reload: None,
    }
}

/// An exporter on any ports.
pub fn exporter() -> ExporterPlan {
    ExporterPlan { address: any_port(), probes: any_port(), tls: None, exporter: Exporter::new("dmaf5") }
}

/// An alert with fields.
pub fn alert(rule: &str, priority: Priority) -> Alert {
    Alert {
        id: 1,
        ts: 1_700_000_000_123_456_789,
        priority,
        rule: rule.into(),
        source: "syscall".into(),
        tags: Arc::from([Box::from("filesystem"), Box::from("mitre_persistence")]),
        line: Arc::from(rule.as_bytes()),
        fields: Some(Arc::new(Fields {
            output: format!("{rule} happened"),
            message: format!("{rule} happened"),
            output_fields: vec![
                ("container.id".to_string(), "host".to_string()),
                ("k8s.ns.name".to_string(), "<NA>".to_string()),
                ("proc.name".to_string(), "bash".to_string()),
            ],
            hostname: "dmaf5".to_string(),
        })),
    }
}

/// A response: status, headers, body.
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

/// Sends a request and reads the whole response.
pub fn request(address: SocketAddr, method: &str, path: &str) -> Answer {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    write!(stream, "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    Answer { status, head: head.to_ascii_lowercase(), body: body.to_string() }
}

/// GET.
pub fn get(address: SocketAddr, path: &str) -> Answer {
    request(address, "GET", path)
}

/// Waits until something holds.
pub fn wait(what: &str, mut holds: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(60);
    while !holds() {
        assert!(Instant::now() < end, "timed out: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// An empty folder of its own.
pub fn folder(name: &str) -> PathBuf {
    let path = std::env::temp_dir().join(format!("ruled-endpoints-{name}-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

/// Whether a program that a test needs is there. Without it the test is skipped with a line on standard error, unless
/// `REQUIRE_PEERS=1` makes that a failure.
pub fn have(program: &str, arguments: &[&str]) -> bool {
    let there = std::process::Command::new(program)
        .args(arguments)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !there {
        assert!(std::env::var("REQUIRE_PEERS").as_deref() != Ok("1"), "{program} is missing");
        eprintln!("SKIPPED: {program} is missing");
    }
    there
}
