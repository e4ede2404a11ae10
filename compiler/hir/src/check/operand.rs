//! Left and right sides that are fields or transformers: what they are and which type they have (language.md 4.5).

use std::sync::Arc;

use catalogue::{FieldFlags, ResolvedField, Shape, Transformer, ValueType};
use syntax::ast::{Ast, Children, NodeId, NodeKind, Text};
use syntax::span::Span;
use syntax::token::TransformerName;

use crate::check::{Fault, Fields};
use crate::codes;

/// A value that is computed for each event.
#[derive(Clone, Debug)]
pub struct Operand {
    /// What it is.
    pub kind: OperandKind,
    /// Its type and whether it is a list.
    pub shape: Shape,
    /// The type that `join`, `concat` and `getopt` look at: that of the field before single-argument transformers.
    declared: Shape,
    /// The field below single-argument transformers; `None` for literals, lists and other transformers.
    base: Option<Arc<ResolvedField>>,
}

/// Kinds of [`Operand`].
#[derive(Clone, Debug)]
pub enum OperandKind {
    /// A field.
    Field(Arc<ResolvedField>),
    /// A literal argument of a transformer.
    Literal(Box<[u8]>),
    /// A transformer list.
    List(Vec<Operand>),
    /// A transformer with its arguments.
    Transform {
        /// Which one; never `val`.
        transformer: Transformer,
        /// Its arguments.
        args: Vec<Operand>,
        /// The option of `getopt(…)[c]`.
        selector: Option<u8>,
    },
}

/// What Falco calls an operand that is no field.
const NAMELESS: &str = "NA";
const TEXT: Shape = Shape { ty: ValueType::CharBuf, list: false };
const TEXTS: Shape = Shape { ty: ValueType::CharBuf, list: true };

impl Operand {
    fn internal(kind: OperandKind, shape: Shape) -> Operand {
        Operand { kind, shape, declared: shape, base: None }
    }

    fn field(field: Arc<ResolvedField>) -> Operand {
        let shape = field.shape();
        Operand { kind: OperandKind::Field(field.clone()), shape, declared: shape, base: Some(field) }
    }

    /// The name that messages about comparisons use.
    pub fn name(&self) -> &str {
        match (&self.base, self.is_option_list()) {
            (Some(field), _) => &field.name,
            (None, true) => "INTERNAL",
            (None, false) => NAMELESS,
        }
    }

    /// The field's name in messages about transformers.
    fn base_name(&self) -> &str {
        self.base.as_deref().map_or(NAMELESS, |field| &field.name)
    }

    /// Whether it is what `getopt` gives without an option, perhaps transformed: Falco names that differently.
    fn is_option_list(&self) -> bool {
        let mut operand = self;
        loop {
            match &operand.kind {
                OperandKind::Transform { transformer: Transformer::Getopt, selector, .. } => {
                    return selector.is_none();
                }
                OperandKind::Transform { transformer, args, .. } if !transformer.is_multi_value() => {
                    match args.first() {
                        Some(inner) => operand = inner,
                        None => return false,
                    }
                }
                _ => return false,
            }
        }
    }

    fn flags(&self) -> FieldFlags {
        self.base.as_deref().map_or(FieldFlags::NONE, |field| field.flags)
    }

    /// Whether it may be compared with another field, on either side.
    pub fn allows_rhs(&self) -> bool {
        !self.flags().contains(FieldFlags::NO_RHS)
    }

    /// The field, when nothing is done to it.
    pub fn plain_field(&self) -> Option<&Arc<ResolvedField>> {
        match &self.kind {
            OperandKind::Field(field) => Some(field),
            _ => None,
        }
    }

    /// Every field in it, in order.
    pub fn fields(&self) -> Vec<&Arc<ResolvedField>> {
        let mut found = Vec::new();
        let mut stack = vec![self];
        while let Some(operand) = stack.pop() {
            match &operand.kind {
                OperandKind::Field(field) => found.push(field),
                OperandKind::Literal(_) => {}
                OperandKind::List(inner) | OperandKind::Transform { args: inner, .. } => {
                    stack.extend(inner.iter().rev())
                }
            }
        }
        found
    }
}

/// What kind of node an operand is made from; `None` for a value that is no operand of a transformer.
///
/// The nesting is bounded by the parser's depth limit, so recursion here is too.
///
/// # Errors
/// The first thing wrong in it, innermost first, as Falco finds it.
pub fn operand(ast: &Ast, node: NodeId, fields: &Fields<'_>) -> Result<Operand, Fault> {
    let span = ast.span(node);
    match ast.kind(node) {
        NodeKind::Field { name, arg } => field(ast, name, arg, span, fields),
        NodeKind::Value(text) => Ok(Operand::internal(OperandKind::Literal(ast.bytes(text).into()), TEXT)),
        NodeKind::TransformerList(children) => {
            let items = all(ast, children, fields)?;
            Ok(Operand::internal(OperandKind::List(items), TEXTS))
        }
        NodeKind::Transformer { name, args, arg } => {
            let args = all(ast, args, fields)?;
            let selector = arg.map(|text| ast.bytes(text));
            transform(name, args, selector).map_err(|message| Fault::new(&codes::TRANSFORMER, span, message))
        }
        _ => Err(Fault::new(&codes::CONDITION_SYNTAX, span, "expected a field or a transformer")),
    }
}

fn all(ast: &Ast, children: Children, fields: &Fields<'_>) -> Result<Vec<Operand>, Fault> {
    ast.children(children).iter().map(|child| operand(ast, *child, fields)).collect()
}

fn field(
    ast: &Ast,
    name: Text,
    arg: Option<Text>,
    span: Span,
    fields: &Fields<'_>,
) -> Result<Operand, Fault> {
    let name = ast.text_lossy(name);
    let resolved = match arg {
        None => fields.resolve(&name).map_err(|error| fields.fault(&name, span, &error)),
        Some(arg) => {
            let text = format!("{name}[{}]", ast.text_lossy(arg));
            fields.resolve(&text).map_err(|error| fields.fault(&text, span, &error))
        }
    };
    resolved.map(Operand::field)
}

fn transform(
    name: TransformerName,
    mut args: Vec<Operand>,
    selector: Option<&[u8]>,
) -> Result<Operand, String> {
    let transformer = convert(name);
    let no_selector = |prefix: &str| match selector {
        Some(_) => Err(format!("{prefix}transformer '{}' does not support field arguments", name.as_str())),
        None => Ok(()),
    };
    if transformer == Transformer::Val {
        no_selector("filter error: ")?;
        return args.pop().ok_or_else(|| "expected a field within 'val' transformer".to_owned());
    }
    if args.len() == 1 {
        no_selector("filter error: ")?;
        if transformer.is_multi_value() {
            return Err(format!("unknown field transfomer '{}'", name.as_str()));
        }
        return single(transformer, args);
    }
    let declared: Vec<Shape> = args.iter().map(|arg| arg.declared).collect();
    match transformer {
        Transformer::Join => check_join(&declared)?,
        Transformer::Concat => check_concat(&declared)?,
        Transformer::Getopt => check_getopt(&declared)?,
        _ => return Err("unknown multivalue transformer".to_owned()),
    }
    if transformer != Transformer::Getopt {
        no_selector("")?;
        return Ok(Operand::internal(OperandKind::Transform { transformer, args, selector: None }, TEXT));
    }
    let selector = match selector {
        None => None,
        Some([one]) => Some(*one),
        Some(_) => return Err("getopt() field argument must be a single option character".to_owned()),
    };
    let kind = OperandKind::Transform { transformer, args, selector };
    let mut operand = Operand::internal(kind, TEXT);
    if selector.is_none() {
        operand.shape = TEXTS;
    }
    Ok(operand)
}

fn single(transformer: Transformer, args: Vec<Operand>) -> Result<Operand, String> {
    let Some(arg) = args.first() else { return Err("unknown multivalue transformer".to_owned()) };
    if arg.flags().contains(FieldFlags::NO_TRANSFORMER) {
        return Err(format!("field '{}' does not support transformers", arg.base_name()));
    }
    let Some(shape) = transformer.apply(arg.shape) else {
        let list = if arg.shape.list { "list " } else { "" };
        return Err(format!(
            "can't add field transformer: type '{}' is not supported by '{}' transformer applied on {list}field '{}'",
            arg.shape.ty.name(),
            transformer.as_str(),
            arg.base_name()
        ));
    };
    let (declared, base) = (arg.declared, arg.base.clone());
    let kind = OperandKind::Transform { transformer, args, selector: None };
    Ok(Operand { kind, shape, declared, base })
}

fn check_join(args: &[Shape]) -> Result<(), String> {
    let [separator, list] = args else {
        return Err("join() requires exactly 2 arguments: separator and list".to_owned());
    };
    if separator.list {
        return Err("join() first argument (separator) must be a single value, not a list".to_owned());
    }
    if !list.list {
        return Err("join() second argument must be a list".to_owned());
    }
    Ok(())
}

fn check_concat(args: &[Shape]) -> Result<(), String> {
    if args.len() < 2 {
        return Err("concat() requires at least 2 arguments".to_owned());
    }
    if args.iter().any(|arg| arg.list || arg.ty != ValueType::CharBuf) {
        return Err("concat() arguments must be strings".to_owned());
    }
    Ok(())
}

fn check_getopt(args: &[Shape]) -> Result<(), String> {
    let [list, options] = args else {
        return Err("getopt() requires exactly 2 arguments: args list and optstring".to_owned());
    };
    if !list.list {
        return Err("getopt() first argument must be a list".to_owned());
    }
    if options.list {
        return Err("getopt() second argument (optstring) must be a single value".to_owned());
    }
    if list.ty != ValueType::CharBuf || options.ty != ValueType::CharBuf {
        return Err("getopt() arguments must be strings".to_owned());
    }
    Ok(())
}

fn convert(name: TransformerName) -> Transformer {
    match name {
        TransformerName::Val => Transformer::Val,
        TransformerName::Tolower => Transformer::Tolower,
        TransformerName::Toupper => Transformer::Toupper,
        TransformerName::B64 => Transformer::B64,
        TransformerName::Basename => Transformer::Basename,
        TransformerName::Len => Transformer::Len,
        TransformerName::Join => Transformer::Join,
        TransformerName::Concat => Transformer::Concat,
        TransformerName::Getopt => Transformer::Getopt,
    }
}
