//! Beside blackbox_exporter 0.23.0, with the same module file and the same targets: the same series with the same values.
//!
//! Wanted differences, all of them told in docs/probes.md:
//! - `probe_timeout_seconds` and `probe_tls_cipher_info` are of later versions, as the label `serialnumber` of
//!   `probe_ssl_last_chain_info` is;
//! - `probe_icmp_reply_hop_limit` is there only where the socket tells it;
//! - over gRPC the exporter tells nothing of when the trusted chain ends.

mod http;
mod protocols;

use super::{Metrics, probed, told};
use crate::binary::Files;
use crate::peers::exporter::Exporter;
use crate::peers::site::Authority;
use crate::server::rig::Service;

const LATER: [&str; 2] = ["probe_timeout_seconds", "probe_tls_cipher_info"];

/// Series that the exporter of 0.23.0 could have told, as it would have named them.
fn as_of_0_23(own: Metrics, theirs: &Metrics) -> Metrics {
    let is_known = |series: &String| !LATER.iter().any(|later| series.starts_with(later));
    let own = own.into_iter().filter(|(series, _)| is_known(series));
    let mut own: Metrics = own
        .map(|(series, value)| match series.split_once(",serialnumber=\"") {
            Some((before, rest)) => {
                let (_, after) = rest.split_once('"').unwrap();
                (format!("{before}{after}"), value)
            }
            None => (series, value),
        })
        .collect();
    let hops = "probe_icmp_reply_hop_limit";
    if !own.contains_key(hops)
        && let Some(value) = theirs.get(hops)
    {
        own.insert(hops.to_owned(), *value);
    }
    let trusted = "probe_ssl_last_chain_expiry_timestamp_seconds";
    if theirs.contains_key("probe_grpc_ssl") {
        own.remove(trusted);
    }
    own
}

fn is_duration(series: &str) -> bool {
    series.contains("duration_seconds") || series.contains("lookup_time_seconds")
}

/// Both were asked the same.
async fn compare(service: &Service, exporter: &Exporter, query: &str) -> Metrics {
    let (own, theirs) = tokio::join!(probed(service, query), told(&exporter.address, query));
    let whole = own["probe_duration_seconds"];
    let alike = as_of_0_23(own.clone(), &theirs);
    let names = |metrics: &Metrics| metrics.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&alike), names(&theirs), "{query}");
    for (series, theirs) in theirs {
        let own = alike[&series];
        if is_duration(&series) {
            assert!(
                (0.0..=whole + 0.001).contains(&own),
                "{query}: {series} {own} of {whole}"
            );
            assert!(
                own > 0.0 || theirs == 0.0,
                "{query}: {series} is 0 here and {theirs} there"
            );
        } else {
            // rel: seconds since 1970 are written with nine digits there.
            assert!(
                (own - theirs).abs() <= theirs.abs() * 1e-9,
                "{query}: {series} is {own} here, {theirs} there"
            );
        }
    }
    own
}

async fn both(modules: &str, authority: &Authority) -> (Service, Exporter) {
    let files = Files::empty();
    files.write("blackbox.yml", modules.as_bytes());
    files.write("roots.pem", authority.roots.as_bytes());
    files.write("certificate.pem", authority.certificate.as_bytes());
    files.write("key.pem", authority.key.as_bytes());
    files.write("password", b"hunter2\n");
    let exporter = Exporter::start(&files).await;
    let service = Service::start_in(files, "probing: {modules: blackbox.yml}").await;
    (service, exporter)
}
