//! Typed reads of one parameter. Every read answers `None` instead of reading past the value.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Address family of local sockets in `SOCKADDR` and `SOCKTUPLE` (`PPM_AF_UNIX`).
pub const FAMILY_UNIX: u8 = 1;
/// Address family of IPv4 sockets (`PPM_AF_INET`).
pub const FAMILY_INET: u8 = 2;
/// Address family of IPv6 sockets (`PPM_AF_INET6`).
pub const FAMILY_INET6: u8 = 10;

/// The bytes of one parameter. An absent parameter and one without a value are both empty.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
pub struct Param<'a>(&'a [u8]);

macro_rules! read_number {
    ($($(#[$doc:meta])* $name:ident -> $ty:ty;)*) => {
        $(
            $(#[$doc])*
            #[inline]
            pub fn $name(self) -> Option<$ty> {
                self.0.first_chunk().map(|bytes| <$ty>::from_le_bytes(*bytes))
            }
        )*
    };
}

impl<'a> Param<'a> {
    /// A parameter of these bytes.
    #[inline]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Param(bytes)
    }

    /// The bytes as they are (`BYTEBUF`).
    #[inline]
    pub const fn bytes(self) -> &'a [u8] {
        self.0
    }

    /// Whether there is no value.
    #[inline]
    pub const fn is_empty(self) -> bool {
        self.0.is_empty()
    }

    read_number! {
        /// The first byte.
        u8 -> u8;
        /// The first two bytes.
        u16 -> u16;
        /// The first four bytes.
        u32 -> u32;
        /// The first eight bytes.
        u64 -> u64;
        /// The first byte, signed.
        i8 -> i8;
        /// The first two bytes, signed.
        i16 -> i16;
        /// The first four bytes, signed.
        i32 -> i32;
        /// The first eight bytes, signed.
        i64 -> i64;
        /// The first eight bytes as a floating-point number.
        f64 -> f64;
    }

    /// A signed number of the parameter's own width (1, 2, 4 or 8 bytes).
    #[inline]
    pub fn signed(self) -> Option<i64> {
        match self.0.len() {
            8 => self.i64(),
            4 => self.i32().map(i64::from),
            2 => self.i16().map(i64::from),
            1 => self.i8().map(i64::from),
            _ => None,
        }
    }

    /// An unsigned number of the parameter's own width (1, 2, 4 or 8 bytes).
    #[inline]
    pub fn unsigned(self) -> Option<u64> {
        match self.0.len() {
            8 => self.u64(),
            4 => self.u32().map(u64::from),
            2 => self.u16().map(u64::from),
            1 => self.u8().map(u64::from),
            _ => None,
        }
    }

    /// Text up to the first NUL (`CHARBUF`, `FSPATH`, `FSRELPATH`). No bytes, and the seven letters `(NULL)` with their
    /// NUL that old recorders wrote for a null pointer, are no value.
    #[inline]
    pub fn text(self) -> Option<&'a [u8]> {
        if self.0.is_empty() || self.0 == b"(NULL)\0" {
            return None;
        }
        Some(up_to_nul(self.0))
    }

    /// NUL-separated strings (`args`, `env`, `cgroups`, `CHARBUFARRAY`); the last NUL may be missing.
    pub fn strings(self) -> Strings<'a> {
        Strings(self.0)
    }

    /// A socket address (`SOCKADDR`). `None` without a value.
    pub fn sock_addr(self) -> Option<SockAddr<'a>> {
        let (&family, rest) = self.0.split_first()?;
        Some(match family {
            FAMILY_INET => match inet(rest) {
                Some((end, _)) => SockAddr::Inet(end),
                None => SockAddr::Malformed { family },
            },
            FAMILY_INET6 => match inet6(rest) {
                Some((end, _)) => SockAddr::Inet(end),
                None => SockAddr::Malformed { family },
            },
            FAMILY_UNIX if rest.is_empty() => SockAddr::Malformed { family },
            FAMILY_UNIX => SockAddr::Unix { path: up_to_nul(rest) },
            _ => SockAddr::Other { family },
        })
    }

    /// Both ends of a socket (`SOCKTUPLE`). `None` without a value.
    pub fn sock_tuple(self) -> Option<SockTuple<'a>> {
        let (&family, rest) = self.0.split_first()?;
        let malformed = SockTuple::Malformed { family };
        let ends = |end: ReadEnd| {
            let (source, rest) = end(rest)?;
            let (destination, _) = end(rest)?;
            Some(SockTuple::Inet { source, destination })
        };
        Some(match family {
            FAMILY_INET => ends(inet).unwrap_or(malformed),
            FAMILY_INET6 => ends(inet6).unwrap_or(malformed),
            FAMILY_UNIX => match rest.split_first_chunk::<8>() {
                Some((source, rest)) => match rest.split_first_chunk::<8>() {
                    Some((destination, path)) => SockTuple::Unix {
                        source: u64::from_le_bytes(*source),
                        destination: u64::from_le_bytes(*destination),
                        path: up_to_nul(path),
                    },
                    None => malformed,
                },
                None => malformed,
            },
            _ => SockTuple::Other { family },
        })
    }

    /// The entries of a poll list (`FDLIST`): a count, then descriptors and flags. Entries that do not fit are not given.
    pub fn fd_list(self) -> FdList<'a> {
        match self.0.split_first_chunk::<2>() {
            Some((count, rest)) => {
                let bytes = usize::from(u16::from_le_bytes(*count)) * 10;
                FdList(rest.get(..bytes).unwrap_or(rest))
            }
            None => FdList(&[]),
        }
    }

    /// A value whose first byte selects its type (`DYN`): the index into the parameter's table, and the value.
    pub fn dynamic(self) -> Option<(u8, Param<'a>)> {
        let (&index, rest) = self.0.split_first()?;
        Some((index, Param(rest)))
    }

    /// An address of 4 or 16 bytes in network order (`IPV4ADDR`, `IPV6ADDR`, `IPADDR`).
    pub fn ip(self) -> Option<IpAddr> {
        match self.0.len() {
            4 => self.0.first_chunk::<4>().map(|ip| IpAddr::from(*ip)),
            16 => self.0.first_chunk::<16>().map(|ip| IpAddr::from(*ip)),
            _ => None,
        }
    }
}

impl fmt::Debug for Param<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.escape_ascii())
    }
}

/// One end of an IP connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The address, as recorded (an IPv4-mapped IPv6 address stays IPv6).
    pub ip: IpAddr,
    /// The port, in host order.
    pub port: u16,
}

/// A decoded `SOCKADDR`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SockAddr<'a> {
    /// An IPv4 or IPv6 address and port.
    Inet(Endpoint),
    /// A local socket.
    Unix {
        /// Its path, up to the first NUL.
        path: &'a [u8],
    },
    /// A family whose address is not recorded.
    Other {
        /// `PPM_AF_*`.
        family: u8,
    },
    /// Too short for its family.
    Malformed {
        /// `PPM_AF_*`.
        family: u8,
    },
}

/// A decoded `SOCKTUPLE`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SockTuple<'a> {
    /// Two IP endpoints of the same family.
    Inet {
        /// Local end of an outgoing, remote end of an incoming connection.
        source: Endpoint,
        /// The other end.
        destination: Endpoint,
    },
    /// Two local sockets.
    Unix {
        /// Kernel address of the source socket.
        source: u64,
        /// Kernel address of the destination socket.
        destination: u64,
        /// Path of the named end, up to the first NUL; empty when none.
        path: &'a [u8],
    },
    /// A family whose addresses are not recorded.
    Other {
        /// `PPM_AF_*`.
        family: u8,
    },
    /// Too short for its family.
    Malformed {
        /// `PPM_AF_*`.
        family: u8,
    },
}

/// Reads one end, and gives the bytes behind it.
type ReadEnd = fn(&[u8]) -> Option<(Endpoint, &[u8])>;

fn inet(bytes: &[u8]) -> Option<(Endpoint, &[u8])> {
    let (ip, rest) = bytes.split_first_chunk::<4>()?;
    let (port, rest) = rest.split_first_chunk::<2>()?;
    Some((Endpoint { ip: Ipv4Addr::from(*ip).into(), port: u16::from_le_bytes(*port) }, rest))
}

fn inet6(bytes: &[u8]) -> Option<(Endpoint, &[u8])> {
    let (ip, rest) = bytes.split_first_chunk::<16>()?;
    let (port, rest) = rest.split_first_chunk::<2>()?;
    Some((Endpoint { ip: Ipv6Addr::from(*ip).into(), port: u16::from_le_bytes(*port) }, rest))
}

/// The bytes before the first NUL, or all of them.
#[inline]
fn up_to_nul(bytes: &[u8]) -> &[u8] {
    // Nearly always the NUL is the last byte: a word-wise search is cheaper than a byte-wise one either way.
    match memchr::memchr(0, bytes) {
        Some(end) => &bytes[..end],
        None => bytes,
    }
}

/// Iterator over NUL-separated strings.
#[derive(Clone)]
pub struct Strings<'a>(&'a [u8]);

impl<'a> Iterator for Strings<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        if self.0.is_empty() {
            return None;
        }
        let own = up_to_nul(self.0);
        self.0 = self.0.get(own.len() + 1..).unwrap_or_default();
        Some(own)
    }
}

/// Iterator over the entries of a poll list: descriptor, `PPM_POLL*` flags.
#[derive(Clone)]
pub struct FdList<'a>(&'a [u8]);

impl Iterator for FdList<'_> {
    type Item = (i64, i16);

    fn next(&mut self) -> Option<(i64, i16)> {
        let (fd, rest) = self.0.split_first_chunk::<8>()?;
        let (flags, rest) = rest.split_first_chunk::<2>()?;
        self.0 = rest;
        Some((i64::from_le_bytes(*fd), i16::from_le_bytes(*flags)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_never_read_past_the_value() {
        let p = |bytes| Param::new(bytes);
        assert_eq!((p(&[]).u8(), p(&[]).signed(), p(&[]).unsigned()), (None, None, None));
        assert_eq!((p(&[0xFE]).u8(), p(&[0xFE]).i8(), p(&[0xFE]).signed()), (Some(0xFE), Some(-2), Some(-2)));
        assert_eq!((p(&[0xFE, 0xFF]).u16(), p(&[0xFE, 0xFF]).signed()), (Some(0xFFFE), Some(-2)));
        assert_eq!((p(&[0xFE, 0xFF, 0xFF]).u32(), p(&[0xFE, 0xFF, 0xFF]).signed()), (None, None));
        let minus_two = (-2i64).to_le_bytes();
        assert_eq!((p(&minus_two).i64(), p(&minus_two[..4]).signed()), (Some(-2), Some(-2)));
        assert_eq!(p(&minus_two[..4]).unsigned(), Some(0xFFFF_FFFE));
        assert_eq!(p(&1.5f64.to_le_bytes()).f64(), Some(1.5));
    }

    #[test]
    fn text_ends_at_its_nul() {
        let text = |bytes| Param::new(bytes).text();
        assert_eq!(text(b""), None);
        assert_eq!(text(b"\0"), Some(&b""[..]));
        assert_eq!(text(b"ab\0cd\0"), Some(&b"ab"[..]));
        assert_eq!(text(b"ab"), Some(&b"ab"[..]));
        assert_eq!(text(b"(NULL)\0"), None);
        assert_eq!(text(b"(NULL)"), Some(&b"(NULL)"[..]));
        let strings: fn(&'static [u8]) -> Vec<&'static [u8]> = |bytes| Param::new(bytes).strings().collect();
        assert_eq!(strings(b"-l\0\0a b\0"), [&b"-l"[..], b"", b"a b"]);
        assert_eq!(strings(b"-l\0x"), [&b"-l"[..], b"x"]);
        assert!(strings(b"").is_empty());
    }

    #[test]
    fn sockets() {
        let end = |ip: &str, port| Endpoint { ip: ip.parse().expect("an address"), port };
        let v4 = [2, 10, 0, 0, 1, 80, 0, 10, 0, 0, 2, 0, 1];
        assert_eq!(Param::new(&v4).sock_addr(), Some(SockAddr::Inet(end("10.0.0.1", 80))));
        let tuple = SockTuple::Inet { source: end("10.0.0.1", 80), destination: end("10.0.0.2", 256) };
        assert_eq!(Param::new(&v4).sock_tuple(), Some(tuple));
        for cut in 1..v4.len() {
            let malformed = Some(SockTuple::Malformed { family: 2 });
            assert_eq!(Param::new(&v4[..cut]).sock_tuple(), malformed, "{cut} bytes");
        }
        let unix = [&[1][..], &7u64.to_le_bytes(), &9u64.to_le_bytes(), b"/run/x\0"].concat();
        let tuple = SockTuple::Unix { source: 7, destination: 9, path: b"/run/x" };
        assert_eq!(Param::new(&unix).sock_tuple(), Some(tuple));
        assert_eq!(
            Param::new(&unix[..17]).sock_tuple(),
            Some(SockTuple::Unix { source: 7, destination: 9, path: b"" })
        );
        assert_eq!(Param::new(&unix[..16]).sock_tuple(), Some(SockTuple::Malformed { family: 1 }));
        assert_eq!(Param::new(b"\x01/run/x\0").sock_addr(), Some(SockAddr::Unix { path: b"/run/x" }));
        assert_eq!(Param::new(&[1]).sock_addr(), Some(SockAddr::Malformed { family: 1 }));
        assert_eq!(Param::new(&[16]).sock_addr(), Some(SockAddr::Other { family: 16 }));
        assert_eq!((Param::new(&[]).sock_addr(), Param::new(&[]).sock_tuple()), (None, None));
    }

    #[test]
    fn lists_and_dynamic_values() {
        let list = [&[2, 0][..], &3i64.to_le_bytes(), &[1, 0], &(-1i64).to_le_bytes(), &[0x41, 0]].concat();
        assert_eq!(Param::new(&list).fd_list().collect::<Vec<_>>(), [(3, 1), (-1, 0x41)]);
        assert_eq!(Param::new(&list[..15]).fd_list().collect::<Vec<_>>(), [(3, 1)]);
        assert_eq!(Param::new(&[9]).fd_list().count(), 0);
        assert_eq!(Param::new(&[1, 9]).dynamic(), Some((1, Param::new(&[9]))));
        assert_eq!(Param::new(&[]).dynamic(), None);
        assert_eq!(Param::new(&[127, 0, 0, 1]).ip().map(|ip| ip.to_string()).as_deref(), Some("127.0.0.1"));
    }
}
