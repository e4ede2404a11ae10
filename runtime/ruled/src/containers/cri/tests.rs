//! Questions to a runtime that is a test: its answers, and what comes of those that do not come.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::future::{pending, ready};
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::Value;
use tokio::net::UnixListener;
use tokio::sync::{Notify, oneshot};
use tonic::Response;
use tonic::body::Body;

use super::messages::*;
use super::*;
use crate::containers::{LONGEST_LABEL, start};

const CONTAINER: &str = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d5e6f708192a3b4c5d6e7f809";
const SANDBOX: &str = "f0e1d2c3b4a5968778695a4b3c2d1e0ff0e1d2c3b4a5968778695a4b3c2d1e0f";
const DIGEST: &str = "sha256:5b0bcabd1ed22e9fb1310cf6c2dec7cdef19f0ad69efa1f392e94a4333501270";

/// Patience where an answer comes.
const LONG: Duration = Duration::from_secs(60);

/// What the runtime does with what follows the list of containers.
#[derive(Clone, Copy)]
enum Manner {
    /// Answers under this name.
    Answers(&'static str),
    Hangs,
    Dies,
    /// Dies during its first connection, answers on the others.
    Recovers,
}

/// A runtime with one pod of one container.
struct Fake {
    runtime: Runtime,
    end: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Fake {
    fn start(test: &str, manner: Manner) -> Fake {
        let socket = std::env::temp_dir().join(format!("ruled-cri-{test}-{}", std::process::id()));
        let _ = std::fs::remove_file(&socket);
        let listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
        listener.set_nonblocking(true).unwrap();
        let (end, ended) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let executor = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            executor.spawn(accept(listener, manner));
            let _ = executor.block_on(ended);
        });
        Fake { runtime: runtime(socket), end: Some(end), thread: Some(thread) }
    }

    /// The answer of a runtime that is there, however busy the machine is.
    fn ask(&self, id: &str) -> Option<Value> {
        let text = within(LONG, &self.runtime, id)?;
        Some(serde_json::from_str::<Value>(&text).unwrap()["container"].clone())
    }
}

impl Drop for Fake {
    fn drop(&mut self) {
        drop(self.end.take());
        let _ = self.thread.take().unwrap().join();
        let _ = std::fs::remove_file(&self.runtime.socket);
    }
}

fn runtime(socket: PathBuf) -> Runtime {
    Runtime { kind: Kind::Cri, socket, longest_label: LONGEST_LABEL }
}

async fn accept(listener: std::os::unix::net::UnixListener, manner: Manner) {
    let listener = UnixListener::from_std(listener).unwrap();
    for connection in 0.. {
        let (stream, _) = listener.accept().await.unwrap();
        let manner = match manner {
            Manner::Recovers if connection == 0 => Manner::Dies,
            Manner::Recovers => Manner::Answers("containerd"),
            always => always,
        };
        let death = Arc::new(Notify::new());
        let witness = death.clone();
        let service = service_fn(move |request| {
            let death = death.clone();
            async move { Ok::<_, Infallible>(respond(request, manner, &death).await) }
        });
        tokio::spawn(async move {
            let connection =
                http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service);
            tokio::select! {
                _ = connection => {}
                () = witness.notified() => {}
            }
        });
    }
}

async fn respond(request: hyper::Request<Incoming>, manner: Manner, death: &Notify) -> hyper::Response<Body> {
    let method = request.uri().path().strip_prefix("/runtime.v1.RuntimeService/").unwrap().to_string();
    let name = match manner {
        Manner::Answers(name) => name,
        _ if method == "ListContainers" => "",
        Manner::Hangs => pending().await,
        Manner::Dies | Manner::Recovers => {
            death.notify_one();
            pending().await
        }
    };
    match method.as_str() {
        "Version" => {
            answer(request, |_: VersionRequest| Ok(VersionResponse { runtime_name: name.into() })).await
        }
        "ListContainers" => answer(request, list).await,
        "ContainerStatus" => answer(request, container_status).await,
        "PodSandboxStatus" => answer(request, sandbox_status).await,
        _ => Status::unimplemented(method).into_http(),
    }
}

async fn answer<Q, A>(
    request: hyper::Request<Incoming>,
    read: impl Fn(Q) -> Result<A, Status>,
) -> hyper::Response<Body>
where
    Q: prost::Message + Default + 'static,
    A: prost::Message + Default + 'static,
{
    let service =
        tower::service_fn(|question: Request<Q>| ready(read(question.into_inner()).map(Response::new)));
    tonic::server::Grpc::new(ProstCodec::<A, Q>::default()).unary(service, request).await
}

fn list(question: ListContainersRequest) -> Result<ListContainersResponse, Status> {
    let id = question.filter.unwrap_or_default().id;
    let listed = Listed { id: CONTAINER.into(), pod_sandbox_id: SANDBOX.into() };
    let containers = if CONTAINER.starts_with(&id) { vec![listed] } else { Vec::new() };
    Ok(ListContainersResponse { containers })
}

fn texts(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(key, value)| (key.to_string(), value.to_string())).collect()
}

fn container_status(question: StatusRequest) -> Result<ContainerStatusResponse, Status> {
    if question.id != CONTAINER || !question.verbose {
        return Err(Status::not_found(question.id));
    }
    let mount = |host: &str, container: &str, readonly, propagation| Mount {
        container_path: container.into(),
        host_path: host.into(),
        readonly,
        propagation,
    };
    let info = json!({
        "sandboxID": SANDBOX,
        "pid": 4242,
        "config": {
            "image": {"image": DIGEST},
            "envs": [{"key": "PORT", "value": "80"}, {"key": "EMPTY", "value": ""}],
            "linux": {"security_context": {"privileged": true}},
        },
        "runtimeSpec": {"process": {"user": {"uid": 101, "gid": 101}}},
    });
    let long = "x".repeat(LONGEST_LABEL + 1);
    let status = ContainerStatus {
        id: CONTAINER.into(),
        metadata: Some(ContainerMetadata { name: "nginx".into() }),
        image: Some(ImageSpec { image: "registry.local:5000/web/nginx:1.27".into() }),
        image_ref: format!("registry.local:5000/web/nginx@{DIGEST}"),
        labels: texts(&[("io.kubernetes.container.name", "nginx"), ("tier", "front"), ("long", &long)]),
        mounts: vec![
            mount("/proc", "/host/proc", true, 0),
            mount("/var/lib/kubelet/pods/7/etc-hosts", "/etc/hosts", false, 1),
            mount("/data", "/data", false, 2),
            mount("/odd", "/odd", false, 7),
        ],
        resources: Some(ContainerResources {
            linux: Some(LinuxContainerResources {
                cpu_period: 100_000,
                cpu_quota: 50_000,
                cpu_shares: 512,
                memory_limit: 1 << 27,
                swap_limit: 1 << 28,
            }),
        }),
        ..Default::default()
    };
    Ok(ContainerStatusResponse { status: Some(status), info: texts(&[("info", &info.to_string())]) })
}

fn sandbox_status(question: StatusRequest) -> Result<PodSandboxStatusResponse, Status> {
    if question.id.is_empty() || !SANDBOX.starts_with(&question.id) || !question.verbose {
        return Err(Status::not_found(question.id));
    }
    let info = json!({"cniResult": {"Interfaces": {
        "eth0": {"IPConfigs": [{"IP": "10.244.1.7", "Gateway": "10.244.1.1"}], "Mac": "0a:58:0a:f4:01:07",
                 "Sandbox": "/var/run/netns/cni-1"},
        "lo": {"IPConfigs": [{"IP": "127.0.0.1"}]},
        "veth5a2f": {"Mac": "ce:00:00:00:00:01"},
    }}});
    let status = PodSandboxStatus {
        id: SANDBOX.into(),
        metadata: Some(PodSandboxMetadata {
            name: "web-7d9".into(),
            uid: "9a1e".into(),
            namespace: "shop".into(),
        }),
        network: Some(PodSandboxNetworkStatus { ip: "10.244.1.7".into() }),
        linux: Some(LinuxPodSandboxStatus {
            namespaces: Some(Namespace { options: Some(NamespaceOption { network: 0, pid: 2, ipc: 2 }) }),
        }),
        labels: texts(&[("app", "web"), ("io.kubernetes.pod.name", "web-7d9")]),
    };
    Ok(PodSandboxStatusResponse { status: Some(status), info: texts(&[("info", &info.to_string())]) })
}

#[test]
fn a_container_of_a_pod() {
    let fake = Fake::start("container", Manner::Answers("containerd"));
    let expected = json!({
        "type": 7,
        "id": "1a2b3c4d5e6f",
        "full_id": CONTAINER,
        "name": "nginx",
        "image": "registry.local:5000/web/nginx:1.27",
        "imagerepo": "registry.local:5000/web/nginx",
        "imagetag": "1.27",
        "imagedigest": DIGEST,
        "imageid": DIGEST.trim_start_matches("sha256:"),
        "User": "101",
        "privileged": true,
        "host_network": false,
        "host_pid": true,
        "host_ipc": true,
        "ip": "10.244.1.7",
        "cni_json": "{\"eth0\":{\"IPConfigs\":[{\"Gateway\":\"10.244.1.1\",\"IP\":\"10.244.1.7\"}]}}",
        "is_pod_sandbox": false,
        "pod_sandbox_id": SANDBOX,
        "pod_sandbox_labels": {"app": "web", "io.kubernetes.pod.name": "web-7d9"},
        "labels": {
            "io.kubernetes.container.name": "nginx",
            "io.kubernetes.pod.name": "web-7d9",
            "io.kubernetes.pod.namespace": "shop",
            "io.kubernetes.pod.uid": "9a1e",
            "io.kubernetes.sandbox.id": SANDBOX,
            "tier": "front",
        },
        "env": ["PORT=80", "EMPTY="],
        "Mounts": [
            {"Source": "/proc", "Destination": "/host/proc", "Mode": "", "RW": false, "Propagation": "private"},
            {"Source": "/var/lib/kubelet/pods/7/etc-hosts", "Destination": "/etc/hosts", "Mode": "", "RW": true,
             "Propagation": "rslave"},
            {"Source": "/data", "Destination": "/data", "Mode": "", "RW": true, "Propagation": "rshared"},
            {"Source": "/odd", "Destination": "/odd", "Mode": "", "RW": true, "Propagation": "unknown"},
        ],
        "cpu_period": 100_000,
        "cpu_quota": 50_000,
        "cpu_shares": 512,
        "memory_limit": 1 << 27,
        "swap_limit": 1 << 28,
    });
    assert_eq!(fake.ask("1a2b3c4d5e6f"), Some(expected));
}

#[test]
fn the_sandbox_of_a_pod() {
    let fake = Fake::start("sandbox", Manner::Answers("cri-o"));
    let found = fake.ask("f0e1d2c3b4a5").unwrap();
    for (key, value) in [
        ("type", json!(8)),
        ("full_id", json!(SANDBOX)),
        ("name", json!("web-7d9")),
        ("is_pod_sandbox", json!(true)),
        ("pod_sandbox_id", json!(SANDBOX)),
        ("ip", json!("10.244.1.7")),
    ] {
        assert_eq!(found[key], value, "{key}");
    }
    assert_eq!(found["labels"]["io.kubernetes.pod.namespace"], "shop");
    assert_eq!(found["labels"]["app"], "web");
}

#[test]
fn other_ids_are_unknown() {
    let fake = Fake::start("unknown", Manner::Answers("other"));
    // Also the id of a container of another kind that is the beginning of one of these.
    for id in ["000000000000", "1a2b", "f0e1"] {
        assert_eq!(fake.ask(id), None, "{id}");
    }
    assert_eq!(fake.ask("1a2b3c4d5e6f").unwrap()["type"], 6);
}

#[test]
fn a_runtime_that_hangs_or_dies_ends_the_question() {
    let hangs = Fake::start("hangs", Manner::Hangs);
    let begun = Instant::now();
    assert_eq!(hangs.runtime.container("1a2b3c4d5e6f"), None);
    assert!(begun.elapsed() >= PATIENCE);
    let dies = Fake::start("dies", Manner::Dies);
    assert_eq!(dies.ask("1a2b3c4d5e6f"), None);
}

#[test]
fn a_runtime_that_died_is_asked_again() {
    let fake = Fake::start("again", Manner::Recovers);
    let (asker, answers) = start(vec![fake.runtime.clone()], || ()).unwrap();
    asker.ask("1a2b3c4d5e6f");
    let begun = Instant::now();
    let text = loop {
        if let Some(text) = answers.next() {
            break text;
        }
        assert!(begun.elapsed() < LONG);
        std::thread::sleep(Duration::from_millis(5));
    };
    assert!(text.contains("1a2b3c4d5e6f"), "{text}");
}

#[test]
fn names_of_images() {
    let name = |asked: &str, reference: &str, annotations: Value| {
        let status = ContainerStatus {
            image: Some(ImageSpec { image: asked.into() }),
            image_ref: reference.into(),
            image_id: "sha256:cafe".into(),
            ..Default::default()
        };
        let info = json!({"runtimeSpec": {"annotations": annotations}}).to_string();
        let pod = PodSandboxStatusResponse::default();
        let json = describe::container_json(status, &texts(&[("info", &info)]), SANDBOX, &pod, LONGEST_LABEL);
        ["image", "imagerepo", "imagetag", "imagedigest", "imageid"]
            .map(|key| json[key].as_str().unwrap().to_string())
    };
    let none = json!({});
    assert_eq!(name("a/b:1", "a/b@sha256:00", none.clone()), ["a/b:1", "a/b", "1", "sha256:00", "cafe"]);
    assert_eq!(
        name("a/b@sha256:00", "cafe", none.clone()),
        ["a/b@sha256:00", "a/b", "", "sha256:00", "cafe"]
    );
    assert_eq!(
        name("sha256:00", "h:5/a@sha256:00", none.clone()),
        ["h:5/a", "h:5/a", "", "sha256:00", "cafe"]
    );
    assert_eq!(name("sha256:00", "sha256:00", none), ["sha256:00", "", "", "sha256:00", "cafe"]);
    for key in ["io.kubernetes.cri.image-name", "io.kubernetes.cri-o.Image", "io.kubernetes.cri-o.ImageName"]
    {
        let found = name("sha256:00", "sha256:00", json!({key: "h:5/a:2"}));
        assert_eq!(found, ["h:5/a:2", "h:5/a", "2", "sha256:00", "cafe"], "{key}");
    }
}

#[test]
fn the_network_that_cri_o_tells_of() {
    let network = |result: &str| {
        let annotations = json!({"io.kubernetes.cri-o.CNIResult": result});
        let info = json!({"runtimeSpec": {"annotations": annotations}}).to_string();
        let json =
            describe::sandbox_json(&PodSandboxStatus::default(), &texts(&[("info", &info)]), LONGEST_LABEL);
        json["cni_json"].as_str().unwrap().to_string()
    };
    assert_eq!(network("{\"cniVersion\":\"1.0.0\"}\n"), "{\"cniVersion\":\"1.0.0\"}");
    assert_eq!(network(&"ä".repeat(4096)).len(), 4096);
}
