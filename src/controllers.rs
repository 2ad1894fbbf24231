//! Rollout controllers: those that ask, and those that are told.

pub mod argo;
pub mod webhook;
