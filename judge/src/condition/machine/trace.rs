use std::collections::HashMap;

use crate::condition::error::Answer;
use crate::condition::syntax::{FoldCall, Node};
use crate::condition::value::Value;

/// What each node came to, by its address: kept only for explanations. Of what is evaluated once for each element, the
/// last time is kept, which is the time that ended the loop.
#[derive(Debug, Default)]
pub(in crate::condition) struct Trace {
    values: HashMap<usize, Result<Value, String>>,
    turns: HashMap<usize, Turn>,
}

/// The element that a loop has looked at last.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::condition) struct Turn {
    /// From 0.
    pub(in crate::condition) index: usize,
    /// Elements that there are.
    pub(in crate::condition) of: usize,
}

fn address<T>(node: &T) -> usize {
    std::ptr::from_ref(node) as usize
}

impl Trace {
    pub(super) fn note(&mut self, node: &Node, came_to: &Answer<impl AsRef<Value>>) {
        let came_to = match came_to {
            Ok(value) => Ok(value.as_ref().clone()),
            Err(error) => Err(error.to_string()),
        };
        let _before = self.values.insert(address(node), came_to);
    }

    pub(super) fn note_turn(&mut self, call: &FoldCall, turn: Turn) {
        let _before = self.turns.insert(address(call), turn);
    }

    /// What a node came to; `None` when it was not evaluated.
    pub(in crate::condition) fn value(&self, node: &Node) -> Option<&Result<Value, String>> {
        self.values.get(&address(node))
    }

    /// The element that a loop has looked at last; `None` when there was none.
    pub(in crate::condition) fn turn(&self, call: &FoldCall) -> Option<Turn> {
        self.turns.get(&address(call)).copied()
    }
}
