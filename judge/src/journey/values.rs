use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value;

use super::secrets::Masks;
use super::{Prepared, RunIds, StepOutcome, Turn};
use crate::analysis::plan::journey::{Failure, FailureClass, JsonTemplate, Piece, Reference, Row, Template};

/// What a run knows: its row, its account, what its steps have captured, and how they ended.
#[derive(Clone)]
pub struct Values {
    pub(super) ids: RunIds,
    pub(super) data: Option<Arc<Row>>,
    pub(super) account: Option<Arc<Row>>,
    pub(super) captured: Vec<Captured>,
    /// Values that were captured so far, those that took the place of others too.
    orders: u64,
    pub(super) steps: Vec<(Arc<str>, StepOutcome)>,
    fixed: Arc<Fixed>,
}

/// What all runs of a journey have in common.
pub(super) struct Fixed {
    pub(super) masks: Masks,
    /// Columns of accounts that are secret.
    pub(super) secret_columns: Vec<String>,
    /// Some condition asks how steps ended.
    pub(super) keeps_steps: bool,
}

/// A captured value.
#[derive(Clone)]
pub(super) struct Captured {
    pub(super) name: Arc<str>,
    /// `None` where it is optional and was not there.
    pub(super) value: Option<Arc<Value>>,
    pub(super) is_secret: bool,
    /// How many values the run had captured before, in its own branch: the later one counts.
    order: u64,
}

impl std::fmt::Debug for Values {
    /// Names only: values may be secrets.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let names: Vec<&str> = self.captured.iter().map(|captured| &*captured.name).collect();
        formatter
            .debug_struct("Values")
            .field("run", &self.ids.to_string())
            .field("captured", &names)
            .finish_non_exhaustive()
    }
}

impl Values {
    /// What a run knows when it begins.
    #[must_use]
    pub fn new(ids: RunIds, data: Option<Arc<Row>>, account: Option<Arc<Row>>, prepared: &Prepared) -> Self {
        Self {
            ids,
            data,
            account,
            captured: Vec::new(),
            orders: 0,
            steps: Vec::new(),
            fixed: Arc::clone(&prepared.fixed),
        }
    }

    /// Takes over what a branch has learned that began with a clone of this.
    pub fn merge(&mut self, branch: Self) {
        for captured in branch.captured {
            match self.captured.iter_mut().find(|known| known.name == captured.name) {
                Some(known) if captured.order >= known.order => *known = captured,
                Some(_) => {}
                None => self.captured.push(captured),
            }
        }
        self.orders = self.orders.max(branch.orders);
        for (name, outcome) in branch.steps {
            if self.steps.iter().all(|(known, _)| *known != name) {
                self.steps.push((name, outcome));
            }
        }
    }

    /// Remembers how a step ended, for conditions.
    pub fn set_step(&mut self, name: &str, outcome: StepOutcome) {
        if self.fixed.keeps_steps {
            self.steps.retain(|(known, _)| **known != *name);
            self.steps.push((name.into(), outcome));
        }
    }

    pub(super) fn set(&mut self, name: &Arc<str>, value: Option<Value>, is_secret: bool) {
        self.orders += 1;
        let captured = Captured {
            name: Arc::clone(name),
            value: value.map(Arc::new),
            is_secret,
            order: self.orders,
        };
        match self.captured.iter_mut().find(|known| known.name == captured.name) {
            Some(known) => *known = captured,
            None => self.captured.push(captured),
        }
    }

    pub(super) fn captured(&self, name: &str) -> Option<&Value> {
        let found = self.captured.iter().find(|captured| *captured.name == *name);
        found.and_then(|captured| captured.value.as_deref())
    }

    /// The text without any secret that the run knows: those of arguments, credentials and accounts, and what was captured
    /// as secret.
    #[must_use]
    pub fn masked(&self, text: String) -> String {
        self.masks().apply(text)
    }

    /// What a probe found, without any of those secrets.
    #[must_use]
    pub fn masked_facts(&self, facts: serde_json::Map<String, Value>) -> serde_json::Map<String, Value> {
        masked_members(&self.masks(), facts)
    }

    fn masks(&self) -> Cow<'_, Masks> {
        let columns = self.fixed.secret_columns.iter();
        let account = columns.filter_map(|column| self.account.as_ref()?.get(column));
        let captured = self.captured.iter().filter(|captured| captured.is_secret);
        let captured = captured.filter_map(|captured| captured.value.as_deref());
        let texts: Vec<String> = account.chain(captured).flat_map(scalars).collect();
        if texts.is_empty() {
            return Cow::Borrowed(&self.fixed.masks);
        }
        let mut masks = self.fixed.masks.clone();
        masks.add(texts.iter().map(String::as_str));
        Cow::Owned(masks)
    }

    /// What a placeholder stands for; `None` when it is not known.
    fn get(&self, reference: &Reference, turn: Turn) -> Option<Cow<'_, Value>> {
        let column =
            |row: &'_ Option<Arc<Row>>, name: &str| -> Option<Value> { row.as_ref()?.get(name).cloned() };
        match reference {
            Reference::Captured(name) => self.captured(name).map(Cow::Borrowed),
            Reference::Data(name) => column(&self.data, name).map(Cow::Owned),
            Reference::Account(name) => column(&self.account, name).map(Cow::Owned),
            Reference::RunId => Some(Cow::Owned(self.ids.to_string().into())),
            Reference::RunTag => Some(Cow::Owned(self.ids.tag().into())),
            Reference::IdempotencyKey => Some(Cow::Owned(self.ids.idempotency_key(turn).into())),
        }
    }

    fn required(&self, reference: &Reference, turn: Turn) -> Result<Cow<'_, Value>, Failure> {
        self.get(reference, turn).ok_or_else(|| {
            let why = match reference {
                Reference::Captured(_) => "no step that was done has captured it",
                Reference::Data(_) => "the run has no row with this column",
                Reference::Account(_) => "the run has no account with this column",
                Reference::RunId | Reference::RunTag | Reference::IdempotencyKey => "the run has none",
            };
            bad_request(format!("`{{{{{reference}}}}}` has no value: {why}"))
        })
    }

    /// A template with each value put through `encode`, which is told whether nothing stands before the value.
    pub(super) fn fill(
        &self,
        template: &Template,
        turn: Turn,
        mut encode: impl FnMut(Part<'_>, &mut String),
    ) -> Result<String, Failure> {
        let mut filled = String::new();
        for piece in &template.pieces {
            match piece {
                Piece::Text(text) => encode(Part::Literal(text), &mut filled),
                Piece::Value(reference) => {
                    let value = self.required(reference, turn)?;
                    let text = text_of(&value).ok_or_else(|| {
                        bad_request(format!("`{{{{{reference}}}}}` is null, which is no text"))
                    })?;
                    encode(Part::Value(&text), &mut filled);
                }
            }
        }
        Ok(filled)
    }

    /// A template as plain text.
    pub(super) fn plain(&self, template: &Template, turn: Turn) -> Result<String, Failure> {
        self.fill(template, turn, |part, filled| match part {
            Part::Literal(text) | Part::Value(text) => filled.push_str(text),
        })
    }

    /// A JSON template as a value; a text that is one placeholder only has that value's type.
    pub(super) fn json<'v>(
        &'v self,
        template: &'v JsonTemplate,
        turn: Turn,
    ) -> Result<Cow<'v, Value>, Failure> {
        Ok(match template {
            JsonTemplate::Constant { value, .. } => Cow::Borrowed(value),
            JsonTemplate::Text(Template { pieces }) if matches!(pieces.as_slice(), [Piece::Value(_)]) => {
                match pieces.as_slice() {
                    [Piece::Value(reference)] => self.required(reference, turn)?,
                    _ => Cow::Owned(Value::Null),
                }
            }
            JsonTemplate::Text(template) => Cow::Owned(self.plain(template, turn)?.into()),
            JsonTemplate::List(items) => {
                let items = items.iter().map(|item| Ok(self.json(item, turn)?.into_owned()));
                Cow::Owned(Value::Array(items.collect::<Result<_, Failure>>()?))
            }
            JsonTemplate::Map(entries) => {
                let entries = entries
                    .iter()
                    .map(|(key, value)| Ok((key.clone(), self.json(value, turn)?.into_owned())));
                Cow::Owned(Value::Object(entries.collect::<Result<_, Failure>>()?))
            }
        })
    }

    /// A JSON template as it is sent.
    pub(super) fn write_json(
        &self,
        template: &JsonTemplate,
        turn: Turn,
        out: &mut Vec<u8>,
    ) -> Result<(), Failure> {
        match template {
            JsonTemplate::Constant { text, .. } => out.extend_from_slice(text),
            JsonTemplate::Text(_) => write(&*self.json(template, turn)?, out),
            JsonTemplate::List(items) => {
                out.push(b'[');
                for (at, item) in items.iter().enumerate() {
                    if at > 0 {
                        out.push(b',');
                    }
                    self.write_json(item, turn, out)?;
                }
                out.push(b']');
            }
            JsonTemplate::Map(entries) => {
                out.push(b'{');
                for (at, (key, value)) in entries.iter().enumerate() {
                    if at > 0 {
                        out.push(b',');
                    }
                    write(key, out);
                    out.push(b':');
                    self.write_json(value, turn, out)?;
                }
                out.push(b'}');
            }
        }
        Ok(())
    }
}

fn write(value: &(impl serde::Serialize + ?Sized), out: &mut Vec<u8>) {
    // Values and texts can always be written, and a vector takes everything.
    let _infallible = serde_json::to_writer(out, value);
}

/// A part of a template that is filled in.
pub(super) enum Part<'t> {
    /// Of the document.
    Literal(&'t str),
    /// From elsewhere.
    Value(&'t str),
}

/// A value as text: lists and maps as compact JSON, null as none.
pub(super) fn text_of(value: &Value) -> Option<Cow<'_, str>> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(Cow::Borrowed(text)),
        other => Some(Cow::Owned(other.to_string())),
    }
}

/// The texts and numbers inside of a value.
fn scalars(value: &Value) -> Vec<String> {
    match value {
        Value::Null | Value::Bool(_) => Vec::new(),
        Value::Number(number) => vec![number.to_string()],
        Value::String(text) => vec![text.clone()],
        Value::Array(items) => items.iter().flat_map(scalars).collect(),
        Value::Object(entries) => entries.values().flat_map(scalars).collect(),
    }
}

pub(super) fn bad_request(message: String) -> Failure {
    Failure {
        class: FailureClass::BadRequest,
        phase: None,
        message,
    }
}

/// A template as text, such as the name of test data.
///
/// # Errors
/// [`FailureClass::BadRequest`] that names the value which is missing.
pub fn text(template: &Template, values: &Values, turn: Turn) -> Result<String, Failure> {
    values.plain(template, turn)
}

fn masked_members(masks: &Masks, members: serde_json::Map<String, Value>) -> serde_json::Map<String, Value> {
    let pairs = members.into_iter();
    pairs
        .map(|(name, value)| (masks.apply(name), masked_value(masks, value)))
        .collect()
}

fn masked_value(masks: &Masks, value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(masks.apply(text)),
        Value::Array(values) => values
            .into_iter()
            .map(|value| masked_value(masks, value))
            .collect(),
        Value::Object(members) => Value::Object(masked_members(masks, members)),
        other => other,
    }
}
