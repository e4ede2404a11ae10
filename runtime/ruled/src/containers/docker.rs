//! Docker's and Podman's interface: one question over a local socket, its answer as the text of a container event.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

use serde_json::{Map, Value, json};

use super::{PATIENCE, Runtime, short, split};

/// Longest answer that is read.
const LONGEST: u64 = 8 << 20;

/// Asks for a container; `None` when the runtime does not know it or does not answer.
pub(super) fn container(runtime: &Runtime, id: &str) -> Option<String> {
    let answer = get(&runtime.socket, &format!("/containers/{id}/json"))?;
    let image = answer.get("Image").and_then(Value::as_str).unwrap_or_default();
    let image = match image.rsplit(':').next() {
        Some(hash) if !hash.is_empty() && hash.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            get(&runtime.socket, &format!("/images/{hash}/json"))
        }
        _ => None,
    };
    Some(json!({"container": describe(&answer, image.as_ref(), runtime)}).to_string())
}

/// The answer to one request, if it is a success.
fn get(socket: &Path, path: &str) -> Option<Value> {
    let mut stream = UnixStream::connect(socket).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    // Version 1.0 of the protocol: the answer ends with the connection and is not in pieces.
    stream.write_all(format!("GET {path} HTTP/1.0\r\nHost: localhost\r\n\r\n").as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.take(LONGEST).read_to_end(&mut answer).ok()?;
    let status = answer.split(|byte| *byte == b' ').nth(1)?;
    if status != b"200" {
        return None;
    }
    let body = answer.windows(4).position(|four| four == b"\r\n\r\n")? + 4;
    serde_json::from_slice(answer.get(body..)?).ok()
}

/// A container in the words of container events.
fn describe(answer: &Value, image: Option<&Value>, runtime: &Runtime) -> Value {
    let text =
        |value: &Value, key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_string();
    let number = |value: &Value, key: &str| value.get(key).and_then(Value::as_i64).unwrap_or_default();
    let empty = Value::Object(Map::new());
    let part = |key: &str| answer.get(key).unwrap_or(&empty);
    let (config, host, network) = (part("Config"), part("HostConfig"), part("NetworkSettings"));
    let full_id = text(answer, "Id");
    let name = text(answer, "Name").trim_start_matches('/').to_string();
    let reference = text(config, "Image");
    let first = |key: &str| {
        image.and_then(|image| image.get(key)?.as_array()?.first()?.as_str()).unwrap_or_default().to_string()
    };
    // An image that was named by its digest alone has other names.
    let named = if reference.starts_with("sha256:") || reference.is_empty() {
        first("RepoTags")
    } else {
        reference.clone()
    };
    let (repository, tag) = split(&named);
    let digest =
        first("RepoDigests").split_once('@').map(|(_, digest)| digest.to_string()).unwrap_or_default();
    let is = |key: &str, word: &str| host.get(key).and_then(Value::as_str) == Some(word);
    let labels: Map<String, Value> = config
        .get("Labels")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter(|(_, value)| value.as_str().is_some_and(|value| value.len() <= runtime.longest_label))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    json!({
        "type": runtime.kind as u32,
        "id": short(&full_id),
        "full_id": full_id,
        "is_pod_sandbox": name.contains("k8s_POD"),
        "name": name,
        "image": reference,
        "imageid": text(answer, "Image").trim_start_matches("sha256:"),
        "imagerepo": repository,
        "imagetag": tag,
        "imagedigest": digest,
        "User": text(config, "User"),
        "ip": address(network),
        "privileged": host.get("Privileged").and_then(Value::as_bool).unwrap_or_default(),
        "host_pid": is("PidMode", "host"),
        "host_network": is("NetworkMode", "host"),
        "host_ipc": is("IpcMode", "host"),
        "cpu_shares": number(host, "CpuShares"),
        "cpu_quota": number(host, "CpuQuota"),
        "cpu_period": number(host, "CpuPeriod"),
        "memory_limit": number(host, "Memory"),
        "swap_limit": number(host, "MemorySwap"),
        "env": config.get("Env").cloned().unwrap_or_default(),
        "labels": labels,
        "Mounts": mounts(answer),
        "Healthcheck": health_check(config),
    })
}

/// The container's address: the old place, or the first network that has one.
fn address(network: &Value) -> String {
    let own = network.get("IPAddress").and_then(Value::as_str).filter(|address| !address.is_empty());
    let of_networks = || {
        let networks = network.get("Networks")?.as_object()?;
        let mut addresses = networks.values().filter_map(|one| one.get("IPAddress")?.as_str());
        addresses.find(|address| !address.is_empty())
    };
    own.or_else(of_networks).unwrap_or_default().to_string()
}

fn mounts(answer: &Value) -> Vec<Value> {
    let mounts = answer.get("Mounts").and_then(Value::as_array).into_iter().flatten();
    let keys = ["Source", "Destination", "Mode", "RW", "Propagation"];
    mounts
        .map(|mount| {
            let kept = keys.iter().filter_map(|key| Some((key.to_string(), mount.get(*key)?.clone())));
            Value::Object(kept.collect())
        })
        .collect()
}

/// The command of a health check: `["CMD", program, argument…]` or `["CMD-SHELL", line]`.
fn health_check(config: &Value) -> Value {
    let test: Vec<&str> = config
        .get("Healthcheck")
        .and_then(|check| check.get("Test")?.as_array())
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    match test.as_slice() {
        ["CMD", program, arguments @ ..] => json!({"exe": program, "args": arguments}),
        ["CMD-SHELL", line] => json!({"exe": "/bin/sh", "args": ["-c", line]}),
        _ => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::*;

    #[test]
    fn a_container_in_the_words_of_events() {
        let answer = json!({
            "Id": "0123456789abcdef", "Name": "/web", "Image": "sha256:cafe",
            "Config": {"Image": "reg:5000/nginx:1.2", "User": "www", "Env": ["A=b"],
                       "Labels": {"a": "b", "long": "x".repeat(200)},
                       "Healthcheck": {"Test": ["CMD", "curl", "localhost"]}},
            "HostConfig": {"Privileged": true, "PidMode": "host", "Memory": 5},
            "NetworkSettings": {"IPAddress": "", "Networks": {"n": {"IPAddress": "10.0.0.2"}}},
            "Mounts": [{"Type": "bind", "Source": "/root", "Destination": "/host", "Mode": "", "RW": true,
                        "Propagation": "rprivate"}],
        });
        let image = json!({"RepoDigests": ["reg:5000/nginx@sha256:beef"]});
        let found = describe(
            &answer,
            Some(&image),
            &Runtime { kind: Kind::Docker, socket: "/nonexistent".into(), longest_label: 100 },
        );
        for (key, value) in [
            ("id", json!("0123456789ab")),
            ("name", json!("web")),
            ("imageid", json!("cafe")),
            ("imagerepo", json!("reg:5000/nginx")),
            ("imagetag", json!("1.2")),
            ("imagedigest", json!("sha256:beef")),
            ("privileged", json!(true)),
            ("host_pid", json!(true)),
            ("host_network", json!(false)),
            ("ip", json!("10.0.0.2")),
            ("labels", json!({"a": "b"})),
            ("memory_limit", json!(5)),
            ("Healthcheck", json!({"exe": "curl", "args": ["localhost"]})),
        ] {
            assert_eq!(found[key], value, "{key}");
        }
        assert_eq!(found["Mounts"][0]["Source"], "/root");
        assert!(found["Mounts"][0].get("Type").is_none());
    }
}
