//! What is asked of a system by its own protocols: one folder each, none of which knows another.

pub mod http;
