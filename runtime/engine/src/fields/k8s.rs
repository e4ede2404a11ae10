//! `k8s.*`: what the labels of containers tell about pods.

use ir::Extracted;

use super::container::{self, label, labels, never, of_container};
use super::{Argument, Call, Cost, Entry, Extract, maybe, text, word};
use crate::event::Event;
use crate::state::Container;

/// Characters of a short id.
const SHORT_ID: usize = 12;

pub(super) const TABLE: &[Entry] = &[
    field("k8s.pod.name", |event, _| from_label(event, "io.kubernetes.pod.name")),
    field("k8s.ns.name", |event, _| from_label(event, "io.kubernetes.pod.namespace")),
    field("k8s.pod.id", |event, _| from_label(event, "io.kubernetes.pod.uid")),
    field("k8s.pod.uid", |event, _| from_label(event, "io.kubernetes.pod.uid")),
    field("k8s.pod.sandbox_id", |event, _| {
        container::known(event, || word(""), |container| Some(short(&container.pod_sandbox_id)))
    }),
    field("k8s.pod.full_sandbox_id", |event, _| {
        container::known(event, || word(""), |container| Some(&container.pod_sandbox_id))
    }),
    field("k8s.pod.label", pod_label),
    field("k8s.pod.labels", |event, _| {
        of_container(
            event,
            || word(""),
            |container| {
                let pod = sandbox(event, container).unwrap_or(container);
                text(labels(event, &pod.pod_sandbox_labels))
            },
        )
    }),
    field("k8s.pod.ip", |event, _| from_pod(event, |container| &container.ip)),
    field("k8s.pod.cni.json", |event, _| from_pod(event, |container| &container.cni_json)),
    never("k8s.rc.name"),
    never("k8s.rc.id"),
    never("k8s.rc.label"),
    never("k8s.rc.labels"),
    never("k8s.svc.name"),
    never("k8s.svc.id"),
    never("k8s.svc.label"),
    never("k8s.svc.labels"),
    never("k8s.ns.id"),
    never("k8s.ns.label"),
    never("k8s.ns.labels"),
    never("k8s.rs.name"),
    never("k8s.rs.id"),
    never("k8s.rs.label"),
    never("k8s.rs.labels"),
    never("k8s.deployment.name"),
    never("k8s.deployment.id"),
    never("k8s.deployment.label"),
    never("k8s.deployment.labels"),
];

const fn field(name: &'static str, extract: Extract) -> Entry {
    Entry::process(name, Cost::Moderate, extract).of_plugin()
}

fn from_label<'e>(event: &Event<'e>, name: &str) -> Extracted<'e> {
    container::known(
        event,
        || Extracted::Absent,
        |container| container.labels.iter().find(|(key, _)| **key == *name).map(|(_, value)| &**value),
    )
}

/// The first characters of an id.
fn short(id: &str) -> &str {
    id.get(..SHORT_ID).unwrap_or(id)
}

/// The pod's sandbox, a container of its own, for a container that does not carry the pod's network itself.
fn sandbox<'e>(event: &Event<'e>, container: &Container) -> Option<&'e Container> {
    if !container.cni_json.is_empty() {
        return None;
    }
    event.state.containers.by_text(short(&container.pod_sandbox_id))
}

fn pod_label<'e>(event: &Event<'e>, call: &Call<'_>) -> Extracted<'e> {
    if !matches!(call.arg, Argument::Key(_)) {
        return Extracted::Absent;
    }
    container::known(
        event,
        || Extracted::Absent,
        |container| {
            let of_sandbox =
                sandbox(event, container).and_then(|sandbox| label(&sandbox.pod_sandbox_labels, call.arg));
            of_sandbox.or_else(|| label(&container.pod_sandbox_labels, call.arg))
        },
    )
}

/// A text that the pod's sandbox has when the container does not have it itself.
fn from_pod<'e>(event: &Event<'e>, read: fn(&Container) -> &str) -> Extracted<'e> {
    // On the host there is neither: its own record, which stands for the sandbox of an empty id, has empty texts.
    of_container(
        event,
        || word(""),
        |container| {
            let carries =
                if container.cni_json.is_empty() { sandbox(event, container) } else { Some(container) };
            maybe(carries.map(|container| text(read(container).as_bytes())))
        },
    )
}
