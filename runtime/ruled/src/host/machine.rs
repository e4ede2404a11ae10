//! The machine itself and its network interfaces.

use std::net::{Ipv4Addr, Ipv6Addr};
use std::path::Path;

use events::snapshot::{Interface, InterfaceAddress, Machine};
use nix::ifaddrs::getifaddrs;
use nix::sys::socket::SockaddrStorage;

use super::clock::Clock;
use super::task_dir::number;

/// What is known of the machine.
pub(super) fn machine(proc: &Path, clock: &Clock) -> Machine {
    let cpus = nix::unistd::sysconf(nix::unistd::SysconfVar::_NPROCESSORS_CONF).ok().flatten();
    let memory = std::fs::read(proc.join("meminfo")).unwrap_or_default();
    let kilobytes = memory
        .split(|byte| *byte == b'\n')
        .find_map(|line| line.strip_prefix(b"MemTotal:"))
        .and_then(|line| number::<u64>(line.strip_suffix(b"kB").unwrap_or(line)));
    let max_pid = std::fs::read(proc.join("sys/kernel/pid_max")).unwrap_or_default();
    Machine {
        cpus: cpus.and_then(|cpus| u32::try_from(cpus).ok()).unwrap_or(0),
        memory: kilobytes.unwrap_or(0).saturating_mul(1024),
        max_pid: number(&max_pid).unwrap_or(0),
        hostname: nix::unistd::gethostname().map(|name| name.into_encoded_bytes()).unwrap_or_default(),
        boot_ts: clock.boot_ns,
    }
}

/// The addresses of this machine.
pub(super) fn interfaces() -> Vec<Interface> {
    let Ok(addresses) = getifaddrs() else { return Vec::new() };
    addresses
        .filter_map(|one| {
            let address = match (v4(one.address), v6(one.address)) {
                (Some(address), _) => InterfaceAddress::V4 {
                    address: address.octets(),
                    netmask: v4(one.netmask).unwrap_or(Ipv4Addr::UNSPECIFIED).octets(),
                    broadcast: v4(one.broadcast).unwrap_or(Ipv4Addr::UNSPECIFIED).octets(),
                },
                (None, Some(address)) => InterfaceAddress::V6 {
                    address: address.octets(),
                    netmask: v6(one.netmask).unwrap_or(Ipv6Addr::UNSPECIFIED).octets(),
                    broadcast: [0; 16],
                },
                (None, None) => return None,
            };
            Some(Interface { name: one.interface_name.into_bytes(), address, link_speed: 0 })
        })
        .collect()
}

fn v4(address: Option<SockaddrStorage>) -> Option<Ipv4Addr> {
    address?.as_sockaddr_in().map(|address| address.ip())
}

fn v6(address: Option<SockaddrStorage>) -> Option<Ipv6Addr> {
    address?.as_sockaddr_in6().map(|address| address.ip())
}
