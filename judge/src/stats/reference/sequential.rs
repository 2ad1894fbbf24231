//! Tests that hold at every look, and what goes with them.

use super::arguments::{ArgumentError, Arguments};
use super::compute::{Fields, Method};
use crate::stats::beta_binomial::{BetaBinomial, Sides};
use crate::stats::quantile_sequence::QuantileSequence;
use crate::stats::self_normalised::SelfNormalised;
use crate::stats::{
    Pooled, Stratum, asymptotic_sequence, bernoulli_sequence, combine, distribution_band, event_share, holm,
    hypergeometric, log_sum, newey_west, planning, rate_ratio,
};

pub(super) const METHODS: &[(&str, Method)] = &[
    ("rate_ratio_e_process", rate_ratio_e_process),
    ("rate_ratio_e_process_null_expectation", null_expectation),
    ("conditional_hypergeometric_log_lr", hypergeometric_log_lr),
    ("beta_binomial_mixture_log_e", beta_binomial_mixture),
    ("bernoulli_confidence_sequence", bernoulli_limits),
    ("quantile_ab_p_value", quantile_ab),
    ("howard_ramdas_dkw_radius", band_at_every_look),
    ("beta_binomial_share_log_e", share_log_e),
    ("dirichlet_multinomial_log_e", dirichlet_log_e),
    ("symmetric_self_normalised_log_e", self_normalised_log_e),
    ("asymptotic_confidence_sequence_radius", asymptotic_radius),
    ("newey_west_lrv", newey_west_variance),
    ("e_bh", e_bh),
    ("e_closed_adjust", closed_adjust),
    ("holm_adjust", holm_adjust),
    ("wald_bound", wald_bound),
];

/// Closed testing compares each e-value with each other, autocovariances each lag with each point.
const STEPS_MAX: usize = 100_000_000;

fn unusable(what: &str) -> ArgumentError {
    ArgumentError::Unusable(what.to_owned())
}

fn rate_ratio_e_process(params: Arguments, inputs: Arguments) -> Result<Fields, ArgumentError> {
    let (null, thetas) = (params.positive("null_ratio")?, params.numbers("theta_grid")?);
    let strata = inputs.strata("windows_nc_ns_xc_xs")?;
    if thetas.is_empty() || !thetas.iter().all(|theta| *theta > 0.0) {
        return Err(unusable("`theta_grid` needs positive ratios"));
    }
    let evidence = |theta: &f64| {
        let increments = strata
            .iter()
            .map(|stratum| rate_ratio::log_increment(stratum, null, theta / null));
        increments.sum::<f64>()
    };
    let log_lr: Vec<f64> = thetas.iter().map(evidence).collect();
    let log_e = log_sum::log_mean_exp(&log_lr);
    Ok(vec![
        ("log_lr", log_lr.into()),
        ("log_e", log_e.into()),
        ("e_value", libm::exp(log_e).into()),
    ])
}

fn null_expectation(params: Arguments, inputs: Arguments) -> Result<Fields, ArgumentError> {
    if params.positive("null_ratio")? != 1.0 {
        return Err(unusable("the expectation is known for a `null_ratio` of 1 only"));
    }
    let expectation = rate_ratio::null_expectation(
        inputs.positive("nc")?,
        inputs.positive("ns")?,
        inputs.probability("p")?,
        params.positive("theta")?,
    );
    Ok(vec![("expectation", expectation.into())])
}

fn hypergeometric_log_lr(params: Arguments, inputs: Arguments) -> Result<Fields, ArgumentError> {
    let [nc, ns, xc, xs] = [
        inputs.count("nc")?,
        inputs.count("ns")?,
        inputs.count("xc")?,
        inputs.count("xs")?,
    ];
    let stratum = Stratum::from_counts(nc, ns, xc, xs);
    if xc > nc || xs > ns || stratum.total() > hypergeometric::REQUESTS_MAX {
        return Err(unusable(
            "events within totals, and at most 10,000,000 requests, are wanted",
        ));
    }
    let log_lr = hypergeometric::log_increment(&stratum, 1.0, params.positive("odds_ratio")?);
    Ok(vec![("log_lr", log_lr.into())])
}

fn beta_binomial_mixture(params: Arguments, inputs: Arguments) -> Result<Fields, ArgumentError> {
    let sides = if params.flag("one_sided")? {
        Sides::One
    } else {
        Sides::Two
    };
    let (below, above) = (params.positive("g")?, params.positive("h")?);
    let mixture = BetaBinomial::try_new(
        below,
        above,
        params.positive("v_opt")?,
        params.probability("alpha_opt")?,
        sides,
    )
    .ok_or_else(|| unusable("there is no mixture for these parameters"))?;
    let (sum, variance) = (inputs.number("s")?, inputs.number("v")?);
    if variance < 0.0 || variance + above * sum < 0.0 || variance < below * sum {
        return Err(unusable("`s` and `v` cannot come from outcomes of this range"));
    }
    Ok(vec![("log_e", mixture.log_e(sum, variance).into())])
}

fn bernoulli_limits(params: Arguments, inputs: Arguments) -> Result<Fields, ArgumentError> {
    let (lower, upper) = bernoulli_sequence::limits(
        inputs.count("successes")?,
        inputs.count("n")?,
        params.probability("alpha")?,
        params.positive("t_opt")?,
        params.probability("alpha_opt")?,
    )
    .ok_or_else(|| unusable("`successes` within a positive `n` are wanted"))?;
    Ok(vec![("lower", lower.into()), ("upper", upper.into())])
}

fn quantile_ab(params: Arguments, inputs: Arguments) -> Result<Fields, ArgumentError> {
    let sequence = QuantileSequence::try_new(
        params.probability("quantile")?,
        params.positive("t_opt")?,
        params.probability("alpha_opt")?,
    )
    .ok_or_else(|| unusable("there is no mixture for these parameters"))?;
    let pooled = Pooled::of_samples(&inputs.sample("arm1")?, &inputs.sample("arm2")?);
    Ok(vec![("p_value", sequence.p_value(&pooled).into())])
}

fn band_at_every_look(params: Arguments, inputs: Arguments) -> Result<Fields, ArgumentError> {
    let count = inputs.number("t")?;
    if count < 1.0 {
        return Err(unusable("`t` is below 1"));
    }
    let radius = distribution_band::radius_at_every_look(count, params.probability("alpha")?);
    Ok(vec![("radius", radius.into())])
}

fn share_log_e(params: Arguments, inputs: Arguments) -> Result<Fields, ArgumentError> {
    let one_sided = params.text("sided")?.starts_with("one-sided");
    let (canary, total) = (inputs.count("canary_events")?, inputs.count("total_events")?);
    if canary > total {
        return Err(unusable("`canary_events` are more than `total_events`"));
    }
    let (rho, prior) = (
        params.probability("rho")?,
        (params.positive("a")?, params.positive("b")?),
    );
    let log_e = if one_sided {
        event_share::log_e_above
    } else {
        event_share::log_e
    };
    Ok(vec![(
        "log_e",
        log_e(canary as f64, total as f64, rho, prior).into(),
    )])
}

fn dirichlet_log_e(params: Arguments, inputs: Arguments) -> Result<Fields, ArgumentError> {
    let (prior, shares) = (params.numbers("alpha")?, params.numbers("theta0")?);
    let counts: Vec<f64> = inputs
        .counts("counts")?
        .iter()
        .map(|count| *count as f64)
        .collect();
    let positive = |values: &[f64]| values.iter().all(|value| *value > 0.0);
    if prior.len() != counts.len() || shares.len() != counts.len() || !positive(&prior) || !positive(&shares)
    {
        return Err(unusable(
            "as many positive `alpha` and `theta0` as `counts` are wanted",
        ));
    }
    let log_e = event_share::dirichlet_log_e(&counts, &shares, &prior);
    Ok(vec![("log_e", log_e.into())])
}

fn self_normalised_log_e(params: Arguments, inputs: Arguments) -> Result<Fields, ArgumentError> {
    let (rho, mut series) = (params.positive("rho")?, SelfNormalised::default());
    for increment in inputs.numbers("d")? {
        series.add(increment);
    }
    let one_sided = params.flag("one_sided")?;
    let log_e = if one_sided {
        series.log_e(rho)
    } else {
        series.log_e_two_sided(rho)
    };
    Ok(vec![
        ("S", series.sum.into()),
        ("V", series.squares.into()),
        ("log_e", log_e.into()),
    ])
}

fn asymptotic_radius(params: Arguments, inputs: Arguments) -> Result<Fields, ArgumentError> {
    let alpha = params.probability("alpha")?;
    let rho = if params.0.contains_key("rho") {
        params.positive("rho")?
    } else {
        asymptotic_sequence::tightest_rho(params.positive("t_opt")?, alpha)
    };
    let radius = asymptotic_sequence::radius(inputs.positive("n")?, inputs.positive("sd")?, alpha, rho);
    Ok(vec![("radius", radius.into())])
}

fn newey_west_variance(params: Arguments, inputs: Arguments) -> Result<Fields, ArgumentError> {
    params.choice("kernel", &[("Bartlett", ())])?;
    params.choice("divisor", &[("n", ())])?;
    let lag_max = usize::try_from(params.count("max_lag")?).unwrap_or(usize::MAX);
    let series = inputs.numbers("d")?;
    if series.len().saturating_mul(lag_max.min(series.len())) > STEPS_MAX {
        return Err(unusable("`d` and `max_lag` make more than 100,000,000 products"));
    }
    let found = newey_west::long_run(&series, lag_max).ok_or_else(|| unusable("`d` is empty"))?;
    Ok(vec![
        ("gamma", found.autocovariances.into()),
        ("long_run_variance", found.variance.into()),
        ("se_mean", found.standard_error.into()),
    ])
}

fn e_bh(params: Arguments, inputs: Arguments) -> Result<Fields, ArgumentError> {
    let e_values = inputs.numbers("e")?;
    let rejected = combine::e_bh(&e_values, params.probability("alpha")?);
    let rejected: Vec<f64> = rejected.into_iter().map(|index| index as f64).collect();
    let mean = e_values.iter().sum::<f64>() / e_values.len() as f64;
    Ok(vec![
        ("rejected_zero_based", rejected.into()),
        ("mean_e", mean.into()),
    ])
}

fn closed_adjust(params: Arguments, inputs: Arguments) -> Result<Fields, ArgumentError> {
    params.choice("merge", &[("arithmetic mean", ())])?;
    let e_values = inputs.numbers("e")?;
    if e_values.len().saturating_mul(e_values.len()) > STEPS_MAX {
        return Err(unusable("`e` has more than 10,000 values"));
    }
    let adjusted = combine::closed_adjust(&e_values);
    Ok(vec![("adjusted_e", adjusted.into())])
}

fn holm_adjust(_: Arguments, inputs: Arguments) -> Result<Fields, ArgumentError> {
    Ok(vec![("adjusted", holm::adjust(&inputs.numbers("p")?).into())])
}

fn wald_bound(params: Arguments, inputs: Arguments) -> Result<Fields, ArgumentError> {
    let (canary, stable) = (inputs.probability("p_canary")?, inputs.probability("p_stable")?);
    let bound = planning::wald_bound(params.probability("alpha")?, canary, stable);
    Ok(vec![
        (
            "kl_bernoulli",
            planning::bernoulli_divergence(canary, stable).into(),
        ),
        ("n", bound.into()),
    ])
}
