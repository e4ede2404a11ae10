//! What container runtimes tell of containers: images, names, mounts, labels. A thread of its own asks, since runtimes
//! may take their time; what they say becomes an event among the others, as Falco's container plugin does it, so that
//! captures hold it, too.

mod cri;
mod docker;
mod event;

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel, sync_channel};
use std::time::{Duration, Instant};

use settings::tree::Node;

pub(crate) use event::{container_text, write_event};

/// Questions that may wait; further ones are not asked.
const MOST_QUESTIONS: usize = 1024;

/// When a runtime is asked for a container, counted from when its control group was first seen: the group is there
/// before the runtime knows the container.
const ATTEMPTS: [Duration; 5] = [
    Duration::ZERO,
    Duration::from_millis(50),
    Duration::from_millis(250),
    Duration::from_secs(1),
    Duration::from_secs(4),
];

/// How long a runtime may be silent.
const PATIENCE: Duration = Duration::from_secs(2);

/// Longest label that is kept: Falco's default for `label_max_len`.
const LONGEST_LABEL: usize = 100;

/// Letters of a short id.
const SHORT: usize = 12;

/// The engines of the container plugin's configuration that are asked, with their usual sockets.
pub(crate) const ENGINES: [(Kind, &str, &[&str]); 3] = [
    (Kind::Docker, "docker", &["/var/run/docker.sock"]),
    (Kind::Podman, "podman", &["/run/podman/podman.sock"]),
    (
        Kind::Cri,
        "cri",
        &[
            "/run/containerd/containerd.sock",
            "/run/crio/crio.sock",
            "/run/k3s/containerd/containerd.sock",
            "/run/host-containerd/containerd.sock",
        ],
    ),
];

/// A kind of runtime, with the number that container events have for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Docker, and what speaks its language.
    Docker = 0,
    /// What speaks Kubernetes' language; containerd and CRI-O have numbers of their own.
    Cri = 6,
    /// Podman, through the same interface.
    Podman = 11,
}

/// A runtime's socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Runtime {
    kind: Kind,
    socket: PathBuf,
    /// Longer labels are left out.
    longest_label: usize,
}

impl Runtime {
    /// What the runtime tells of the container with this short id, as the text of a container event.
    fn container(&self, id: &str) -> Option<String> {
        // The id comes from the name of a control group, which others may have chosen.
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return None;
        }
        match self.kind {
            Kind::Docker | Kind::Podman => docker::container(self, id),
            Kind::Cri => cri::container(self, id),
        }
    }
}

/// The runtimes to ask: those of the container plugin's `init_config`, or the usual ones. `root` is the root of the
/// host's files.
pub(crate) fn runtimes(configuration: &Node, root: &Path) -> Vec<Runtime> {
    let plugins = configuration.key("plugins").map(Node::elements).unwrap_or_default();
    let is_container = |plugin: &&Node| plugin.key("name").and_then(Node::text) == Some("container");
    let plugin = plugins.iter().find(is_container);
    let longest_label = plugin
        .and_then(|plugin| plugin.at("init_config.label_max_len")?.text()?.parse().ok())
        .unwrap_or(LONGEST_LABEL);
    let engines = plugin.and_then(|plugin| plugin.at("init_config.engines"));
    let mut runtimes = Vec::new();
    for (kind, name, usual) in ENGINES {
        let settings = engines.and_then(|engines| engines.key(name));
        if settings.and_then(|settings| settings.key("enabled")).and_then(Node::text) == Some("false") {
            continue;
        }
        let listed: Vec<&str> = settings
            .and_then(|settings| settings.key("sockets"))
            .map(Node::elements)
            .unwrap_or_default()
            .iter()
            .filter_map(Node::text)
            .collect();
        let sockets = if listed.is_empty() { usual } else { &listed };
        runtimes.extend(sockets.iter().map(|socket| Runtime {
            kind,
            socket: root.join(socket.trim_start_matches('/')),
            longest_label,
        }));
    }
    runtimes
}

/// The beginning of an id, as it is told.
fn short(id: &str) -> &str {
    id.get(..SHORT).unwrap_or(id)
}

/// Repository and tag of an image's name; the digest is part of neither.
fn split(name: &str) -> (&str, &str) {
    let name = name.split('@').next().unwrap_or_default();
    match name.rsplit_once(':') {
        // A colon before the last slash belongs to the registry's port.
        Some((repository, tag)) if !tag.contains('/') => (repository, tag),
        _ => (name, ""),
    }
}

/// Asks for containers.
#[derive(Clone, Debug)]
pub(crate) struct Asker(SyncSender<String>);

impl Asker {
    /// Asks for the container with this short id; the answer comes later, or never.
    pub(crate) fn ask(&self, id: &str) {
        // Whoever has that many new containers at once knows the least of the last ones.
        let _ = self.0.try_send(id.to_string());
    }
}

/// What was answered.
#[derive(Debug)]
pub(crate) struct Answers(Receiver<String>);

impl Answers {
    /// The next answer: the text of a container event.
    pub(crate) fn next(&self) -> Option<String> {
        self.0.try_recv().ok()
    }
}

/// Starts asking these runtimes; `answered` is called after each answer.
pub(crate) fn start(
    runtimes: Vec<Runtime>,
    answered: impl Fn() + Send + 'static,
) -> std::io::Result<(Asker, Answers)> {
    let (asker, questions) = sync_channel(MOST_QUESTIONS);
    let (answer, answers) = channel();
    std::thread::Builder::new()
        .name("containers".into())
        .spawn(move || work(&runtimes, &questions, &answer, &answered))?;
    Ok((Asker(asker), Answers(answers)))
}

/// A container that no runtime knows yet.
struct Open {
    id: String,
    asked: Instant,
    attempt: usize,
}

impl Open {
    fn due(&self) -> Option<Instant> {
        Some(self.asked + *ATTEMPTS.get(self.attempt)?)
    }
}

fn work(runtimes: &[Runtime], questions: &Receiver<String>, answers: &Sender<String>, answered: &impl Fn()) {
    let mut open: Vec<Open> = Vec::new();
    loop {
        let next = open.iter().filter_map(Open::due).min();
        let patience =
            next.map_or(Duration::from_secs(3600), |due| due.saturating_duration_since(Instant::now()));
        match questions.recv_timeout(patience) {
            Ok(id) if !open.iter().any(|known| known.id == id) => {
                open.push(Open { id, asked: Instant::now(), attempt: 0 });
            }
            Ok(_) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        let now = Instant::now();
        for one in open.iter_mut().filter(|one| one.due().is_some_and(|due| due <= now)) {
            one.attempt += 1;
            if let Some(text) = runtimes.iter().find_map(|runtime| runtime.container(&one.id)) {
                one.attempt = ATTEMPTS.len();
                if answers.send(text).is_err() {
                    return;
                }
                answered();
            }
        }
        open.retain(|one| one.due().is_some());
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::os::unix::net::UnixListener;

    use super::*;

    #[test]
    fn the_configuration_names_sockets() {
        let usual = runtimes(&Node::empty(), Path::new("/host"));
        assert_eq!(usual.len(), 6);
        assert_eq!(usual[0].socket, Path::new("/host/var/run/docker.sock"));
        let overrides = [
            "plugins=[{name: container, library_path: x, init_config: {engines: {docker: {enabled: true, sockets: \
             [/a, /b]}, podman: {enabled: false}, cri: {sockets: [/c]}}, \
             label_max_len: 9}}]"
                .to_string(),
        ];
        let loaded = settings::load(None, &overrides, &|_| None).unwrap();
        let found: Vec<_> = runtimes(&loaded.root, Path::new("/"))
            .into_iter()
            .map(|runtime| (runtime.kind, runtime.socket, runtime.longest_label))
            .collect();
        let expected = [(Kind::Docker, "/a"), (Kind::Docker, "/b"), (Kind::Cri, "/c")];
        assert_eq!(found, expected.map(|(kind, socket)| (kind, socket.into(), 9)));
    }

    #[test]
    fn names_of_images() {
        assert_eq!(split("nginx"), ("nginx", ""));
        assert_eq!(split("nginx:1.2"), ("nginx", "1.2"));
        assert_eq!(split("host:5000/a/b"), ("host:5000/a/b", ""));
        assert_eq!(split("host:5000/a/b:v1@sha256:00"), ("host:5000/a/b", "v1"));
    }

    #[test]
    fn odd_ids_are_not_asked_for() {
        for (kind, _, _) in ENGINES {
            let runtime = Runtime { kind, socket: "/nonexistent".into(), longest_label: 100 };
            assert_eq!(runtime.container("../x"), None);
            assert_eq!(runtime.container("0123456789ab"), None);
        }
    }

    #[test]
    fn a_runtime_that_knows_the_container_later_is_asked_again() {
        let path = std::env::temp_dir().join(format!("ruled-docker-{}", std::process::id()));
        let _ = std::fs::remove_file(&path);
        let listener = UnixListener::bind(&path).unwrap();
        let server = std::thread::spawn(move || {
            let mut asked = 0;
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut request = [0; 1024];
                let read = stream.read(&mut request).unwrap();
                let request = String::from_utf8_lossy(&request[..read]).into_owned();
                asked += 1;
                if asked == 1 {
                    stream.write_all(b"HTTP/1.0 404 Not Found\r\n\r\n{}").unwrap();
                    continue;
                }
                assert!(request.starts_with("GET /containers/0123456789ab/json HTTP/1.0\r\n"), "{request}");
                stream
                    .write_all(
                        b"HTTP/1.0 200 OK\r\nX: y\r\n\r\n{\"Id\": \"0123456789abcdef\", \"Name\": \"/web\"}",
                    )
                    .unwrap();
                return asked;
            }
            asked
        });
        let (asker, answers) =
            start(vec![Runtime { kind: Kind::Docker, socket: path.clone(), longest_label: 100 }], || ())
                .unwrap();
        asker.ask("0123456789ab");
        let start = Instant::now();
        let text = loop {
            if let Some(text) = answers.next() {
                break text;
            }
            assert!(start.elapsed() < Duration::from_secs(20));
            std::thread::sleep(Duration::from_millis(5));
        };
        assert_eq!(server.join().unwrap(), 2);
        std::fs::remove_file(path).unwrap();
        let json: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert_eq!(json["container"]["name"], "web");
        assert_eq!(json["container"]["id"], "0123456789ab");
    }
}
