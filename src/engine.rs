//! The run loop: what is due, measuring, deadlines.

pub mod ports;
