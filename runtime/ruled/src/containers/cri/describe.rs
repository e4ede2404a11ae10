//! What CRI tells of containers and pods, in the words of container events.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::messages::{ContainerStatus, Mount, NODE, PodSandboxStatus, PodSandboxStatusResponse};
use crate::containers::{short, split};

/// Longest description of a pod's network, as in Falco.
const LONGEST_CNI: usize = 4096;

/// Annotations that name an image which was asked for by its digest.
const IMAGE_NAMES: [&str; 3] =
    ["io.kubernetes.cri.image-name", "io.kubernetes.cri-o.Image", "io.kubernetes.cri-o.ImageName"];

type Texts = BTreeMap<String, String>;

/// A container of a pod. `info` is the runtime's own account, in words that differ between runtimes.
pub(super) fn container_json(
    status: ContainerStatus,
    info: &Texts,
    sandbox: &str,
    pod: &PodSandboxStatusResponse,
    longest_label: usize,
) -> Value {
    let info = account(info);
    let image = Image::of(&status, &info);
    let resources = status.resources.and_then(|resources| resources.linux).unwrap_or_default();
    let user = status.user.and_then(|user| user.linux).map(|user| user.uid);
    let user = user.or_else(|| info.pointer("/runtimeSpec/process/user/uid")?.as_i64());
    let mut labels = kept(&status.labels, longest_label);
    labels.insert("io.kubernetes.sandbox.id".into(), sandbox.into());
    let mut json = json!({
        "id": short(&status.id),
        "full_id": status.id,
        "name": status.metadata.unwrap_or_default().name,
        "image": image.name,
        "imageid": image.id,
        "imagerepo": image.repository,
        "imagetag": image.tag,
        "imagedigest": image.digest,
        "User": user.map(|uid| uid.to_string()).unwrap_or_default(),
        "privileged": privileged(&info),
        "is_pod_sandbox": false,
        "pod_sandbox_id": sandbox,
        "cpu_period": resources.cpu_period,
        "cpu_quota": resources.cpu_quota,
        "cpu_shares": resources.cpu_shares,
        "memory_limit": resources.memory_limit,
        "swap_limit": resources.swap_limit,
        "env": environment(&info),
        "Mounts": status.mounts.iter().map(mount).collect::<Vec<_>>(),
    });
    if let Some(status) = &pod.status {
        add_pod(&mut json, &mut labels, status, &pod.info, longest_label);
    }
    json["labels"] = labels.into();
    json
}

/// The sandbox of a pod: the container that holds the pod's namespaces.
pub(super) fn sandbox_json(status: &PodSandboxStatus, info: &Texts, longest_label: usize) -> Value {
    let mut labels = kept(&status.labels, longest_label);
    labels.insert("io.kubernetes.sandbox.id".into(), status.id.as_str().into());
    let mut json = json!({
        "id": short(&status.id),
        "full_id": status.id,
        "name": status.metadata.as_ref().map(|pod| pod.name.as_str()).unwrap_or_default(),
        "is_pod_sandbox": true,
        "pod_sandbox_id": status.id,
    });
    add_pod(&mut json, &mut labels, status, info, longest_label);
    json["labels"] = labels.into();
    json
}

/// Adds what holds for all containers of a pod.
fn add_pod(
    json: &mut Value,
    labels: &mut Map<String, Value>,
    status: &PodSandboxStatus,
    info: &Texts,
    longest_label: usize,
) {
    if let Some(pod) = &status.metadata {
        labels.insert("io.kubernetes.pod.uid".into(), pod.uid.as_str().into());
        labels.insert("io.kubernetes.pod.name".into(), pod.name.as_str().into());
        labels.insert("io.kubernetes.pod.namespace".into(), pod.namespace.as_str().into());
    }
    let options = status.linux.as_ref().and_then(|linux| linux.namespaces.as_ref()?.options);
    let options = options.unwrap_or_default();
    json["host_network"] = json!(options.network == NODE);
    json["host_pid"] = json!(options.pid == NODE);
    json["host_ipc"] = json!(options.ipc == NODE);
    json["ip"] = json!(status.network.as_ref().map(|network| network.ip.as_str()).unwrap_or_default());
    json["cni_json"] = json!(network(&account(info)));
    json["pod_sandbox_labels"] = kept(&status.labels, longest_label).into();
}

/// The runtime's own account: JSON text under one key.
fn account(info: &Texts) -> Value {
    info.get("info").and_then(|text| serde_json::from_str(text).ok()).unwrap_or_default()
}

fn kept(labels: &Texts, longest: usize) -> Map<String, Value> {
    let short = labels.iter().filter(|(_, value)| value.len() <= longest);
    short.map(|(key, value)| (key.clone(), value.as_str().into())).collect()
}

struct Image {
    name: String,
    id: String,
    repository: String,
    tag: String,
    digest: String,
}

impl Image {
    fn of(status: &ContainerStatus, info: &Value) -> Image {
        let asked = status.image.as_ref().map(|image| image.image.as_str()).unwrap_or_default();
        // The reference is `name@sha256:…`, `sha256:…` or, with some runtimes, an id alone.
        let reference = &status.image_ref;
        let (mut name, digest) = match reference.split_once('@') {
            Some((name, digest)) => (name.to_string(), digest),
            None if reference.starts_with("sha256:") => (asked.to_string(), reference.as_str()),
            None => (asked.to_string(), asked.split_once('@').map(|(_, digest)| digest).unwrap_or_default()),
        };
        if name.is_empty() || name.starts_with("sha256") {
            let annotation = |key: &&str| info.get("runtimeSpec")?.get("annotations")?.get(*key)?.as_str();
            if let Some(named) = IMAGE_NAMES.iter().find_map(annotation) {
                name = named.to_string();
            }
        } else if name != asked {
            // The reference's name has no tag.
            let (_, tag) = split(asked);
            if !tag.is_empty() && !asked.starts_with("sha256") && split(&name).1.is_empty() {
                name = format!("{name}:{tag}");
            }
        }
        let bare = |id: &str| id.strip_prefix("sha256:").unwrap_or(id).to_string();
        let hash = |id: &String| !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        let own = info.pointer("/config/image/image").and_then(Value::as_str).map(bare).filter(hash);
        // Of what is still a digest, no part is a name.
        let (repository, tag) = if name.starts_with("sha256:") { ("", "") } else { split(&name) };
        Image {
            id: own.unwrap_or_else(|| bare(&status.image_id)),
            repository: repository.to_string(),
            tag: tag.to_string(),
            digest: digest.to_string(),
            name,
        }
    }
}

fn privileged(info: &Value) -> bool {
    let places = [
        "/runtimeSpec/linux/security_context/privileged",
        "/config/linux/security_context/privileged",
        "/privileged",
    ];
    places.iter().find_map(|place| info.pointer(place)?.as_bool()).unwrap_or_default()
}

fn environment(info: &Value) -> Vec<String> {
    let variables = info.pointer("/config/envs").and_then(Value::as_array).into_iter().flatten();
    variables
        .filter_map(|one| Some(format!("{}={}", one.get("key")?.as_str()?, one.get("value")?.as_str()?)))
        .collect()
}

fn mount(mount: &Mount) -> Value {
    json!({
        "Source": mount.host_path,
        "Destination": mount.container_path,
        "Mode": "",
        "RW": !mount.readonly,
        "Propagation": match mount.propagation {
            0 => "private",
            1 => "rslave",
            2 => "rshared",
            _ => "unknown",
        },
    })
}

/// The interfaces of a pod, as JSON text: containerd tells their names, CRI-O has the text as it is.
fn network(info: &Value) -> String {
    let mut text = if let Some(interfaces) = info.pointer("/cniResult/Interfaces").and_then(Value::as_object)
    {
        let seen = interfaces.iter().filter(|(name, _)| *name != "lo" && !name.starts_with("veth"));
        let addresses = |interface: &Value| {
            let mut interface = interface.clone();
            if let Some(fields) = interface.as_object_mut() {
                fields.remove("Mac");
                fields.remove("Sandbox");
            }
            interface
        };
        Value::Object(seen.map(|(name, interface)| (name.clone(), addresses(interface))).collect())
            .to_string()
    } else {
        let annotations = info.pointer("/runtimeSpec/annotations");
        let result = annotations.and_then(|all| all.get("io.kubernetes.cri-o.CNIResult")?.as_str());
        result.unwrap_or_default().trim_end_matches('\n').to_string()
    };
    text.truncate(text.floor_char_boundary(LONGEST_CNI));
    text
}
