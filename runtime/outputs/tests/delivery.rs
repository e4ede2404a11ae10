//! Outputs side by side: waiting, dropping, repeating, reopening, ending.

mod support;

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use outputs::{
    Alert, DeliveryError, FileOutput, GroupingOptions, Options, Output, Outputs, ProgramOutput, QueueOptions,
    RetryOptions, Rotation, WhenFull,
};
use support::{Scratch, alert, counters, until};

type Said = Arc<Mutex<Vec<String>>>;

fn options(said: &Said) -> Options {
    let said = Arc::clone(said);
    Options {
        timeout: Duration::from_millis(100),
        patience: Duration::from_secs(60),
        report: Arc::new(move |_, text| said.lock().unwrap().push(text.to_string())),
        ..Options::default()
    }
}

/// Does not wait for outputs that stand still.
fn impatient(said: &Said) -> Options {
    Options { patience: Duration::from_millis(300), ..options(said) }
}

/// Remembers ids; fails or waits as it is told.
struct Probe {
    name: &'static str,
    got: Arc<Mutex<Vec<u64>>>,
    /// What happens at the attempt with this number.
    act: Box<dyn FnMut(u64) -> Result<(), DeliveryError> + Send>,
    attempts: u64,
}

impl Probe {
    fn boxed(
        name: &'static str,
        act: impl FnMut(u64) -> Result<(), DeliveryError> + Send + 'static,
    ) -> (Box<Probe>, Arc<Mutex<Vec<u64>>>) {
        let got = Arc::default();
        (Box::new(Probe { name, got: Arc::clone(&got), act: Box::new(act), attempts: 0 }), got)
    }
}

impl Output for Probe {
    fn name(&self) -> &str {
        self.name
    }

    fn deliver(&mut self, alert: &Alert) -> Result<(), DeliveryError> {
        self.attempts += 1;
        (self.act)(self.attempts)?;
        self.got.lock().unwrap().push(alert.id);
        Ok(())
    }
}

fn quick() -> RetryOptions {
    RetryOptions {
        first: Duration::from_millis(1),
        longest: Duration::from_millis(5),
        ..RetryOptions::default()
    }
}

#[test]
fn a_blocked_output_delays_nobody_and_is_counted() {
    let said = Said::default();
    let mut outputs = Outputs::new(impatient(&said)).unwrap();
    let release = Arc::new(AtomicBool::new(false));
    let (blocked, _) = Probe::boxed("blocked", {
        let release = Arc::clone(&release);
        move |_| {
            while !release.load(Ordering::SeqCst) {
                thread::sleep(Duration::from_millis(5));
            }
            Ok(())
        }
    });
    let (fine, got) = Probe::boxed("fine", |_| Ok(()));
    outputs.add(blocked, QueueOptions { capacity: 100, ..QueueOptions::default() });
    outputs.add(fine, QueueOptions::default());
    let begin = Instant::now();
    for _ in 0..10_000 {
        outputs.deliver(alert("x"));
    }
    let took = begin.elapsed();
    until(60, "the fine output", || got.lock().unwrap().len() == 10_000);
    assert!(got.lock().unwrap().iter().copied().eq(1..=10_000), "order is kept");
    assert!(took < Duration::from_secs(30), "{took:?}");
    until(60, "the time-out", || counters(&outputs, "blocked").timeouts == 1);
    let blocked = counters(&outputs, "blocked");
    assert_eq!((blocked.queued, blocked.depth, blocked.dropped), (10_000, 100, 9_900));
    assert!(blocked.busy_ms >= 100 && blocked.depth_bytes > 0, "{blocked:?}");
    let fine = counters(&outputs, "fine");
    assert_eq!((fine.delivered, fine.dropped, fine.bytes, fine.depth), (10_000, 0, 10_000, 0));
    let begin = Instant::now();
    outputs.close();
    assert!(begin.elapsed() < Duration::from_secs(30), "{:?}", begin.elapsed());
    assert_eq!(counters(&outputs, "blocked").dropped, 10_000);
    release.store(true, Ordering::SeqCst);
    let said = said.lock().unwrap();
    for start in [
        "Outputs queue out of memory. Drop event and continue on ...",
        "\"blocked\" output timeout, all output channels are blocked",
        "output channels still blocked, discarding all remaining notifications",
    ] {
        assert_eq!(said.iter().filter(|text| text.starts_with(start)).count(), 1, "{start}: {said:?}");
    }
}

#[test]
fn a_replay_waits_and_loses_nothing() {
    let mut outputs = Outputs::new(options(&Said::default())).unwrap();
    let (slow, got) = Probe::boxed("slow", |_| {
        thread::sleep(Duration::from_micros(300));
        Ok(())
    });
    let queue = QueueOptions { capacity: 5, when_full: WhenFull::Wait, ..QueueOptions::default() };
    outputs.add(slow, queue);
    for _ in 0..1000 {
        outputs.deliver(alert("x"));
        assert!(counters(&outputs, "slow").depth <= 5);
    }
    assert_eq!(outputs.close(), 1001);
    assert!(got.lock().unwrap().iter().copied().eq(1..=1000));
}

#[test]
fn waiting_for_an_output_can_be_interrupted() {
    let interrupt = Arc::new(AtomicBool::new(false));
    let options = Options { interrupt: Arc::clone(&interrupt), ..impatient(&Said::default()) };
    let mut outputs = Outputs::new(options).unwrap();
    let (stuck, _) = Probe::boxed("stuck", |_| {
        thread::sleep(Duration::from_secs(300));
        Ok(())
    });
    outputs.add(stuck, QueueOptions { capacity: 1, when_full: WhenFull::Wait, ..QueueOptions::default() });
    outputs.deliver(alert("x"));
    let helper = thread::spawn(move || {
        thread::sleep(Duration::from_millis(100));
        interrupt.store(true, Ordering::SeqCst);
    });
    outputs.deliver(alert("x"));
    helper.join().unwrap();
    assert_eq!(counters(&outputs, "stuck").dropped, 1);
}

#[test]
fn what_fails_is_repeated_in_order_until_it_succeeds() {
    let said = Said::default();
    let mut outputs = Outputs::new(options(&said)).unwrap();
    // Two of three attempts fail.
    let (flaky, got) = Probe::boxed("flaky", |attempt| match attempt % 3 {
        0 => Ok(()),
        _ => Err(DeliveryError::retryable("try again")),
    });
    // Every tenth alert is refused.
    let (picky, taken) = Probe::boxed("picky", |attempt| match attempt % 10 {
        0 => Err(DeliveryError::permanent("no")),
        _ => Ok(()),
    });
    outputs.add(flaky, QueueOptions { retry: quick(), ..QueueOptions::default() });
    outputs.add(picky, QueueOptions::default());
    for _ in 0..100 {
        outputs.deliver(alert("x"));
    }
    until(60, "all", || counters(&outputs, "flaky").delivered == 100);
    outputs.close();
    assert!(got.lock().unwrap().iter().copied().eq(1..=100));
    assert!(taken.lock().unwrap().iter().copied().eq((1..=100).filter(|id| id % 10 != 0)));
    let (flaky, picky) = (counters(&outputs, "flaky"), counters(&outputs, "picky"));
    assert_eq!((flaky.failed, flaky.retried, flaky.dropped), (200, 200, 0));
    assert_eq!((picky.failed, picky.retried, picky.dead_lettered, picky.delivered), (10, 0, 10, 90));
}

#[test]
fn a_replay_gives_up_one_alert_after_some_time_and_others_at_once() {
    let mut outputs = Outputs::new(options(&Said::default())).unwrap();
    let (dead, _) = Probe::boxed("dead", |_| Err(DeliveryError::retryable("down")));
    let retry = RetryOptions { give_up_after: Some(Duration::from_secs(1)), ..quick() };
    outputs.add(dead, QueueOptions { when_full: WhenFull::Wait, retry, ..QueueOptions::default() });
    let begin = Instant::now();
    for _ in 0..100 {
        outputs.deliver(alert("x"));
    }
    until(90, "the end", || counters(&outputs, "dead").dropped == 100);
    assert!(begin.elapsed() < Duration::from_secs(60), "{:?}", begin.elapsed());
}

#[test]
fn time_outs_in_a_row_give_up_an_alert() {
    let mut outputs = Outputs::new(options(&Said::default())).unwrap();
    let (slow, got) = Probe::boxed("slow", |attempt| match attempt {
        1..=4 => Err(DeliveryError::timeout("nothing")),
        _ => Ok(()),
    });
    outputs.add(
        slow,
        QueueOptions { retry: RetryOptions { max_timeouts: Some(3), ..quick() }, ..QueueOptions::default() },
    );
    outputs.deliver(alert("x"));
    outputs.deliver(alert("x"));
    outputs.close();
    assert_eq!(*got.lock().unwrap(), [2]);
    assert_eq!(counters(&outputs, "slow").dropped, 1);
}

#[test]
fn a_reader_that_went_away_makes_going_on_pointless() {
    let mut outputs = Outputs::new(options(&Said::default())).unwrap();
    assert!(!outputs.is_pointless());
    let (closed, _) = Probe::boxed("closed", |_| Err(DeliveryError::closed("gone")));
    outputs.add(closed, QueueOptions::default());
    assert!(!outputs.is_pointless());
    outputs.deliver(alert("x"));
    until(60, "the news", || outputs.is_pointless());
    let (fine, _) = Probe::boxed("fine", |_| Ok(()));
    outputs.add(fine, QueueOptions::default());
    assert!(!outputs.is_pointless(), "one of two is still there");
}

#[test]
fn no_line_is_lost_while_files_are_moved_away() {
    const LINES: u64 = 100_000;
    let scratch = Scratch::new("reopen");
    let path = scratch.path("alerts");
    let mut outputs =
        Outputs::new(Options { patience: Duration::from_secs(60), ..Options::default() }).unwrap();
    let file = FileOutput::new(&path, true, Rotation { max_bytes: 0, keep: 0 });
    outputs.add(Box::new(file), QueueOptions::default());
    let mut moved = 0;
    for number in 0..LINES {
        if number % 20_000 == 10_000 && fs::rename(&path, scratch.path(&format!("moved.{moved}"))).is_ok() {
            moved += 1;
            outputs.reopen();
        }
        outputs.deliver(alert(number.to_string()));
    }
    outputs.close();
    assert!(moved > 0);
    let mut text = String::new();
    for number in 0..moved {
        text += &fs::read_to_string(scratch.path(&format!("moved.{number}"))).unwrap();
    }
    text += &fs::read_to_string(&path).unwrap();
    assert!(text.lines().map(|line| line.parse::<u64>().unwrap()).eq(0..LINES));
}

#[test]
fn rotation_loses_nothing_and_keeps_files_small() {
    let scratch = Scratch::new("rotate");
    let path = scratch.path("alerts");
    let mut outputs =
        Outputs::new(Options { patience: Duration::from_secs(60), ..Options::default() }).unwrap();
    let file = FileOutput::new(&path, true, Rotation { max_bytes: 1 << 20, keep: 100 });
    outputs.add(Box::new(file), QueueOptions::default());
    for number in 0..50_000 {
        outputs.deliver(alert(format!("{number} {}", "x".repeat(60))));
    }
    outputs.close();
    let mut names: Vec<_> = (1..=100).rev().map(|n| scratch.path(&format!("alerts.{n}"))).collect();
    names.push(path);
    names.retain(|name| name.exists());
    assert!(names.len() >= 3, "{names:?}");
    let mut text = String::new();
    for name in names {
        assert!(fs::metadata(&name).unwrap().size() <= 1 << 20);
        text += &fs::read_to_string(name).unwrap();
    }
    let numbers = text.lines().map(|line| line.split(' ').next().unwrap().parse::<u64>().unwrap());
    assert!(numbers.eq(0..50_000));
}

#[test]
fn a_hanging_program_is_killed_at_the_end() {
    let scratch = Scratch::new("hang");
    let pid = scratch.path("pid");
    let mut outputs = Outputs::new(impatient(&Said::default())).unwrap();
    let command = format!("echo $$ > {}; cat > /dev/null; exec sleep 1000", pid.display());
    outputs.add(
        Box::new(ProgramOutput::new(command, false, Duration::from_secs(1000))),
        QueueOptions::default(),
    );
    outputs.deliver(alert("x"));
    until(60, "the program", || fs::read_to_string(&pid).is_ok_and(|text| text.ends_with('\n')));
    let begin = Instant::now();
    outputs.close();
    assert!(begin.elapsed() < Duration::from_secs(60), "{:?}", begin.elapsed());
    let process = format!("/proc/{}", fs::read_to_string(&pid).unwrap().trim());
    until(60, "its death", || !fs::exists(&process).unwrap());
}

#[test]
fn the_end_comes_in_time_however_much_is_left() {
    let options = Options { farewell: Some(Duration::from_millis(500)), ..impatient(&Said::default()) };
    let mut outputs = Outputs::new(options).unwrap();
    let (slow, got) = Probe::boxed("slow", |_| {
        thread::sleep(Duration::from_millis(20));
        Ok(())
    });
    let (stuck, _) = Probe::boxed("stuck", |_| {
        thread::sleep(Duration::from_secs(300));
        Ok(())
    });
    outputs.add(slow, QueueOptions::default());
    outputs.add(stuck, QueueOptions::default());
    for _ in 0..10_000 {
        outputs.deliver(alert("x"));
    }
    until(60, "the first", || !got.lock().unwrap().is_empty());
    let begin = Instant::now();
    outputs.close();
    assert!(begin.elapsed() < Duration::from_secs(60), "{:?}", begin.elapsed());
    assert_eq!(counters(&outputs, "slow").dropped, 10_000 - counters(&outputs, "slow").delivered);
    assert!(outputs.is_stuck("stuck") && !outputs.is_stuck("slow") && !outputs.is_stuck("other"));
}

#[test]
fn groups_are_one_alert_and_a_summary_for_every_output() {
    let grouping = GroupingOptions { window: Duration::from_secs(60), fields: Vec::new() };
    let mut outputs =
        Outputs::new(Options { grouping: Some(grouping), ..options(&Said::default()) }).unwrap();
    assert!(outputs.wants_fields());
    let lines: Arc<Mutex<Vec<String>>> = Arc::default();
    struct Lines(Arc<Mutex<Vec<String>>>);
    impl Output for Lines {
        fn name(&self) -> &str {
            "lines"
        }
        fn deliver(&mut self, alert: &Alert) -> Result<(), DeliveryError> {
            let text = String::from_utf8_lossy(&alert.line);
            self.0.lock().unwrap().push(format!("{} {text}", alert.id));
            Ok(())
        }
    }
    outputs.add(Box::new(Lines(Arc::clone(&lines))), QueueOptions::default());
    let second = 1_000_000_000;
    for _ in 0..1000 {
        outputs.deliver(Alert { ts: second, ..alert("same") });
    }
    assert_eq!(outputs.deliver(Alert { ts: 2 * second, ..alert("other") }), Some(2));
    outputs.tick(62 * second);
    assert_eq!(outputs.deliver(Alert { ts: 63 * second, ..alert("same") }), Some(4));
    outputs.deliver(Alert { ts: 64 * second, ..alert("same") });
    outputs.close();
    let expected = [
        "1 same",
        "2 other",
        "3 same (repeated 999 times in 60 s)",
        "4 same",
        "5 same (repeated 1 times in 60 s)",
    ];
    assert_eq!(*lines.lock().unwrap(), expected);
}

#[test]
fn counters_are_read_from_other_threads() {
    let mut outputs = Outputs::new(options(&Said::default())).unwrap();
    let (fine, _) = Probe::boxed("fine", |_| Ok(()));
    outputs.add(fine, QueueOptions::default());
    let monitor = outputs.monitor();
    let seen = Arc::new(AtomicU64::new(0));
    let reader = thread::spawn({
        let seen = Arc::clone(&seen);
        move || {
            until(60, "ten", || {
                seen.store(monitor.counters()[0].delivered, Ordering::SeqCst);
                seen.load(Ordering::SeqCst) == 10
            })
        }
    });
    for _ in 0..10 {
        outputs.deliver(alert("x"));
    }
    reader.join().unwrap();
}
