//! Why the sample system could not be started.

use std::io;
use std::net::SocketAddr;

use serin_judge::verdict::Side;

/// Why the sample system, or one of its instances, could not be started.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// An option is outside its range; nothing was started.
    #[error("option {option} is {found}, and must be {expected}")]
    Option {
        /// The field of `SystemOptions`.
        option: &'static str,
        /// What was given.
        found: String,
        /// The range.
        expected: &'static str,
    },
    /// An instance could not listen. Worth another try: on a restart another process may hold the port.
    #[error("instance {pod} cannot listen on {address}: {source}")]
    Listen {
        /// The instance.
        pod: String,
        /// Where; port 0 is any free one.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// There is no such instance.
    #[error("there is no {side} instance with index {index}")]
    UnknownInstance {
        /// The side that was asked for.
        side: Side,
        /// Counted from 0.
        index: usize,
    },
}
