//! What health endpoints say, in their formats.
//!
//! Sources: Spring Boot's Actuator (`/actuator/health`), draft-inadarei-api-health-check-06 (`application/health+json`),
//! Kubernetes' `/livez?verbose` and `/readyz?verbose`.

use http::header::CONTENT_TYPE;
use serde_json::{Map, Value};

use super::observed::Observed;
use super::{Component, Health};
use crate::analysis::plan::journey::HealthFormat;

/// Parts of one endpoint; more are counted in none.
const COMPONENTS_MAX: usize = 200;
/// Parts of parts.
const DEPTH_MAX: usize = 8;

/// What an endpoint says.
pub(super) struct Report {
    /// The service as a whole.
    pub(super) health: Health,
    /// The word that says so.
    pub(super) said: String,
    pub(super) components: Vec<Component>,
    /// Why it contradicts itself.
    pub(super) contradiction: Option<String>,
}

/// Reads an answer; otherwise why it is none of that format.
pub(super) fn read(format: HealthFormat, observed: &Observed<'_>) -> Result<Report, String> {
    let mut report = match format {
        HealthFormat::Auto => read_any(observed)?,
        HealthFormat::Spring => spring(object(observed)?)?,
        HealthFormat::HealthJson => health_json(object(observed)?)?,
        HealthFormat::Kubernetes => kubernetes(&observed.text())?,
    };
    report.components.truncate(COMPONENTS_MAX);
    let status = observed.status().unwrap_or_default();
    let is_fine = (200..400).contains(&status);
    let (health, said) = (report.health, &report.said);
    report.contradiction = match health {
        Health::Up | Health::Degraded if !is_fine => Some(format!("says {said} with HTTP {status}")),
        Health::Down if is_fine => Some(format!("says {said} with HTTP {status}")),
        _ => None,
    };
    let is_any_down = report
        .components
        .iter()
        .any(|component| component.health == Health::Down);
    if health == Health::Up && is_any_down {
        report.health = Health::Degraded;
    }
    Ok(report)
}

fn object<'o>(observed: &'o Observed<'_>) -> Result<&'o Map<String, Value>, String> {
    let json = observed.json().map_err(str::to_owned)?;
    json.as_object()
        .ok_or_else(|| "the body is no JSON object".to_owned())
}

/// By the media type, else by what it looks like.
fn read_any(observed: &Observed<'_>) -> Result<Report, String> {
    let media_type = observed
        .answer()
        .and_then(|answer| answer.headers.get(CONTENT_TYPE));
    let media_type = media_type
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    match observed.json() {
        Ok(Value::Object(object)) => {
            let is_health_json =
                media_type.starts_with("application/health+json") || object.contains_key("checks");
            let is_spring = object.contains_key("components") || object.contains_key("details");
            match (is_health_json, is_spring) {
                (true, _) => health_json(object),
                (false, true) => spring(object),
                // Only `fail`, `pass` and `warn` and their other words are not Spring's.
                (false, false) => health_json(object).or_else(|_| spring(object)),
            }
        }
        Ok(_) => Err("the body is no JSON object".to_owned()),
        Err(_) => kubernetes(&observed.text()),
    }
}

fn status_of(object: &Map<String, Value>) -> Result<&str, String> {
    let status = object.get("status").ok_or("the body has no `status`")?;
    status.as_str().ok_or_else(|| "`status` is no text".to_owned())
}

fn report(health: Health, said: &str, components: Vec<Component>) -> Report {
    Report {
        health,
        said: said.to_owned(),
        components,
        contradiction: None,
    }
}

fn spring(object: &Map<String, Value>) -> Result<Report, String> {
    let said = status_of(object)?;
    let mut components = Vec::new();
    spring_components(object, "", DEPTH_MAX, &mut components);
    Ok(report(spring_word(said), said, components))
}

fn spring_word(word: &str) -> Health {
    match word {
        "UP" => Health::Up,
        "DOWN" | "OUT_OF_SERVICE" => Health::Down,
        _ => Health::Unknown,
    }
}

/// `components`, and `details` of Spring Boot before 2.2, where those are parts too.
fn spring_components(object: &Map<String, Value>, prefix: &str, depth: usize, found: &mut Vec<Component>) {
    let parts = object.get("components").or(object.get("details"));
    for (name, part) in parts.and_then(Value::as_object).into_iter().flatten() {
        let (Some(part), true) = (part.as_object(), found.len() < COMPONENTS_MAX && depth > 0) else {
            continue;
        };
        let Some(said) = part.get("status").and_then(Value::as_str) else {
            continue;
        };
        let name = format!("{prefix}{name}");
        spring_components(part, &format!("{name}/"), depth - 1, found);
        found.push(Component {
            name,
            health: spring_word(said),
            said: said.to_owned(),
        });
    }
}

fn health_json_word(word: &str) -> Option<Health> {
    Some(match word.to_ascii_lowercase().as_str() {
        "pass" | "ok" | "up" => Health::Up,
        "warn" => Health::Degraded,
        "fail" | "error" | "down" => Health::Down,
        _ => return None,
    })
}

fn health_json(object: &Map<String, Value>) -> Result<Report, String> {
    let said = status_of(object)?;
    let health = health_json_word(said)
        .ok_or_else(|| format!("the status {said:?} is none of `pass`, `warn` and `fail`"))?;
    let mut components = Vec::new();
    for (name, details) in object
        .get("checks")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        let details = match details {
            Value::Array(details) => details.as_slice(),
            single => std::slice::from_ref(single),
        };
        for detail in details {
            let Some(said) = detail.get("status").and_then(Value::as_str) else {
                continue;
            };
            let id = detail
                .get("componentId")
                .and_then(Value::as_str)
                .filter(|_| details.len() > 1);
            components.push(Component {
                name: id.map_or_else(|| name.clone(), |id| format!("{name}/{id}")),
                health: health_json_word(said).unwrap_or(Health::Unknown),
                said: said.to_owned(),
            });
        }
    }
    Ok(report(health, said, components))
}

fn kubernetes(text: &str) -> Result<Report, String> {
    let mut components = Vec::new();
    for line in text.lines().map(str::trim) {
        let (health, rest) = match line.get(..3) {
            Some("[+]") => (Health::Up, &line[3..]),
            Some("[-]") => (Health::Down, &line[3..]),
            _ => continue,
        };
        let (name, said) = rest.trim().split_once(' ').unwrap_or((rest.trim(), ""));
        components.push(Component {
            name: name.to_owned(),
            health,
            said: said.to_owned(),
        });
    }
    let last = text.trim().lines().last().unwrap_or_default().trim();
    let is_down = components
        .iter()
        .any(|component| component.health == Health::Down);
    let (health, said) = match (is_down, last) {
        (true, _) => (Health::Down, "failed"),
        (false, "ok") => (Health::Up, "ok"),
        (false, last) if last.ends_with("check passed") => (Health::Up, "passed"),
        (false, last) if last.ends_with("check failed") => (Health::Down, "failed"),
        (false, _) if !components.is_empty() => (Health::Up, "ok"),
        (false, _) => return Err("the body is neither `ok` nor has lines such as `[+]ping ok`".to_owned()),
    };
    Ok(report(health, said, components))
}
