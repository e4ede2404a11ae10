//! The systemd unit is one that systemd understands.

mod support;

use std::fs;
use std::process::Command;

use support::{Scratch, corpus};

#[test]
fn the_unit_is_understood() {
    let unit = corpus().join("../deploy/systemd/ruled.service");
    let text = fs::read_to_string(&unit).unwrap();
    // What the documentation promises.
    for line in [
        "Type=notify",
        "ExecReload=/bin/kill -HUP $MAINPID",
        "RestartPreventExitStatus=3 4",
        "StateDirectory=ruled",
    ] {
        assert!(text.lines().any(|found| found == line), "{line}");
    }
    if Command::new("systemd-analyze").arg("--version").output().is_err() {
        assert!(std::env::var_os("REQUIRE_PEERS").is_none(), "systemd-analyze is not installed");
        eprintln!("skipped: systemd-analyze is not installed");
        return;
    }
    let scratch = Scratch::new("unit");
    let here = scratch.file("ruled.service", text.replace("/usr/bin/ruled", env!("CARGO_BIN_EXE_ruled")));
    let output = Command::new("systemd-analyze").args(["verify", &here]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !said.contains("ruled.service"), "{said}");
}
