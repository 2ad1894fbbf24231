use serin_judge::time::Timestamp;
use serin_judge::verdict::{ComparisonReport, Look, RunState};

use crate::engine::ports::{Record, StoreError};
use crate::engine::run::apply;
use crate::engine::runs::{Runs, documents};

/// Points of one comparison that are shown at most.
const POINTS_MAX: usize = 120;

/// How the evidence of one comparison came together.
#[derive(Clone, Debug, PartialEq)]
pub struct Course {
    /// The comparison's name.
    pub comparison: String,
    /// In order of time, at most 120 of them.
    pub points: Vec<Point>,
}

/// A comparison after one look.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// The end of the look's windows.
    pub at: Timestamp,
    /// Evidence that the canary is worse than tolerated, with the weight of this comparison: an e-value.
    pub worse: f64,
    /// Evidence that it is good enough: an e-value.
    pub good: f64,
}

impl Runs {
    /// How the evidence of a run came together, from its stored windows; empty without comparisons, when the windows are
    /// gone, and when its plan cannot be made.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn history(&self, id: &str) -> Result<Vec<Course>, StoreError> {
        let Some(stored) = self.shared.store.load(id).await? else {
            return Ok(Vec::new());
        };
        let request = &stored.run.request;
        let prepared = self.plan(&documents(request), request.analysis.as_deref(), &request.args);
        let Ok((plan, _)) = prepared else {
            return Ok(Vec::new());
        };
        let state = self.beginning(plan, &stored.run).await?;
        // Minutes of windows are judged again, which is work for another thread than the one that serves others.
        let courses = tokio::task::spawn_blocking(move || courses(state, &stored.records));
        Ok(courses.await.unwrap_or_default())
    }
}

fn courses(mut state: RunState, records: &[Record]) -> Vec<Course> {
    let looks = records.iter().filter(|record| look(record).is_some()).count();
    let every = looks.div_ceil(POINTS_MAX).max(1);
    let names = state
        .plan()
        .comparisons
        .iter()
        .map(|comparison| comparison.name.as_str().to_owned());
    let mut courses: Vec<Course> = names
        .map(|comparison| Course {
            comparison,
            points: Vec::new(),
        })
        .collect();
    let mut seen = 0;
    for record in records {
        if apply(&mut state, record).is_err() {
            return Vec::new();
        }
        let Some(look) = look(record) else { continue };
        seen += 1;
        // The last look is the one that decided.
        if seen % every != 0 && seen != looks {
            continue;
        }
        for (course, report) in courses.iter_mut().zip(state.comparison_reports(look.at)) {
            course.points.push(point(look.at, &report));
        }
    }
    courses.retain(|course| !course.points.is_empty());
    courses
}

fn look(record: &Record) -> Option<&Look> {
    match record {
        Record::Look { look, .. } => Some(look),
        _ => None,
    }
}

fn point(at: Timestamp, report: &ComparisonReport) -> Point {
    Point {
        at,
        worse: report.e_value,
        good: report.promotion.e_value,
    }
}
