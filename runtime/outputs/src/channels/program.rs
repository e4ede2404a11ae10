//! Alerts to the standard input of a program, run by the shell.

use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::fs::{OFlags, fcntl_getfl, fcntl_setfl};
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};

use crate::alert::Alert;
use crate::output::{DeliveryError, Output};
use crate::worker::Stop;

/// How often whoever waits for the program looks whether it is still to wait.
const GLANCE: Duration = Duration::from_millis(100);

/// How long a program that is asked to end may take before it is killed.
const GRACE: Duration = Duration::from_millis(500);

/// A program that is started for every alert, or once with `keep_alive`.
#[derive(Debug)]
pub struct ProgramOutput {
    command: String,
    keep_alive: bool,
    /// How long it may take nothing, or go on after its input ended.
    limit: Duration,
    running: Option<Running>,
    stop: Stop,
    bytes: Vec<u8>,
}

/// A started program: a process group, so that what the shell starts is reached, too.
#[derive(Debug)]
struct Running {
    child: Child,
    input: Option<ChildStdin>,
}

/// Why waiting ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waited {
    Ready,
    TooLong,
    Stopped,
}

impl ProgramOutput {
    /// An output to a command line. A program that takes no input, or does not end, for `limit` is killed.
    pub fn new(command: impl Into<String>, keep_alive: bool, limit: Duration) -> ProgramOutput {
        ProgramOutput {
            command: command.into(),
            keep_alive,
            limit,
            running: None,
            stop: Stop::default(),
            bytes: Vec::new(),
        }
    }

    fn start(&self) -> io::Result<Running> {
        let mut child = Command::new("/bin/sh")
            .arg("-c")
            .arg(&self.command)
            .stdin(Stdio::piped())
            .process_group(0)
            .spawn()?;
        let input = child.stdin.take();
        if let Some(input) = &input {
            fcntl_setfl(input, fcntl_getfl(input)? | OFlags::NONBLOCK)?;
        }
        Ok(Running { child, input })
    }

    /// Waits until something can be done with a descriptor.
    fn wait(&self, fd: impl AsFd, flags: PollFlags, since: Instant) -> io::Result<Waited> {
        loop {
            let left = self.limit.saturating_sub(since.elapsed());
            let glance = left.min(GLANCE);
            let time = Timespec { tv_sec: 0, tv_nsec: i64::from(glance.subsec_nanos()) };
            match poll(&mut [PollFd::new(&fd, flags)], Some(&time)) {
                Ok(0) if self.stop.is_set() => return Ok(Waited::Stopped),
                Ok(0) if left.is_zero() => return Ok(Waited::TooLong),
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                Ok(_) => return Ok(Waited::Ready),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Writes the alert; `Err` says why not all of it was taken.
    fn write(&self, running: &mut Running) -> Result<(), DeliveryError> {
        let Some(input) = &mut running.input else { return Ok(()) };
        let mut written = 0;
        let mut since = Instant::now();
        while written < self.bytes.len() {
            match input.write(&self.bytes[written..]) {
                Ok(count) => {
                    written += count;
                    since = Instant::now();
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {
                    match self.wait(&*input, PollFlags::OUT, since)? {
                        Waited::Ready => {}
                        Waited::TooLong => {
                            let text =
                                format!("the program took nothing for {:?} and was killed", self.limit);
                            return Err(DeliveryError::timeout(text));
                        }
                        Waited::Stopped => {
                            return Err(DeliveryError::retryable("the program was killed at the end"));
                        }
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {
                    return Err(DeliveryError::retryable("the program ended"));
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Ends the input and waits for the end of the program.
    fn finish(&self, mut running: Running) -> Result<(), DeliveryError> {
        drop(running.input.take());
        let pid = pid(&running.child);
        let waited = match pidfd_open(pid, PidfdFlags::empty()) {
            Ok(fd) => self.wait(fd, PollFlags::IN, Instant::now())?,
            Err(_) => self.wait_by_looking(&mut running.child)?,
        };
        match waited {
            Waited::Ready => {
                running.child.wait()?;
                Ok(())
            }
            Waited::TooLong => {
                kill(running);
                Err(DeliveryError::permanent(format!(
                    "the program did not end within {:?} and was killed",
                    self.limit
                )))
            }
            Waited::Stopped => {
                kill(running);
                Err(DeliveryError::retryable("the program was killed at the end"))
            }
        }
    }

    /// Kernels that cannot wait for processes as files.
    fn wait_by_looking(&self, child: &mut Child) -> io::Result<Waited> {
        let since = Instant::now();
        while child.try_wait()?.is_none() {
            if self.stop.is_set() {
                return Ok(Waited::Stopped);
            }
            if since.elapsed() >= self.limit {
                return Ok(Waited::TooLong);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(Waited::Ready)
    }
}

fn pid(child: &Child) -> Pid {
    Pid::from_child(child)
}

/// Asks the program to end, and all that it started; then makes it.
fn kill(mut running: Running) {
    drop(running.input.take());
    let group = pid(&running.child);
    let _ = kill_process_group(group, Signal::TERM);
    let since = Instant::now();
    while since.elapsed() < GRACE {
        if matches!(running.child.try_wait(), Ok(Some(_)) | Err(_)) {
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let _ = kill_process_group(group, Signal::KILL);
    let _ = running.child.wait();
}

impl Output for ProgramOutput {
    fn name(&self) -> &str {
        "program"
    }

    fn attach(&mut self, stop: &Stop) {
        self.stop = stop.clone();
    }

    fn deliver(&mut self, alert: &Alert) -> Result<(), DeliveryError> {
        self.bytes.clear();
        self.bytes.extend_from_slice(&alert.line);
        self.bytes.push(b'\n');
        if let Some(mut running) = self.running.take() {
            // One that ended since the alert before is replaced at once.
            if matches!(running.child.try_wait(), Ok(None)) {
                self.running = Some(running);
            } else {
                kill(running);
            }
        }
        let mut running = match self.running.take() {
            Some(running) => running,
            None => self.start()?,
        };
        match self.write(&mut running) {
            Ok(()) if self.keep_alive => {
                self.running = Some(running);
                Ok(())
            }
            Ok(()) => self.finish(running),
            // A program that closes its input early has seen what it wanted.
            Err(error) if !self.keep_alive && error.message == "the program ended" => self.finish(running),
            Err(error) => {
                kill(running);
                Err(error)
            }
        }
    }

    fn reopen(&mut self) -> Result<(), DeliveryError> {
        match self.running.take() {
            Some(running) => self.finish(running),
            None => Ok(()),
        }
    }
}

impl Drop for ProgramOutput {
    fn drop(&mut self) {
        if let Some(running) = self.running.take() {
            let _ = self.finish(running);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::test_alert;

    #[test]
    fn a_program_gets_every_line_once_and_is_waited_for() {
        let path = std::env::temp_dir().join(format!("outputs-program-{}", std::process::id()));
        for keep_alive in [false, true] {
            let _ = fs::remove_file(&path);
            let command = format!("cat >> {}", path.display());
            let mut output = ProgramOutput::new(command, keep_alive, Duration::from_secs(10));
            for id in 0..5 {
                output.deliver(&test_alert(id)).unwrap();
            }
            drop(output);
            let expected: String = (0..5).map(|id| format!("alert {id}\n")).collect();
            assert_eq!(fs::read_to_string(&path).unwrap(), expected);
        }
        fs::remove_file(path).unwrap();
    }

    #[test]
    fn one_that_hangs_is_killed_with_its_children() {
        let limit = Duration::from_millis(200);
        let mut output = ProgramOutput::new("cat > /dev/null; sleep 1000 & wait", false, limit);
        let begin = Instant::now();
        assert!(!output.deliver(&test_alert(1)).unwrap_err().retryable);
        assert!(begin.elapsed() < Duration::from_secs(60), "{:?}", begin.elapsed());
        // One that reads nothing is noticed when the pipe is full.
        let mut output = ProgramOutput::new("sleep 1000", true, limit);
        let long = Alert { line: vec![b'x'; 1 << 20].into(), ..test_alert(1) };
        let error = output.deliver(&long).unwrap_err();
        assert!(error.retryable && error.timed_out, "{error}");
    }

    #[test]
    fn one_that_ended_is_started_again() {
        let path = std::env::temp_dir().join(format!("outputs-program-again-{}", std::process::id()));
        let _ = fs::remove_file(&path);
        let command = format!("head -n 1 >> {}", path.display());
        let mut output = ProgramOutput::new(command, true, Duration::from_secs(10));
        for id in 0..3 {
            output.deliver(&test_alert(id)).unwrap();
            if let Some(running) = &mut output.running {
                running.child.wait().unwrap();
            }
        }
        drop(output);
        assert_eq!(fs::read_to_string(&path).unwrap(), "alert 0\nalert 1\nalert 2\n");
        fs::remove_file(path).unwrap();
    }

    #[test]
    fn the_stop_ends_waiting() {
        let mut output = ProgramOutput::new("cat > /dev/null; sleep 1000", false, Duration::from_secs(100));
        let stop = Stop::default();
        output.attach(&stop);
        stop.set();
        let begin = Instant::now();
        assert!(output.deliver(&test_alert(1)).is_err());
        assert!(begin.elapsed() < Duration::from_secs(60));
    }
}
