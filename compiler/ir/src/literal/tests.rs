//! Literals of every type: their values and Falco's messages.

use super::*;

fn network(address: &str, prefix: u8) -> Const {
    Const::Network(Network { address: address.parse().unwrap(), prefix })
}

#[test]
fn values() {
    use ValueType::*;
    for (text, ty, expected) in [
        ("4294967297", Uint32, Const::Unsigned(1)),
        ("-1", Uid, Const::Unsigned(4_294_967_295)),
        ("65537", Int16, Const::Signed(1)),
        ("-65535", Fd, Const::Signed(-65535)),
        (" 7", Uint64, Const::Unsigned(7)),
        ("99999999999999999999", Int64, Const::Signed(i64::MAX)),
        ("65979", Port, Const::Unsigned(443)),
        ("", Port, Const::Unsigned(0)),
        ("https", Port, Const::Unsigned(443)),
        ("www", Port, Const::Unsigned(80)),
        ("5", Double, Const::Float(5)),
        ("4294967295", Double, Const::Float(-1)),
        ("true", Bool, Const::Bool(true)),
        ("10.0.0.1", IpAddr, Const::Address("10.0.0.1".parse().unwrap())),
        ("::1", IpAddr, Const::Address("::1".parse().unwrap())),
        ("10.0.0.1/8", IpNet, network("10.0.0.1", 8)),
        ("1.2.3.4/256", IpNet, network("1.2.3.4", 0)),
        ("fe80::/10", IpNet, network("fe80::", 10)),
        ("", CharBuf, Const::Text(b"".as_slice().into())),
        ("a b", FsPath, Const::Text(b"a b".as_slice().into())),
        ("a\0b", ByteBuf, Const::Bytes(b"a\0b".as_slice().into())),
    ] {
        assert_eq!(parse(text.as_bytes(), ty, Operator::Eq), Ok(expected), "{text} as {ty:?}");
    }
    let hex = parse(b"00fF", ByteBuf, Operator::Bcontains);
    assert_eq!(hex, Ok(Const::Bytes(b"\x00\xff".as_slice().into())));
}

#[test]
fn messages() {
    use ValueType::*;
    let long = "x".repeat(256);
    for (text, ty, op, expected) in [
        ("0x1F", Fd, Operator::Gt, "0x1F is not a valid number"),
        ("5.0", Fd, Operator::Eq, "5.0 is not a valid number"),
        ("", Uint32, Operator::Eq, " is not a valid number"),
        ("1.5", Double, Operator::Gt, "1.5 is not a valid number"),
        ("yes", Bool, Operator::Eq, "filter error: unrecognized boolean value yes"),
        ("1.2.3", IpAddr, Operator::Eq, "unrecognized IPv4 address 1.2.3"),
        ("::ffff:1.2.3.4", IpAddr, Operator::Eq, "unrecognized IPv4 address ::ffff:1.2.3.4"),
        ("1.2.3.4/8", IpAddr, Operator::Eq, "unrecognized IPv4 address 1.2.3.4/8"),
        ("localhost", IpAddr, Operator::Eq, "unrecognized IPv6 address localhost"),
        ("10.0.0.0", IpNet, Operator::Eq, "unrecognized IP network 10.0.0.0"),
        ("10.0.0/8", IpNet, Operator::Eq, "unrecognized IP address 10.0.0/8"),
        ("1.2.3.4/33", IpNet, Operator::Eq, "invalid netmask 33"),
        ("1.2.3.4/x", IpNet, Operator::Eq, "x is not a valid number"),
        ("::1", IpNet, Operator::Eq, "invalid v6 netmask: ::1"),
        ("zz/8", IpNet, Operator::Eq, "unrecognized IPv6 address zz/8"),
        ("::1/0", IpNet, Operator::Eq, "invalid v6 netmask 0"),
        ("::1/129", IpNet, Operator::Eq, "invalid v6 netmask 129"),
        ("::1/", IpNet, Operator::Eq, " is not a valid number"),
        ("nosuchservice", Port, Operator::Eq, "unrecognized protocol nosuchservice"),
        ("-1", Port, Operator::Eq, "unrecognized protocol -1"),
        ("0x50", Port, Operator::Eq, "unrecognized protocol 0x50"),
        ("2147483648", Port, Operator::Eq, "unrecognized protocol 2147483648"),
        (
            "0g",
            ByteBuf,
            Operator::Bcontains,
            "filter error: bcontains and bstartswith operator support hex strings only",
        ),
        ("a\0", CharBuf, Operator::Eq, "filter error: filter value cannot contain a NUL byte (\\x00)"),
        ("(", CharBuf, Operator::Regex, "invalid regex pattern: missing ): ("),
        ("\\d+", CharBuf, Operator::Regex, "invalid regex pattern: invalid escape sequence: \\d"),
        ("1", SigType, Operator::Eq, "wrong parameter type 19"),
        (&long, ByteBuf, Operator::Eq, "filter parameter too long (byte buf)"),
        (
            &long,
            CharBuf,
            Operator::Eq,
            &format!("filter parameter too long (used=257, available=256):{long}"),
        ),
    ] {
        assert_eq!(parse(text.as_bytes(), ty, op).unwrap_err().to_string(), expected, "{text} as {ty:?}");
    }
    assert!(parse(&long.as_bytes()[1..], CharBuf, Operator::Eq).is_ok());
}

#[test]
fn services_are_sorted() {
    assert!(services::SERVICES.is_sorted_by(|a, b| a.0 < b.0));
    assert_eq!(service("SSH"), None);
    assert_eq!(service("ssh"), Some(22));
}
