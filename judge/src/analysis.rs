//! Documents: text in, checked plans out.

pub mod plan;
