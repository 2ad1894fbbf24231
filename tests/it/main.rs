//! All integration tests are one binary: linking is the slow part.

mod house;
