//! Value types: how a parameter or field is encoded, how it is printed and which operators it allows.

/// Type of an event parameter or of a field's value. The discriminants are the type codes of capture files.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, PartialOrd, Ord)]
#[repr(u8)]
pub enum ValueType {
    /// No value.
    None = 0,
    /// Signed 8-bit integer.
    Int8 = 1,
    /// Signed 16-bit integer.
    Int16 = 2,
    /// Signed 32-bit integer.
    Int32 = 3,
    /// Signed 64-bit integer.
    Int64 = 4,
    /// Unsigned 8-bit integer.
    Uint8 = 5,
    /// Unsigned 16-bit integer.
    Uint16 = 6,
    /// Unsigned 32-bit integer.
    Uint32 = 7,
    /// Unsigned 64-bit integer.
    Uint64 = 8,
    /// Text that ends at the first NUL.
    CharBuf = 9,
    /// Counted bytes.
    ByteBuf = 10,
    /// Signed 64-bit result; a negative value is an errno number.
    Errno = 11,
    /// Socket address: family byte, then address and port, or a path.
    SockAddr = 12,
    /// Both ends of a socket: family byte, then source and destination.
    SockTuple = 13,
    /// Signed 64-bit file descriptor; −100 is the working directory (`AT_FDCWD`).
    Fd = 14,
    /// Signed 64-bit thread or process id.
    Pid = 15,
    /// Descriptors of a poll set with their flags: u16 count, then (i64, i16) each.
    FdList = 16,
    /// Path, relative to the working directory.
    FsPath = 17,
    /// Unsigned 16-bit system call code ([`crate::SyscallCode`]).
    SyscallId = 18,
    /// Unsigned 8-bit signal number.
    SigType = 19,
    /// Duration, unsigned 64-bit nanoseconds.
    RelTime = 20,
    /// Point in time, unsigned 64-bit nanoseconds since the epoch.
    AbsTime = 21,
    /// Unsigned 16-bit port in host order.
    Port = 22,
    /// Unsigned 8-bit transport protocol.
    L4Proto = 23,
    /// Unsigned 8-bit address family.
    SockFamily = 24,
    /// 32-bit 0 or 1.
    Bool = 25,
    /// IPv4 address, 4 bytes in network order.
    Ipv4Addr = 26,
    /// First byte selects an entry of a [`crate::DynTable`], the rest is a value of that entry's type.
    Dynamic = 27,
    /// Bit set of 8 bits with names in a flag table.
    Flags8 = 28,
    /// Bit set of 16 bits with names in a flag table.
    Flags16 = 29,
    /// Bit set of 32 bits with names in a flag table.
    Flags32 = 30,
    /// Unsigned 32-bit user id.
    Uid = 31,
    /// Unsigned 32-bit group id.
    Gid = 32,
    /// 64-bit floating point.
    Double = 33,
    /// 32-bit set of signals 1 to 32.
    SigSet = 34,
    /// Texts one after the other, each with its NUL.
    CharBufArray = 35,
    /// Pairs of texts; only in slots that nothing produces.
    CharBufPairArray = 36,
    /// IPv4 network; constants of conditions only.
    Ipv4Net = 37,
    /// IPv6 address, 16 bytes.
    Ipv6Addr = 38,
    /// IPv6 network; constants of conditions only.
    Ipv6Net = 39,
    /// IPv4 or IPv6 address, 4 or 16 bytes.
    IpAddr = 40,
    /// IPv4 or IPv6 network; the value side is an address.
    IpNet = 41,
    /// 32-bit permission bits, names in a flag table.
    Mode = 42,
    /// Path, relative to the directory descriptor of the same event.
    FsRelPath = 43,
    /// Unsigned 8-bit enumeration with names in a flag table.
    EnumFlags8 = 44,
    /// Unsigned 16-bit enumeration with names in a flag table.
    EnumFlags16 = 45,
    /// Unsigned 32-bit enumeration with names in a flag table.
    EnumFlags32 = 46,
    /// Signed 32-bit file descriptor (events of BPF iterators).
    Fd32 = 47,
    /// Signed 32-bit process id (events of BPF iterators).
    Pid32 = 48,
}

/// What operators see in a type.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TypeClass {
    /// Integers, floating point, flags, times, ports, descriptors and process ids.
    Number,
    /// True or false.
    Bool,
    /// Text and paths.
    String,
    /// Counted bytes.
    Buffer,
    /// An IP address.
    IpAddr,
    /// An IP network.
    IpNet,
    /// Everything that only `exists` accepts.
    Other,
}

/// Type codes, in order: every type once.
#[rustfmt::skip]
pub const VALUE_TYPES: [ValueType; 49] = {
    use ValueType::*;
    [
        None, Int8, Int16, Int32, Int64, Uint8, Uint16, Uint32, Uint64, CharBuf, ByteBuf, Errno, SockAddr,
        SockTuple, Fd, Pid, FdList, FsPath, SyscallId, SigType, RelTime, AbsTime, Port, L4Proto, SockFamily,
        Bool, Ipv4Addr, Dynamic, Flags8, Flags16, Flags32, Uid, Gid, Double, SigSet, CharBufArray,
        CharBufPairArray, Ipv4Net, Ipv6Addr, Ipv6Net, IpAddr, IpNet, Mode, FsRelPath, EnumFlags8, EnumFlags16,
        EnumFlags32, Fd32, Pid32,
    ]
};

#[rustfmt::skip]
const NAMES: [&str; 49] = [
    "NONE", "INT8", "INT16", "INT32", "INT64", "UINT8", "UINT16", "UINT32", "UINT64", "CHARBUF", "BYTEBUF",
    "ERRNO", "SOCKADDR", "SOCKTUPLE", "FD", "PID", "FDLIST", "FSPATH", "SYSCALLID", "SIGTYPE", "RELTIME",
    "ABSTIME", "PORT", "L4PROTO", "SOCKFAMILY", "BOOL", "IPV4ADDR", "DYNAMIC", "FLAGS8", "FLAGS16", "FLAGS32",
    "UID", "GID", "DOUBLE", "SIGSET", "CHARBUFARRAY", "CHARBUF_PAIR_ARRAY", "IPV4NET", "IPV6ADDR", "IPV6NET",
    "IPADDR", "IPNET", "MODE", "FSRELPATH", "ENUMFLAGS8", "ENUMFLAGS16", "ENUMFLAGS32", "FD32", "PID32",
];

impl ValueType {
    /// The name, such as `UINT32` or `CHARBUF`; unique.
    pub const fn name(self) -> &'static str {
        NAMES[self as usize]
    }

    /// The name that Falco's messages print: [`ValueType::name`], save for four types for which it has none.
    pub const fn printed_name(self) -> &'static str {
        match self {
            ValueType::Ipv6Addr | ValueType::Ipv6Net | ValueType::Fd32 | ValueType::Pid32 => "<NA>",
            named => named.name(),
        }
    }

    /// Whether list fields may have elements of the type.
    pub const fn may_be_listed(self) -> bool {
        use ValueType::*;
        matches!(self, CharBuf | Uint64 | RelTime | AbsTime | Bool | IpAddr | IpNet)
    }

    /// The type with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        NAMES.iter().position(|&n| n == name).map(|i| VALUE_TYPES[i])
    }

    /// The type with this code, as stored in bundles and capture files.
    pub const fn from_code(code: u8) -> Option<Self> {
        if (code as usize) < VALUE_TYPES.len() { Some(VALUE_TYPES[code as usize]) } else { Option::None }
    }

    /// The class that decides which operators the type allows.
    pub const fn class(self) -> TypeClass {
        use ValueType::*;
        match self {
            Int8 | Int16 | Int32 | Int64 | Uint8 | Uint16 | Uint32 | Uint64 | Errno | Fd | Pid
            | SyscallId | SigType | RelTime | AbsTime | Port | Flags8 | Flags16 | Flags32 | Double | Mode
            | EnumFlags8 | EnumFlags16 | EnumFlags32 => TypeClass::Number,
            Bool => TypeClass::Bool,
            CharBuf | FsPath | FsRelPath => TypeClass::String,
            ByteBuf => TypeClass::Buffer,
            Ipv4Addr | Ipv6Addr | IpAddr => TypeClass::IpAddr,
            Ipv4Net | Ipv6Net | IpNet => TypeClass::IpNet,
            None | SockAddr | SockTuple | FdList | L4Proto | SockFamily | Dynamic | Uid | Gid | SigSet
            | CharBufArray | CharBufPairArray | Fd32 | Pid32 => TypeClass::Other,
        }
    }

    /// Whether numbers of the type compare and print as signed.
    pub const fn is_signed(self) -> bool {
        use ValueType::*;
        matches!(self, Int8 | Int16 | Int32 | Int64 | Errno | Fd | Pid | Fd32 | Pid32)
    }

    /// Encoded size in bytes, or `None` when it varies.
    pub const fn width(self) -> Option<u8> {
        use ValueType::*;
        match self {
            Int8 | Uint8 | SigType | L4Proto | SockFamily | Flags8 | EnumFlags8 => Some(1),
            Int16 | Uint16 | SyscallId | Port | Flags16 | EnumFlags16 => Some(2),
            Int32 | Uint32 | Bool | Ipv4Addr | Flags32 | Uid | Gid | SigSet | Mode | EnumFlags32 | Fd32
            | Pid32 => Some(4),
            Int64 | Uint64 | Errno | Fd | Pid | RelTime | AbsTime | Double => Some(8),
            Ipv6Addr => Some(16),
            None => Some(0),
            CharBuf | ByteBuf | SockAddr | SockTuple | FdList | FsPath | Dynamic | CharBufArray
            | CharBufPairArray | Ipv4Net | Ipv6Net | IpAddr | IpNet | FsRelPath => Option::None,
        }
    }

    /// What a value of the type is, in a few words, for hover and listings.
    pub const fn about(self) -> &'static str {
        use ValueType::*;
        match self {
            None => "nothing",
            Int8 | Int16 | Int32 | Int64 => "whole number",
            Uint8 | Uint16 | Uint32 | Uint64 => "whole number, not negative",
            CharBuf => "text",
            ByteBuf => "bytes",
            Errno => "result; negative for an error",
            SockAddr => "socket address",
            SockTuple => "both ends of a socket",
            Fd | Fd32 => "descriptor number",
            Pid | Pid32 => "process or thread id",
            FdList => "descriptors to wait for",
            FsPath | FsRelPath => "path",
            SyscallId => "system call",
            SigType => "signal",
            RelTime => "duration in nanoseconds",
            AbsTime => "time in nanoseconds since 1970",
            Port => "port",
            L4Proto => "transport protocol",
            SockFamily => "address family",
            Bool => "true or false",
            Ipv4Addr | Ipv6Addr | IpAddr => "IP address",
            Ipv4Net | Ipv6Net | IpNet => "IP network",
            Dynamic => "depends on the argument",
            Flags8 | Flags16 | Flags32 => "set of flags",
            EnumFlags8 | EnumFlags16 | EnumFlags32 => "one of several named values",
            Uid => "user id",
            Gid => "group id",
            Double => "number with fraction",
            SigSet => "set of signals",
            CharBufArray | CharBufPairArray => "texts",
            Mode => "permissions of a file",
        }
    }

    /// Whether the value is text, so that text transformers apply.
    pub const fn is_string(self) -> bool {
        matches!(self.class(), TypeClass::String)
    }

    /// Whether the value is a bit set or enumeration with names in a flag table.
    pub const fn is_flags(self) -> bool {
        use ValueType::*;
        matches!(self, Flags8 | Flags16 | Flags32 | EnumFlags8 | EnumFlags16 | EnumFlags32 | Mode)
    }

    /// Whether names stand for the whole number and not for single bits.
    pub const fn is_enum(self) -> bool {
        use ValueType::*;
        matches!(self, EnumFlags8 | EnumFlags16 | EnumFlags32)
    }
}

/// How a number is written as text.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[repr(u8)]
pub enum Format {
    /// As the type suggests.
    Na = 0,
    /// Decimal.
    Dec = 1,
    /// Hexadecimal without leading `0x`.
    Hex = 2,
    /// Decimal, padded with zeros on the left.
    PaddedDec = 3,
    /// Decimal identifier (never grouped or scaled).
    Id = 4,
    /// Direction of an event, `<` or `>`.
    Dir = 5,
    /// Octal.
    Oct = 6,
}

impl Format {
    /// The name used in the data tables.
    pub const fn name(self) -> &'static str {
        match self {
            Format::Na => "NA",
            Format::Dec => "DEC",
            Format::Hex => "HEX",
            Format::PaddedDec => "PADDED_DEC",
            Format::Id => "ID",
            Format::Dir => "DIR",
            Format::Oct => "OCT",
        }
    }

    /// The format with this name.
    pub fn from_name(name: &str) -> Option<Self> {
        use Format::*;
        [Na, Dec, Hex, PaddedDec, Id, Dir, Oct].into_iter().find(|f| f.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_and_names_are_their_own_inverse() {
        for (code, ty) in VALUE_TYPES.into_iter().enumerate() {
            assert_eq!(ty as usize, code);
            assert_eq!(ValueType::from_code(code as u8), Some(ty));
            assert_eq!(ValueType::from_name(ty.name()), Some(ty));
        }
        assert_eq!(ValueType::from_code(49), None);
    }
}
