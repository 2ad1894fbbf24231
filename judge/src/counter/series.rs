use std::fmt;

/// The label that holds a metric's name.
pub(super) const NAME_LABEL: &str = "__name__";

/// What identifies a series: its labels, the metric's name among them as `__name__`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Series(Box<[(Box<str>, Box<str>)]>);

impl Series {
    /// From labels in any order. A label with an empty value is the same as none, as in Prometheus;
    /// of two labels with one name the later stays.
    #[must_use]
    pub fn new<N, V>(labels: impl IntoIterator<Item = (N, V)>) -> Self
    where
        N: Into<Box<str>>,
        V: Into<Box<str>>,
    {
        let sorted: std::collections::BTreeMap<Box<str>, Box<str>> = labels
            .into_iter()
            .map(|(name, value)| (name.into(), value.into()))
            .collect();
        Self(
            sorted
                .into_iter()
                .filter(|(_, value)| !value.is_empty())
                .collect(),
        )
    }

    /// The value of a label; empty when there is no such label, as PromQL sees it.
    #[must_use]
    pub fn get(&self, label: &str) -> &str {
        self.0
            .binary_search_by(|(name, _)| (**name).cmp(label))
            .map_or("", |index| &self.0[index].1)
    }

    /// All labels in order of their names.
    pub fn labels(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    /// The same series without one label.
    #[must_use]
    pub fn without(&self, label: &str) -> Self {
        Self(
            self.0
                .iter()
                .filter(|(name, _)| **name != *label)
                .cloned()
                .collect(),
        )
    }
}

impl fmt::Display for Series {
    /// As PromQL writes it: `name{label="value"}`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.get(NAME_LABEL))?;
        let mut separator = "{";
        for (name, value) in self.labels().filter(|(name, _)| *name != NAME_LABEL) {
            write!(formatter, "{separator}{name}={value:?}")?;
            separator = ",";
        }
        formatter.write_str(if separator == "," { "}" } else { "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_and_empty_labels_make_no_difference() {
        let one = Series::new([("__name__", "a"), ("x", "1"), ("y", "")]);
        let other = Series::new([("x", "1"), ("__name__", "a")]);
        assert_eq!(one, other);
        assert_eq!(one.get("y"), "");
        assert_eq!(one.to_string(), r#"a{x="1"}"#);
        assert_eq!(one.without("x").to_string(), "a");
    }
}
