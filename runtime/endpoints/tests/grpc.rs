//! The alert stream over a Unix socket and over mutual TLS, with clients of our own and with the sample clients.

mod support;

use std::collections::BTreeMap;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use catalogue::Priority;
use endpoints::{
    Board, Endpoints, GrpcOutput, GrpcPlan, Hub, HubOptions, Identity, MutualTls, Plan, WebPlan,
};
use hyper::http::uri::PathAndQuery;
use hyper_util::rt::TokioIo;
use outputs::Output;
use support::{any_port, folder, have, plan, web};
use tokio::runtime::Runtime;
use tokio::time::timeout;
use tokio_stream::StreamExt;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint, Uri};
use tonic::{Code, Status, Streaming};
use tonic_prost::ProstCodec;

const SUB: &str = "/falco.outputs.service/sub";
const GET: &str = "/falco.outputs.service/get";
const PATIENCE: Duration = Duration::from_secs(60);

#[derive(Clone, Copy, PartialEq, prost::Message)]
struct Timestamp {
    #[prost(int64, tag = "1")]
    seconds: i64,
    #[prost(int32, tag = "2")]
    nanos: i32,
}

#[derive(Clone, Copy, PartialEq, prost::Message)]
struct Request {}

#[derive(Clone, PartialEq, prost::Message)]
struct Response {
    #[prost(message, optional, tag = "1")]
    time: Option<Timestamp>,
    #[prost(int32, tag = "2")]
    priority: i32,
    #[prost(int32, tag = "3")]
    source_deprecated: i32,
    #[prost(string, tag = "4")]
    rule: String,
    #[prost(string, tag = "5")]
    output: String,
    #[prost(btree_map = "string, string", tag = "6")]
    output_fields: BTreeMap<String, String>,
    #[prost(string, tag = "7")]
    hostname: String,
    #[prost(string, repeated, tag = "8")]
    tags: Vec<String>,
    #[prost(string, tag = "9")]
    source: String,
}

#[derive(Clone, PartialEq, prost::Message)]
struct Version {
    #[prost(string, tag = "1")]
    version: String,
    #[prost(uint32, tag = "3")]
    minor: u32,
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

async fn unix(path: &Path) -> Channel {
    let path = path.to_path_buf();
    Endpoint::from_static("http://localhost")
        .connect_with_connector(tower::service_fn(move |_: Uri| {
            let path = path.clone();
            async move { tokio::net::UnixStream::connect(path).await.map(TokioIo::new) }
        }))
        .await
        .unwrap()
}

type Client = tonic::client::Grpc<Channel>;

async fn client(channel: Channel) -> Client {
    let mut client = tonic::client::Grpc::new(channel);
    client.ready().await.unwrap();
    client
}

fn codec() -> ProstCodec<Request, Response> {
    ProstCodec::default()
}

/// Subscribes and stays.
async fn sub(client: &mut Client) -> Streaming<Response> {
    let requests = tokio_stream::once(Request {}).chain(tokio_stream::pending());
    let method = PathAndQuery::from_static(SUB);
    client.streaming(tonic::Request::new(requests), method, codec()).await.unwrap().into_inner()
}

async fn get(client: &mut Client) -> Result<Vec<Response>, Status> {
    let method = PathAndQuery::from_static(GET);
    client.ready().await.unwrap();
    let stream = client.server_streaming(tonic::Request::new(Request {}), method, codec()).await?;
    stream.into_inner().collect::<Result<Vec<_>, _>>().await
}

async fn next(stream: &mut Streaming<Response>) -> Response {
    timeout(PATIENCE, stream.message()).await.expect("an alert").unwrap().expect("no end")
}

/// A server on a Unix socket, with its output.
fn start(name: &str, options: HubOptions) -> (Endpoints, PathBuf, GrpcOutput, Hub) {
    let board = Board::new();
    let hub = Hub::new(options);
    let socket = folder(name).join("sub").join("falco.sock");
    let grpc = Some(GrpcPlan::Unix(socket.clone(), hub.clone()));
    let endpoints = Endpoints::start(Plan { grpc, ..plan(&board) }).unwrap();
    (endpoints, socket, GrpcOutput::new(hub.clone(), "dmaf5"), hub)
}

fn deliver(output: &mut GrpcOutput, rule: &str) {
    output.deliver(&support::alert(rule, Priority::Error)).unwrap();
}

#[test]
fn only_its_owner_may_use_the_socket_and_it_goes_away() {
    let (endpoints, socket, ..) = start("mode", HubOptions::default());
    let mode = std::fs::metadata(&socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    // The same place cannot be taken twice, but it can once its owner is gone.
    let again = || {
        let grpc = Some(GrpcPlan::Unix(socket.clone(), Hub::new(HubOptions::default())));
        Endpoints::start(Plan { grpc, ..plan(&Board::new()) })
    };
    assert!(again().unwrap_err().to_string().contains("falco.sock"));
    drop(endpoints);
    assert!(!socket.exists());
    drop(std::os::unix::net::UnixListener::bind(&socket).unwrap());
    assert!(socket.exists());
    drop(again().unwrap());
    std::fs::write(&socket, "precious").unwrap();
    assert!(again().is_err());
    assert_eq!(std::fs::read_to_string(&socket).unwrap(), "precious");
}

#[test]
fn alerts_arrive_with_all_their_parts() {
    let (_endpoints, socket, mut output, hub) = start("parts", HubOptions::default());
    deliver(&mut output, "before");
    runtime().block_on(async {
        let mut client = client(unix(&socket).await).await;
        let mut stream = sub(&mut client).await;
        assert_eq!(next(&mut stream).await.rule, "before");
        deliver(&mut output, "Write below root");
        let alert = next(&mut stream).await;
        assert_eq!(
            alert,
            Response {
                time: Some(Timestamp { seconds: 1_700_000_000, nanos: 123_456_789 }),
                priority: 3,
                source_deprecated: 0,
                rule: "Write below root".to_string(),
                output: "Write below root happened".to_string(),
                output_fields: [("container.id", "host"), ("k8s.ns.name", "<NA>"), ("proc.name", "bash")]
                    .map(|(name, value)| (name.to_string(), value.to_string()))
                    .into(),
                hostname: "dmaf5".to_string(),
                tags: vec!["filesystem".to_string(), "mitre_persistence".to_string()],
                source: "syscall".to_string(),
            }
        );
        assert_eq!(hub.counters().streams, 1);
        drop(stream);
    });
    support::wait("the end of the stream", || hub.counters().streams == 0);
}

#[test]
fn get_gives_what_waits_and_nothing_twice() {
    let (_endpoints, socket, mut output, _) = start("get", HubOptions::default());
    for number in 0..100 {
        deliver(&mut output, &number.to_string());
    }
    runtime().block_on(async {
        let mut client = client(unix(&socket).await).await;
        let rules: Vec<String> =
            get(&mut client).await.unwrap().into_iter().map(|alert| alert.rule).collect();
        assert_eq!(rules, (0..100).map(|number| number.to_string()).collect::<Vec<_>>());
        assert!(get(&mut client).await.unwrap().is_empty());
        deliver(&mut output, "later");
        assert_eq!(get(&mut client).await.unwrap().len(), 1);
    });
}

#[test]
fn a_client_that_stops_asking_gets_what_is_there_and_the_end() {
    let (_endpoints, socket, mut output, _) = start("half", HubOptions::default());
    deliver(&mut output, "one");
    runtime().block_on(async {
        let mut client = client(unix(&socket).await).await;
        let method = PathAndQuery::from_static(SUB);
        let requests = tonic::Request::new(tokio_stream::iter([Request {}, Request {}]));
        let stream = client.streaming(requests, method, codec()).await.unwrap().into_inner();
        let alerts: Vec<Response> =
            timeout(PATIENCE, stream.collect::<Result<_, _>>()).await.unwrap().unwrap();
        assert_eq!(alerts.len(), 1);
    });
}

#[test]
fn a_slow_client_delays_nobody_and_is_counted() {
    let (_endpoints, socket, mut output, hub) =
        start("slow", HubOptions { capacity: 200, ..HubOptions::default() });
    runtime().block_on(async {
        let mut slow_client = client(unix(&socket).await).await;
        let mut slow = sub(&mut slow_client).await;
        let mut quick_client = client(unix(&socket).await).await;
        let mut quick = sub(&mut quick_client).await;
        while hub.counters().streams < 2 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let long = "x".repeat(10_000);
        let mut longest = Duration::ZERO;
        for number in 0..2000 {
            let start = std::time::Instant::now();
            deliver(&mut output, &format!("{number} {long}"));
            longest = longest.max(start.elapsed());
            // The quick one reads everything, the slow one nothing.
            assert!(next(&mut quick).await.rule.starts_with(&format!("{number} ")));
        }
        // It never waited for the slow one.
        assert!(longest < PATIENCE / 2, "{longest:?}");
        let mut seen = 0;
        let last = loop {
            let alert = next(&mut slow).await;
            seen += 1;
            if alert.rule.starts_with("1999 ") {
                break alert;
            }
        };
        assert!(!last.rule.is_empty());
        let counters = hub.counters();
        assert_eq!(seen + counters.skipped, 2000, "{counters:?}");
        assert!(counters.skipped > 0 && counters.lost == 0, "{counters:?}");
    });
}

#[test]
fn streams_end_in_order_with_the_program() {
    let (endpoints, socket, mut output, _) = start("end", HubOptions::default());
    runtime().block_on(async {
        let mut client = client(unix(&socket).await).await;
        let mut stream = sub(&mut client).await;
        deliver(&mut output, "last");
        let ending = tokio::task::spawn_blocking(move || drop(endpoints));
        assert_eq!(next(&mut stream).await.rule, "last");
        assert!(timeout(PATIENCE, stream.message()).await.unwrap().unwrap().is_none());
        ending.await.unwrap();
    });
}

#[test]
fn versions_and_unknown_methods_are_answered() {
    let (_endpoints, socket, ..) = start("version", HubOptions::default());
    runtime().block_on(async {
        let mut client = client(unix(&socket).await).await;
        let codec = ProstCodec::<Request, Version>::default();
        let method = PathAndQuery::from_static("/falco.version.service/version");
        let version =
            client.unary(tonic::Request::new(Request {}), method, codec).await.unwrap().into_inner();
        assert_eq!((version.version.as_str(), version.minor), ("0.44.1", 44));
        client.ready().await.unwrap();
        let codec = ProstCodec::<Request, Version>::default();
        let method = PathAndQuery::from_static("/falco.outputs.service/put");
        let error = client.unary(tonic::Request::new(Request {}), method, codec).await.unwrap_err();
        assert_eq!(error.code(), Code::Unimplemented);
    });
}

/// An authority and what it signed, as PEM files: `ca.crt`, `server.crt`, `server.key`, `client.crt`, `client.key`.
fn certificates(folder: &Path) {
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
    let mut params = CertificateParams::new(Vec::new()).unwrap();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    // Of its own name, so that nobody takes what it signed for signed by itself.
    params.distinguished_name.push(DnType::CommonName, "authority");
    let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
    std::fs::write(folder.join("ca.crt"), authority.pem()).unwrap();
    for name in ["server", "client"] {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec!["localhost".to_string()]).unwrap();
        let certificate = certificate.signed_by(&key, &authority).unwrap();
        std::fs::write(folder.join(format!("{name}.crt")), certificate.pem()).unwrap();
        std::fs::write(folder.join(format!("{name}.key")), key.serialize_pem()).unwrap();
    }
}

#[test]
fn tcp_wants_a_certificate_from_both_sides() {
    let folder = folder("tls");
    certificates(&folder);
    let hub = Hub::new(HubOptions::default());
    let mut output = GrpcOutput::new(hub.clone(), "dmaf5");
    let tls = MutualTls {
        identity: Identity { certificates: folder.join("server.crt"), key: folder.join("server.key") },
        roots: folder.join("ca.crt"),
    };
    let board = Board::new();
    let grpc = Some(GrpcPlan::Tcp(any_port(), tls, hub));
    // The web server takes both from one file, as Falco does.
    let both = folder.join("falco.pem");
    let pem = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    std::fs::write(&both, pem("server.crt") + &pem("server.key")).unwrap();
    let identity = Some(Identity { certificates: both.clone(), key: both });
    let web = Some(WebPlan { identity, ..web() });
    let endpoints = Endpoints::start(Plan { grpc, web, ..plan(&board) }).unwrap();
    deliver(&mut output, "secret");
    let uri = format!("https://localhost:{}", endpoints.grpc_address().unwrap().port());
    let tls = || ClientTlsConfig::new().ca_certificate(Certificate::from_pem(pem("ca.crt")));
    runtime().block_on(async {
        let endpoint = |tls| Endpoint::from_shared(uri.clone()).unwrap().tls_config(tls).unwrap();
        // Without a certificate the handshake, or the first call after it, fails.
        let stranger = match endpoint(tls()).connect().await {
            Ok(channel) => get(&mut client(channel).await).await.is_err(),
            Err(_) => true,
        };
        assert!(stranger);
        let friend =
            tls().identity(tonic::transport::Identity::from_pem(pem("client.crt"), pem("client.key")));
        let mut client = client(endpoint(friend).connect().await.unwrap()).await;
        assert_eq!(get(&mut client).await.unwrap()[0].rule, "secret");
    });
    if have("curl", &["--version"]) {
        let port = endpoints.web_address().unwrap().port();
        let output = Command::new("curl")
            .args(["--silent", "--fail", "--cacert"])
            .arg(folder.join("ca.crt"))
            .arg(format!("https://localhost:{port}/healthz"))
            .output()
            .unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stdout), "{\"status\": \"ok\"}", "{output:?}");
    }
}

#[test]
fn the_rust_sample_client_prints_alerts() {
    let (_endpoints, socket, mut output, _) = start("rust", HubOptions::default());
    // Examples are built along with the tests, beside the folder that this test's program is in.
    let example = std::env::current_exe().unwrap().parent().unwrap().with_file_name("examples/alerts");
    if !have(&example.display().to_string(), &["--help"]) {
        return;
    }
    let client =
        Command::new(example).args(["--count", "2"]).arg(&socket).stdout(Stdio::piped()).spawn().unwrap();
    deliver(&mut output, "first");
    deliver(&mut output, "second");
    let text = String::from_utf8(client.wait_with_output().unwrap().stdout).unwrap();
    assert_eq!(
        text,
        "dmaf5|syscall|3|first|first happened|filesystem,mitre_persistence|container.id=host k8s.ns.name=<NA> proc.name=bash\n\
         dmaf5|syscall|3|second|second happened|filesystem,mitre_persistence|container.id=host k8s.ns.name=<NA> proc.name=bash\n"
    );
}

/// A sample client that prints JSON: the version, alerts as they come, alerts that wait.
fn prints_alerts(name: &str, client: impl Fn(&Path) -> Command) {
    let (_endpoints, socket, mut output, hub) = start(name, HubOptions::default());
    let run = |arguments: &[&str]| {
        client(&socket).args(arguments).stdout(Stdio::piped()).spawn().unwrap().wait_with_output().unwrap()
    };
    let lines = |output: std::process::Output| -> Vec<String> {
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap().lines().map(str::to_string).collect()
    };
    assert_eq!(lines(run(&["--version"])), ["0.44.1"]);
    deliver(&mut output, "first");
    deliver(&mut output, "second");
    let seen: Vec<serde_json::Value> = lines(run(&["--count", "2"]))
        .iter()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    let alert = |rule: &str| {
        serde_json::json!({
            "hostname": "dmaf5",
            "output": format!("{rule} happened"),
            "output_fields": {"container.id": "host", "k8s.ns.name": "<NA>", "proc.name": "bash"},
            "priority": "Error",
            "rule": rule,
            "source": "syscall",
            "tags": ["filesystem", "mitre_persistence"],
            "time": "2023-11-14T22:13:20.123456789Z",
        })
    };
    assert_eq!(seen, [alert("first"), alert("second")]);
    // Until the server has seen that the client is gone, it would be given the next alert.
    support::wait("the end of the stream", || hub.counters().streams == 0);
    deliver(&mut output, "third");
    assert_eq!(lines(run(&["--get"])).len(), 1);
}

#[test]
fn the_python_sample_client_prints_alerts() {
    if !have("python3", &["-c", "import grpc, grpc_tools"]) {
        return;
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("clients/python/alerts.py");
    prints_alerts("python", |socket| {
        let mut command = Command::new("python3");
        command.arg(&script).arg("--target").arg(format!("unix://{}", socket.display()));
        command
    });
}

/// Compiled from the library's packages in Debian, with messages generated from our own description, as nothing is fetched
/// here: golang-go, golang-google-grpc-dev, golang-github-golang-protobuf-1-5-dev, protoc-gen-go-1-5, protoc-gen-go-grpc.
#[test]
fn the_go_sample_client_prints_alerts() {
    const LIBRARIES: &str = "/usr/share/gocode";
    if !have("go", &["version"])
        || !have("protoc-gen-go-grpc", &["--version"])
        || !have("ls", &[&format!("{LIBRARIES}/src/google.golang.org/grpc")])
    {
        return;
    }
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = folder("go-client");
    let (messages, program) = (folder.join("src"), folder.join("alerts"));
    std::fs::create_dir(&messages).unwrap();
    let succeeds = |command: &mut Command| {
        let output = command.output().unwrap();
        assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    };
    succeeds(
        Command::new("protoc")
            .current_dir(here.join("proto"))
            .args([
                format!("--go_out={0}", messages.display()),
                format!("--go-grpc_out={0}", messages.display()),
            ])
            .args(["falco/outputs.proto", "falco/schema.proto", "falco/version.proto"]),
    );
    succeeds(
        Command::new("go")
            .current_dir(here.join("clients/go"))
            .args(["build", "-o"])
            .args([program.as_os_str(), "main.go".as_ref()])
            .envs([("GO111MODULE", "off"), ("GOFLAGS", "")])
            .env("GOPATH", format!("{}:{LIBRARIES}", folder.display()))
            .env("GOCACHE", Path::new(env!("CARGO_TARGET_TMPDIR")).join("go")),
    );
    prints_alerts("go", |socket| {
        let mut command = Command::new(&program);
        command.arg("--socket").arg(socket);
        command
    });
}
