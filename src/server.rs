//! What others reach over HTTP.

pub mod pages;
