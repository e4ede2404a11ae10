//! By how much local time is ahead of UTC.

use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

/// Seconds by which local time is ahead of UTC. Clones share one value: whoever knows the time zone keeps it right while
/// events pass, as summer begins and ends, and this crate reads it. Equal when the values are.
#[derive(Clone, Debug, Default)]
pub struct UtcOffset(Arc<AtomicI32>);

impl UtcOffset {
    /// The value.
    #[inline]
    pub fn get(&self) -> i32 {
        self.0.load(Ordering::Relaxed)
    }

    /// Sets the value for all clones.
    pub fn set(&self, seconds: i32) {
        self.0.store(seconds, Ordering::Relaxed);
    }
}

impl From<i32> for UtcOffset {
    fn from(seconds: i32) -> UtcOffset {
        UtcOffset(Arc::new(AtomicI32::new(seconds)))
    }
}

impl PartialEq for UtcOffset {
    fn eq(&self, other: &UtcOffset) -> bool {
        self.get() == other.get()
    }
}

impl Eq for UtcOffset {}
