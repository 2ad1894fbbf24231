//! What would shorten the way to a verdict: the same plan with one thing changed.

use std::time::Duration;

use serde::Serialize;
use serin_judge::analysis::plan::Dispersion;
use serin_judge::verdict::Outlook;

use super::basis::Basis;

/// A change and what follows from it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Lever {
    pub(super) change: String,
    #[serde(serialize_with = "super::report::as_text")]
    pub(super) promotion_after: Option<Duration>,
    /// The smallest that is seen of each comparison, in their order.
    pub(super) detectable: Vec<Option<f64>>,
}

/// Until every required comparison is expected to promote a canary like stable.
pub(super) fn promotion_after(outlooks: &[Outlook]) -> Option<Duration> {
    let required = outlooks.iter().filter(|outlook| outlook.required);
    let times: Option<Vec<Duration>> = required.map(|outlook| outlook.at(1.0).promotion_after).collect();
    times?.into_iter().max()
}

/// What an outlook comes to.
fn summary(basis: &Basis) -> (Option<Duration>, Vec<Option<f64>>) {
    let outlooks = basis.outlooks();
    let detectable = outlooks.iter().map(Outlook::detectable).collect();
    (promotion_after(&outlooks), detectable)
}

/// Those that help by at least a twentieth, in promoting or in seeing.
pub(super) fn all(basis: &Basis) -> Vec<Lever> {
    let (promotion_before, detectable_before) = summary(basis);
    let levers = changes(basis).into_iter().map(|(change, basis)| {
        let (promotion_after, detectable) = summary(&basis);
        Lever {
            change,
            promotion_after,
            detectable,
        }
    });
    let seconds = |time: Option<Duration>| time.map(|time| time.as_secs_f64());
    let above_one = |effect: &Option<f64>| effect.map(|effect| effect - 1.0);
    levers
        .filter(|lever| {
            let mut sees = detectable_before.iter().zip(&lever.detectable);
            shrinks(seconds(promotion_before), seconds(lever.promotion_after))
                || sees.any(|(before, after)| shrinks(above_one(before), above_one(after)))
        })
        .collect()
}

fn shrinks(before: Option<f64>, after: Option<f64>) -> bool {
    match (before, after) {
        (Some(before), Some(after)) => after < 0.95 * before,
        (None, Some(_)) => true,
        (_, None) => false,
    }
}

fn changes(basis: &Basis) -> Vec<(String, Basis)> {
    let mut changes = Vec::new();
    let mut with = |change: &str, edit: &dyn Fn(&mut Basis)| {
        let mut changed = basis.clone();
        edit(&mut changed);
        changes.push((change.to_owned(), changed));
    };
    let doubled = |weight: f64| (2.0 * weight).min(0.5).max(weight);
    let weight = basis.first().canary_weight;
    if doubled(weight) > weight {
        with(
            &format!("canary weight {} %", (1e5 * doubled(weight)).round() / 1e3),
            &|basis| {
                for expected in &mut basis.expected {
                    expected.canary_weight = doubled(expected.canary_weight);
                }
            },
        );
    }
    let is_measured = basis
        .outlooks()
        .iter()
        .any(|outlook| outlook.measured_dispersion().is_some());
    if basis.plan.policy.dispersion == Dispersion::Auto && !is_measured {
        with(
            "an hour of history, if it shows no noise beyond chance (the default factors are 2, and 8 for common events)",
            &|basis| {
                for expected in &mut basis.expected {
                    expected.dispersion = Some(1.0);
                }
            },
        );
    }
    with(
        "tolerance.promote twice as far above 1, promoteAbsolute doubled",
        &|basis| {
            for comparison in &mut basis.plan.comparisons {
                let tolerance = &mut comparison.tolerance;
                tolerance.promote = 1.0 + 2.0 * (tolerance.promote - 1.0);
                tolerance.promote_absolute *= 2.0;
            }
        },
    );
    with("verdict.falsePromotion doubled", &|basis| {
        basis.plan.policy.false_promotion = (2.0 * basis.plan.policy.false_promotion).min(0.5);
    });
    with("verdict.falseRollback doubled", &|basis| {
        basis.plan.policy.false_rollback = (2.0 * basis.plan.policy.false_rollback).min(0.5);
    });
    with("verdict.deadline doubled", &|basis| {
        basis.plan.policy.deadline = basis.plan.policy.deadline.saturating_mul(2);
    });
    with("verdict.burnIn and minimumDuration halved", &|basis| {
        basis.plan.policy.burn_in /= 2;
        basis.plan.policy.minimum_duration /= 2;
    });
    changes
}
