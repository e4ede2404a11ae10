//! Parameters of the event as texts and as raw values: `evt.arg`, `evt.rawarg`, `evt.args`, `evt.buffer`, `evt.res`.

use catalogue::{Format, Param as ParamType, ValueType};
use events::Param;
use ir::render::{Buffers, Style};
use ir::{Extracted, Value};

use super::evt_param::render;
use super::params::{self, typed};
use super::text::Composer;
use super::{Argument, Call, Entry, Mode, style_of};
use crate::event::Event;

pub(super) const TABLE: &[Entry] = &[
    Entry::expensive("evt.args", args),
    Entry::expensive("evt.info", args),
    Entry::moderate("evt.arg", arg),
    Entry::cheap("evt.rawarg", raw_arg),
    Entry::cheap("evt.buffer", buffer),
    Entry::moderate("evt.res", res),
    Entry::cheap("evt.rawres", raw_res),
];

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
