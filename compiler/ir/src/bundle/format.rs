//! Numbers of the format, and the parts of a bundle that are not the program.

use sha2::{Digest as _, Sha256};

/// Largest bundle that is read, in bytes.
pub const SIZE_LIMIT: usize = 64 << 20;

pub(super) const MAGIC: [u8; 8] = *b"rulecbdl";
pub(super) const VERSION: u32 = 1;
/// Bytes before the section table.
pub(super) const HEADER: usize = 56;
/// Where the digest is.
pub(super) const DIGEST: std::ops::Range<usize> = 24..HEADER;
/// Bytes of a row of the section table.
pub(super) const ROW: usize = 24;
/// Most sections that a reader looks at; leaves room for kinds that come later.
pub(super) const SECTION_LIMIT: usize = 64;
/// Flag of a section that a reader must know.
pub(super) const REQUIRED: u32 = 1;
/// Bytes of a signature section: algorithm, key and signature.
pub(super) const SIGNATURE: usize = 4 + 32 + 64;
/// The one signature algorithm.
pub(super) const ED25519: u32 = 1;

/// Kinds of sections, in file order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Section {
    Manifest = 1,
    Names = 2,
    Imports = 3,
    Constants = 4,
    Slots = 5,
    Expressions = 6,
    Rules = 7,
    Signature = 255,
}

impl Section {
    /// Every section of a bundle without signature.
    pub(super) const CONTENT: [Section; 7] = [
        Section::Manifest,
        Section::Names,
        Section::Imports,
        Section::Constants,
        Section::Slots,
        Section::Expressions,
        Section::Rules,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Section::Manifest => "manifest",
            Section::Names => "names",
            Section::Imports => "imports",
            Section::Constants => "constants",
            Section::Slots => "slots",
            Section::Expressions => "expressions",
            Section::Rules => "rules",
            Section::Signature => "signature",
        }
    }
}

/// SHA-256 of a bundle, what a signature signs.
pub type Digest = [u8; 32];

/// The digest of a bundle whose content without signature ends at `end`.
pub(super) fn digest(bytes: &[u8], end: usize) -> Digest {
    let mut hash = Sha256::new();
    hash.update(bytes.get(..DIGEST.start).unwrap_or_default());
    hash.update(bytes.get(DIGEST.end..end).unwrap_or_default());
    hash.finalize().into()
}

/// The bytes of a bundle without signature with their digest made right: for tests that look behind it.
#[cfg(any(test, feature = "testing"))]
pub fn with_digest(mut bytes: Vec<u8>) -> Vec<u8> {
    let digest = digest(&bytes, bytes.len());
    if let Some(place) = bytes.get_mut(DIGEST) {
        place.copy_from_slice(&digest);
    }
    bytes
}

/// About a bundle.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manifest {
    /// Version of the rules; grows with every release of a rule set.
    pub version: u64,
    /// Who built the bundle, such as `rulec 0.1.0`.
    pub producer: String,
    /// What it was built from, in load order.
    pub sources: Vec<SourceDigest>,
    /// Plugins that it needs.
    pub plugins: Vec<RequiredPlugin>,
}

/// A file that a bundle was built from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SourceDigest {
    /// Its name as given to the compiler.
    pub name: String,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
}

impl SourceDigest {
    /// The digest of a file's bytes.
    pub fn new(name: impl Into<String>, bytes: &[u8]) -> SourceDigest {
        SourceDigest { name: name.into(), sha256: Sha256::digest(bytes).into() }
    }
}

/// A plugin that a bundle needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequiredPlugin {
    /// Its name.
    pub name: String,
    /// The least version.
    pub version: String,
}

/// A signature over a bundle's digest. Checking it, and whether its key is trusted, is up to the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature {
    /// The Ed25519 public key that it claims.
    pub key: [u8; 32],
    /// The Ed25519 signature of the digest.
    pub signature: [u8; 64],
}
