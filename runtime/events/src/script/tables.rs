//! The tables of an event script: interfaces, users, groups, processes, descriptors, containers.

use std::net::IpAddr;

use catalogue::FlagTableId;

use super::lex::{self, Word};
use super::{ScriptError, value};
use crate::snapshot::*;

/// Reads one entry of a table.
pub(super) fn entry(
    table: &str,
    first: &Word<'_>,
    rest: &[Word<'_>],
    snapshot: &mut Snapshot,
) -> Result<(), ScriptError> {
    match table {
        "interfaces" => snapshot.interfaces.push(interface(first, rest)?),
        "users" => snapshot.users.push(user(first, rest)?),
        "groups" => snapshot.groups.push(group(first, rest)?),
        "processes" => snapshot.threads.push(thread(first, rest)?),
        _ => {
            let (tid, fd) = descriptor(first, rest)?;
            match snapshot.descriptors.iter_mut().find(|table| table.tid == tid) {
                Some(table) => table.entries.push(fd),
                None => snapshot.descriptors.push(FdTable { tid, entries: vec![fd] }),
            }
        }
    }
    Ok(())
}

/// A whole number that fits its type.
pub(super) fn number<T: TryFrom<i128>>(word: &Word<'_>) -> Result<T, ScriptError> {
    value::integer(word.text)
        .and_then(|number| T::try_from(number).ok())
        .ok_or_else(|| word.error(format!("`{}` is no number that fits here", word.text)))
}

/// A number for which −1 means all ones.
fn id(word: &Word<'_>) -> Result<u32, ScriptError> {
    if matches!(word.text, "-1" | "none") { Ok(u32::MAX) } else { number(word) }
}

/// Nanoseconds since the epoch: a plain number, or one with a unit.
pub(super) fn time(word: &Word<'_>) -> Result<u64, ScriptError> {
    value::duration(word.text).map_or_else(|| number(word), Ok)
}

pub(super) fn text(word: &Word<'_>) -> Result<Vec<u8>, ScriptError> {
    lex::text(word.text).map_err(|message| word.error(message))
}

fn strings(word: &Word<'_>) -> Result<Vec<u8>, ScriptError> {
    match lex::list(word.text) {
        Some(elements) => Ok(value::strings(&elements.map_err(|message| word.error(message))?)),
        None => text(word),
    }
}

fn bool(word: &Word<'_>) -> Result<bool, ScriptError> {
    match word.text {
        "true" | "1" => Ok(true),
        "false" | "0" => Ok(false),
        _ => Err(word.error("write true or false")),
    }
}

fn flags(word: &Word<'_>, table: &str) -> Result<u32, ScriptError> {
    let bits = match FlagTableId::from_name(table) {
        Some(table) => value::flag_names(table, word.text).map_err(|message| word.error(message))?,
        None => number(word)?,
    };
    u32::try_from(bits).map_err(|_| word.error("does not fit into 32 bits"))
}

fn interface(name: &Word<'_>, rest: &[Word<'_>]) -> Result<Interface, ScriptError> {
    let form = "write an address and the length of its prefix, as in eth0 10.0.0.2/24";
    let Some((address, rest)) = rest.split_first() else { return Err(name.error(form)) };
    let parsed =
        address.text.split_once('/').and_then(|(ip, prefix)| Some((ip.parse().ok()?, prefix.parse().ok()?)));
    let Some((ip, prefix)) = parsed else { return Err(address.error(form)) };
    let mut interface =
        Interface { name: text(name)?, address: interface_address(ip, prefix), link_speed: 0 };
    for word in rest {
        match (word.key_value(), &mut interface.address) {
            (Some(("speed", value)), _) => interface.link_speed = number(&value)?,
            (Some(("netmask", value)), InterfaceAddress::V4 { netmask, .. }) => *netmask = ipv4(&value)?,
            (Some(("broadcast", value)), InterfaceAddress::V4 { broadcast, .. }) => {
                *broadcast = ipv4(&value)?
            }
            (Some(("netmask", value)), InterfaceAddress::V6 { netmask, .. }) => *netmask = ipv6(&value)?,
            (Some(("broadcast", value)), InterfaceAddress::V6 { broadcast, .. }) => {
                *broadcast = ipv6(&value)?
            }
            _ => return Err(word.error("an interface has: netmask, broadcast, speed")),
        }
    }
    Ok(interface)
}

/// The usual mask and broadcast address.
pub(super) fn interface_address(ip: IpAddr, prefix: u8) -> InterfaceAddress {
    match ip {
        IpAddr::V4(ip) => {
            let mask = u32::MAX.checked_shl(32 - u32::from(prefix.min(32))).unwrap_or_default();
            InterfaceAddress::V4 {
                address: ip.octets(),
                netmask: mask.to_be_bytes(),
                broadcast: (u32::from(ip) | !mask).to_be_bytes(),
            }
        }
        IpAddr::V6(ip) => {
            let mask = u128::MAX.checked_shl(128 - u32::from(prefix.min(128))).unwrap_or_default();
            InterfaceAddress::V6 { address: ip.octets(), netmask: mask.to_be_bytes(), broadcast: [0; 16] }
        }
    }
}

fn ipv4(word: &Word<'_>) -> Result<[u8; 4], ScriptError> {
    word.text.parse::<std::net::Ipv4Addr>().map(|ip| ip.octets()).map_err(|_| word.error("no IPv4 address"))
}

fn ipv6(word: &Word<'_>) -> Result<[u8; 16], ScriptError> {
    word.text.parse::<std::net::Ipv6Addr>().map(|ip| ip.octets()).map_err(|_| word.error("no IPv6 address"))
}

fn user(name: &Word<'_>, rest: &[Word<'_>]) -> Result<User, ScriptError> {
    let mut user = User { name: text(name)?, ..User::default() };
    for word in rest {
        match word.key_value() {
            Some(("uid", value)) => user.uid = id(&value)?,
            Some(("gid", value)) => user.gid = id(&value)?,
            Some(("home", value)) => user.home = text(&value)?,
            Some(("shell", value)) => user.shell = text(&value)?,
            _ => return Err(word.error("a user has: uid, gid, home, shell")),
        }
    }
    Ok(user)
}

fn group(name: &Word<'_>, rest: &[Word<'_>]) -> Result<Group, ScriptError> {
    let mut group = Group { name: text(name)?, ..Group::default() };
    for word in rest {
        match word.key_value() {
            Some(("gid", value)) => group.gid = id(&value)?,
            _ => return Err(word.error("a group has: gid")),
        }
    }
    Ok(group)
}

/// An ordinary process of root, see the head of the module above.
pub(super) fn ordinary_thread(tid: i64, pid: i64, comm: Vec<u8>) -> Thread {
    Thread {
        tid,
        pid,
        ptid: 1,
        sid: pid,
        pgid: pid,
        vpgid: pid,
        vtid: tid,
        vpid: pid,
        exe: comm.clone(),
        exepath: [b"/usr/bin/".to_vec(), comm.clone()].concat(),
        comm,
        cwd: b"/".to_vec(),
        root: b"/".to_vec(),
        fdlimit: 1024,
        ..Thread::default()
    }
}

fn thread(tid: &Word<'_>, rest: &[Word<'_>]) -> Result<Thread, ScriptError> {
    let Some((comm, rest)) = rest.split_first().filter(|(comm, _)| comm.key_value().is_none()) else {
        return Err(tid.error("write the name of the process after its tid"));
    };
    let mut pid = number(tid)?;
    for (key, value) in rest.iter().filter_map(Word::key_value) {
        if key == "pid" {
            pid = number(&value)?;
        }
    }
    let mut t = ordinary_thread(number(tid)?, pid, text(comm)?);
    for word in rest {
        let (key, v) = word.key_value().ok_or_else(|| word.error("write key=value"))?;
        match key {
            "pid" => {}
            "ptid" => t.ptid = number(&v)?,
            "sid" => t.sid = number(&v)?,
            "pgid" => t.pgid = number(&v)?,
            "vpgid" => t.vpgid = number(&v)?,
            "vtid" => t.vtid = number(&v)?,
            "vpid" => t.vpid = number(&v)?,
            "exe" => t.exe = text(&v)?,
            "exepath" => t.exepath = text(&v)?,
            "args" => t.args = strings(&v)?,
            "env" => t.env = strings(&v)?,
            "cgroups" => t.cgroups = strings(&v)?,
            "cwd" => t.cwd = text(&v)?,
            "root" => t.root = text(&v)?,
            "fdlimit" => t.fdlimit = number(&v)?,
            "flags" => t.flags = flags(&v, "clone_flags")?,
            "uid" => t.uid = id(&v)?,
            "gid" => t.gid = id(&v)?,
            "loginuid" => t.loginuid = id(&v)?,
            "vm_size" => t.vm_size = number(&v)?,
            "vm_rss" => t.vm_rss = number(&v)?,
            "vm_swap" => t.vm_swap = number(&v)?,
            "page_faults_major" => t.page_faults_major = number(&v)?,
            "page_faults_minor" => t.page_faults_minor = number(&v)?,
            "pidns_init_start_ts" => t.pidns_init_start_ts = time(&v)?,
            "tty" => t.tty = number(&v)?,
            "exe_writable" => t.exe_writable = bool(&v)?,
            "exe_upper_layer" => t.exe_upper_layer = bool(&v)?,
            "exe_lower_layer" => t.exe_lower_layer = bool(&v)?,
            "exe_from_memfd" => t.exe_from_memfd = bool(&v)?,
            "cap_inheritable" => t.cap_inheritable = number(&v)?,
            "cap_permitted" => t.cap_permitted = number(&v)?,
            "cap_effective" => t.cap_effective = number(&v)?,
            "exe_ino" => t.exe_ino = number(&v)?,
            "exe_ino_ctime" => t.exe_ino_ctime = time(&v)?,
            "exe_ino_mtime" => t.exe_ino_mtime = time(&v)?,
            _ => return Err(word.error(format!("a process has no `{key}`"))),
        }
    }
    Ok(t)
}

/// Transports as scripts write them.
pub(super) const TRANSPORTS: [(&str, L4); 6] = [
    ("tcp", L4::Tcp),
    ("udp", L4::Udp),
    ("icmp", L4::Icmp),
    ("raw", L4::Raw),
    ("ip", L4::NotApplicable),
    ("ip?", L4::Unknown),
];

fn descriptor(tid: &Word<'_>, rest: &[Word<'_>]) -> Result<(i64, Fd), ScriptError> {
    let form = "write tid, fd, kind and name, as in 100 3 file /etc/passwd";
    let [fd, kind, rest @ ..] = rest else { return Err(tid.error(form)) };
    let mut entry = Fd {
        fd: number(fd)?,
        ino: 0,
        target: FdTarget::Named { kind: NamedKind::Unsupported, name: vec![] },
    };
    let (mut open_flags, mut dev, mut words) = (0, None, Vec::new());
    for word in rest {
        match word.key_value() {
            Some(("ino", value)) => entry.ino = number(&value)?,
            Some(("flags", value)) => open_flags = flags(&value, "file_flags")?,
            Some(("dev", value)) => dev = Some(number(&value)?),
            _ => words.push(*word),
        }
    }
    let fail = |message: String| kind.error(message);
    let transport = TRANSPORTS.iter().find(|(name, _)| *name == kind.text).map(|(_, l4)| *l4);
    entry.target = match (kind.text, words.as_slice()) {
        ("file", [name]) => {
            FdTarget::File { name: text(name)?, detail: FileDetail::Known { open_flags, dev } }
        }
        ("old-file", [name]) => FdTarget::File { name: text(name)?, detail: FileDetail::Unknown },
        ("unix", [name]) => FdTarget::Unix { source: 0, destination: 0, name: text(name)? },
        ("unix", [ends, name]) => {
            let (source, destination) = value::pointers(ends.text).map_err(|message| ends.error(message))?;
            FdTarget::Unix { source, destination, name: text(name)? }
        }
        (_, [ends]) if transport.is_some() => {
            socket(ends.text, transport.unwrap_or_default()).map_err(|message| ends.error(message))?
        }
        (name, [word]) => match NamedKind::ALL.into_iter().find(|kind| kind.word() == name) {
            Some(kind) => FdTarget::Named { kind, name: text(word)? },
            None => return Err(fail(format!("no kind of descriptor `{name}`"))),
        },
        _ => return Err(fail(form.into())),
    };
    Ok((number(tid)?, entry))
}

fn socket(ends: &str, l4: L4) -> Result<FdTarget, String> {
    use std::net::SocketAddr::*;
    if !ends.contains("->") {
        return Ok(match value::endpoint(ends)? {
            V4(end) => FdTarget::Ipv4Server { ip: end.ip().octets(), port: end.port(), l4 },
            V6(end) => FdTarget::Ipv6Server { ip: end.ip().octets(), port: end.port(), l4 },
        });
    }
    let (source_end, destination_end) = value::endpoints(ends)?;
    let (source_port, destination_port) = (source_end.port(), destination_end.port());
    match (source_end, destination_end) {
        (V4(source), V4(destination)) => {
            let (source, destination) = (source.ip().octets(), destination.ip().octets());
            Ok(FdTarget::Ipv4 { source, destination, source_port, destination_port, l4 })
        }
        (V6(source), V6(destination)) => {
            let (source, destination) = (source.ip().octets(), destination.ip().octets());
            Ok(FdTarget::Ipv6 { source, destination, source_port, destination_port, l4 })
        }
        _ => Err("both ends must be of the same family".into()),
    }
}

/// JSON text of a container: as it is, or made of its id and keys.
pub(super) fn container(first: &Word<'_>, rest: &[Word<'_>]) -> Result<Vec<u8>, ScriptError> {
    if first.text.starts_with('{') {
        return Ok(first.text.as_bytes().to_vec());
    }
    let mut json = format!("{{\"container\":{{\"id\":{}", json_string(&text(first)?));
    for word in rest {
        let (key, value) = word.key_value().ok_or_else(|| word.error("write key=value"))?;
        let verbatim = value.text.starts_with(['{', '['])
            || matches!(value.text, "true" | "false" | "null")
            || value::integer(value.text).is_some();
        let value = if verbatim { value.text.to_owned() } else { json_string(&text(&value)?) };
        json.push_str(&format!(",\"{key}\":{value}"));
    }
    json.push_str("}}");
    Ok(json.into_bytes())
}

fn json_string(text: &[u8]) -> String {
    let mut json = String::new();
    crate::scap::json_string(&String::from_utf8_lossy(text), &mut json);
    json
}
