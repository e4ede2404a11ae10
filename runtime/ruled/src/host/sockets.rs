//! The sockets of a network namespace, by inode: the tables in `/proc/PID/net`.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::{Ipv4Addr, Ipv6Addr};

use events::snapshot::{FdTarget, L4, NamedKind};
use rustc_hash::FxHashMap;

use super::task_dir::{TaskDir, number};

/// Sockets kept of one namespace; further ones are not listed.
const MOST: usize = 1 << 20;

/// A line of a table is shorter, paths of local sockets included.
const LONGEST_LINE: u64 = 4096;

/// What each socket of a namespace is, by inode.
pub(super) type Sockets = FxHashMap<u64, FdTarget>;

/// Reads the tables of a process's namespace.
pub(super) fn read(process: &TaskDir) -> Sockets {
    let mut sockets = Sockets::default();
    for (name, l4) in [
        ("tcp", L4::Tcp),
        ("tcp6", L4::Tcp),
        ("udp", L4::Udp),
        ("udp6", L4::Udp),
        ("raw", L4::Raw),
        ("raw6", L4::Raw),
        ("icmp", L4::Icmp),
        ("icmp6", L4::Icmp),
    ] {
        lines(process, name, |line| {
            if let Some((inode, target)) = ip(line, l4) {
                insert(&mut sockets, inode, target);
            }
        });
    }
    lines(process, "unix", |line| {
        if let Some((inode, target)) = unix(line) {
            insert(&mut sockets, inode, target);
        }
    });
    lines(process, "netlink", |line| {
        // sk Eth Pid Groups Rmem Wmem Dump Locks Drops Inode
        if let Some(inode) = words(line).nth(9).and_then(number) {
            insert(&mut sockets, inode, FdTarget::Named { kind: NamedKind::Netlink, name: Vec::new() });
        }
    });
    sockets
}

fn insert(sockets: &mut Sockets, inode: u64, target: FdTarget) {
    // Sockets that wait for their end have no inode.
    if inode != 0 && sockets.len() < MOST {
        sockets.insert(inode, target);
    }
}

/// Gives every line of a table but the first, its heading.
fn lines(process: &TaskDir, name: &str, mut each: impl FnMut(&[u8])) {
    let Ok(file) = process.file(&format!("net/{name}")) else { return };
    let mut reader = BufReader::with_capacity(1 << 16, File::from(file));
    let mut line = Vec::new();
    let mut first = true;
    loop {
        line.clear();
        match std::io::Read::take(&mut reader, LONGEST_LINE).read_until(b'\n', &mut line) {
            Ok(0) | Err(_) => return,
            Ok(_) if first => first = false,
            Ok(_) => each(line.strip_suffix(b"\n").unwrap_or(&line)),
        }
    }
}

fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| byte.is_ascii_whitespace()).filter(|word| !word.is_empty())
}

/// A line of an IP table: `sl local_address rem_address st … inode …`.
fn ip(line: &[u8], l4: L4) -> Option<(u64, FdTarget)> {
    let mut words = words(line).skip(1);
    let (local, local_port) = address(words.next()?)?;
    let (remote, remote_port) = address(words.next()?)?;
    // After the state: queues, timer, retransmits, uid, timeout.
    let inode = words.nth(6).and_then(number)?;
    let target = match (local, remote) {
        (Address::V4(local), Address::V4(remote)) if remote == [0; 4] && remote_port == 0 => {
            let _ = remote;
            FdTarget::Ipv4Server { ip: local, port: local_port, l4 }
        }
        (Address::V4(source), Address::V4(destination)) => {
            FdTarget::Ipv4 { source, destination, source_port: local_port, destination_port: remote_port, l4 }
        }
        (Address::V6(local), Address::V6(remote)) if remote == [0; 16] && remote_port == 0 => {
            FdTarget::Ipv6Server { ip: local, port: local_port, l4 }
        }
        (Address::V6(source), Address::V6(destination)) => {
            FdTarget::Ipv6 { source, destination, source_port: local_port, destination_port: remote_port, l4 }
        }
        _ => return None,
    };
    Some((inode, target))
}

/// An address in network order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Address {
    V4([u8; 4]),
    V6([u8; 16]),
}

/// `0100007F:1F90`: the words of the address in the machine's byte order, then the port.
fn address(text: &[u8]) -> Option<(Address, u16)> {
    let text = std::str::from_utf8(text).ok()?;
    let (address, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let word = |at: usize| {
        let word = u32::from_str_radix(address.get(at * 8..at * 8 + 8)?, 16).ok()?;
        Some(word.to_ne_bytes())
    };
    let address = match address.len() {
        8 => Address::V4(Ipv4Addr::from(word(0)?).octets()),
        32 => {
            let mut octets = [0; 16];
            for (at, four) in octets.chunks_exact_mut(4).enumerate() {
                four.copy_from_slice(&word(at)?);
            }
            Address::V6(Ipv6Addr::from(octets).octets())
        }
        _ => return None,
    };
    Some((address, port))
}

/// A line of the table of local sockets: `Num RefCount Protocol Flags Type St Inode Path`. The kernel's addresses in it
/// are not those that the probe reports, which are disguised, and so are of no use.
fn unix(line: &[u8]) -> Option<(u64, FdTarget)> {
    let inode = words(line).nth(6).and_then(number)?;
    // The path is the rest of the line and may contain blanks.
    let mut at = 0;
    for _ in 0..7 {
        at += line[at..].iter().position(|byte| !byte.is_ascii_whitespace())?;
        at += line[at..].iter().position(|byte| byte.is_ascii_whitespace()).unwrap_or(line.len() - at);
    }
    let name = line.get(at + 1..).unwrap_or_default().to_vec();
    Some((inode, FdTarget::Unix { source: 0, destination: 0, name }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ip_tables() {
        let line = b"   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 12345 1 0";
        let server = FdTarget::Ipv4Server { ip: [127, 0, 0, 1], port: 8080, l4: L4::Tcp };
        if cfg!(target_endian = "little") {
            assert_eq!(ip(line, L4::Tcp), Some((12345, server)));
            let line = b" 1: 0100007F:C350 0200A8C0:0050 01 00000000:00000000 00:00000000 00000000  1000  0 77 1 0 20";
            let pair = FdTarget::Ipv4 {
                source: [127, 0, 0, 1],
                destination: [192, 168, 0, 2],
                source_port: 50000,
                destination_port: 80,
                l4: L4::Tcp,
            };
            assert_eq!(ip(line, L4::Tcp), Some((77, pair)));
            let line = b" 2: 00000000000000000000000001000000:0016 00000000000000000000000000000000:0000 0A \
                         00000000:00000000 00:00000000 00000000  0  0 78 1 0";
            let mut loopback = [0; 16];
            loopback[15] = 1;
            assert_eq!(
                ip(line, L4::Tcp),
                Some((78, FdTarget::Ipv6Server { ip: loopback, port: 22, l4: L4::Tcp }))
            );
        }
        assert_eq!(ip(b"nonsense", L4::Tcp), None);
        assert_eq!(ip(b" 1: 01:1 02:2 01 a b c d e 1", L4::Tcp), None);
    }

    #[test]
    fn local_sockets() {
        let line = b"ffff8881: 00000002 00000000 00010000 0001 01 26005 /run/a socket";
        let target = FdTarget::Unix { source: 0, destination: 0, name: b"/run/a socket".to_vec() };
        assert_eq!(unix(line), Some((26005, target)));
        let line = b"0000000000000000: 00000003 00000000 00000000 0001 03 26006";
        assert_eq!(unix(line), Some((26006, FdTarget::Unix { source: 0, destination: 0, name: Vec::new() })));
        assert_eq!(unix(b"short"), None);
    }
}
