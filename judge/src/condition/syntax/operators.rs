/// Operators before their operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::condition) enum Unary {
    Not,
    Minus,
    Plus,
}

/// Operators between two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::condition) enum Binary {
    Pipe,
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    Greater,
    GreaterOrEqual,
    LessOrEqual,
    In,
    Matches,
    Contains,
    StartsWith,
    EndsWith,
    Range,
    Add,
    Subtract,
    Multiply,
    Divide,
    Modulo,
    Power,
    Coalesce,
}

/// A predicate's and a call's argument: what binds loosest.
pub(super) const LOOSEST: u16 = 0;

impl Unary {
    pub(super) fn of(text: &str) -> Option<Self> {
        Some(match text {
            "not" | "!" => Self::Not,
            "-" => Self::Minus,
            "+" => Self::Plus,
            _ => return None,
        })
    }

    /// How tightly the operand must bind. `not` is looser than arithmetic and tighter than comparison: `not a == b` is
    /// `(not a) == b`.
    pub(super) fn precedence(self) -> u16 {
        match self {
            Self::Not => 50,
            Self::Minus | Self::Plus => 90,
        }
    }

    pub(in crate::condition) fn text(self) -> &'static str {
        match self {
            Self::Not => "!",
            Self::Minus => "-",
            Self::Plus => "+",
        }
    }
}

impl Binary {
    pub(super) fn of(text: &str) -> Option<Self> {
        Some(match text {
            "|" => Self::Pipe,
            "or" | "||" => Self::Or,
            "and" | "&&" => Self::And,
            "==" => Self::Equal,
            "!=" => Self::NotEqual,
            "<" => Self::Less,
            ">" => Self::Greater,
            ">=" => Self::GreaterOrEqual,
            "<=" => Self::LessOrEqual,
            "in" => Self::In,
            "matches" => Self::Matches,
            "contains" => Self::Contains,
            "startsWith" => Self::StartsWith,
            "endsWith" => Self::EndsWith,
            ".." => Self::Range,
            "+" => Self::Add,
            "-" => Self::Subtract,
            "*" => Self::Multiply,
            "/" => Self::Divide,
            "%" => Self::Modulo,
            "**" | "^" => Self::Power,
            "??" => Self::Coalesce,
            _ => return None,
        })
    }

    /// expr's `parser/operator`: `**` binds tighter than unary minus, and `??` tighter than everything.
    pub(super) fn precedence(self) -> u16 {
        match self {
            Self::Pipe => 0,
            Self::Or => 10,
            Self::And => 15,
            Self::Equal
            | Self::NotEqual
            | Self::Less
            | Self::Greater
            | Self::GreaterOrEqual
            | Self::LessOrEqual
            | Self::In
            | Self::Matches
            | Self::Contains
            | Self::StartsWith
            | Self::EndsWith => 20,
            Self::Range => 25,
            Self::Add | Self::Subtract => 30,
            Self::Multiply | Self::Divide | Self::Modulo => 60,
            Self::Power => 100,
            Self::Coalesce => 500,
        }
    }

    pub(super) fn is_right_associative(self) -> bool {
        self == Self::Power
    }

    /// `<`, `>`, `<=` and `>=`, which chain: `1 < x < 5`.
    pub(super) fn is_ordering(self) -> bool {
        matches!(
            self,
            Self::Less | Self::Greater | Self::LessOrEqual | Self::GreaterOrEqual
        )
    }

    /// The operators that may follow `not`: `x not in y`.
    pub(super) fn is_negatable(self) -> bool {
        matches!(
            self,
            Self::In | Self::Matches | Self::Contains | Self::StartsWith | Self::EndsWith
        )
    }

    pub(in crate::condition) fn text(self) -> &'static str {
        match self {
            Self::Pipe => "|",
            Self::Or => "||",
            Self::And => "&&",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
            Self::LessOrEqual => "<=",
            Self::In => "in",
            Self::Matches => "matches",
            Self::Contains => "contains",
            Self::StartsWith => "startsWith",
            Self::EndsWith => "endsWith",
            Self::Range => "..",
            Self::Add => "+",
            Self::Subtract => "-",
            Self::Multiply => "*",
            Self::Divide => "/",
            Self::Modulo => "%",
            Self::Power => "**",
            Self::Coalesce => "??",
        }
    }
}
