//! What would shorten the way to a verdict: the same plan with one thing changed.

use std::time::Duration;

use serde::Serialize;
use serin_judge::analysis::plan::{Dispersion, Plan};
use serin_judge::verdict::{Expected, Outlook};

/// A change and what follows from it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Lever {
    pub(super) change: String,
    #[serde(serialize_with = "super::as_text")]
    pub(super) promotion_after: Option<Duration>,
    /// Of the comparison that sees least.
    pub(super) detectable: Option<f64>,
}

/// Until every required comparison is expected to promote a canary like stable.
pub(super) fn promotion_after(plan: &Plan, outlooks: &[Outlook]) -> Option<Duration> {
    let required = |outlook: &&Outlook| {
        plan.comparisons
            .iter()
            .any(|one| one.name == outlook.name && one.required)
    };
    let times: Option<Vec<Duration>> = outlooks
        .iter()
        .filter(required)
        .map(|outlook| outlook.at(1.0).promotion_after)
        .collect();
    times?.into_iter().max()
}

fn detectable(outlooks: &[Outlook]) -> Option<f64> {
    let each: Option<Vec<f64>> = outlooks.iter().map(Outlook::detectable).collect();
    each?.into_iter().max_by(f64::total_cmp)
}

/// Those that help by at least a twentieth, in promoting or in seeing.
pub(super) fn all(plan: &Plan, expected: &Expected) -> Vec<Lever> {
    let outlook = |plan: &Plan, expected: &Expected| {
        let outlooks = Outlook::of_plan(plan, expected);
        (promotion_after(plan, &outlooks), detectable(&outlooks))
    };
    let before = outlook(plan, expected);
    let changes = changes(plan, expected)
        .into_iter()
        .map(|(change, plan, expected)| {
            let (promotion_after, detectable) = outlook(&plan, &expected);
            Lever {
                change,
                promotion_after,
                detectable,
            }
        });
    changes
        .filter(|lever| {
            let sooner = shrinks(
                before.0.map(|time| time.as_secs_f64()),
                lever.promotion_after.map(|time| time.as_secs_f64()),
            );
            sooner
                || shrinks(
                    before.1.map(|effect| effect - 1.0),
                    lever.detectable.map(|effect| effect - 1.0),
                )
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

fn changes(plan: &Plan, expected: &Expected) -> Vec<(String, Plan, Expected)> {
    let mut changes = Vec::new();
    let mut with = |change: String, edit: &dyn Fn(&mut Plan, &mut Expected)| {
        let (mut plan, mut expected) = (plan.clone(), *expected);
        edit(&mut plan, &mut expected);
        changes.push((change, plan, expected));
    };
    let doubled = (2.0 * expected.canary_weight).min(0.5);
    if doubled > expected.canary_weight {
        with(
            format!("canary weight {:.3} %", 100.0 * doubled),
            &|_, expected| expected.canary_weight = doubled,
        );
    }
    if plan.policy.dispersion == Dispersion::Auto && expected.dispersion.is_none() {
        with(
            "an hour of history, if it shows no noise beyond chance (the default factor is 2)".to_owned(),
            &|_, expected| {
                expected.dispersion = Some(1.0);
            },
        );
    }
    with(
        "tolerance.promote twice as far above 1, promoteAbsolute doubled".to_owned(),
        &|plan, _| {
            for comparison in &mut plan.comparisons {
                let tolerance = &mut comparison.tolerance;
                tolerance.promote = 1.0 + 2.0 * (tolerance.promote - 1.0);
                tolerance.promote_absolute *= 2.0;
            }
        },
    );
    with("verdict.falsePromotion doubled".to_owned(), &|plan, _| {
        plan.policy.false_promotion = (2.0 * plan.policy.false_promotion).min(0.5);
    });
    with("verdict.falseRollback doubled".to_owned(), &|plan, _| {
        plan.policy.false_rollback = (2.0 * plan.policy.false_rollback).min(0.5);
    });
    with("verdict.deadline doubled".to_owned(), &|plan, _| {
        plan.policy.deadline = plan.policy.deadline.saturating_mul(2)
    });
    with(
        "verdict.burnIn and minimumDuration halved".to_owned(),
        &|plan, _| {
            plan.policy.burn_in /= 2;
            plan.policy.minimum_duration /= 2;
        },
    );
    changes
}
