use serde_json::json;
use serin_judge::analysis::plan::journey::{FailureClass as Class, RequestPhase as Phase};

use super::packet::{Reply, Version, reply, request};
use crate::probes::dial::testing::{ask, failure, filled, kind};

#[test]
fn requests_are_as_the_standards_have_them() {
    let packet = request(Version::V4, 0x1234, 7, b"abc");
    assert_eq!(packet[..2], [8, 0]);
    assert_eq!(packet[4..], *b"\x12\x34\x00\x07abc");
    // The sum over a packet with its checksum is all ones: RFC 1071.
    let sum: u32 = packet
        .chunks(2)
        .map(|pair| u32::from(pair[0]) << 8 | u32::from(*pair.get(1).unwrap_or(&0)))
        .sum();
    assert_eq!((sum & 0xffff) + (sum >> 16), 0xffff);
    assert_eq!(request(Version::V6, 1, 2, b"")[..4], [128, 0, 0, 0]);
}

#[test]
fn only_replies_to_ones_own_requests_count() {
    let mut packet = request(Version::V4, 9, 3, b"abc");
    assert_eq!(
        reply(Version::V4, &packet, Some(9), b"abc"),
        None,
        "that is the request"
    );
    packet[0] = 0;
    let expected = Some(Reply {
        sequence: 3,
        ttl: None,
    });
    assert_eq!(reply(Version::V4, &packet, Some(9), b"abc"), expected);
    assert_eq!(reply(Version::V4, &packet, None, b"abc"), expected);
    assert_eq!(reply(Version::V4, &packet, Some(8), b"abc"), None);
    assert_eq!(reply(Version::V4, &packet, Some(9), b"abd"), None);
    let mut head = vec![0x45, 0, 0, 31, 0, 0, 0, 0, 63, 1];
    head.resize(20, 0);
    let with_head = [&head[..], &packet].concat();
    assert_eq!(
        reply(Version::V4, &with_head, Some(9), b"abc"),
        Some(Reply {
            sequence: 3,
            ttl: Some(63)
        })
    );
    for cut in 0..with_head.len() {
        assert_eq!(reply(Version::V4, &with_head[..cut], Some(9), b"abc"), None);
    }
}

#[tokio::test]
async fn this_machine_answers_or_says_what_is_missing() {
    for (host, at) in [
        ("127.0.0.1", "127.0.0.1"),
        ("::1", "::1"),
        ("localhost", "127.0.0.1"),
    ] {
        let sounding = ask(&filled(&format!(
            "icmp: {{host: '{host}', count: 3, interval: 5ms}}"
        )))
        .await;
        match sounding.outcome {
            Ok(findings) => {
                let facts = findings.facts;
                assert_eq!(
                    (&facts["sent"], &facts["received"]),
                    (&json!(3), &json!(3)),
                    "{host}"
                );
                assert_eq!(
                    (&facts["address"], &facts["lossRatio"]),
                    (&json!(at), &json!(0.0))
                );
                let [min, mean, max] =
                    ["min", "mean", "max"].map(|name| facts["rttMs"][name].as_f64().unwrap());
                assert!(
                    0.0 < min && min <= mean && mean <= max && max < 10_000.0,
                    "{facts:?}"
                );
            }
            // Containers are often without both kinds of sockets.
            Err(failure) => {
                assert_eq!(failure.class, Class::ProberUnhealthy, "{failure:?}");
                assert!(
                    failure.message.contains("net.ipv4.ping_group_range"),
                    "{failure:?}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_name_without_an_address_is_not_asked() {
    let failure = failure(&filled("icmp: {host: no-such-host.invalid}")).await;
    assert_eq!(kind(&failure).1, Phase::Dns, "{failure:?}");
}
