//! An A/A control: more instances of stable, beside the canary and stable.

use crate::stats::Stratum;
use crate::verdict::{Data, Side};

use super::method::Method;

impl Method {
    /// A window of the control and of stable, in which both are counted by stable's rules.
    pub(super) fn calibrate_by_control(&mut self, batch: i64, control: &Data, stable: &Data) {
        if let (Self::Series(series), Data::Series(control), Data::Series(stable)) =
            (&mut *self, control, stable)
        {
            series.calibrate_by_control(*control, *stable);
            return;
        }
        let streams = self.streams();
        for (test, stream) in self.tests_mut().iter_mut().zip(streams) {
            let Some(stream) = stream else { continue };
            let (control, stable) = (
                stream.count(Side::Stable, control),
                stream.count(Side::Stable, stable),
            );
            let stratum = Stratum {
                canary_total: control.total,
                canary_events: control.events,
                stable_total: stable.total,
                stable_events: stable.events,
            };
            test.dispersion.control.add(batch, &stratum);
        }
    }
}
