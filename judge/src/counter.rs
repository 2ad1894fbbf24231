//! Exact increments of monotonic counters.
