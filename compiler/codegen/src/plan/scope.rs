//! What every slot depends on, and what it costs to fill.

use ir::{Check, Program, Rhs, SlotId, SlotKind};

use crate::binding::{Binding, Cost, ImportBinding, Scope};

/// Scope and cost of the slots of a program.
pub(crate) struct Scopes {
    slots: Vec<ImportBinding>,
}

impl Scopes {
    pub(crate) fn new(program: &Program, binding: &Binding) -> Scopes {
        let mut slots: Vec<ImportBinding> = Vec::with_capacity(program.slots.len());
        for slot in &program.slots {
            let nothing = ImportBinding { scope: Scope::Process, cost: Cost::Cheap };
            let all = |args: &[SlotId]| {
                args.iter().fold(nothing, |all, arg| {
                    let arg = slots.get(arg.0 as usize).copied().unwrap_or(ImportBinding::UNKNOWN);
                    // Composing a value from the type's name is not decided at compile time.
                    let scope = if arg.scope == Scope::TypeName { Scope::Event } else { arg.scope };
                    ImportBinding { scope: all.scope.max(scope), cost: all.cost.max(arg.cost) }
                })
            };
            slots.push(match &slot.kind {
                SlotKind::Import(import) => binding.of(*import),
                SlotKind::Const(_) => nothing,
                SlotKind::List(args) => all(args),
                SlotKind::Transform { args, .. } => {
                    let args = all(args);
                    ImportBinding { cost: args.cost.max(Cost::Moderate), ..args }
                }
            });
        }
        Scopes { slots }
    }

    pub(crate) fn slot(&self, slot: SlotId) -> ImportBinding {
        self.slots.get(slot.0 as usize).copied().unwrap_or(ImportBinding::UNKNOWN)
    }

    /// Whether the check's result depends on the process only.
    pub(crate) fn is_process(&self, check: &Check) -> bool {
        let process = |slot: SlotId| self.slot(slot).scope == Scope::Process;
        process(check.slot) && if let Rhs::Slot(other) = check.rhs { process(other) } else { true }
    }

    /// Whether the event's type alone decides the check.
    pub(crate) fn is_type_name(&self, check: &Check) -> bool {
        self.slot(check.slot).scope == Scope::TypeName && !matches!(check.rhs, Rhs::Slot(_))
    }
}
