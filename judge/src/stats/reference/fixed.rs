//! Tests for one look at a fixed time.

use super::arguments::{ArgumentError, Arguments};
use super::compute::{Fields, Method};
use crate::stats::alternative::Alternative;
use crate::stats::kolmogorov_smirnov::KolmogorovSmirnov;
use crate::stats::mann_whitney::MannWhitney;
use crate::stats::planning::{self, TwoShares};
use crate::stats::{
    Pooled, Stratum, distribution_band, fisher, hodges_lehmann, miettinen_nurminen, newcombe,
    order_statistics, poisson_rates, welch,
};

pub(super) const METHODS: &[(&str, Method)] = &[
    ("mann_whitney_u", mann_whitney),
    ("mann_whitney_u_histogram", mann_whitney_histogram),
    ("hodges_lehmann", shift),
    ("hodges_lehmann_estimate", shift_estimate),
    ("ks_2samp", kolmogorov_smirnov),
    ("fisher_exact", fisher_exact),
    ("two_proportion_diff_ci", difference_limits),
    ("two_proportion_ratio_ci", ratio_limits),
    ("poisson_rate_ratio", poisson_ratio),
    ("welch_t", welch_t),
    ("quantile_ci_order_statistic", quantile_ranks),
    ("dkw_radius", band),
    ("sample_size_two_proportions", sample_size),
];

fn unusable(what: impl ToString) -> ArgumentError {
    ArgumentError::Unusable(what.to_string())
}

fn alternative(params: Arguments) -> Result<Alternative, ArgumentError> {
    params.choice(
        "alternative",
        &[
            ("two-sided", Alternative::TwoSided),
            ("greater", Alternative::Greater),
            ("less", Alternative::Less),
        ],
    )
}

fn pooled(inputs: Arguments) -> Result<Pooled, ArgumentError> {
    Ok(Pooled::of_samples(&inputs.sample("x")?, &inputs.sample("y")?))
}

fn mann_whitney(params: Arguments, inputs: Arguments) -> Result<Fields, ArgumentError> {
    let test = MannWhitney::of_samples(&inputs.sample("x")?, &inputs.sample("y")?);
    let alternative = alternative(params)?;
    let exact = params.choice("method", &[("exact", true), ("asymptotic", false)])?;
    let p_value = if exact {
        test.exact_p_value(alternative)
            .ok_or_else(|| unusable("an exact p-value needs values without ties and at most 2500 pairs"))?
    } else {
        test.p_value(alternative, params.flag("continuity")?)
    };
    Ok(vec![("U_x", test.u.into()), ("p_value", p_value.into())])
}

fn mann_whitney_histogram(params: Arguments, inputs: Arguments) -> Result<Fields, ArgumentError> {
    let pooled =
        Pooled::of_histograms(&inputs.counts("counts_x")?, &inputs.counts("counts_y")?).map_err(unusable)?;
    let test = MannWhitney::new(&pooled);
    let p_value = test.p_value(alternative(params)?, params.flag("continuity")?);
    Ok(vec![
        ("U_x", test.u.into()),
        ("variance", test.variance.into()),
        ("z_continuity", test.z(true).into()),
        ("z_no_continuity", test.z(false).into()),
        ("p_value", p_value.into()),
        ("auc", test.effect().into()),
    ])
}

fn shift(params: Arguments, inputs: Arguments) -> Result<Fields, ArgumentError> {
    let (x, y, confidence) = (
        inputs.sample("x")?,
        inputs.sample("y")?,
        params.probability("conf")?,
    );
    let method = params.text("ci")?;
    if method.starts_with("exact") {
        let (shift, achieved) = hodges_lehmann::exact(&x, &y, confidence)
            .ok_or_else(|| unusable("exact limits are known for at most 2500 pairs"))?;
        return Ok(vec![
            ("estimate", shift.estimate.into()),
            ("lower", shift.lower.into()),
            ("upper", shift.upper.into()),
            ("achieved_conf", achieved.into()),
        ]);
    }
    if !method.starts_with("asymptotic") {
        return Err(unusable(format!(
            "`ci` is \"{method}\": it has to begin with exact or asymptotic"
        )));
    }
    let shift = hodges_lehmann::asymptotic(&x, &y, confidence);
    let rank = hodges_lehmann::asymptotic_rank(x.count() as f64, y.count() as f64, confidence);
    Ok(vec![
        ("estimate", shift.estimate.into()),
        ("lower", shift.lower.into()),
        ("upper", shift.upper.into()),
        ("k_zero_based", rank.map_or(f64::NAN, |rank| rank as f64).into()),
    ])
}

fn shift_estimate(_: Arguments, inputs: Arguments) -> Result<Fields, ArgumentError> {
    let estimate = hodges_lehmann::estimate(&inputs.sample("x")?, &inputs.sample("y")?);
    Ok(vec![("estimate", estimate.into())])
}

fn kolmogorov_smirnov(params: Arguments, inputs: Arguments) -> Result<Fields, ArgumentError> {
    let test = KolmogorovSmirnov::new(&pooled(inputs)?);
    // scipy names the alternative after the distribution function, which is smaller where the values are larger.
    let alternative = match params.text("alternative")? {
        "two-sided" => Alternative::TwoSided,
        text if text == "less" || text.starts_with("x stochastically larger") => Alternative::Greater,
        text if text == "greater" || text.starts_with("x stochastically smaller") => Alternative::Less,
        text => return Err(unusable(format!("`alternative` is \"{text}\": it is not known"))),
    };
    let exact = params.choice("method", &[("exact", true), ("asymp", false)])?;
    let p_value = if exact {
        test.exact_p_value(alternative)
            .ok_or_else(|| unusable("an exact p-value is computed for at most 10,000,000 pairs"))?
    } else {
        test.asymptotic_p_value(alternative)
    };
    Ok(vec![
        ("D", test.distance(alternative).into()),
        ("D_minus", test.distance(Alternative::Greater).into()),
        ("D_plus", test.distance(Alternative::Less).into()),
        ("p_value", p_value.into()),
    ])
}

fn fisher_exact(_: Arguments, inputs: Arguments) -> Result<Fields, ArgumentError> {
    let [canary, stable] = inputs.table("table")?;
    let total = |row: [u64; 2]| row[0].checked_add(row[1]).filter(|total| *total <= 1 << 40);
    let (Some(nc), Some(ns)) = (total(canary), total(stable)) else {
        return Err(unusable("`table` has more than 2^40 requests in a row"));
    };
    let p = fisher::exact(&Stratum::from_counts(nc, ns, canary[0], stable[0]));
    Ok(vec![
        ("p_two_sided", p.two_sided.into()),
        ("p_greater", p.greater.into()),
        ("p_less", p.less.into()),
    ])
}

fn two_shares(inputs: Arguments) -> Result<Stratum, ArgumentError> {
    let [x1, n1, x2, n2] = [
        inputs.count("x1")?,
        inputs.count("n1")?,
        inputs.count("x2")?,
        inputs.count("n2")?,
    ];
    if x1 > n1 || x2 > n2 || n1 == 0 || n2 == 0 {
        return Err(unusable("events within positive totals are wanted"));
    }
    Ok(Stratum::from_counts(n1, n2, x1, x2))
}

fn difference_limits(params: Arguments, inputs: Arguments) -> Result<Fields, ArgumentError> {
    let (shares, confidence) = (two_shares(inputs)?, params.probability("conf")?);
    let newcombe = newcombe::difference(&shares, confidence);
    let score = miettinen_nurminen::difference(&shares, confidence);
    Ok(vec![
        ("newcombe_lower", newcombe.0.into()),
        ("newcombe_upper", newcombe.1.into()),
        ("miettinen_nurminen_lower", score.0.into()),
        ("miettinen_nurminen_upper", score.1.into()),
    ])
}

fn ratio_limits(params: Arguments, inputs: Arguments) -> Result<Fields, ArgumentError> {
    params.choice("method", &[("Miettinen-Nurminen score", ())])?;
    let (lower, upper) = miettinen_nurminen::ratio(&two_shares(inputs)?, params.probability("conf")?);
    Ok(vec![("lower", lower.into()), ("upper", upper.into())])
}

fn poisson_ratio(params: Arguments, inputs: Arguments) -> Result<Fields, ArgumentError> {
    let found = poisson_rates::compare(
        (inputs.count("count1")?, inputs.positive("exposure1")?),
        (inputs.count("count2")?, inputs.positive("exposure2")?),
        params.probability("conf")?,
    );
    Ok(vec![
        ("ratio", found.ratio.into()),
        ("p_two_sided", found.two_sided.into()),
        ("p_greater", found.greater.into()),
        ("ci_lower", found.lower.into()),
        ("ci_upper", found.upper.into()),
    ])
}

fn welch_t(params: Arguments, inputs: Arguments) -> Result<Fields, ArgumentError> {
    let (x, y) = (inputs.sample("x")?, inputs.sample("y")?);
    let found = welch::test(&x, &y, params.probability("conf")?).map_err(unusable)?;
    Ok(vec![
        ("t", found.t.into()),
        ("df", found.df.into()),
        ("p_two_sided", found.two_sided.into()),
        ("p_greater", found.greater.into()),
        ("ci_lower", found.lower.into()),
        ("ci_upper", found.upper.into()),
    ])
}

fn quantile_ranks(params: Arguments, inputs: Arguments) -> Result<Fields, ArgumentError> {
    let (count, p) = (inputs.count("n")?, inputs.probability("p")?);
    if count == 0 {
        return Err(unusable("`n` is 0"));
    }
    let ranks = order_statistics::ranks(count, p, params.probability("conf")?);
    Ok(vec![
        ("l", ranks.lower.into()),
        ("u", ranks.upper.into()),
        ("coverage", ranks.coverage.into()),
    ])
}

fn band(params: Arguments, inputs: Arguments) -> Result<Fields, ArgumentError> {
    let (count, alpha) = (inputs.positive("n")?, params.probability("alpha")?);
    Ok(vec![
        ("two_sided", distribution_band::radius(count, alpha).into()),
        (
            "one_sided",
            distribution_band::radius_one_sided(count, alpha).into(),
        ),
    ])
}

fn sample_size(params: Arguments, inputs: Arguments) -> Result<Fields, ArgumentError> {
    let requests = planning::sample_size(&TwoShares {
        canary_rate: inputs.probability("p_canary")?,
        stable_rate: inputs.probability("p_stable")?,
        stable_per_canary: params.positive("allocation_stable_per_canary")?,
        alpha: params.probability("alpha")?,
        power: params.probability("power")?,
        one_sided: params.flag("one_sided")?,
    });
    Ok(vec![("n_canary", requests.into())])
}
