use serde_json::json;

use super::{failed, found, once};
use crate::peers::nsd::{MANY, Nsd};

#[tokio::test]
async fn a_name_server_is_asked_for_every_kind_of_record() {
    let server = Nsd::start().await;
    let steps: String = [
        ("a", "shop.test", "A", "10.0.0.1"),
        ("aaaa", "shop.test", "AAAA", "2001:db8::1"),
        ("mx", "shop.test", "MX", "10 mail.shop.test."),
        ("ns", "shop.test", "NS", "ns.shop.test."),
        ("txt", "shop.test", "TXT", "v=spf1 -all"),
        ("srv", "_sip._tcp.shop.test", "SRV", "1 2 5060 ns.shop.test."),
        ("caa", "shop.test", "CAA", "0 issue \"ca.test\""),
        ("cname", "www.shop.test", "CNAME", "shop.test."),
    ]
    .iter()
    .map(|(step, name, record, value)| {
        format!(
            "  - name: {step}\n    dns: {{name: {name}, type: {record}, server: '{}'}}\n    assert:\n    \
             - {{jsonpath: '$.answers[0].value', equals: '{value}'}}\n    - {{condition: result.authoritative}}\n",
            server.address
        )
    })
    .collect();
    let arm = once(0, &steps, &[]).await;
    assert_eq!(arm["runs"]["passed"], 1, "{arm}");
    assert_eq!(found(&arm, "mx")["additional"][0]["value"], "10.0.0.25");
}

#[tokio::test]
async fn codes_serials_and_answers_that_do_not_fit() {
    let server = Nsd::start().await;
    let server = &server.address;
    let steps = format!(
        "  - name: soa\n    dns: {{name: shop.test, type: SOA, server: '{server}'}}\n  \
         - name: many\n    dns: {{name: many.shop.test, server: '{server}'}}\n  \
         - name: gone\n    dns: {{name: no.shop.test, server: '{server}', rcode: NXDOMAIN}}\n  \
         - name: over-tcp\n    dns: {{name: shop.test, server: '{server}', transport: tcp}}\n  \
         - name: no-name\n    dns: {{name: no.shop.test, server: '{server}'}}\n    continueOnFailure: true\n  \
         - name: not-mine\n    dns: {{name: other.test, server: '{server}'}}\n"
    );
    let arm = once(1, &steps, &[]).await;
    assert_eq!(found(&arm, "soa")["serial"], json!(2_026_112_201_u32));
    let many = found(&arm, "many");
    assert_eq!(
        (&many["transport"], &many["truncated"]),
        (&json!("tcp"), &json!(true))
    );
    assert_eq!(many["answers"].as_array().unwrap().len(), MANY);
    assert_eq!(found(&arm, "gone")["serial"], json!(2_026_112_201_u32));
    assert_eq!(found(&arm, "over-tcp")["transport"], "tcp");
    assert_eq!(failed(&arm, "no-name"), ("dns_nxdomain", &json!("answers")));
    assert_eq!(failed(&arm, "not-mine"), ("dns_servfail", &json!("answers")));
}
