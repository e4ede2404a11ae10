//! Reading a section piece by piece. Nothing here trusts the bytes: every read is checked, counts are bounded by what
//! follows.

use super::error::BundleError;

/// A section under reading.
pub(super) struct In<'b> {
    section: &'static str,
    bytes: &'b [u8],
    at: usize,
}

impl<'b> In<'b> {
    pub(super) fn new(section: &'static str, bytes: &'b [u8]) -> In<'b> {
        In { section, bytes, at: 0 }
    }

    pub(super) fn malformed(&self, problem: &'static str) -> BundleError {
        BundleError::Malformed { section: self.section, offset: self.at, problem }
    }

    pub(super) fn finish(&self) -> Result<(), BundleError> {
        if self.at == self.bytes.len() { Ok(()) } else { Err(self.malformed("bytes after the end")) }
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'b [u8], BundleError> {
        let end = self.at.checked_add(count);
        let Some(taken) = end.and_then(|end| self.bytes.get(self.at..end)) else {
            return Err(self.malformed("ends too early"));
        };
        self.at += count;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], BundleError> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    pub(super) fn byte(&mut self) -> Result<u8, BundleError> {
        self.array().map(|[byte]| byte)
    }

    pub(super) fn number(&mut self) -> Result<u32, BundleError> {
        self.array().map(u32::from_le_bytes)
    }

    pub(super) fn long(&mut self) -> Result<u64, BundleError> {
        self.array().map(u64::from_le_bytes)
    }

    pub(super) fn truth(&mut self) -> Result<bool, BundleError> {
        match self.byte()? {
            0 => Ok(false),
            1 => Ok(true),
            _ => Err(self.malformed("a bool is neither 0 nor 1")),
        }
    }

    pub(super) fn blob(&mut self) -> Result<&'b [u8], BundleError> {
        let length = self.number()? as usize;
        self.take(length)
    }

    pub(super) fn text(&mut self) -> Result<&'b str, BundleError> {
        let bytes = self.blob()?;
        std::str::from_utf8(bytes).map_err(|_| self.malformed("a text is not UTF-8"))
    }

    pub(super) fn option<T>(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<T, BundleError>,
    ) -> Result<Option<T>, BundleError> {
        if self.truth()? { read(self).map(Some) } else { Ok(None) }
    }

    pub(super) fn list<T, L: FromIterator<T>>(
        &mut self,
        mut read: impl FnMut(&mut Self) -> Result<T, BundleError>,
    ) -> Result<L, BundleError> {
        let count = self.number()? as usize;
        if count > self.bytes.len() - self.at {
            // Every element has at least one byte.
            return Err(self.malformed("a list is longer than its section"));
        }
        (0..count).map(|_| read(self)).collect()
    }

    /// A number that stands for a name.
    pub(super) fn named<T: Copy>(&mut self, names: &[T]) -> Result<T, BundleError> {
        let place = usize::from(self.byte()?);
        names.get(place).copied().ok_or_else(|| self.malformed("a name has no such number"))
    }
}
