//! Random expressions over everything the language has, most of them of fitting types.
//!
//! Left out are what has no one answer (`now`, the order of `keys`, `values` and `toPairs`) and the differences that are
//! wanted, each of which has a test of its own.

mod figures;
mod lists;
mod literals;
mod texts;
mod times;
mod truths;

use rand::RngExt;
use rand::rngs::StdRng;

use super::values::Measured;

/// What an expression is to yield.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Want {
    Truth,
    Number,
    Integer,
    Text,
    Numbers,
    Texts,
    List,
    Map,
    Time,
    Span,
    Anything,
}

impl Want {
    /// Whether a value of this sort may stand where another is wanted.
    pub(super) fn does_for(self, wanted: Self) -> bool {
        self == wanted
            || wanted == Self::Anything
            || wanted == Self::List && matches!(self, Self::Numbers | Self::Texts)
    }

    fn any(rng: &mut StdRng) -> Self {
        const ALL: [Want; 10] = [
            Want::Truth,
            Want::Number,
            Want::Integer,
            Want::Text,
            Want::Numbers,
            Want::Texts,
            Want::List,
            Want::Map,
            Want::Time,
            Want::Span,
        ];
        ALL[rng.random_range(0..ALL.len())]
    }
}

/// How often something of another type stands where it does not belong.
const ILL_TYPED: f64 = 0.006;
/// How often a piece of text is put into an expression at random.
const BROKEN: f64 = 0.02;

/// Writes expressions about one measured value.
pub(super) struct Writer<'test> {
    rng: &'test mut StdRng,
    measured: &'test Measured,
    /// What `#` is in each predicate that is open.
    elements: Vec<Want>,
    /// Variables that are in scope.
    variables: Vec<(String, Want)>,
    declared: usize,
}

impl<'test> Writer<'test> {
    pub(super) fn new(rng: &'test mut StdRng, measured: &'test Measured) -> Self {
        Self {
            rng,
            measured,
            elements: Vec::new(),
            variables: Vec::new(),
            declared: 0,
        }
    }

    /// A condition, now and then one that is none.
    pub(super) fn condition(&mut self) -> String {
        let depth = self.below(4) + 1;
        let want = if self.chance(0.97) {
            Want::Truth
        } else {
            Want::any(self.rng)
        };
        let text = self.write(want, depth);
        if self.chance(BROKEN) {
            self.broken(&text)
        } else {
            text
        }
    }

    fn write(&mut self, want: Want, depth: usize) -> String {
        let want = if self.chance(ILL_TYPED) {
            Want::any(self.rng)
        } else {
            want
        };
        if depth == 0 || self.chance(0.12) {
            return self.leaf(want);
        }
        let depth = depth - 1;
        if self.chance(0.05) {
            return self.around(want, depth);
        }
        match want {
            Want::Truth => self.truth(depth),
            Want::Number => self.number(depth),
            Want::Integer => self.integer(depth),
            Want::Text => self.text(depth),
            Want::Numbers => self.numbers(depth),
            Want::Texts => self.texts(depth),
            Want::List => self.list(depth),
            Want::Map => self.map(depth),
            Want::Time => self.time(depth),
            Want::Span => self.span(depth),
            Want::Anything => {
                let want = Want::any(self.rng);
                self.write(want, depth)
            }
        }
    }

    /// What may stand around an expression of any type.
    fn around(&mut self, want: Want, depth: usize) -> String {
        match self.below(6) {
            0 => format!("({})", self.write(want, depth)),
            1 => format!(
                "({} ? {} : {})",
                self.write(Want::Truth, depth),
                self.write(want, depth),
                self.write(want, depth)
            ),
            2 => format!(
                "(if {} {{ {} }} else {{ {} }})",
                self.write(Want::Truth, depth),
                self.write(want, depth),
                self.write(want, depth)
            ),
            3 => self.declaration(want, depth),
            4 => format!("({} ?? {})", self.write(want, depth), self.write(want, depth)),
            _ => format!("[{}][0]", self.write(want, depth)),
        }
    }

    fn declaration(&mut self, want: Want, depth: usize) -> String {
        let declared = Want::any(self.rng);
        let value = self.write(declared, depth);
        self.declared += 1;
        let name = format!("v{}", self.declared);
        self.variables.push((name.clone(), declared));
        let body = self.write(want, depth);
        let _gone = self.variables.pop();
        format!("(let {name} = {value}; {body})")
    }

    fn leaf(&mut self, want: Want) -> String {
        if let (Some(element), true) = (self.elements.last().copied(), self.chance(0.5)) {
            if element.does_for(want) {
                return "#".to_owned();
            }
            if want == Want::Integer {
                return "#index".to_owned();
            }
        }
        let variables: Vec<String> = self
            .variables
            .iter()
            .filter(|(_, found)| found.does_for(want))
            .map(|(name, _)| name.clone())
            .collect();
        if !variables.is_empty() && self.chance(0.6) {
            return variables[self.below(variables.len())].clone();
        }
        if self.chance(0.65)
            && let Some(path) = self.measured.path(self.rng, want)
        {
            return path.to_owned();
        }
        self.literal(want)
    }

    fn fold(&mut self, name: &str, yields: Want, depth: usize) -> String {
        let element = [Want::Number, Want::Number, Want::Text, Want::Anything][self.below(4)];
        let collection = match element {
            Want::Number => Want::Numbers,
            Want::Text => Want::Texts,
            _ => Want::List,
        };
        let list = self.write(collection, depth);
        format!("{name}({list}, {})", self.predicate(element, yields, depth))
    }

    fn reduce(&mut self, depth: usize) -> String {
        let list = self.write(Want::Numbers, depth);
        let step = self.pick(&["#acc + #", "{#acc + # * #index}", "#acc", "#", "max(#acc, #)"]);
        let first = self.pick(&["", ", 0", ", 1.5"]);
        format!("reduce({list}, {step}{first})")
    }

    fn predicate(&mut self, element: Want, yields: Want, depth: usize) -> String {
        self.elements.push(element);
        let body = self.write(yields, depth);
        let _closed = self.elements.pop();
        if self.chance(0.5) {
            format!("{{{body}}}")
        } else {
            body
        }
    }

    fn broken(&mut self, text: &str) -> String {
        let pieces = [
            "", "(", ")", "[", "]", "#", ".", "?", "..", "not ", "==", " ", "'", "|", "-", "nil", "??", "?.",
            ";", ",", "{", "}", "@",
        ];
        let piece = self.pick(&pieces);
        let places: Vec<usize> = text
            .char_indices()
            .map(|(at, _)| at)
            .chain([text.len()])
            .collect();
        let from = self.below(places.len());
        let to = (from + self.below(3)).min(places.len() - 1);
        format!("{}{piece}{}", &text[..places[from]], &text[places[to]..])
    }

    fn chance(&mut self, probability: f64) -> bool {
        self.rng.random_bool(probability)
    }

    fn below(&mut self, bound: usize) -> usize {
        self.rng.random_range(0..bound)
    }

    fn pick(&mut self, choices: &[&'static str]) -> &'static str {
        choices[self.rng.random_range(0..choices.len())]
    }
}
