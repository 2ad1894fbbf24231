//! Runs that outlive the process that began them.

mod rig;
mod runs;
