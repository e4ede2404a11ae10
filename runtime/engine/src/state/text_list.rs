//! A list of byte strings in one buffer: arguments, environments, cgroups.

/// Byte strings, each followed by a NUL, in one buffer that is reused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextList(Vec<u8>);

impl TextList {
    /// Replaces the list by the NUL-separated strings in `bytes`; a missing last NUL is added.
    pub fn set(&mut self, bytes: &[u8]) {
        self.0.clear();
        if bytes == b"\0" {
            return;
        }
        self.0.extend_from_slice(bytes);
        if self.0.last().is_some_and(|last| *last != 0) {
            self.0.push(0);
        }
    }

    /// Replaces the list by a copy of another one.
    pub fn copy_from(&mut self, other: &TextList) {
        self.0.clear();
        self.0.extend_from_slice(&other.0);
    }

    /// Adds one string made of several parts.
    pub(crate) fn push_parts(&mut self, parts: &[&[u8]]) {
        parts.iter().for_each(|part| self.0.extend_from_slice(part));
        self.0.push(0);
    }

    /// Adds one string; anything from a NUL on is left out.
    pub fn push(&mut self, item: &[u8]) {
        self.0.extend(item.iter().take_while(|byte| **byte != 0));
        self.0.push(0);
    }

    /// Removes everything.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Whether there is no string.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many strings there are. Walks the list.
    pub fn len(&self) -> usize {
        self.0.iter().filter(|byte| **byte == 0).count()
    }

    /// The strings in order.
    pub fn iter(&self) -> impl Iterator<Item = &[u8]> + Clone {
        self.0.strip_suffix(b"\0").map(|bytes| bytes.split(|byte| *byte == 0)).into_iter().flatten()
    }

    /// String `index`.
    pub fn get(&self, index: usize) -> Option<&[u8]> {
        self.iter().nth(index)
    }

    /// The strings with their NULs.
    pub fn raw(&self) -> &[u8] {
        &self.0
    }
}
