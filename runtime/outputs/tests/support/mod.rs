//! A small HTTP server, certificates, alerts and folders for the tests.
#![allow(dead_code)]

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use catalogue::Priority;
use outputs::{Alert, HttpOptions, OutputCounters, Outputs};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustix::net::{self, AddressFamily, SocketType};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

/// A folder for one test, removed when dropped.
pub struct Scratch(pub PathBuf);

impl Scratch {
    pub fn new(name: &str) -> Scratch {
        let path = std::env::temp_dir().join(format!("outputs-test-{name}-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&path);
        std::fs::create_dir_all(&path).unwrap();
        Scratch(path)
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    pub fn file(&self, name: &str, content: &str) -> String {
        let path = self.path(name);
        std::fs::write(&path, content).unwrap();
        path.display().to_string()
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

pub fn alert(line: impl Into<Vec<u8>>) -> Alert {
    Alert {
        id: 0,
        ts: 1_700_000_000_000_000_000,
        priority: Priority::Notice,
        rule: "Test rule".into(),
        source: "syscall".into(),
        tags: Arc::default(),
        line: line.into().into(),
        fields: None,
    }
}

/// A request as the server saw it.
#[derive(Clone, Debug)]
pub struct Request {
    pub head: String,
    pub body: Vec<u8>,
}

impl Request {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.eq_ignore_ascii_case(name).then(|| value.trim())
        })
    }

    pub fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

/// Decides the status of an answer; `None`: there is none, ever.
pub type Decide = Box<dyn Fn(usize, &Request) -> Option<u16> + Send + Sync>;

/// A server that remembers what it got.
#[derive(Clone)]
pub struct Server {
    pub address: SocketAddr,
    pub requests: Arc<Mutex<Vec<Request>>>,
    pub connections: Arc<Mutex<usize>>,
}

impl Server {
    pub fn start(tls: Option<Arc<ServerConfig>>, decide: Decide) -> Server {
        Server::on(TcpListener::bind("127.0.0.1:0").unwrap(), tls, decide)
    }

    pub fn on(listener: TcpListener, tls: Option<Arc<ServerConfig>>, decide: Decide) -> Server {
        let server = Server {
            address: listener.local_addr().unwrap(),
            requests: Arc::default(),
            connections: Arc::default(),
        };
        let (decide, state) = (Arc::new(decide), server.clone());
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (decide, state, tls) = (Arc::clone(&decide), state.clone(), tls.clone());
                *state.connections.lock().unwrap() += 1;
                thread::spawn(move || {
                    let _ = match tls {
                        None => serve(stream, &state, &decide),
                        Some(config) => {
                            let connection = ServerConnection::new(config).unwrap();
                            serve(StreamOwned::new(connection, stream), &state, &decide)
                        }
                    };
                });
            }
        });
        server
    }

    pub fn bodies(&self) -> Vec<String> {
        self.requests.lock().unwrap().iter().map(Request::text).collect()
    }
}

fn serve(stream: impl Read + Write, state: &Server, decide: &Decide) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut head = String::new();
        loop {
            let start = head.len();
            if stream.read_line(&mut head)? == 0 {
                return Ok(());
            }
            if head[start..].trim().is_empty() {
                break;
            }
        }
        let mut request = Request { head, body: Vec::new() };
        let length = request.header("Content-Length").and_then(|text| text.parse().ok()).unwrap_or(0);
        request.body = vec![0; length];
        stream.read_exact(&mut request.body)?;
        let number = state.requests.lock().unwrap().len();
        let status = decide(number, &request);
        state.requests.lock().unwrap().push(request);
        let Some(status) = status else {
            thread::sleep(Duration::from_secs(600));
            return Ok(());
        };
        let place = if matches!(status, 300..=399) { "Location: /elsewhere\r\n" } else { "" };
        let answer = format!("HTTP/1.1 {status} X\r\n{place}Content-Length: 2\r\n\r\nok");
        stream.get_mut().write_all(answer.as_bytes())?;
        stream.get_mut().flush()?;
    }
}

/// An address at which nobody listens until it is opened; nobody else can take it meanwhile.
pub struct Door {
    pub address: SocketAddr,
    socket: OwnedFd,
}

impl Door {
    pub fn closed() -> Door {
        let socket = net::socket(AddressFamily::INET, SocketType::STREAM, None).unwrap();
        net::bind(&socket, &SocketAddr::from(([127, 0, 0, 1], 0))).unwrap();
        let address = net::getsockname(&socket).unwrap().try_into().unwrap();
        Door { address, socket }
    }

    pub fn open(self) -> TcpListener {
        net::listen(&self.socket, 128).unwrap();
        self.socket.into()
    }
}

/// A listener that takes connections and reads nothing.
pub fn silent() -> (SocketAddr, thread::JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let thread = thread::spawn(move || {
        let _open: Vec<TcpStream> = listener.incoming().flatten().collect();
    });
    (address, thread)
}

/// An authority and what it signed, as PEM.
pub struct Authority {
    pub ca: String,
    pub server: (String, String),
    pub client: (String, String),
}

impl Authority {
    pub fn new() -> Authority {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let ca = params.self_signed(&key).unwrap().pem();
        let issuer = Issuer::new(params, key);
        let signed = |name: &str| {
            let key = KeyPair::generate().unwrap();
            let params = CertificateParams::new(vec![name.to_string()]).unwrap();
            (params.signed_by(&key, &issuer).unwrap().pem(), key.serialize_pem())
        };
        Authority { ca, server: signed("localhost"), client: signed("client") }
    }

    /// A server's settings; with `mutual`, clients must present a certificate of this authority.
    pub fn config(&self, mutual: bool) -> Arc<ServerConfig> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
            .with_safe_default_protocol_versions()
            .unwrap();
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_slice(self.ca.as_bytes()).unwrap()).unwrap();
        let verifier =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build().unwrap();
        let builder =
            if mutual { builder.with_client_cert_verifier(verifier) } else { builder.with_no_client_auth() };
        let chain = vec![CertificateDer::from_pem_slice(self.server.0.as_bytes()).unwrap()];
        let key = PrivateKeyDer::from_pem_slice(self.server.1.as_bytes()).unwrap();
        Arc::new(builder.with_single_cert(chain, key).unwrap())
    }
}

pub fn http(url: String) -> HttpOptions {
    HttpOptions {
        url,
        user_agent: "falcosecurity/falco".into(),
        json: true,
        insecure: false,
        ca_cert: String::new(),
        ca_bundle: String::new(),
        ca_path: "/nonexistent".into(),
        client: None,
        echo: false,
        compress: false,
        keep_alive: true,
        timeout: Duration::from_secs(10),
    }
}

/// The counters of one output.
pub fn counters(outputs: &Outputs, name: &str) -> OutputCounters {
    outputs.counters().into_iter().find(|counters| counters.name == name).unwrap()
}

/// Waits until something is so.
pub fn until(seconds: u64, what: &str, mut so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !so() {
        assert!(begin.elapsed() < Duration::from_secs(seconds), "waited {seconds} s for: {what}");
        thread::sleep(Duration::from_millis(5));
    }
}
