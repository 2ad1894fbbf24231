//! Numbers of windows as they are kept: exactly, and those that are not finite as `"NaN"`, `"+Inf"`, `"-Inf"`, for which
//! JSON has no number.

use serde::{Deserialize, Deserializer, Serializer};

#[derive(Deserialize)]
#[serde(untagged)]
enum Stored {
    Finite(f64),
    Other(Word),
}

#[derive(Deserialize)]
enum Word {
    #[serde(rename = "NaN")]
    NotANumber,
    #[serde(rename = "+Inf")]
    Infinity,
    #[serde(rename = "-Inf")]
    NegativeInfinity,
}

pub(super) fn serialize<S: Serializer>(value: &f64, serializer: S) -> Result<S::Ok, S::Error> {
    if value.is_finite() {
        serializer.serialize_f64(*value)
    } else if value.is_nan() {
        serializer.serialize_str("NaN")
    } else {
        serializer.serialize_str(if *value > 0.0 { "+Inf" } else { "-Inf" })
    }
}

pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<f64, D::Error> {
    Ok(match Stored::deserialize(deserializer)? {
        Stored::Finite(value) => value,
        Stored::Other(Word::NotANumber) => f64::NAN,
        Stored::Other(Word::Infinity) => f64::INFINITY,
        Stored::Other(Word::NegativeInfinity) => f64::NEG_INFINITY,
    })
}

#[cfg(test)]
mod tests {
    use crate::verdict::{Data, Events};

    #[test]
    fn numbers_come_back_as_they_went() {
        for value in [
            0.1 + 0.2,
            f64::MIN_POSITIVE,
            -0.0,
            f64::INFINITY,
            f64::NEG_INFINITY,
            1.797e308,
        ] {
            let events = Data::Events(Events {
                events: 3,
                exposure: value,
            });
            for data in [Data::Series(value), events] {
                let text = serde_json::to_string(&data).unwrap();
                assert_eq!(serde_json::from_str::<Data>(&text).unwrap(), data, "{text}");
            }
        }
        let text = serde_json::to_string(&Data::Series(f64::NAN)).unwrap();
        let Ok(Data::Series(back)) = serde_json::from_str(&text) else {
            panic!("{text}");
        };
        assert!(back.is_nan());
        assert!(serde_json::from_str::<Data>(r#"{"series": "much"}"#).is_err());
    }
}
