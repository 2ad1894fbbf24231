use std::time::Duration;

use proptest::prelude::*;

use crate::analysis::duration::{format, parse};

#[test]
fn go_reads_the_same() {
    let cases = [
        ("0", 0),
        ("0s", 0),
        ("+5s", 5_000_000_000),
        ("1m30s", 90_000_000_000),
        ("1.5h", 5_400_000_000_000),
        (".5s", 500_000_000),
        ("1.s", 1_000_000_000),
        ("500ms", 500_000_000),
        ("10us", 10_000),
        ("10\u{b5}s", 10_000),
        ("10\u{3bc}s", 10_000),
        ("1ns", 1),
        ("3h2m1s", 10_921_000_000_000),
        ("1s1h", 3_601_000_000_000),
        ("0.9999999999999999999999s", 999_999_999),
        ("2562047h47m16.854775807s", i64::MAX as u64),
        ("-0s", 0),
    ];
    for (text, nanoseconds) in cases {
        assert_eq!(parse(text), Ok(Duration::from_nanos(nanoseconds)), "{text}");
    }
}

#[test]
fn go_refuses_with_the_same_words() {
    let cases = [
        ("", r#"time: invalid duration """#),
        ("s", r#"time: invalid duration "s""#),
        (".s", r#"time: invalid duration ".s""#),
        ("-", r#"time: invalid duration "-""#),
        ("60", r#"time: missing unit in duration "60""#),
        ("3600", r#"time: missing unit in duration "3600""#),
        ("1m30", r#"time: missing unit in duration "1m30""#),
        (
            "60s-typo",
            r#"time: unknown unit "s-typo" in duration "60s-typo""#,
        ),
        ("1d", r#"time: unknown unit "d" in duration "1d""#),
        ("1 s", r#"time: unknown unit " s" in duration "1 s""#),
        (
            "9223372036854775808ns",
            r#"time: invalid duration "9223372036854775808ns""#,
        ),
        ("99999999999h", r#"time: invalid duration "99999999999h""#),
        (
            "1\u{e4}",
            r#"time: unknown unit "\xc3\xa4" in duration "1\xc3\xa4""#,
        ),
        ("-5s", r#"negative duration "-5s""#),
    ];
    for (text, message) in cases {
        assert_eq!(parse(text).unwrap_err().to_string(), message);
    }
}

#[test]
fn go_writes_the_same() {
    let cases = [
        (0, "0s"),
        (1, "1ns"),
        (1_100, "1.1\u{b5}s"),
        (2_200_000, "2.2ms"),
        (3_300_000_000, "3.3s"),
        (90_000_000_000, "1m30s"),
        (245_000_000_000, "4m5s"),
        (245_001_000_000, "4m5.001s"),
        (18_367_001_000_000, "5h6m7.001s"),
        (480_000_000_001, "8m0.000000001s"),
        (3_600_000_000_000, "1h0m0s"),
    ];
    for (nanoseconds, text) in cases {
        assert_eq!(format(Duration::from_nanos(nanoseconds)), text);
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(nanoseconds in 0..i64::MAX as u64) {
        let duration = Duration::from_nanos(nanoseconds);
        prop_assert_eq!(parse(&format(duration)), Ok(duration));
    }

    #[test]
    fn any_text_is_read_or_refused(text in "\\PC{0,20}") {
        let _ = parse(&text);
    }
}
