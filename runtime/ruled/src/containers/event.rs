//! Container events: how what is known of a container is told among the other events.

use catalogue::EventCode;
use engine::state::containers::{Container, Probe};
use events::write::EventWriter;
use events::{EventFlags, RawEvent};
use serde_json::{Map, Value, json};

/// The thread that container events are of, as in Falco's captures.
const META_TID: i64 = 1;

/// Assembles the event that tells of a container.
pub(crate) fn write_event<'w>(writer: &'w mut EventWriter, ts: u64, text: &str) -> Option<RawEvent<'w>> {
    writer.begin(ts, META_TID, EventCode::ASYNCEVENT_E);
    // Plugin 0 is the source of system calls.
    writer.param(&0u32.to_le_bytes()).text(b"container").text(text.as_bytes());
    writer.finish_event(0, EventFlags::default()).ok()
}

/// The text of the event for a container that the state knows.
pub(crate) fn container_text(container: &Container) -> String {
    let labels = |labels: &[(Box<str>, Box<str>)]| {
        Value::Object(
            labels.iter().map(|(key, value)| (key.to_string(), Value::from(&**value))).collect::<Map<_, _>>(),
        )
    };
    let mounts: Vec<Value> = container
        .mounts
        .iter()
        .map(|mount| {
            json!({
                "Source": mount.source,
                "Destination": mount.destination,
                "Mode": mount.mode,
                "RW": mount.rw,
                "Propagation": mount.propagation,
            })
        })
        .collect();
    json!({"container": {
        "type": container.kind.0,
        "id": container.id,
        "full_id": container.full_id,
        "name": container.name,
        "image": container.image,
        "imageid": container.image_id,
        "imagerepo": container.image_repo,
        "imagetag": container.image_tag,
        "imagedigest": container.image_digest,
        "User": container.user,
        "cni_json": container.cni_json,
        "ip": container.ip,
        "privileged": container.privileged,
        "host_pid": container.host_pid,
        "host_network": container.host_network,
        "host_ipc": container.host_ipc,
        "is_pod_sandbox": container.is_pod_sandbox,
        "pod_sandbox_id": container.pod_sandbox_id,
        "pod_sandbox_labels": labels(&container.pod_sandbox_labels),
        "labels": labels(&container.labels),
        "Mounts": mounts,
        "env": container.env,
        "Healthcheck": probe(container.healthcheck.as_ref()),
        "LivenessProbe": probe(container.liveness_probe.as_ref()),
        "ReadinessProbe": probe(container.readiness_probe.as_ref()),
    }})
    .to_string()
}

fn probe(probe: Option<&Probe>) -> Value {
    probe.map_or(Value::Null, |probe| json!({"exe": probe.exe, "args": probe.args}))
}
