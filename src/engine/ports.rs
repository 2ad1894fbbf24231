//! The traits that adapters implement, one file each.

mod analyses;
mod clock;
mod deliver;
mod instrumentation;
mod measure;
mod population;
mod probe;
mod redaction;
mod scripted;
mod secrets;
mod store;

pub use analyses::{Analyses, KnownAnalysis};
pub use clock::Clock;
pub use deliver::{Deliver, DeliverError};
pub use instrumentation::Instrumentation;
pub use measure::{Measure, MeasureError, Reading};
pub use population::{Population, PopulationError};
pub use probe::{
    BodyCoding, ClientSettings, Commands, Exchange, HttpClient, HttpRequest, ProbeError, Prober,
    ProtocolProbe, Reach, Sounding,
};
pub use redaction::Redaction;
pub use scripted::{Reply, Scripted, ScriptedProbe, Seen};
pub use secrets::{SecretError, Secrets};
pub use store::{
    Attempt, Beginning, Begun, Cursor, Delivery, DeliveryEvent, DeliveryState, Ended, Finish, IdempotencyKey,
    Journal, KeptFile, Record, RunFilter, RunRecord, RunRequest, RunSummary, SourceText, Store, StoreError,
    StoredRun,
};
