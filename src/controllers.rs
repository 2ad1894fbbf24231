//! Rollout controllers: those that are told, and those that ask.

pub mod argo;
pub mod webhook;
