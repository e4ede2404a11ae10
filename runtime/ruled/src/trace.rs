//! `ruled replay --trace RULE`: for every event that the rule could match, its truth tree with the values it saw and the
//! first check that made it false.

use std::io::{self, BufWriter, Write};
use std::ops::ControlFlow;

use bumpalo::Bump;
use catalogue::EVENTS;
use engine::fields::Printing;
use engine::{Engine, Event};
use ir::interp::Interpreter;
use ir::interp::trace::{Trace, TraceNode, trace};
use ir::render::{Buffers, Style, text};
use ir::{Expr, Extracted, Program, RuleId, SlotId};

use crate::exit::{Step, Stop};
use crate::source::{Capture, Item, Source};
use crate::time_zone::time_of_day;

/// Longest value that is shown, in bytes.
const LONGEST_VALUE: usize = 200;

/// Replays a capture and prints the traces of one rule.
pub(crate) fn run(mut engine: Engine, source: &mut Capture, rule: &str) -> Step<()> {
    let ruleset = engine.ruleset().clone();
    let program = ruleset.program();
    let Some(id) = program.rules.iter().position(|one| *one.name == *rule).map(|index| RuleId(index as u32))
    else {
        return Err(Stop::fatal(format!("Rule \"{rule}\" is not loaded")));
    };
    let interpreter = Interpreter::new(program)
        .map_err(|error| Stop::Runtime(format!("cannot interpret the rules: {error}")))?;
    let mut tracer = Tracer {
        program,
        interpreter: &interpreter,
        id,
        out: BufWriter::new(io::stdout().lock()),
        seen: 0,
        matched: 0,
    };
    let mut arena = Bump::new();
    let snapshot = source.take_snapshot().map_err(|error| Stop::Fatal(error.to_string()))?;
    engine.load(&snapshot);
    let mut written = Ok(());
    let drained = source.drain(&mut |item| {
        match item {
            Item::Event(event) => engine.visit(event, |event, values, _| {
                if program.rule(id).events.contains(event.code) {
                    written = tracer.event(event, values, &arena);
                }
            }),
            Item::Snapshot(snapshot) => engine.load(&snapshot),
            // Captures do not tell of them.
            Item::HostNames(_) => {}
        }
        arena.reset();
        if written.is_ok() { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
    });
    match written {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => return Ok(()),
        Err(error) => return Err(Stop::fatal(format!("cannot write: {error}"))),
    }
    let _ = tracer.summary(rule);
    drained.map(|_| ()).map_err(|error| Stop::Fatal(error.to_string()))
}

struct Tracer<'p> {
    program: &'p Program,
    interpreter: &'p Interpreter<'p>,
    id: RuleId,
    out: BufWriter<io::StdoutLock<'static>>,
    seen: u64,
    matched: u64,
}

impl Tracer<'_> {
    fn event(&mut self, event: &Event<'_>, values: &Printing<'_, '_>, arena: &Bump) -> io::Result<()> {
        let values = values.matching();
        let found = trace(self.interpreter, &values, self.program.rule(self.id).condition, arena);
        let holds = found.nodes.first().is_some_and(|root| root.truth);
        self.seen += 1;
        self.matched += u64::from(holds);
        self.head(event, holds)?;
        for node in &found.nodes {
            self.node(node)?;
        }
        if found.truncated {
            writeln!(self.out, "    … the tree goes on")?;
        }
        self.culprit(&found)?;
        writeln!(self.out)
    }

    fn head(&mut self, event: &Event<'_>, holds: bool) -> io::Result<()> {
        let name = EVENTS.get(usize::from(event.code.0)).map_or("?", |ty| ty.name);
        let (comm, tid) = match event.thread {
            Some(thread) => (String::from_utf8_lossy(&thread.comm), thread.tid),
            None => ("<NA>".into(), event.raw.tid()),
        };
        let verdict = if holds { "MATCH" } else { "no match" };
        let time = time_of_day(event.ts());
        writeln!(self.out, "event {} {time} {name} by {comm} ({tid}): {verdict}", event.num)
    }

    fn node(&mut self, node: &TraceNode<'_>) -> io::Result<()> {
        // What evaluation does not reach is shown in brackets: it has a value, but did not count.
        let mark = match (node.truth, node.evaluated) {
            (true, true) => " true  ",
            (false, true) => " false ",
            (true, false) => "(true) ",
            (false, false) => "(false)",
        };
        write!(self.out, "  {mark} {:indent$}", "", indent = node.depth * 2)?;
        match self.program.expr(node.expr) {
            Expr::Const(value) => writeln!(self.out, "{value}"),
            Expr::Not(_) => writeln!(self.out, "not"),
            Expr::And(_) => writeln!(self.out, "and"),
            Expr::Or(_) => writeln!(self.out, "or"),
            Expr::Check(_) => {
                let line = self.check(node);
                writeln!(self.out, "{line}")
            }
        }
    }

    /// A check with the values of its sides.
    fn check(&self, node: &TraceNode<'_>) -> String {
        let Expr::Check(check) = self.program.expr(node.expr) else { return String::new() };
        let mut line = ir::print::check(self.program, check);
        if let Some(left) = &node.left {
            line.push_str(&format!(
                "   {} is {}",
                ir::print::slot(self.program, check.slot),
                self.value(check.slot, left)
            ));
        }
        if let (Some(right), ir::Rhs::Slot(slot)) = (&node.right, check.rhs.clone()) {
            line.push_str(&format!(
                ", {} is {}",
                ir::print::slot(self.program, slot),
                self.value(slot, right)
            ));
        }
        line
    }

    fn value(&self, slot: SlotId, value: &Extracted<'_>) -> String {
        if matches!(value, Extracted::Absent) {
            return "<NA>".to_string();
        }
        let mut shown = Vec::new();
        if !text(&mut shown, value, Style::of(self.program, slot), Buffers::Dots) {
            shown = format!("{value:?}").into_bytes();
        }
        let cut = shown.len() > LONGEST_VALUE;
        shown.truncate(LONGEST_VALUE);
        let shown = String::from_utf8_lossy(&shown);
        let quoted = match value {
            Extracted::One(ir::Value::Text(_) | ir::Value::Bytes(_)) => format!("{shown:?}"),
            _ => shown.into_owned(),
        };
        if cut { format!("{quoted}…") } else { quoted }
    }

    fn culprit(&mut self, found: &Trace<'_>) -> io::Result<()> {
        let Some(node) = found.culprit.and_then(|at| found.nodes.get(at)) else { return Ok(()) };
        let line = match self.program.expr(node.expr) {
            Expr::Const(value) => value.to_string(),
            _ => self.check(node),
        };
        let what = if node.truth { "stopped by a check that holds under `not`" } else { "first false check" };
        writeln!(self.out, "  => {what}: {line}")
    }

    fn summary(&mut self, rule: &str) -> io::Result<()> {
        writeln!(
            self.out,
            "rule {rule:?}: {} of {} events it is evaluated for match",
            self.matched, self.seen
        )?;
        self.out.flush()
    }
}
