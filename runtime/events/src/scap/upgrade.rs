//! Events of captures before version 1.2, which do not state their number of parameters.

use catalogue::EventCode;

use super::error::ScapErrorKind;
use crate::raw::{HEADER_LEN, WireError};

/// Bytes of the header without the number of parameters.
pub(crate) const OLD_HEADER_LEN: usize = HEADER_LEN - 4;

/// Types whose writers stated a length that is three too large.
const TOO_LONG_BY_THREE: [EventCode; 2] = [EventCode::NOTIFICATION_E, EventCode::INFRASTRUCTURE_EVENT_E];

/// The type of an event, as far as its bytes reach.
pub(crate) fn code_of(event: &[u8]) -> Option<EventCode> {
    event.get(20..22).map(|code| EventCode(u16::from_le_bytes([code[0], code[1]])))
}

/// Inserts the number of parameters into `old`, which makes it an event of today's layout, in `new`.
pub(crate) fn insert_count(old: &[u8], new: &mut Vec<u8>) -> Result<(), ScapErrorKind> {
    let Some((head, _)) = old.split_first_chunk::<OLD_HEADER_LEN>() else {
        return Err(ScapErrorKind::Event(WireError::ShortHeader));
    };
    let code = EventCode(u16::from_le_bytes([head[20], head[21]]));
    let stated = u32::from_le_bytes([head[16], head[17], head[18], head[19]]);
    let len = if TOO_LONG_BY_THREE.contains(&code) { stated.saturating_sub(3) } else { stated };
    let Some(event) = old.get(..len as usize).filter(|event| event.len() >= OLD_HEADER_LEN) else {
        return Err(ScapErrorKind::Event(WireError::Length(stated)));
    };
    let most = code.get().map_or(0, |event| event.params.len());
    let Some(count) = count(&event[OLD_HEADER_LEN..], most) else {
        return Err(ScapErrorKind::Uncounted { code: code.0 });
    };
    new.clear();
    new.extend_from_slice(&head[..16]);
    new.extend_from_slice(&(len + 4).to_le_bytes());
    new.extend_from_slice(&head[20..]);
    new.extend_from_slice(&(count as u32).to_le_bytes());
    new.extend_from_slice(&event[OLD_HEADER_LEN..]);
    Ok(())
}

/// The largest number of parameters, up to `most`, whose lengths and bytes fill `body`. Fewer parameters make fewer
/// lengths and a smaller sum, so the first that does not overshoot decides.
fn count(body: &[u8], most: usize) -> Option<usize> {
    (0..=most)
        .rev()
        .filter_map(|n| {
            let lengths = body.get(..n * 2)?;
            let sum: usize =
                lengths.chunks_exact(2).map(|c| usize::from(u16::from_le_bytes([c[0], c[1]]))).sum();
            Some((n, n * 2 + sum))
        })
        .find(|&(_, end)| end <= body.len())
        .filter(|&(_, end)| end == body.len())
        .map(|(n, _)| n)
}
