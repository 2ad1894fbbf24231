use std::collections::BTreeMap;
use std::sync::Arc;

use super::fields::Fields;
use super::{Module, Prober, dns, grpc, http, icmp, shown, tcp};
use crate::analysis::{Diagnostic, Node, NodeKind, Source};

/// The modules of a document, with everything that is wrong with them.
pub(super) fn modules(
    source: &Arc<Source>,
    root: &Node,
    report: &mut Vec<Diagnostic>,
) -> BTreeMap<String, Arc<Module>> {
    let mut found = BTreeMap::new();
    let mut fields = Fields::new(source, root, report);
    if let Some(node) = fields.map("modules") {
        for entry in node.entries() {
            let module = module(source, &entry.key, &entry.value, fields.report());
            found.extend(module.map(|module| (entry.key.clone(), Arc::new(module))));
        }
    } else {
        fields.refuse_here("no `modules`", "`modules:` and under it a name for each module");
    }
    fields.finish();
    found
}

fn module(source: &Arc<Source>, name: &str, node: &Node, report: &mut Vec<Diagnostic>) -> Option<Module> {
    if !matches!(node.kind, NodeKind::Map(_)) {
        let expected = "a map with `prober: http` or another one";
        report.push(Diagnostic::error(
            source,
            node.mark(),
            format!("module `{name}` without keys"),
            expected,
        ));
        return None;
    }
    let mut fields = Fields::new(source, node, report).of_module(name);
    let timeout = fields.duration("timeout");
    let kind = fields.text("prober");
    let prober = match kind.as_deref() {
        Some("http") => {
            let node = fields.map("http");
            http::read(fields.within(node)).map(|http| Prober::Http(Box::new(http)))
        }
        Some("tcp") => {
            let node = fields.map("tcp");
            tcp::read(fields.within(node)).map(|tcp| Prober::Tcp(Box::new(tcp)))
        }
        Some("dns") => {
            let node = fields.map("dns");
            dns::read(fields.within(node)).map(|dns| Prober::Dns(Box::new(dns)))
        }
        Some("grpc") => {
            let node = fields.map("grpc");
            grpc::read(fields.within(node)).map(|grpc| Prober::Grpc(Box::new(grpc)))
        }
        Some("icmp") => {
            let node = fields.map("icmp");
            icmp::read(fields.within(node)).map(Prober::Icmp)
        }
        Some(prober @ ("unix" | "websocket")) => {
            fields.cannot(
                "prober",
                &format!("probes of `{prober}`"),
                "http, tcp, dns, grpc or icmp",
            );
            None
        }
        Some(prober) => {
            fields.refuse(
                "prober",
                format!("the prober {prober:?}"),
                "`http`, `tcp`, `dns`, `grpc` or `icmp`",
            );
            None
        }
        None => {
            fields.refuse_here("no `prober`", "`prober: http` or another one");
            None
        }
    };
    // The exporter reads settings of other probers too, and asks nobody by them.
    for other in ["http", "tcp", "dns", "grpc", "icmp", "unix", "websocket"] {
        fields.pass_over(other);
    }
    fields.finish();
    Some(Module {
        name: name.to_owned(),
        timeout,
        prober: prober?,
        shown: shown::written(node),
    })
}
