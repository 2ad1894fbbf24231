//! Runs that outlive the process that began them.

mod gate;
mod rig;
mod runs;
