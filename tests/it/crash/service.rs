use std::net::TcpListener;

use rand::RngExt;
use rand::rngs::StdRng;

use crate::binary::{AT_ONCE, Files, Running, serin, start};

/// Three answers a second apart decide.
const ANALYSIS: &str = "apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: three}
spec:
  args: [{name: url}]
  metrics:
  - name: answer
    interval: 1s
    count: 3
    failureLimit: 2
    successCondition: result == 1
    failureCondition: result == 2
    provider: {web: {url: '{{args.url}}', jsonPath: '{$.answer}'}}
";

/// Signs webhooks.
pub(super) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// `serin serve` on one folder and one address, through all its processes.
pub(super) struct Service {
    files: Files,
    address: String,
    /// Always there between calls.
    running: Option<Running>,
}

impl Service {
    pub(super) fn start(hook: &str, chance: &mut StdRng) -> Self {
        let files = Files::empty();
        files.write("analyses/three.yaml", ANALYSIS.as_bytes());
        let address = free_address(chance);
        let config = format!(
            "apiVersion: serin.dev/v1\nkind: Config\nspec:\n  listen: {address}\n  gates: {{repeatFor: 1h}}\n  \
             hooks: [{{name: recorder, url: '{hook}', secret: {{value: '{SECRET}'}}, events: [run.started, run.finished]}}]\n"
        );
        files.write("serin.yaml", config.as_bytes());
        let mut service = Self {
            files,
            address,
            running: None,
        };
        service.start_again();
        service
    }

    pub(super) fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    fn start_again(&mut self) {
        let mut command = serin(["serve", "--config"]);
        command.arg(self.files.folder().join("serin.yaml"));
        self.running = Some(start(command));
    }

    /// Kills the process wherever it is, and starts the next one.
    pub(super) async fn kill_and_start_again(&mut self, kill: u64) {
        let running = self.running.take().unwrap();
        running.signal("KILL").await;
        let ended = running.end(AT_ONCE).await;
        let all = ended.all();
        assert_eq!(ended.code, None, "process {kill} ended by itself: {all}");
        assert!(!all.contains("panicked"), "process {kill}: {all}");
        self.start_again();
    }

    /// Ends the last process as it should be ended.
    pub(super) async fn stop(self) {
        let running = self.running.unwrap();
        running.signal("TERM").await;
        let ended = running.end(AT_ONCE).await;
        assert_eq!(ended.code, Some(0), "{}", ended.all());
    }
}

/// An address that stays free while no process listens there: below the ports that the system gives to connections.
fn free_address(chance: &mut StdRng) -> String {
    let addresses = std::iter::repeat_with(|| format!("127.0.0.1:{}", chance.random_range(10_000..32_000)));
    let mut free = addresses
        .take(100)
        .filter(|address| TcpListener::bind(address).is_ok());
    free.next().expect("one of a hundred ports is free")
}
