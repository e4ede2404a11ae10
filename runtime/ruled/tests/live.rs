//! Watching the running kernel, from the command line to the alert. Needs root and a kernel with BTF; without them it
//! says so and passes, unless `RULED_REQUIRE_BPF=1` asks for failure.
//!
//! The test program is its own cast: started again with `RULED_LIVE_ACTION`, and copied to other names, it does what
//! rules are about. That is why it brings its own `main`.

#[path = "live/actions.rs"]
mod actions;
#[path = "live/alerts.rs"]
mod alerts;
#[path = "live/around.rs"]
mod around;
#[path = "live/checker.rs"]
mod checker;
#[path = "live/daemon.rs"]
mod daemon;
#[path = "live/load.rs"]
mod load;
#[path = "live/own.rs"]
mod own;
#[path = "live/privileges.rs"]
mod privileges;
#[path = "live/reload.rs"]
mod reload;
mod support;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;
use std::time::Instant;

/// The tests, in the order in which they run: one after the other, as each starts a probe.
const TESTS: &[(&str, fn())] = &[
    ("alerts::official_rules_alert_and_replay_the_same", alerts::official_rules_alert_and_replay_the_same),
    ("around::alerts_that_ask_for_it_are_recorded", around::alerts_that_ask_for_it_are_recorded),
    ("around::a_recording_ends_at_its_limit", around::a_recording_ends_at_its_limit),
    ("own::alerts_do_not_feed_back", own::alerts_do_not_feed_back),
    ("own::the_end_can_be_asked_for_at_any_time", own::the_end_can_be_asked_for_at_any_time),
    ("own::host_names_are_looked_up", own::host_names_are_looked_up),
    ("own::killed_daemons_leave_nothing", own::killed_daemons_leave_nothing),
    ("own::lost_events_are_counted_and_told", own::lost_events_are_counted_and_told),
    ("own::other_rules_bring_their_system_calls", own::other_rules_bring_their_system_calls),
    ("privileges::few_capabilities_are_enough_and_kept", privileges::few_capabilities_are_enough_and_kept),
    (
        "privileges::nobody_with_few_capabilities_can_watch",
        privileges::nobody_with_few_capabilities_can_watch,
    ),
    (
        "privileges::a_container_with_the_hosts_files_watches_the_host",
        privileges::a_container_with_the_hosts_files_watches_the_host,
    ),
    (
        "privileges::a_host_that_lacks_something_is_told_so",
        privileges::a_host_that_lacks_something_is_told_so,
    ),
    (
        "privileges::kernels_that_lack_something_are_told_apart",
        privileges::kernels_that_lack_something_are_told_apart,
    ),
    ("privileges::the_doctor_knows_this_host", privileges::the_doctor_knows_this_host),
    ("reload::every_open_is_judged_by_one_version", reload::every_open_is_judged_by_one_version),
    ("load::state_survives_many_short_lives", load::state_survives_many_short_lives),
    ("load::what_ran_before_the_start_is_known", load::what_ran_before_the_start_is_known),
];

fn main() -> ExitCode {
    if let Ok(action) = std::env::var(actions::VARIABLE) {
        return actions::act(&action);
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let filters: Vec<&String> = arguments.iter().filter(|argument| !argument.starts_with('-')).collect();
    let chosen = TESTS
        .iter()
        .filter(|(name, _)| filters.is_empty() || filters.iter().any(|filter| name.contains(*filter)));
    if arguments.iter().any(|argument| argument == "--list") {
        chosen.for_each(|(name, _)| println!("{name}: test"));
        return ExitCode::SUCCESS;
    }
    if let Some(reason) = unable() {
        let required = std::env::var_os("RULED_REQUIRE_BPF").is_some_and(|value| value == "1");
        println!("live tests are skipped: {reason}");
        return if required { ExitCode::FAILURE } else { ExitCode::SUCCESS };
    }
    let mut failed = Vec::new();
    for (name, test) in chosen {
        let start = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(test));
        let word = if outcome.is_ok() { "ok" } else { "FAILED" };
        println!("test {name} ... {word} ({:.1} s)", start.elapsed().as_secs_f64());
        if outcome.is_err() {
            failed.push(name);
        }
    }
    println!("\ntest result: {} failed {failed:?}", failed.len());
    if failed.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Why nothing can be tested here.
fn unable() -> Option<String> {
    let run = support::ruled(&["doctor"]);
    (run.code != Some(0)).then(|| format!("`ruled doctor` ended with {:?}:\n{}", run.code, run.stdout))
}
