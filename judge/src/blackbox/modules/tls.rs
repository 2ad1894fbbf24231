//! `tls_config`, as Prometheus' common library has it.

use super::TlsSettings;
use super::fields::Fields;
use crate::analysis::plan::journey::TlsVersion;

pub(super) fn read(fields: &mut Fields<'_>) -> TlsSettings {
    let node = fields.map("tls_config");
    let mut fields = fields.within(node);
    let chain = fields.content("cert", "cert_file");
    let key = fields.content("key", "key_file");
    if chain.is_some() != key.is_some() {
        fields.refuse_here("one of a certificate and its key", "`cert_file` and `key_file`");
    }
    let settings = TlsSettings {
        insecure: fields.flag("insecure_skip_verify", false),
        roots: fields.content("ca", "ca_file"),
        certificate: chain.zip(key),
        server_name: fields.text("server_name").filter(|name| !name.is_empty()),
        min_version: min(&mut fields),
        max_version: max(&mut fields),
    };
    if settings
        .min_version
        .zip(settings.max_version)
        .is_some_and(|(min, max)| min > max)
    {
        fields.refuse(
            "max_version",
            "a `max_version` below `min_version`",
            "the other way round",
        );
    }
    fields.lacks("ca_ref", "a secret manager", "`ca_file`");
    fields.lacks("cert_ref", "a secret manager", "`cert_file`");
    fields.lacks("key_ref", "a secret manager", "`key_file`");
    fields.finish();
    settings
}

const VERSIONS: &str = "`TLS12` or `TLS13`";

/// Nothing older than TLS 1.2 is spoken, so that allowing older ones changes nothing.
fn min(fields: &mut Fields<'_>) -> Option<TlsVersion> {
    match fields.text("min_version").as_deref()? {
        "" | "TLS10" | "TLS11" => None,
        "TLS12" => Some(TlsVersion::Tls12),
        "TLS13" => Some(TlsVersion::Tls13),
        other => {
            let found = format!("{other:?}");
            fields.refuse("min_version", found, VERSIONS);
            None
        }
    }
}

fn max(fields: &mut Fields<'_>) -> Option<TlsVersion> {
    match fields.text("max_version").as_deref()? {
        "" => None,
        "TLS12" => Some(TlsVersion::Tls12),
        "TLS13" => Some(TlsVersion::Tls13),
        old @ ("TLS10" | "TLS11") => {
            fields.cannot("max_version", old, VERSIONS);
            None
        }
        other => {
            let found = format!("{other:?}");
            fields.refuse("max_version", found, VERSIONS);
            None
        }
    }
}
