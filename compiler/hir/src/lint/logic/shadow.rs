//! Rules that never fire because an earlier rule matches whatever they match: by default the first match ends the
//! evaluation of an event.

use ir::Const;
use rustc_hash::{FxHashMap, FxHashSet};

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::lint::logic::eval::Logic;
use crate::lint::logic::implied::{Part, parts};
use crate::scope::Rule;
use crate::select::enabled_rules;

/// Earlier rules compared with one rule at most.
const MOST_CANDIDATES: usize = 200;

/// What an earlier rule demands and a later one must, too, to be hidden by it.
#[derive(PartialEq, Eq, Hash)]
enum Key<'c> {
    Hash(u64),
    Value(u32, &'c Const),
}

struct Enabled<'c, 'a> {
    rule: &'a Rule,
    parts: Vec<Part<'c>>,
}

pub(in crate::lint) fn run(logic: &Logic<'_, '_>, found: &mut Vec<Diagnostic>) {
    let rules = enabled(logic);
    let mut frequency: FxHashMap<u64, usize> = FxHashMap::default();
    for part in rules.iter().flat_map(|one| &one.parts) {
        *frequency.entry(part.hash).or_default() += 1;
    }
    let mut earlier: FxHashMap<Key<'_>, Vec<usize>> = FxHashMap::default();
    for (later, one) in rules.iter().enumerate() {
        let mut tried: FxHashSet<usize> = FxHashSet::default();
        let keys = one.parts.iter().flat_map(|part| {
            // Any value will do: a wider set has them all.
            let first =
                part.values.as_ref().and_then(|values| Some(Key::Value(values.subject, values.all.first()?)));
            std::iter::once(Key::Hash(part.hash)).chain(first)
        });
        let candidates: Vec<usize> = keys.filter_map(|key| earlier.get(&key)).flatten().copied().collect();
        let hiding = candidates.into_iter().filter(|at| tried.insert(*at)).take(MOST_CANDIDATES).find(|at| {
            let other = &rules[*at];
            other.rule.source == one.rule.source
                && other.parts.iter().all(|part| part.follows_from(&one.parts))
        });
        if let Some(hiding) = hiding {
            found.push(report(rules[hiding].rule, one.rule));
        }
        // The rarest part finds the rule: whoever it hides must have that part.
        let rarest = one.parts.iter().min_by_key(|part| frequency.get(&part.hash).copied().unwrap_or(0));
        let Some(rarest) = rarest else { continue };
        let mut keys = vec![Key::Hash(rarest.hash)];
        keys.extend(rarest.choices.iter().map(|choice| Key::Hash(*choice)));
        if let Some(values) = &rarest.values {
            keys.extend(values.all.iter().map(|value| Key::Value(values.subject, value)));
        }
        for key in keys {
            earlier.entry(key).or_default().push(later);
        }
    }
}

/// The enabled rules in evaluation order, with what they demand.
fn enabled<'c, 'a>(logic: &Logic<'c, 'a>) -> Vec<Enabled<'c, 'a>> {
    let context = logic.context;
    let mut by_name: FxHashMap<&str, usize> = FxHashMap::default();
    for (index, condition) in context.conditions().iter().enumerate() {
        if let Some(rule) = condition.rule {
            by_name.insert(&rule.name, index);
        }
    }
    enabled_rules(context.definitions, context.compiled, context.options)
        .into_iter()
        .filter_map(|at| {
            let rule = context.definitions.rules.at(at)?;
            let parts = parts(logic, *by_name.get(&*rule.name)?)?;
            Some(Enabled { rule, parts })
        })
        .collect()
}

fn report(earlier: &Rule, later: &Rule) -> Diagnostic {
    let message = format!(
        "rule `{}` never fires: `{}` before it matches all that it matches",
        later.name, earlier.name
    );
    Diagnostic::new(&codes::SHADOWED_RULE, later.item.name, message)
        .secondary(earlier.item.name, "this rule comes first")
        .note("the first rule that matches ends the evaluation of an event, unless `rule_matching` is `all`")
        .note("put the more specific rule first")
}
