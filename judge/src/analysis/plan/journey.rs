//! What a `Journey` document means once it is checked.

mod assertion;
mod capture;
mod document;
mod failure;
mod request;
mod step;

pub use assertion::{Assertion, Query};
pub use capture::{Capture, CaptureType};
pub use document::{Accounts, Answering, Connections, DataSet, HttpVersion, Journey, Order, Rows, Schedule};
pub use failure::{Failure, FailureClass, RequestPhase};
pub use request::{Auth, Body, Credential, Part, PartContent, Piece, Request, Template};
pub use step::{Action, Pause, Repeat, Retry, Step};
