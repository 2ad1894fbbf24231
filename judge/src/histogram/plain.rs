//! Histograms as programs write them. A recording is mostly bounds, and reading them as any JSON is most of the work of
//! judging it.

use serde::de::Error as _;
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use super::Histogram;

/// A histogram in the plain form: `[[bound,count],...]`, bounds in decimal digits or `"+Inf"`, counts whole. Any other form is
/// refused without a reason; a [`Histogram`] is read, or refused with one, from all of JSON.
pub(crate) struct PlainHistogram(Histogram);

impl From<PlainHistogram> for Histogram {
    fn from(plain: PlainHistogram) -> Self {
        plain.0
    }
}

impl<'de> Deserialize<'de> for PlainHistogram {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&RawValue>::deserialize(deserializer)?.get();
        let buckets = Scan::new(text).buckets();
        let histogram = buckets.and_then(|buckets| Histogram::new(buckets).ok());
        histogram
            .map(Self)
            .ok_or_else(|| D::Error::custom("no plain histogram"))
    }
}

/// What is left of the text.
struct Scan<'a> {
    rest: &'a str,
}

impl<'a> Scan<'a> {
    fn new(rest: &'a str) -> Self {
        Self { rest }
    }

    fn buckets(mut self) -> Option<Vec<(f64, u64)>> {
        // `[1.5,0],` is about as short as buckets get.
        let mut buckets = Vec::with_capacity(self.rest.len() / 8);
        self.take("[")?;
        while self.take("[").is_some() {
            let bound = self.bound()?;
            self.take(",")?;
            buckets.push((bound, self.count()?));
            self.take("]")?;
            if self.take(",").is_none() {
                self.take("]")?;
                return self.rest.is_empty().then_some(buckets);
            }
        }
        None
    }

    /// Takes these characters and the blanks after them.
    fn take(&mut self, wanted: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(wanted)?.trim_start_matches(' ');
        Some(())
    }

    fn bound(&mut self) -> Option<f64> {
        if self.take("\"+Inf\"").is_some() {
            return Some(f64::INFINITY);
        }
        let is_part = |byte: &u8| byte.is_ascii_digit() || *byte == b'.';
        let number = self.leading(is_part);
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        let is_number = is_whole(whole) && fraction.bytes().all(|byte| byte.is_ascii_digit());
        // The standard library rounds as JSON's reader does: to the nearest, ties to even.
        number.parse().ok().filter(|_| is_number && !fraction.is_empty())
    }

    fn count(&mut self) -> Option<u64> {
        let digits = self.leading(u8::is_ascii_digit);
        digits.parse().ok().filter(|_| is_whole(digits))
    }

    /// Takes the leading bytes of a kind, all of them ASCII, and the blanks after them.
    fn leading(&mut self, is_kind: impl Fn(&u8) -> bool) -> &'a str {
        let length = self.rest.bytes().take_while(|byte| is_kind(byte)).count();
        let (leading, rest) = self.rest.split_at(length);
        self.rest = rest.trim_start_matches(' ');
        leading
    }
}

/// Digits as JSON has them: no zero before others.
fn is_whole(digits: &str) -> bool {
    digits == "0" || !digits.is_empty() && !digits.starts_with('0')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn plain(text: &str) -> Option<Histogram> {
        serde_json::from_str::<PlainHistogram>(text)
            .ok()
            .map(Histogram::from)
    }

    #[test]
    fn what_programs_write_is_plain() {
        for text in [
            "[[2.5,1],[10,0],[40.0,7],[\"+Inf\",3]]",
            "[[2.5, 1], [10, 0]]",
            "[ [0.001 , 12 ] , [0.1,0] ]",
        ] {
            assert_eq!(plain(text), serde_json::from_str(text).ok(), "{text}");
            assert!(plain(text).is_some(), "{text}");
        }
    }

    #[test]
    fn what_is_not_plain_is_left_to_others() {
        for text in [
            "[]",
            "[[1e3,1]]",
            "[[01,1]]",
            "[[1.,1]]",
            "[[.5,1]]",
            "[[1.2.3,1]]",
            "[[-1,1]]",
            "[[1,-1]]",
            "[[1,01]]",
            "[[1,1.0]]",
            "[[1]]",
            "[[1,1],]",
            "[[1,1]",
            "[[1,1,1]]",
            "[[2,1],[1,1]]",
            "[[\"Inf\",1]]",
            "[[1,99999999999999999999]]",
            "null",
            "7",
        ] {
            assert!(plain(text).is_none(), "{text}");
        }
    }

    proptest! {
        /// Bit for bit the histogram that JSON's reader makes of it.
        #[test]
        fn plain_is_what_json_says(
            mut bounds in prop::collection::vec(1e-6..1e9_f64, 1..40),
            counts in prop::collection::vec(0..1_000_000_u64, 40),
            decimals in 0..18_usize,
        ) {
            bounds.sort_by(f64::total_cmp);
            let buckets = bounds.iter().zip(&counts).map(|(bound, count)| format!("[{bound:.decimals$},{count}]"));
            let text = format!("[{}]", buckets.collect::<Vec<_>>().join(","));
            let known = serde_json::from_str::<Histogram>(&text).ok();
            prop_assert_eq!(plain(&text), known, "{}", text);
        }

        /// Never another histogram than JSON's reader makes, whatever comes.
        #[test]
        fn no_text_is_read_otherwise(text in r#"\[?(\[[0-9.e+\-" Inf]{0,6},[0-9. ]{0,4}\],?){0,4}\]?"#) {
            if let Some(histogram) = plain(&text) {
                prop_assert_eq!(Some(histogram), serde_json::from_str(&text).ok(), "{}", text);
            }
        }
    }
}
