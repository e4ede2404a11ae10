//! Container ids in control group paths.

use super::containers::ContainerType;

/// Characters of a full id.
const FULL: usize = 64;

/// Characters of an id as it is reported.
const SHORT: usize = 12;

/// Runtimes whose ids stand between a prefix and the end of the path, or a suffix: podman, docker, CRI engines.
const LAYOUTS: &[(&str, &str)] = &[
    ("/libpod-", ".scope"),
    ("/libpod-", ".scope/container"),
    ("/libpod-", ""),
    ("/libpod-payload-", ".scope"),
    ("/libpod-payload-", ".scope/container"),
    ("/libpod-payload-", ""),
    ("/", ""),
    ("/docker-", ".scope"),
    ("/crio-", ""),
    ("/cri-containerd-", ".scope"),
    ("/crio-", ".scope"),
    (":cri-containerd:", ""),
    ("/nerdctl-", ".scope"),
];

/// The id of the container that a control group path belongs to, and the type of those that have no runtime to ask.
pub(crate) fn container_id(path: &[u8]) -> Option<(&[u8], Option<ContainerType>)> {
    let typed = |kind| move |id| (id, kind);
    LAYOUTS
        .iter()
        .find_map(|(prefix, suffix)| hex_id(path, prefix.as_bytes(), suffix.as_bytes()))
        .or_else(|| containerd_id(path))
        .map(typed(None))
        .or_else(|| lxc_id(path).map(typed(Some(ContainerType::LXC))))
        .or_else(|| libvirt_id(path).map(typed(Some(ContainerType::LIBVIRT_LXC))))
        .or_else(|| bpm_id(path).map(typed(Some(ContainerType::BPM))))
}

/// Where the text between the last prefix and the last suffix lies.
fn between(path: &[u8], prefix: &[u8], suffix: &[u8]) -> Option<(usize, usize)> {
    let start = rfind(path, prefix)? + prefix.len();
    let end = if suffix.is_empty() { path.len() } else { rfind(path, suffix)? };
    (start <= end).then_some((start, end))
}

/// An id of 64 hexadecimal digits, shortened.
fn hex_id<'p>(path: &'p [u8], prefix: &[u8], suffix: &[u8]) -> Option<&'p [u8]> {
    let (start, end) = between(path, prefix, suffix)?;
    if end - start != FULL {
        return None;
    }
    // Falco compares the place of the first other character with the length of an id, not with the id's end.
    let other =
        path[start..].iter().position(|byte| !byte.is_ascii_hexdigit()).map_or(usize::MAX, |at| at + start);
    (other >= FULL).then(|| &path[start..start + SHORT])
}

/// `/<namespace>/<id>`, as containerd's own client makes it; units of systemd look alike.
fn containerd_id(path: &[u8]) -> Option<&[u8]> {
    let namespace = namespace(path)?;
    let (start, end) = between(path, namespace, b"")?;
    let len = end - start;
    if let Some(id) = hex_id(path, namespace, b"") {
        return Some(id);
    }
    let unit = [&b".service"[..], b".slice", b".scope"].iter().any(|suffix| path.ends_with(suffix));
    if len == 0 || len > FULL || unit {
        return None;
    }
    Some(&path[start..start + len.min(SHORT)])
}

/// The first component between two slashes that consists of letters and digits, joined by single `.`, `_` or `-`.
fn namespace(path: &[u8]) -> Option<&[u8]> {
    let mut from = 0;
    while let Some(at) = path[from..].iter().position(|byte| *byte == b'/') {
        let start = from + at;
        let end = path[start + 1..].iter().position(|byte| *byte == b'/')? + start + 1;
        let words = path[start + 1..end].split(|byte| matches!(byte, b'.' | b'_' | b'-'));
        if words.clone().all(|word| !word.is_empty() && word.iter().all(u8::is_ascii_alphanumeric)) {
            return Some(&path[start..=end]);
        }
        from = end;
    }
    None
}

fn lxc_id(path: &[u8]) -> Option<&[u8]> {
    [&b"/lxc/"[..], b"/lxc.payload/", b"/lxc.payload."].iter().find_map(|prefix| {
        let rest = &path[find(path, prefix)? + prefix.len()..];
        Some(rest.split(|byte| *byte == b'/').next().unwrap_or(rest))
    })
}

fn libvirt_id(path: &[u8]) -> Option<&[u8]> {
    const ESCAPED: &[u8] = b"-lxc\\x2";
    if let Some(head) = path.strip_suffix(b".libvirt-lxc")
        && let Some(slash) = head.iter().rposition(|byte| *byte == b'/')
    {
        return Some(&head[slash + 1..]);
    }
    if let Some(at) = find(path, ESCAPED) {
        let nested = find(path, b".scope/libvirt").is_some();
        let delimiter: &[u8] = if nested { b".scope/libvirt" } else { b".scope" };
        // One more character belongs to the escape: `\x2d`.
        let start = at + ESCAPED.len() + 1;
        if let Some(end) = find(path, delimiter).filter(|end| end + delimiter.len() == path.len()) {
            return Some(path.get(start..end).unwrap_or_default());
        }
    }
    let at = find(path, b"/libvirt/lxc/")?;
    Some(&path[at + b"/libvirt/lxc/".len()..])
}

fn bpm_id(path: &[u8]) -> Option<&[u8]> {
    let rest = &path[find(path, b"bpm-")? + 4..];
    let id = find(rest, b".scope").map_or(rest, |end| &rest[..end]);
    let valid = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
    (!id.is_empty() && id.iter().all(valid)).then_some(id)
}

fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    memchr::memmem::find(text, part)
}

fn rfind(text: &[u8], part: &[u8]) -> Option<usize> {
    memchr::memmem::rfind(text, part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids() {
        let id = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";
        let short = "0123456789ab";
        let cases = [
            (format!("/docker/{id}"), short),
            (format!("/system.slice/docker-{id}.scope"), short),
            (format!("/machine.slice/libpod-{id}.scope"), short),
            (format!("/machine.slice/libpod-{id}.scope/container"), short),
            (format!("/x/libpod-payload-{id}"), short),
            (format!("/kubepods/besteffort/pod1/{id}"), short),
            (format!("/kubepods.slice/cri-containerd-{id}.scope"), short),
            (format!("/kubepods.slice/crio-{id}.scope"), short),
            (format!("/a/crio-{id}"), short),
            (format!("/system.slice/containerd.service/kubepods-pod1.slice:cri-containerd:{id}"), short),
            (format!("/a/nerdctl-{id}.scope"), short),
            (format!("/x/libpod-{id}"), short),
            (format!("/x/libpod-payload-{id}.scope"), short),
            (format!("/x/libpod-payload-{id}.scope/container"), short),
            ("/default/web".into(), "web"),
            ("/my-ns/a-rather-long-name".into(), "a-rather-lon"),
        ];
        for (path, expected) in cases {
            let found = container_id(path.as_bytes()).map(|(id, kind)| (String::from_utf8_lossy(id), kind));
            assert_eq!(found, Some((expected.into(), None)), "{path}");
        }
        let (lxc, libvirt, bpm) = (ContainerType::LXC, ContainerType::LIBVIRT_LXC, ContainerType::BPM);
        for (path, expected, kind) in [
            ("/lxc/box", "box", None),
            ("/lxc.payload/box", "box", None),
            ("/lxc.payload/box/x", "box/x", None),
            ("/lxc.payload.box", "box", Some(lxc)),
            // What looks like `/<namespace>/<id>` is taken for containerd's first.
            ("/lxc.payload.box/x", "x", None),
            ("/web.libvirt-lxc", "web", Some(libvirt)),
            ("/machine-lxc\\x2dweb.scope", "web", Some(libvirt)),
            ("/machine.slice/machine-lxc\\x2dweb.scope", "web", Some(libvirt)),
            ("/machine-lxc\\x2dweb.scope/libvirt", "web", Some(libvirt)),
            ("/machine.slice/machine-lxc\\x2dweb.scope/libvirt", "machine-lxc\\", None),
            ("/libvirt/lxc/web", "lxc/web", None),
            ("/bpm-job.scope", "job", Some(bpm)),
        ] {
            let found = container_id(path.as_bytes()).map(|(id, kind)| (String::from_utf8_lossy(id), kind));
            assert_eq!(found, Some((expected.into(), kind)), "{path}");
        }
        for path in [
            "/",
            "/init.scope",
            "/user.slice/user-1000.slice/session-3.scope",
            "/system.slice/cron.service",
            "",
        ] {
            assert_eq!(container_id(path.as_bytes()), None, "{path}");
        }
    }
}
