//! Bands around a whole empirical distribution function.
//!
//! At one look: `sqrt( ln(2/alpha)/(2n) )` (Dvoretzky, Kiefer and Wolfowitz 1956 with the constant of Massart 1990).
//! At every look together: `0.85 sqrt( (ln ln(e t) + 0.8 ln(1612/alpha)) / t )` (Howard and Ramdas 2022).
//! Both are distances on the probability axis, for all values at once, whatever the distribution.

/// Half the height of the band at one look at `count >= 1` observations: it covers everywhere with `1 - alpha`.
#[must_use]
pub fn radius(count: f64, alpha: f64) -> f64 {
    (libm::log(2.0 / alpha) / (2.0 * count)).sqrt()
}

/// The same in one direction; `alpha` at most 0.5, as Massart's bound requires.
#[must_use]
pub fn radius_one_sided(count: f64, alpha: f64) -> f64 {
    (libm::log(1.0 / alpha) / (2.0 * count)).sqrt()
}

/// Half the height of a band that covers at all looks together, after `count >= 1` observations.
#[must_use]
pub fn radius_at_every_look(count: f64, alpha: f64) -> f64 {
    let iterated = libm::log(1.0 + libm::log(count));
    0.85 * ((iterated + 0.8 * libm::log(1612.0 / alpha)) / count).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looking_often_costs_width_and_one_side_saves_some() {
        for count in [1.0, 30.0, 1e4, 1e9] {
            let one = radius_one_sided(count, 0.05);
            let two = radius(count, 0.05);
            assert!(one < two && two < radius_at_every_look(count, 0.05), "{count}");
        }
    }
}
