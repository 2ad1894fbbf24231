//! One condition: `<left> <sign> <right>`, and its functions.

/// A condition as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pattern {
    pub(super) left: Side,
    pub(super) sign: &'static str,
    pub(super) right: Side,
}

/// What stands on a side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Side {
    /// `[STATUS]`, `[BODY].user.name`: the word, and what follows it.
    Place {
        word: String,
        path: String,
    },
    /// `len(...)` and `has(...)` of a place.
    Len(Box<Side>),
    Has(Box<Side>),
    /// `pat(...)`.
    Glob(String),
    /// `any(...)`.
    Any(Vec<String>),
    Text(String),
}

const SIGNS: [&str; 6] = ["==", "!=", "<=", ">=", "<", ">"];
/// Words that stand for something of the answer.
const PLACES: [&str; 8] = [
    "STATUS",
    "RESPONSE_TIME",
    "IP",
    "CONNECTED",
    "DNS_RCODE",
    "BODY",
    "CERTIFICATE_EXPIRATION",
    "DOMAIN_EXPIRATION",
];

impl Pattern {
    /// The sides around the first sign, the place on the left.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let found = SIGNS.into_iter().find_map(|sign| {
            let (left, right) = text.split_once(&format!(" {sign} "))?;
            Some((left, sign, right))
        });
        let (left, sign, right) = found?;
        let (left, right) = (Side::parse(left.trim()), Side::parse(right.trim()));
        if left.is_place() {
            return Some(Self { left, sign, right });
        }
        let turned = match sign {
            "<" => ">",
            ">" => "<",
            "<=" => ">=",
            ">=" => "<=",
            sign => sign,
        };
        right.is_place().then_some(Self {
            left: right,
            sign: turned,
            right: left,
        })
    }
}

impl Side {
    pub(super) fn parse(text: &str) -> Self {
        let inner = |name: &str| text.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
        if let Some(inner) = inner("len") {
            return Self::Len(Box::new(Self::parse(inner.trim())));
        }
        if let Some(inner) = inner("has") {
            return Self::Has(Box::new(Self::parse(inner.trim())));
        }
        if let Some(inner) = inner("pat") {
            return Self::Glob(inner.to_owned());
        }
        if let Some(inner) = inner("any") {
            return Self::Any(inner.split(',').map(|part| part.trim().to_owned()).collect());
        }
        let place = text.strip_prefix('[').and_then(|rest| rest.split_once(']'));
        match place {
            Some((word, path)) if PLACES.contains(&word) => Self::Place {
                word: word.to_owned(),
                path: path.to_owned(),
            },
            _ => Self::Text(text.to_owned()),
        }
    }

    fn is_place(&self) -> bool {
        match self {
            Self::Place { .. } => true,
            Self::Len(inner) | Self::Has(inner) => inner.is_place(),
            _ => false,
        }
    }
}

/// `*` and `?` of a pattern as a regular expression that all of a text has to fit.
pub(super) fn regex_of(glob: &str) -> String {
    let mut regex = String::from("(?s)^");
    for char in glob.chars() {
        match char {
            '*' => regex.push_str(".*"),
            '?' => regex.push('.'),
            char => regex.push_str(&regex::escape(&char.to_string())),
        }
    }
    regex.push('$');
    regex
}

/// The path of a body as JSONPath; `None` where it is none.
pub(super) fn json_path(path: &str) -> Option<String> {
    let path = format!("${path}");
    serde_json_path::JsonPath::parse(&path).ok().map(|_| path)
}
