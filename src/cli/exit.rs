//! Exit codes, part of the public format.

use std::process::ExitCode;

/// All is well, or the verdict is promote.
pub const GOOD: u8 = 0;
/// Something is bad, or the verdict is rollback.
pub const BAD: u8 = 1;
/// Usage, or a document that is not valid: nothing was measured.
pub const INVALID: u8 = 2;
/// It could not be done because something broke.
pub const BROKEN: u8 = 4;
/// Ctrl-C.
pub const INTERRUPTED: u8 = 130;
/// SIGTERM.
pub const TERMINATED: u8 = 143;

/// Says on standard error why a command cannot go on, and gives its exit code.
#[must_use]
pub fn fail(code: u8, message: &str) -> ExitCode {
    super::output::complain(message);
    ExitCode::from(code)
}
