//! Arguments and secrets of one Journey, and its texts as documents have them.

use super::text::{Piece, only_value, pieces, word};
use super::yaml::{Map, Yaml};
use crate::analysis::plan::journey::{is_credential, is_token};

/// What a Journey's texts may name.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    args: Vec<Argument>,
    /// Variables of the environment that hold credentials, with the value that stood in the source, and what each is.
    variables: Vec<(String, Option<String>, String)>,
    /// The Journey's name, which its secrets have too.
    pub(super) name: String,
}

#[derive(Clone, Debug)]
struct Argument {
    name: String,
    value: Option<String>,
    /// Where it is a secret, what it is.
    secret: Option<String>,
    /// What stood in the source, which is shown nowhere.
    hidden: Option<String>,
}

/// Where a text stands, which decides how braces of its own are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Slot {
    /// Anywhere else: they cannot be written.
    Plain,
    Url,
    /// A body that is JSON, where they stand in texts only.
    Json,
}

impl Scope {
    /// Of a Journey of this name.
    pub(super) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    /// An argument with this value, or one that has to be given; the placeholder's name.
    pub(super) fn arg(&mut self, name: &str, value: Option<&str>) -> String {
        let name = word(name);
        match self.args.iter_mut().find(|known| known.name == name) {
            Some(known) => {
                if known.value.is_none() && known.secret.is_none() {
                    known.value = value.map(str::to_owned);
                }
            }
            None => self.args.push(Argument {
                name: name.clone(),
                value: value.map(str::to_owned),
                secret: None,
                hidden: None,
            }),
        }
        format!("args.{name}")
    }

    /// A secret argument; `hidden` is what stood in the source. The placeholder's name.
    pub(super) fn secret_arg(&mut self, name: &str, hidden: Option<&str>, what: &str) -> String {
        let base = word(name);
        let mut name = base.clone();
        let mut number = 1;
        loop {
            match self.args.iter().find(|known| known.name == name) {
                None => break,
                Some(known) if known.secret.is_some() && known.hidden.as_deref() == hidden => {
                    return format!("args.{name}");
                }
                Some(_) => {
                    number += 1;
                    name = format!("{base}-{number}");
                }
            }
        }
        self.args.push(Argument {
            name: name.clone(),
            value: None,
            secret: Some(what.to_owned()),
            hidden: hidden.map(str::to_owned),
        });
        format!("args.{name}")
    }

    /// The value of a place that takes a secret: what is a credential is never written, a variable is asked for it instead.
    /// `None` where the text cannot be written.
    pub(super) fn credential(&mut self, text: &str, name: &str, what: &str) -> Option<Yaml> {
        if let Some(variable) = only_value(text).and_then(|name| name.strip_prefix("env.")) {
            let variable = variable.to_owned();
            return Some(self.variable(&variable, None, what));
        }
        if super::text::has_value(text) {
            return self.say(text, Slot::Plain).map(Yaml::from);
        }
        let hidden = (!text.is_empty()).then_some(text);
        Some(self.variable(&word(name).replace('-', "_").to_uppercase(), hidden, what))
    }

    /// A header's value: a credential where its name or its value looks like one.
    pub(super) fn header(&mut self, name: &str, value: &str) -> Option<Yaml> {
        let is_secret = (is_credential(name) || is_token(value)) && !value.is_empty();
        if is_secret && !name.eq_ignore_ascii_case("cookie") {
            return self.credential(value, name, &format!("the header `{name}`"));
        }
        self.say(value, Slot::Plain).map(Yaml::from)
    }

    fn variable(&mut self, name: &str, hidden: Option<&str>, what: &str) -> Yaml {
        let mut found = name.to_owned();
        let mut number = 1;
        let clashes = |known: &(String, Option<String>, String), found: &str| {
            known.0 == found && known.1.as_deref() != hidden
        };
        while self.variables.iter().any(|known| clashes(known, &found)) {
            number += 1;
            found = format!("{name}_{number}");
        }
        if !self.variables.iter().any(|known| known.0 == found) {
            let hidden = hidden.map(str::to_owned);
            self.variables.push((found.clone(), hidden, what.to_owned()));
        }
        Map::of("env", found).into()
    }

    /// The text as a document has it; `None` where it holds braces that would be a placeholder.
    pub(super) fn say(&mut self, text: &str, slot: Slot) -> Option<String> {
        let mut said = String::with_capacity(text.len());
        for piece in pieces(text) {
            match piece {
                Piece::Literal(literal) => said.push_str(&unbraced(literal, slot)?),
                Piece::Value(name) => {
                    let name = match name.strip_prefix("env.") {
                        Some(variable) if is_credential(variable) => {
                            self.secret_arg(variable, None, &format!("`${variable}`"))
                        }
                        Some(variable) => self.arg(variable, None),
                        None => name.to_owned(),
                    };
                    // Three braces in a row begin with the wrong two.
                    if let Some(before) = said.strip_suffix('{').map(str::len) {
                        match slot {
                            Slot::Plain => return None,
                            Slot::Url => said.replace_range(before.., "%7B"),
                            Slot::Json => said.push(' '),
                        }
                    }
                    said.push_str(&format!("{{{{{name}}}}}"));
                }
            }
        }
        Some(said)
    }

    /// A text of the document with the values that arguments have by default.
    pub(super) fn with_defaults(&self, said: &str) -> String {
        let mut filled = said.to_owned();
        for arg in &self.args {
            if let Some(value) = &arg.value {
                filled = filled.replace(&format!("{{{{args.{}}}}}", arg.name), value);
            }
        }
        filled
    }

    /// Arguments of a text have to be given from now on; the names of those that had a value.
    pub(super) fn forget_defaults(&mut self, said: &str) -> Vec<String> {
        let mut forgotten = Vec::new();
        for arg in &mut self.args {
            if said.contains(&format!("{{{{args.{}}}}}", arg.name)) && arg.value.take().is_some() {
                forgotten.push(arg.name.clone());
            }
        }
        forgotten
    }

    /// `spec.args`.
    pub(super) fn args(&self) -> Yaml {
        let args = self.args.iter().map(|arg| {
            let map = Map::of("name", arg.name.as_str());
            Yaml::from(match (&arg.secret, &arg.value) {
                (Some(_), _) => {
                    let key = Map::of("name", self.name.as_str()).with("key", arg.name.as_str());
                    map.with("valueFrom", Map::of("secretKeyRef", key))
                }
                (None, Some(value)) => map.with("value", value.as_str()),
                (None, None) => map,
            })
        });
        args.collect::<Vec<_>>().into()
    }

    /// What has to be given before the Journey can run, for people.
    pub(super) fn needs(&self) -> Vec<String> {
        let variables = self
            .variables
            .iter()
            .map(|(name, _, what)| format!("Set the environment variable {name}: {what}."));
        let secrets = self.args.iter().filter_map(|arg| {
            let (what, name) = (arg.secret.as_ref()?, &arg.name);
            Some(format!(
                "Give --secret {}/{name}=env:VARIABLE (or =@FILE): {what}.",
                self.name
            ))
        });
        let open = self
            .args
            .iter()
            .filter(|arg| arg.secret.is_none() && arg.value.is_none());
        let open = open.map(|arg| format!("Give --arg {}=...", arg.name));
        variables.chain(secrets).chain(open).collect()
    }
}

fn unbraced(literal: &str, slot: Slot) -> Option<String> {
    let has_braces = literal.contains("{{");
    match slot {
        _ if !has_braces => Some(literal.to_owned()),
        Slot::Plain => None,
        Slot::Url => Some(literal.replace("{{", "%7B%7B")),
        Slot::Json => Some(literal.replace("{{", "\\u007b\\u007b")),
    }
}
