//! Containers: which one a thread lives in, and what container events tell.

use serde_json::{Map, Value};

use super::{Step, Tracker};
use crate::state::cgroup::container_id;
use crate::state::containers::{Container, ContainerType, Mount, Probe};
use crate::state::{ContainerId, ThreadId};

/// Control group paths whose container is remembered; beyond it the memory starts anew.
const MAX_PATHS: usize = 16_384;

impl Tracker {
    /// Finds the container of a thread in its control groups.
    pub(super) fn find_container(&mut self, id: ThreadId) {
        let entry = &self.state.threads[id];
        let mut found = ContainerId::HOST;
        for item in entry.cgroups.iter() {
            let Some(at) = memchr::memchr(b'=', item) else { continue };
            let path = &item[at + 1..];
            let container = match self.cgroup_paths.get(path) {
                Some(container) => *container,
                None => {
                    let (text, kind) = container_id(path).unwrap_or_default();
                    let text = String::from_utf8_lossy(text);
                    let container = self.state.containers.intern(&text);
                    if !container.is_host() && self.state.containers.info(container).is_none() {
                        match kind {
                            Some(kind) => {
                                self.state.containers.add_local(container, kind);
                                self.state.epoch += 1;
                            }
                            None => self.host.container(&text),
                        }
                    }
                    if self.cgroup_paths.len() >= MAX_PATHS {
                        self.cgroup_paths.clear();
                    }
                    self.cgroup_paths.insert(path.into(), container);
                    container
                }
            };
            if !container.is_host() {
                found = container;
                break;
            }
        }
        self.state.threads[id].container = found;
    }

    /// An asynchronous event: `container` and `container_removed` are about containers.
    pub(super) fn async_event(&mut self, step: &mut Step<'_>) {
        let removed = match step.param(1).text() {
            Some(b"container") => false,
            Some(b"container_removed") => true,
            _ => return,
        };
        let Some(container) = parse(step.param(2).bytes()) else { return };
        if removed {
            let id = self.state.containers.remove(self.num, container);
            self.state.users.remove_container(id);
        } else {
            self.state.containers.add(self.num, container);
        }
        self.state.epoch += 1;
    }

    /// A container, as older captures tell of it.
    pub(super) fn container_json_event(&mut self, step: &mut Step<'_>) {
        if let Some(container) = parse(step.param(0).bytes()) {
            self.state.containers.add(self.num, container);
            self.state.epoch += 1;
        }
    }
}

/// Reads the JSON text of a container event; a NUL ends it.
fn parse(bytes: &[u8]) -> Option<Container> {
    let text = bytes.split(|byte| *byte == 0).next()?;
    let json: Value = serde_json::from_slice(text).ok()?;
    let json = json.get("container")?.as_object()?;
    Some(Container {
        id: text_of(json, "id"),
        full_id: text_of(json, "full_id"),
        kind: ContainerType(json.get("type").and_then(Value::as_u64).map_or(0, |kind| kind as u32)),
        name: text_of(json, "name"),
        image: text_of(json, "image"),
        image_id: text_of(json, "imageid"),
        image_digest: text_of(json, "imagedigest"),
        image_repo: text_of(json, "imagerepo"),
        image_tag: text_of(json, "imagetag"),
        user: text_of(json, "User"),
        cni_json: text_of(json, "cni_json"),
        ip: text_of(json, "ip"),
        privileged: flag_of(json, "privileged"),
        host_pid: flag_of(json, "host_pid"),
        host_network: flag_of(json, "host_network"),
        host_ipc: flag_of(json, "host_ipc"),
        is_pod_sandbox: flag_of(json, "is_pod_sandbox"),
        pod_sandbox_id: text_of(json, "pod_sandbox_id"),
        pod_sandbox_labels: labels_of(json, "pod_sandbox_labels"),
        labels: labels_of(json, "labels"),
        mounts: items(json, "Mounts").filter_map(Value::as_object).map(mount).collect(),
        env: items(json, "env").filter_map(Value::as_str).map(Box::from).collect(),
        healthcheck: probe_of(json, "Healthcheck"),
        liveness_probe: probe_of(json, "LivenessProbe"),
        readiness_probe: probe_of(json, "ReadinessProbe"),
    })
}

fn text_of(json: &Map<String, Value>, key: &str) -> Box<str> {
    json.get(key).and_then(Value::as_str).unwrap_or_default().into()
}

fn flag_of(json: &Map<String, Value>, key: &str) -> bool {
    json.get(key).and_then(Value::as_bool).unwrap_or_default()
}

fn items<'j>(json: &'j Map<String, Value>, key: &str) -> impl Iterator<Item = &'j Value> {
    json.get(key).and_then(Value::as_array).into_iter().flatten()
}

fn labels_of(json: &Map<String, Value>, key: &str) -> Vec<(Box<str>, Box<str>)> {
    let labels = json.get(key).and_then(Value::as_object).into_iter().flatten();
    let mut labels: Vec<(Box<str>, Box<str>)> =
        labels.filter_map(|(key, value)| Some((key.as_str().into(), value.as_str()?.into()))).collect();
    labels.sort();
    labels
}

fn mount(json: &Map<String, Value>) -> Mount {
    Mount {
        source: text_of(json, "Source"),
        destination: text_of(json, "Destination"),
        mode: text_of(json, "Mode"),
        rw: flag_of(json, "RW"),
        propagation: text_of(json, "Propagation"),
    }
}

fn probe_of(json: &Map<String, Value>, key: &str) -> Option<Probe> {
    let json = json.get(key)?.as_object()?;
    let args = items(json, "args").filter_map(Value::as_str).map(Box::from).collect();
    Some(Probe { exe: text_of(json, "exe"), args })
}
