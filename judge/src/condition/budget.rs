//! What a condition may cost. Conditions come from templates that anybody may have written, and are evaluated inside of
//! a service: none of them may take its stack, its memory or its time.

use super::error::{Answer, fail};

/// Bytes of a condition's text. The longest conditions seen in templates have a few hundred bytes.
pub const TEXT_BYTES_LIMIT: usize = 4 * 1024;

/// Levels of brackets, unary operators, arguments and right operands inside of one another. Parser, checker and
/// evaluator recurse once or a few times a level, and must fit into the 2 MiB stack of a worker thread.
pub const NESTING_LIMIT: usize = 64;

/// Nodes of the syntax tree; also bounds the height of the trees that long chains such as `a + b + c` make.
pub const NODES_LIMIT: usize = 512;

/// Steps of one evaluation: a node evaluated, an element visited, or 16 bytes of text looked at. About half a second.
pub const STEPS_LIMIT: u64 = 10_000_000;

/// Elements that one evaluation may make: Go's own memory budget, counted in the same way.
pub const ELEMENTS_LIMIT: u64 = 1_000_000;

/// Bytes of text that one evaluation may make. Go has no such limit.
pub const MADE_BYTES_LIMIT: u64 = 64 * 1024 * 1024;

/// Levels of lists and maps that an expression may put around one another. Go has no such limit; without it, dropping
/// what `reduce(1..900000, [#acc])` makes would overflow the stack.
pub const VALUE_DEPTH_LIMIT: usize = 300;

/// Steps that the compilation of a pattern is counted as, when it is not written as a literal.
const PATTERN_STEPS: u64 = 20_000;

/// Bytes of text that count as one step.
const BYTES_A_STEP: u64 = 16;

/// What is left for one evaluation.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    steps_left: u64,
    elements: u64,
    bytes_left: u64,
}

impl Budget {
    pub(super) fn new() -> Self {
        Self {
            steps_left: STEPS_LIMIT,
            elements: 0,
            bytes_left: MADE_BYTES_LIMIT,
        }
    }

    pub(super) fn step(&mut self) -> Answer<()> {
        self.steps(1)
    }

    pub(super) fn steps(&mut self, count: usize) -> Answer<()> {
        self.take_steps(u64::try_from(count).unwrap_or(u64::MAX))
    }

    fn take_steps(&mut self, count: u64) -> Answer<()> {
        match self.steps_left.checked_sub(count) {
            Some(left) => {
                self.steps_left = left;
                Ok(())
            }
            None => fail("evaluation takes too many steps"),
        }
    }

    pub(super) fn read_text(&mut self, bytes: usize) -> Answer<()> {
        self.take_steps(u64::try_from(bytes).unwrap_or(u64::MAX) / BYTES_A_STEP)
    }

    pub(super) fn compile_pattern(&mut self) -> Answer<()> {
        self.take_steps(PATTERN_STEPS)
    }

    /// Go's `memGrow`.
    pub(super) fn make_elements(&mut self, count: u64) -> Answer<()> {
        self.elements = self.elements.saturating_add(count);
        if self.elements >= ELEMENTS_LIMIT {
            return fail("memory budget exceeded");
        }
        Ok(())
    }

    pub(super) fn make_list(&mut self, length: usize) -> Answer<()> {
        self.make_elements(u64::try_from(length).unwrap_or(u64::MAX))
    }

    pub(super) fn make_text(&mut self, bytes: usize) -> Answer<()> {
        self.read_text(bytes)?;
        match self
            .bytes_left
            .checked_sub(u64::try_from(bytes).unwrap_or(u64::MAX))
        {
            Some(left) => {
                self.bytes_left = left;
                Ok(())
            }
            None => fail("evaluation makes too much text"),
        }
    }
}
