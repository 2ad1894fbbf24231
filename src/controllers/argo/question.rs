use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// What a rollout controller asks.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GateQuestion {
    /// Name of the analysis that judges.
    pub analysis: String,
    /// The release, such as `planning-api/7f9c6d`.
    pub release: String,
    /// The release's stage.
    #[serde(default)]
    pub stage: Option<String>,
    /// Which attempt of the stage; without it the newest, or the next one after that has been answered.
    #[serde(default)]
    pub attempt: Option<u32>,
    /// Values of the analysis' arguments.
    #[serde(default)]
    pub args: BTreeMap<String, Argument>,
}

impl GateQuestion {
    /// The arguments as documents take them.
    pub(super) fn arguments(&self) -> BTreeMap<String, String> {
        let args = self.args.iter();
        args.map(|(name, argument)| (name.clone(), argument.0.clone()))
            .collect()
    }
}

/// A value of an argument: a text, or a number or truth value that is taken for its text.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Value")]
pub struct Argument(pub String);

impl TryFrom<Value> for Argument {
    type Error = String;

    fn try_from(value: Value) -> Result<Self, String> {
        match value {
            Value::String(text) => Ok(Self(text)),
            Value::Number(_) | Value::Bool(_) => Ok(Self(value.to_string())),
            Value::Null => Err("null is no value of an argument; a text is wanted".to_owned()),
            Value::Array(_) => Err("a list is no value of an argument; a text is wanted".to_owned()),
            Value::Object(_) => Err("an object is no value of an argument; a text is wanted".to_owned()),
        }
    }
}
