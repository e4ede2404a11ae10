//! Containers: ids found in cgroup paths, and what container events tell about them.

use rustc_hash::FxHashMap;

/// An interned container id; 0 is the host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ContainerId(pub(crate) u32);

impl ContainerId {
    /// Not in a container.
    pub const HOST: ContainerId = ContainerId(0);

    /// Whether this is the host.
    pub fn is_host(self) -> bool {
        self.0 == 0
    }
}

/// The engine that runs a container; the numbers are those of container events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ContainerType(pub u32);

impl ContainerType {
    /// LXC.
    pub(crate) const LXC: ContainerType = ContainerType(1);
    /// LXC through libvirt.
    pub(crate) const LIBVIRT_LXC: ContainerType = ContainerType(2);
    /// BOSH process manager.
    pub(crate) const BPM: ContainerType = ContainerType(9);

    /// The word that `container.type` prints; empty for unknown, static and custom types.
    pub fn word(self) -> &'static str {
        match self.0 {
            0 => "docker",
            1 => "lxc",
            2 => "libvirt-lxc",
            3 => "mesos",
            4 => "rkt",
            6 => "cri",
            7 => "containerd",
            8 => "cri-o",
            9 => "bpm",
            11 => "podman",
            0xfffe => "host",
            _ => "",
        }
    }
}

/// One mount of a container.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mount {
    /// Path on the host.
    pub source: Box<str>,
    /// Path in the container.
    pub destination: Box<str>,
    /// Mode.
    pub mode: Box<str>,
    /// Whether it can be written.
    pub rw: bool,
    /// Propagation.
    pub propagation: Box<str>,
}

/// A health or readiness probe of a container.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Probe {
    /// The program.
    pub exe: Box<str>,
    /// Its arguments.
    pub args: Vec<Box<str>>,
}

/// What is known of a container beyond its id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Container {
    /// Short id.
    pub id: Box<str>,
    /// Full id.
    pub full_id: Box<str>,
    /// Engine that runs it.
    pub kind: ContainerType,
    /// Name.
    pub name: Box<str>,
    /// Image reference.
    pub image: Box<str>,
    /// Image id.
    pub image_id: Box<str>,
    /// Image digest.
    pub image_digest: Box<str>,
    /// Image repository.
    pub image_repo: Box<str>,
    /// Image tag.
    pub image_tag: Box<str>,
    /// User that it runs as.
    pub user: Box<str>,
    /// CNI result, JSON text.
    pub cni_json: Box<str>,
    /// Address.
    pub ip: Box<str>,
    /// Whether it is privileged.
    pub privileged: bool,
    /// Whether it shares the host's process id namespace.
    pub host_pid: bool,
    /// Whether it shares the host's network.
    pub host_network: bool,
    /// Whether it shares the host's IPC namespace.
    pub host_ipc: bool,
    /// Whether it is the sandbox of a pod.
    pub is_pod_sandbox: bool,
    /// Id of its pod's sandbox.
    pub pod_sandbox_id: Box<str>,
    /// Labels of its pod's sandbox, sorted by key.
    pub pod_sandbox_labels: Vec<(Box<str>, Box<str>)>,
    /// Labels, sorted by key.
    pub labels: Vec<(Box<str>, Box<str>)>,
    /// Mounts, in order.
    pub mounts: Vec<Mount>,
    /// Environment.
    pub env: Vec<Box<str>>,
    /// Health check.
    pub healthcheck: Option<Probe>,
    /// Liveness probe.
    pub liveness_probe: Option<Probe>,
    /// Readiness probe.
    pub readiness_probe: Option<Probe>,
}

/// Distinct containers remembered at most; the processes of further ones count as the host's.
const MAX_CONTAINERS: usize = 65_536;

/// All containers met so far.
#[derive(Clone, Debug)]
pub struct Containers {
    ids: Vec<Box<str>>,
    infos: Vec<Option<Box<Container>>>,
    by_text: FxHashMap<Box<str>, ContainerId>,
    /// The container that the latest container event is about, and the number of that event.
    subject: Option<(u64, Box<Container>)>,
}

impl Default for Containers {
    fn default() -> Containers {
        Containers { ids: vec!["".into()], infos: vec![None], by_text: FxHashMap::default(), subject: None }
    }
}

impl Containers {
    /// The text of an id; empty for the host.
    pub fn id(&self, id: ContainerId) -> &str {
        self.ids.get(id.0 as usize).map_or("", |id| id)
    }

    /// What is known beyond the id.
    pub fn info(&self, id: ContainerId) -> Option<&Container> {
        self.infos.get(id.0 as usize)?.as_deref()
    }

    /// What is known of the container with this short id.
    pub fn by_text(&self, id: &str) -> Option<&Container> {
        self.info(*self.by_text.get(id)?)
    }

    /// The container that event `num` itself is about: its fields describe that one and not the thread's.
    pub fn subject(&self, num: u64) -> Option<&Container> {
        self.subject.as_ref().filter(|(at, _)| *at == num).map(|(_, container)| &**container)
    }

    /// All containers of which more than the id is known.
    pub fn iter(&self) -> impl Iterator<Item = &Container> {
        self.infos.iter().filter_map(Option::as_deref)
    }

    /// The id with this text; the host for an empty text.
    pub(crate) fn intern(&mut self, text: &str) -> ContainerId {
        if text.is_empty() {
            return ContainerId::HOST;
        }
        if let Some(id) = self.by_text.get(text) {
            return *id;
        }
        if self.ids.len() >= MAX_CONTAINERS {
            return ContainerId::HOST;
        }
        let id = ContainerId(self.ids.len() as u32);
        self.ids.push(text.into());
        self.infos.push(None);
        self.by_text.insert(text.into(), id);
        id
    }

    /// Learns what the control group of a container tells: no runtime knows more of it.
    pub(crate) fn add_local(&mut self, id: ContainerId, kind: ContainerType) {
        let container = Container { id: self.id(id).into(), kind, ..Container::default() };
        if let Some(info) = self.infos.get_mut(id.0 as usize) {
            *info = Some(Box::new(container));
        }
    }

    /// Learns about a container from event `num`.
    pub(crate) fn add(&mut self, num: u64, container: Container) {
        let id = self.intern(&container.id);
        if let Some(info) = self.infos.get_mut(id.0 as usize) {
            *info = Some(Box::new(container.clone()));
        }
        self.subject = Some((num, Box::new(container)));
    }

    /// Forgets a container of whose end event `num` tells. Its id stays valid.
    pub(crate) fn remove(&mut self, num: u64, container: Container) -> ContainerId {
        let id = self.intern(&container.id);
        if let Some(info) = self.infos.get_mut(id.0 as usize) {
            *info = None;
        }
        self.subject = Some((num, Box::new(container)));
        id
    }
}
