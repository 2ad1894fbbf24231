//! What a metric asked its store, as series of both sides.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::yaml;
use crate::counter::Selector;

/// Longest part of a query that a comment repeats.
const SHOWN_MAX: usize = 400;

/// Series of canary and stable, with the arguments that they need.
pub(super) struct Series {
    /// Selector of the canary and of stable, with placeholders.
    pub(super) selectors: [String; 2],
    pub(super) args: Vec<String>,
    pub(super) remarks: Vec<String>,
}

/// A Prometheus query that is a plain selector of series becomes one; everything else becomes arguments to be given.
pub(super) fn series(query: &Value, templates: Option<&Map<String, Value>>, slug: &str) -> Series {
    match selector(query, templates) {
        Some(text) => of_selector(query, &text),
        None => of_arguments(query, slug),
    }
}

/// The selector with Kayenta's own placeholders; `None` when the query is no such, or does not tell the sides apart.
fn selector(query: &Value, templates: Option<&Map<String, Value>>) -> Option<String> {
    if query.get("type").and_then(Value::as_str) != Some("prometheus") {
        return None;
    }
    let field = |name: &str| {
        query
            .get(name)
            .and_then(Value::as_str)
            .filter(|text| !text.is_empty())
    };
    let text = if let Some(inline) = field("customInlineTemplate") {
        inline.strip_prefix("PromQL:").unwrap_or(inline).trim().to_owned()
    } else {
        let bindings = query.get("labelBindings").and_then(Value::as_array);
        let mut filters: Vec<&str> = bindings.into_iter().flatten().filter_map(Value::as_str).collect();
        if let Some(name) = field("customFilterTemplate") {
            filters.push(templates?.get(name)?.as_str()?);
        }
        format!("{}{{{}}}", field("metricName")?, filters.join(","))
    };
    // A resource type brings filters of its own that are written nowhere.
    let has_own_filters = field("resourceType").is_some() && field("customInlineTemplate").is_none();
    let parses = Selector::parse(&filled(&text, |_| "x".to_owned())?).is_ok();
    (parses && !has_own_filters && text.contains("${scope}")).then_some(text)
}

/// Replaces `${name}`; `None` for an expression that is more than a name.
fn filled(text: &str, value: impl Fn(&str) -> String) -> Option<String> {
    let mut parts = text.split("${");
    let mut filled = parts.next()?.to_owned();
    for part in parts {
        let (name, rest) = part.split_once('}')?;
        let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        if name.is_empty() || !name.chars().all(is_name) {
            return None;
        }
        filled.push_str(&value(name));
        filled.push_str(rest);
    }
    Some(filled)
}

fn of_selector(query: &Value, text: &str) -> Series {
    let side = |scope: &str| {
        filled(text, |name| {
            format!("{{{{args.{}}}}}", if name == "scope" { scope } else { name })
        })
        .unwrap_or_default()
    };
    let mut args: BTreeSet<String> = ["canary", "stable"].map(str::to_owned).into();
    for part in text.split("${").skip(1) {
        let name = part.split('}').next().unwrap_or_default();
        if name != "scope" {
            args.insert(name.to_owned());
        }
    }
    let grouped = query
        .get("groupByFields")
        .and_then(Value::as_array)
        .is_some_and(|fields| !fields.is_empty());
    let remark =
        "groupByFields made a result of each group in Kayenta; here the mean over the series is judged";
    Series {
        selectors: [side("canary"), side("stable")],
        args: args.into_iter().collect(),
        remarks: grouped.then(|| remark.to_owned()).into_iter().collect(),
    }
}

fn of_arguments(query: &Value, slug: &str) -> Series {
    let args = ["canary", "stable"].map(|side| format!("{slug}-{side}"));
    let store = query.get("type").and_then(Value::as_str).unwrap_or("unknown");
    let asked: String = query.to_string().chars().take(SHOWN_MAX).collect();
    Series {
        selectors: args.clone().map(|arg| format!("{{{{args.{arg}}}}}")),
        args: args.to_vec(),
        remarks: vec![format!(
            "the query of store {store} has no counterpart: its arguments take a series selector of each side. It was {asked}"
        )],
    }
}

/// The `series` block of a comparison.
pub(super) fn written(series: &Series) -> String {
    let [canary, stable] = &series.selectors;
    format!(
        "    series:\n      prometheus:\n        canary: {{selector: {}}}\n        stable: {{selector: {}}}\n",
        yaml::text(canary),
        yaml::text(stable)
    )
}
