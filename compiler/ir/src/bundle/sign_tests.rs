//! Signatures and what hosts take: every changed byte, every wrong key, every older version.

use catalogue::Catalogue;

use super::tests::{manifest, small};
use super::*;

fn key(seed: u8) -> SecretKey {
    SecretKey::from_seed(&[seed; 32])
}

fn signed(version: u64, key: &SecretKey) -> Vec<u8> {
    write_with_key(&small(), &Manifest { version, ..manifest() }, key)
}

fn policy(keys: &[&SecretKey], last: Option<Accepted>) -> Policy {
    Policy { keys: keys.iter().map(|key| key.public()).collect(), last, allow_rollback: false }
}

fn judge(bytes: &[u8], policy: &Policy) -> Result<Acceptance, String> {
    let bundle = Bundle::open(bytes).map_err(|error| error.to_string())?;
    policy.judge(&bundle).map_err(|refusal| refusal.to_string())
}

#[test]
fn every_changed_byte_is_refused() {
    let bytes = signed(3, &key(1));
    for policy in [policy(&[&key(1)], None), policy(&[], None)] {
        let accepted = judge(&bytes, &policy).unwrap();
        assert_eq!(accepted.signer, Some(key(1).public()));
        for at in 0..bytes.len() {
            for mask in [1, 0x80, 0xff] {
                let mut changed = bytes.clone();
                changed[at] ^= mask;
                assert!(judge(&changed, &policy).is_err(), "byte {at} with {mask:#x}");
            }
        }
        for end in 0..bytes.len() {
            assert!(judge(&bytes[..end], &policy).is_err(), "the first {end} bytes");
        }
        assert!(judge(&[bytes.as_slice(), &[0]].concat(), &policy).is_err());
    }
    assert_eq!(Bundle::open(&bytes).unwrap().program(&Catalogue::core()), Ok(small()));
}

#[test]
fn two_builds_are_equal_and_signatures_are_golden() {
    let bytes = signed(3, &key(1));
    assert_eq!(bytes, signed(3, &key(1)));
    let hex = hex(&bytes[bytes.len() - 96..]);
    // Ed25519 is deterministic, so the key and the signature are those of any machine.
    expect_test::expect_file!["signature_v1.hex"].assert_eq(&hex);
}

#[test]
fn keys_decide() {
    let unsigned = write(&small(), &manifest());
    let trusted = policy(&[&key(1), &key(2)], None);
    assert!(judge(&signed(1, &key(2)), &trusted).is_ok());
    assert_eq!(judge(&unsigned, &trusted).unwrap_err(), "it is not signed, and keys are configured");
    assert!(
        judge(&signed(1, &key(3)), &trusted).unwrap_err().starts_with("it is signed with a key that is not")
    );
    assert!(judge(&unsigned, &policy(&[], None)).is_ok());
    // A signature of one bundle does not serve another.
    let (first, mut second) = (signed(1, &key(1)), signed(2, &key(1)));
    let end = second.len() - 64;
    second[end..].copy_from_slice(&first[first.len() - 64..]);
    assert_eq!(judge(&second, &trusted).unwrap_err(), "its signature is not that of its content");
}

#[test]
fn there_is_no_way_back() {
    let accepted = |bytes: &[u8]| judge(bytes, &policy(&[], None)).unwrap().accepted;
    let (one, two) = (signed(1, &key(1)), signed(2, &key(1)));
    let after_two = policy(&[&key(1)], Some(accepted(&two)));
    assert!(judge(&two, &after_two).is_ok());
    assert!(judge(&signed(3, &key(1)), &after_two).is_ok());
    assert_eq!(
        judge(&one, &after_two).unwrap_err(),
        "rollback: its version 1 is older than the last accepted version 2"
    );
    let other = signed(2, &key(2));
    assert_eq!(
        judge(&other, &policy(&[], Some(accepted(&two)))),
        judge(&two, &policy(&[], Some(accepted(&two))))
            .map(|ok| Acceptance { signer: Some(key(2).public()), ..ok }),
        "who signs is not part of the content"
    );
    let mut program = small();
    program.rules[0].description = "something else".into();
    let changed = write_with_key(&program, &Manifest { version: 2, ..manifest() }, &key(1));
    assert_eq!(
        judge(&changed, &after_two).unwrap_err(),
        "it has version 2 as the last accepted bundle, but other content"
    );
    let allowed = Policy { allow_rollback: true, ..after_two };
    assert_eq!(judge(&one, &allowed).unwrap().rolled_back_from, Some(2));
    // Without versions there is no order.
    let zero = policy(&[&key(1)], Some(Accepted { version: 0, digest: [9; 32] }));
    assert!(judge(&signed(0, &key(1)), &zero).is_ok());
}

#[test]
fn texts_of_keys_and_records() {
    let secret = key(7);
    let text = format!("# rules of the lab\n\n{}\n", secret.to_text());
    assert_eq!(SecretKey::parse(&text).unwrap().public(), secret.public());
    assert!(!format!("{secret:?}").contains(&hex(&[7; 32])));
    let public = secret.public().to_string();
    assert_eq!(PublicKey::parse(&public), Ok(secret.public()));
    assert_eq!(PublicKey::parse_all(&format!("# a\n{public}\n\n{public}\n")).unwrap().len(), 2);
    for (text, problem) in [
        ("ed25519", "a key begins with `ed25519:`"),
        ("ed25519:00", "a key has 64 hexadecimal digits"),
        (&format!("ed25519:{}", "g".repeat(64)), "a key has 64 hexadecimal digits"),
        (&format!("ed25519:{}", "é".repeat(32)), "a key has 64 hexadecimal digits"),
        // The neutral element: everything would verify.
        (&format!("ed25519:01{}", "00".repeat(31)), "not a usable Ed25519 key"),
    ] {
        assert_eq!(PublicKey::parse(text).unwrap_err().to_string(), problem, "{text}");
    }
    assert!(SecretKey::parse(&public).is_err());
    let record = Accepted { version: u64::MAX, digest: [0xab; 32] };
    assert_eq!(Accepted::parse(&record.to_text()), Some(record));
    for text in ["", "version 1", "version x\nsha256 00\n", &format!("{}x\n", record.to_text())] {
        assert_eq!(Accepted::parse(text), None, "{text:?}");
    }
}
