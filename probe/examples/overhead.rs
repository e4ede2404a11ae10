//! Measures what the probe costs the calls of other processes, side by side with no probe in one run.
//!
//! `overhead [--rounds N] [--times N] [--kind KIND] [PART OF A NAME…]`: for each attachment and set of calls, rounds without and with the calls
//! attached take turns; a pinned program makes the calls, the consumer runs on another CPU. Prints the medians and the
//! least of all rounds. `benches/overhead.sh` runs it.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use catalogue::{SyscallCode, SyscallSet};
use probe::{Attachment, Options, Probe};
use rustix::thread::{CpuSet, sched_setaffinity};

type Error = Box<dyn std::error::Error>;
type Calls = BTreeSet<SyscallCode>;

/// What is measured, and how often per round.
const KINDS: [(&str, u32); 4] =
    [("getppid", 100_000), ("read", 50_000), ("open+close", 10_000), ("vfork+exec", 200)];

fn main() -> Result<(), Error> {
    let mut args: Vec<String> = std::env::args().skip(1).collect();
    if args.first().is_some_and(|word| word == "work") {
        return work(Path::new(&args[1]));
    }
    let (mut rounds, mut kinds) = (15, KINDS.to_vec());
    // The program that creates processes is machine code for one architecture.
    kinds.retain(|(kind, _)| cfg!(target_arch = "x86_64") || *kind != "vfork+exec");
    while let [word, value, ..] = &args[..] {
        match word.as_str() {
            "--rounds" => rounds = value.parse()?,
            "--kind" => kinds.retain(|(kind, _)| kind == value),
            "--times" => {
                let times: u32 = value.parse()?;
                kinds.iter_mut().for_each(|(_, count)| *count *= times);
            }
            _ => break,
        }
        args.drain(..2);
    }
    let state: Calls = SyscallSet::DefaultState.codes().iter().copied().collect();
    let sets: [(&str, Calls, bool); 4] = [
        ("one call that is not made", codes(&["sethostname"]), false),
        ("closing", codes(&["close"]), false),
        ("opening", codes(&["open", "openat"]), true),
        ("state", state, true),
    ];
    let mut worker = Worker::start(kinds)?;
    println!(
        "nanoseconds added to a call: median of {rounds} rounds (least of them); without probe in brackets"
    );
    for attachment in Attachment::ALL {
        for (set, calls, starts) in &sets {
            let name = format!("{}: {set}", attachment.name());
            if args.is_empty() || args.iter().any(|part| name.contains(part)) {
                let options = Options { attachment: Some(attachment), starts: *starts, ..Options::default() };
                measure(&name, &options, calls, rounds, &mut worker)?;
            }
        }
    }
    Ok(())
}

/// One line of figures.
fn measure(
    name: &str,
    options: &Options,
    calls: &Calls,
    rounds: u32,
    worker: &mut Worker,
) -> Result<(), Error> {
    let probe = match Probe::open(options) {
        Ok(probe) => Mutex::new(probe),
        Err(e) => {
            println!("{name:45} {e}");
            return Ok(());
        }
    };
    let lock = || probe.lock().unwrap_or_else(PoisonError::into_inner);
    let done = AtomicBool::new(false);
    let mut without = vec![Vec::new(); worker.kinds.len()];
    let mut with = vec![Vec::new(); worker.kinds.len()];
    let spent = std::thread::scope(|scope| -> Result<Duration, Error> {
        let consumer = scope.spawn(|| {
            pin(0);
            let started = cpu_time();
            while !done.load(Ordering::Relaxed) {
                lock().poll(Duration::from_millis(5), &mut |_| ()).expect("the probe can be polled");
                std::thread::sleep(Duration::from_millis(1));
            }
            cpu_time() - started
        });
        let mut rounds = || -> Result<(), Error> {
            for _ in 0..rounds {
                lock().pause()?;
                worker.round(&mut without)?;
                lock().set_syscalls(calls)?;
                worker.round(&mut with)?;
            }
            Ok(())
        };
        let result = rounds();
        done.store(true, Ordering::Relaxed);
        let spent = consumer.join().expect("the consumer ends");
        result.map(|()| spent)
    })?;
    print!("{name:45}");
    for (i, (kind, _)) in worker.kinds.iter().enumerate() {
        let (mut before, mut after) = (without[i].clone(), with[i].clone());
        before.sort_by(f64::total_cmp);
        after.sort_by(f64::total_cmp);
        let middle = before.len() / 2;
        print!(
            "  {kind} +{:.0} (+{:.0}) [{:.0}]",
            after[middle] - before[middle],
            after[0] - before[0],
            before[middle]
        );
    }
    let probe = lock();
    let total = probe.stats()?.total();
    println!(
        "\n{:45}  {} events, {} lost; consumer {:.0} ns for each; warnings: {:?}",
        "",
        total.seen,
        total.lost(),
        spent.as_nanos() as f64 / total.sent.max(1) as f64,
        probe.warnings()
    );
    Ok(())
}

fn codes(names: &[&str]) -> Calls {
    names.iter().filter_map(|name| Some(catalogue::syscall_by_name(name)?.code)).collect()
}

/// The last CPU makes the calls.
fn pin(cpu: usize) {
    let mut set = CpuSet::new();
    set.set(cpu);
    // Without the permission figures are just less steady.
    let _ = sched_setaffinity(None, &set);
}

/// The process that makes the calls.
struct Worker {
    child: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
    folder: PathBuf,
    kinds: Vec<(&'static str, u32)>,
}

impl Worker {
    fn start(kinds: Vec<(&'static str, u32)>) -> Result<Worker, Error> {
        let folder = std::env::temp_dir().join(format!("overhead-{}", std::process::id()));
        std::fs::create_dir_all(&folder)?;
        write_program(&folder.join("exit"), &EXIT)?;
        write_program(&folder.join("spawn"), &spawn_loop(&folder.join("exit")))?;
        let mut child = Command::new(std::env::current_exe()?)
            .arg("work")
            .arg(&folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let orders = child.stdin.take().ok_or("no pipe")?;
        let answers = BufReader::new(child.stdout.take().ok_or("no pipe")?);
        Ok(Worker { child, orders, answers, folder, kinds })
    }

    /// Measures every kind once.
    fn round(&mut self, times: &mut [Vec<f64>]) -> Result<(), Error> {
        for ((kind, count), times) in self.kinds.iter().zip(times) {
            writeln!(self.orders, "{kind} {count}")?;
            let mut line = String::new();
            self.answers.read_line(&mut line)?;
            times.push(line.trim().parse()?);
        }
        Ok(())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Makes calls as the orders on standard input say; answers with nanoseconds for each: of the thread's time, and where
/// other processes take part, of the clock's.
fn work(folder: &Path) -> Result<(), Error> {
    pin(1);
    let zero = std::fs::File::open("/dev/zero")?;
    for line in std::io::stdin().lines() {
        let line = line?;
        let (kind, count) = line.split_once(' ').ok_or("an order is a kind and a number")?;
        let count: u32 = count.parse()?;
        let (clock, started) = (Instant::now(), cpu_time());
        let spent = match kind {
            "vfork+exec" => {
                for _ in 0..count / SPAWNS {
                    Command::new(folder.join("spawn")).status()?;
                }
                clock.elapsed()
            }
            _ => {
                for _ in 0..count {
                    call(kind, &zero)?;
                }
                cpu_time() - started
            }
        };
        println!("{}", spent.as_nanos() as f64 / f64::from(count));
    }
    Ok(())
}

#[inline]
fn call(kind: &str, zero: &std::fs::File) -> Result<(), Error> {
    match kind {
        "getppid" => {
            std::hint::black_box(rustix::process::getppid());
        }
        "read" => {
            rustix::io::read(zero, &mut [0; 1])?;
        }
        _ => {
            let flags = rustix::fs::OFlags::RDONLY;
            drop(rustix::fs::openat(rustix::fs::CWD, "/etc/hostname", flags, rustix::fs::Mode::empty())?);
        }
    }
    Ok(())
}

/// Processes that one run of the program "spawn" creates: many, so that its own start counts little.
const SPAWNS: u32 = 100;

/// xor edi, edi; mov eax, 60 (exit); syscall
const EXIT: [u8; 9] = [0x31, 0xff, 0xb8, 60, 0, 0, 0, 0x0f, 0x05];

/// Where the programs' code lies in memory.
const CODE: u32 = 0x0040_0078;

/// A program that creates [`SPAWNS`] processes with vfork, has each execute a file, and waits for it. The libraries of
/// the system would make a hundred more calls for each.
fn spawn_loop(file: &Path) -> Vec<u8> {
    let mut code = vec![0xbb]; // mov ebx, SPAWNS
    code.extend(SPAWNS.to_le_bytes());
    code.extend([0xb8, 58, 0, 0, 0, 0x0f, 0x05]); // next: mov eax, 58 (vfork); syscall
    code.extend([0x85, 0xc0, 0x74, 29]); // test eax, eax; jz child
    code.extend([0x89, 0xc7, 0x31, 0xf6, 0x31, 0xd2, 0x45, 0x31, 0xd2]); // mov edi, eax; esi, edx, r10d = 0
    code.extend([0xb8, 61, 0, 0, 0, 0x0f, 0x05]); // mov eax, 61 (wait4); syscall
    code.extend([0xff, 0xcb, 0x75, 0xe1]); // dec ebx; jnz next
    code.extend(EXIT);
    let path = CODE + code.len() as u32 + 28;
    let argv = path + file.as_os_str().len() as u32 + 1;
    code.push(0xbf); // child: mov edi, path
    code.extend(path.to_le_bytes());
    code.push(0xbe); // mov esi, argv
    code.extend(argv.to_le_bytes());
    code.extend([0x31, 0xd2, 0xb8, 59, 0, 0, 0, 0x0f, 0x05]); // xor edx, edx; mov eax, 59 (execve); syscall
    code.extend(EXIT);
    code.extend(file.as_os_str().as_encoded_bytes());
    code.push(0);
    code.extend(u64::from(path).to_le_bytes());
    code.extend(0u64.to_le_bytes());
    code
}

/// Writes an executable: an ELF header, one segment, and the code.
fn write_program(path: &Path, code: &[u8]) -> Result<(), Error> {
    let base: u64 = 0x0040_0000;
    let mut out = vec![0x7f, b'E', b'L', b'F', 2, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 62, 0];
    out.extend(1u32.to_le_bytes());
    for n in [u64::from(CODE), 64, 0] {
        out.extend(n.to_le_bytes());
    }
    out.extend(0u32.to_le_bytes());
    for n in [64u16, 56, 1, 0, 0, 0] {
        out.extend(n.to_le_bytes());
    }
    out.extend(1u32.to_le_bytes());
    out.extend(5u32.to_le_bytes());
    let size = 120 + code.len() as u64;
    for n in [0, base, base, size, size, 0x1000] {
        out.extend(n.to_le_bytes());
    }
    out.extend(code);
    std::fs::write(path, out)?;
    std::fs::set_permissions(path, PermissionsExt::from_mode(0o755))?;
    Ok(())
}

fn cpu_time() -> Duration {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::new(now.tv_sec as u64, now.tv_nsec as u32)
}
