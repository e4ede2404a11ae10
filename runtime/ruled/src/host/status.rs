//! The text files of a thread's folder: `status`, `stat`, `limits`.

use super::task_dir::number;

/// What `status` tells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Status {
    pub(super) pid: i64,
    pub(super) ptid: i64,
    /// Effective ids.
    pub(super) uid: u32,
    pub(super) gid: u32,
    pub(super) cap_inheritable: u64,
    pub(super) cap_permitted: u64,
    pub(super) cap_effective: u64,
    pub(super) vm_size: u32,
    pub(super) vm_rss: u32,
    pub(super) vm_swap: u32,
    /// Ids in the innermost namespace.
    pub(super) vtid: i64,
    pub(super) vpid: i64,
    /// Process group in the outermost and the innermost namespace.
    pub(super) pgid: Option<i64>,
    pub(super) vpgid: Option<i64>,
}

impl Status {
    /// Reads the file's text. `tid` is the thread's.
    pub(super) fn parse(text: &[u8], tid: i64) -> Status {
        let mut status = Status {
            pid: -1,
            ptid: -1,
            uid: u32::MAX,
            gid: u32::MAX,
            vtid: tid,
            vpid: -1,
            ..Status::default()
        };
        for line in text.split(|byte| *byte == b'\n') {
            let Some(at) = line.iter().position(|byte| *byte == b':') else { continue };
            let (key, rest) = (&line[..at], &line[at + 1..]);
            let mut words = rest.split(|byte| byte.is_ascii_whitespace()).filter(|word| !word.is_empty());
            let mask = |word: Option<&[u8]>| {
                word.and_then(|word| std::str::from_utf8(word).ok())
                    .and_then(|word| u64::from_str_radix(word, 16).ok())
            };
            match key {
                b"Tgid" => status.pid = words.next().and_then(number).unwrap_or(-1),
                b"PPid" => status.ptid = words.next().and_then(number).unwrap_or(-1),
                b"Uid" => status.uid = words.nth(1).and_then(number).unwrap_or(u32::MAX),
                b"Gid" => status.gid = words.nth(1).and_then(number).unwrap_or(u32::MAX),
                b"CapInh" => status.cap_inheritable = mask(words.next()).unwrap_or(0),
                b"CapPrm" => status.cap_permitted = mask(words.next()).unwrap_or(0),
                b"CapEff" => status.cap_effective = mask(words.next()).unwrap_or(0),
                b"VmSize" => status.vm_size = words.next().and_then(number).unwrap_or(0),
                b"VmRSS" => status.vm_rss = words.next().and_then(number).unwrap_or(0),
                b"VmSwap" => status.vm_swap = words.next().and_then(number).unwrap_or(0),
                b"NSpid" => status.vtid = words.next_back().and_then(number).unwrap_or(tid),
                b"NStgid" => status.vpid = words.next_back().and_then(number).unwrap_or(-1),
                b"NSpgid" => {
                    status.pgid = words.next().and_then(number);
                    status.vpgid = words.next_back().and_then(number).or(status.pgid);
                }
                _ => {}
            }
        }
        if status.vpid < 0 {
            status.vpid = status.pid;
        }
        status
    }
}

/// What `stat` tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Stat {
    pub(super) group: i64,
    pub(super) session: i64,
    pub(super) tty: u32,
    pub(super) minor_faults: u64,
    pub(super) major_faults: u64,
    /// Clock ticks from boot to the thread's start.
    pub(super) start_ticks: u64,
}

impl Stat {
    /// Reads the file's text. The name in it may contain anything, brackets too: what counts comes after the last one.
    pub(super) fn parse(text: &[u8]) -> Stat {
        let at = text.iter().rposition(|byte| *byte == b')').map_or(text.len(), |at| at + 1);
        let words: Vec<&[u8]> =
            text[at..].split(|byte| byte.is_ascii_whitespace()).filter(|word| !word.is_empty()).collect();
        // proc_pid_stat(5) counts from 1 and the state after the name is field 3.
        let field = |index: usize| words.get(index - 3).copied().unwrap_or_default();
        Stat {
            group: number(field(5)).unwrap_or(-1),
            session: number(field(6)).unwrap_or(-1),
            tty: number::<i32>(field(7)).unwrap_or(0) as u32,
            minor_faults: number(field(10)).unwrap_or(0),
            major_faults: number(field(12)).unwrap_or(0),
            start_ticks: number(field(22)).unwrap_or(0),
        }
    }
}

/// The soft limit of open files in `limits`; −1 when it is not told.
pub(super) fn open_files_limit(text: &[u8]) -> i64 {
    const KEY: &[u8] = b"Max open files";
    let line = text.split(|byte| *byte == b'\n').find_map(|line| line.strip_prefix(KEY));
    let word = line.and_then(|line| line.split(|byte| *byte == b' ').find(|word| !word.is_empty()));
    word.and_then(number).unwrap_or(-1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_of_nested_namespaces_are_the_innermost() {
        let text = b"Name:\tx y\nTgid:\t4711\nPid:\t4712\nPPid:\t1\nUid:\t1000\t1001\t1002\t1003\nGid:\t5\t6\t7\t8\n\
                     NStgid:\t4711\t32\t1\nNSpid:\t4712\t33\t2\nNSpgid:\t4711\t32\t1\nVmSize:\t    5000 kB\n\
                     VmRSS:\t 300 kB\nVmSwap:\t 7 kB\nCapInh:\t0000000000000000\nCapPrm:\t00000000a80425fb\n\
                     CapEff:\t000001ffffffffff\n";
        let status = Status::parse(text, 4712);
        assert_eq!((status.pid, status.ptid, status.uid, status.gid), (4711, 1, 1001, 6));
        assert_eq!((status.vtid, status.vpid, status.pgid, status.vpgid), (2, 1, Some(4711), Some(1)));
        assert_eq!((status.vm_size, status.vm_rss, status.vm_swap), (5000, 300, 7));
        assert_eq!((status.cap_permitted, status.cap_effective), (0xa804_25fb, 0x1ff_ffff_ffff));
    }

    #[test]
    fn one_namespace_and_missing_lines() {
        let status = Status::parse(b"Tgid:\t7\nPPid:\t0\nNStgid:\t7\nNSpid:\t8\nNSpgid:\t7\n", 8);
        assert_eq!(
            (status.pid, status.vpid, status.vtid, status.pgid, status.vpgid),
            (7, 7, 8, Some(7), Some(7))
        );
        let status = Status::parse(b"Tgid:\t7\n", 7);
        assert_eq!((status.vpid, status.vtid, status.pgid, status.uid), (7, 7, None, u32::MAX));
    }

    #[test]
    fn names_with_brackets_do_not_confuse() {
        let text =
            b"4711 (a) S 1) b) S 1 4711 4700 34816 4711 4194560 1000 2000 3 4 5 6 7 8 20 0 1 0 123456 1 2 3";
        let stat = Stat::parse(text);
        assert_eq!((stat.group, stat.session, stat.tty), (4711, 4700, 34816));
        assert_eq!((stat.minor_faults, stat.major_faults, stat.start_ticks), (1000, 3, 123_456));
        assert_eq!(Stat::parse(b"").start_ticks, 0);
    }

    #[test]
    fn limits() {
        let text = b"Limit                     Soft Limit           Hard Limit           Units\n\
                     Max open files            1024                 1048576              files\n";
        assert_eq!(open_files_limit(text), 1024);
        assert_eq!(
            open_files_limit(b"Max open files            unlimited            unlimited            files"),
            -1
        );
        assert_eq!(open_files_limit(b""), -1);
    }
}
