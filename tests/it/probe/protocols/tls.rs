use serde_json::json;

use super::{failed, found, once};
use crate::peers::openssl::OpenSsl;
use crate::peers::tls::TlsServer;

#[tokio::test]
async fn what_is_stapled_to_a_certificate_is_read() {
    for (index, status) in [
        ("V\t301231000000Z\t\t1234\tunknown\t/CN=localhost\n", "good"),
        (
            "R\t301231000000Z\t250101000000Z\t1234\tunknown\t/CN=localhost\n",
            "revoked",
        ),
        ("V\t301231000000Z\t\t99\tunknown\t/CN=other\n", "unknown"),
    ] {
        let server = OpenSsl::stapling(index).await;
        let steps = format!(
            "  - name: s\n    tls: {{address: 'localhost:{}', ca: '{}'}}\n",
            server.port,
            server.roots()
        );
        let arm = once(0, &steps, &[]).await;
        let found = found(&arm, "s");
        assert_eq!(found["ocsp"]["status"], status, "{found}");
        for time in ["thisUpdate", "nextUpdate"] {
            let time = found["ocsp"][time].as_str().unwrap_or_else(|| panic!("{found}"));
            assert!(time.ends_with('Z') && time.len() == 20, "{time}");
        }
        assert_eq!(found["chain"][0]["serial"], "1234");
        let left = found["daysLeft"].as_i64().unwrap();
        assert!((19..=20).contains(&left), "{left}");
    }
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for() {
    let server = TlsServer::start("hello").await;
    let address = server.address().replace("https://", "");
    let steps = format!(
        "  - name: known\n    tls: {{address: '{address}', ca: '{}'}}\n    assert: [{{tlsDaysLeft: {{min: 14}}}}]\n  \
         - name: told\n    tls: {{address: '{address}', insecure: true}}\n  \
         - name: unknown\n    tls: {{address: '{address}'}}\n",
        server.roots()
    );
    let arm = once(1, &steps, &[]).await;
    assert_eq!(found(&arm, "known")["verified"], json!(true));
    let told = found(&arm, "told");
    assert_eq!(told["verified"], json!(false));
    assert!(
        told["verifyError"].as_str().unwrap().starts_with("tls_untrusted"),
        "{told}"
    );
    assert_eq!(failed(&arm, "unknown"), ("tls_untrusted", &json!("connects")));
}
