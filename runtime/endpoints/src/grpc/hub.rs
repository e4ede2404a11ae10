//! Alerts on their way to gRPC clients: a bounded buffer that keeps what nobody has read yet, and from which each client
//! reads at its own pace.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use outputs::{Alert, DeliveryError, Output};
use tokio::sync::watch;

use super::messages::{Response, Timestamp, source_number};

/// Limits of the buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HubOptions {
    /// Most alerts.
    pub capacity: usize,
    /// Most bytes, roughly.
    pub max_bytes: usize,
}

impl Default for HubOptions {
    fn default() -> HubOptions {
        HubOptions { capacity: 10_000, max_bytes: 32 << 20 }
    }
}

/// What became of alerts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct HubCounters {
    /// Open streams.
    pub streams: u64,
    /// Alerts given to streams.
    pub sent: u64,
    /// Alerts pushed out before anybody had read them.
    pub lost: u64,
    /// Alerts that clients were too slow for, summed over clients.
    pub skipped: u64,
    /// Alerts that nobody has read yet.
    pub waiting: u64,
}

#[derive(Debug, Default)]
struct Buffer {
    alerts: VecDeque<(Arc<Response>, usize)>,
    bytes: usize,
    /// The number of the first alert in `alerts`.
    first: u64,
    /// The number of the first alert that nobody has read.
    unread: u64,
    counters: HubCounters,
    closed: bool,
}

impl Buffer {
    fn next(&self) -> u64 {
        self.first + self.alerts.len() as u64
    }
}

#[derive(Debug)]
struct Shared {
    buffer: Mutex<Buffer>,
    options: HubOptions,
    /// Changes with every alert and at the end.
    news: watch::Sender<u64>,
}

/// The buffer, shared by the output that fills it and the service that empties it.
#[derive(Clone, Debug)]
pub struct Hub(Arc<Shared>);

impl Hub {
    /// An empty buffer.
    pub fn new(options: HubOptions) -> Hub {
        Hub(Arc::new(Shared { buffer: Mutex::default(), options, news: watch::Sender::new(0) }))
    }

    fn buffer(&self) -> MutexGuard<'_, Buffer> {
        self.0.buffer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What became of alerts so far.
    pub fn counters(&self) -> HubCounters {
        let buffer = self.buffer();
        HubCounters { waiting: buffer.next() - buffer.unread, ..buffer.counters }
    }

    fn push(&self, response: Response) {
        let bytes = prost::Message::encoded_len(&response) + size_of::<Response>();
        let mut buffer = self.buffer();
        buffer.alerts.push_back((Arc::new(response), bytes));
        buffer.bytes += bytes;
        while buffer.alerts.len() > self.0.options.capacity.max(1)
            || (buffer.bytes > self.0.options.max_bytes && buffer.alerts.len() > 1)
        {
            let Some((_, bytes)) = buffer.alerts.pop_front() else { break };
            buffer.bytes -= bytes;
            if buffer.first >= buffer.unread {
                buffer.counters.lost += 1;
                buffer.unread = buffer.first + 1;
            }
            buffer.first += 1;
        }
        let next = buffer.next();
        drop(buffer);
        self.0.news.send_replace(next);
    }

    /// No more alerts will come: streams end after what there is.
    pub(crate) fn close(&self) {
        self.buffer().closed = true;
        self.0.news.send_modify(|_| {});
    }

    /// A reader that begins with what nobody has read.
    pub(crate) fn reader(&self) -> Reader {
        let mut buffer = self.buffer();
        buffer.counters.streams += 1;
        let next = buffer.unread;
        drop(buffer);
        Reader { hub: self.clone(), next, news: self.0.news.subscribe() }
    }
}

/// One client's place in the buffer.
#[derive(Debug)]
pub(crate) struct Reader {
    hub: Hub,
    next: u64,
    news: watch::Receiver<u64>,
}

impl Reader {
    /// The next alert, if there is one. What was pushed out since the last one is skipped and counted.
    pub(crate) fn next(&mut self) -> Option<Response> {
        let mut buffer = self.hub.buffer();
        if self.next < buffer.first {
            buffer.counters.skipped += buffer.first - self.next;
            self.next = buffer.first;
        }
        let index = usize::try_from(self.next - buffer.first).ok()?;
        let alert = buffer.alerts.get(index)?.0.clone();
        self.next += 1;
        buffer.unread = buffer.unread.max(self.next);
        buffer.counters.sent += 1;
        drop(buffer);
        Some(Arc::unwrap_or_clone(alert))
    }

    /// Whether no alert will come after those that are there.
    pub(crate) fn is_closed(&self) -> bool {
        self.hub.buffer().closed
    }

    /// Returns when there may be something new.
    pub(crate) async fn changed(&mut self) {
        // The hub lives as long as its readers.
        let _ = self.news.changed().await;
    }

    /// How many alerts there are now, from the reader's place on.
    pub(crate) fn available(&self) -> u64 {
        self.hub.buffer().next().saturating_sub(self.next)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        let mut buffer = self.hub.buffer();
        buffer.counters.streams = buffer.counters.streams.saturating_sub(1);
    }
}

/// The output that fills the buffer. It never waits for a client.
#[derive(Clone, Debug)]
pub struct GrpcOutput {
    hub: Hub,
    hostname: Arc<str>,
}

impl GrpcOutput {
    /// An output into this buffer. `hostname` is for alerts that do not name their host.
    pub fn new(hub: Hub, hostname: &str) -> GrpcOutput {
        GrpcOutput { hub, hostname: hostname.into() }
    }
}

impl Output for GrpcOutput {
    fn name(&self) -> &str {
        "grpc"
    }

    fn deliver(&mut self, alert: &Alert) -> Result<(), DeliveryError> {
        let fields = alert.fields.as_deref();
        self.hub.push(Response {
            time: Some(Timestamp {
                seconds: (alert.ts / 1_000_000_000) as i64,
                nanos: (alert.ts % 1_000_000_000) as i32,
            }),
            priority: alert.priority as i32,
            source_deprecated: source_number(&alert.source),
            rule: alert.rule.to_string(),
            output: match fields {
                Some(fields) => fields.output.clone(),
                None => String::from_utf8_lossy(&alert.line).into_owned(),
            },
            output_fields: fields
                .map(|fields| fields.output_fields.iter().cloned().collect())
                .unwrap_or_default(),
            hostname: fields.map_or_else(|| self.hostname.to_string(), |fields| fields.hostname.clone()),
            tags: alert.tags.iter().map(ToString::to_string).collect(),
            source: alert.source.to_string(),
        });
        Ok(())
    }

    fn wants_fields(&self) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn push(hub: &Hub, rule: &str) {
        hub.push(Response { rule: rule.to_string(), ..Response::default() });
    }

    fn rules(reader: &mut Reader) -> Vec<String> {
        std::iter::from_fn(|| reader.next()).map(|alert| alert.rule).collect()
    }

    #[test]
    fn the_unread_wait_for_the_first_reader_and_all_get_what_comes() {
        let hub = Hub::new(HubOptions::default());
        push(&hub, "a");
        push(&hub, "b");
        let mut first = hub.reader();
        assert_eq!(rules(&mut first), ["a", "b"]);
        let mut second = hub.reader();
        push(&hub, "c");
        assert_eq!((rules(&mut first), rules(&mut second)), (vec!["c".to_string()], vec!["c".to_string()]));
        drop(first);
        assert_eq!(hub.counters(), HubCounters { streams: 1, sent: 4, ..HubCounters::default() });
    }

    #[test]
    fn a_full_buffer_loses_the_oldest_and_counts_it() {
        let hub = Hub::new(HubOptions { capacity: 2, max_bytes: usize::MAX });
        push(&hub, "a");
        let mut slow = hub.reader();
        assert_eq!(slow.next().unwrap().rule, "a");
        for rule in ["b", "c", "d", "e"] {
            push(&hub, rule);
        }
        assert_eq!(hub.counters().waiting, 2);
        assert_eq!(rules(&mut slow), ["d", "e"]);
        let counters = hub.counters();
        assert_eq!((counters.lost, counters.skipped, counters.waiting), (2, 2, 0));
    }

    #[test]
    fn bytes_are_limited_too() {
        let hub = Hub::new(HubOptions { capacity: 100, max_bytes: 3000 });
        for _ in 0..10 {
            push(&hub, &"x".repeat(1000));
        }
        assert_eq!(hub.reader().available(), 2);
    }
}
