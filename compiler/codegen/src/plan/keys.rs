//! Tests before they are prepared: one check, or several of one family on one slot of which any has to hold.

use catalogue::{Operator, TypeClass};
use ir::{Check, Const, ExprId, Program, Rhs, SlotId};
use rustc_hash::FxHashMap;

/// Index of a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct KeyId(pub(crate) u32);

/// Checks that can be decided together when they stand on the same slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Family {
    /// Equal to one of several texts.
    Text,
    /// Equal to one of several numbers or truth values.
    Number,
    /// Equal to one of several addresses, or inside one of several networks.
    Address,
    /// Starts with one of several texts.
    Start,
    /// Ends with one of several texts.
    End,
    /// Contains one of several texts.
    Inside,
    /// Contains one of several texts, whatever the case of ASCII letters.
    InsideAnyCase,
    /// Decided alone.
    Single,
}

/// Any of the checks holds.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Key {
    pub(crate) slot: SlotId,
    pub(crate) family: Family,
    /// `Expr::Check` nodes, ascending.
    pub(crate) checks: Box<[ExprId]>,
}

/// The family of a check.
pub(crate) fn family(program: &Program, check: &Check) -> Family {
    let slot = program.slot(check.slot);
    let constant = matches!(check.rhs, Rhs::Const(_) | Rhs::Set(_));
    if slot.list || check.modifier.is_some() || !constant {
        return Family::Single;
    }
    match (check.op, slot.ty.class()) {
        (Operator::Eq | Operator::In, TypeClass::String) => Family::Text,
        (Operator::Eq | Operator::In, TypeClass::Number | TypeClass::Bool)
            if plain_numbers(program, check) =>
        {
            Family::Number
        }
        (Operator::Eq | Operator::In, TypeClass::IpAddr | TypeClass::IpNet) => Family::Address,
        (Operator::Startswith, TypeClass::String) => Family::Start,
        (Operator::Endswith, TypeClass::String) => Family::End,
        (Operator::Contains, TypeClass::String) => Family::Inside,
        (Operator::Icontains, TypeClass::String) => Family::InsideAnyCase,
        _ => Family::Single,
    }
}

/// The constants to the right of a check.
pub(crate) fn constants<'p>(program: &'p Program, check: &'p Check) -> impl Iterator<Item = &'p Const> + 'p {
    let ids: &[ir::ConstId] = match &check.rhs {
        Rhs::Const(one) => std::slice::from_ref(one),
        Rhs::Set(many) => many,
        Rhs::None | Rhs::Slot(_) => &[],
    };
    ids.iter().map(|id| program.const_(*id))
}

fn plain_numbers(program: &Program, check: &Check) -> bool {
    constants(program, check).all(|c| matches!(c, Const::Unsigned(_) | Const::Signed(_) | Const::Bool(_)))
}

/// Interned keys.
#[derive(Default)]
pub(crate) struct Keys {
    keys: Vec<Key>,
    index: FxHashMap<Key, KeyId>,
}

impl Keys {
    pub(crate) fn get(&self, id: KeyId) -> &Key {
        &self.keys[id.0 as usize]
    }

    pub(crate) fn single(&mut self, program: &Program, expr: ExprId, check: &Check) -> KeyId {
        self.intern(Key { slot: check.slot, family: family(program, check), checks: [expr].into() })
    }

    /// The key of which any check of any of these keys has to hold; all have the same slot and family.
    pub(crate) fn merged(&mut self, keys: &[KeyId]) -> Option<KeyId> {
        let first = self.get(*keys.first()?);
        let (slot, family) = (first.slot, first.family);
        let mut checks: Vec<ExprId> =
            keys.iter().flat_map(|key| self.get(*key).checks.iter().copied()).collect();
        checks.sort_unstable();
        checks.dedup();
        Some(self.intern(Key { slot, family, checks: checks.into() }))
    }

    fn intern(&mut self, key: Key) -> KeyId {
        let next = KeyId(self.keys.len() as u32);
        *self.index.entry(key).or_insert_with_key(|key| {
            self.keys.push(key.clone());
            next
        })
    }
}
