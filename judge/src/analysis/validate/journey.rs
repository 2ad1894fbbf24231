//! Journeys.

pub(super) mod amounts;
mod asked;
mod assertion;
pub(super) mod budgets;
mod capture;
mod conditions;
mod files;
mod names;
mod predicate;
mod probe;
mod query;
mod request;
mod steps;

use std::collections::{BTreeMap, HashSet};
use std::time::Duration;

use self::amounts::{TIME_MAX, count, size, time};
use self::files::Reading;
use self::names::{Columns, Names, plain};
use self::request::{Defaults, REDIRECTS_MAX};
use self::steps::Steps;
use super::checks::Checks;
use super::secrets::secret;
use crate::analysis::documents::{Document, parse};
use crate::analysis::files::FileAccess;
use crate::analysis::node::Place;
use crate::analysis::plan::FilledSecrets;
use crate::analysis::plan::journey::{
    Accounts, Answering, Budget, ClientIdentity, Connections, DataSet, HttpSettings, HttpVersion, Journey,
    Query, RowOrder, Schedule, is_credential,
};
use crate::analysis::raw::journey::{self as raw, JourneySpec, step::Step};
use crate::analysis::raw::serin;

const TIMEOUT: Duration = Duration::from_secs(30);
const STEP_TIMEOUT: Duration = Duration::from_secs(10);
const INTERVAL: Duration = Duration::from_secs(30);
const INTERVAL_MIN: Duration = Duration::from_micros(100);
const JITTER: f64 = 0.1;
const IN_FLIGHT: u32 = 64;
const IN_FLIGHT_MAX: u32 = 100_000;
const BODY_BYTES: u64 = 4 << 20;
const BODY_BYTES_MAX: u64 = 1 << 30;
const WARM_UP_MAX: u32 = 100_000;

/// The journey of a document whose arguments are filled in.
pub(crate) fn journey(checks: &mut Checks<'_>, document: &Document, access: &FileAccess) -> Option<Journey> {
    let raw: serin::Document<JourneySpec> = parse(document, document.node.to_json(), checks.report)?;
    let (raw, place) = (raw.spec, document.place().field("spec"));
    let mut files = Reading {
        access,
        read: Vec::new(),
    };
    let data = data(checks, &mut files, raw.data.as_ref(), &place.field("data"));
    let accounts = accounts(
        checks,
        &mut files,
        raw.accounts.as_ref(),
        &place.field("accounts"),
    );
    let names = Names {
        data: data.1,
        account: accounts.1,
        captured: [].into(),
        anywhere: captured_anywhere(&raw),
        steps: [].into(),
    };
    refuse_double_names(checks, &raw, &place);
    let target = target(checks, raw.target.as_deref(), &place.field("target"));
    let raw_http = raw.http.clone().unwrap_or_default();
    let http_place = place.field("http");
    let defaults = defaults(checks, &names, &raw_http, &http_place);
    let times = times(checks, &raw, &raw_http, &place);
    if raw.steps.is_empty() {
        checks.refuse(&place.field("steps"), "no steps", "at least one step");
    }
    let mut steps = Steps {
        checks: &mut *checks,
        names,
        files: &mut files,
        defaults: &defaults,
        timeout: times.step,
        made: 0,
    };
    let ordinary = steps.list(&raw.steps, &place.field("steps"), false);
    let teardown = raw.finally.as_ref().map_or(&[][..], |finally| &finally.steps);
    let finally = steps.list(teardown, &place.field("finally").field("steps"), false);
    let http = http(checks, &mut files, &raw_http, &http_place);
    let warm_up = warm_up(checks, &raw, &place);
    let budget = budget(checks, raw.budget.as_ref(), &place.field("budget"));
    let schedule = schedule(
        checks,
        &raw.schedule.unwrap_or_default(),
        &place.field("schedule"),
    );
    budgets::warn_if_too_small(checks, &budget, &schedule, ordinary.len() + finally.len(), &place);
    Some(Journey {
        name: document.name.clone(),
        config_hash: String::new(),
        target,
        steps: ordinary,
        finally,
        timeout: times.all,
        finally_timeout: times.finally,
        schedule,
        budget,
        connections: connections(raw.connections),
        version: raw_http.version.map_or(HttpVersion::Auto, request::version),
        http,
        answering: answering(checks, raw.answered_by.as_ref(), &place.field("answeredBy")),
        data: data.0,
        accounts: accounts.0,
        body_bytes_max: body_bytes_max(checks, &raw_http, &http_place),
        warm_up,
        secrets: FilledSecrets::default(),
        files: files.read,
    })
}

fn defaults(checks: &mut Checks<'_>, names: &Names, raw: &raw::Http, place: &Place<'_>) -> Defaults {
    let headers = request::headers(checks, names, raw.headers.as_deref(), &place.field("headers"));
    let redirects = raw.redirects.as_ref();
    let redirects_max = count(checks, &place.field("redirects"), redirects, 0, 0..=REDIRECTS_MAX);
    Defaults {
        headers,
        redirects_max,
    }
}

/// How long what may take.
struct Times {
    all: Duration,
    step: Duration,
    finally: Duration,
}

fn times(checks: &mut Checks<'_>, raw: &JourneySpec, http: &raw::Http, place: &Place<'_>) -> Times {
    let milliseconds = Duration::from_millis(1)..=TIME_MAX;
    let mut period = |place: &Place<'_>, text: Option<&str>, default| {
        time(
            checks,
            &place.field("timeout"),
            text,
            default,
            milliseconds.clone(),
        )
    };
    let finally = raw.finally.as_ref();
    let finally = finally.and_then(|finally| finally.timeout.as_deref());
    Times {
        all: period(place, raw.timeout.as_deref(), TIMEOUT),
        step: period(&place.field("http"), http.timeout.as_deref(), STEP_TIMEOUT),
        finally: period(&place.field("finally"), finally, STEP_TIMEOUT),
    }
}

fn connections(raw: Option<raw::Connections>) -> Connections {
    match raw {
        Some(raw::Connections::Cold) => Connections::Cold,
        Some(raw::Connections::Warm) | None => Connections::Warm,
    }
}

fn body_bytes_max(checks: &mut Checks<'_>, raw: &raw::Http, place: &Place<'_>) -> u64 {
    let (place, given) = (place.field("maxBodyBytes"), raw.max_body_bytes.as_ref());
    size(checks, &place, given, BODY_BYTES, BODY_BYTES_MAX)
}

fn budget(checks: &mut Checks<'_>, raw: Option<&raw::Budget>, place: &Place<'_>) -> Budget {
    raw.map_or_else(Budget::default, |raw| budgets::budget(checks, raw, place))
}

fn warm_up(checks: &mut Checks<'_>, raw: &JourneySpec, place: &Place<'_>) -> u32 {
    let (place, given) = (place.field("warmUp"), raw.warm_up.as_ref());
    count(checks, &place, given, 0, 0..=WARM_UP_MAX)
}

/// Every step, with its place: those inside of others and of `finally` too.
fn each_step<'r, 'p>(raw: &'r JourneySpec, place: &Place<'p>) -> Vec<(&'r Step, Place<'p>)> {
    let mut all = Vec::new();
    let finally = raw.finally.as_ref().map_or(&[][..], |finally| &finally.steps);
    let finally_place = place.field("finally").field("steps");
    for (steps, place) in [(&raw.steps[..], place.field("steps")), (finally, finally_place)] {
        for (at, step) in steps.iter().enumerate() {
            let place = place.item(at);
            let inner = step.parallel.as_deref().unwrap_or_default();
            let inner = inner
                .iter()
                .enumerate()
                .map(|(at, step)| (step, place.field("parallel").item(at)));
            let inner: Vec<_> = inner.collect();
            all.push((step, place));
            all.extend(inner);
        }
    }
    all
}

fn refuse_double_names(checks: &mut Checks<'_>, raw: &JourneySpec, place: &Place<'_>) {
    let mut names = HashSet::new();
    for (step, place) in each_step(raw, place) {
        if !names.insert(step.name.as_str()) {
            let found = format!("a second step `{}`", step.name);
            checks.refuse(
                &place.field("name"),
                found,
                "names that are unique inside the journey",
            );
        }
    }
}

/// What any step captures, with the first one that does.
fn captured_anywhere(raw: &JourneySpec) -> BTreeMap<String, String> {
    let finally = raw.finally.as_ref().map_or(&[][..], |finally| &finally.steps);
    let outer = raw.steps.iter().chain(finally);
    let mut captured = BTreeMap::new();
    for step in outer.flat_map(|step| [step].into_iter().chain(step.parallel.iter().flatten())) {
        for name in step.captures.iter().flatten().map(|(name, _)| name) {
            let _first = captured.entry(name.clone()).or_insert_with(|| step.name.clone());
        }
    }
    captured
}

fn target(checks: &mut Checks<'_>, text: Option<&str>, place: &Place<'_>) -> Option<String> {
    let text = plain(checks, place, text?)?;
    checks.target(place, text, "");
    Some(text.to_owned())
}

fn schedule(checks: &mut Checks<'_>, raw: &raw::Schedule, place: &Place<'_>) -> Schedule {
    let interval = raw.interval.as_deref();
    let jitter = checks.number_in(
        &place.field("jitter"),
        raw.jitter.as_ref(),
        JITTER,
        |part| (0.0..=0.5).contains(&part),
        "a part of the interval from 0 to 0.5",
    );
    let in_flight = raw.max_in_flight.as_ref();
    let in_flight_place = place.field("maxInFlight");
    Schedule {
        interval: time(
            checks,
            &place.field("interval"),
            interval,
            INTERVAL,
            INTERVAL_MIN..=TIME_MAX,
        ),
        jitter: jitter.unwrap_or(JITTER),
        in_flight_max: count(checks, &in_flight_place, in_flight, IN_FLIGHT, 1..=IN_FLIGHT_MAX) as usize,
    }
}

fn http(
    checks: &mut Checks<'_>,
    files: &mut Reading<'_>,
    raw: &raw::Http,
    place: &Place<'_>,
) -> HttpSettings {
    let roots = raw.ca.as_deref();
    let roots = roots.and_then(|path| files.certificates(checks, &place.field("ca"), path));
    let certificate = raw.client_certificate.as_ref().and_then(|raw| {
        let place = place.field("clientCertificate");
        let chain = files.certificates(checks, &place.field("certificate"), &raw.certificate);
        let key = secret(checks, &raw.key, &place.field("key"), "");
        let (chain, key) = chain.zip(key)?;
        Some(ClientIdentity { chain, key })
    });
    HttpSettings {
        cookies: raw.cookies.unwrap_or(true),
        insecure: raw.insecure.unwrap_or(false),
        roots,
        certificate,
    }
}

fn answering(checks: &mut Checks<'_>, raw: Option<&raw::AnsweredBy>, place: &Place<'_>) -> Option<Answering> {
    let raw = raw?;
    if raw.canary.is_none() && raw.stable.is_none() {
        let expected = "`canary`, `stable`, or both: what they say there";
        checks.refuse(place, "no side that says something", expected);
    }
    let query: Option<Query> = match (&raw.header, &raw.jsonpath) {
        (Some(name), None) => query::named(checks, &place.field("header"), "header", name),
        (None, Some(path)) => query::named(checks, &place.field("jsonpath"), "jsonpath", path),
        _ => {
            checks.refuse(
                place,
                "no place, or several",
                "exactly one of `header` and `jsonpath`",
            );
            None
        }
    };
    let mut said = |key: &str, text: Option<&str>| {
        let text = text.and_then(|text| plain(checks, &place.field(key), text));
        text.map(str::to_owned)
    };
    let (canary, stable) = (
        said("canary", raw.canary.as_deref()),
        said("stable", raw.stable.as_deref()),
    );
    if canary.is_some() && canary == stable {
        checks.refuse(
            &place.field("stable"),
            "the same for both sides",
            "what tells the sides apart",
        );
    }
    Some(Answering {
        query: query?,
        canary,
        stable,
    })
}

fn data(
    checks: &mut Checks<'_>,
    files: &mut Reading<'_>,
    raw: Option<&raw::Data>,
    place: &Place<'_>,
) -> (Option<DataSet>, Columns) {
    let Some(raw) = raw else {
        return (None, Columns::Absent);
    };
    let sources = (raw.csv.as_deref(), raw.json.as_deref(), raw.rows.as_deref());
    let (rows, columns) = files.rows(checks, place, sources);
    let order = match raw.order {
        Some(raw::RowOrder::Random) => RowOrder::Random,
        Some(raw::RowOrder::Sequential) | None => RowOrder::Sequential,
    };
    (Some(DataSet { rows, order }), columns)
}

fn accounts(
    checks: &mut Checks<'_>,
    files: &mut Reading<'_>,
    raw: Option<&raw::Accounts>,
    place: &Place<'_>,
) -> (Option<Accounts>, Columns) {
    let Some(raw) = raw else {
        return (None, Columns::Absent);
    };
    let sources = (raw.csv.as_deref(), raw.json.as_deref(), raw.rows.as_deref());
    let (rows, columns) = files.rows(checks, place, sources);
    let mut secret = raw.secret.clone().unwrap_or_default();
    if let Columns::Known(known) = &columns {
        for (at, column) in secret
            .iter()
            .enumerate()
            .filter(|(_, column)| !known.contains(*column))
        {
            let found = format!("the secret column `{column}`, which no row has");
            checks.refuse(&place.field("secret").item(at), found, "a column of the accounts");
        }
        if raw.secret.is_none() {
            secret = known
                .iter()
                .filter(|column| is_credential(column))
                .cloned()
                .collect();
        }
    }
    (Some(Accounts { rows, secret }), columns)
}
