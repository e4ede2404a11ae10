//! The open descriptors of a process.

use catalogue::constant;
use events::snapshot::{Fd, FdTarget, FileDetail, NamedKind};
use nix::libc;
use rustc_hash::{FxHashMap, FxHashSet};
use rustix::fs::{Dir, FileType};

use super::sockets::{self, Sockets};
use super::task_dir::{TaskDir, number, number_in};

/// Descriptors read of one process: what the engine's table of a process holds.
const MOST: usize = engine::state::fd_table::MAX_FDS;

/// Network namespaces whose sockets are remembered during a scan.
const MOST_NAMESPACES: usize = 1024;

/// What descriptors of several processes share: sockets of namespaces, devices of mounts.
#[derive(Debug, Default)]
pub(super) struct Shared {
    sockets: FxHashMap<u64, Sockets>,
    /// Devices by mount. Ids of mounts are unique over all namespaces.
    devices: FxHashMap<u64, u32>,
    mount_namespaces: FxHashSet<u64>,
}

impl Shared {
    /// Forgets sockets: they come and go.
    pub(super) fn forget_sockets(&mut self) {
        self.sockets.clear();
    }

    fn socket(&mut self, process: &TaskDir, inode: u64) -> Option<FdTarget> {
        let namespace = process.namespace("net");
        if self.sockets.len() >= MOST_NAMESPACES && !self.sockets.contains_key(&namespace) {
            self.sockets.clear();
        }
        self.sockets.entry(namespace).or_insert_with(|| sockets::read(process)).get(&inode).cloned()
    }

    /// The device of a mount, as the kernel's events tell it.
    fn device(&mut self, process: &TaskDir, mount: u64) -> Option<u32> {
        if let Some(device) = self.devices.get(&mount) {
            return Some(*device);
        }
        if !self.mount_namespaces.insert(process.namespace("mnt")) {
            return None;
        }
        // `36 35 98:0 …`: id, parent, device.
        for line in process.read("mountinfo", 1 << 20).split(|byte| *byte == b'\n') {
            let mut words = line.split(|byte| *byte == b' ');
            let (Some(id), Some(device)) = (words.next().and_then(number), words.nth(1)) else { continue };
            let mut parts = device.split(|byte| *byte == b':').map(number::<u32>);
            if let (Some(Some(major)), Some(Some(minor))) = (parts.next(), parts.next()) {
                self.devices.insert(id, encode_device(major, minor));
            }
        }
        self.devices.get(&mount).copied()
    }
}

/// The kernel's `new_encode_dev`.
pub(super) fn encode_device(major: u32, minor: u32) -> u32 {
    (minor & 0xff) | (major << 8) | ((minor & !0xff) << 12)
}

/// The descriptors of a process, lowest numbers first.
pub(super) fn list(process: &TaskDir, shared: &mut Shared) -> Vec<Fd> {
    let mut fds = Vec::new();
    let Ok(mut folder) = process.folder("fd").and_then(|fd| Ok(Dir::new(fd)?)) else { return fds };
    while let Some(Ok(entry)) = folder.read() {
        let Some(num) = number(entry.file_name().to_bytes()) else { continue };
        fds.extend(one(process, num, shared));
        // As few as the engine keeps: a process with a million of them costs no more.
        if fds.len() >= MOST {
            break;
        }
    }
    fds
}

/// One descriptor; `None` when it is closed, or a socket that no table lists.
pub(super) fn one(process: &TaskDir, num: i64, shared: &mut Shared) -> Option<Fd> {
    let name = process.link(&format!("fd/{num}"));
    if name.is_empty() {
        return None;
    }
    if let Some((kind, inode)) = by_name(&name) {
        let target = match kind {
            Link::Socket => shared.socket(process, inode)?,
            Link::Named(kind) => {
                FdTarget::Named { kind, name: if kind == NamedKind::Fifo { name } else { Vec::new() } }
            }
            Link::MemFd => FdTarget::Named { kind: NamedKind::MemFd, name: plain(&name).to_vec() },
        };
        return Some(Fd { fd: num, ino: inode, target });
    }
    let info = process.read(&format!("fdinfo/{num}"), 256);
    let open_flags =
        field(&info, b"flags:").and_then(|text| u32::from_str_radix(text, 8).ok()).map_or(0, ppm_flags);
    let device =
        field(&info, b"mnt_id:").and_then(|text| text.parse().ok()).and_then(|id| shared.device(process, id));
    let stat = process.stat(&format!("fd/{num}")).ok();
    let ino = stat.as_ref().map_or(0, |stat| stat.stx_ino);
    let kind = stat.as_ref().map(|stat| FileType::from_raw_mode(stat.stx_mode.into()));
    let target = match kind {
        Some(FileType::Directory) => FdTarget::Named { kind: NamedKind::Directory, name },
        Some(FileType::Fifo) => FdTarget::Named { kind: NamedKind::Fifo, name },
        _ => FdTarget::File { name, detail: FileDetail::Known { open_flags, dev: device } },
    };
    Some(Fd { fd: num, ino, target })
}

/// What a link that is no path stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    Socket,
    MemFd,
    Named(NamedKind),
}

/// What the text of a link tells, and the number in it.
fn by_name(name: &[u8]) -> Option<(Link, u64)> {
    let inode = number_in(name);
    if name.starts_with(b"socket:[") {
        return Some((Link::Socket, inode));
    }
    if name.starts_with(b"pipe:[") {
        return Some((Link::Named(NamedKind::Fifo), inode));
    }
    if name.starts_with(b"/memfd:") {
        return Some((Link::MemFd, 0));
    }
    let rest = name.strip_prefix(b"anon_inode:")?;
    let kind = match rest {
        b"[eventfd]" => NamedKind::Event,
        b"[eventpoll]" => NamedKind::EventPoll,
        b"inotify" => NamedKind::Inotify,
        b"[signalfd]" => NamedKind::SignalFd,
        b"[timerfd]" => NamedKind::TimerFd,
        b"[io_uring]" => NamedKind::IoUring,
        b"[userfaultfd]" => NamedKind::UserFaultFd,
        b"[pidfd]" => NamedKind::PidFd,
        _ if rest.starts_with(b"bpf") || rest.starts_with(b"[bpf") => NamedKind::Bpf,
        _ => NamedKind::Unsupported,
    };
    Some((Link::Named(kind), 0))
}

/// The name of an anonymous memory file as programs gave it, after the kernel's prefix: `memfd:name`.
pub(super) fn plain(name: &[u8]) -> &[u8] {
    let name = name.strip_prefix(b"/").unwrap_or(name);
    name.strip_suffix(b" (deleted)").unwrap_or(name)
}

/// The value of a line of `fdinfo`.
fn field<'t>(text: &'t [u8], key: &[u8]) -> Option<&'t str> {
    let line = text.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(key))?;
    std::str::from_utf8(line).ok().map(str::trim)
}

/// `O_LARGEFILE` as the kernel has it; the C library's is 0 on 64-bit machines.
const O_LARGEFILE: u32 = if cfg!(target_arch = "aarch64") { 0o400_000 } else { 0o100_000 };

/// Open flags in the encoding of events. Flags of several bits count when all are set.
fn ppm_flags(flags: u32) -> u32 {
    const MAP: [(i32, u32); 11] = [
        (libc::O_CREAT, constant::PPM_O_CREAT),
        (libc::O_APPEND, constant::PPM_O_APPEND),
        (libc::O_DSYNC, constant::PPM_O_DSYNC),
        (libc::O_EXCL, constant::PPM_O_EXCL),
        (libc::O_NONBLOCK, constant::PPM_O_NONBLOCK),
        (libc::O_SYNC, constant::PPM_O_SYNC),
        (libc::O_TRUNC, constant::PPM_O_TRUNC),
        (libc::O_DIRECT, constant::PPM_O_DIRECT),
        (libc::O_DIRECTORY, constant::PPM_O_DIRECTORY),
        (libc::O_CLOEXEC, constant::PPM_O_CLOEXEC),
        (libc::O_TMPFILE, constant::PPM_O_TMPFILE),
    ];
    let mut ppm = match flags as i32 & libc::O_ACCMODE {
        libc::O_WRONLY => constant::PPM_O_WRONLY,
        libc::O_RDWR => constant::PPM_O_RDWR,
        _ => constant::PPM_O_RDONLY,
    };
    for (mask, bit) in MAP {
        if flags as i32 & mask == mask {
            ppm |= bit;
        }
    }
    if flags & O_LARGEFILE != 0 {
        ppm |= constant::PPM_O_LARGEFILE;
    }
    ppm
}

#[cfg(test)]
mod tests {
    use std::fs::{self, File};
    use std::os::fd::AsRawFd;

    use super::*;

    #[test]
    fn links_tell_kinds() {
        assert_eq!(by_name(b"socket:[5]"), Some((Link::Socket, 5)));
        assert_eq!(by_name(b"pipe:[6]"), Some((Link::Named(NamedKind::Fifo), 6)));
        assert_eq!(by_name(b"anon_inode:[eventpoll]"), Some((Link::Named(NamedKind::EventPoll), 0)));
        assert_eq!(by_name(b"anon_inode:inotify"), Some((Link::Named(NamedKind::Inotify), 0)));
        assert_eq!(by_name(b"anon_inode:bpf-map"), Some((Link::Named(NamedKind::Bpf), 0)));
        assert_eq!(by_name(b"anon_inode:[perf_event]"), Some((Link::Named(NamedKind::Unsupported), 0)));
        assert_eq!(by_name(b"/memfd:x (deleted)"), Some((Link::MemFd, 0)));
        assert_eq!(by_name(b"/etc/passwd"), None);
        assert_eq!(plain(b"/memfd:x (deleted)"), b"memfd:x");
    }

    #[test]
    fn flags_of_several_bits_need_all() {
        assert_eq!(ppm_flags(libc::O_DIRECTORY as u32), constant::PPM_O_RDONLY | constant::PPM_O_DIRECTORY);
        assert_eq!(ppm_flags(libc::O_DSYNC as u32) & constant::PPM_O_SYNC, 0);
        let flags = ppm_flags((libc::O_RDWR | libc::O_CLOEXEC | libc::O_APPEND) as u32);
        assert_eq!(flags, constant::PPM_O_RDWR | constant::PPM_O_CLOEXEC | constant::PPM_O_APPEND);
    }

    #[test]
    fn devices_are_encoded_as_the_kernel_does() {
        assert_eq!(encode_device(8, 1), 0x801);
        assert_eq!(encode_device(259, 300), 0x2c | (259 << 8) | (0x100 << 12));
    }

    #[test]
    fn own_descriptors_are_found() {
        let path = std::env::temp_dir().join(format!("ruled-fds-{}", std::process::id()));
        fs::write(&path, "x").unwrap();
        let (file, directory) = (File::open(&path).unwrap(), File::open("/").unwrap());
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let process = TaskDir::open(std::path::Path::new("/proc/self")).unwrap();
        let fds = list(&process, &mut Shared::default());
        fs::remove_file(&path).unwrap();
        let of = |raw: i32| fds.iter().find(|fd| fd.fd == i64::from(raw)).map(|fd| fd.target.clone());
        let Some(FdTarget::File { name, detail: FileDetail::Known { open_flags, dev } }) =
            of(file.as_raw_fd())
        else {
            panic!("{fds:?}")
        };
        assert_eq!(name, path.as_os_str().as_encoded_bytes());
        assert_ne!(open_flags & constant::PPM_O_CLOEXEC, 0);
        assert!(dev.is_some());
        let root = FdTarget::Named { kind: NamedKind::Directory, name: b"/".to_vec() };
        assert_eq!(of(directory.as_raw_fd()), Some(root));
        let port = listener.local_addr().unwrap().port();
        let Some(FdTarget::Ipv4Server { ip: [127, 0, 0, 1], port: found, .. }) = of(listener.as_raw_fd())
        else {
            panic!("{:?}", of(listener.as_raw_fd()))
        };
        assert_eq!(found, port);
    }
}
