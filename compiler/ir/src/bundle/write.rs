//! Programs to bytes.

use std::net::IpAddr;

use catalogue::{
    EVENTS, EventCode, Format, MODIFIERS, Modifier, OPERATORS, Operator, PRIORITIES, Priority, TRANSFORMERS,
    Transformer, VALUE_TYPES, ValueType,
};

use super::format::{
    DIGEST, Digest, ED25519, HEADER, MAGIC, Manifest, REQUIRED, ROW, SIGNATURE, Section, VERSION, digest,
};
use crate::consts::Const;
use crate::event_set::EventSet;
use crate::expr::{Expr, Rhs, SlotKind};
use crate::program::{OutputField, Piece, Program};

/// The bytes of a bundle without signature. The program must be one that [`super::verify`] accepts.
pub fn write(program: &Program, manifest: &Manifest) -> Vec<u8> {
    assemble(program, manifest, false)
}

/// The bytes of a bundle that is signed with an Ed25519 key: `sign` signs the digest.
pub fn write_signed(
    program: &Program,
    manifest: &Manifest,
    key: &[u8; 32],
    sign: impl FnOnce(&Digest) -> [u8; 64],
) -> Vec<u8> {
    let mut bytes = assemble(program, manifest, true);
    let digest: Digest = std::array::from_fn(|at| bytes[DIGEST.start + at]);
    bytes.extend(ED25519.to_le_bytes());
    bytes.extend(key);
    bytes.extend(sign(&digest));
    bytes
}

/// Everything but the content of the signature section.
fn assemble(program: &Program, manifest: &Manifest, signed: bool) -> Vec<u8> {
    let names = Names::of(program);
    let contents = Section::CONTENT.map(|section| {
        let mut out = Out::default();
        match section {
            Section::Manifest => out.manifest(manifest),
            Section::Names => out.names(&names, program),
            Section::Imports => out.imports(&names, program),
            Section::Constants => out.list(&program.consts, Out::constant),
            Section::Slots => out.slots(&names, program),
            Section::Expressions => out.list(&program.exprs, |out, expr| out.expr(&names, expr)),
            Section::Rules | Section::Signature => out.rules(&names, program),
        }
        (section, out.0)
    });
    let sections = contents.len() + usize::from(signed);
    let content: usize = contents.iter().map(|(_, content)| content.len()).sum();
    let end = HEADER + ROW * sections + content;
    let length = end + if signed { SIGNATURE } else { 0 };

    let mut bytes = Vec::with_capacity(length);
    bytes.extend(MAGIC);
    bytes.extend(VERSION.to_le_bytes());
    bytes.extend((sections as u32).to_le_bytes());
    bytes.extend((length as u64).to_le_bytes());
    bytes.extend([0; 32]);
    let mut offset = HEADER + ROW * sections;
    let signature = signed.then_some((Section::Signature, SIGNATURE));
    for (section, length) in
        contents.iter().map(|(section, content)| (*section, content.len())).chain(signature)
    {
        bytes.extend((section as u32).to_le_bytes());
        bytes.extend(REQUIRED.to_le_bytes());
        bytes.extend((offset as u64).to_le_bytes());
        bytes.extend((length as u64).to_le_bytes());
        offset += length;
    }
    contents.iter().for_each(|(_, content)| bytes.extend(content));
    let digest = digest(&bytes, end);
    bytes[DIGEST].copy_from_slice(&digest);
    bytes
}

/// Names that a program uses, in the catalogue's order.
struct Names {
    events: Vec<EventCode>,
    types: Vec<ValueType>,
    formats: Vec<Format>,
    operators: Vec<Operator>,
    modifiers: Vec<Modifier>,
    transformers: Vec<Transformer>,
    priorities: Vec<Priority>,
}

/// Every number format, in the order of their numbers.
pub(super) const FORMATS: [Format; 7] =
    [Format::Na, Format::Dec, Format::Hex, Format::PaddedDec, Format::Id, Format::Dir, Format::Oct];

impl Names {
    fn of(program: &Program) -> Names {
        let events = program.rules.iter().fold(EventSet::EMPTY, |all, rule| all.union(&rule.events));
        let imports = || program.imports.iter();
        let checks = || {
            program.exprs.iter().filter_map(|expr| match expr {
                Expr::Check(check) => Some(check),
                _ => None,
            })
        };
        let used = |transformer: Transformer| {
            program.slots.iter().any(
                |slot| matches!(slot.kind, SlotKind::Transform { transformer: t, .. } if t == transformer),
            )
        };
        Names {
            events: events.iter().filter(|code| usize::from(code.0) < EVENTS.len()).collect(),
            types: kept(&VALUE_TYPES, |ty| {
                imports().any(|import| import.ty == ty) || program.slots.iter().any(|slot| slot.ty == ty)
            }),
            formats: kept(&FORMATS, |format| imports().any(|import| import.format == format)),
            operators: kept(&OPERATORS, |op| checks().any(|check| check.op == op)),
            modifiers: kept(&MODIFIERS, |modifier| checks().any(|check| check.modifier == Some(modifier))),
            transformers: kept(&TRANSFORMERS, used),
            priorities: kept(&PRIORITIES, |priority| {
                program.rules.iter().any(|rule| rule.priority == priority)
            }),
        }
    }
}

fn kept<T: Copy>(all: &[T], used: impl Fn(T) -> bool) -> Vec<T> {
    all.iter().copied().filter(|item| used(*item)).collect()
}

/// The place of a name in its list, as a byte: the lists are all shorter than 256.
fn place<T: PartialEq>(names: &[T], name: &T) -> u8 {
    names.iter().position(|known| known == name).unwrap_or(usize::MAX) as u8
}

#[derive(Default)]
struct Out(Vec<u8>);

impl Out {
    fn byte(&mut self, byte: u8) {
        self.0.push(byte);
    }

    fn truth(&mut self, truth: bool) {
        self.byte(u8::from(truth));
    }

    fn number(&mut self, number: u32) {
        self.0.extend(number.to_le_bytes());
    }

    fn blob(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as u32);
        self.0.extend(bytes);
    }

    fn text(&mut self, text: &str) {
        self.blob(text.as_bytes());
    }

    fn option<T>(&mut self, value: Option<T>, write: impl FnOnce(&mut Out, T)) {
        self.truth(value.is_some());
        if let Some(value) = value {
            write(self, value);
        }
    }

    fn list<T>(&mut self, items: &[T], mut write: impl FnMut(&mut Out, &T)) {
        self.number(items.len() as u32);
        items.iter().for_each(|item| write(self, item));
    }

    fn manifest(&mut self, manifest: &Manifest) {
        self.0.extend(manifest.version.to_le_bytes());
        self.text(&manifest.producer);
        self.list(&manifest.sources, |out, source| {
            out.text(&source.name);
            out.0.extend(source.sha256);
        });
        self.list(&manifest.plugins, |out, plugin| {
            out.text(&plugin.name);
            out.text(&plugin.version);
        });
    }

    fn names(&mut self, names: &Names, program: &Program) {
        self.list(&names.events, |out, code| {
            out.text(EVENTS.get(usize::from(code.0)).map_or("", |event| event.symbol));
        });
        self.list(&names.types, |out, ty| out.text(ty.name()));
        self.list(&names.formats, |out, format| out.text(format.name()));
        self.list(&names.operators, |out, op| out.text(op.as_str()));
        self.list(&names.modifiers, |out, modifier| out.text(modifier.as_str()));
        self.list(&names.transformers, |out, transformer| out.text(transformer.as_str()));
        self.list(&names.priorities, |out, priority| out.text(priority.as_str()));
        self.list(&program.sources, |out, source| out.text(source));
    }

    fn imports(&mut self, names: &Names, program: &Program) {
        self.list(&program.imports, |out, import| {
            let source = program.sources.iter().position(|source| *source == import.source);
            out.number(source.map_or(u32::MAX, |source| source as u32));
            out.text(&import.name);
            out.option(import.arg.as_deref(), Out::text);
            out.text(&import.text);
            out.byte(place(&names.types, &import.ty));
            out.truth(import.list);
            out.byte(place(&names.formats, &import.format));
        });
    }

    fn constant(&mut self, value: &Const) {
        match value {
            Const::Unsigned(value) => {
                self.byte(0);
                self.0.extend(value.to_le_bytes());
            }
            Const::Signed(value) => {
                self.byte(1);
                self.0.extend(value.to_le_bytes());
            }
            Const::Float(value) => {
                self.byte(2);
                self.0.extend(value.to_le_bytes());
            }
            Const::Bool(truth) => {
                self.byte(3);
                self.truth(*truth);
            }
            Const::Text(text) => {
                self.byte(4);
                self.blob(text);
            }
            Const::Bytes(bytes) => {
                self.byte(5);
                self.blob(bytes);
            }
            Const::Address(address) => self.address(6, *address),
            Const::Network(network) => {
                self.address(8, network.address);
                self.byte(network.prefix);
            }
        }
    }

    /// An address after its tag: `tag` for IPv4, the next one for IPv6.
    fn address(&mut self, tag: u8, address: IpAddr) {
        match address {
            IpAddr::V4(address) => {
                self.byte(tag);
                self.0.extend(address.octets());
            }
            IpAddr::V6(address) => {
                self.byte(tag + 1);
                self.0.extend(address.octets());
            }
        }
    }

    fn slots(&mut self, names: &Names, program: &Program) {
        self.list(&program.slots, |out, slot| {
            out.byte(place(&names.types, &slot.ty));
            out.truth(slot.list);
            match &slot.kind {
                SlotKind::Import(import) => {
                    out.byte(0);
                    out.number(import.0);
                }
                SlotKind::Const(value) => {
                    out.byte(1);
                    out.number(value.0);
                }
                SlotKind::List(elements) => {
                    out.byte(2);
                    out.list(elements, |out, slot| out.number(slot.0));
                }
                SlotKind::Transform { transformer, args, selector } => {
                    out.byte(3);
                    out.byte(place(&names.transformers, transformer));
                    out.list(args, |out, slot| out.number(slot.0));
                    out.option(*selector, Out::byte);
                }
            }
        });
    }

    fn expr(&mut self, names: &Names, expr: &Expr) {
        match expr {
            Expr::Const(truth) => self.truth(*truth),
            Expr::Not(child) => {
                self.byte(2);
                self.number(child.0);
            }
            Expr::And(children) => {
                self.byte(3);
                self.list(children, |out, child| out.number(child.0));
            }
            Expr::Or(children) => {
                self.byte(4);
                self.list(children, |out, child| out.number(child.0));
            }
            Expr::Check(check) => {
                self.byte(5);
                self.number(check.slot.0);
                self.byte(place(&names.operators, &check.op));
                self.option(check.modifier, |out, modifier| out.byte(place(&names.modifiers, &modifier)));
                match &check.rhs {
                    Rhs::None => self.byte(0),
                    Rhs::Const(value) => {
                        self.byte(1);
                        self.number(value.0);
                    }
                    Rhs::Set(values) => {
                        self.byte(2);
                        self.list(values, |out, value| out.number(value.0));
                    }
                    Rhs::Slot(slot) => {
                        self.byte(3);
                        self.number(slot.0);
                    }
                }
            }
        }
    }

    fn rules(&mut self, names: &Names, program: &Program) {
        self.list(&program.rules, |out, rule| {
            out.text(&rule.name);
            out.text(&rule.description);
            out.number(rule.source.0);
            out.byte(place(&names.priorities, &rule.priority));
            out.list(&rule.tags, |out, tag| out.text(tag));
            out.number(rule.condition.0);
            let mut events = vec![0_u8; names.events.len().div_ceil(8)];
            for (at, code) in names.events.iter().enumerate() {
                events[at / 8] |= u8::from(rule.events.contains(*code)) << (at % 8);
            }
            out.blob(&events);
            out.list(&rule.output.pieces, Out::piece);
            out.list(&rule.output.fields, |out, field| match field {
                OutputField::Raw { key, slot } => {
                    out.byte(0);
                    out.text(key);
                    out.option(*slot, |out, slot| out.number(slot.0));
                }
                OutputField::Formatted { key, template } => {
                    out.byte(1);
                    out.text(key);
                    out.list(template, Out::piece);
                }
            });
            out.truth(rule.capture);
            out.number(rule.capture_duration_ms);
        });
        self.list(&program.order, |out, rule| out.number(rule.0));
    }

    fn piece(&mut self, piece: &Piece) {
        match piece {
            Piece::Text(text) => {
                self.byte(0);
                self.text(text);
            }
            Piece::Value { slot, width } => {
                self.byte(1);
                self.number(slot.0);
                self.option(*width, Out::number);
            }
        }
    }
}
