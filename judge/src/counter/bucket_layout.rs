//! The bounds at which the histograms of several sides can be compared.

use super::buckets::{Buckets, Form, keep_common};
use crate::histogram::{Histogram, HistogramError};

/// The bounds that the histograms of all sides have. They are agreed on as soon as every side has shown one, and stay:
/// thresholds of earlier windows would mean something else in others.
#[derive(Clone, Debug)]
pub struct BucketLayout {
    sides: Vec<Shown>,
    /// With an overflow bucket, and no requests.
    agreed: Option<(Form, Histogram)>,
    differs: bool,
}

/// What the histograms of one side have in common.
#[derive(Clone, Debug, Default)]
struct Shown {
    native: Option<Vec<f64>>,
    classic: Option<Vec<f64>>,
    differs: bool,
}

impl Shown {
    fn of(&self, form: Form) -> Option<&[f64]> {
        match form {
            Form::Native => self.native.as_deref(),
            Form::Classic => self.classic.as_deref(),
        }
    }
}

impl BucketLayout {
    /// Of so many sides.
    #[must_use]
    pub fn new(sides: usize) -> Self {
        Self {
            sides: vec![Shown::default(); sides],
            agreed: None,
            differs: false,
        }
    }

    /// Takes in the histograms of a side while nothing is agreed on.
    pub fn see(&mut self, side: usize, buckets: &Buckets) {
        if self.agreed.is_some() {
            return;
        }
        let shown = &mut self.sides[side];
        for form in [Form::Native, Form::Classic] {
            let Some((layout, differs)) = buckets.common(form) else {
                continue;
            };
            shown.differs |= differs;
            let known = match form {
                Form::Native => &mut shown.native,
                Form::Classic => &mut shown.classic,
            };
            match known {
                None => *known = Some(layout),
                Some(common) => shown.differs |= keep_common(common, &layout),
            }
        }
    }

    /// Agrees on the common bounds, when every side has shown its own. Where all sides have native histograms, those are
    /// taken: their buckets are finer.
    ///
    /// # Errors
    /// When there is no common bound, or their histogram would be none.
    pub fn agree(&mut self) -> Result<(), LayoutError> {
        let is_shown = |shown: &Shown| shown.native.is_some() || shown.classic.is_some();
        if self.agreed.is_some() || !self.sides.iter().all(is_shown) {
            return Ok(());
        }
        let has_all = |form: &Form| self.sides.iter().all(|shown| shown.of(*form).is_some());
        let form = [Form::Native, Form::Classic]
            .into_iter()
            .find(has_all)
            .ok_or(LayoutError::Forms)?;
        let mut differs = self.sides.iter().any(|shown| shown.differs);
        let mut sides = self.sides.iter().filter_map(|shown| shown.of(form));
        let mut common = sides.next().unwrap_or_default().to_vec();
        for other in sides {
            differs |= keep_common(&mut common, other);
        }
        if common.is_empty() {
            let bounds = |side: usize| listed(self.sides.get(side).and_then(|shown| shown.of(form)));
            return Err(LayoutError::Nothing(bounds(0), bounds(1)));
        }
        let overflow = std::iter::once(f64::INFINITY);
        let buckets = common
            .into_iter()
            .chain(overflow)
            .map(|bound| (bound, 0))
            .collect();
        self.agreed = Some((form, Histogram::new(buckets)?));
        self.differs = differs;
        Ok(())
    }

    /// The bounds are known.
    #[must_use]
    pub fn is_agreed(&self) -> bool {
        self.agreed.is_some()
    }

    /// Not all histograms have the same bounds.
    #[must_use]
    pub fn differs(&self) -> bool {
        self.differs
    }

    /// All histograms together in the agreed buckets. `None` while nothing is agreed on, and when one of them has other
    /// bounds: nobody knows how many of its requests took longer than those.
    #[must_use]
    pub fn histogram(&mut self, buckets: &Buckets) -> Option<Histogram> {
        let (form, agreed) = self.agreed.as_ref()?;
        let (_, finite) = agreed.bounds().split_last()?;
        let mut counts = vec![0_u64; agreed.bounds().len()];
        for piece in buckets.0.iter().filter(|piece| piece.form == *form) {
            let mut below = 0;
            for (bound, count) in finite.iter().zip(&mut counts) {
                let Some(up_to) = piece.up_to(*bound) else {
                    self.differs = true;
                    return None;
                };
                *count = count.saturating_add(up_to - below);
                below = up_to;
            }
            let overflow = counts.last_mut()?;
            *overflow = overflow.saturating_add(piece.total - below);
        }
        agreed.with_counts(counts).ok()
    }
}

/// Why histograms have no layout.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LayoutError {
    /// Nothing to compare at.
    #[error(
        "the histograms of both sides have no bucket bound in common: canary has {0}, stable has {1}; give them the same \
         buckets"
    )]
    Nothing(String, String),
    /// Native ones are not told at the bounds of classic ones.
    #[error(
        "one side has native histograms and another classic ones, whose buckets have nothing in common; let both have \
         the same"
    )]
    Forms,
    /// The common bounds are no histogram.
    #[error(transparent)]
    Histogram(#[from] HistogramError),
}

/// Bounds that a message lists.
const LISTED_MAX: usize = 5;

fn listed(bounds: Option<&[f64]>) -> String {
    let bounds = bounds.unwrap_or_default();
    let listed: Vec<String> = bounds
        .iter()
        .take(LISTED_MAX)
        .map(|bound| format!("{bound} ms"))
        .collect();
    match bounds.len().saturating_sub(LISTED_MAX) {
        _ if bounds.is_empty() => "none that all its instances have".to_owned(),
        0 => listed.join(", "),
        more => format!("{} and {more} more", listed.join(", ")),
    }
}
