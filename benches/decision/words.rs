//! What the document says beside its numbers.

pub(crate) const INTRODUCTION: &str = "\
# The decision benchmark

Written by `make bench-decision`; do not edit.

Simulated releases, judged by Serin as it is by default, by Serin with one part off at a time, and by what others do with the
same windows. Windows of 10 s; 30 minutes after a burn-in of 120 s that is left out for all; an hour of history before. Traffic:
A 200 requests a second with 5% on the canary, B 20 with 10%, C 1000 with 1%, D 20 with half; Poisson arrivals under a load
that varies by 10%. 0.5% errors; latencies with a median of 81 ms, p95 187 ms, p99 330 ms, in buckets of 2%. Pods: 2 of the
canary and 38 of stable, each with noise of its own (time constant a minute; small: 5% in latency and 30% in the error
rate, big: 15% and 80%). Everything is seeded: the same counts of releases give the same numbers.

- **Serin**: all defaults, history for calibration. **default factors**: no history. **no dispersion**: requests taken as
  independent. **plain e-process**: neither dispersion, restarts nor a test at the deadline.
- **Kayenta**: Serin's port of its judge on one-minute points of error rate and p99, two groups of equal weight, judged every
  five minutes or once. **Argo**: success rate over the trailing five minutes, each minute, `failureLimit: 3`; 95% with
  `count: 5`, 99% for all 30 minutes. **Flagger**: success rate of 99% and p99 of 500 ms each minute, `threshold: 5`.
  **Mann-Whitney + z**: both on all requests so far, one-sided at 1%, uncorrected, every minute or once.

The scenarios and the effects are ours, and the thresholds of the others are those of their examples: read the comparison as
what can be had, not as a ranking.

";

pub(crate) const READING_NULLS: &str = "\
At the tolerance (errors x1.1, latency x1.05) a method without tolerance is right to roll back; it stands among the nulls for
those that have one. The rows with noisy pods show what calibration is for.

";

pub(crate) const TRADE_OFFS: &str = "\
## Trade-offs

`falseRollback` buys speed with false rollbacks. More frequent restarts of the evidence find a fault that begins late sooner and
cost those that are there from the start next to nothing, so they come every minute; none at all would find most faults a
little sooner and late ones minutes later. Cells as above: percent for the first two, detection for the others. Settings other
than the default see every eighth release without fault and every second one with one.

";

pub(crate) const READING_PICTURES: &str = "\
Lower left is better. Across: seconds until half of the releases with the fault were rolled back. Up: how often a release without
any change was, on the same traffic. The blue line is Serin from `falseRollback` 0.1% to 10%; the dashed line is 1%. Methods that
find the fault in less than half of the releases are left out.
";
