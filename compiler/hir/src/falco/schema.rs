//! The fixed schema of rules files, which Falco checks beside its own checks (language.md 1.6, 10.5). Failures never
//! refuse a file.

use syntax::yaml::{Yaml, YamlId, YamlKind, falco_text};

use crate::source::{Sources, TreeId};

/// The status of a document that the schema accepts.
pub const OK: &str = "ok";

const WRONG_TYPE: &str = "Value type not permitted by 'type' constraint.";
const NO_ENUM: &str = "Failed to match against any enum values.";

/// What the schema asks of a value.
enum Schema {
    Anything,
    Text,
    Integer,
    Boolean,
    /// A text from a list.
    Enum(&'static [&'static str]),
    /// A text or an integer.
    Item,
    Array(&'static Schema),
    Object {
        properties: &'static [(&'static str, &'static Schema)],
        required: &'static [&'static str],
        non_empty: bool,
    },
}

const PRIORITIES: &[&str] =
    &["EMERGENCY", "ALERT", "CRITICAL", "ERROR", "WARNING", "NOTICE", "INFO", "INFORMATIONAL", "DEBUG"];
const OPERATION: &Schema = &Schema::Enum(&["append", "replace"]);

/// The whole document. Properties are in alphabetical order, the order of reports.
static ROOT: Schema = Schema::Array(&Schema::Object {
    properties: &[
        ("append", &Schema::Boolean),
        ("capture", &Schema::Boolean),
        ("capture_duration", &Schema::Integer),
        ("condition", &Schema::Text),
        ("desc", &Schema::Text),
        ("enabled", &Schema::Boolean),
        (
            "exceptions",
            &Schema::Array(&Schema::Object {
                properties: &[
                    ("comps", &Schema::Anything),
                    ("fields", &Schema::Anything),
                    ("name", &Schema::Text),
                    ("values", &Schema::Anything),
                ],
                required: &["name"],
                non_empty: false,
            }),
        ),
        ("items", &Schema::Array(&Schema::Item)),
        ("list", &Schema::Text),
        ("macro", &Schema::Text),
        ("output", &Schema::Text),
        (
            "override",
            &Schema::Object {
                properties: &[
                    ("capture", OPERATION),
                    ("capture_duration", OPERATION),
                    ("condition", OPERATION),
                    ("desc", OPERATION),
                    ("enabled", OPERATION),
                    ("exceptions", OPERATION),
                    ("items", OPERATION),
                    ("output", OPERATION),
                    ("priority", OPERATION),
                    ("skip-if-unknown-filter", OPERATION),
                    ("tags", OPERATION),
                    ("warn_evttypes", OPERATION),
                ],
                required: &[],
                non_empty: true,
            },
        ),
        ("priority", &Schema::Enum(PRIORITIES)),
        ("required_engine_version", &Schema::Text),
        (
            "required_plugin_versions",
            &Schema::Array(&Schema::Object {
                properties: &[
                    (
                        "alternatives",
                        &Schema::Array(&Schema::Object {
                            properties: &[("name", &Schema::Text), ("version", &Schema::Text)],
                            required: &["name", "version"],
                            non_empty: false,
                        }),
                    ),
                    ("name", &Schema::Text),
                    ("version", &Schema::Text),
                ],
                required: &["name", "version"],
                non_empty: false,
            }),
        ),
        ("rule", &Schema::Text),
        ("skip-if-unknown-filter", &Schema::Boolean),
        ("source", &Schema::Text),
        ("tags", &Schema::Array(&Schema::Text)),
        ("warn_evttypes", &Schema::Boolean),
    ],
    required: &[],
    non_empty: false,
});

struct Validator<'a> {
    yaml: &'a Yaml,
    sources: &'a Sources,
    tree: TreeId,
    path: Vec<Step>,
    statuses: Vec<String>,
}

/// A step from a value to one in it.
#[derive(Clone, Copy)]
enum Step {
    Element(usize),
    Property(&'static str),
}

/// A failed conversion: Falco's message.
pub(crate) type KeyError = String;

/// The statuses of every document of a tree.
///
/// # Errors
/// Falco's message when a key is no scalar: the whole file is then refused as bad YAML.
pub(crate) fn validate(sources: &Sources, tree: TreeId) -> Result<Vec<String>, KeyError> {
    let yaml = sources.yaml(tree);
    let mut validator = Validator { yaml: &yaml, sources, tree, path: Vec::new(), statuses: Vec::new() };
    for document in yaml.documents() {
        if validator.check(document.root, &ROOT)? {
            validator.statuses.push(OK.to_owned());
        }
    }
    Ok(validator.statuses)
}

impl<'a> Validator<'a> {
    fn fail(&mut self, text: &str) {
        let mut path = "<root>".to_owned();
        for step in &self.path {
            path += &match step {
                Step::Element(index) => format!("[{index}]"),
                Step::Property(name) => format!("[{name}]"),
            };
        }
        self.statuses.push(format!("failed for {path}: {text}"));
    }

    /// Checks a value; the nesting is that of the schema.
    fn check(&mut self, node: YamlId, schema: &Schema) -> Result<bool, KeyError> {
        let yaml = self.yaml;
        let text = yaml.text(node);
        Ok(match schema {
            Schema::Anything => true,
            Schema::Text => self.expect(text.is_some()),
            Schema::Integer => self.expect(text.is_some_and(is_integer)),
            Schema::Boolean => self.expect(matches!(text, Some("true" | "false"))),
            Schema::Enum(values) => {
                let named = text.is_some_and(|text| values.contains(&text));
                if !named {
                    self.fail(NO_ENUM);
                }
                self.expect(text.is_some()) && named
            }
            Schema::Item => {
                if text.is_some() {
                    return Ok(true);
                }
                for child in 0..2 {
                    self.fail(WRONG_TYPE);
                    self.fail(&format!("Failed to validate against child schema #{child}."));
                }
                self.fail("Failed to validate against any schemas allowed by anyOf constraint.");
                false
            }
            Schema::Array(element) => {
                let mut valid = true;
                for (index, &child) in yaml.elements(node).iter().enumerate() {
                    if !self.below(Step::Element(index), child, element)? {
                        self.fail(&format!("Failed to validate item #{index} in array."));
                        valid = false;
                    }
                }
                self.expect(matches!(yaml.kind(node), YamlKind::Sequence(_))) && valid
            }
            Schema::Object { properties, required, non_empty } => {
                let valid = self.object(node, properties, required, *non_empty)?;
                self.expect(matches!(yaml.kind(node), YamlKind::Mapping(_))) && valid
            }
        })
    }

    fn expect(&mut self, right: bool) -> bool {
        if !right {
            self.fail(WRONG_TYPE);
        }
        right
    }

    fn below(&mut self, step: Step, node: YamlId, schema: &Schema) -> Result<bool, KeyError> {
        self.path.push(step);
        let valid = self.check(node, schema)?;
        self.path.pop();
        Ok(valid)
    }

    fn object(
        &mut self,
        node: YamlId,
        properties: &[(&'static str, &Schema)],
        required: &[&str],
        non_empty: bool,
    ) -> Result<bool, KeyError> {
        let yaml = self.yaml;
        if !matches!(yaml.kind(node), YamlKind::Mapping(_)) {
            return Ok(true);
        }
        let pairs = yaml.pairs(node);
        let mut valid = true;
        if non_empty && pairs.is_empty() {
            self.fail("Object should have no fewer than 1 properties.");
            valid = false;
        }
        // The first pair of each property, in the order of properties.
        let mut found: Vec<(usize, YamlId)> = Vec::with_capacity(pairs.len());
        let mut unknown = None;
        for pair in pairs {
            let key = self.key(pair.key)?;
            match properties.binary_search_by(|(name, _)| (*name).cmp(key)) {
                Ok(index) if found.iter().any(|(known, _)| *known == index) => {}
                Ok(index) => found.push((index, pair.value)),
                Err(_) => {
                    unknown.get_or_insert(key);
                }
            }
        }
        found.sort_unstable_by_key(|(index, _)| *index);
        for &(index, value) in &found {
            let (name, schema) = properties[index];
            if !self.below(Step::Property(name), value, schema)? {
                self.fail(&format!(
                    "Failed to validate against schema associated with property name '{name}'."
                ));
                valid = false;
            }
        }
        if found.len() != pairs.len() {
            // A key that is there twice counts as one without a name.
            let unknown = unknown.unwrap_or("");
            self.fail(&format!(
                "Object contains a property that could not be validated using 'properties' or 'additionalProperties' \
                 constraints: '{unknown}'."
            ));
            valid = false;
        }
        for name in required {
            if !found.iter().any(|(index, _)| properties[*index].0 == *name) {
                self.fail(&format!("Missing required property '{name}'."));
                valid = false;
            }
        }
        Ok(valid)
    }

    fn key(&self, key: YamlId) -> Result<&'a str, KeyError> {
        let yaml = self.yaml;
        match yaml.kind(key) {
            YamlKind::Null => Ok("null"),
            YamlKind::Scalar(_) => Ok(yaml.text(key).unwrap_or("")),
            _ => {
                let at = self.sources.yaml_position(self.tree, self.yaml.at(key));
                Err(falco_text("bad conversion", at))
            }
        }
    }
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) && text.parse::<i64>().is_ok()
}
