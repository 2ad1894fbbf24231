//! Values as the server writes them (text format), as JSON. What has no form of its own there stays the server's text.

use serde_json::Value;

/// Arrays inside of arrays; PostgreSQL has six.
const DIMENSIONS_MAX: usize = 6;

/// A value of the type with this number (`pg_type.oid`, which are fixed for built-in types).
pub(super) fn json(oid: u32, text: &str) -> Value {
    match element(oid) {
        Some(element) => array(element, text).unwrap_or_else(|| Value::from(text)),
        None => scalar(oid, text).unwrap_or_else(|| Value::from(text)),
    }
}

/// `None` where the text stays as it is: `numeric` too, as its digits would be lost.
fn scalar(oid: u32, text: &str) -> Option<Value> {
    match oid {
        // bool
        16 => Some(Value::from(text == "t")),
        // int8, int2, int4, oid
        20 | 21 | 23 | 26 => text.parse::<i64>().ok().map(Value::from),
        // float4, float8
        700 | 701 => Some(match text {
            "Infinity" => Value::from("+Inf"),
            "-Infinity" => Value::from("-Inf"),
            text => serde_json::Number::from_f64(text.parse().ok()?)?.into(),
        }),
        // json, jsonb
        114 | 3802 => serde_json::from_str(text).ok(),
        // timestamp, timestamptz
        1114 | 1184 => instant(text),
        _ => None,
    }
}

/// `2026-11-22 01:02:03.5+00` as RFC 3339 has it. A `timestamp` has no zone, and is given none. Years before Christ, after
/// 9999 and infinity are not of RFC 3339.
fn instant(text: &str) -> Option<Value> {
    let (date, time) = text.split_once(' ')?;
    if date.len() != 10 || time.contains(' ') {
        return None;
    }
    let time = match time.strip_suffix("+00") {
        Some(time) => format!("{time}Z"),
        None => time.to_owned(),
    };
    Some(Value::from(format!("{date}T{time}")))
}

/// The type of an array's elements.
fn element(oid: u32) -> Option<u32> {
    Some(match oid {
        1000 => 16,
        1016 => 20,
        1005 => 21,
        1007 => 23,
        1028 => 26,
        1021 => 700,
        1022 => 701,
        199 => 114,
        3807 => 3802,
        1115 => 1114,
        1185 => 1184,
        // text, varchar, bpchar, name, numeric, uuid, date, time, interval, inet
        1009 | 1015 | 1014 | 1003 | 1231 | 2951 | 1182 | 1183 | 1187 | 1041 => 25,
        _ => return None,
    })
}

/// `{1,NULL,{"a\"b"}}` (PostgreSQL's manual, 8.15.6); bounds such as `[0:1]=` before it are left out.
fn array(element: u32, text: &str) -> Option<Value> {
    let text = match text.strip_prefix('[') {
        Some(rest) => rest.split_once('=')?.1,
        None => text,
    };
    let mut reader = Reader {
        element,
        rest: text.chars().peekable(),
    };
    let value = reader.array(DIMENSIONS_MAX)?;
    reader.rest.next().is_none().then_some(value)
}

struct Reader<'t> {
    element: u32,
    rest: std::iter::Peekable<std::str::Chars<'t>>,
}

impl Reader<'_> {
    fn array(&mut self, dimensions_left: usize) -> Option<Value> {
        let dimensions_left = dimensions_left.checked_sub(1)?;
        if self.rest.next()? != '{' {
            return None;
        }
        let mut items = Vec::new();
        if self.rest.next_if_eq(&'}').is_some() {
            return Some(Value::Array(items));
        }
        loop {
            items.push(match self.rest.peek()? {
                '{' => self.array(dimensions_left)?,
                '"' => {
                    let text = self.quoted()?;
                    self.scalar(text)
                }
                _ => match self.bare()? {
                    text if text == "NULL" => Value::Null,
                    text => self.scalar(text),
                },
            });
            match self.rest.next()? {
                ',' => {}
                '}' => return Some(Value::Array(items)),
                _ => return None,
            }
        }
    }

    fn scalar(&self, text: String) -> Value {
        scalar(self.element, &text).unwrap_or(Value::String(text))
    }

    fn quoted(&mut self) -> Option<String> {
        self.rest.next();
        let mut text = String::new();
        loop {
            match self.rest.next()? {
                '"' => return Some(text),
                '\\' => text.push(self.rest.next()?),
                other => text.push(other),
            }
        }
    }

    fn bare(&mut self) -> Option<String> {
        let mut text = String::new();
        while let Some(next) = self.rest.next_if(|next| !matches!(next, ',' | '}' | '{' | '"')) {
            text.push(next);
        }
        Some(text).filter(|text| !text.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn values_of_each_type_have_their_form() {
        for (oid, text, expected) in [
            (16, "t", json!(true)),
            (16, "f", json!(false)),
            (20, "9223372036854775807", json!(i64::MAX)),
            (21, "-1", json!(-1)),
            (26, "4294967295", json!(4_294_967_295_u32)),
            (701, "1e-05", json!(1e-5)),
            (701, "NaN", json!("NaN")),
            (700, "Infinity", json!("+Inf")),
            (700, "-Infinity", json!("-Inf")),
            (
                1700,
                "123456789012345678901234567890.10",
                json!("123456789012345678901234567890.10"),
            ),
            (25, "t", json!("t")),
            (3802, r#"{"a": [1, null]}"#, json!({"a": [1, null]})),
            (1184, "2026-11-22 01:02:03.5+00", json!("2026-11-22T01:02:03.5Z")),
            (1184, "infinity", json!("infinity")),
            (
                1184,
                "0044-03-15 12:00:00+00 BC",
                json!("0044-03-15 12:00:00+00 BC"),
            ),
            (1184, "10000-01-01 00:00:00+00", json!("10000-01-01 00:00:00+00")),
            (1114, "2026-11-22 01:02:03", json!("2026-11-22T01:02:03")),
            (17, r"\x00ff", json!(r"\x00ff")),
            (1007, "{1,NULL,-3}", json!([1, null, -3])),
            (1007, "{}", json!([])),
            (1007, "[0:1]={1,2}", json!([1, 2])),
            (1007, "{{1,2},{3,4}}", json!([[1, 2], [3, 4]])),
            (
                1009,
                r#"{a,"b,\"c\\","NULL",NULL,""}"#,
                json!(["a", "b,\"c\\", "NULL", null, ""]),
            ),
            (1000, "{t,f}", json!([true, false])),
            (
                1185,
                r#"{"2026-11-22 01:02:03+00"}"#,
                json!(["2026-11-22T01:02:03Z"]),
            ),
            (1231, "{1.10}", json!(["1.10"])),
        ] {
            assert_eq!(json(oid, text), expected, "{oid} {text}");
        }
    }

    #[test]
    fn what_is_not_of_its_type_stays_text() {
        let deep = format!("{}{}", "{".repeat(100_000), "}".repeat(100_000));
        for (oid, text) in [
            (20, "many"),
            (701, "1,5"),
            (114, "{"),
            (1007, "{1,2"),
            (1007, "{1}2"),
            (1007, "{,}"),
            (1009, "{\"a"),
            (1007, "[0:1]"),
            (1007, &deep),
        ] {
            assert_eq!(json(oid, text), Value::from(text), "{oid}");
        }
    }
}
