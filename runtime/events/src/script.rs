//! Readable events for tests.
