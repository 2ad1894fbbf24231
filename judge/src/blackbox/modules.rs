//! Module files: every key is understood, or refused with its place.

mod content;
mod dns;
mod fields;
mod grpc;
mod http;
mod icmp;
mod mask;
mod read;
mod shown;
mod tcp;
mod tls;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::dns::Dns;
use super::grpc::Grpc;
use super::http::Http;
use super::icmp::Icmp;
use super::{Addressing, Tcp};
use crate::analysis::{Diagnostic, Source, YamlLimits, placed, read_yaml};
pub use content::{Content, TlsSettings};

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
        let covered = Arc::new(mask::covered(&source, &nodes, !report.is_empty()));
        let file = source.name().to_owned();
        let by_name = match nodes.as_slice() {
            [root] if report.is_empty() => read::modules(&covered, root, &mut report),
            [] => BTreeMap::new(),
            [_] => BTreeMap::new(),
            [_, second, ..] => {
                let expected = "one document in a module file";
                report.push(Diagnostic::error(
                    &covered,
                    second.mark(),
                    "a second document",
                    expected,
                ));
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
