//! The web server and the exporter over real sockets.

mod support;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use catalogue::Priority;
use endpoints::metrics::Selection;
use endpoints::{Board, Endpoints, Plan, Reload, WebPlan};
use outputs::Output;
use support::{Loop, any_port, exporter, get, plan, request, snapshot, web};

/// Where the event loop is to count as stalled soon. A start may take thirty times as long.
const STALL: Duration = Duration::from_secs(2);

#[test]
fn health_and_versions_have_falcos_bodies() {
    let board = Board::new();
    let _loop = Loop::start(&board, snapshot());
    let endpoints = Endpoints::start(Plan { web: Some(web()), ..plan(&board) }).unwrap();
    let address = endpoints.web_address().unwrap();
    let health = get(address, "/healthz");
    assert_eq!((health.status, health.body.as_str()), (200, "{\"status\": \"ok\"}"));
    assert!(health.head.contains("content-type: application/json"), "{}", health.head);
    assert_eq!(get(address, "/versions").body, "{\"falco_version\":\"0.44.1\"}");
    assert_eq!(get(address, "/nothing").status, 404);
    assert_eq!(get(address, "/reload").status, 404);
    assert_eq!(request(address, "POST", "/healthz").status, 405);
    let head = request(address, "HEAD", "/healthz");
    assert_eq!((head.status, head.body.as_str()), (200, ""));
}

#[test]
fn a_stalled_event_loop_is_not_healthy() {
    let board = Board::new();
    let events = Loop::start(&board, snapshot());
    let exporter = exporter();
    let plan = Plan { web: Some(web()), exporter: Some(exporter), stall: STALL, ..plan(&board) };
    let endpoints = Endpoints::start(plan).unwrap();
    let address = endpoints.web_address().unwrap();
    let probes = endpoints.exporter_addresses().unwrap().1;
    support::wait("the loop", || get(probes, "/readiness").status == 204);
    support::wait("health", || get(address, "/healthz").status == 200);
    assert_eq!(get(probes, "/liveness").status, 204);
    events.silent.store(true, Ordering::Relaxed);
    support::wait("a stall", || get(address, "/healthz").status == 503);
    assert_eq!((get(probes, "/liveness").status, get(probes, "/readiness").status), (204, 503));
    // Metrics still come, with the latest numbers.
    assert!(get(address, "/metrics").body.contains("ruled_event_loop_silence_seconds "));
    events.silent.store(false, Ordering::Relaxed);
    support::wait("an answer", || get(address, "/healthz").status == 200);
}

#[test]
fn a_start_may_take_its_time_but_is_not_ready() {
    let board = Board::new();
    let plan = Plan { web: Some(web()), exporter: Some(exporter()), stall: STALL, ..plan(&board) };
    let endpoints = Endpoints::start(plan).unwrap();
    let probes = endpoints.exporter_addresses().unwrap().1;
    std::thread::sleep(STALL + Duration::from_millis(100));
    assert_eq!(get(endpoints.web_address().unwrap(), "/healthz").status, 200);
    assert_eq!((get(probes, "/liveness").status, get(probes, "/readiness").status), (204, 503));
    // There is nothing to say on events yet, and what there is can be read.
    let page = get(endpoints.web_address().unwrap(), "/metrics").body;
    assert!(!page.contains("engine_name_info") && page.contains("ruled_events_total 0\n"), "{page}");
}

#[test]
fn metrics_have_falcos_names_and_labels() {
    let board = Board::new();
    let _loop = Loop::start(&board, snapshot());
    let endpoints = Endpoints::start(Plan { web: Some(web()), ..plan(&board) }).unwrap();
    let answer = get(endpoints.web_address().unwrap(), "/metrics");
    assert!(answer.head.contains("content-type: text/plain; version=0.0.4"), "{}", answer.head);
    let text = &answer.body;
    for line in [
        "falcosecurity_falco_version_info{version=\"0.44.1\"} 1",
        "falcosecurity_falco_reload_timestamp_nanoseconds 1748338536592811359",
        "falcosecurity_falco_rules_matches_total{priority=\"5\",rule_name=\"Terminal shell in container\",\
         source=\"syscall\",tag_T1059=\"true\",tag_container=\"true\",tag_mitre_execution=\"true\"} 3",
        "falcosecurity_falco_rules_matches_total{priority=\"3\",rule_name=\"Awkward \\\"name\\\" \\\\ with\\nall\",\
         source=\"syscall\",tag_PCI_DSS_10_2_5=\"true\"} 1",
        "falcosecurity_scap_engine_name_info{engine_name=\"modern_bpf\",evt_source=\"syscall\"} 1",
        "falcosecurity_scap_n_evts_total 1000",
        "falcosecurity_scap_n_drops_total 5",
        "falcosecurity_scap_n_drops_buffer_total{drop=\"open\",dir=\"exit\"} 3",
        "falcosecurity_scap_n_drops_buffer_total{drop=\"open\",dir=\"enter\"} 0",
        "falcosecurity_scap_n_drops_scratch_map_total 1",
        "falcosecurity_scap_n_evts_cpu_total{cpu=\"1\"} 500",
        "falcosecurity_scap_n_drops_cpu_total{cpu=\"0\"} 5",
        "falcosecurity_scap_sys_exit_run_cnt_total 10",
        "falcosecurity_scap_sys_exit_run_time_nanoseconds_total 1000",
        "falcosecurity_scap_sys_exit_avg_time_nanoseconds 100",
        "falcosecurity_scap_n_evts_task_file_pipe_total 1",
        "falcosecurity_scap_n_threads_total 7",
        "falcosecurity_scap_n_drops_full_threadtable_total 0",
        "falcosecurity_evt_hostname_info{hostname=\"dmaf5\"} 1",
        "falcosecurity_falco_host_num_cpus_total 2",
        "ruled_rule_evaluations_total{rule_name=\"Terminal shell in container\",source=\"syscall\"} 2048",
        "ruled_output_alerts_delivered_total{output=\"stdout\"} 4",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}\n{text}");
    }
    assert!(!text.contains("rules_matches_total{priority=\"7\""), "rules without alerts are not shown");
    // Which files there are is said once.
    assert_eq!(text.matches("file_name=\"falco_rules.yaml\"").count(), 1);
    for group in ["falcosecurity_falco_memory_rss_bytes ", "process_cpu_seconds_total "] {
        assert!(text.contains(group), "{text}");
    }
    let ours = get(endpoints.web_address().unwrap(), "/metrics?collect[]=ruled&collect[]=process").body;
    assert!(
        !ours.contains("falcosecurity_")
            && ours.contains("ruled_build_info")
            && ours.contains("process_open_fds")
    );
}

#[test]
fn switches_take_groups_away() {
    let board = Board::new();
    let _loop = Loop::start(&board, snapshot());
    let nothing = Selection {
        rules: false,
        resources: false,
        state: false,
        kernel: false,
        per_cpu: false,
        programs: false,
        iterators: false,
        empty_values: false,
    };
    let lines = |selection: Selection| {
        let web = WebPlan { metrics: Some(selection), ..web() };
        let endpoints = Endpoints::start(Plan { web: Some(web), ..plan(&board) }).unwrap();
        get(endpoints.web_address().unwrap(), "/metrics").body
    };
    let text = lines(nothing);
    for name in ["rules_matches", "memory_rss", "n_threads", "n_evts", "n_drops", "sys_exit", "ruled_rule_"] {
        assert!(!text.contains(name) || name == "n_drops", "{name}: {text}");
    }
    assert!(lines(Selection { per_cpu: true, ..nothing }).contains("falcosecurity_scap_n_evts_total 1000"));
    assert!(lines(Selection { rules: true, empty_values: true, ..nothing }).contains("Never matched"));
    let web = WebPlan { metrics: None, ..web() };
    let endpoints = Endpoints::start(Plan { web: Some(web), ..plan(&board) }).unwrap();
    assert_eq!(get(endpoints.web_address().unwrap(), "/metrics").status, 404);
}

#[test]
fn the_exporter_counts_alerts() {
    let board = Board::new();
    let exporter = exporter();
    let mut output = exporter.exporter.clone();
    let endpoints = Endpoints::start(Plan { exporter: Some(exporter), ..plan(&board) }).unwrap();
    let (address, _) = endpoints.exporter_addresses().unwrap();
    for _ in 0..3 {
        output.deliver(&support::alert("Write below root", Priority::Error)).unwrap();
    }
    let text = get(address, "/metrics").body;
    let line = "falco_events{rule=\"Write below root\",priority=\"3\",hostname=\"dmaf5\",source=\"syscall\",\
                k8s_ns_name=\"<NA>\",k8s_pod_name=\"\",tags=\",filesystem,mitre_persistence,\"} 3";
    assert!(text.lines().any(|found| found == line), "{text}");
    assert!(text.contains("# TYPE falco_events counter\n") && text.contains("process_open_fds "));
    assert_eq!(get(address, "/").status, 404);
}

#[test]
fn a_reload_can_be_asked_for() {
    let board = Board::new();
    let asked = Arc::new(AtomicU32::new(0));
    let counter = asked.clone();
    let reload = Reload(Arc::new(move || {
        counter.fetch_add(1, Ordering::Relaxed);
    }));
    let web = WebPlan { reload: Some(reload), ..web() };
    let endpoints = Endpoints::start(Plan { web: Some(web), ..plan(&board) }).unwrap();
    let address = endpoints.web_address().unwrap();
    assert_eq!(request(address, "GET", "/reload").status, 405);
    assert_eq!(asked.load(Ordering::Relaxed), 0);
    assert_eq!(request(address, "POST", "/reload").status, 202);
    assert_eq!(asked.load(Ordering::Relaxed), 1);
}

#[test]
fn what_is_not_http_does_no_harm() {
    let board = Board::new();
    let _loop = Loop::start(&board, snapshot());
    let endpoints = Endpoints::start(Plan { web: Some(web()), ..plan(&board) }).unwrap();
    let address = endpoints.web_address().unwrap();
    let junk: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    for bytes in
        [&b"\r\n\r\n\r\n"[..], b"GET", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x03\x01\x00", &junk]
    {
        let mut stream = TcpStream::connect(address).unwrap();
        // The server may hang up before it has read everything.
        let _ = stream.write_all(bytes);
        let _ = stream.set_read_timeout(Some(Duration::from_millis(50)));
        let _ = stream.read(&mut [0; 100]);
    }
    // Many idle connections do not keep others out: the oldest go.
    let mut idle: Vec<TcpStream> = (0..200).map(|_| TcpStream::connect(address).unwrap()).collect();
    assert_eq!(get(address, "/healthz").status, 200);
    idle[0].set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    assert_eq!(idle[0].read(&mut [0; 1]).unwrap_or(0), 0);
}

#[test]
fn an_address_in_use_is_an_error_and_the_end_is_quick() {
    let board = Board::new();
    let taken = std::net::TcpListener::bind(any_port()).unwrap();
    let web = WebPlan { address: taken.local_addr().unwrap(), ..web() };
    let error = Endpoints::start(Plan { web: Some(web), ..plan(&board) }).unwrap_err();
    assert!(error.to_string().contains("cannot listen on 127.0.0.1:"), "{error}");
    let endpoints = Endpoints::start(Plan { web: Some(support::web()), ..plan(&board) }).unwrap();
    let open = TcpStream::connect(endpoints.web_address().unwrap()).unwrap();
    let start = Instant::now();
    drop(endpoints);
    assert!(start.elapsed() < Duration::from_secs(30), "{:?}", start.elapsed());
    drop(open);
}
