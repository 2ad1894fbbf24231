use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::controllers::argo::known::{Known, UnderWay};
use crate::controllers::argo::{GateAnswer, GateError, GateQuestion};
use crate::engine::ports::{Analyses, Attempt, Clock, RunSummary, Store, StoreError};
use crate::engine::{RunOrder, Runs, StartError};

/// How often a run is looked for that begins or ends in this moment, and how long between looks.
const LOOKS_MAX: usize = 10;
const LOOK_INTERVAL: Duration = Duration::from_millis(20);

/// What a gate asks and starts.
#[derive(Clone)]
pub struct GatePorts {
    /// The runs of this process.
    pub runs: Runs,
    /// Where they are kept.
    pub store: Arc<dyn Store>,
    /// What can be asked for.
    pub analyses: Arc<dyn Analyses>,
    /// For how long answers are repeated.
    pub clock: Arc<dyn Clock>,
}

/// Answers rollout controllers: the first question starts a run, further ones tell how it stands.
pub struct Gate {
    ports: GatePorts,
    repeat_for: Duration,
    known: Known,
}

impl Gate {
    /// A gate on these ports that repeats a final verdict for this long after it was first answered.
    #[must_use]
    pub fn new(ports: GatePorts, repeat_for: Duration) -> Self {
        Self {
            ports,
            repeat_for,
            known: Known::default(),
        }
    }

    /// Somebody else has started an attempt of this: the next question looks for the newest again.
    pub fn forget(&self, attempt: &Attempt) {
        self.known.forget(attempt);
    }

    /// How the release stands.
    ///
    /// # Errors
    /// Whenever it cannot be known. No error may be taken for an answer.
    pub async fn answer(&self, question: &GateQuestion) -> Result<GateAnswer, GateError> {
        let analysis = self.analysis_of(question)?;
        let args = question.arguments();
        if let Some(known) = self.known.get(&analysis)
            && question.attempt.is_none_or(|attempt| attempt == known.attempt)
            && let Ok(report) = known.report()
        {
            same_args(&known.args, &args, &known.run, known.attempt)?;
            let url = report.as_ref().map(|report| report.url.clone());
            let url = url.unwrap_or_else(|| self.ports.runs.url(&known.run));
            return Ok(GateAnswer::undecided(
                &known.run,
                known.attempt,
                url,
                report.as_deref(),
            ));
        }
        self.known.forget(&analysis);
        // The newest attempt may end, or another be started, between two looks; each round sees what was new.
        loop {
            let newest = self.ports.store.attempt(&analysis, question.attempt).await?;
            let next = match newest {
                Some(newest) => match self.stored(&analysis, question, &args, newest).await? {
                    Found::Answer(answer) => return Ok(answer),
                    Found::Next(number) => number,
                },
                None => self.first(&analysis, question).await?,
            };
            if let Some(answer) = self.start(&analysis, question, &args, next).await? {
                return Ok(answer);
            }
        }
    }

    fn analysis_of(&self, question: &GateQuestion) -> Result<Attempt, GateError> {
        if question.release.trim().is_empty() {
            let wanted = "`release` is empty; what is judged has to be named, such as `planning-api/7f9c6d`";
            return Err(GateError::Question(wanted.to_owned()));
        }
        if question.attempt == Some(0) {
            return Err(GateError::Question(
                "`attempt` is 0; attempts are counted from 1".to_owned(),
            ));
        }
        Ok(Attempt {
            analysis: question.analysis.clone(),
            release: question.release.clone(),
            stage: question.stage.clone().unwrap_or_default(),
        })
    }

    /// What the newest attempt, or the one that was asked for, has to say.
    async fn stored(
        &self,
        analysis: &Attempt,
        question: &GateQuestion,
        args: &BTreeMap<String, String>,
        newest: RunSummary,
    ) -> Result<Found, GateError> {
        let run = newest.run;
        let Some(ended) = newest.ended else {
            same_args(&run.request.args, args, &run.id, run.attempt)?;
            return self
                .under_way(analysis, run.id, run.attempt, run.request.args)
                .await;
        };
        let now = self.ports.clock.now();
        let is_over = newest
            .answered_at
            .is_some_and(|at| now.since(at) >= self.repeat_for);
        // With other args it is another question, which that verdict does not answer.
        let is_other = run.request.args != *args;
        if (is_over || is_other) && question.attempt.is_none() {
            return Ok(Found::Next(run.attempt.saturating_add(1)));
        }
        same_args(&run.request.args, args, &run.id, run.attempt)?;
        if newest.answered_at.is_none() {
            let _first = self.ports.store.answered(&run.id, now).await?;
        }
        let url = self.ports.runs.url(&run.id);
        Ok(Found::Answer(GateAnswer::decided(&run, ended, url)))
    }

    /// Of a run that was without a verdict a moment ago. One that begins or ends in this moment is waited for.
    async fn under_way(
        &self,
        analysis: &Attempt,
        run: String,
        attempt: u32,
        args: BTreeMap<String, String>,
    ) -> Result<Found, GateError> {
        let ports = &self.ports;
        let url = ports.runs.url(&run);
        for _ in 0..LOOKS_MAX {
            let under_way = UnderWay::new(&run, attempt, args.clone(), ports.runs.watch(&run));
            if let Some(under_way) = under_way
                && let Ok(report) = under_way.report()
            {
                self.known.remember(analysis.clone(), under_way);
                let answer = GateAnswer::undecided(&run, attempt, url, report.as_deref());
                return Ok(Found::Answer(answer));
            }
            if let Some(why) = ports.runs.stranded(&run) {
                return Err(GateError::Unknowable { run, why });
            }
            let newest = ports.store.attempt(analysis, Some(attempt)).await?;
            if let Some((record, ended)) = newest.and_then(|newest| Some((newest.run, newest.ended?))) {
                let _first = ports.store.answered(&run, ports.clock.now()).await?;
                return Ok(Found::Answer(GateAnswer::decided(&record, ended, url)));
            }
            ports.clock.sleep_until(ports.clock.now() + LOOK_INTERVAL).await;
        }
        let why = "Serin is starting or shutting down; ask again".to_owned();
        Err(GateError::Unknowable { run, why })
    }

    /// The number of an attempt that does not exist yet.
    async fn first(&self, analysis: &Attempt, question: &GateQuestion) -> Result<u32, GateError> {
        let Some(wanted) = question.attempt else {
            return Ok(1);
        };
        let newest = self.ports.store.attempt(analysis, None).await?;
        match newest.map(|newest| newest.run.attempt) {
            Some(newest) if newest > wanted => Err(GateError::NoSuchAttempt { wanted, newest }),
            _ => Ok(wanted),
        }
    }

    /// Starts an attempt; `None` when somebody else started it in this moment.
    async fn start(
        &self,
        analysis: &Attempt,
        question: &GateQuestion,
        args: &BTreeMap<String, String>,
        number: u32,
    ) -> Result<Option<GateAnswer>, GateError> {
        let known = self.ports.analyses.get(&question.analysis);
        let known = known.ok_or_else(|| GateError::UnknownAnalysis {
            name: question.analysis.clone(),
            names: self.ports.analyses.names(),
        })?;
        let order = RunOrder {
            sources: Arc::clone(&known.sources),
            documents: Arc::clone(&known.documents),
            analysis: Some(known.name.clone()),
            args: args.clone(),
            release: analysis.release.clone(),
            stage: analysis.stage.clone(),
            attempt: Some(number),
            ..RunOrder::default()
        };
        // In a task of its own: whoever asked may hang up, and a run that is in the store has to be driven.
        let runs = self.ports.runs.clone();
        let started = tokio::spawn(async move { runs.start(order).await }).await;
        let started = match started {
            Ok(Ok(started)) => started,
            Ok(Err(StartError::AttemptExists(_))) => return Ok(None),
            Ok(Err(error)) => return Err(GateError::Start(error)),
            Err(error) => {
                return Err(GateError::Store(StoreError::Broken(format!(
                    "a run did not start: {error}"
                ))));
            }
        };
        let found = self
            .under_way(analysis, started.id, started.attempt, args.clone())
            .await?;
        Ok(match found {
            Found::Answer(answer) => Some(answer),
            Found::Next(_) => None,
        })
    }
}

/// What is known of an attempt.
enum Found {
    Answer(GateAnswer),
    /// It has been answered for long enough; the attempt of this number begins.
    Next(u32),
}

fn same_args(
    started: &BTreeMap<String, String>,
    asked: &BTreeMap<String, String>,
    run: &str,
    attempt: u32,
) -> Result<(), GateError> {
    match started == asked {
        true => Ok(()),
        false => Err(GateError::OtherArgs {
            run: run.to_owned(),
            attempt,
        }),
    }
}
