//! Parameters as texts, by type: a raw text and, for some types, a resolved one that says what the raw text means.

use bumpalo::Bump;
use catalogue::{Format, Param as ParamType, SyscallCode, ValueType};
use events::Param;
use ir::render::{Buffers, base64};

use super::address::{address, socket_address, socket_tuple};
use super::params::{self, NO_TEXT, typed};
use super::text::{self, Composer};
use super::{Settings, evt_time, names, path};
use crate::event::Event;
use crate::state::L4;

/// The two texts of a parameter; the resolved one is empty when there is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Rendered<'e> {
    pub(super) raw: &'e [u8],
    pub(super) resolved: &'e [u8],
}

impl<'e> Rendered<'e> {
    fn raw(raw: &'e [u8]) -> Rendered<'e> {
        Rendered { raw, resolved: b"" }
    }

    /// The text that `evt.arg` yields.
    pub(super) fn best(self) -> &'e [u8] {
        if self.resolved.is_empty() { self.raw } else { self.resolved }
    }
}

/// The texts of a parameter.
pub(super) fn render<'e>(
    event: &Event<'e>,
    ty: &ParamType,
    param: Param<'e>,
    settings: &Settings,
    buffers: Buffers,
) -> Rendered<'e> {
    use ValueType::{
        ByteBuf, CharBuf, CharBufArray, CharBufPairArray, Dynamic, EnumFlags8, EnumFlags16, EnumFlags32,
        Errno, Fd, FdList, Flags8, Flags16, Flags32, FsPath, FsRelPath, Gid, Mode, Pid, RelTime, SigSet,
        SigType, SockAddr, SockTuple, SyscallId, Uid,
    };
    let arena = event.arena;
    if param.is_empty() {
        return Rendered::raw(match ty.ty {
            ByteBuf | SockTuple | FdList | CharBufArray | CharBufPairArray | Dynamic => b"NULL",
            _ => NO_TEXT,
        });
    }
    let (kind, param) = typed(ty, param);
    let rendered = match kind {
        CharBuf => Some(Rendered::raw(params::text_or_na(param))),
        FsPath | FsRelPath => Some(file_path(event, ty, param)),
        ByteBuf => Some(Rendered::raw(bytes(arena, param.bytes(), buffers))),
        Fd => param.signed().map(|fd| descriptor(event, fd)),
        Pid => param.signed().map(|pid| process(event, pid)),
        Errno => param.signed().map(|value| Rendered {
            raw: decimal(arena, value),
            resolved: if value < 0 { names::error(value).unwrap_or_default().as_bytes() } else { b"" },
        }),
        SockAddr => Some(Rendered::raw(socket_address(arena, param))),
        SockTuple => Some(Rendered::raw(socket_tuple(arena, param))),
        FdList => Some(Rendered::raw(fd_list(event, param))),
        SyscallId => param.u16().map(|code| syscall(arena, code)),
        SigType => param.u8().map(|signal| Rendered {
            raw: decimal(arena, i64::from(signal)),
            resolved: events::names::signal_name(signal).unwrap_or_default().as_bytes(),
        }),
        SigSet => param.u32().map(|set| Rendered::raw(signals(arena, set))),
        RelTime => param.u64().map(|time| evt_time::duration(arena, time)),
        ValueType::AbsTime => {
            param.u64().map(|time| Rendered::raw(evt_time::absolute(arena, time, settings)))
        }
        Flags8 | Flags16 | Flags32 => param.unsigned().map(|value| flags(arena, ty, value as u32)),
        EnumFlags8 | EnumFlags16 | EnumFlags32 => {
            param.unsigned().map(|value| enumeration(arena, ty, value as u32))
        }
        Mode => param.u32().map(|value| mode(arena, ty, value)),
        Uid => param.u32().map(|uid| user(event, uid)),
        Gid => param.u32().map(|gid| group(event, gid)),
        Dynamic => Some(Rendered::raw(b"INVALID DYNAMIC PARAMETER")),
        CharBufArray => Some(Rendered::raw(text::join(arena, param.strings(), b'.'))),
        _ => Some(Rendered::raw(number(arena, kind, ty.format, param))),
    };
    // A value that is too short for its type.
    rendered.unwrap_or(Rendered::raw(NO_TEXT))
}

fn decimal(arena: &Bump, value: i64) -> &[u8] {
    text::format(arena, format_args!("{value}"))
}

fn number<'e>(arena: &'e Bump, ty: ValueType, format: Format, param: Param<'e>) -> &'e [u8] {
    if let ValueType::Ipv4Addr | ValueType::Ipv6Addr | ValueType::IpAddr = ty {
        return param.ip().map_or(NO_TEXT, |ip| address(arena, ip));
    }
    let signed = ty.is_signed();
    let Some(value) = (if signed { param.signed() } else { param.unsigned().map(|value| value as i64) })
    else {
        return NO_TEXT;
    };
    // Signed numbers of less than 32 bits are widened to those.
    let bits = if signed && param.bytes().len() < 8 { u64::from(value as u32) } else { value as u64 };
    let mut out = Composer::new(arena);
    match format {
        Format::Hex => out.format(format_args!("{bits:X}")),
        Format::Oct if bits == 0 => out.byte(b'0'),
        Format::Oct => out.format(format_args!("0{bits:o}")),
        Format::PaddedDec => out.format(format_args!("{value:09}")),
        // Falco prints unsigned numbers through signed conversions.
        _ if param.bytes().len() == 4 => out.format(format_args!("{}", value as i32)),
        _ => out.format(format_args!("{value}")),
    };
    out.finish()
}

fn bytes<'e>(arena: &'e Bump, bytes: &'e [u8], buffers: Buffers) -> &'e [u8] {
    match buffers {
        Buffers::Dots if bytes.iter().all(is_shown) => bytes,
        Buffers::Dots => {
            arena.alloc_slice_fill_iter(bytes.iter().map(|byte| if is_shown(byte) { *byte } else { b'.' }))
        }
        Buffers::Base64 => {
            let mut out = Vec::with_capacity(bytes.len().div_ceil(3) * 4);
            base64(&mut out, bytes);
            arena.alloc_slice_copy(&out)
        }
    }
}

fn is_shown(byte: &u8) -> bool {
    (0x20..0x7f).contains(byte)
}

fn file_path<'e>(event: &Event<'e>, ty: &ParamType, param: Param<'e>) -> Rendered<'e> {
    let arena = event.arena;
    let given = params::text_or_na(param);
    let raw = text::printable_text(arena, given);
    let resolved = match event.thread {
        Some(thread) if given != NO_TEXT && !given.is_empty() && !path::is_absolute(given) => {
            let base = match ty.dirfd_param().map(|dirfd| event.param(usize::from(dirfd)).signed()) {
                Some(Some(dirfd)) if dirfd != path::AT_FDCWD => match event.fd_of(dirfd) {
                    Some(fd) => text::printable_text(arena, path::with_slash(arena, &fd.name)),
                    None => b"",
                },
                _ => event.state.cwd(thread),
            };
            path::join(arena, base, given)
        }
        _ => b"",
    };
    Rendered { raw, resolved }
}

fn descriptor<'e>(event: &Event<'e>, fd: i64) -> Rendered<'e> {
    let raw = decimal(event.arena, fd);
    let resolved = if event.thread.is_none() {
        &b""[..]
    } else if fd >= 0 {
        event.fd_of(fd).map_or(&b""[..], |info| {
            let protocol = match info.kind.is_ip() {
                true => match names::shown_l4(info) {
                    L4::Tcp => "t",
                    L4::Udp => "u",
                    L4::Icmp => "i",
                    L4::Raw => "r",
                    L4::Unknown | L4::NotApplicable => "",
                },
                false => "",
            };
            let mut out = Composer::with_capacity(event.arena, info.name.len() + 4);
            out.byte(b'<')
                .push(names::fd_type_char(info.kind).as_bytes())
                .push(protocol.as_bytes())
                .byte(b'>');
            out.push(text::printable_text(event.arena, &info.name));
            out.finish()
        })
    } else if fd == path::AT_FDCWD {
        b"AT_FDCWD"
    } else {
        names::error(fd).unwrap_or_default().as_bytes()
    };
    Rendered { raw, resolved }
}

fn process<'e>(event: &Event<'e>, pid: i64) -> Rendered<'e> {
    let resolved = event.state.thread(pid).map_or(&b""[..], |thread| &thread.comm);
    Rendered { raw: decimal(event.arena, pid), resolved }
}

fn syscall(arena: &Bump, code: u16) -> Rendered<'_> {
    if usize::from(code) >= catalogue::SYSCALL_CODE_COUNT {
        return Rendered::raw(b"<unknown syscall>");
    }
    let resolved = SyscallCode(code).name().unwrap_or_default().as_bytes();
    Rendered { raw: decimal(arena, i64::from(code)), resolved }
}

fn signals(arena: &Bump, set: u32) -> &[u8] {
    let names = (1..=32).filter(|signal| set >> (signal - 1) & 1 == 1).filter_map(events::names::signal_name);
    text::join(arena, names.map(str::as_bytes), b' ')
}

fn user<'e>(event: &Event<'e>, uid: u32) -> Rendered<'e> {
    if uid == u32::MAX {
        return Rendered { raw: b"-1", resolved: b"<NONE>" };
    }
    let entry = event.thread.and_then(|thread| event.state.users.user(thread.container, uid));
    let resolved =
        entry.map(|entry| entry.name.as_bytes()).filter(|name| !name.is_empty()).unwrap_or(NO_TEXT);
    Rendered { raw: decimal(event.arena, i64::from(uid as i32)), resolved }
}

fn group<'e>(event: &Event<'e>, gid: u32) -> Rendered<'e> {
    if gid == u32::MAX {
        return Rendered { raw: b"-1", resolved: b"<NONE>" };
    }
    let entry = event.thread.and_then(|thread| event.state.users.group(thread.container, gid));
    let resolved =
        entry.map(|entry| entry.name.as_bytes()).filter(|name| !name.is_empty()).unwrap_or(NO_TEXT);
    Rendered { raw: decimal(event.arena, i64::from(gid as i32)), resolved }
}

/// Names and values that a flag parameter is resolved with.
fn table(ty: &ParamType) -> &'static [(&'static str, u32)] {
    ty.flag_table().map_or(&[], |table| table.table().entries)
}

/// Every entry whose bits are all still there, in table order; each takes its bits away, so that `O_RDWR` hides
/// `O_RDONLY`. A zero entry stands only for zero. The entry that equals the whole value ends the walk.
fn flags<'e>(arena: &'e Bump, ty: &ParamType, value: u32) -> Rendered<'e> {
    let mut rest = value;
    let mut out = Composer::new(arena);
    for (name, bits) in table(ty) {
        let matches = if *bits == 0 { value == 0 } else { rest & bits == *bits };
        if matches {
            separated(&mut out, name);
            rest &= !bits;
            if *bits == value {
                break;
            }
        }
    }
    Rendered { raw: decimal(arena, i64::from(value)), resolved: out.finish() }
}

/// Every entry that equals the value: some values have two names.
fn enumeration<'e>(arena: &'e Bump, ty: &ParamType, value: u32) -> Rendered<'e> {
    let mut out = Composer::new(arena);
    for (name, _) in table(ty).iter().filter(|(_, entry)| *entry == value) {
        separated(&mut out, name);
    }
    Rendered { raw: decimal(arena, i64::from(value)), resolved: out.finish() }
}

/// As flags, but the walk stops before the first entry that equals the whole value, which is added alone.
fn mode<'e>(arena: &'e Bump, ty: &ParamType, value: u32) -> Rendered<'e> {
    let mut rest = value;
    let mut out = Composer::new(arena);
    for (name, bits) in table(ty) {
        if *bits == value {
            separated(&mut out, name);
            break;
        }
        if *bits != 0 && rest & bits == *bits {
            separated(&mut out, name);
            rest &= !bits;
        }
    }
    let raw = match ty.format {
        Format::Hex => text::format(arena, format_args!("{value:X}")),
        Format::Oct if value != 0 => text::format(arena, format_args!("0{value:o}")),
        _ => decimal(arena, i64::from(value)),
    };
    Rendered { raw, resolved: out.finish() }
}

fn separated(out: &mut Composer<'_>, name: &str) {
    if !out.is_empty() {
        out.byte(b'|');
    }
    out.push(name.as_bytes());
}

fn fd_list<'e>(event: &Event<'e>, param: Param<'e>) -> &'e [u8] {
    let mut out = Composer::new(event.arena);
    for (index, (fd, flags)) in param.fd_list().enumerate() {
        if index > 0 {
            out.byte(b' ');
        }
        let kind = event.fd_of(fd).map_or("?", |info| names::fd_type_char(info.kind));
        // Negative numbers print as unsigned ones.
        out.format(format_args!("{}:{kind}{:x}", fd as u64, i32::from(flags)));
    }
    out.finish()
}
