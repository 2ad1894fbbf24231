//! Modules of Prometheus' blackbox_exporter: what they ask for, and which metrics an answer makes.
//!
//! The way of a probe: [`Modules`] are read once; a module says what to ask of a target (a [`http::Question`], a
//! [`FilledProbe`](crate::journey::FilledProbe)); whoever asks comes back with what was found; the same module judges that
//! into a [`Report`], whose [`Gauges`] are what Prometheus scrapes. Names and meanings of metrics are those of version
//! 0.23.0 (prober/*.go), with a few of later ones.

mod address;
pub mod dns;
mod expand;
mod gauges;
pub mod grpc;
pub mod http;
pub mod icmp;
mod modules;
mod name;
mod prober;
mod report;
mod sounded;
mod tcp;
#[cfg(test)]
mod tests;

mod tls;

pub use address::{Addressing, Family};
pub use gauges::Gauges;
pub use modules::{Content, Module, Modules, Prober, TlsSettings, is_module_file};
pub use prober::host_and_port;
pub use report::{Level, Line, Report};
pub use sounded::Sounded;
pub use tcp::{Tcp, Turn};
