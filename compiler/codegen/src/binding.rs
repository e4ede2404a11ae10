//! What the engine knows about a program's imports and the compiler needs: what a value depends on and what it costs.

use ir::{Import, ImportId, Program};

/// What the value of a field depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// The event's type only: the field yields the catalogue's name of that type, for every type that names one kind of
    /// event (that is, not for generic, plugin and asynchronous events). Comparisons with it are decided at compile
    /// time.
    TypeName,
    /// The state of the event's process only (its user, container and ancestors included): results are remembered in
    /// the process's [`crate::ProcessCache`] until it is cleared.
    Process,
    /// Anything else.
    Event,
}

/// What an extraction costs, roughly; cheap checks are made first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Cost {
    /// A number or text that is there already.
    Cheap,
    /// A look-up or a short composition.
    Moderate,
    /// Long text is composed or many objects are visited.
    Expensive,
}

/// What is known about one import.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ImportBinding {
    /// What its value depends on.
    pub scope: Scope,
    /// What an extraction costs.
    pub cost: Cost,
}

impl ImportBinding {
    /// What is safe to assume of every field.
    pub const UNKNOWN: ImportBinding = ImportBinding { scope: Scope::Event, cost: Cost::Moderate };
}

/// What is known about every import of a program.
#[derive(Clone, Debug, Default)]
pub struct Binding {
    imports: Vec<ImportBinding>,
}

impl Binding {
    /// Asks `describe` about each import.
    pub fn new(program: &Program, describe: impl FnMut(&Import) -> ImportBinding) -> Binding {
        Binding { imports: program.imports.iter().map(describe).collect() }
    }

    /// Assumes nothing.
    pub fn unknown() -> Binding {
        Binding::default()
    }

    /// What is known about an import.
    pub fn of(&self, import: ImportId) -> ImportBinding {
        self.imports.get(import.0 as usize).copied().unwrap_or(ImportBinding::UNKNOWN)
    }
}
