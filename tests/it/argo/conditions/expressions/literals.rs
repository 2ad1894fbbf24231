//! What an expression ends in.

use super::{Want, Writer};

impl Writer<'_> {
    pub(super) fn literal(&mut self, want: Want) -> String {
        const NUMBERS: &[&str] = &[
            "0.5", "1.0", "2.5", "10.0", "1e3", ".5", "0.95", "-0.0", "1e-7", "7.25",
        ];
        const INTEGERS: &[&str] = &[
            "0", "1", "2", "3", "-1", "10", "0x1F", "1_000", "0b11", "0o7", "64",
        ];
        const TEXTS: &[&str] = &[
            "'a'", "\"b\"", "''", "'1'", "'1.5'", "`raw`", "'x,y'", "','", "'héllo'", "'A b'", "'n'",
            "'\\n'", "'12'",
        ];
        const NUMBER_LISTS: &[&str] = &[
            "[1, 2, 3]",
            "[]",
            "1..3",
            "[3, 1, 2]",
            "[1, 3.0]",
            "[1.5, 2.5]",
            "3..1",
        ];
        const TEXT_LISTS: &[&str] = &["['a', 'b']", "['x']", "split('b,a,b', ',')", "['', 'é']"];
        const LISTS: &[&str] = &[
            "[1, 'a', nil]",
            "[[1], [2, 3]]",
            "[true, false]",
            "[{a: 1}, {a: 2}]",
            "[nil]",
        ];
        const MAPS: &[&str] = &["{}", "{a: 1}", "{'a': 1, 'b': [2]}", "{a: nil}", "{x: {y: 'z'}}"];
        const TIMES: &[&str] = &[
            "date('2023-08-14')",
            "date('2023-08-14 10:11:12')",
            "date('2023-08-14T10:11:12+02:00')",
            "date('14 Aug 23 10:11 UTC')",
            "date('2023-8-1', '2006-1-2')",
            "date('2024-02-29 23:59:59', '2006-01-02 15:04:05', 'Europe/Berlin')",
            "date('2023-08-14T10:11:12.25Z')",
        ];
        const SPANS: &[&str] = &[
            "duration('1h')",
            "duration('90s')",
            "duration('-1.5h')",
            "duration('1h15m30.918s')",
            "duration('250us')",
        ];
        let choices = match want {
            Want::Truth => &["true", "false", "isNil(result)"],
            Want::Number => NUMBERS,
            Want::Integer => INTEGERS,
            Want::Text => TEXTS,
            Want::Numbers => NUMBER_LISTS,
            Want::Texts => TEXT_LISTS,
            Want::List => LISTS,
            Want::Map => MAPS,
            Want::Time => TIMES,
            Want::Span => SPANS,
            Want::Anything => &["nil", "result", "1", "'a'", "true", "[]", "{}"][..],
        };
        self.pick(choices).to_owned()
    }
}
