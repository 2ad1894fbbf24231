//! Whom verdicts are told, one folder a kind of receiver.

pub mod webhook;
