//! Replies that begin with a code, as mail and file servers give them: RFC 5321, section 4.2, and RFC 959, section 4.2.

use serin_judge::analysis::plan::journey::Failure;

use super::PhaseTimer;
use super::talk::Talk;

/// Lines of one reply.
const LINES_MAX: usize = 1_000;
const EXCERPT_CHARS: usize = 100;

/// What a server replies.
pub(in crate::probes) struct Reply {
    pub(in crate::probes) code: u16,
    /// Without the code, at least one.
    pub(in crate::probes) lines: Vec<String>,
}

impl Reply {
    /// The first line, with the code.
    pub(in crate::probes) fn first(&self) -> String {
        let text = self.lines.first().map_or("", String::as_str);
        excerpt(format!("{} {text}", self.code).trim_end())
    }
}

impl Talk<'_> {
    /// The next reply, of however many lines.
    ///
    /// # Errors
    /// What came is none, or the connection ended in the middle of it.
    pub(in crate::probes) async fn reply(&mut self, timer: &mut PhaseTimer) -> Result<Reply, Failure> {
        let mut reply: Option<Reply> = None;
        loop {
            let line = self.line(timer).await?;
            let line = line.ok_or_else(|| self.closed(timer))?;
            let read = code(&line.text);
            if line.is_cut && read.is_some() {
                return Err(self.closed(timer));
            }
            let begun = reply.as_ref().map(|reply| reply.code);
            let (is_last, text) = match (read, begun) {
                (Some((code, is_last, text)), begun) if begun.is_none_or(|begun| begun == code) => {
                    reply.get_or_insert_with(|| Reply {
                        code,
                        lines: Vec::new(),
                    });
                    (is_last, text)
                }
                // Lines between the first and the last one may say anything (RFC 959).
                (_, Some(_)) => (false, line.text.as_str()),
                (_, None) => {
                    let seen = format!("what came is no reply with a code: {:?}", excerpt(&line.text));
                    return Err(self.nonsense(timer, &seen));
                }
            };
            let Some(known) = &mut reply else { continue };
            known.lines.push(text.to_owned());
            if known.lines.len() > LINES_MAX {
                return Err(self.nonsense(timer, "a reply without an end"));
            }
            if is_last && let Some(reply) = reply.take() {
                return Ok(reply);
            }
        }
    }
}

/// Code, whether it is the last line, and the rest.
fn code(line: &str) -> Option<(u16, bool, &str)> {
    let digits = line
        .get(..3)
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    let code = digits.parse().ok().filter(|code| (100..1000).contains(code))?;
    match line.as_bytes().get(3) {
        None => Some((code, true, "")),
        Some(b' ') => Some((code, true, &line[4..])),
        Some(b'-') => Some((code, false, &line[4..])),
        Some(_) => None,
    }
}

/// So much of what a server said that a message stays readable.
pub(in crate::probes) fn excerpt(text: &str) -> String {
    let mut excerpt: String = text.chars().take(EXCERPT_CHARS).collect();
    if excerpt.len() < text.len() {
        excerpt.push('\u{2026}');
    }
    excerpt
}
