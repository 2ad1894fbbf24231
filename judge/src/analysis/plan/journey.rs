//! What a `Journey` document means once it is checked.

mod assertion;
mod capture;
mod document;
mod failure;
mod request;
mod step;
mod template;

pub use assertion::{
    Assertion, Check, HealthFormat, Order, Predicate, Query, Schema, StatusRange, ValueKind,
};
pub use capture::{Capture, CaptureType};
pub use document::{
    Accounts, Answering, ClientIdentity, Connections, DataSet, HttpSettings, HttpVersion, Journey, Row,
    RowOrder, Rows, Schedule,
};
pub use failure::{Failure, FailureClass, RequestPhase};
pub use request::{Auth, Body, Credential, Part, PartContent, Request};
pub use step::{Action, Pause, Repeat, Retry, Step};
pub use template::{JsonTemplate, Piece, Reference, Template};
