use std::fmt;

/// A sample as Go's `strconv.FormatFloat(v, 'f', -1, 64)` writes it, which is how Argo and Prometheus do.
#[derive(Clone, Copy, Debug)]
pub struct Decimal(pub f64);

impl Decimal {
    /// Several, as Argo writes a vector.
    #[must_use]
    pub fn list(values: &[f64]) -> String {
        let texts: Vec<String> = values.iter().map(|value| Self(*value).to_string()).collect();
        format!("[{}]", texts.join(","))
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            f64::INFINITY => formatter.write_str("+Inf"),
            f64::NEG_INFINITY => formatter.write_str("-Inf"),
            value => write!(formatter, "{value}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_gos() {
        assert_eq!(
            Decimal::list(&[f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 1e21, 0.1, 3.0]),
            "[+Inf,-Inf,NaN,1000000000000000000000,0.1,3]"
        );
    }
}
