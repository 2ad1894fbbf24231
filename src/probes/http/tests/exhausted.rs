//! What this process lacks is no fault of whoever is asked. It takes a process of its own to lack something.

use std::fs::File;
use std::process::Command;

use serin_judge::analysis::plan::journey::FailureClass;

use super::{ask, client, failed, get};

const MARK: &str = "SERIN_TEST_WITHOUT_DESCRIPTORS";

/// It uses up all descriptors of its process, so it starts itself in one of its own.
#[test]
fn used_up_descriptors_are_the_probers_fault() {
    if std::env::var_os(MARK).is_some() {
        return ask_without_descriptors();
    }
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture"])
        .arg("probes::http::tests::exhausted::used_up_descriptors_are_the_probers_fault")
        .env(MARK, "1")
        .output()
        .unwrap();
    let out = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success() && out.contains("1 passed"), "{child:?}");
}

fn ask_without_descriptors() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    rlimit::setrlimit(rlimit::Resource::NOFILE, 64, 64).unwrap();
    let (client, requests) =
        runtime.block_on(async { (client(), ["http://127.0.0.1:9/", "http://somewhere.test/"]) });
    let mut all = Vec::new();
    while let Ok(file) = File::open("/dev/null") {
        all.push(file);
    }
    for url in requests {
        let failure = failed(runtime.block_on(ask(&*client, &get(url))));
        assert_eq!(failure.class, FailureClass::ProberUnhealthy, "{failure:?}");
        assert!(failure.message.contains("file descriptor"), "{failure:?}");
    }
}
