//! Events made of named values.

use std::collections::BTreeMap;
use std::net::IpAddr;

use bumpalo::Bump;
use catalogue::{EventCode, TypeClass, ValueType};

use crate::consts::Const;
use crate::expr::{Expr, Import, ImportId, Rhs, SlotKind};
use crate::interp;
use crate::ops::string::until_nul;
use crate::program::Program;
use crate::value::{Extracted, FieldSource, Value};

/// A value that owns its bytes.
#[derive(Clone, Debug, PartialEq)]
pub enum OwnedValue {
    /// See [`Value::Unsigned`].
    Unsigned(u64),
    /// See [`Value::Signed`].
    Signed(i64),
    /// See [`Value::Float`].
    Float(f64),
    /// See [`Value::Bool`].
    Bool(bool),
    /// See [`Value::Text`].
    Text(Vec<u8>),
    /// See [`Value::Bytes`].
    Bytes(Vec<u8>),
    /// See [`Value::Address`].
    Address(IpAddr),
}

impl OwnedValue {
    /// Reads a value of a type from text: numbers in decimal, addresses (for networks too) in their usual form, texts
    /// and buffers as they are.
    pub fn parse(ty: ValueType, text: &str) -> Option<OwnedValue> {
        Some(match ty.class() {
            TypeClass::Bool => OwnedValue::Bool(match text {
                "true" | "1" => true,
                "false" | "0" => false,
                _ => return None,
            }),
            TypeClass::String => OwnedValue::Text(text.as_bytes().to_vec()),
            TypeClass::Buffer => OwnedValue::Bytes(text.as_bytes().to_vec()),
            TypeClass::IpAddr | TypeClass::IpNet => OwnedValue::Address(text.parse().ok()?),
            TypeClass::Number if ty == ValueType::Double => OwnedValue::Float(text.parse().ok()?),
            TypeClass::Number if ty.is_signed() => OwnedValue::Signed(text.parse().ok()?),
            TypeClass::Number => OwnedValue::Unsigned(text.parse().ok()?),
            TypeClass::Other => match text.parse() {
                Ok(number) => OwnedValue::Unsigned(number),
                Err(_) => OwnedValue::Text(text.as_bytes().to_vec()),
            },
        })
    }

    /// The value that a constant is equal to (for a network: its address).
    pub fn of_const(value: &Const) -> OwnedValue {
        match value {
            Const::Unsigned(value) => OwnedValue::Unsigned(*value),
            Const::Signed(value) => OwnedValue::Signed(*value),
            Const::Float(value) => OwnedValue::Float(*value as f64),
            Const::Bool(value) => OwnedValue::Bool(*value),
            Const::Text(text) => OwnedValue::Text(text.to_vec()),
            Const::Bytes(bytes) => OwnedValue::Bytes(bytes.to_vec()),
            Const::Address(address) => OwnedValue::Address(*address),
            Const::Network(network) => OwnedValue::Address(network.address),
        }
    }

    /// The value, borrowed.
    pub fn as_value(&self) -> Value<'_> {
        match self {
            OwnedValue::Unsigned(value) => Value::Unsigned(*value),
            OwnedValue::Signed(value) => Value::Signed(*value),
            OwnedValue::Float(value) => Value::Float(*value),
            OwnedValue::Bool(value) => Value::Bool(*value),
            OwnedValue::Text(text) => Value::Text(text),
            OwnedValue::Bytes(bytes) => Value::Bytes(bytes),
            OwnedValue::Address(address) => Value::Address(*address),
        }
    }
}

impl OwnedValue {
    /// The value as a field of a type gives it: data that a case describes as bytes is text where the field is text,
    /// and a number has the field's sign.
    pub fn as_value_of(&self, ty: ValueType) -> Value<'_> {
        match (self.as_value(), ty.class()) {
            (Value::Bytes(bytes), TypeClass::String) => Value::Text(until_nul(bytes)),
            (Value::Text(text), TypeClass::Buffer) => Value::Bytes(text),
            (Value::Unsigned(value), TypeClass::Number) if ty == ValueType::Double => {
                Value::Float(value as f64)
            }
            (Value::Signed(value), TypeClass::Number) if ty == ValueType::Double => {
                Value::Float(value as f64)
            }
            (Value::Unsigned(value), TypeClass::Number) if ty.is_signed() => Value::Signed(value as i64),
            (Value::Signed(value), TypeClass::Number) if !ty.is_signed() => Value::Unsigned(value as u64),
            (Value::Unsigned(value), TypeClass::Bool) => Value::Bool(value != 0),
            (value, _) => value,
        }
    }
}

/// What a field yields.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldValue {
    /// Nothing.
    Absent,
    /// A single value.
    One(OwnedValue),
    /// The values of a list field.
    List(Vec<OwnedValue>),
    /// Values of the ancestors, nearest first.
    Ancestors(Vec<OwnedValue>),
    /// Both ends of a connection.
    Endpoints(Vec<OwnedValue>),
    /// Something with which every comparison in the program has this result.
    Compares(bool),
}

impl FieldValue {
    /// Several values of a field, in the shape that the field gives them: ancestors for `proc.aname` and its kind
    /// without index, else a list.
    pub fn many(import: &Import, values: Vec<OwnedValue>) -> FieldValue {
        let ancestors = matches!(
            &*import.name,
            "proc.aname" | "proc.aexe" | "proc.aexepath" | "proc.acmdline" | "proc.apid" | "proc.aenv"
        );
        if ancestors && !import.list { FieldValue::Ancestors(values) } else { FieldValue::List(values) }
    }
}

/// Values by the canonical text of their field.
pub type Fields = BTreeMap<String, FieldValue>;

/// An event made of named values, bound to a program.
#[derive(Clone, Debug)]
pub struct MapSource<'a> {
    code: EventCode,
    values: Vec<Extracted<'a>>,
}

impl<'a> MapSource<'a> {
    /// Binds fields to the imports of a program; a field that is not named is absent.
    pub fn bind(program: &'a Program, code: EventCode, fields: &'a Fields, arena: &'a Bump) -> MapSource<'a> {
        let values = program.imports.iter().enumerate().map(|(id, import)| {
            let many = |values: &'a [OwnedValue]| {
                &*arena.alloc_slice_fill_iter(values.iter().map(|value| value.as_value_of(import.ty)))
            };
            match fields.get(&*import.text) {
                None | Some(FieldValue::Absent) => Extracted::Absent,
                Some(FieldValue::One(value)) => Extracted::One(value.as_value_of(import.ty)),
                Some(FieldValue::List(values)) => Extracted::List(many(values)),
                Some(FieldValue::Ancestors(values)) => Extracted::Ancestors(many(values)),
                Some(FieldValue::Endpoints(values)) => Extracted::Endpoints(many(values)),
                Some(FieldValue::Compares(truth)) => comparing(program, ImportId(id as u32), *truth),
            }
        });
        MapSource { code, values: values.collect() }
    }

    /// An event from values by import id.
    pub fn from_values(code: EventCode, values: Vec<Extracted<'a>>) -> MapSource<'a> {
        MapSource { code, values }
    }
}

impl FieldSource for MapSource<'_> {
    fn event_code(&self) -> EventCode {
        self.code
    }

    fn extract(&self, import: ImportId) -> Extracted<'_> {
        self.values.get(import.0 as usize).copied().unwrap_or(Extracted::Absent)
    }
}

/// A value with which every check that has the import alone on its left gives `truth`; absent when there is none
/// among the program's constants and a few others.
fn comparing(program: &Program, import: ImportId, truth: bool) -> Extracted<'_> {
    let is_import = |slot: crate::SlotId| program.slot(slot).kind == SlotKind::Import(import);
    let matchers: Vec<_> = program
        .exprs
        .iter()
        .filter_map(|expr| match expr {
            Expr::Check(check) if is_import(check.slot) && !matches!(check.rhs, Rhs::Slot(_)) => {
                interp::matcher(program, check).ok()?
            }
            _ => None,
        })
        .collect();
    let fallbacks: [Extracted<'_>; 7] = [
        Extracted::One(Value::Text(b"\x01no such text\x01")),
        Extracted::One(Value::Text(b"")),
        Extracted::One(Value::Bytes(b"\x01no such bytes\x01")),
        Extracted::One(Value::Unsigned(0x5eed)),
        Extracted::One(Value::Signed(-0x5eed)),
        Extracted::One(Value::Float(0.25)),
        Extracted::List(&[]),
    ];
    let constants = program.consts.iter().map(crate::ops::transform::literal);
    constants
        .chain(fallbacks)
        .find(|candidate| matchers.iter().all(|matcher| matcher.decide(candidate) == truth))
        .unwrap_or(Extracted::Absent)
}

#[cfg(test)]
mod tests {
    use catalogue::{Format, Operator};

    use super::*;
    use crate::expr::{Check, Slot};
    use crate::interp::Interpreter;
    use crate::program::ProgramBuilder;

    #[test]
    fn fields_are_found_by_their_text() {
        let mut builder = ProgramBuilder::new();
        let ty = ValueType::CharBuf;
        let mut checks = Vec::new();
        for name in ["c.true", "c.false", "proc.aname", "missing"] {
            let import = builder.import(Import {
                source: "syscall".into(),
                name: name.into(),
                arg: None,
                text: name.into(),
                ty,
                list: false,
                format: Format::Na,
            });
            let slot = builder.slot(Slot { kind: SlotKind::Import(import), ty, list: false });
            let value = builder.const_(Const::Text(b"1".as_slice().into()));
            checks.push(builder.check(Check {
                slot,
                op: Operator::Eq,
                modifier: None,
                rhs: Rhs::Const(value),
            }));
        }
        let program = builder.finish(vec![]);
        let ancestors = vec![OwnedValue::Text(b"x".to_vec()), OwnedValue::parse(ty, "1").unwrap()];
        let fields = Fields::from([
            ("c.true".to_owned(), FieldValue::Compares(true)),
            ("c.false".to_owned(), FieldValue::Compares(false)),
            ("proc.aname".to_owned(), FieldValue::many(&program.imports[2], ancestors)),
        ]);
        let arena = Bump::new();
        let source = MapSource::bind(&program, EventCode(1), &fields, &arena);
        let interpreter = Interpreter::new(&program).unwrap();
        let truths: Vec<bool> = checks.iter().map(|check| interpreter.holds(&source, *check)).collect();
        assert_eq!(truths, [true, false, true, false]);
    }
}
