//! What container runtimes tell of containers: images, names, mounts, labels. A thread of its own asks, since runtimes
//! may take their time; what they say becomes an event among the others, as Falco's container plugin does it, so that
//! captures hold it, too.

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

/// A kind of runtime, with the number that container events have for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Docker, and what speaks its language.
    Docker = 0,
    /// Podman, through the same interface.
    Podman = 11,
}

/// A runtime's socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Runtime {
    kind: Kind,
    socket: PathBuf,
}

/// The runtimes to ask: those of the container plugin's `init_config`, or the usual ones. `root` is the root of the
/// host's files.
pub(crate) fn runtimes(configuration: &Node, root: &Path) -> Vec<Runtime> {
    let plugins = configuration.key("plugins").map(Node::elements).unwrap_or_default();
    let is_container = |plugin: &&Node| plugin.key("name").and_then(Node::text) == Some("container");
    let engines = plugins.iter().find(is_container).and_then(|plugin| plugin.at("init_config.engines"));
    let engine = |kind: Kind, name: &str, usual: &[&str]| {
        let settings = engines.and_then(|engines| engines.key(name));
        let enabled =
            settings.and_then(|settings| settings.key("enabled")).and_then(Node::text) != Some("false");
        let listed: Vec<&str> = settings
            .and_then(|settings| settings.key("sockets"))
            .map(Node::elements)
            .unwrap_or_default()
            .iter()
            .filter_map(Node::text)
            .collect();
        let sockets = if listed.is_empty() { usual.to_vec() } else { listed };
        let sockets = if enabled { sockets } else { Vec::new() };
        let below = |socket: &str| root.join(socket.trim_start_matches('/'));
        sockets.into_iter().map(move |socket| Runtime { kind, socket: below(socket) }).collect::<Vec<_>>()
    };
    let mut runtimes = engine(Kind::Docker, "docker", &["/var/run/docker.sock"]);
    runtimes.extend(engine(Kind::Podman, "podman", &["/run/podman/podman.sock"]));
    runtimes
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
            if let Some(text) = runtimes.iter().find_map(|runtime| docker::container(runtime, &one.id)) {
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
        assert_eq!(usual.len(), 2);
        assert_eq!(usual[0].socket, Path::new("/host/var/run/docker.sock"));
        let overrides = [
            "plugins=[{name: container, library_path: x, init_config: {engines: {docker: {enabled: true, sockets: \
             [/a, /b]}, podman: {enabled: false}}}}]"
                .to_string(),
        ];
        let loaded = settings::load(None, &overrides, &|_| None).unwrap();
        let found: Vec<_> =
            runtimes(&loaded.root, Path::new("/")).into_iter().map(|runtime| runtime.socket).collect();
        assert_eq!(found, [Path::new("/a"), Path::new("/b")]);
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
            start(vec![Runtime { kind: Kind::Docker, socket: path.clone() }], || ()).unwrap();
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
