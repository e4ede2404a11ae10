//! Joining of paths as Falco does it: only the second one is normalised, and links are not followed.

use ir::render::{is_printable, push_printable};

/// Bytes of the longest path, a final NUL included.
pub const MAX_PATH: usize = 1024;

/// What a path that does not fit becomes.
pub const TOO_LONG: &[u8] = b"/DIR_TOO_LONG/FILENAME_TOO_LONG";

/// Where a path is composed.
pub type PathBuffer = [u8; MAX_PATH];

/// Joins `path` to `base`: an absolute path stands alone; in a relative one `.` is dropped, `..` removes the component
/// before it (of the base, too, but never the root), repeated slashes collapse and a final one is removed. What is not
/// printable becomes U+FFFD.
pub fn join<'b>(base: &[u8], path: &[u8], buffer: &'b mut PathBuffer) -> &'b [u8] {
    if base.len() + path.len() + 1 > MAX_PATH {
        return TOO_LONG;
    }
    if !is_printable(path) {
        return join_unprintable(base, path, buffer);
    }
    let start = if path.first().is_some_and(|byte| *byte != b'/') { base.len() } else { 0 };
    if let Some(head) = buffer.get_mut(..start) {
        head.copy_from_slice(&base[..start]);
    }
    if is_normal(path) {
        let end = start + path.len();
        if let Some(tail) = buffer.get_mut(start..end) {
            tail.copy_from_slice(path);
        }
        return &buffer[..end];
    }
    normalise(start, path, buffer)
}

/// As [`join`], for paths with control characters or bytes that are not UTF-8: Falco replaces them, which can make the
/// path longer; what does not fit is cut.
#[cold]
fn join_unprintable<'b>(base: &[u8], path: &[u8], buffer: &'b mut PathBuffer) -> &'b [u8] {
    let mut printable = Vec::with_capacity(path.len() + 16);
    push_printable(&mut printable, path);
    let mut longest = printable.len().min(MAX_PATH - 1 - base.len());
    while printable.get(longest).is_some_and(|byte| byte & 0xc0 == 0x80) {
        longest -= 1;
    }
    printable.truncate(longest);
    join(base, &printable, buffer)
}

/// Whether a path has nothing to normalise: no dot component, no double and no final slash. Says no in doubt.
#[inline]
pub fn is_normal(path: &[u8]) -> bool {
    if path.first() == Some(&b'.') {
        return false;
    }
    let mut rest = path;
    while let Some(at) = memchr::memchr(b'/', rest) {
        rest = &rest[at + 1..];
        match rest.first() {
            Some(b'/' | b'.') => return false,
            None => return path.len() == 1,
            Some(_) => {}
        }
    }
    true
}

/// Appends `path` to the `start` bytes in the buffer, normalised.
fn normalise<'b>(start: usize, path: &[u8], buffer: &'b mut PathBuffer) -> &'b [u8] {
    let mut end = start;
    let mut at = 0;
    let byte = |at: usize| path.get(at).copied();
    while let Some(next) = byte(at) {
        if next == b'.' && (end == 0 || buffer[end - 1] == b'/') {
            match (byte(at + 1), byte(at + 2)) {
                (Some(b'.'), Some(b'/')) => {
                    end = parent(buffer, end);
                    at += 3;
                    continue;
                }
                (Some(b'.'), None) => {
                    end = parent(buffer, end);
                    at += 2;
                    continue;
                }
                (Some(b'/'), _) => {
                    at += 2;
                    continue;
                }
                (None, _) => {
                    at += 1;
                    continue;
                }
                _ => {}
            }
        } else if next == b'/' && ((end > 0 && buffer[end - 1] == b'/') || (end == 0 && start != 0)) {
            at += 1;
            continue;
        }
        // The length was checked: what is copied is never longer than base and path together.
        buffer[end] = next;
        end += 1;
        at += 1;
    }
    if end > 1 && buffer[end - 1] == b'/' {
        end -= 1;
    }
    &buffer[..end]
}

/// Where the path's parent ends, its slash included.
fn parent(buffer: &PathBuffer, end: usize) -> usize {
    if end <= 1 {
        return end;
    }
    let mut end = end - 1;
    while end > 0 && buffer[end - 1] != b'/' {
        end -= 1;
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins() {
        let long = "x".repeat(600);
        let cases = [
            ("/home/a/", "b", "/home/a/b"),
            ("/home/a/", "../b", "/home/b"),
            ("/home/a/", "../../../b", "/b"),
            ("/home/a/", "./b/./c/", "/home/a/b/c"),
            ("/home/a/", "b//c", "/home/a/b/c"),
            ("/home/a/", "..", "/home"),
            ("/home/a/", ".", "/home/a"),
            ("/home/a/", ".hidden", "/home/a/.hidden"),
            ("/home/a/", "...", "/home/a/..."),
            ("/home/a/", "/etc/../passwd", "/passwd"),
            ("/home/a/", "/etc//./passwd/", "/etc/passwd"),
            ("/home/a/", "/", "/"),
            ("/home/a/", "//", "/"),
            ("/home/a/", "/..", "/"),
            ("/home/a/", "", ""),
            ("<UNKNOWN>", "b", "<UNKNOWN>b"),
            ("<UNKNOWN>", "./b", "<UNKNOWN>./b"),
            ("", "a/../b", "b"),
            ("/a//b/", "c", "/a//b/c"),
            ("/a/", "tab\there/../x\u{7f}", "/a/x\u{fffd}"),
            (&*long, &*long, "/DIR_TOO_LONG/FILENAME_TOO_LONG"),
        ];
        for (base, path, expected) in cases {
            let mut buffer = [0; MAX_PATH];
            let joined = join(base.as_bytes(), path.as_bytes(), &mut buffer);
            assert_eq!(String::from_utf8_lossy(joined), expected, "{base:?} + {path:?}");
        }
    }
}
