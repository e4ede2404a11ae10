//! The tutorials' story on one machine without a network: rules are checked, an override is appended and shown, the loop of
//! events raises alerts as JSON, a gRPC client receives them, a real Prometheus scrapes exporter and metrics and fires the
//! alert rule, changed rules are taken, and the journal is counted.
//!
//! The events come from a capture made here, so that the story needs no rights. Prometheus is Debian's package; without it
//! that chapter is skipped, unless REQUIRE_PEERS is set.

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use corpus::daemon;
use events::scap::{Compression, Writer};
use events::script::Script;
use serde_json::Value;

const PATIENCE: Duration = Duration::from_secs(90);
/// How often the tutorial's loop runs.
const ROUNDS: u64 = 60;

/// The tutorial's set-up, which lies outside the repository.
fn tutorial() -> Option<PathBuf> {
    let folder = std::env::var_os("RULES_DIR").map(|folder| Path::new(&folder).join("tutorial"));
    let folder = folder.filter(|folder| folder.join("falco_rules.yaml").exists());
    if folder.is_none() {
        assert!(std::env::var_os("REQUIRE_REFERENCE").is_none(), "RULES_DIR has no tutorial");
        eprintln!("skipped: RULES_DIR has no tutorial");
    }
    folder
}

/// `touch /root/test` in a loop, a shell's history that root and somebody else remove, a file among the programs.
fn capture() -> Vec<u8> {
    let mut text = String::from(
        "[machine]\nhostname=macmini2 cpus=2 memory=8_000_000_000 boot=1789500000s start=1789550000s\n\
         [users]\nroot uid=0 gid=0 home=/root shell=/bin/bash\njosevnz uid=1000 gid=1000 home=/home/josevnz shell=/bin/bash\n\
         [processes]\n1 systemd exe=/sbin/init ptid=0\n810 bash exe=-bash ptid=1 tty=34816 cwd=/root\n\
         820 bash exe=-bash ptid=1 tty=34816 cwd=/home/josevnz uid=1000 gid=1000 loginuid=1000\n",
    );
    for round in 0..ROUNDS + 3 {
        let who = if round == ROUNDS + 1 { "uid=1000 gid=1000 loginuid=1000 ptid=820" } else { "ptid=810" };
        text.push_str(&format!("{} bash {who} tty=34816 cwd=/root\n", 1000 + round));
    }
    text.push_str(
        "[defaults]\nexecve res=0 env=[\"PATH=/usr/bin:/bin\"] tty=34816 uid=0 gid=0 loginuid=0 cap_effective=0x0 \
         cgroups=[\"cpu=/\"] fdlimit=1024\nopenat dirfd=AT_FDCWD mode=0 dev=0x801 ino=100\nclose res=0\n[events]\n",
    );
    let touch = |thread: u64, path: &str| {
        format!(
            "+1s 0 {thread} execve exe=touch args=[{path}] comm=touch trusted_exepath=/usr/bin/touch filename=/usr/bin/touch\n\
             +1ms 0 {thread} openat fd=3 name={path} flags=O_WRONLY|O_CREAT\n+1ms 0 {thread} close fd=3\n"
        )
    };
    for round in 0..ROUNDS {
        text.push_str(&touch(1000 + round, "/root/test"));
    }
    for (thread, home, uid) in [(1000 + ROUNDS, "/root", 0), (1000 + ROUNDS + 1, "/home/josevnz", 1000)] {
        text.push_str(&format!(
            "+1s 0 {thread} execve exe=rm args=[{home}/.bash_history] comm=rm trusted_exepath=/usr/bin/rm \
             filename=/usr/bin/rm uid={uid} gid={uid}\n\
             +1ms 0 {thread} unlinkat res=0 dirfd=AT_FDCWD name={home}/.bash_history flags=0\n"
        ));
    }
    text.push_str(&touch(1000 + ROUNDS + 2, "/bin/should_not_be_here"));
    let script = Script::parse(&text).unwrap_or_else(|error| panic!("{error}"));
    let mut writer = Writer::new(Vec::new(), Compression::None, &script.snapshot).expect("tables");
    for event in script.events() {
        writer.event(&event).expect("an event");
    }
    writer.finish().expect("the end")
}

/// A program that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// The body of a page that is there.
fn get(port: u16, path: &str) -> Option<String> {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    write!(stream, "GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n").ok()?;
    let mut text = String::new();
    stream.read_to_string(&mut text).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    (head.split(' ').nth(1)? == "200").then(|| body.to_string())
}

/// Waits for something.
fn wait<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(start.elapsed() < PATIENCE, "waited for {what}");
        std::thread::sleep(Duration::from_millis(100));
    }
}

/// The value of the first sample that has all of these.
fn sample(page: &str, parts: &[&str]) -> Option<f64> {
    let line =
        page.lines().find(|line| !line.starts_with('#') && parts.iter().all(|part| line.contains(part)))?;
    line.rsplit(' ').next()?.parse().ok()
}

fn succeeds(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// Counts of an answer of Prometheus, by rule.
fn count(answer: &str, rule: &str) -> Option<String> {
    let answer: Value = serde_json::from_str(answer).ok()?;
    let found =
        answer["data"]["result"].as_array()?.iter().find(|one| one["metric"]["rule"] == rule)?.clone();
    assert_eq!(found["metric"]["hostname"], "macmini2");
    Some(found["value"][1].as_str()?.to_string())
}

#[test]
fn from_rules_to_alerts_metrics_and_counts() {
    let Some(tutorial) = tutorial() else { return };
    let programs = daemon::build(&["rulec", "ruled"]);
    let rulec = |arguments: &[&str]| {
        Command::new(programs.join("rulec")).args(arguments).stdin(Stdio::null()).output().unwrap()
    };
    let folder = std::env::temp_dir().join(format!("rulec-story-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let path = |name: &str| folder.join(name).display().to_string();

    // The rules of 2022 and the override that the tutorial appends; both are fine together.
    let rules = tutorial.join("falco_rules.yaml").display().to_string();
    let local = path("falco_rules.local.yaml");
    fs::copy(tutorial.join("falco_rules.local.yaml"), &local).unwrap();
    succeeds(&rulec(&["check", &rules, &local]));
    let shown =
        succeeds(&rulec(&["show", &rules, &local, "--name", "delete or rename*", "--format", "full"]));
    assert!(shown.contains(&format!("append       {local}:")), "{shown}");
    assert!(shown.contains("    and user.name=root"), "{shown}");

    // The loop of events, alerts as JSON.
    fs::write(path("loop.scap"), capture()).unwrap();
    let (web, exporter, probes) = (free_port(), free_port(), free_port());
    fs::write(
        path("falco.yaml"),
        format!(
            "engine: {{kind: replay, replay: {{capture_file: {:?}, endpoints: true}}}}\n\
             rules_files: [{rules:?}, {local:?}]\nwatch_config_files: false\n\
             json_output: true\nstdout_output: {{enabled: false}}\nlog_stderr: true\nlog_syslog: false\n\
             file_output: {{enabled: true, keep_alive: true, filename: {:?}}}\n\
             plugins: [{{name: container, library_path: libcontainer.so}}]\nload_plugins: [container]\n\
             webserver: {{enabled: true, listen_port: {web}, prometheus_metrics_enabled: true}}\n\
             metrics: {{enabled: true, interval: 1h}}\n\
             grpc: {{enabled: true, bind_address: 'unix://{}'}}\ngrpc_output: {{enabled: true}}\n\
             exporter: {{enabled: true, listen_address: '127.0.0.1:{exporter}', probes_listen_address: '127.0.0.1:{probes}'}}\n",
            path("loop.scap"),
            path("events.log"),
            path("falco.sock"),
        ),
    )
    .unwrap();
    let log = fs::File::create(path("ruled.log")).unwrap();
    let ruled = Running(
        Command::new(programs.join("ruled"))
            // A replay that serves stays for so many seconds.
            .args(["-c", &path("falco.yaml"), "-M", "600"])
            .env("FALCO_HOSTNAME", "macmini2")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .unwrap(),
    );
    let journal = wait("all alerts", || {
        let text = fs::read_to_string(path("events.log")).ok()?;
        text.contains("should_not_be_here").then_some(text)
    });
    for line in journal.lines() {
        let alert: Value = serde_json::from_str(line).unwrap();
        assert_eq!(alert["hostname"], "macmini2");
    }

    // A gRPC client gets every one of them.
    let client = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
        .args([
            "run",
            "--quiet",
            "-p",
            "endpoints",
            "--example",
            "alerts",
            "--",
            "--get",
            &path("falco.sock"),
        ])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let received = succeeds(&client);
    assert_eq!(received.lines().count(), journal.lines().count(), "{received}");
    assert!(received.contains("macmini2"), "{received}");

    // Health, the daemon's metrics, the exporter.
    assert_eq!(get(web, "/healthz").as_deref(), Some("{\"status\": \"ok\"}"));
    let rounds = ROUNDS as f64;
    let page = get(exporter, "/metrics").unwrap();
    assert_eq!(
        sample(&page, &["falco_events{", "rule=\"Write below root\"", "hostname=\"macmini2\""]),
        Some(rounds),
        "{page}"
    );
    wait("metrics", || {
        let page = get(web, "/metrics")?;
        let matches = sample(&page, &["falcosecurity_falco_rules_matches_total{", "Write below root"]);
        (matches == Some(rounds) && page.contains("hostname=\"macmini2\"")).then_some(())
    });
    prometheus(&folder, web, exporter);

    // Changed rules are taken; broken ones leave the others in force.
    let reload = |text: &str, result: &str| {
        fs::write(&local, text).unwrap();
        let pid = ruled.0.id().to_string();
        assert!(Command::new("kill").args(["-s", "HUP", &pid]).status().unwrap().success());
        wait(result, || {
            let page = get(web, "/metrics")?;
            sample(&page, &["ruled_reloads_total{", &format!("result=\"{result}\"")])
                .filter(|count| *count >= 1.0)
        });
    };
    reload("- macro: user_known_write_root_conditions\n  condition: fd.name=/root/test\n", "ok");
    reload("- rule: broken\n  condition: fd.nam = /root/test\n", "failed");
    assert_eq!(get(web, "/healthz").as_deref(), Some("{\"status\": \"ok\"}"));

    // The journal, counted: the append lets only root's history through.
    let counted: Value =
        serde_json::from_str(&succeeds(&rulec(&["alerts", "--format", "json", &path("events.log")])))
            .unwrap();
    let groups: Vec<(&str, &str, u64)> = counted["groups"]
        .as_array()
        .unwrap()
        .iter()
        .map(|group| {
            let text = |key: &str| group[key].as_str().unwrap();
            (text("host"), text("rule"), group["count"].as_u64().unwrap())
        })
        .filter(|(_, rule, _)| !rule.starts_with("Falco internal"))
        .collect();
    let wanted = [
        ("macmini2", "Write below root", ROUNDS),
        ("macmini2", "Delete or rename shell history", 1),
        ("macmini2", "Write below binary dir", 1),
    ];
    assert_eq!(groups, wanted);
    drop(ruled);
    let _ = fs::remove_dir_all(&folder);
}

/// A real Prometheus scrapes both pages, and the alert rule of `deploy/` fires.
fn prometheus(folder: &Path, web: u16, exporter: u16) {
    if Command::new("prometheus")
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_err()
    {
        assert!(
            std::env::var_os("REQUIRE_PEERS").is_none(),
            "prometheus is missing: apt-get install prometheus"
        );
        eprintln!("skipped: Prometheus is not installed");
        return;
    }
    let rules =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/prometheus/rules.yml").canonicalize().unwrap();
    let config = folder.join("prometheus.yml");
    fs::write(
        &config,
        format!(
            "global: {{scrape_interval: 1s, evaluation_interval: 1s}}\nrule_files: [{rules:?}]\nscrape_configs:\n\
             - {{job_name: falco-exporter, static_configs: [{{targets: ['127.0.0.1:{exporter}']}}]}}\n\
             - {{job_name: ruled, static_configs: [{{targets: ['127.0.0.1:{web}']}}]}}\n"
        ),
    )
    .unwrap();
    let port = free_port();
    let _server = Running(
        Command::new("prometheus")
            .arg(format!("--config.file={}", config.display()))
            .arg(format!("--storage.tsdb.path={}", folder.join("tsdb").display()))
            .arg(format!("--web.listen-address=127.0.0.1:{port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap(),
    );
    let count = wait("the exporter's events in Prometheus", || {
        count(&get(port, "/api/v1/query?query=falco_events")?, "Write below root")
    });
    assert_eq!(count, ROUNDS.to_string());
    wait("the daemon's metrics in Prometheus", || {
        get(port, "/api/v1/query?query=falcosecurity_falco_rules_matches_total")?
            .contains("Write below root")
            .then_some(())
    });
    let alert = wait("the alert rule to fire", || {
        let answer: Value = serde_json::from_str(&get(port, "/api/v1/alerts")?).ok()?;
        let fires = |alert: &&Value| {
            alert["labels"]["alertname"] == "FalcoSevereEvent"
                && alert["labels"]["rule"] == "Write below root"
                && alert["state"] == "firing"
        };
        answer["data"]["alerts"].as_array()?.iter().find(fires).cloned()
    });
    assert_eq!(alert["labels"]["hostname"], "macmini2");
    // Every question of the dashboards has an answer, but for those about a kernel that is watched.
    let (mut asked, mut live) = (0, 0);
    for query in dashboard_queries() {
        asked += 1;
        if ["scap_n_evts", "scap_n_drops"].iter().any(|name| query.contains(name)) {
            live += 1;
            continue;
        }
        wait(&query, || {
            let path = format!("/api/v1/query?query={}", encoded(&query));
            let answer: Value = serde_json::from_str(&get(port, &path)?).ok()?;
            (!answer["data"]["result"].as_array()?.is_empty()).then_some(())
        });
    }
    assert!(asked > 40 && live < asked / 3, "{live} of {asked}");
}

/// The queries of the dashboards in `deploy/`, with everything chosen in their menus.
fn dashboard_queries() -> Vec<String> {
    let mut found = Vec::new();
    for name in ["events", "falco-metrics", "ruled"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../deploy/grafana/{name}.json"));
        let dashboard: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        let panels = dashboard["panels"].as_array().unwrap();
        let targets = panels.iter().filter_map(|panel| panel["targets"].as_array()).flatten();
        found.extend(targets.filter_map(|target| target["expr"].as_str()).map(|query| {
            // The capture is over before the first scrape, so that all rates are 0.
            let query = query.trim_end_matches(" > 0");
            let query = query.replace("$__rate_interval", "20s").replace("$__range", "1m");
            ["$hostname", "$priority", "$source", "$instance"]
                .iter()
                .fold(query, |query, menu| query.replace(menu, ".*"))
        }));
    }
    found
}

/// A query as a part of an address.
fn encoded(query: &str) -> String {
    query.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
