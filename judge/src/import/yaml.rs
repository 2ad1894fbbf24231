//! The YAML that is written: a tree with remarks, and how it looks.

mod scalar;
mod write;

use serde_json::Value;

pub(super) use self::write::{comment, written};

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Yaml {
    Null,
    Bool(bool),
    /// As JSON writes it.
    Number(String),
    Text(String),
    List(Vec<Yaml>),
    Map(Map),
}

/// Keys with values, in this order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Map {
    entries: Vec<Entry>,
    /// Never on one line.
    is_tall: bool,
}

#[derive(Clone, Debug, PartialEq)]
struct Entry {
    /// Comments above it.
    remarks: Vec<String>,
    key: String,
    value: Yaml,
}

impl Map {
    /// With every entry on a line of its own.
    pub(super) fn tall() -> Self {
        Self {
            entries: Vec::new(),
            is_tall: true,
        }
    }

    /// Of one entry.
    pub(super) fn of(key: &str, value: impl Into<Yaml>) -> Self {
        Self::default().with(key, value)
    }

    pub(super) fn with(mut self, key: &str, value: impl Into<Yaml>) -> Self {
        self.put(key, value);
        self
    }

    pub(super) fn put(&mut self, key: &str, value: impl Into<Yaml>) {
        self.put_remarked(Vec::new(), key, value);
    }

    pub(super) fn put_remarked(&mut self, remarks: Vec<String>, key: &str, value: impl Into<Yaml>) {
        self.entries.push(Entry {
            remarks,
            key: key.to_owned(),
            value: value.into(),
        });
    }

    /// Unless there is nothing in it.
    pub(super) fn put_some(&mut self, key: &str, value: Yaml) {
        let is_empty = match &value {
            Yaml::Null => true,
            Yaml::List(items) => items.is_empty(),
            Yaml::Map(map) => map.is_empty(),
            _ => false,
        };
        if !is_empty {
            self.put(key, value);
        }
    }

    /// Another value of a key that is there.
    pub(super) fn replace(&mut self, key: &str, value: impl Into<Yaml>) {
        let entry = self.entries.iter_mut().find(|entry| entry.key == key);
        if let Some(entry) = entry {
            entry.value = value.into();
        }
    }

    pub(super) fn append(&mut self, other: Self) {
        self.entries.extend(other.entries);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    pub(super) fn get(&self, key: &str) -> Option<&Yaml> {
        let mut entries = self.entries.iter();
        entries.find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }
}

impl From<&str> for Yaml {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Yaml {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<bool> for Yaml {
    fn from(flag: bool) -> Self {
        Self::Bool(flag)
    }
}

impl From<u64> for Yaml {
    fn from(number: u64) -> Self {
        Self::Number(number.to_string())
    }
}

impl From<Map> for Yaml {
    fn from(map: Map) -> Self {
        Self::Map(map)
    }
}

impl From<Vec<Yaml>> for Yaml {
    fn from(items: Vec<Yaml>) -> Self {
        Self::List(items)
    }
}

impl From<&Value> for Yaml {
    fn from(value: &Value) -> Self {
        match value {
            Value::Null => Self::Null,
            Value::Bool(flag) => Self::Bool(*flag),
            Value::Number(number) => Self::Number(number.to_string()),
            Value::String(text) => Self::Text(text.clone()),
            Value::Array(items) => Self::List(items.iter().map(Self::from).collect()),
            Value::Object(entries) => {
                let mut map = Map::default();
                for (key, value) in entries {
                    map.put(key, Self::from(value));
                }
                Self::Map(map)
            }
        }
    }
}
