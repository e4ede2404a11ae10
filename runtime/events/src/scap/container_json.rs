//! The JSON text that replaces the parameters of the oldest container event.

use std::fmt::Write;

use crate::raw::RawEvent;

/// JSON for a `CONTAINER_E` event: one object `container` with `id`, `type`, `name` and `image`. Bytes that are not
/// UTF-8 become U+FFFD, since JSON cannot hold them.
pub(crate) fn of(event: &RawEvent<'_>) -> Vec<u8> {
    let text = |i| event.param(i).text().map(String::from_utf8_lossy).unwrap_or_default();
    let mut json = String::from("{\"container\":{\"id\":");
    json_string(&text(0), &mut json);
    // Writing to a `String` cannot fail.
    let _ = write!(json, ",\"type\":{}", event.param(1).u32().unwrap_or_default());
    json.push_str(",\"name\":");
    json_string(&text(2), &mut json);
    json.push_str(",\"image\":");
    json_string(&text(3), &mut json);
    json.push_str("}}");
    json.into_bytes()
}

/// Appends text as a JSON string.
pub(crate) fn json_string(text: &str, json: &mut String) {
    json.push('"');
    for c in text.chars() {
        match c {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            c if c < ' ' => {
                let _ = write!(json, "\\u{:04x}", c as u32);
            }
            c => json.push(c),
        }
    }
    json.push('"');
}
