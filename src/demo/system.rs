//! The sample system as a whole.

use std::sync::Arc;

use futures::future::join_all;

use super::api::{EventLog, Instance, Pod, PodOptions, Records};
use super::behaviour::Behaviour;
use super::chance::Stream;
use super::clock::Clock;
use super::error::DemoError;
use super::fault::Fault;
use super::options::SystemOptions;
use super::traffic::{Sessions, Traffic, TrafficFigures, TrafficOptions};
use serin_judge::verdict::Side;

/// A running sample system: instances of both sides, and traffic to them. Dropped without [`System::stop`] it
/// stops as well, only nobody waits for it.
#[derive(Debug)]
pub struct System {
    stable: Vec<Instance>,
    canary: Vec<Instance>,
    traffic: Traffic,
    baseline: Behaviour,
}

impl System {
    /// Starts all instances on free loopback ports, then the traffic. Both sides work alike until [`System::apply`].
    ///
    /// # Errors
    /// When an option is outside its range, or an instance cannot listen; then nothing is left running.
    pub async fn start(options: SystemOptions) -> Result<Self, DemoError> {
        options.check()?;
        let clock = Clock::starting_at(options.now);
        let records = Arc::new(Records::new(options.seed));
        let stable = start_side(Side::Stable, &options, clock, &records).await?;
        let canary = start_side(Side::Canary, &options, clock, &records).await?;
        let traffic = Traffic::start(TrafficOptions {
            seed: options.seed,
            rate: options.rate,
            canary_share: options.canary_share,
            in_flight_limit: options.in_flight_limit,
            stable: stable.iter().map(Instance::address).collect(),
            canary: canary.iter().map(Instance::address).collect(),
            sessions: Sessions::sign_up(&records),
        });
        Ok(Self {
            stable,
            canary,
            traffic,
            baseline: options.baseline,
        })
    }

    /// Where each instance of `side` answers, such as `http://127.0.0.1:40123`.
    #[must_use]
    pub fn base_urls(&self, side: Side) -> Vec<String> {
        let instances = self.instances(side).iter();
        instances
            .map(|instance| format!("http://{}", instance.address()))
            .collect()
    }

    /// The `/metrics` of each instance of `side`.
    #[must_use]
    pub fn metrics_urls(&self, side: Side) -> Vec<String> {
        self.urls(side, "/metrics")
    }

    /// The `/health` of each instance of `side`.
    #[must_use]
    pub fn health_urls(&self, side: Side) -> Vec<String> {
        self.urls(side, "/health")
    }

    /// The arguments of [`super::ANALYSIS`] by name, for this system.
    #[must_use]
    pub fn analysis_args(&self) -> Vec<(String, String)> {
        let first = |urls: Vec<String>| urls.into_iter().next().unwrap_or_default();
        vec![
            ("canary".to_owned(), self.metrics_urls(Side::Canary).join(",")),
            ("stable".to_owned(), self.metrics_urls(Side::Stable).join(",")),
            ("canaryHealth".to_owned(), first(self.health_urls(Side::Canary))),
            ("canaryApi".to_owned(), first(self.base_urls(Side::Canary))),
            ("stableApi".to_owned(), first(self.base_urls(Side::Stable))),
        ]
    }

    /// Lets `fault` act from now on, instead of the one before.
    pub fn apply(&self, fault: Fault) {
        for side in Side::BOTH {
            self.set_behaviour(side, fault.behaviour(side, self.baseline));
        }
    }

    /// All instances of `side` work like this from now on, until the next [`System::apply`].
    pub fn set_behaviour(&self, side: Side, behaviour: Behaviour) {
        for instance in self.instances(side) {
            instance.pod().set_behaviour(behaviour);
        }
    }

    /// One instance of `side` (counted from 0) works like this from now on, until the next [`System::apply`].
    ///
    /// # Errors
    /// When there is no such instance.
    pub fn set_instance_behaviour(
        &self,
        side: Side,
        index: usize,
        behaviour: Behaviour,
    ) -> Result<(), DemoError> {
        self.instance(side, index)?.pod().set_behaviour(behaviour);
        Ok(())
    }

    /// From the next request on, this part of all goes to the canary; taken into [0, 1], NaN as 0.
    pub fn set_canary_share(&self, share: f64) {
        self.traffic.set_canary_share(share);
    }

    /// What became of the traffic so far.
    #[must_use]
    pub fn traffic(&self) -> TrafficFigures {
        self.traffic.figures()
    }

    /// What happened to an instance (counted from 0), up to `event_log_limit` events.
    ///
    /// # Errors
    /// When there is no such instance.
    pub fn event_log(&self, side: Side, index: usize) -> Result<EventLog, DemoError> {
        Ok(self.instance(side, index)?.pod().log())
    }

    /// Stops an instance (counted from 0) and lets its requests end. Its part of the traffic fails from then on.
    ///
    /// # Errors
    /// When there is no such instance.
    pub async fn stop_instance(&mut self, side: Side, index: usize) -> Result<(), DemoError> {
        self.instance_mut(side, index)?.stop().await;
        Ok(())
    }

    /// Starts an instance (counted from 0) on its old port with all counters at zero; stops it first if it runs.
    ///
    /// # Errors
    /// When there is no such instance, or another process has taken the port.
    pub async fn restart_instance(&mut self, side: Side, index: usize) -> Result<(), DemoError> {
        self.instance_mut(side, index)?.restart().await
    }

    /// Ends the traffic, then all instances, and gives the final figures. Nothing listens afterwards.
    pub async fn stop(mut self) -> TrafficFigures {
        let figures = self.traffic.stop().await;
        join_all(self.stable.iter_mut().chain(&mut self.canary).map(Instance::stop)).await;
        figures
    }

    fn urls(&self, side: Side, path: &str) -> Vec<String> {
        self.base_urls(side).into_iter().map(|base| base + path).collect()
    }

    fn instances(&self, side: Side) -> &[Instance] {
        match side {
            Side::Stable => &self.stable,
            Side::Canary => &self.canary,
        }
    }

    fn instance(&self, side: Side, index: usize) -> Result<&Instance, DemoError> {
        let instance = self.instances(side).get(index);
        instance.ok_or(DemoError::UnknownInstance { side, index })
    }

    fn instance_mut(&mut self, side: Side, index: usize) -> Result<&mut Instance, DemoError> {
        let instances = match side {
            Side::Stable => &mut self.stable,
            Side::Canary => &mut self.canary,
        };
        instances
            .get_mut(index)
            .ok_or(DemoError::UnknownInstance { side, index })
    }
}

async fn start_side(
    side: Side,
    options: &SystemOptions,
    clock: Clock,
    records: &Arc<Records>,
) -> Result<Vec<Instance>, DemoError> {
    // The canary's streams begin where no number of stable instances reaches.
    let first = match side {
        Side::Stable => 0,
        Side::Canary => 1_000,
    };
    let mut instances = Vec::new();
    for (index, number) in (0..options.instances(side)).zip(first..) {
        let pod = Pod::new(PodOptions {
            side,
            index,
            chance: (options.seed, Stream::Instance(number)),
            behaviour: options.baseline,
            clock,
            event_log_limit: options.event_log_limit,
            records: Arc::clone(records),
        });
        instances.push(Instance::start(pod).await?);
    }
    Ok(instances)
}

#[cfg(test)]
mod tests;
