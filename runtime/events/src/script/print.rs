//! Events and tables as a script, such that the script gives the same bytes again.

use std::fmt::Write;
use std::net::{IpAddr, SocketAddr};

use catalogue::{EventCode, Format, Param as ParamType, ValueType};

use super::lex::quote;
use super::{tables, value};
use crate::names;
use crate::param::{Param, SockAddr, SockTuple};
use crate::raw::{EventFlags, NO_THREAD, RawEvent};
use crate::snapshot::*;

/// A whole script. Every event time is absolute.
pub fn print<'a>(snapshot: &Snapshot, events: impl IntoIterator<Item = RawEvent<'a>>) -> String {
    let mut out = String::new();
    print_tables(snapshot, &mut out);
    out.push_str("[events]\n");
    for event in events {
        out.push_str(&print_event(&event));
        out.push('\n');
    }
    out
}

/// One line for one event. Events of unknown types, and parameters beyond those of the event's type, have no notation:
/// the former become a comment, the latter are left out.
pub fn print_event(event: &RawEvent<'_>) -> String {
    let mut out = String::new();
    let Some(ty) = event.code().get() else { return format!("# {event:?}") };
    // Writing to a `String` cannot fail.
    let _ = write!(out, "{} {} ", event.ts(), event.cpu());
    let _ = if event.tid() == NO_THREAD { write!(out, "-") } else { write!(out, "{}", event.tid()) };
    let _ = write!(out, " {}", type_word(event.code(), ty.name, ty.symbol));
    if event.flags() == EventFlags::STATE_ONLY {
        out.push_str(" @state");
    } else if event.flags() != EventFlags::default() {
        let _ = write!(out, " @flags={:#x}", event.flags().0);
    }
    if event.len() < ty.params.len() {
        let _ = write!(out, " @params={}", event.len());
    }
    for (i, (param, ty_param)) in event.params().zip(ty.params).enumerate() {
        if param.is_empty() {
            continue;
        }
        // The first of several parameters with one name has it.
        let named = ty.param(ty_param.name).is_some_and(|(first, _)| first == i);
        let _ = if named { write!(out, " {}=", ty_param.name) } else { write!(out, " {i}=") };
        out.push_str(&print_value(ty_param, param));
    }
    out
}

/// The short word for a type if it means that type, else the symbol.
fn type_word(code: EventCode, name: &str, symbol: &str) -> String {
    [name.to_owned(), format!("{name}>"), format!("{name}<")]
        .into_iter()
        .find(|word| {
            let word = super::Word { text: word, line: 0, column: 0 };
            super::event_type(&word)
                .is_ok_and(|(event, values)| event.code == code && values.iter().all(Option::is_none))
        })
        .unwrap_or_else(|| symbol.to_owned())
}

fn print_value(ty: &ParamType, param: Param<'_>) -> String {
    let word = readable(ty, param);
    // What does not read back to the same bytes (malformed values) is written as bytes.
    match word {
        Some(word) if value::encode(ty, &word).is_ok_and(|bytes| bytes == param.bytes()) => word,
        _ => param.bytes().iter().fold("hex:".to_owned(), |mut word, b| {
            let _ = write!(word, "{b:02x}");
            word
        }),
    }
}

fn readable(ty: &ParamType, param: Param<'_>) -> Option<String> {
    use ValueType::{
        ByteBuf, CharBuf, CharBufArray, CharBufPairArray, Double, Errno, Fd, Fd32, FdList, FsPath, FsRelPath,
        Gid, IpAddr, Ipv4Addr, Ipv6Addr, Pid, SigType, SockAddr, SockTuple, SyscallId, Uid,
    };
    if let Some(table) = ty.dyn_table() {
        let (index, inner) = param.dynamic()?;
        let (inner_ty, format) = *table.table().entries.get(usize::from(index))?;
        let inner_param = ParamType { name: "", ty: inner_ty, format, detail: catalogue::ParamDetail::None };
        return Some(format!("#{index}:{}", readable(&inner_param, inner)?));
    }
    Some(match ty.ty {
        CharBuf | FsPath | FsRelPath => quote(param.bytes().strip_suffix(&[0])?),
        CharBufArray | CharBufPairArray => list(param.bytes()),
        ByteBuf if is_list(param.bytes()) => list(param.bytes()),
        ByteBuf => quote(param.bytes()),
        SockAddr => sock_addr(param)?,
        SockTuple => sock_tuple(param)?,
        FdList => {
            let entries: Vec<_> =
                param.fd_list().map(|(fd, flags)| format!("{fd}:{:#x}", flags as u16)).collect();
            format!("[{}]", entries.join(", "))
        }
        Ipv4Addr | Ipv6Addr | IpAddr => param.ip()?.to_string(),
        Double => param.f64()?.to_string(),
        Fd | Fd32 if param.signed() == Some(-100) => "AT_FDCWD".into(),
        Errno | Fd | Pid => match param.signed()? {
            number @ ..-1 => match names::error_name(number.unsigned_abs()) {
                Some(name) => format!("-{name}"),
                None => number.to_string(),
            },
            number => number.to_string(),
        },
        SigType => names::signal_name(param.u8()?)
            .map_or_else(|| param.u8().map(|n| n.to_string()), |n| Some(n.into()))?,
        SyscallId => match catalogue::SyscallCode(param.u16()?).name() {
            Some(name) => name.into(),
            None => param.u16()?.to_string(),
        },
        Uid | Gid if param.u32() == Some(u32::MAX) => "none".into(),
        number if number.is_signed() => param.signed()?.to_string(),
        _ => {
            let number = param.unsigned()?;
            match ty.flag_table() {
                Some(table) => flag_words(table, number, ty.ty.is_enum()),
                None => match ty.format {
                    Format::Hex => format!("{number:#x}"),
                    Format::Oct => format!("{number:#o}"),
                    _ => number.to_string(),
                },
            }
        }
    })
}

/// Names of the bits, and a number for what has no name.
fn flag_words(table: catalogue::FlagTableId, number: u64, whole: bool) -> String {
    let entries = table.table().entries;
    if let Some((name, _)) = entries.iter().find(|entry| u64::from(entry.1) == number) {
        return (*name).to_owned();
    }
    let mut left = number;
    let mut words = Vec::new();
    if !whole {
        for &(name, bits) in entries {
            let bits = u64::from(bits);
            if bits != 0 && left & bits == bits {
                left &= !bits;
                words.push(name.to_owned());
            }
        }
    }
    if left != 0 || words.is_empty() {
        words.push(format!("{left:#x}"));
    }
    words.join("|")
}

/// Bits in the words of a table.
fn named_flags(table: &str, bits: u32) -> String {
    match catalogue::FlagTableId::from_name(table) {
        Some(table) => flag_words(table, bits.into(), false),
        None => format!("{bits:#x}"),
    }
}

fn list(bytes: &[u8]) -> String {
    let elements: Vec<_> = Param::new(bytes).strings().map(element).collect();
    format!("[{}]", elements.join(", "))
}

/// Whether bytes look like strings with their NULs, and not like binary data.
fn is_list(bytes: &[u8]) -> bool {
    bytes.ends_with(&[0])
        && bytes.iter().all(|b| *b == 0 || !b.is_ascii_control())
        && !bytes.windows(2).any(|b| b == [0, 0])
}

/// An element of a list: a comma or an empty word would end or lose a bare one.
fn element(text: &[u8]) -> String {
    let word = quote(text);
    if word.contains(',') && !word.starts_with('"') { format!("\"{word}\"") } else { word }
}

fn sock_addr(param: Param<'_>) -> Option<String> {
    Some(match param.sock_addr()? {
        SockAddr::Inet(end) => SocketAddr::new(end.ip, end.port).to_string(),
        SockAddr::Unix { path } => format!("unix:{}", quote(path)),
        SockAddr::Other { family } => format!("family:{family}"),
        SockAddr::Malformed { .. } => return None,
    })
}

fn sock_tuple(param: Param<'_>) -> Option<String> {
    Some(match param.sock_tuple()? {
        SockTuple::Inet { source, destination } => {
            let (source, destination) =
                (SocketAddr::new(source.ip, source.port), SocketAddr::new(destination.ip, destination.port));
            format!("{source}->{destination}")
        }
        SockTuple::Unix { source, destination, path } => {
            format!("unix:{source:#x}->{destination:#x}:{}", quote(path))
        }
        SockTuple::Other { family } => format!("family:{family}"),
        SockTuple::Malformed { .. } => return None,
    })
}

fn print_tables(snapshot: &Snapshot, out: &mut String) {
    // Writing to a `String` cannot fail.
    if let Some(m) = &snapshot.machine {
        let _ = writeln!(
            out,
            "[machine]\nhostname={} cpus={} memory={} max_pid={} boot={}\n",
            quote(&m.hostname),
            m.cpus,
            m.memory,
            m.max_pid,
            m.boot_ts
        );
    }
    section(out, "interfaces", &snapshot.interfaces, interface);
    section(out, "users", &snapshot.users, |u| {
        let (name, home, shell) = (quote(&u.name), quote(&u.home), quote(&u.shell));
        format!("{name} uid={} gid={} home={home} shell={shell}", u.uid, u.gid)
    });
    section(out, "groups", &snapshot.groups, |g| format!("{} gid={}", quote(&g.name), g.gid));
    section(out, "processes", &snapshot.threads, thread);
    let fds: Vec<_> =
        snapshot.descriptors.iter().flat_map(|t| t.entries.iter().map(|fd| (t.tid, fd))).collect();
    section(out, "descriptors", &fds, |(tid, fd)| descriptor(*tid, fd));
}

fn section<T>(out: &mut String, name: &str, entries: &[T], line: impl Fn(&T) -> String) {
    if entries.is_empty() {
        return;
    }
    let _ = writeln!(out, "[{name}]");
    for entry in entries {
        let _ = writeln!(out, "{}", line(entry));
    }
    out.push('\n');
}

fn interface(interface: &Interface) -> String {
    let (ip, mask, broadcast, prefix): (IpAddr, IpAddr, IpAddr, u32) = match interface.address {
        InterfaceAddress::V4 { address, netmask, broadcast } => {
            (address.into(), netmask.into(), broadcast.into(), u32::from_be_bytes(netmask).leading_ones())
        }
        InterfaceAddress::V6 { address, netmask, broadcast } => {
            (address.into(), netmask.into(), broadcast.into(), u128::from_be_bytes(netmask).leading_ones())
        }
    };
    let mut line = format!("{} {ip}/{prefix}", quote(&interface.name));
    if tables::interface_address(ip, prefix as u8) != interface.address {
        let _ = write!(line, " netmask={mask} broadcast={broadcast}");
    }
    if interface.link_speed != 0 {
        let _ = write!(line, " speed={}", interface.link_speed);
    }
    line
}

fn thread(t: &Thread) -> String {
    let d = tables::ordinary_thread(t.tid, t.pid, t.comm.clone());
    let mut line = format!("{} {}", t.tid, quote(&t.comm));
    if t.pid != t.tid {
        let _ = write!(line, " pid={}", t.pid);
    }
    let texts = [
        ("exe", &t.exe, &d.exe),
        ("exepath", &t.exepath, &d.exepath),
        ("cwd", &t.cwd, &d.cwd),
        ("root", &t.root, &d.root),
    ];
    for (key, text, default) in texts {
        if text != default {
            let _ = write!(line, " {key}={}", quote(text));
        }
    }
    let lists = [("args", &t.args), ("env", &t.env), ("cgroups", &t.cgroups)];
    for (key, bytes) in lists {
        if !bytes.is_empty() {
            let words = if bytes.ends_with(&[0]) { list(bytes) } else { quote(bytes) };
            let _ = write!(line, " {key}={words}");
        }
    }
    let ids = [
        ("ptid", t.ptid, d.ptid),
        ("sid", t.sid, d.sid),
        ("pgid", t.pgid, d.pgid),
        ("vpgid", t.vpgid, d.vpgid),
        ("vtid", t.vtid, d.vtid),
        ("vpid", t.vpid, d.vpid),
        ("fdlimit", t.fdlimit, d.fdlimit),
    ];
    for (key, number, default) in ids {
        if number != default {
            let _ = write!(line, " {key}={number}");
        }
    }
    if t.flags != d.flags {
        let _ = write!(line, " flags={}", named_flags("clone_flags", t.flags));
    }
    let numbers = [
        ("uid", t.uid.into(), d.uid.into()),
        ("gid", t.gid.into(), d.gid.into()),
        ("loginuid", t.loginuid.into(), d.loginuid.into()),
        ("vm_size", t.vm_size.into(), d.vm_size.into()),
        ("vm_rss", t.vm_rss.into(), d.vm_rss.into()),
        ("vm_swap", t.vm_swap.into(), d.vm_swap.into()),
        ("page_faults_major", t.page_faults_major, d.page_faults_major),
        ("page_faults_minor", t.page_faults_minor, d.page_faults_minor),
        ("pidns_init_start_ts", t.pidns_init_start_ts, d.pidns_init_start_ts),
        ("tty", t.tty.into(), d.tty.into()),
        ("exe_writable", t.exe_writable.into(), d.exe_writable.into()),
        ("exe_upper_layer", t.exe_upper_layer.into(), d.exe_upper_layer.into()),
        ("exe_lower_layer", t.exe_lower_layer.into(), d.exe_lower_layer.into()),
        ("exe_from_memfd", t.exe_from_memfd.into(), d.exe_from_memfd.into()),
        ("cap_inheritable", t.cap_inheritable, d.cap_inheritable),
        ("cap_permitted", t.cap_permitted, d.cap_permitted),
        ("cap_effective", t.cap_effective, d.cap_effective),
        ("exe_ino", t.exe_ino, d.exe_ino),
        ("exe_ino_ctime", t.exe_ino_ctime, d.exe_ino_ctime),
        ("exe_ino_mtime", t.exe_ino_mtime, d.exe_ino_mtime),
    ];
    for (key, number, default) in numbers {
        if number != default {
            let _ = write!(line, " {key}={number}");
        }
    }
    line
}

fn descriptor(tid: i64, fd: &Fd) -> String {
    let mut line = format!("{tid} {} ", fd.fd);
    let word =
        |l4: &L4| tables::TRANSPORTS.iter().find(|(_, other)| other == l4).map_or("ip?", |(word, _)| word);
    let _ = match &fd.target {
        FdTarget::File { name, detail: FileDetail::Unknown } => write!(line, "old-file {}", quote(name)),
        FdTarget::File { name, detail: FileDetail::Known { open_flags, dev } } => {
            let _ = write!(line, "file {} flags={}", quote(name), named_flags("file_flags", *open_flags));
            dev.map_or(Ok(()), |dev| write!(line, " dev={dev:#x}"))
        }
        FdTarget::Ipv4 { source, destination, source_port, destination_port, l4 } => {
            let (source, destination) =
                ((*source, *source_port).into(), (*destination, *destination_port).into());
            sockets(&mut line, word(l4), source, destination)
        }
        FdTarget::Ipv6 { source, destination, source_port, destination_port, l4 } => {
            let (source, destination) =
                ((*source, *source_port).into(), (*destination, *destination_port).into());
            sockets(&mut line, word(l4), source, destination)
        }
        FdTarget::Ipv4Server { ip, port, l4 } => {
            write!(line, "{} {}", word(l4), SocketAddr::from((*ip, *port)))
        }
        FdTarget::Ipv6Server { ip, port, l4 } => {
            write!(line, "{} {}", word(l4), SocketAddr::from((*ip, *port)))
        }
        FdTarget::Unix { source, destination, name } => {
            write!(line, "unix {source:#x}->{destination:#x} {}", quote(name))
        }
        FdTarget::Named { kind, name } => write!(line, "{} {}", kind.word(), quote(name)),
    };
    if fd.ino != 0 {
        let _ = write!(line, " ino={}", fd.ino);
    }
    line
}

fn sockets(line: &mut String, word: &str, source: SocketAddr, destination: SocketAddr) -> std::fmt::Result {
    write!(line, "{word} {source}->{destination}")
}
