//! The catalogue as one run sees it: built-in fields, the fields of loaded plugins, and fields made up for the run.

use std::borrow::Cow;

use crate::extra::{ExtraClass, ExtraField};
use crate::field::{ArgSpec, CLASSES, ClassId, FIELDS, Field, FieldClass, FieldFlags, FieldId};
use crate::value::{Format, ValueType};
use crate::{suggest, synonyms};

/// The event source that is always there.
pub const SYSCALL_SOURCE: &str = "syscall";

/// Which fields, sources and events exist in one run.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    plugins: Vec<LoadedPlugin>,
    extra: Vec<ExtraClass>,
}

/// A loaded plugin.
#[derive(Clone, Debug)]
pub struct LoadedPlugin {
    /// Its name.
    pub name: String,
    /// Its version, when it is known.
    pub version: Option<String>,
    class: Option<ClassId>,
}

/// Identifies a field of one [`Catalogue`].
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
pub enum FieldRef {
    /// A field of the data tables.
    Known(FieldId),
    /// The nth of the extra fields, counted over all their classes.
    Extra(u32),
}

/// One field as listings, completion and hover show it.
#[derive(Clone, Copy, Debug)]
pub struct FieldView<'a> {
    /// Identifies it.
    pub field: FieldRef,
    /// Full name, without argument.
    pub name: &'a str,
    /// Type of its value, or of each element of a list.
    pub ty: ValueType,
    /// Whether it yields a list.
    pub list: bool,
    /// How a number is written.
    pub format: Format,
    /// The argument it takes.
    pub arg: Option<ArgSpec>,
    /// Properties.
    pub flags: FieldFlags,
    /// What it yields.
    pub about: &'a str,
    /// Name of its class.
    pub class: &'a str,
    /// The plugin that brings it.
    pub plugin: Option<&'a str>,
}

impl Catalogue {
    /// Only the built-in fields.
    pub fn core() -> Self {
        Self::default()
    }

    /// What a default installation loads: the built-in fields and the `container` plugin.
    pub fn falco_default() -> Self {
        Self::core().with_plugin("container")
    }

    /// Every plugin that the data tables know, so that rules for any source resolve.
    pub fn everything() -> Self {
        known_plugins().fold(Self::core(), |catalogue, class| catalogue.with_plugin(class.name))
    }

    /// Adds a plugin under the version that the data tables describe. One that they do not know only counts as
    /// loaded; its fields come with [`Catalogue::with_class`].
    #[must_use]
    pub fn with_plugin(self, name: &str) -> Self {
        let version = plugin_class(name).and_then(|(_, class)| class.version_of(name)).map(str::to_owned);
        self.load(name, version)
    }

    /// Adds a plugin of a given version.
    #[must_use]
    pub fn with_plugin_version(self, name: &str, version: &str) -> Self {
        self.load(name, Some(version.to_owned()))
    }

    fn load(mut self, name: &str, version: Option<String>) -> Self {
        let class = plugin_class(name).map(|(id, _)| id);
        match self.plugins.iter_mut().find(|p| p.name == name) {
            Some(loaded) => loaded.version = version,
            None => self.plugins.push(LoadedPlugin { name: name.to_owned(), version, class }),
        }
        self
    }

    /// Adds fields that every source has.
    #[must_use]
    pub fn with_fields(self, fields: Vec<ExtraField>) -> Self {
        let class = ExtraClass {
            name: "extra".to_owned(),
            source: None,
            plugin: None,
            async_events: Vec::new(),
            fields,
        };
        self.with_class(class)
    }

    /// Adds the constant fields of a configuration (`static_fields`): texts, suggested for outputs.
    #[must_use]
    pub fn with_static_fields<'a>(self, names: impl IntoIterator<Item = &'a str>) -> Self {
        let fields = names
            .into_iter()
            .map(|name| ExtraField {
                flags: FieldFlags::OUTPUT_SUGGESTED,
                about: "A constant from the `static_fields` of the configuration.".to_owned(),
                ..ExtraField::new(format!("static.{name}"), ValueType::CharBuf)
            })
            .collect();
        let class = ExtraClass {
            name: "static".to_owned(),
            source: None,
            plugin: None,
            async_events: Vec::new(),
            fields,
        };
        self.with_class(class)
    }

    /// Adds a class of fields. Classes are searched after the built-in ones, in the order in which they were added,
    /// and before those of known plugins.
    #[must_use]
    pub fn with_class(mut self, class: ExtraClass) -> Self {
        self.extra.push(class);
        self
    }

    /// The loaded plugins.
    pub fn plugins(&self) -> impl Iterator<Item = &LoadedPlugin> {
        self.plugins.iter()
    }

    /// Whether a plugin of this name is loaded.
    pub fn has_plugin(&self, name: &str) -> bool {
        self.plugins.iter().any(|p| p.name == name)
    }

    /// Names of the event sources, `syscall` first.
    pub fn sources(&self) -> Vec<&str> {
        let mut sources = vec![SYSCALL_SOURCE];
        let loaded =
            self.loaded_classes().filter(|(_, c)| c.plugin_id.is_some()).filter_map(|(_, c)| c.source);
        let extra = self.extra.iter().filter(|c| c.plugin.is_some()).filter_map(|c| c.source.as_deref());
        for source in loaded.chain(extra) {
            if !sources.contains(&source) {
                sources.push(source);
            }
        }
        sources
    }

    /// Whether rules may have this source.
    pub fn has_source(&self, source: &str) -> bool {
        self.sources().contains(&source)
    }

    /// The fields that a source has, in look-up order. Hidden ones are included.
    pub fn fields<'a>(&'a self, source: &'a str) -> impl Iterator<Item = FieldView<'a>> {
        let core = core_classes().filter(move |(_, c)| c.serves(source));
        let loaded = self.loaded_classes().filter(move |(_, c)| c.serves(source));
        let known = |(_, class): (ClassId, &'static FieldClass)| {
            class.fields().map(move |(id, field)| known_view(id, field, class))
        };
        core.flat_map(known).chain(self.extra_fields(source)).chain(loaded.flat_map(known))
    }

    /// A field of the data tables or of this view.
    pub fn field(&self, field: FieldRef) -> Option<FieldView<'_>> {
        match field {
            FieldRef::Known(id) => {
                let found = FIELDS.get(id.0 as usize)?;
                Some(known_view(id, found, found.class.get()))
            }
            FieldRef::Extra(n) => {
                self.all_extra().find(|(_, v)| v.field == FieldRef::Extra(n)).map(|(_, v)| v)
            }
        }
    }

    /// Names near to a field that does not exist, best first. Arguments do not count and hidden fields are left out.
    pub fn nearest_fields(&self, source: &str, text: &str) -> Vec<String> {
        let name = text.split('[').next().unwrap_or(text);
        let listed: Vec<_> = self.fields(source).filter(|f| !f.flags.contains(FieldFlags::HIDDEN)).collect();
        let meant = synonyms::of(name).filter(|meant| listed.iter().any(|field| field.name == *meant));
        let near = suggest::nearest(name, listed.iter().map(|f| f.name));
        let near = near.into_iter().filter(|near| Some(*near) != meant);
        meant.into_iter().chain(near).map(str::to_owned).collect()
    }

    /// The plugin to load for a field that this view does not have. `text` may hold an argument.
    pub fn supplier_of(&self, text: &str) -> Option<&'static str> {
        let name = text.split('[').next().unwrap_or(text);
        let class = FieldId::from_name(name)?.get().class;
        let plugin = class.get().plugin?;
        let loaded = self.plugins.iter().any(|p| p.class == Some(class));
        (!loaded).then_some(plugin)
    }

    /// Classes of loaded plugins, in the order of the data tables; variants of one plugin share a class.
    pub(crate) fn loaded_classes(&self) -> impl Iterator<Item = (ClassId, &'static FieldClass)> {
        plugin_classes().filter(|&(id, _)| self.plugins.iter().any(|p| p.class == Some(id)))
    }

    /// Extra fields with their classes.
    fn all_extra(&self) -> impl Iterator<Item = (&ExtraClass, FieldView<'_>)> {
        self.extra.iter().flat_map(|class| class.fields.iter().map(move |field| (class, field))).zip(0..).map(
            |((class, field), n)| {
                let view = FieldView {
                    field: FieldRef::Extra(n),
                    name: &field.name,
                    ty: field.ty,
                    list: field.list,
                    format: field.format,
                    arg: field.arg,
                    flags: field.flags,
                    about: &field.about,
                    class: &class.name,
                    plugin: class.plugin.as_deref(),
                };
                (class, view)
            },
        )
    }

    fn extra_fields<'a>(&'a self, source: &'a str) -> impl Iterator<Item = FieldView<'a>> {
        self.all_extra()
            .filter(move |(c, _)| c.source.as_deref().is_none_or(|s| s == source))
            .map(|(_, view)| view)
    }

    /// Extra fields grouped by class, for the search of a source.
    pub(crate) fn extra_classes<'a>(&'a self, source: &'a str) -> impl Iterator<Item = Vec<FieldView<'a>>> {
        let mut first = 0;
        self.extra.iter().filter_map(move |class| {
            let range = first..first + class.fields.len();
            first = range.end;
            let serves = class.source.as_deref().is_none_or(|s| s == source);
            serves.then(|| self.all_extra().map(|(_, v)| v).skip(range.start).take(range.len()).collect())
        })
    }

    /// The extra classes, whatever their source.
    pub(crate) fn all_extra_classes(&self) -> &[ExtraClass] {
        &self.extra
    }

    /// Whether there are extra classes at all.
    pub(crate) fn has_extra(&self) -> bool {
        !self.extra.is_empty()
    }
}

/// The built-in classes, in look-up order.
pub(crate) fn core_classes() -> impl Iterator<Item = (ClassId, &'static FieldClass)> {
    classes().filter(|(_, class)| class.plugin.is_none())
}

fn plugin_classes() -> impl Iterator<Item = (ClassId, &'static FieldClass)> {
    classes().filter(|(_, class)| class.plugin.is_some())
}

fn classes() -> impl Iterator<Item = (ClassId, &'static FieldClass)> {
    (0..).map(ClassId).zip(CLASSES)
}

/// The plugins whose fields the data tables know.
pub fn known_plugins() -> impl Iterator<Item = &'static FieldClass> {
    plugin_classes().map(|(_, class)| class)
}

fn plugin_class(name: &str) -> Option<(ClassId, &'static FieldClass)> {
    plugin_classes().find(|(_, class)| class.version_of(name).is_some())
}

pub(crate) fn known_view(
    id: FieldId,
    field: &'static Field,
    class: &'static FieldClass,
) -> FieldView<'static> {
    FieldView {
        field: FieldRef::Known(id),
        name: field.name,
        ty: field.ty,
        list: field.list,
        format: field.format,
        arg: field.arg,
        flags: field.flags,
        about: field.about,
        class: class.name,
        plugin: class.plugin,
    }
}

impl FieldView<'_> {
    /// The name: borrowed from the data tables when the field is one of theirs.
    pub(crate) fn owned_name(&self) -> Cow<'static, str> {
        match self.field {
            FieldRef::Known(id) => Cow::Borrowed(id.get().name),
            FieldRef::Extra(_) => Cow::Owned(self.name.to_owned()),
        }
    }
}
