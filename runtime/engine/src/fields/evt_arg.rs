//! Parameters of the event as texts and as raw values: `evt.arg`, `evt.rawarg`, `evt.args`, `evt.buffer`, `evt.res`.
//!
//! A parameter has a raw text and, for some types, a resolved one that says what the raw text means.

use std::net::IpAddr;

use bumpalo::Bump;
use catalogue::{Format, Param as ParamType, ParamDetail, SyscallCode, ValueType};
use events::Param;
use events::param::{Endpoint, SockAddr, SockTuple};
use ir::render::{Buffers, Style, base64};
use ir::{Extracted, Value};

use super::params::{self, NO_TEXT};
use super::text::{self, Composer};
use super::{Argument, Call, Entry, Mode, Settings, evt_time, names, path, style_of};
use crate::event::Event;
use crate::state::L4;

pub(super) const TABLE: &[Entry] = &[
    Entry::expensive("evt.args", args),
    Entry::expensive("evt.info", args),
    Entry::moderate("evt.arg", arg),
    Entry::cheap("evt.rawarg", raw_arg),
    Entry::cheap("evt.buffer", buffer),
    Entry::moderate("evt.res", res),
    Entry::cheap("evt.rawres", raw_res),
];

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

fn args<'e>(event: &Event<'e>, call: &Call<'_>) -> Extracted<'e> {
    if event.code.is_generic() {
        return super::word("");
    }
    let mut out = Composer::new(event.arena);
    let types = event.code.get().map_or(&[][..], |event| event.params);
    for (index, (ty, param)) in types.iter().zip(event.raw.params()).enumerate() {
        if index > 0 {
            out.byte(b' ');
        }
        let rendered = render(event, ty, param, call.settings, call.settings.buffers);
        out.push(ty.name.as_bytes()).byte(b'=').push(rendered.raw);
        if !rendered.resolved.is_empty() {
            out.byte(b'(').push(rendered.resolved).byte(b')');
        }
    }
    super::text(out.finish())
}

/// The parameter that an argument names, when the event carries it.
fn named<'e>(event: &Event<'e>, call: &Call<'_>) -> Option<(&'static ParamType, Param<'e>)> {
    let index = match call.arg {
        Argument::Param(positions) => positions.in_event(event)?,
        Argument::Index(index) => usize::try_from(*index).ok().filter(|index| *index < event.raw.len())?,
        _ => return None,
    };
    Some((params::param_type(event.code, index)?, event.param(index)))
}

fn arg<'e>(event: &Event<'e>, call: &Call<'_>) -> Extracted<'e> {
    let Some((ty, param)) = named(event, call) else {
        return Extracted::Absent;
    };
    let buffers = match call.mode {
        Mode::Match => Buffers::Dots,
        Mode::Print => call.settings.buffers,
    };
    super::text(render(event, ty, param, call.settings, buffers).best())
}

fn raw_arg<'e>(event: &Event<'e>, call: &Call<'_>) -> Extracted<'e> {
    let Some((ty, param)) = named(event, call) else {
        return Extracted::Absent;
    };
    let (ty, value) = typed(ty, param);
    match raw_value(ty, value) {
        Some(value) => Extracted::One(value),
        // Printed, a number without bytes is zero.
        None if call.mode == Mode::Print && ty.width().is_some() => Extracted::One(Value::Unsigned(0)),
        None if call.mode == Mode::Print && ty == ValueType::ByteBuf => Extracted::One(Value::Bytes(b"")),
        None => Extracted::Absent,
    }
}

/// Type and format of the parameter that `evt.rawarg` finds in an event.
pub(super) fn raw_style(event: &Event<'_>, arg: &Argument) -> Option<Style> {
    let Argument::Param(positions) = arg else {
        return None;
    };
    let index = positions.in_event(event)?;
    let param = params::param_type(event.code, index)?;
    let (ty, _) = typed(param, event.param(index));
    Some(match param.format {
        // Where Falco has no text for such a number, decimal is better than nothing.
        Format::Na if ty.width().is_some() => style_of(ty, Format::Dec),
        format => style_of(ty, format),
    })
}

/// The type of a value: for a dynamic parameter, the one that its first byte selects.
fn typed<'e>(ty: &ParamType, param: Param<'e>) -> (ValueType, Param<'e>) {
    match ty.detail {
        ParamDetail::Dynamic(table) => match param.dynamic() {
            Some((index, value)) => match table.table().entries.get(usize::from(index)) {
                Some((inner, _)) => (*inner, value),
                None => (ValueType::Dynamic, param),
            },
            None => (ValueType::Dynamic, param),
        },
        _ => (ty.ty, param),
    }
}

fn raw_value(ty: ValueType, param: Param<'_>) -> Option<Value<'_>> {
    use ValueType::{Bool, ByteBuf, CharBuf, Double, FsPath, FsRelPath, IpAddr, Ipv4Addr, Ipv6Addr};
    match ty {
        CharBuf | FsPath | FsRelPath => Some(Value::Text(params::text_or_na(param))),
        _ if param.is_empty() => None,
        ByteBuf => Some(Value::Bytes(param.bytes())),
        Double => param.f64().map(Value::Float),
        Bool => param.unsigned().map(|value| Value::Bool(value != 0)),
        IpAddr | Ipv4Addr | Ipv6Addr => param.ip().map(Value::Address),
        _ if ty.is_signed() => param.signed().map(Value::Signed),
        _ if ty.width().is_some() => param.unsigned().map(Value::Unsigned),
        _ => Some(Value::Bytes(param.bytes())),
    }
}

/// The parameter `data`: its bytes in conditions; in outputs the bytes as they are printed.
fn buffer<'e>(event: &Event<'e>, call: &Call<'_>) -> Extracted<'e> {
    let Some((index, ty)) = event.code.get().and_then(|ty| ty.param("data")) else {
        return Extracted::Absent;
    };
    if index >= event.raw.len() {
        return Extracted::Absent;
    }
    let param = event.param(index);
    match call.mode {
        Mode::Match => {
            let (_, value) = typed(ty, param);
            if value.is_empty() { Extracted::Absent } else { Extracted::One(Value::Bytes(value.bytes())) }
        }
        Mode::Print if param.is_empty() => Extracted::One(Value::Bytes(b"NULL")),
        // Falco renders the buffer twice: once here and once as any buffer.
        Mode::Print => {
            let rendered = render(event, ty, param, call.settings, call.settings.buffers);
            Extracted::One(Value::Bytes(rendered.raw))
        }
    }
}

fn res<'e>(event: &Event<'e>, call: &Call<'_>) -> Extracted<'e> {
    match event.result {
        None => Extracted::Absent,
        Some(result) if result >= 0 => super::word("SUCCESS"),
        Some(_) => match params::param_type(event.code, 0) {
            Some(ty) => super::text(render(event, ty, event.param(0), call.settings, Buffers::Dots).best()),
            None => Extracted::Absent,
        },
    }
}

fn raw_res<'e>(event: &Event<'e>, _: &Call<'_>) -> Extracted<'e> {
    match event.result {
        Some(result) => super::signed(result),
        None => Extracted::Absent,
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
            resolved: names::signal(signal).unwrap_or_default().as_bytes(),
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
    let names = (1..=32).filter(|signal| set >> (signal - 1) & 1 == 1).filter_map(names::signal);
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

fn address(arena: &Bump, ip: IpAddr) -> &[u8] {
    let mut out = Composer::new(arena);
    push_address(&mut out, ip);
    out.finish()
}

/// Appends an address, see [`ir::render::push_address`].
pub(super) fn push_address(out: &mut Composer<'_>, ip: IpAddr) {
    match ip {
        IpAddr::V4(v4) => {
            let [a, b, c, d] = v4.octets();
            out.format(format_args!("{a}.{b}.{c}.{d}"));
        }
        IpAddr::V6(v6) => match v6.segments() {
            [0, 0, 0, 0, 0, 0, high, low] if high != 0 => {
                let [a, b] = high.to_be_bytes();
                let [c, d] = low.to_be_bytes();
                out.format(format_args!("::{a}.{b}.{c}.{d}"));
            }
            _ => {
                out.format(format_args!("{v6}"));
            }
        },
    }
}

fn push_end(out: &mut Composer<'_>, end: Endpoint) {
    push_address(out, end.ip);
    out.format(format_args!(":{}", end.port));
}

/// What an address that is too short for its family prints as.
fn malformed(family: u8) -> &'static [u8] {
    match family {
        events::param::FAMILY_UNIX => b"INVALID PATH",
        events::param::FAMILY_INET => b"INVALID IPv4",
        events::param::FAMILY_INET6 => b"INVALID IPv6",
        _ => b"INVALID SOCKADDR",
    }
}

fn socket_address<'e>(arena: &'e Bump, param: Param<'e>) -> &'e [u8] {
    match param.sock_addr() {
        Some(SockAddr::Unix { path }) => text::printable_text(arena, path),
        Some(SockAddr::Inet(end)) => {
            let mut out = Composer::new(arena);
            push_end(&mut out, end);
            out.finish()
        }
        Some(SockAddr::Other { family }) => text::format(arena, format_args!("family {family}")),
        Some(SockAddr::Malformed { family }) => malformed(family),
        None => NO_TEXT,
    }
}

fn socket_tuple<'e>(arena: &'e Bump, param: Param<'e>) -> &'e [u8] {
    let mut out = Composer::new(arena);
    match param.sock_tuple() {
        Some(SockTuple::Unix { source, destination, path }) => {
            out.format(format_args!("{source:x}->{destination:x} ")).push(text::printable_text(arena, path));
        }
        Some(SockTuple::Inet { source, destination }) => {
            // An IPv4 connection over an IPv6 socket shows as IPv4 when both ends are.
            let (from, to) = match (names::as_v4(source.ip), names::as_v4(destination.ip)) {
                (Some(from), Some(to)) => (from, to),
                _ => (source.ip, destination.ip),
            };
            push_end(&mut out, Endpoint { ip: from, port: source.port });
            out.push(b"->");
            push_end(&mut out, Endpoint { ip: to, port: destination.port });
        }
        Some(SockTuple::Other { family }) => {
            out.format(format_args!("family {family}"));
        }
        Some(SockTuple::Malformed { family }) => return malformed(family),
        None => return b"NULL",
    }
    out.finish()
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
