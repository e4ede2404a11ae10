//! Numbers of this process and of the host, read from `/proc` when somebody asks.

use std::fs;
use std::path::Path;

/// This process.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct ProcessNumbers {
    /// User and system time in seconds.
    pub cpu_seconds: f64,
    /// Share of one CPU since the start, in percent with one decimal.
    pub cpu_percent: f64,
    /// When it started, seconds since the epoch.
    pub start_seconds: f64,
    /// Resident memory, KiB.
    pub rss_kb: u64,
    /// Virtual memory, KiB.
    pub vsz_kb: u64,
    /// Proportional resident memory, KiB.
    pub pss_kb: u64,
    /// Open descriptors.
    pub fds: u64,
    /// Most descriptors.
    pub max_fds: u64,
    /// Threads.
    pub threads: u64,
}

/// The host.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct HostNumbers {
    /// Share of all CPUs since the boot, in percent with one decimal.
    pub cpu_percent: f64,
    /// Memory in use, KiB.
    pub memory_kb: u64,
    /// Runnable threads.
    pub procs_running: u64,
    /// Allocated file handles.
    pub open_fds: u64,
    /// Memory of the container of this process, bytes; 0: unknown.
    pub container_bytes: u64,
    /// When it booted, seconds since the epoch; 0: unknown.
    pub boot_seconds: u64,
}

/// Where the kernel says how much memory a container uses.
const CONTAINER_MEMORY: &str = "/sys/fs/cgroup/memory/memory.usage_in_bytes";
/// The same in the second version of control groups.
const CONTAINER_MEMORY_V2: &str = "/sys/fs/cgroup/memory.current";

/// One decimal, as Falco rounds.
fn tenth(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

/// The number after `key` in lines such as `VmRSS:   1234 kB`.
fn entry(text: &str, key: &str) -> u64 {
    text.lines()
        .find_map(|line| line.strip_prefix(key))
        .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

fn read(path: impl AsRef<Path>) -> String {
    fs::read_to_string(path).unwrap_or_default()
}

impl ProcessNumbers {
    /// Reads them. What cannot be read is 0.
    pub fn read() -> ProcessNumbers {
        let status = read("/proc/self/status");
        let stat = read("/proc/self/stat");
        // The second entry is the name, which may hold anything; the rest begins after its closing parenthesis.
        let rest: Vec<&str> =
            stat.rsplit_once(')').map_or_else(Vec::new, |(_, rest)| rest.split_whitespace().collect());
        let number = |index: usize| rest.get(index).and_then(|text| text.parse::<f64>().ok()).unwrap_or(0.0);
        let ticks = rustix::param::clock_ticks_per_second() as f64;
        // Entries 14, 15 and 22 of proc(5); `rest` begins with entry 3.
        let cpu_seconds = (number(11) + number(12)) / ticks;
        let started = number(19) / ticks;
        let uptime: f64 =
            read("/proc/uptime").split_whitespace().next().and_then(|text| text.parse().ok()).unwrap_or(0.0);
        let boot = entry(&read("/proc/stat"), "btime ") as f64;
        let elapsed = uptime - started;
        let limit = rustix::process::getrlimit(rustix::process::Resource::Nofile);
        ProcessNumbers {
            cpu_seconds,
            cpu_percent: if elapsed > 0.0 { tenth(100.0 * cpu_seconds / elapsed) } else { 0.0 },
            start_seconds: boot + started,
            rss_kb: entry(&status, "VmRSS:"),
            vsz_kb: entry(&status, "VmSize:"),
            pss_kb: entry(&read("/proc/self/smaps_rollup"), "Pss:"),
            fds: fs::read_dir("/proc/self/fd").map_or(0, |entries| entries.count() as u64),
            max_fds: limit.current.unwrap_or(u64::MAX),
            threads: entry(&status, "Threads:"),
        }
    }
}

impl HostNumbers {
    /// Reads them below `root`, the host's file system as this process sees it (`HOST_ROOT`). What cannot be read is 0.
    pub fn read(root: &Path) -> HostNumbers {
        let stat = read(root.join("proc/stat"));
        let memory = read(root.join("proc/meminfo"));
        let spent: Vec<f64> = stat
            .lines()
            .find_map(|line| line.strip_prefix("cpu "))
            .map(|line| line.split_whitespace().take(7).filter_map(|text| text.parse().ok()).collect())
            .unwrap_or_default();
        let sum: f64 = spent.iter().sum();
        let idle = spent.get(3).copied().unwrap_or(0.0);
        let used = ["MemFree:", "Buffers:", "Cached:"]
            .iter()
            .fold(entry(&memory, "MemTotal:"), |rest, key| rest.saturating_sub(entry(&memory, key)));
        let handles = read(root.join("proc/sys/fs/file-nr"));
        HostNumbers {
            cpu_percent: if sum > 0.0 { tenth(100.0 - idle * 100.0 / sum) } else { 0.0 },
            memory_kb: used,
            procs_running: entry(&stat, "procs_running "),
            open_fds: handles.split_whitespace().next().and_then(|text| text.parse().ok()).unwrap_or(0),
            container_bytes: container_memory(),
            boot_seconds: entry(&stat, "btime "),
        }
    }
}

/// `FALCO_CGROUP_MEM_PATH` names another file; one that points elsewhere through `..` is not used.
fn container_memory() -> u64 {
    let number = |path: &str| read(path).trim().parse().ok();
    match std::env::var("FALCO_CGROUP_MEM_PATH") {
        Ok(path) if !path.is_empty() && !path.contains("..") => number(&path).unwrap_or(0),
        _ => number(CONTAINER_MEMORY).or_else(|| number(CONTAINER_MEMORY_V2)).unwrap_or(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_this_process_are_plausible() {
        let numbers = ProcessNumbers::read();
        assert!(numbers.rss_kb > 100 && numbers.vsz_kb >= numbers.rss_kb, "{numbers:?}");
        assert!(numbers.fds >= 3 && numbers.max_fds >= numbers.fds && numbers.threads >= 1, "{numbers:?}");
        assert!(numbers.start_seconds > 1.5e9, "{numbers:?}");
    }

    #[test]
    fn the_host_is_read_below_its_root() {
        let root = std::env::temp_dir().join(format!("endpoints-host-{}", std::process::id()));
        fs::create_dir_all(root.join("proc/sys/fs")).unwrap();
        fs::write(root.join("proc/stat"), "cpu  10 0 10 80 0 0 0 5 0 0\nbtime 7\nprocs_running 3\n").unwrap();
        let memory = "MemTotal: 100 kB\nMemFree: 20 kB\nBuffers: 5 kB\nCached: 15 kB\n";
        fs::write(root.join("proc/meminfo"), memory).unwrap();
        fs::write(root.join("proc/sys/fs/file-nr"), "992\t0\t100\n").unwrap();
        let numbers = HostNumbers::read(&root);
        fs::remove_dir_all(&root).unwrap();
        assert_eq!((numbers.cpu_percent, numbers.memory_kb, numbers.procs_running), (20.0, 60, 3));
        assert_eq!((numbers.open_fds, numbers.boot_seconds), (992, 7));
        assert_eq!(HostNumbers::read(Path::new("/nonexistent")).memory_kb, 0);
    }
}
