//! Module files: every key is understood, or refused with its place.

mod dns;
mod fields;
mod grpc;
mod http;
mod icmp;
mod mask;
mod shown;
mod tcp;
mod tls;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::dns::Dns;
use super::grpc::Grpc;
use super::http::Http;
use super::icmp::Icmp;
use super::{Addressing, Tcp};
use crate::analysis::plan::journey::{ClientCertificate, Security, Terms, TlsMode, TlsVersion};
use crate::analysis::{Diagnostic, Node, NodeKind, Source, YamlLimits, placed, read_yaml};
use fields::Fields;

/// What is offered where nobody gives a module file: modules that the exporter's example has under these names.
const BUILT_IN: &str = "modules:
  http_2xx: {prober: http}
  http_post_2xx: {prober: http, http: {method: POST}}
  tcp_connect: {prober: tcp}
  icmp: {prober: icmp}
  grpc: {prober: grpc, grpc: {tls: true}}
  grpc_plain: {prober: grpc}
";

/// The modules of a file, by name.
#[derive(Clone, Debug)]
pub struct Modules {
    by_name: BTreeMap<String, Arc<Module>>,
    /// The file's name: relative paths in it start from its folder.
    file: String,
}

/// One module.
#[derive(Clone, Debug)]
pub struct Module {
    /// Its name.
    pub name: String,
    /// How long a probe may take; as long as the scrape where it is not said.
    pub timeout: Option<Duration>,
    /// What is asked, and what is expected.
    pub prober: Prober,
    /// As it stands in the file, without secrets.
    pub shown: String,
}

/// What a module asks.
#[derive(Clone, Debug)]
pub enum Prober {
    /// A request, redirects followed.
    Http(Box<Http>),
    /// A connection and a talk.
    Tcp(Box<Tcp>),
    /// A name server.
    Dns(Box<Dns>),
    /// The health service of a gRPC server.
    Grpc(Box<Grpc>),
    /// An echo.
    Icmp(Icmp),
}

/// What stands in the file or in one that it names, and may be a secret.
#[derive(Clone, PartialEq, Eq)]
pub enum Content {
    /// Itself.
    Given(Bytes),
    /// The path of a file that has it.
    File(String),
}

/// How TLS is spoken.
#[derive(Clone, Debug, Default)]
pub struct TlsSettings {
    /// Whatever certificate is shown is taken.
    pub insecure: bool,
    /// PEM of roots; these are trusted and no others.
    pub roots: Option<Content>,
    /// PEM of a certificate of one's own and of its key.
    pub certificate: Option<(Content, Content)>,
    /// The name that is asked for and that the certificate has to hold; `None` is the target's.
    pub server_name: Option<String>,
    /// The oldest version that is spoken.
    pub min_version: Option<TlsVersion>,
    /// The newest version that is spoken.
    pub max_version: Option<TlsVersion>,
}

impl fmt::Debug for Content {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Given(_) => formatter.write_str("Given(..)"),
            Self::File(path) => write!(formatter, "File({path})"),
        }
    }
}

impl Content {
    /// What it is; `read` reads files.
    ///
    /// # Errors
    /// The file cannot be read.
    pub fn load(&self, read: &dyn Fn(&str) -> Result<Bytes, String>) -> Result<Bytes, String> {
        match self {
            Self::Given(bytes) => Ok(bytes.clone()),
            Self::File(path) => read(path).map_err(|error| format!("{path}: {error}")),
        }
    }
}

impl Prober {
    /// As the file names it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Http(_) => "http",
            Self::Tcp(_) => "tcp",
            Self::Dns(_) => "dns",
            Self::Grpc(_) => "grpc",
            Self::Icmp(_) => "icmp",
        }
    }

    /// Which addresses may be asked.
    #[must_use]
    pub fn addressing(&self) -> Addressing {
        match self {
            Self::Http(http) => http.addressing,
            Self::Tcp(tcp) => tcp.addressing,
            Self::Dns(dns) => dns.addressing,
            Self::Grpc(grpc) => grpc.addressing,
            Self::Icmp(icmp) => icmp.addressing,
        }
    }
}

impl Default for Modules {
    fn default() -> Self {
        // A test reads it.
        Self::read(Source::new("built-in modules", BUILT_IN)).unwrap_or_else(|_| Self {
            by_name: BTreeMap::new(),
            file: String::new(),
        })
    }
}

impl Modules {
    /// Reads a module file.
    ///
    /// # Errors
    /// Everything that is wrong with it, with its place and without secrets.
    pub fn read(source: Source) -> Result<Self, Vec<Diagnostic>> {
        let source = Arc::new(source);
        let mut report = Vec::new();
        let nodes = read_yaml(&source, YamlLimits::TESTS, &mut report);
        let covered = Arc::new(mask::covered(&source, &nodes));
        let file = source.name().to_owned();
        let by_name = match nodes.as_slice() {
            [root] if report.is_empty() => modules(&covered, root, &mut report),
            [] => BTreeMap::new(),
            [_] => BTreeMap::new(),
            [_, second, ..] => {
                let expected = "one document in a module file";
                report.push(Diagnostic::error(&covered, second.mark(), "a second document", expected));
                BTreeMap::new()
            }
        };
        let report: Vec<Diagnostic> = report.into_iter().map(|found| found.shown_in(&covered)).collect();
        if report.iter().any(Diagnostic::is_error) {
            return Err(placed(report));
        }
        Ok(Self { by_name, file })
    }

    /// The module of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Arc<Module>> {
        self.by_name.get(name)
    }

    /// All names.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.by_name.keys().map(String::as_str)
    }

    /// All modules.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Module>> {
        self.by_name.values()
    }

    /// The file they stand in.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }
}

/// Whether a text is a module file and no document of Serin's or Argo's: its first key is `modules`, and it says no
/// `apiVersion`.
#[must_use]
pub fn is_module_file(source: &Source) -> bool {
    let top = |line: &&str| !line.is_empty() && !line.starts_with([' ', '#', '-', '\t', '%', '.']);
    let mut keys = source.text().lines().filter(top);
    let mut has_modules = false;
    let is_other = keys.any(|line| {
        has_modules |= line.starts_with("modules:");
        line.starts_with("apiVersion:") || line.starts_with("kind:")
    });
    has_modules && !is_other
}

fn modules(
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
        report.push(Diagnostic::error(source, node.mark(), format!("module `{name}` without keys"), expected));
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
            fields.cannot("prober", &format!("probes of `{prober}`"), "http, tcp, dns, grpc or icmp");
            None
        }
        Some(prober) => {
            fields.refuse("prober", format!("the prober {prober:?}"), "`http`, `tcp`, `dns`, `grpc` or `icmp`");
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

impl TlsSettings {
    /// For probes of other protocols than HTTP. `roots` and `certificate` are what the settings name, read.
    #[must_use]
    pub fn security(
        &self,
        mode: TlsMode,
        server_name: &str,
        (roots, certificate): (Option<Bytes>, Option<ClientCertificate>),
    ) -> Security<String> {
        Security {
            mode,
            server_name: Some(self.server_name.as_deref().unwrap_or(server_name).to_owned()),
            insecure: self.insecure,
            terms: self.terms(certificate, roots.is_some()),
            roots,
        }
    }

    /// Terms of connections.
    #[must_use]
    pub fn terms(&self, certificate: Option<ClientCertificate>, has_roots: bool) -> Terms {
        Terms {
            only_roots: has_roots,
            min_version: self.min_version,
            max_version: self.max_version,
            certificate,
            shows_session: true,
        }
    }
}
