//! What a template finds, as client-go's `util/jsonpath/jsonpath.go` finds it.

use std::cmp::Ordering;

use serde_json::Value as Json;

use super::node::{Filter, Node, Slice};

/// Values that a path may find on its way; `{..*..*..*}` finds ever more.
const FOUND_MAX: usize = 100_000;

/// Something that was found: a part of the document, or what the template itself says.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::providers::web) enum Found<'document> {
    Part(&'document Json),
    Text(String),
    Int(i64),
    Float(f64),
    Bool(bool),
    /// Of a text, which Go takes apart into bytes.
    Byte(u8),
}

type Finding<'document> = Result<Vec<Found<'document>>, String>;

/// One walk. Ranges are open as long as their `{end}` has not come.
pub(super) struct Walk<'path> {
    nodes: &'path [Node],
    begun: usize,
    open: usize,
    ended: usize,
    last_end: Option<usize>,
}

impl<'path> Walk<'path> {
    pub(super) fn new(nodes: &'path [Node]) -> Self {
        Self {
            nodes,
            begun: 0,
            open: 0,
            ended: 0,
            last_end: None,
        }
    }

    /// Everything that the nodes from `first` on find, node by node.
    pub(super) fn find<'document>(&mut self, first: usize, from: &Found<'document>) -> Finding<'document> {
        let mut all = Vec::new();
        let mut at = first;
        while let Some(node) = self.nodes.get(at) {
            let found = self.walk(vec![from.clone()], node)?;
            if self.ended > 0 && self.ended <= self.open {
                self.ended -= 1;
                self.last_end = Some(at);
                break;
            }
            if self.begun > 0 {
                self.begun -= 1;
                self.open += 1;
                for value in &found {
                    all.extend(self.find(at + 1, value)?);
                }
                if found.is_empty() {
                    let _nothing = self.find(at + 1, &Found::Part(&Json::Null))?;
                }
                self.open -= 1;
                at = self.last_end.filter(|end| *end > at).unwrap_or(at);
            } else {
                all.extend(found);
            }
            bounded(&all)?;
            at += 1;
        }
        Ok(all)
    }

    fn list<'document>(&mut self, from: Vec<Found<'document>>, nodes: &[Node]) -> Finding<'document> {
        nodes.iter().try_fold(from, |found, node| self.walk(found, node))
    }

    fn walk<'document>(&mut self, from: Vec<Found<'document>>, node: &Node) -> Finding<'document> {
        let each = |value: Found<'document>| vec![value; from.len()];
        let found = match node {
            Node::Action(nodes) => self.list(from, nodes)?,
            Node::Text(text) => vec![Found::Text(text.clone())],
            Node::Int(int) => each(Found::Int(*int)),
            Node::Float(float) => each(Found::Float(*float)),
            Node::Bool(bool) => each(Found::Bool(*bool)),
            Node::Word(word) => return self.word(from, word),
            Node::Field(name) => fields(&from, name)?,
            Node::Slice(slice) => {
                let lists = from.iter().map(|value| sliced(value, slice));
                lists.collect::<Result<Vec<_>, _>>()?.concat()
            }
            Node::Wildcard => from.iter().flat_map(inside).collect(),
            Node::Descent => {
                let mut found = Vec::new();
                for value in &from {
                    descend(value, &mut found)?;
                }
                found
            }
            Node::Union(lists) => {
                let mut found = Vec::new();
                for nodes in lists {
                    found.extend(self.list(from.clone(), nodes)?);
                }
                found
            }
            Node::Filter(filter) => {
                let mut found = Vec::new();
                for value in &from {
                    self.filter(value, filter, &mut found)?;
                }
                found
            }
        };
        bounded(&found)?;
        Ok(found)
    }

    fn word<'document>(&mut self, from: Vec<Found<'document>>, word: &str) -> Finding<'document> {
        match word {
            "range" => {
                self.begun += 1;
                Ok(from)
            }
            "end" if self.open > 0 => {
                self.ended += 1;
                Ok(Vec::new())
            }
            "end" => Err("not in range, nothing to end".into()),
            word => Err(format!("unrecognized identifier {word}")),
        }
    }

    fn filter<'document>(
        &mut self,
        value: &Found<'document>,
        filter: &Filter,
        kept: &mut Vec<Found<'document>>,
    ) -> Result<(), String> {
        let Found::Part(Json::Array(elements)) = value else {
            return Err(format!(
                "{} is not array or slice and cannot be filtered",
                kind(value)
            ));
        };
        for element in elements {
            let element = Found::Part(element);
            let left = self.list(vec![element.clone()], &filter.left);
            let Some((operator, right)) = &filter.comparison else {
                if left.is_ok_and(|found| !found.is_empty()) {
                    kept.push(element);
                }
                continue;
            };
            let (left, right) = (left?, self.list(vec![element.clone()], right)?);
            let ([left], [right]) = (left.as_slice(), right.as_slice()) else {
                if left.len() > 1 || right.len() > 1 {
                    return Err("can only compare one element at a time".into());
                }
                continue;
            };
            if compare(operator, left, right)? {
                kept.push(element);
            }
        }
        Ok(())
    }
}

fn bounded(found: &[Found<'_>]) -> Result<(), String> {
    if found.len() > FOUND_MAX {
        return Err(format!("more than {FOUND_MAX} values"));
    }
    Ok(())
}

fn fields<'document>(from: &[Found<'document>], name: &str) -> Finding<'document> {
    let found: Vec<_> = from
        .iter()
        .filter_map(|value| match value {
            Found::Part(Json::Object(fields)) => fields.get(name).map(Found::Part),
            _ => None,
        })
        .collect();
    if found.is_empty() && !from.is_empty() {
        return Err(format!("{name} is not found"));
    }
    Ok(found)
}

fn sliced<'document>(value: &Found<'document>, slice: &Slice) -> Finding<'document> {
    let list = match value {
        Found::Part(Json::Null) => return Ok(Vec::new()),
        Found::Part(Json::Array(list)) => list,
        other => return Err(format!("{} is not array or slice", kind(other))),
    };
    let length = i64::try_from(list.len()).unwrap_or(i64::MAX);
    let from_end = |index: i64| {
        if index < 0 {
            index.saturating_add(length)
        } else {
            index
        }
    };
    let from = from_end(slice.from.unwrap_or(0));
    let to = match slice.to {
        None => length,
        Some(0) if slice.is_index => length,
        Some(to) => from_end(to),
    };
    if to == from {
        return Ok(Vec::new());
    }
    if !(0..length).contains(&from) {
        return Err(format!(
            "array index out of bounds: index {from}, length {length}"
        ));
    }
    if !(0..=length).contains(&to) {
        return Err(format!(
            "array index out of bounds: index {}, length {length}",
            to - 1
        ));
    }
    if from > to {
        return Err(format!("starting index {from} is greater than ending index {to}"));
    }
    let step = match slice.step.map(usize::try_from) {
        None => 1,
        Some(Ok(step)) if step > 0 => step,
        Some(_) => return Err("step must be > 0".into()),
    };
    let (from, to) = (
        usize::try_from(from).unwrap_or(0),
        usize::try_from(to).unwrap_or(0),
    );
    Ok(list[from..to].iter().step_by(step).map(Found::Part).collect())
}

/// What a value consists of. Go takes the fields of a map in any order; here they come in the order of the document.
fn inside<'document>(value: &Found<'document>) -> Vec<Found<'document>> {
    let bytes = |text: &str| text.bytes().map(Found::Byte).collect();
    match value {
        Found::Part(Json::Array(list)) => list.iter().map(Found::Part).collect(),
        Found::Part(Json::Object(fields)) => fields.values().map(Found::Part).collect(),
        Found::Part(Json::String(text)) => bytes(text),
        Found::Text(text) => bytes(text),
        _ => Vec::new(),
    }
}

/// The value and all below it that consist of anything.
fn descend<'document>(value: &Found<'document>, found: &mut Vec<Found<'document>>) -> Result<(), String> {
    let parts = inside(value);
    if !parts.is_empty() {
        found.push(value.clone());
        bounded(found)?;
        for part in &parts {
            descend(part, found)?;
        }
    }
    Ok(())
}

/// Numbers of the document are floats, and Go compares a float with no integer: `@.v > 1` is an error, `@.v > 1.0` is none.
fn compare(operator: &str, left: &Found<'_>, right: &Found<'_>) -> Result<bool, String> {
    let order = match (basic(left)?, basic(right)?) {
        (Basic::Bool(left), Basic::Bool(right)) if matches!(operator, "==" | "!=") => Some(left.cmp(&right)),
        (Basic::Bool(_), Basic::Bool(_)) => return Err("invalid type for comparison".into()),
        (Basic::Int(left), Basic::Int(right)) => Some(left.cmp(&right)),
        (Basic::Float(left), Basic::Float(right)) => left.partial_cmp(&right),
        (Basic::Text(left), Basic::Text(right)) => Some(left.cmp(right)),
        _ => return Err("incompatible types for comparison".into()),
    };
    Ok(match operator {
        "==" => order == Some(Ordering::Equal),
        "!=" => order != Some(Ordering::Equal),
        "<" => order == Some(Ordering::Less),
        "<=" => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        // Go's greater is what is not less or equal.
        ">" => !matches!(order, Some(Ordering::Less | Ordering::Equal)),
        ">=" => order != Some(Ordering::Less),
        other => return Err(format!("unrecognized filter operator {other}")),
    })
}

enum Basic<'value> {
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(&'value str),
}

fn basic<'value>(value: &'value Found<'_>) -> Result<Basic<'value>, String> {
    Ok(match value {
        Found::Part(Json::Bool(bool)) | Found::Bool(bool) => Basic::Bool(*bool),
        Found::Part(Json::Number(number)) => Basic::Float(number.as_f64().unwrap_or(f64::NAN)),
        Found::Float(float) => Basic::Float(*float),
        Found::Int(int) => Basic::Int(*int),
        Found::Byte(byte) => Basic::Int(i64::from(*byte)),
        Found::Part(Json::String(text)) => Basic::Text(text),
        Found::Text(text) => Basic::Text(text),
        Found::Part(_) => return Err("invalid type for comparison".into()),
    })
}

/// Go's name for the type of a value.
fn kind(value: &Found<'_>) -> &'static str {
    match value {
        Found::Part(Json::Null) => "<nil>",
        Found::Part(Json::Bool(_)) | Found::Bool(_) => "bool",
        Found::Part(Json::Number(_)) | Found::Float(_) => "float64",
        Found::Part(Json::String(_)) | Found::Text(_) => "string",
        Found::Part(Json::Array(_)) => "[]interface {}",
        Found::Part(Json::Object(_)) => "map[string]interface {}",
        Found::Int(_) => "int",
        Found::Byte(_) => "uint8",
    }
}
