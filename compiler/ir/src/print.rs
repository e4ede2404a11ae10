//! A program as text, for `rulec dump --stage ir`, tests and diffs. One node a line, in id order; the same program
//! always gives the same text.

use std::fmt::{self, Display, Formatter, Write};

use crate::consts::{Const, ConstId};
use crate::event_set::EventSet;
use crate::expr::{Check, Expr, ExprId, Rhs, SlotId, SlotKind};
use crate::program::{OutputField, Piece, Program, Rule};

/// The whole program as text.
pub fn program(program: &Program) -> String {
    Printed(program).to_string()
}

/// A check as a condition would say it: `proc.name in ("a", "b")`.
pub fn check(program: &Program, check: &Check) -> String {
    limited(ShownCheck(program, check))
}

/// A slot as a condition would say it: `tolower(proc.name)`.
pub fn slot(program: &Program, slot: SlotId) -> String {
    limited(ShownSlot(program, slot))
}

/// A constant, texts in quotes.
pub fn constant(value: &Const) -> String {
    ShownConst(value).to_string()
}

/// Longest text of one node. Shared nodes are written out at every place of use, so a small program could have an
/// enormous text.
const LONGEST: usize = 256 * 1024;

/// The text, cut with an ellipsis at [`LONGEST`].
fn limited(shown: impl Display) -> String {
    struct Limited(String);
    impl Write for Limited {
        fn write_str(&mut self, text: &str) -> fmt::Result {
            if self.0.len() + text.len() > LONGEST {
                return Err(fmt::Error);
            }
            self.0.push_str(text);
            Ok(())
        }
    }
    let mut limited = Limited(String::new());
    if write!(limited, "{shown}").is_err() {
        limited.0.push('…');
    }
    limited.0
}

struct Printed<'p>(&'p Program);

impl Display for Printed<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let program = self.0;
        for (id, source) in program.sources.iter().enumerate() {
            writeln!(out, "source {id} = {source:?}")?;
        }
        for (id, import) in program.imports.iter().enumerate() {
            let list = if import.list { " list" } else { "" };
            let format = import.format.name();
            writeln!(
                out,
                "import {id} = {}: {}{list} {format} from {}",
                import.text,
                import.ty.name(),
                import.source
            )?;
        }
        for (id, value) in program.consts.iter().enumerate() {
            let kind = match value {
                Const::Unsigned(_) => "unsigned",
                Const::Signed(_) => "signed",
                Const::Float(_) => "float",
                Const::Bool(_) => "bool",
                Const::Text(_) => "text",
                Const::Bytes(_) => "bytes",
                Const::Address(_) => "address",
                Const::Network(_) => "network",
            };
            writeln!(out, "const {id} = {kind} {}", ShownConst(value))?;
        }
        for (id, slot) in program.slots.iter().enumerate() {
            write!(out, "slot {id} = ")?;
            match &slot.kind {
                SlotKind::Import(import) => write!(out, "import {}", import.0)?,
                SlotKind::Const(value) => write!(out, "const {}", value.0)?,
                SlotKind::List(elements) => write!(out, "list{}", Ids(elements.iter().map(|slot| slot.0)))?,
                SlotKind::Transform { transformer, args, selector } => {
                    write!(out, "{}{}", transformer.as_str(), Ids(args.iter().map(|slot| slot.0)))?;
                    if let Some(letter) = selector {
                        write!(out, "[{}]", letter.escape_ascii())?;
                    }
                }
            }
            let list = if slot.list { " list" } else { "" };
            writeln!(out, ": {}{list}", slot.ty.name())?;
        }
        for (id, expr) in program.exprs.iter().enumerate() {
            write!(out, "expr {id} = ")?;
            match expr {
                Expr::Const(truth) => writeln!(out, "{truth}")?,
                Expr::Not(child) => writeln!(out, "not {}", child.0)?,
                Expr::And(children) => writeln!(out, "and{}", Ids(children.iter().map(|child| child.0)))?,
                Expr::Or(children) => writeln!(out, "or{}", Ids(children.iter().map(|child| child.0)))?,
                Expr::Check(check) => {
                    writeln!(out, "check slot {}: {}", check.slot.0, self::check(program, check))?;
                }
            }
        }
        for (id, rule) in program.rules.iter().enumerate() {
            print_rule(out, program, id, rule)?;
        }
        write!(out, "order =")?;
        for id in &program.order {
            write!(out, " {}", id.0)?;
        }
        writeln!(out)
    }
}

fn print_rule(out: &mut Formatter<'_>, program: &Program, id: usize, rule: &Rule) -> fmt::Result {
    let source = program.sources.get(rule.source.0 as usize).map_or("?", |source| &**source);
    writeln!(out, "rule {id} = {:?}: {} from {source}", rule.name, rule.priority.as_str())?;
    writeln!(out, "    description {:?}", rule.description)?;
    writeln!(out, "    tags {}", rule.tags.join(" "))?;
    writeln!(out, "    condition {}", rule.condition.0)?;
    writeln!(out, "    events {}", ShownEvents(&rule.events))?;
    write!(out, "    output ")?;
    print_pieces(out, program, &rule.output.pieces)?;
    writeln!(out)?;
    for field in &rule.output.fields {
        match field {
            OutputField::Raw { key, slot: Some(slot) } => {
                writeln!(out, "    field {key:?} = {}", self::slot(program, *slot))?;
            }
            OutputField::Raw { key, slot: None } => writeln!(out, "    field {key:?} = null")?,
            OutputField::Formatted { key, template } => {
                write!(out, "    field {key:?} = ")?;
                print_pieces(out, program, template)?;
                writeln!(out)?;
            }
        }
    }
    if rule.capture {
        writeln!(out, "    capture for {} ms", rule.capture_duration_ms)?;
    }
    Ok(())
}

/// Pieces of an output, one after the other.
fn print_pieces(out: &mut Formatter<'_>, program: &Program, pieces: &[Piece]) -> fmt::Result {
    for (at, piece) in pieces.iter().enumerate() {
        let gap = if at == 0 { "" } else { " " };
        match piece {
            Piece::Text(text) => write!(out, "{gap}{text:?}")?,
            Piece::Value { slot, width: None } => write!(out, "{gap}%{}", self::slot(program, *slot))?,
            Piece::Value { slot, width: Some(width) } => {
                write!(out, "{gap}%{width}{}", self::slot(program, *slot))?
            }
        }
    }
    Ok(())
}

struct Ids<I>(I);

impl<I: Iterator<Item = u32> + Clone> Display for Ids<I> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_char('(')?;
        for (at, id) in self.0.clone().enumerate() {
            write!(out, "{}{id}", if at == 0 { "" } else { " " })?;
        }
        out.write_char(')')
    }
}

/// Event codes as ranges: `2-5,7`.
struct ShownEvents<'e>(&'e EventSet);

impl Display for ShownEvents<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return out.write_str("none");
        }
        let mut codes = self.0.iter().map(|code| code.0).peekable();
        let mut gap = "";
        while let Some(first) = codes.next() {
            let mut last = first;
            while codes.next_if_eq(&(last + 1)).is_some() {
                last += 1;
            }
            match first == last {
                true => write!(out, "{gap}{first}")?,
                false => write!(out, "{gap}{first}-{last}")?,
            }
            gap = ",";
        }
        Ok(())
    }
}

struct ShownConst<'c>(&'c Const);

impl Display for ShownConst<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self.0 {
            Const::Unsigned(value) => write!(out, "{value}"),
            Const::Signed(value) | Const::Float(value) => write!(out, "{value}"),
            Const::Bool(value) => write!(out, "{value}"),
            Const::Text(text) => match std::str::from_utf8(text) {
                Ok(text) => write!(out, "{text:?}"),
                Err(_) => write!(out, "\"{}\"", text.escape_ascii()),
            },
            Const::Bytes(bytes) => {
                out.write_str("0x")?;
                bytes.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
            }
            Const::Address(address) => write!(out, "{address}"),
            Const::Network(network) => write!(out, "{}/{}", network.address, network.prefix),
        }
    }
}

/// Deepest nesting that is written out; deeper operands are named by their id.
const DEPTH: usize = 16;

struct ShownSlot<'p>(&'p Program, SlotId);

impl Display for ShownSlot<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        show_slot(out, self.0, self.1, 0)
    }
}

fn show_slot(out: &mut Formatter<'_>, program: &Program, id: SlotId, depth: usize) -> fmt::Result {
    let Some(slot) = program.slots.get(id.0 as usize).filter(|_| depth < DEPTH) else {
        return write!(out, "slot {}", id.0);
    };
    let operands = match &slot.kind {
        SlotKind::Import(import) => {
            return out.write_str(program.imports.get(import.0 as usize).map_or("?", |import| &*import.text));
        }
        SlotKind::Const(value) => return show_const(out, program, *value),
        SlotKind::List(elements) => elements,
        SlotKind::Transform { transformer, args, .. } => {
            out.write_str(transformer.as_str())?;
            args
        }
    };
    out.write_char('(')?;
    for (at, operand) in operands.iter().enumerate() {
        if at > 0 {
            out.write_str(",")?;
        }
        show_slot(out, program, *operand, depth + 1)?;
    }
    out.write_char(')')?;
    match slot.kind {
        SlotKind::Transform { selector: Some(letter), .. } => write!(out, "[{}]", letter.escape_ascii()),
        _ => Ok(()),
    }
}

fn show_const(out: &mut Formatter<'_>, program: &Program, id: ConstId) -> fmt::Result {
    match program.consts.get(id.0 as usize) {
        Some(value) => write!(out, "{}", ShownConst(value)),
        None => out.write_char('?'),
    }
}

struct ShownCheck<'p>(&'p Program, &'p Check);

impl Display for ShownCheck<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let ShownCheck(program, check) = self;
        write!(out, "{} {}", ShownSlot(program, check.slot), check.op.as_str())?;
        if let Some(modifier) = check.modifier {
            write!(out, " {}", modifier.as_str())?;
        }
        match &check.rhs {
            Rhs::None => Ok(()),
            Rhs::Const(value) => {
                out.write_char(' ')?;
                show_const(out, program, *value)
            }
            Rhs::Set(values) => {
                out.write_str(" (")?;
                for (at, value) in values.iter().enumerate() {
                    out.write_str(if at == 0 { "" } else { ", " })?;
                    show_const(out, program, *value)?;
                }
                out.write_char(')')
            }
            Rhs::Slot(right) => match program.slots.get(right.0 as usize).map(|slot| &slot.kind) {
                Some(SlotKind::Import(_)) => write!(out, " val({})", ShownSlot(program, *right)),
                _ => write!(out, " {}", ShownSlot(program, *right)),
            },
        }
    }
}

/// A condition as one line, operands in parentheses; cut where it nests too deeply.
pub fn condition(program: &Program, root: ExprId) -> String {
    struct Shown<'p>(&'p Program, ExprId, usize);
    impl Display for Shown<'_> {
        fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
            let Shown(program, id, depth) = *self;
            let (children, word) = match program.exprs.get(id.0 as usize).filter(|_| depth < DEPTH) {
                None => return write!(out, "expr {}", id.0),
                Some(Expr::Const(truth)) => return write!(out, "{truth}"),
                Some(Expr::Check(check)) => return write!(out, "{}", ShownCheck(program, check)),
                Some(Expr::Not(child)) => return write!(out, "not {}", Shown(program, *child, depth + 1)),
                Some(Expr::And(children)) => (children, " and "),
                Some(Expr::Or(children)) => (children, " or "),
            };
            out.write_char('(')?;
            for (at, child) in children.iter().enumerate() {
                write!(out, "{}{}", if at == 0 { "" } else { word }, Shown(program, *child, depth + 1))?;
            }
            out.write_char(')')
        }
    }
    limited(Shown(program, root, 0))
}

#[cfg(test)]
#[path = "print_tests.rs"]
mod tests;
