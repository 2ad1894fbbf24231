//! Module files of blackbox_exporter 0.27 (CONFIGURATION.md): a Journey for each module, whom it asks as its argument.

mod http;
mod protocols;
mod tls;

pub(super) use self::protocols::RECORDS;

use std::sync::Arc;

use super::draft::{Draft, Step};
use super::fields::{root, text, time, told};
use super::refused;
use super::text::value;
use crate::analysis::{Diagnostic, Node, Source};

pub(super) fn read(source: &Arc<Source>) -> Result<Vec<Draft>, Vec<Diagnostic>> {
    let expected = "a module file of blackbox_exporter: `modules:` with at least one module";
    let root = root(source, expected)?;
    let Some(modules) = root
        .get("modules")
        .filter(|modules| !modules.entries().is_empty())
    else {
        return Err(refused(source, root.mark(), "no `modules`", expected));
    };
    let mut drafts = Vec::new();
    let mut lost = Vec::new();
    for entry in modules.entries() {
        let prober = entry.value.get("prober").and_then(text);
        let Some(prober) = prober else {
            let found = format!("the module `{}` without a prober", entry.key);
            return Err(refused(
                source,
                entry.key_span.clone(),
                found,
                "`prober: http` or another one",
            ));
        };
        match module(&entry.key, prober, &entry.value) {
            Some(draft) => drafts.push(draft),
            None => lost.push(format!(
                "the module `{}`, since there are no probes of {prober}",
                entry.key
            )),
        }
    }
    for key in root.entries().iter().filter(|entry| entry.key != "modules") {
        lost.push(told(&key.key, &key.value));
    }
    match drafts.first_mut() {
        Some(draft) => lost.iter().for_each(|what| draft.lose(what)),
        None => {
            let found = format!("nothing that Journeys have: {}", lost.join("; "));
            return Err(refused(
                source,
                modules.mark(),
                found,
                "a module of http, tcp, dns, grpc or icmp",
            ));
        }
    }
    Ok(drafts)
}

fn module(name: &str, prober: &str, module: &Node) -> Option<Draft> {
    let mut draft = Draft::new(name);
    let target = value(&draft.scope.arg("target", None));
    draft.note("One address, one try: blackbox_exporter takes IPv6 where there is one, a Journey whatever answers first.");
    let settings = module.get(prober);
    let mut step: Step = match prober {
        "http" => http::step(settings, &target, &mut draft),
        "tcp" => protocols::tcp(settings, &target, &mut draft),
        "dns" => protocols::dns(settings, &target, &mut draft),
        "grpc" => protocols::grpc(settings, &target, &mut draft),
        "icmp" => protocols::icmp(settings, &target, &mut draft),
        _ => return None,
    };
    for entry in module.entries() {
        match entry.key.as_str() {
            "prober" => {}
            "timeout" => {
                if let Some(time) = time(&entry.value, &mut draft, "the timeout") {
                    step.after.put("timeout", time.as_str());
                    draft.settings.put("timeout", time);
                }
            }
            key if key == prober => {}
            key => draft.lose(format!("{} of a module of {prober}", told(key, &entry.value))),
        }
    }
    draft.steps.push(step);
    Some(draft)
}

/// Settings of how a connection is made, which no Journey has.
fn is_addressing(key: &str) -> bool {
    matches!(
        key,
        "preferred_ip_protocol" | "ip_protocol_fallback" | "source_ip_address"
    )
}
