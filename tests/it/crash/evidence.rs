use std::collections::{BTreeMap, HashMap, HashSet};

use reqwest::Method;
use serde_json::Value;
use standardwebhooks::Webhook as Verifier;

use super::orders::{Ledger, Told, expected};
use super::service::SECRET;
use crate::peers::receiver::{Received, Receiver, Reply};
use crate::peers::wait_for;

/// Everything that is known in the end, from all sides.
pub(super) struct Evidence {
    /// What callers were told, by release.
    told: BTreeMap<String, Told>,
    /// The service's own runs.
    runs: Vec<Value>,
    /// The service's own deliveries.
    deliveries: Vec<Value>,
    /// What the receiver got, in order.
    received: Vec<Received>,
}

impl Evidence {
    /// Waits until everything has been delivered and asks everybody.
    pub(super) async fn gather(ledger: &Ledger, receiver: &Receiver) -> Self {
        wait_for("everything is delivered", async || {
            let pending = list(ledger, "/api/v1/deliveries?state=pending&", "deliveries").await;
            pending.is_empty().then_some(())
        })
        .await;
        let mut runs = Vec::new();
        for summary in list(ledger, "/api/v1/runs?", "runs").await {
            let path = format!("/api/v1/runs/{}", summary["id"].as_str().unwrap());
            let (status, run) = ledger.ask(Method::GET, &path, "", None).await.unwrap();
            assert_eq!(status, 200, "{run}");
            runs.push(run);
        }
        Self {
            told: ledger.told(),
            runs,
            deliveries: list(ledger, "/api/v1/deliveries?", "deliveries").await,
            received: receiver.received(),
        }
    }

    pub(super) fn figures(&self) -> String {
        let discarded = self.received.len() - self.deliveries.len();
        format!(
            "{} runs, {} deliveries, {} of these attempts came again",
            self.runs.len(),
            self.deliveries.len(),
            discarded
        )
    }

    pub(super) fn check(&self, reply: impl Fn(usize) -> Reply) {
        assert!(self.runs.len() >= super::ACTIVE_RUNS, "{} runs", self.runs.len());
        self.no_run_is_lost_and_none_is_there_twice();
        self.each_run_has_the_one_verdict_that_everybody_was_told();
        self.each_delivery_arrived_with_one_id_and_one_message(reply);
        self.each_run_was_told_of_in_order();
    }

    fn no_run_is_lost_and_none_is_there_twice(&self) {
        let releases: HashSet<&str> = self.runs.iter().map(|run| text(run, "release")).collect();
        assert_eq!(releases.len(), self.runs.len(), "a release has one attempt");
        assert_eq!(releases.len(), self.told.len());
        for run in &self.runs {
            let told = &self.told[text(run, "release")];
            assert_eq!(told.runs, [text(run, "id")], "{run}");
            assert_eq!(run["attempt"], 1, "{run}");
        }
    }

    fn each_run_has_the_one_verdict_that_everybody_was_told(&self) {
        for run in &self.runs {
            let verdict = text(run, "verdict");
            assert_eq!(verdict, expected(text(run, "release")), "{run}");
            assert_eq!(self.told[text(run, "release")].verdicts, [verdict], "{run}");
            let measured = run["metrics"][0]["measurements"].as_array().unwrap();
            assert_eq!(
                (measured.len(), &run["metrics"][0]["count"]),
                (3, &Value::from(3)),
                "{run}"
            );
        }
    }

    fn each_delivery_arrived_with_one_id_and_one_message(&self, reply: impl Fn(usize) -> Reply) {
        let verifier = Verifier::new(SECRET).unwrap();
        let (mut messages, mut taken) = (HashMap::new(), HashSet::new());
        for (place, received) in self.received.iter().enumerate() {
            verifier
                .verify(received.body.as_bytes(), &received.headers)
                .unwrap();
            let first = messages.entry(received.id()).or_insert(&received.body);
            assert_eq!(*first, &received.body, "{} changed", received.id());
            if reply(place).0 == 200 {
                let _again = taken.insert(received.id());
            }
        }
        assert_eq!(
            self.deliveries.len(),
            2 * self.runs.len(),
            "each run has begun and ended"
        );
        for delivery in &self.deliveries {
            assert_eq!(delivery["state"], "delivered", "{delivery}");
            assert!(
                taken.contains(text(delivery, "id")),
                "it never arrived: {delivery}"
            );
        }
        assert_eq!(
            messages.len(),
            self.deliveries.len(),
            "nothing came that is not known"
        );
    }

    /// By run, what was told of it: its beginning as often as need be, then its end.
    fn each_run_was_told_of_in_order(&self) {
        let mut told: HashMap<String, Vec<Value>> = HashMap::new();
        for received in &self.received {
            let message: Value = serde_json::from_str(&received.body).unwrap();
            let run = text(&message["data"]["run"], "id").to_owned();
            told.entry(run).or_default().push(message);
        }
        for run in &self.runs {
            let messages = &told[text(run, "id")];
            let events: Vec<&str> = messages.iter().map(|message| text(message, "type")).collect();
            assert!(events.contains(&"run.started"), "{events:?}");
            assert!(
                events.is_sorted_by_key(|event| *event == "run.finished"),
                "{events:?}"
            );
            let ends = messages
                .iter()
                .filter(|message| message["type"] == "run.finished");
            let verdicts: HashSet<&str> = ends
                .map(|message| text(&message["data"]["run"], "verdict"))
                .collect();
            assert_eq!(verdicts, HashSet::from([text(run, "verdict")]));
        }
    }
}

fn text<'v>(value: &'v Value, name: &str) -> &'v str {
    value[name]
        .as_str()
        .unwrap_or_else(|| panic!("no {name}: {value}"))
}

/// All pages of a list.
async fn list(ledger: &Ledger, path: &str, name: &str) -> Vec<Value> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = format!("{path}limit=200&cursor={cursor}");
        let (status, page) = ledger.ask(Method::GET, &page, "", None).await.unwrap();
        assert_eq!(status, 200, "{page}");
        found.extend(page[name].as_array().unwrap().iter().cloned());
        match page["next"].as_str() {
            Some(next) => cursor = next.to_owned(),
            None => return found,
        }
    }
}
