//! Bounds in JSON.

use serde::de::{self, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::HistogramError;

/// An upper bound as JSON has it: a number, or `"+Inf"`.
pub(super) struct Bound(pub(super) f64);

impl Serialize for Bound {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.0.is_finite() {
            serializer.serialize_f64(self.0)
        } else {
            serializer.serialize_str("+Inf")
        }
    }
}

impl<'de> Deserialize<'de> for Bound {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(BoundVisitor)
    }
}

struct BoundVisitor;

impl Visitor<'_> for BoundVisitor {
    type Value = Bound;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("an upper bound in milliseconds, or \"+Inf\"")
    }

    fn visit_f64<E: de::Error>(self, bound: f64) -> Result<Bound, E> {
        Ok(Bound(bound))
    }

    fn visit_u64<E: de::Error>(self, bound: u64) -> Result<Bound, E> {
        Ok(Bound(bound as f64))
    }

    fn visit_i64<E: de::Error>(self, bound: i64) -> Result<Bound, E> {
        Ok(Bound(bound as f64))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Bound, E> {
        match text {
            "+Inf" | "Inf" => Ok(Bound(f64::INFINITY)),
            _ => Err(E::custom(HistogramError::Bound(format!("{text:?}")))),
        }
    }
}
