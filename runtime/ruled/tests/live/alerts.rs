//! The official rules: each of the stable ones that the reference captures raise, and the tutorials' actions, done for
//! real; recorded, checked by a reader that shares no code with ours, and replayed.

use std::collections::BTreeMap;
use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::actions::{self, actor, run};
use crate::checker;
use crate::daemon::{CANARY, Daemon, configuration, is, replay};
use crate::support::Scratch;

/// The id in the name of the control group that stands for a container.
const CONTAINER: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

/// Output fields that a capture cannot hold, so that a replay has no or other values: when processes of before the
/// recording began, and the clock of their namespace.
const NOT_RECORDED: [&str; 4] = ["container.start_ts", "container.duration", "proc.duration", "evt.hostname"];

/// A folder of the control group hierarchy that is removed when dropped.
struct Group(PathBuf);

impl Group {
    fn new() -> Group {
        // The probe reports these hierarchies; which are there depends on the system.
        let mounts =
            ["/sys/fs/cgroup", "/sys/fs/cgroup/unified", "/sys/fs/cgroup/memory", "/sys/fs/cgroup/cpu"];
        let mount = [
            "/sys/fs/cgroup/cgroup.procs",
            "/sys/fs/cgroup/memory/cgroup.procs",
            "/sys/fs/cgroup/cpu/cgroup.procs",
        ]
        .into_iter()
        .map(Path::new)
        .find(|path| path.exists())
        .and_then(Path::parent)
        .unwrap_or_else(|| panic!("no control groups at {mounts:?}"));
        let path = mount.join(format!("ruled-live-{}", std::process::id())).join("docker").join(CONTAINER);
        fs::create_dir_all(&path).unwrap();
        Group(path)
    }

    fn path(&self) -> String {
        self.0.display().to_string()
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let mut path = self.0.as_path();
        for _ in 0..3 {
            for _ in 0..50 {
                if fs::remove_dir(path).is_ok() {
                    break;
                }
                std::thread::sleep(std::time::Duration::from_millis(20));
            }
            match path.parent() {
                Some(parent) => path = parent,
                None => return,
            }
        }
    }
}

/// A container runtime that knows one container, with the root user's files and all rights.
fn runtime(scratch: &Scratch) -> String {
    let path = scratch.path("docker.sock");
    let listener = UnixListener::bind(&path).unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut request = [0; 1024];
            let read = stream.read(&mut request).unwrap_or(0);
            let wanted = format!("GET /containers/{}/json ", &CONTAINER[..12]);
            let answer = if request[..read].starts_with(wanted.as_bytes()) {
                let text = serde_json::json!({
                    "Id": CONTAINER, "Name": "/ruled-test", "Config": {"Image": "registry:5000/ruled-test:1.0"},
                    "HostConfig": {"Privileged": true},
                    "Mounts": [{"Source": "/root", "Destination": "/host/root", "Mode": "", "RW": true,
                                "Propagation": "rprivate"}],
                });
                format!("HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n{text}")
            } else {
                "HTTP/1.0 404 Not Found\r\n\r\n".to_string()
            };
            let _ = stream.write_all(answer.as_bytes());
        }
    });
    path
}

/// Copies of this program under other names.
struct Cast<'a> {
    folder: &'a Scratch,
    own: PathBuf,
}

impl Cast<'_> {
    /// A copy with this name.
    fn named(&self, name: &str) -> PathBuf {
        let path = self.folder.0.join(name);
        if !path.exists() {
            fs::copy(&self.own, &path).unwrap();
        }
        path
    }
}

fn rules(scratch: &Scratch) -> Option<Vec<String>> {
    let folder = std::env::var_os("RULES_DIR").map(PathBuf::from);
    let Some(folder) = folder.map(|folder| folder.join("official")).filter(|folder| folder.exists()) else {
        assert!(std::env::var_os("REQUIRE_REFERENCE").is_none(), "RULES_DIR is not set");
        println!("skipped: RULES_DIR names no folder with the official rules");
        return None;
    };
    let mut files: Vec<String> =
        ["falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml"]
            .map(|name| folder.join(name).display().to_string())
            .into();
    files.push(scratch.file("canary.yaml", CANARY));
    Some(files)
}

/// Does everything; gives the rules that must alert, each with a text in its output.
fn perform(scratch: &Scratch, group: &Group) -> Vec<(&'static str, String)> {
    let cast = Cast { folder: scratch, own: PathBuf::from("/proc/self/exe") };
    let mut expected = Vec::new();
    let mut expect = |rule: &'static str, mark: &str| expected.push((rule, mark.to_string()));
    let at = |name: &str| scratch.path(name);
    let tool = cast.named("ruled-tool");
    // First, as it takes its time: a server that reads long after its start.
    let mut late = actor(&cast.named("nginx"), "sleepcat", &["5500", "/etc/shadow"]).spawn().unwrap();

    // On the host.
    run(&tool, "cat", &["/etc/shadow"]);
    expect("Read sensitive file untrusted", "command=ruled-tool /etc/shadow");
    run(&tool, "cat", &["/etc/../../etc/shadow"]);
    expect("Directory traversal monitored file read", "/etc/../../etc/shadow");
    let _ = std::os::unix::fs::symlink("/etc/shadow", at("s1"));
    expect("Create Symlink Over Sensitive Files", &at("s1"));
    run(&tool, "hard", &["/etc/shadow", &at("h1")]);
    expect("Create Hardlink Over Sensitive Files", &at("h1"));
    run(&tool, "write", &[&at("syslog")]);
    expect("Clear Log Activities", &at("syslog"));
    let blob = scratch.file("blob", "data");
    let _ = Command::new("shred").args(["-u", &blob]).status();
    expect("Remove Bulk Data from Disk", &blob);
    let _ = Command::new("find").args([&at(""), "-name", "id_rsa"]).status();
    expect("Search Private Keys or Passwords", &at(""));
    let _ = Command::new("grep").args(["aws_access_key_id", &at("s1")]).status();
    expect("Find AWS Credentials", &at("s1"));
    run(&tool, "traceme", &["ruled-traceme"]);
    expect("PTRACE anti-debug attempt", "ruled-traceme");
    run(&tool, "attach", &["ruled-attach"]);
    expect("PTRACE attached to process", "ruled-attach");
    run(&tool, "memfd", &[]);
    expect("Fileless execution via memfd_create", "ruled-live-memfd");
    let shared = PathBuf::from(format!("/dev/shm/ruled-{}", std::process::id()));
    fs::copy(&cast.own, &shared).unwrap();
    run(&shared, "nothing", &[]);
    let _ = fs::remove_file(&shared);
    expect("Execution from /dev/shm", &shared.display().to_string());
    run(&cast.named("httpd"), "spawn", &["/bin/sh", "-c", "true; true # ruled-shell"]);
    expect("Run shell untrusted", "ruled-shell");
    run(&cast.named("sshd"), "user", &["1", "/bin/sh", "-c", "true; true # ruled-system"]);
    expect("System user interactive", "ruled-system");
    let listener = TcpListener::bind("[::1]:4444");
    if listener.is_ok() || TcpListener::bind("[::1]:0").is_ok() {
        run(&cast.named("ssh"), "connect", &["[::1]:4444"]);
        expect("Disallowed SSH Connection Non Standard Port", "::1:4444");
    }
    let touched = format!("/bin/ruled-live-{}", std::process::id());
    run(Path::new("/usr/bin/touch"), "nothing", &[&touched]);
    let _ = fs::remove_file(&touched);
    expect("Write below binary dir", &touched);
    let touched = format!("/root/ruled-live-{}", std::process::id());
    run(Path::new("/usr/bin/touch"), "nothing", &[&touched]);
    let _ = fs::remove_file(&touched);
    expect("Write below root", &touched);
    let history = scratch.file(".bash_history", "secret\n");
    let _ = Command::new("rm").arg(&history).status();
    expect("Delete or rename shell history", &history);

    // In a container: what matters of it is its control group.
    let tool_path = tool.display().to_string();
    let contained = |action: &str, program: &Path, arguments: &[&str]| {
        let (group, program) = (group.path(), program.display().to_string());
        let mut all = vec![group.as_str(), program.as_str()];
        all.extend(arguments);
        run(&tool, &format!("container|{action}"), &all);
    };
    contained("packet", &tool, &["ruled-packet"]);
    expect("Packet socket created in container", "ruled-packet");
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    contained("redirect", &tool, &[&address]);
    expect("Redirect STDOUT/STDIN to Network Connection in Container", &format!("->{address}"));
    let module = scratch.file("ruled.ko", "no module");
    contained("module", &tool, &[&module]);
    expect("Linux Kernel Module Injection Detected", &module);
    contained("write", &tool, &[&at("release_agent")]);
    expect("Detect release_agent File Container Escapes", &at("release_agent"));
    let netcat = cast.named("nc");
    contained("nothing", &netcat, &["-e", "/bin/sh", "ruled-nc"]);
    expect("Netcat Remote Code Execution in Container", "ruled-nc");
    contained("nothing", &netcat, &["-l", "4444", "ruled-nc-l"]);
    expect("Launch Suspicious Network Tool in Container", "-l 4444 ruled-nc-l");
    fs::create_dir_all(at("overlay")).unwrap();
    contained("overlay", &tool, &[&at("overlay")]);
    expect("Drop and execute new binary in container", "ruled-dropped");
    // A terminal, and a runtime that starts a shell on it.
    let runc = cast.named("runc").display().to_string();
    let line = format!(
        "{}='container|spawn|nothing' {tool_path} {} {runc} /bin/sh -c 'true; true # ruled-terminal'",
        actions::VARIABLE,
        group.path()
    );
    let _ = Command::new("script").args(["-qec", &line, "/dev/null"]).status();
    expect("Terminal shell in container", "ruled-terminal");

    // Its first process, once the runtime has told of its mounts and rights.
    let unshare = Path::new("/usr/bin/unshare");
    let first_process = || contained("nothing", unshare, &["--pid", "--fork", &tool_path, "ruled-init"]);
    first_process();
    std::thread::sleep(std::time::Duration::from_millis(1500));
    first_process();
    expect("Launch Sensitive Mount Container", "mounts=/root:/host/root");
    expect("Launch Privileged Container", "ruled-init");

    let _ = late.wait();
    expect("Read sensitive file trusted after startup", "command=nginx 5500 /etc/shadow");
    expected
}

pub fn official_rules_alert_and_replay_the_same() {
    let scratch = Scratch::new("live-alerts");
    let Some(rules) = rules(&scratch) else { return };
    let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    let config = configuration(&scratch, "engine: {kind: modern_ebpf, modern_ebpf: {buf_size_preset: 7}}\n");
    let engines = format!("init_config: {{engines: {{docker: {{sockets: [{}]}}}}}}", runtime(&scratch));
    let text = fs::read_to_string(&config).unwrap();
    fs::write(&config, text.replace("library_path:", &format!("{engines}, library_path:"))).unwrap();
    let capture = scratch.path("live.scap");
    let mut arguments = vec!["-c", &config, "--record", &capture, "-v"];
    rules.iter().for_each(|rule| arguments.extend(["-r", rule]));
    let group = Group::new();
    let mut daemon = Daemon::start(&arguments);
    let expected = perform(&scratch, &group);
    let mut missing = Vec::new();
    for (rule, mark) in &expected {
        // The first misses take long; the rest need not.
        if missing.is_empty() {
            let found = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
                daemon.expect(rule, |alert| is(alert, rule, mark));
            }));
            if found.is_err() {
                missing.push((rule, mark));
            }
        } else if !daemon.alerts().iter().any(|alert| is(alert, rule, mark)) {
            missing.push((rule, mark));
        }
    }
    let ended = daemon.end();
    assert!(missing.is_empty(), "no alerts for {missing:#?}\n{}", ended.stderr);
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    assert!(ended.summary.contains("Events detected: "), "{}", ended.summary);
    assert!(ended.stderr.contains("lost 0 "), "{}", ended.stderr);
    let container: Vec<_> = ended
        .alerts
        .iter()
        .filter(|alert| is(alert, "Packet socket created in container", "ruled-packet"))
        .collect();
    assert!(container.iter().all(|alert| alert["source"] == "syscall"), "{container:?}");

    let bytes = fs::read(&capture).unwrap();
    let checked = checker::check(&bytes);
    assert!(checked.threads > 3 && checked.users > 0 && checked.interfaces > 0, "{checked:?}");
    assert!(checked.descriptors > 3 && checked.events > 1000, "{checked:?}");
    compare(&ended.alerts, &replay(&capture, &config, &rules));
}

/// Both runs must have given the same alerts, in the same order.
pub fn compare(live: &[Value], replayed: &[Value]) {
    let counts = |alerts: &[Value]| {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for alert in alerts.iter().filter(|alert| alert["source"] == "syscall") {
            *counts.entry(alert["rule"].as_str().unwrap_or_default().to_string()).or_default() += 1;
        }
        counts
    };
    assert_eq!(counts(live), counts(replayed));
    let live: Vec<_> = live.iter().filter(|alert| alert["source"] == "syscall").collect();
    for (live, replayed) in live.into_iter().zip(replayed) {
        assert_eq!(
            (&live["rule"], &live["time"], &live["priority"]),
            (&replayed["rule"], &replayed["time"], &replayed["priority"])
        );
        let (Value::Object(live), Value::Object(replayed)) =
            (&live["output_fields"], &replayed["output_fields"])
        else {
            panic!("no output fields: {live}")
        };
        for (key, value) in live.iter().filter(|(key, _)| !NOT_RECORDED.contains(&key.as_str())) {
            assert_eq!(Some(value), replayed.get(key), "{key} of {live:?}");
        }
    }
}
