//! Transformers on every shape of argument.

use super::*;

fn text(text: &str) -> Value<'_> {
    Value::Text(text.as_bytes())
}

fn one(value: Value<'_>) -> Extracted<'_> {
    Extracted::One(value)
}

#[test]
fn single_arguments() {
    use Transformer::*;
    let arena = Bump::new();
    for (transformer, input, expected) in [
        (Tolower, one(text("NoT eXcItED\u{c4}")), one(text("not excited\u{c4}"))),
        (Toupper, one(text("init")), one(text("INIT"))),
        (Basename, one(text("/usr/bin/cat")), one(text("cat"))),
        (Basename, one(text("/a/")), one(text(""))),
        (Basename, one(text("hello")), one(text("hello"))),
        (B64, one(text("aGVsbG8=")), one(text("hello"))),
        (B64, one(text("aGVsbG8")), one(text("hello"))),
        (B64, one(text("d29ybGQgIQ==")), one(text("world !"))),
        (B64, one(text("YQBi")), one(text("a"))),
        (B64, one(text("")), one(text(""))),
        (B64, one(text("=")), Extracted::Absent),
        (B64, one(text("aGVsbG9=")), Extracted::Absent),
        (B64, one(text("aGVs!G8=")), Extracted::Absent),
        (B64, one(text("aGVsb")), Extracted::Absent),
        (B64, one(Value::Bytes(b"aGVsbG8=\0\0")), one(Value::Bytes(b"hello\0"))),
        (Len, one(text("/tmp/file_to_run")), one(Value::Unsigned(16))),
        (Len, one(Value::Bytes(b"\x01\0\x03")), one(Value::Unsigned(3))),
        (Len, Extracted::List(&[Value::Unsigned(1), Value::Unsigned(2)]), one(Value::Unsigned(2))),
        (Len, Extracted::List(&[]), one(Value::Unsigned(0))),
        (Len, one(Value::Unsigned(5)), Extracted::Absent),
        (Tolower, Extracted::Absent, Extracted::Absent),
        (Val, one(text("x")), one(text("x"))),
    ] {
        assert_eq!(apply(transformer, &[input], None, &arena), expected, "{transformer:?} {input:?}");
    }
    let words = [text("A"), text("b")];
    let upper = apply(Toupper, &[Extracted::List(&words)], None, &arena);
    assert_eq!(upper, Extracted::List(&[text("A"), text("B")]));
}

#[test]
fn several_arguments() {
    use Transformer::*;
    let arena = Bump::new();
    let mixed =
        [text("a"), Value::Unsigned(7), Value::Signed(-1), Value::Address("10.0.0.1".parse().unwrap())];
    for (transformer, args, expected) in [
        (Join, [one(text("->")), Extracted::List(&[text("aaa"), text("bbb")])], one(text("aaa->bbb"))),
        (Join, [one(text(",")), Extracted::List(&[])], one(text(""))),
        (Join, [one(text(",")), Extracted::List(&mixed)], one(text("a,7,-1,10.0.0.1"))),
        (Join, [one(text(",")), Extracted::Absent], Extracted::Absent),
        (Concat, [one(text("a")), one(text("b"))], one(text("ab"))),
        (Concat, [one(text("a")), one(Value::Unsigned(3))], one(text("a3"))),
        (Concat, [one(text("a")), Extracted::Absent], Extracted::Absent),
        (
            Getopt,
            [Extracted::List(&[text("-nt"), text("x")]), one(text("nt:"))],
            Extracted::List(&[text("n"), text("t"), text("x")]),
        ),
    ] {
        assert_eq!(apply(transformer, &args, None, &arena), expected, "{transformer:?} {args:?}");
    }
    let args = [Extracted::List(&[text("-t"), text("v")]), one(text("t:n"))];
    assert_eq!(apply(Getopt, &args, Some(b't'), &arena), one(text("v")));
    assert_eq!(apply(Getopt, &args, Some(b'n'), &arena), Extracted::Absent);
    assert_eq!(list(&[one(text("a")), Extracted::Absent], &arena), Extracted::Absent);
}
