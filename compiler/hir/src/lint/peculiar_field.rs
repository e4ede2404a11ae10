//! Fields that Falco compares in a way of their own: sets that never match, values that are not looked at
//! (language.md 5.4, 5.6, 5.7), inequality of ancestors.

use catalogue::{Arg, Modifier, Operator, ResolvedField, Transformer, TypeClass};

use crate::check::{OperandKind, TypedCheck, TypedRhs};
use crate::codes::{self, Code};
use crate::diagnostic::Diagnostic;
use crate::lint::{Condition, LintContext, at};

/// Fields that look at the ancestors when they have no index.
const ANCESTORS: &[&str] =
    &["proc.aname", "proc.aexe", "proc.aexepath", "proc.acmdline", "proc.apid", "proc.aenv"];
/// Fields that look at both ends of a connection.
const ENDS: &[&str] = &["fd.ip", "fd.net", "fd.port", "fd.proto"];
const HOST_NAMES: &[&str] = &["fd.cip.name", "fd.sip.name", "fd.lip.name", "fd.rip.name"];

/// What Falco makes of a comparison.
enum Meaning {
    Never(&'static str),
    Always(&'static str),
    /// Only the first of several values counts.
    First(&'static str),
    /// It holds when one ancestor differs.
    Inequality,
}

pub(super) fn run(context: &LintContext<'_>, found: &mut Vec<Diagnostic>) {
    for (condition, check) in context.checks() {
        let TypedRhs::Literals(literals) = &check.right else { continue };
        let Some(meaning) = meaning(check, literals.len()) else { continue };
        let span = condition.ast().span(check.node);
        let left = check.left.name();
        let op = match check.modifier {
            Some(modifier) => format!("{} {}", check.op.as_str(), modifier.as_str()),
            None => check.op.as_str().to_owned(),
        };
        let (code, message, reason): (&'static Code, _, _) = match meaning {
            Meaning::Never(why) => (&codes::NEVER_MATCHES, format!("`{left} {op}` never matches"), why),
            Meaning::Always(why) => {
                (&codes::NEVER_MATCHES, format!("`{left} {op}` matches whenever there is a value"), why)
            }
            Meaning::First(why) => {
                let message =
                    format!("only the first of {} values of `{left} {op}` is compared", literals.len());
                (&codes::ONLY_FIRST_VALUE, message, why)
            }
            Meaning::Inequality => (
                &codes::ANCESTOR_INEQUALITY,
                format!("`{left} !=` holds as soon as one ancestor differs"),
                "to ask for none that is equal, negate the equality",
            ),
        };
        let ours = at(context, condition, span, code, message).note(reason);
        found.push(repaired(context, condition, check, ours));
    }
}

fn meaning(check: &TypedCheck, values: usize) -> Option<Meaning> {
    use Operator::{In, Intersects, Ne};
    if check.modifier.is_some() && values == 0 {
        return Some(Meaning::Never("a modifier with an empty list never holds, not even `allof`"));
    }
    if ends_in_nul(check) && matches!(check.op, In | Intersects) && values > 0 {
        return Some(Meaning::Never(
            "elements of a transformed list carry a byte at their end and equal no value",
        ));
    }
    let Some(field) = check.left.plain_field() else { return network(check, values) };
    let name = &*field.name;
    let ancestors = is_ancestors(field);
    let ends = ENDS.contains(&name);
    let raw = name == "evt.rawarg" && !matches!(field.ty.class(), TypeClass::String | TypeClass::Buffer);
    let peculiar = ancestors || ends || HOST_NAMES.contains(&name) || name == "evt.rawarg";
    if values > 0
        && matches!(check.op, In | Intersects)
        && (name == "fd.ip" || (ancestors && name == "proc.apid") || raw)
    {
        return Some(Meaning::Never("values of this field are not found in sets"));
    }
    if ends && check.op == Intersects {
        return Some(Meaning::Never("this field knows no `intersects`"));
    }
    if name == "fd.net" && check.op == In && values > 1 {
        return Some(Meaning::First("`fd.net in` looks at one network"));
    }
    if peculiar && check.modifier.is_some() && values > 1 {
        return Some(Meaning::First("this field ignores `oneof`, `anyof` and `allof`"));
    }
    if ancestors && check.op == Ne {
        return Some(Meaning::Inequality);
    }
    if peculiar { None } else { network(check, values) }
}

/// Networks compared byte by byte with addresses.
fn network(check: &TypedCheck, values: usize) -> Option<Meaning> {
    const WHY: &str = "the address is compared with the networks themselves, not looked for inside them";
    if check.left.shape.ty.class() != TypeClass::IpNet || values == 0 {
        return None;
    }
    match (check.op, check.modifier) {
        (Operator::Eq, Some(Modifier::Anyof)) => Some(Meaning::Never(WHY)),
        (Operator::Ne, Some(Modifier::Allof)) => Some(Meaning::Always(WHY)),
        _ => None,
    }
}

pub(super) fn is_ancestors(field: &ResolvedField) -> bool {
    let whole = matches!(field.arg, None | Some(Arg::Index(-1)));
    whole && ANCESTORS.contains(&&*field.name)
}

/// Whether a field has a comparison of its own, so that nothing follows from its values as such.
pub(super) fn is_peculiar(field: &ResolvedField) -> bool {
    let name = &*field.name;
    is_ancestors(field)
        || ENDS.contains(&name)
        || HOST_NAMES.contains(&name)
        || matches!(name, "evt.rawarg" | "evt.around")
}

fn ends_in_nul(check: &TypedCheck) -> bool {
    use Transformer::{B64, Basename, Tolower, Toupper};
    check.left.shape.list
        && matches!(
            check.left.kind,
            OperandKind::Transform { transformer: Tolower | Toupper | Basename | B64, .. }
        )
}

/// The comparison that says what must have been meant.
fn repaired(
    context: &LintContext<'_>,
    condition: &Condition<'_>,
    check: &TypedCheck,
    ours: Diagnostic,
) -> Diagnostic {
    let text = condition.text.as_str();
    let left = condition.left(check.node).slice(text);
    let values: Vec<&str> = condition.literals(check.node).iter().map(|(span, _)| span.slice(text)).collect();
    let joined = |word: &str, op: &str| {
        let parts: Vec<String> = values.iter().map(|value| format!("{left} {op} {value}")).collect();
        match parts.len() {
            1 => parts.concat(),
            _ => format!("({})", parts.join(word)),
        }
    };
    let is_network = check.left.shape.ty.class() == TypeClass::IpNet;
    let new = match (check.op, check.modifier) {
        (Operator::Ne, None) => format!("not {left} = {}", values.concat()),
        (Operator::Eq, Some(Modifier::Anyof)) if is_network && left != "fd.net" => {
            format!("{left} in ({})", values.join(", "))
        }
        (Operator::In | Operator::Intersects, None) if check.left.plain_field().is_some() => {
            joined(" or ", "=")
        }
        (op, Some(Modifier::Anyof)) if op.syntax() == catalogue::OperatorSyntax::String => {
            joined(" or ", op.as_str())
        }
        (op, Some(Modifier::Allof)) if !is_network => joined(" and ", op.as_str()),
        _ => return ours,
    };
    if values.is_empty() || new.len() > 200 {
        return ours;
    }
    match context.edit(condition.text, condition.ast().span(check.node), &new) {
        Some(edit) => ours.fix_all(format!("write `{new}`"), vec![edit], false),
        None => ours,
    }
}
