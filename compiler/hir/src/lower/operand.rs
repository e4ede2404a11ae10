//! Fields and transformers as slots.

use catalogue::{Arg, ResolvedField, Shape};
use ir::{Const, Import, ProgramBuilder, Slot, SlotId, SlotKind};

use crate::check::{Operand, OperandKind};
use crate::lower::Lowering;

impl Lowering<'_> {
    pub(super) fn slot(&mut self, operand: &Operand, source: &str) -> SlotId {
        slot(&mut self.builder, operand, source)
    }
}

/// The slot of an operand. The nesting is bounded by the parser's depth limit, so recursion here is too.
pub fn slot(builder: &mut ProgramBuilder, operand: &Operand, source: &str) -> SlotId {
    let kind = match &operand.kind {
        OperandKind::Field(field) => SlotKind::Import(builder.import(import(field, source))),
        OperandKind::Literal(bytes) => SlotKind::Const(builder.const_(Const::Text(bytes.clone()))),
        OperandKind::List(items) => {
            SlotKind::List(items.iter().map(|item| slot(builder, item, source)).collect())
        }
        OperandKind::Transform { transformer, args, selector } => SlotKind::Transform {
            transformer: *transformer,
            args: args.iter().map(|arg| slot(builder, arg, source)).collect(),
            selector: *selector,
        },
    };
    let Shape { ty, list } = operand.shape;
    builder.slot(Slot { kind, ty, list })
}

/// A field as an import. Spellings that mean the same give equal imports.
fn import(field: &ResolvedField, source: &str) -> Import {
    let written = || {
        let rest = field.text.get(field.name.len()..).unwrap_or_default();
        rest.trim_start_matches(['.', '[']).trim_end_matches(']').to_owned()
    };
    let (arg, text) = match &field.arg {
        None => (None, field.name.to_string()),
        Some(Arg::Index(index)) => (Some(index.to_string()), format!("{}[{index}]", field.name)),
        Some(Arg::Timestamp(time)) => (Some(time.to_string()), format!("{}[{time}]", field.name)),
        Some(Arg::Key(key) | Arg::IndexOrKey { key, .. }) => {
            (Some(key.clone()), format!("{}[{}]", field.name, syntax::quote::quote(key)))
        }
        Some(Arg::Param(name)) => (Some((*name).to_owned()), format!("{}.{name}", field.name)),
        Some(Arg::Subsystem(name)) => (Some(name.clone()), format!("{}.{name}", field.name)),
        Some(Arg::Source) => (Some("src".to_owned()), format!("{}.src", field.name)),
        Some(Arg::Target) => (Some("dst".to_owned()), format!("{}.dst", field.name)),
        Some(Arg::Event { .. }) => (Some(written()), field.text.clone()),
    };
    Import {
        source: source.into(),
        name: field.name.as_ref().into(),
        arg: arg.map(String::into_boxed_str),
        text: text.into_boxed_str(),
        ty: field.ty,
        list: field.list,
        format: field.format,
    }
}
