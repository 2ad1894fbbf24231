//! Numbers as the public JSON writes them: what is not finite as `"NaN"`, `"+Inf"`, `"-Inf"`.

use serde::Serializer;

/// Largest e-value that is shown.
const SHOWN_MAX: f64 = 1e300;

/// An e-value from its logarithm, clamped to 1e300.
pub(super) fn shown(log_e: f64) -> f64 {
    libm::exp(log_e).min(SHOWN_MAX)
}

pub(super) fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if value.is_nan() {
        serializer.serialize_str("NaN")
    } else if value.is_infinite() {
        serializer.serialize_str(if *value > 0.0 { "+Inf" } else { "-Inf" })
    } else {
        serializer.serialize_f64(*value)
    }
}

/// The same for numbers that may be unknown.
pub(super) mod optional {
    use serde::Serializer;

    pub(in super::super) fn serialize<S: Serializer>(
        value: &Option<f64>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => super::serialize(value, serializer),
            None => serializer.serialize_none(),
        }
    }
}
