//! Ed25519 keys of bundles: their texts, signing, and checking what a bundle claims.

use std::fmt;

use ed25519_dalek::{Signer, SigningKey, VerifyingKey};

use super::format::{Digest, Manifest};
use super::read::Bundle;
use super::write::write_signed;
use crate::program::Program;

const PUBLIC: &str = "ed25519:";
const SECRET: &str = "ed25519-secret:";
/// Signatures cover this and the digest, so that a signature made for another purpose is never one of a bundle.
const PURPOSE: &[u8] = b"rulec bundle 1\0";

/// Why a text is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// It does not begin as a key of this kind does.
    Prefix(&'static str),
    /// After the beginning, 64 hexadecimal digits must follow.
    Digits,
    /// The digits are no point of the curve.
    Point,
}

impl fmt::Display for KeyError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeyError::Prefix(prefix) => write!(out, "a key begins with `{prefix}`"),
            KeyError::Digits => out.write_str("a key has 64 hexadecimal digits"),
            KeyError::Point => out.write_str("not a usable Ed25519 key"),
        }
    }
}

impl std::error::Error for KeyError {}

/// A key that bundles are signed with.
pub struct SecretKey(SigningKey);

impl SecretKey {
    /// The key that 32 random bytes make.
    pub fn from_seed(seed: &[u8; 32]) -> SecretKey {
        SecretKey(SigningKey::from_bytes(seed))
    }

    /// Reads `ed25519-secret:` and 64 hexadecimal digits; lines that begin with `#` are skipped.
    pub fn parse(text: &str) -> Result<SecretKey, KeyError> {
        let line = lines(text).next().unwrap_or_default();
        let digits = line.strip_prefix(SECRET).ok_or(KeyError::Prefix(SECRET))?;
        Ok(SecretKey::from_seed(&digits_32(digits)?))
    }

    /// The text that [`SecretKey::parse`] reads.
    pub fn to_text(&self) -> String {
        format!("{SECRET}{}", hex(&self.0.to_bytes()))
    }

    /// The key that others check with.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Never the key itself: this may end up in a log.
        write!(out, "SecretKey of {}", self.public())
    }
}

/// A key that signatures are checked with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicKey([u8; 32]);

impl PublicKey {
    /// Reads `ed25519:` and 64 hexadecimal digits.
    pub fn parse(text: &str) -> Result<PublicKey, KeyError> {
        let digits = text.trim().strip_prefix(PUBLIC).ok_or(KeyError::Prefix(PUBLIC))?;
        let bytes = digits_32(digits)?;
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| KeyError::Point)?;
        // A weak key accepts signatures that nobody made.
        if key.is_weak() { Err(KeyError::Point) } else { Ok(PublicKey(bytes)) }
    }

    /// Reads the keys of a file: one a line; lines that begin with `#` are skipped.
    pub fn parse_all(text: &str) -> Result<Vec<PublicKey>, KeyError> {
        lines(text).map(PublicKey::parse).collect()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{PUBLIC}{}", hex(&self.0))
    }
}

/// The signature does not fit the bundle and the key that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadSignature;

impl fmt::Display for BadSignature {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("its signature is not that of its content")
    }
}

impl std::error::Error for BadSignature {}

/// The bytes of a bundle, signed.
pub fn write_with_key(program: &Program, manifest: &Manifest, key: &SecretKey) -> Vec<u8> {
    write_signed(program, manifest, &key.public().0, |digest| key.0.sign(&signed(digest)).to_bytes())
}

impl Bundle<'_> {
    /// Who signed the bundle; `None` if nobody did. Whether that key is trusted is for the caller to say.
    pub fn signer(&self) -> Result<Option<PublicKey>, BadSignature> {
        let Some(claimed) = self.signature() else { return Ok(None) };
        let key = VerifyingKey::from_bytes(&claimed.key).map_err(|_| BadSignature)?;
        let signature = ed25519_dalek::Signature::from_bytes(&claimed.signature);
        // Strict: no second form of a signature, and no weak key, is accepted.
        key.verify_strict(&signed(self.digest()), &signature).map_err(|_| BadSignature)?;
        Ok(Some(PublicKey(claimed.key)))
    }
}

fn signed(digest: &Digest) -> Vec<u8> {
    [PURPOSE, digest].concat()
}

/// Lines that are neither empty nor remarks.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The 32 bytes that 64 hexadecimal digits stand for.
pub fn digits_32(digits: &str) -> Result<[u8; 32], KeyError> {
    if digits.len() != 64 || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return Err(KeyError::Digits);
    }
    let mut bytes = [0; 32];
    for (byte, at) in bytes.iter_mut().zip((0..64).step_by(2)) {
        *byte = digits
            .get(at..at + 2)
            .and_then(|pair| u8::from_str_radix(pair, 16).ok())
            .ok_or(KeyError::Digits)?;
    }
    Ok(bytes)
}
