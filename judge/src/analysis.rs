//! Documents: text in, checked plans out.
//!
//! The way of a document: [`Source`] -> spanned tree (`yaml`, `node`) -> shape checked beside the generated JSON Schema
//! (`shape`, `schema`) -> arguments filled in (`args`) -> raw types (`raw`) -> meaning checked (`validate`) ->
//! [`plan::Plan`]. Every mistake is a [`Diagnostic`] with its place; all of a file are reported at once.

mod args;
pub mod cases;
mod diagnostic;
mod documents;
pub mod duration;
mod files;
mod kind;
mod locate;
mod node;
pub mod plan;
mod raw;
mod schema;
mod settings;
mod shape;
mod source;
#[cfg(test)]
mod tests;
mod validate;
mod yaml;

pub use args::Inputs;
pub use diagnostic::{Diagnostic, Severity};
pub(crate) use diagnostic::{arrange as placed, did_you_mean};
pub use documents::{Documents, Refusal};
pub use files::Files;
pub use kind::DocumentKind;
pub(crate) use node::{Entry, Kind as NodeKind, Node};
pub use schema::schemas;
pub use settings::{Hook, HookEvent, Limits, Log, LogFormat, LogLevel, Retention, Role, Settings, Token};
pub use source::Source;
pub(crate) use source::Span;
pub use yaml::{DEPTH_MAX, FILE_BYTES_MAX, NODES_MAX, TEST_FILE_BYTES_MAX, TEST_NODES_MAX};
pub(crate) use yaml::{Limits as YamlLimits, read as read_yaml};
