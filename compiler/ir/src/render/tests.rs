//! What values print as, in tables.

use std::net::IpAddr;

use catalogue::{Format, ValueType};

use super::*;
use crate::value::Value;

fn style(ty: ValueType, format: Format) -> Style {
    Style { ty, list: false, format }
}

fn as_text(value: Extracted<'_>, style: Style) -> Option<String> {
    let mut out = Vec::new();
    text(&mut out, &value, style, Buffers::Dots).then(|| String::from_utf8(out).expect("tests render UTF-8"))
}

fn as_json(value: Extracted<'_>, style: Style) -> String {
    let mut out = Vec::new();
    json(&mut out, &value, style, Buffers::Dots);
    String::from_utf8(out).expect("JSON is UTF-8")
}

#[test]
fn numbers_by_type_and_format() {
    use Format::{Dec, Hex, Id, Na, Oct, PaddedDec};
    use ValueType::{Bool, Double, Int16, Int32, Int64, Mode, Pid, Port, RelTime, Uint32, Uint64};
    let cases: &[(Value<'_>, ValueType, Format, Option<&str>, &str)] = &[
        (Value::Unsigned(7), Uint32, Dec, Some("7"), "7"),
        (Value::Unsigned(7), Uint64, Id, Some("7"), "7"),
        (Value::Unsigned(u64::MAX), Uint64, Dec, Some("18446744073709551615"), "18446744073709551615"),
        (Value::Signed(-1), Int64, Id, Some("-1"), "-1"),
        (Value::Signed(64768), Int32, Hex, Some("FD00"), "\"FD00\""),
        (Value::Signed(-1), Int32, Hex, Some("FFFFFFFF"), "\"FFFFFFFF\""),
        (Value::Signed(-1), Int16, Oct, Some("37777777777"), "\"37777777777\""),
        (Value::Signed(-1), Int64, Hex, Some("FFFFFFFFFFFFFFFF"), "\"FFFFFFFFFFFFFFFF\""),
        (Value::Unsigned(0o755), Mode, Oct, Some("755"), "\"755\""),
        (Value::Unsigned(42), RelTime, PaddedDec, Some("000000042"), "\"000000042\""),
        (Value::Unsigned(42), Uint32, PaddedDec, None, "null"),
        (Value::Unsigned(1), Uint32, Na, None, "null"),
        (Value::Signed(5), Pid, Na, Some("5"), "\"5\""),
        (Value::Unsigned(443), Port, Dec, Some("443"), "443"),
        (Value::Bool(true), Bool, Na, Some("true"), "true"),
        (Value::Float(0.16), Double, Na, Some("0.2"), "0.16"),
        (Value::Float(100.0), Double, Na, Some("100.0"), "100.0"),
        (Value::Float(1e-7), Double, Na, Some("0.0"), "1e-07"),
        (Value::Float(12.9), Double, Dec, Some("12.9"), "12"),
    ];
    for (value, ty, format, text, json) in cases {
        let style = style(*ty, *format);
        assert_eq!(as_text(Extracted::One(*value), style).as_deref(), *text, "{value:?} {ty:?} {format:?}");
        assert_eq!(as_json(Extracted::One(*value), style), *json, "{value:?} {ty:?} {format:?}");
    }
}

#[test]
fn texts_addresses_and_buffers() {
    let ip = |text: &str| Value::Address(text.parse::<IpAddr>().expect("an address"));
    let cases: &[(Value<'_>, ValueType, &str, &str)] = &[
        (Value::Text(b"a\"b\\"), ValueType::CharBuf, "a\"b\\", r#""a\"b\\""#),
        (Value::Text(b"a\tb\x01"), ValueType::CharBuf, "a\tb\x01", r#""a\tb\u0001""#),
        (Value::Text("\u{e9}".as_bytes()), ValueType::CharBuf, "\u{e9}", "\"\u{e9}\""),
        (Value::Bytes(b"ab\0\xff~\x7f"), ValueType::ByteBuf, "ab..~.", "\"ab..~.\""),
        (ip("10.0.0.1"), ValueType::IpAddr, "10.0.0.1", "\"10.0.0.1\""),
        (ip("2001:db8::1"), ValueType::IpAddr, "2001:db8::1", "\"2001:db8::1\""),
        (ip("::ffff:1.2.3.4"), ValueType::IpAddr, "::ffff:1.2.3.4", "\"::ffff:1.2.3.4\""),
        (ip("::1"), ValueType::IpAddr, "::1", "\"::1\""),
        (ip("::1:2"), ValueType::IpAddr, "::0.1.0.2", "\"::0.1.0.2\""),
        (ip("10.0.0.1"), ValueType::IpNet, "<IPNET>", "\"<IPNET>\""),
    ];
    for (value, ty, text, json) in cases {
        let style = style(*ty, Format::Na);
        assert_eq!(as_text(Extracted::One(*value), style).as_deref(), Some(*text));
        assert_eq!(as_json(Extracted::One(*value), style), *json);
    }
}

#[test]
fn lists_and_ancestors() {
    let text = style(ValueType::CharBuf, Format::Na);
    let values = [Value::Text(b"file"), Value::Text(b"ipv4")];
    assert_eq!(as_text(Extracted::List(&values), text).as_deref(), Some("(file,ipv4)"));
    assert_eq!(as_json(Extracted::List(&values), text), r#"["file","ipv4"]"#);
    assert_eq!(as_text(Extracted::List(&[]), text).as_deref(), Some("()"));
    assert_eq!(as_json(Extracted::List(&[]), text), "null");
    assert_eq!(as_text(Extracted::Ancestors(&values), text).as_deref(), Some("file ipv4"));
    assert_eq!(as_json(Extracted::Ancestors(&values), text), r#""file ipv4""#);
    assert_eq!(as_text(Extracted::Ancestors(&[]), text), None);
    assert_eq!(as_text(Extracted::Endpoints(&values), text), None);
    assert_eq!(as_text(Extracted::Absent, text), None);
    let long = [Value::Text(&[b'x'; 700]), Value::Text(&[b'y'; 700])];
    assert_eq!(as_text(Extracted::List(&long), text).map(|text| text.len()), Some(1023));
}

#[test]
fn long_buffers_are_cut() {
    let style = style(ValueType::ByteBuf, Format::Na);
    for (len, shown) in [(1021, 1021), (1022, 1022), (1023, 1021), (5000, 1021)] {
        let bytes = vec![b'x'; len];
        assert_eq!(
            as_text(Extracted::One(Value::Bytes(&bytes)), style).map(|text| text.len()),
            Some(shown),
            "{len}"
        );
    }
    let mut out = Vec::new();
    assert!(text(&mut out, &Extracted::One(Value::Bytes(b"light w")), style, Buffers::Base64));
    assert_eq!(out, b"bGlnaHQgdw==");
}

#[test]
fn printable_texts() {
    let cases: &[(&[u8], &str)] = &[
        (b"plain ~", "plain ~"),
        (b"tab\there", "tab\u{fffd}here"),
        (b"\x7f", "\u{fffd}"),
        (b"bad\xff\xfe\xfdname", "bad\u{fffd}\u{fffd}\u{fffd}name"),
        (b"\xc2\x80\xc2\xa0", "\u{fffd}\u{a0}"),
        (b"\xe2\x82", "\u{fffd}"),
        (b"\xe2\x82\xac\xe0\x80", "\u{20ac}\u{fffd}\u{fffd}"),
        (b"\xef\xbf\xbe\xf0\x9f\x98\x80", "\u{fffd}\u{1f600}"),
    ];
    for (bytes, shown) in cases {
        let mut out = Vec::new();
        push_printable(&mut out, bytes);
        assert_eq!(String::from_utf8_lossy(&out), *shown);
        assert_eq!(is_printable(bytes), out == *bytes, "{shown}");
    }
}
