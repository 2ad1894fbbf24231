//! Comparisons of the sample API under traffic, through the binary and against the API's own log.

mod contract;
mod counts;
mod guard;
mod prometheus;
