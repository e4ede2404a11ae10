//! What a load takes as given: the catalogue, the engine's version and the fields of each source.

use std::cell::RefCell;
use std::rc::Rc;

use catalogue::Catalogue;
use rustc_hash::FxHashMap;

use crate::check::Fields;
use crate::scope::Version;

/// The surroundings of a load.
pub(crate) struct Environment<'a> {
    pub(crate) catalogue: &'a Catalogue,
    pub(crate) engine_version: Version,
    sources: Vec<String>,
    fields: RefCell<FxHashMap<String, Rc<Fields<'a>>>>,
}

impl<'a> Environment<'a> {
    pub(crate) fn new(catalogue: &'a Catalogue, engine_version: Version) -> Environment<'a> {
        let sources = catalogue.sources().into_iter().map(str::to_owned).collect();
        Environment { catalogue, engine_version, sources, fields: RefCell::default() }
    }

    /// Whether something provides events of this source.
    pub(crate) fn has_source(&self, source: &str) -> bool {
        self.sources.iter().any(|known| known == source)
    }

    /// Names of the event sources.
    pub(crate) fn sources(&self) -> impl Iterator<Item = &str> {
        self.sources.iter().map(String::as_str)
    }

    /// The fields of a source.
    pub(crate) fn fields(&self, source: &str) -> Rc<Fields<'a>> {
        if let Some(known) = self.fields.borrow().get(source) {
            return known.clone();
        }
        let fields = Rc::new(Fields::new(self.catalogue, source));
        self.fields.borrow_mut().insert(source.to_owned(), fields.clone());
        fields
    }
}
