//! A small rollout controller, as a team would write one of its own: it shifts traffic to a new version stage by stage,
//! asks Serin to judge each stage, and does what the signed webhook says.

mod receiver;
mod signature;

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Value, json};
use serin_judge::verdict::Verdict;

pub(super) use receiver::{HOOK, Receiver};
pub(super) use signature::Secret;

use super::System;

/// Parts of the traffic that the canary gets, in percent, one stage after the other; then it gets everything.
pub(super) const STAGES: [u32; 3] = [10, 30, 60];

/// Serin runs on this machine, so it answers at once; a machine that is busy with something else takes its time.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(30);

/// What a controller asks with, and what it is told.
pub(super) struct Controller {
    client: reqwest::Client,
    /// Where Serin's API is.
    api: String,
    receiver: Receiver,
}

/// What the controller could not do.
#[derive(Debug, thiserror::Error)]
pub(super) enum ControllerError {
    #[error("Serin could not be asked: {0}")]
    Request(#[from] reqwest::Error),
    #[error("Serin did not start a run: HTTP {status}: {body}")]
    Refused { status: u16, body: String },
    #[error("the webhook receiver could not listen: {0}")]
    Listen(#[from] std::io::Error),
    #[error("the webhook receiver is gone")]
    Gone,
}

/// What is to be done after a stage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// The next stage, with this part of the traffic in percent.
    Stage(u32),
    /// The new version has all traffic: the release is over.
    Released,
    /// The old version has all traffic again.
    RolledBack,
    /// Nothing changes until somebody has looked.
    Held,
}

/// What a verdict means after the stage of this weight.
pub(super) fn next(stage: u32, verdict: Verdict) -> Next {
    match verdict {
        Verdict::Promote => {
            let later = STAGES.into_iter().find(|weight| *weight > stage);
            later.map_or(Next::Released, Next::Stage)
        }
        Verdict::Rollback => Next::RolledBack,
        Verdict::Continue | Verdict::Inconclusive => Next::Held,
    }
}

/// Shifts the traffic as it is to be after a stage.
pub(super) fn shift(system: &System, next: Next) {
    match next {
        Next::Stage(weight) => system.set_canary_share(f64::from(weight) / 100.0),
        Next::Released => system.set_canary_share(1.0),
        Next::RolledBack => system.set_canary_share(0.0),
        Next::Held => {}
    }
}

impl Controller {
    pub(super) fn new(api: String, receiver: Receiver) -> Result<Self, ControllerError> {
        let client = reqwest::Client::builder()
            .no_proxy()
            .timeout(ANSWER_TIMEOUT)
            .build()?;
        Ok(Self {
            client,
            api,
            receiver,
        })
    }

    /// Asks Serin to judge a stage of a release, such as `planning-api/1.4.2`; the id of its run. `args` are the arguments
    /// of the analysis.
    pub(super) async fn begin(
        &self,
        release: &str,
        stage: u32,
        args: &BTreeMap<String, String>,
    ) -> Result<String, ControllerError> {
        let order = json!({
            "analysis": "planning-api-demo", "release": release, "stage": stage.to_string(), "args": args,
            "labels": {"weight": stage.to_string()}, "hooks": [HOOK],
        });
        let request = self.client.post(format!("{}/api/v1/runs", self.api));
        // A controller that asks again after a lost answer must not start a second run.
        let request = request.header("idempotency-key", format!("{release}/{stage}"));
        let answer = request.json(&order).send().await?;
        let status = answer.status();
        if !status.is_success() {
            return Err(ControllerError::Refused {
                status: status.as_u16(),
                body: answer.text().await?,
            });
        }
        let run: Value = answer.json().await?;
        Ok(run["id"].as_str().unwrap_or_default().to_owned())
    }

    /// The verdict of a run, as the webhook brings it.
    pub(super) async fn verdict(&mut self, run: &str) -> Result<Verdict, ControllerError> {
        loop {
            let told = self.receiver.next().await.ok_or(ControllerError::Gone)?;
            // The same message may come twice, and runs of earlier stages may be told again.
            if told.run == run {
                return Ok(told.verdict);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traffic_goes_up_by_stages_and_back_at_once() {
        assert_eq!(next(10, Verdict::Promote), Next::Stage(30));
        assert_eq!(next(30, Verdict::Promote), Next::Stage(60));
        assert_eq!(next(60, Verdict::Promote), Next::Released);
        assert_eq!(next(30, Verdict::Rollback), Next::RolledBack);
        assert_eq!(next(10, Verdict::Inconclusive), Next::Held);
    }
}
