//! One thread, from its folder in `/proc`.

use catalogue::constant::{PPM_CL_CLONE_FILES, PPM_CL_CLONE_THREAD};
use events::snapshot::Thread;
use rustix::fs::Statx;

use super::cgroups::Cgroups;
use super::clock::Clock;
use super::descriptors::plain;
use super::status::{Stat, Status, open_files_limit};
use super::task_dir::{TaskDir, number};

/// Bytes kept of a command line and of an environment, as in events.
const LONGEST_TEXT: usize = 4096;

const CAP_DAC_OVERRIDE: u64 = 1 << 1;

/// What `/proc` tells of a thread.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) thread: Thread,
    /// When it was created, nanoseconds since the epoch.
    pub(super) clone_ts: u64,
    /// The namespace of its process ids; 0 when unknown or not asked for.
    pub(super) pid_namespace: u64,
}

/// Reads a thread. `None` for kernel threads, dead ones, and those that went away meanwhile.
pub(super) fn read(folder: &TaskDir, tid: i64, cgroups: &mut Cgroups, clock: &Clock) -> Option<Found> {
    let exe_link = folder.link("exe");
    let mut arguments = folder.read("cmdline", LONGEST_TEXT);
    if exe_link.is_empty() && arguments.is_empty() {
        return None;
    }
    let status = Status::parse(&folder.read("status", 8192), tid);
    if status.pid <= 0 {
        return None;
    }
    let stat = Stat::parse(&folder.read("stat", 2048));
    let exe_end = arguments.iter().position(|byte| *byte == 0).map_or(arguments.len(), |at| at + 1);
    let mut exe: Vec<u8> = arguments.drain(..exe_end).collect();
    if exe.last() == Some(&0) {
        exe.pop();
    }
    let mut comm = folder.read("comm", 64);
    if comm.last() == Some(&b'\n') {
        comm.pop();
    }
    let main = status.pid == tid;
    let from_memfd = exe_link.starts_with(b"/memfd:");
    let file = folder.stat("exe").ok();
    let pid_namespace = if status.vpid == status.pid { 0 } else { folder.namespace("pid") };
    let mut thread = Thread {
        tid,
        pid: status.pid,
        ptid: status.ptid,
        sid: stat.session,
        pgid: status.pgid.unwrap_or(stat.group),
        vpgid: status.vpgid.unwrap_or(stat.group),
        vtid: status.vtid,
        vpid: status.vpid,
        comm,
        exe,
        exepath: if from_memfd { plain(&exe_link).to_vec() } else { exe_link },
        args: arguments,
        env: if main { folder.read("environ", LONGEST_TEXT) } else { Vec::new() },
        cwd: folder.link("cwd"),
        root: folder.link("root"),
        cgroups: cgroups.list(&folder.read("cgroup", 16_384)),
        fdlimit: open_files_limit(&folder.read("limits", 4096)),
        flags: if main { 0 } else { PPM_CL_CLONE_THREAD | PPM_CL_CLONE_FILES },
        uid: status.uid,
        gid: status.gid,
        loginuid: number(&folder.read("loginuid", 32)).unwrap_or(u32::MAX),
        vm_size: status.vm_size,
        vm_rss: status.vm_rss,
        vm_swap: status.vm_swap,
        page_faults_major: stat.major_faults,
        page_faults_minor: stat.minor_faults,
        pidns_init_start_ts: clock.boot_ns,
        tty: stat.tty,
        exe_from_memfd: from_memfd,
        cap_inheritable: status.cap_inheritable,
        cap_permitted: status.cap_permitted,
        cap_effective: status.cap_effective,
        ..Thread::default()
    };
    if let Some(file) = file {
        thread.exe_ino = file.stx_ino;
        thread.exe_ino_ctime = nanoseconds(file.stx_ctime.tv_sec, file.stx_ctime.tv_nsec);
        thread.exe_ino_mtime = nanoseconds(file.stx_mtime.tv_sec, file.stx_mtime.tv_nsec);
        thread.exe_writable = writable(&file, &status);
    }
    Some(Found { thread, clone_ts: clock.of_ticks(stat.start_ticks), pid_namespace })
}

fn nanoseconds(seconds: i64, nanoseconds: u32) -> u64 {
    u64::try_from(seconds).map_or(0, |seconds| seconds.saturating_mul(1_000_000_000) + u64::from(nanoseconds))
}

/// Whether a thread may write to its executable, by the same steps as the probe.
fn writable(file: &Statx, status: &Status) -> bool {
    const IMMUTABLE: u64 = 0x10;
    if file.stx_attributes.bits() & IMMUTABLE != 0 {
        return false;
    }
    let mode = u32::from(file.stx_mode);
    file.stx_uid == status.uid
        || (file.stx_gid == status.gid && mode & 0o020 != 0)
        || (file.stx_gid != status.gid && mode & 0o002 != 0)
        || status.cap_effective & CAP_DAC_OVERRIDE != 0
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    #[test]
    fn this_thread_is_described() {
        let pid = i64::from(std::process::id());
        let folder = TaskDir::open(&Path::new("/proc").join(pid.to_string())).unwrap();
        let mut cgroups = Cgroups::new(Path::new("/"));
        let clock = Clock::now();
        let Found { thread, clone_ts, .. } = read(&folder, pid, &mut cgroups, &clock).unwrap();
        assert_eq!((thread.tid, thread.pid), (pid, pid));
        assert_eq!(thread.ptid, i64::from(std::os::unix::process::parent_id()));
        assert_eq!(thread.uid, nix::unistd::geteuid().as_raw());
        assert_eq!(thread.exepath, std::env::current_exe().unwrap().as_os_str().as_encoded_bytes());
        assert_eq!(thread.exe, std::env::args_os().next().unwrap().as_encoded_bytes());
        assert_eq!(thread.cwd, std::env::current_dir().unwrap().as_os_str().as_encoded_bytes());
        assert!(thread.fdlimit > 0 && thread.vm_size > 0 && thread.exe_ino != 0);
        let now =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos() as u64;
        assert!(clone_ts < now && now - clone_ts < 600_000_000_000, "{clone_ts} {now}");
    }

    #[test]
    fn kernel_threads_are_left_out() {
        let Ok(folder) = TaskDir::open(Path::new("/proc/2")) else { return };
        if folder.read("comm", 64) == b"kthreadd\n" {
            assert!(read(&folder, 2, &mut Cgroups::new(Path::new("/")), &Clock::now()).is_none());
        }
    }
}
