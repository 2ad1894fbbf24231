//! Documents as they are written: one type for each shape, documented, since the JSON Schemas are generated from here.
//!
//! Nothing is checked but shapes. Whether the fields are known and have the right types is checked by walking the
//! generated schema ([`super::shape`]); what they mean is checked by [`super::validate`].

pub(crate) mod argo;
pub(crate) mod cases;
pub(crate) mod comparison;
pub(crate) mod config;
pub(crate) mod driven;
pub(crate) mod journey;
pub(crate) mod kayenta;
pub(crate) mod metric;
pub(crate) mod provider;
pub(crate) mod serin;
pub(crate) mod text;
