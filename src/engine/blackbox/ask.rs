use std::borrow::Cow;
use std::net::{IpAddr, SocketAddr};

use cookie_store::CookieStore;
use serde_json::Map;
use serin_judge::analysis::plan::journey::{Probe, TlsMode};
use serin_judge::blackbox::grpc::Grpc;
use serin_judge::blackbox::http::{Coding, Http, Seen, Target};
use serin_judge::blackbox::{Module, Prober as Kind, Report, Sounded, TlsSettings};
use serin_judge::journey::FilledProbe;
use tokio::time::{Instant, timeout_at};

use super::{Blackbox, ProbeOrder};
use crate::engine::ports::{BodyCoding, HttpRequest, Reach};

impl Blackbox {
    /// Asks, and writes down what came. How many requests were made.
    pub(super) async fn ask(
        &self,
        module: &Module,
        (order, host): (&ProbeOrder<'_>, Option<&str>),
        deadline: Instant,
        report: &mut Report,
    ) -> usize {
        let asked = match &module.prober {
            Kind::Http(http) => {
                self.ask_http((module, http), (order, host), deadline, report)
                    .await
            }
            _ => self.ask_protocol(module, order, deadline, report).await,
        };
        asked.unwrap_or_else(|why| {
            report.error("nothing could be asked", [("seen", why)]);
            0
        })
    }

    async fn ask_http(
        &self,
        (module, http): (&Module, &Http),
        (order, host): (&ProbeOrder<'_>, Option<&str>),
        deadline: Instant,
        report: &mut Report,
    ) -> Result<usize, String> {
        let target = Target::parse(order.target)?;
        let address = self.address(module, &target.host, deadline, report).await?;
        let question = http.question(&target, host, &|path| self.read(path))?;
        let client = self.client(&module.name, http)?;
        let request = HttpRequest {
            method: question.method.clone(),
            uri: question.uri.clone(),
            headers: Cow::Borrowed(&question.headers),
            traceparent: None,
            body: question.body.clone(),
            redirects_max: question.redirects_max,
            version: None,
            keep_body: question.keeps_body,
            body_bytes_max: question.body_bytes_max,
            coding: match question.coding {
                Coding::Identity => BodyCoding::Identity,
                Coding::Gzip => BodyCoding::Gzip,
                Coding::Deflate => BodyCoding::Deflate,
            },
            reach: Some(Reach {
                address: SocketAddr::new(address, target.port),
                server_name: question.server_name.clone(),
            }),
        };
        let mut cookies = CookieStore::default();
        let exchange = client.send(&request, Some(&mut cookies), deadline).await;
        let seen = Seen {
            hops: &exchange.hops,
            answer: exchange.outcome.as_ref().ok().or(exchange.cut.as_deref()),
            failure: exchange.outcome.as_ref().err(),
        };
        http.judge(&question, &seen, report);
        Ok(exchange.hops.len())
    }

    async fn ask_protocol(
        &self,
        module: &Module,
        order: &ProbeOrder<'_>,
        deadline: Instant,
        report: &mut Report,
    ) -> Result<usize, String> {
        let peer = module.prober.peer(order.target)?;
        let address = self.address(module, &peer.host, deadline, report).await?;
        let probe = self.question(module, order, &peer.host)?;
        let place = format!("[{}]:{}", peer.host, peer.port);
        let protocols = self
            .prober
            .protocols(&[(place, SocketAddr::new(address, peer.port))]);
        let filled = FilledProbe {
            peer: Some(peer),
            probe,
        };
        let sounding = protocols.ask(&filled, deadline).await;
        let nothing = Map::new();
        let found = sounding.outcome.as_ref().ok().or(sounding.so_far.as_ref());
        let sounded = Sounded {
            phases: &sounding.phases,
            facts: found.map_or(&nothing, |found| &found.facts),
            tls: found.and_then(|found| found.tls.as_ref()),
            failure: sounding.outcome.as_ref().err(),
        };
        module.prober.judge(&sounded, report);
        Ok(1)
    }

    /// What is asked in another protocol than HTTP.
    fn question(&self, module: &Module, order: &ProbeOrder<'_>, host: &str) -> Result<Probe<String>, String> {
        let security = |tls: &TlsSettings, mode: TlsMode, name: &str| {
            let loaded = match mode {
                TlsMode::Off => (None, None),
                _ => self.loaded(tls)?,
            };
            Ok::<_, String>(tls.security(mode, name, loaded))
        };
        Ok(match &module.prober {
            Kind::Tcp(tcp) => {
                let name = order.hostname.unwrap_or(host);
                tcp.probe(security(&tcp.tls, tcp.mode(), name)?)
            }
            Kind::Dns(dns) => dns.probe(security(&dns.tls, dns.mode(), host)?),
            Kind::Grpc(grpc) => {
                let metadata = self.metadata(grpc)?;
                grpc.probe(security(&grpc.tls, grpc.mode(), host)?, metadata)
            }
            Kind::Icmp(icmp) => icmp.probe(security(&TlsSettings::default(), TlsMode::Off, host)?),
            Kind::Http(_) => return Err("requests are no probes of this kind".to_owned()),
        })
    }

    fn metadata(&self, grpc: &Grpc) -> Result<Vec<(String, String)>, String> {
        let read = |path: &str| self.read(path);
        let entries = grpc.metadata.iter().map(|(name, value)| {
            let value = value.load(&read)?;
            Ok((name.clone(), String::from_utf8_lossy(&value).into_owned()))
        });
        entries.collect()
    }

    /// The address that is asked.
    async fn address(
        &self,
        module: &Module,
        host: &str,
        deadline: Instant,
        report: &mut Report,
    ) -> Result<IpAddr, String> {
        let begun = Instant::now();
        let found = match timeout_at(deadline, self.prober.addresses(host)).await {
            Ok(Ok(addresses)) => {
                let addressing = module.prober.addressing();
                addressing.choose(&addresses).ok_or_else(|| {
                    let family = addressing.preferred.name();
                    format!("{host} has no address of {family}, and others may not be asked")
                })
            }
            Ok(Err(failure)) => Err(failure.message),
            Err(_over) => Err(format!("no answer about {host} before the time was over")),
        };
        let told = found.as_ref().copied().map_err(String::as_str);
        module.prober.looked_up(report, host, begun.elapsed(), told);
        found
    }
}
