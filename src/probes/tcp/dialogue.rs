use serde_json::json;
use serin_judge::analysis::plan::journey::{DialogueStep, Failure, FailureClass, Said, Security};

use crate::probes::dial::{Dial, PhaseTimer, Talk, excerpt};

/// A talk as far as it came.
pub(super) struct Dialogue<'peer> {
    pub(super) talk: Talk<'peer>,
    /// Of each expectation, the whole match first; a group that took no part is empty.
    pub(super) matches: Vec<Vec<String>>,
}

impl<'peer> Dialogue<'peer> {
    pub(super) fn new(talk: Talk<'peer>) -> Self {
        Self {
            talk,
            matches: Vec::new(),
        }
    }

    /// Of the last expectation; `None` before there was one.
    pub(super) fn groups(&self) -> Option<&[String]> {
        self.matches
            .last()
            .map(|groups| groups.get(1..).unwrap_or_default())
    }

    pub(super) async fn step(
        mut self,
        step: &DialogueStep<String>,
        (dial, security): (&Dial, &Security<String>),
        timer: &mut PhaseTimer,
    ) -> Result<Self, Failure> {
        match step {
            DialogueStep::Expect(regex) => self.expect(regex, timer).await?,
            DialogueStep::Send(text) => {
                let text = filled(text, self.groups());
                let text = text.map_err(|what| self.talk.fault(timer, FailureClass::BadRequest, &what))?;
                self.talk.say(text, timer).await?;
            }
            DialogueStep::Say(parts) => {
                let groups = self.matches.last();
                let part = |part: &Said<String>| match part {
                    Said::Text(text) => text.clone(),
                    Said::Group(group) => groups
                        .and_then(|groups| groups.get(*group))
                        .cloned()
                        .unwrap_or_default(),
                };
                let text: String = parts.iter().map(part).collect();
                self.talk.say(text, timer).await?;
            }
            DialogueStep::StartTls => self.talk = self.talk.secured(dial, security, timer).await?,
        }
        Ok(self)
    }

    /// Reads lines until one fits. What came before it is passed over, as greetings of several lines want it.
    async fn expect(&mut self, regex: &regex::Regex, timer: &mut PhaseTimer) -> Result<(), Failure> {
        timer.awaits(format!("a line that fits {:?}", regex.as_str()));
        let mut last: Option<String> = None;
        while let Some(line) = self.talk.line(timer).await? {
            if let Some(found) = regex.captures(&line.text) {
                let text = |group: Option<regex::Match<'_>>| {
                    group.map_or_else(String::new, |group| group.as_str().to_owned())
                };
                self.matches.push(found.iter().map(text).collect());
                timer.note("matches", json!(self.matches));
                return Ok(());
            }
            last = Some(line.text);
        }
        timer.note("unmatched", !self.talk.is_torn());
        let Some(last) = last else {
            return Err(self.talk.closed(timer));
        };
        let (wanted, last) = (regex.as_str(), excerpt(&last));
        let seen = format!("no line fits {wanted:?}; the last one before the server closed was {last:?}");
        Err(self.talk.fault(timer, FailureClass::AssertFailed, &seen))
    }
}

/// The text with groups in place of `${1}`, and so on. Before the first expectation it is sent as it is.
///
/// # Errors
/// A group that the last expectation has not.
fn filled(text: &str, groups: Option<&[String]>) -> Result<String, String> {
    let Some(groups) = groups else {
        return Ok(text.to_owned());
    };
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(begin) = rest.find("${") {
        let (before, from) = rest.split_at(begin);
        filled.push_str(before);
        let number = from[2..].split_once('}');
        let number = number.and_then(|(number, after)| Some((number.parse::<usize>().ok()?, after)));
        let Some((number, after)) = number else {
            filled.push_str("${");
            rest = &from[2..];
            continue;
        };
        let group = number.checked_sub(1).and_then(|index| groups.get(index));
        let group = group.ok_or_else(|| {
            let known = groups.len();
            format!("`${{{number}}}` of `send`: the last `expect` has {known} groups, counted from 1")
        })?;
        filled.push_str(group);
        rest = after;
    }
    filled.push_str(rest);
    Ok(filled)
}
