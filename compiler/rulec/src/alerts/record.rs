//! One alert, borrowed from its line: only what is asked for is looked at, the rest is skipped.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::Key;

/// What is needed of a record.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wanted {
    /// Output fields by name.
    pub(crate) fields: Vec<String>,
    /// Whether the tags are.
    pub(crate) tags: bool,
}

impl Wanted {
    /// What grouping by these keys needs.
    pub(crate) fn by(keys: &[Key]) -> Wanted {
        let mut wanted = Wanted::default();
        for key in keys {
            match key {
                Key::Field(name) => wanted.fields.push(name.clone()),
                Key::Tags => wanted.tags = true,
                Key::Host | Key::Rule | Key::Priority | Key::Source => {}
            }
        }
        wanted
    }
}

/// An alert's parts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Record<'a> {
    pub(crate) rule: Option<Cow<'a, str>>,
    pub(crate) priority: Option<Cow<'a, str>>,
    pub(crate) time: Option<Cow<'a, str>>,
    pub(crate) hostname: Option<Cow<'a, str>>,
    pub(crate) source: Option<Cow<'a, str>>,
    /// Joined with commas.
    pub(crate) tags: String,
    pub(crate) has_fields: bool,
    /// The wanted fields in their order; `None` for missing ones and nulls.
    pub(crate) fields: Vec<Option<Cow<'a, str>>>,
    /// What `journalctl -o json` and Docker's log files wrap a line in.
    pub(crate) message: Option<Cow<'a, str>>,
}

impl Record<'_> {
    /// Whether it is an alert and not some other JSON.
    pub(crate) fn is_alert(&self) -> bool {
        self.rule.is_some() && (self.has_fields || self.priority.is_some())
    }
}

/// Reads the record of a line.
pub(crate) fn read<'a>(json: &'a [u8], wanted: &Wanted) -> Result<Record<'a>, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_slice(json);
    let record = RecordSeed(wanted).deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok(record)
}

struct RecordSeed<'w>(&'w Wanted);

impl<'de> DeserializeSeed<'de> for RecordSeed<'_> {
    type Value = Record<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for RecordSeed<'_> {
    type Value = Record<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Record<'de>, A::Error> {
        let mut record = Record { fields: vec![None; self.0.fields.len()], ..Record::default() };
        while let Some(Text(key)) = map.next_key_seed(TextSeed)? {
            let slot = match key.as_deref().unwrap_or_default() {
                "rule" => &mut record.rule,
                "priority" => &mut record.priority,
                "time" => &mut record.time,
                "hostname" | "_HOSTNAME" => &mut record.hostname,
                "source" => &mut record.source,
                "MESSAGE" | "log" => &mut record.message,
                "tags" if self.0.tags => {
                    record.tags = map.next_value_seed(TagsSeed)?;
                    continue;
                }
                "output_fields" => {
                    record.has_fields = true;
                    if self.0.fields.is_empty() {
                        map.next_value::<IgnoredAny>()?;
                    } else {
                        map.next_value_seed(FieldsSeed {
                            wanted: &self.0.fields,
                            values: &mut record.fields,
                        })?;
                    }
                    continue;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    continue;
                }
            };
            *slot = map.next_value_seed(TextSeed)?.0;
        }
        Ok(record)
    }
}

/// Any value as a text; `None` for null.
struct Text<'a>(Option<Cow<'a, str>>);
struct TextSeed;

impl<'de> DeserializeSeed<'de> for TextSeed {
    type Value = Text<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Text<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for TextSeed {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Borrowed(text))))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Owned(text.to_string()))))
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Borrowed(if value { "true" } else { "false" }))))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Owned(value.to_string()))))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Owned(value.to_string()))))
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Text<'de>, E> {
        Ok(Text(Some(Cow::Owned(value.to_string()))))
    }

    fn visit_unit<E: Error>(self) -> Result<Text<'de>, E> {
        Ok(Text(None))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Text<'de>, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element::<serde_json::Value>()? {
            all.push(item);
        }
        Ok(Text(Some(Cow::Owned(serde_json::Value::Array(all).to_string()))))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Text<'de>, A::Error> {
        let mut all = serde_json::Map::new();
        while let Some((key, value)) = map.next_entry()? {
            all.insert(key, value);
        }
        Ok(Text(Some(Cow::Owned(serde_json::Value::Object(all).to_string()))))
    }
}

/// Tags joined with commas.
struct TagsSeed;

impl<'de> DeserializeSeed<'de> for TagsSeed {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        let value: serde_json::Value = serde::Deserialize::deserialize(deserializer)?;
        let texts: Vec<&str> =
            value.as_array().into_iter().flatten().filter_map(|tag| tag.as_str()).collect();
        Ok(texts.join(","))
    }
}

struct FieldsSeed<'w, 'v, 'de> {
    wanted: &'w [String],
    values: &'v mut Vec<Option<Cow<'de, str>>>,
}

impl<'de> DeserializeSeed<'de> for FieldsSeed<'_, '_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for FieldsSeed<'_, '_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("output fields")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Text(key)) = map.next_key_seed(TextSeed)? {
            let key = key.as_deref().unwrap_or_default();
            match self.wanted.iter().position(|name| name == key) {
                Some(at) => self.values[at] = map.next_value_seed(TextSeed)?.0,
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Key, Wanted, read};

    #[test]
    fn reads_what_is_asked_for() {
        let json = br#"{"output":"x","priority":"Error","rule":"a \"b\"","source":"syscall","tags":["t","u"],
            "time":"2022-05-01T23:29:32Z","hostname":"h","output_fields":{"evt.time":1651447772918828894,
            "proc.name":null,"user.uid":0,"fd.name":"/x","l":[1,"y"]}}"#;
        let fields = ["user.uid", "proc.name", "evt.time", "l"].map(|name| Key::Field(name.into()));
        let mut keys = fields.to_vec();
        keys.push(Key::Tags);
        let record = read(json, &Wanted::by(&keys)).unwrap();
        assert!(record.is_alert());
        assert_eq!(record.rule.as_deref(), Some("a \"b\""));
        assert_eq!(record.tags, "t,u");
        let values: Vec<Option<&str>> = record.fields.iter().map(|value| value.as_deref()).collect();
        assert_eq!(values, [Some("0"), None, Some("1651447772918828894"), Some("[1,\"y\"]")]);
    }

    #[test]
    fn other_json_is_no_alert_and_broken_json_is_an_error() {
        let none = Wanted::default();
        assert!(!read(b"{}", &none).unwrap().is_alert());
        assert!(!read(br#"{"rule":"x"}"#, &none).unwrap().is_alert());
        assert!(read(br#"{"rule":"x","output_fields":null}"#, &none).unwrap().is_alert());
        assert!(read(br#"{"rule":"x","output_fields":{}"#, &none).is_err());
        assert!(read(br#"{"rule":"x"} {"#, &none).is_err());
        assert!(read(b"{\"rule\":\"\xff\"}", &none).is_err());
    }
}
