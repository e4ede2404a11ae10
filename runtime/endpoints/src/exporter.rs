//! What falco-exporter gave: `falco_events` at `/metrics`, and probes. It counts alerts as an output, without gRPC in
//! between.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper::body::Incoming;
use hyper::{Request, StatusCode};
use outputs::{Alert, DeliveryError, Output};

use crate::connection::{Answer, Handler};
use crate::metrics::{Exposition, FALCO_EVENTS, Facts, Parts, Selection, Sources};
use crate::pulse::Board;
use crate::web::{is_read, refusal, response};

/// Most series. A further combination loses its namespace and pod, of which there is no end.
const MOST_SERIES: usize = 10_000;
const OVERFLOW: &str = "_overflow";

/// The labels of `falco_events`, in order.
const LABELS: [&str; 7] = ["rule", "priority", "hostname", "source", "k8s_ns_name", "k8s_pod_name", "tags"];

type Series = [String; LABELS.len()];

/// The counts, shared by the output and the endpoint.
#[derive(Clone, Debug, Default)]
pub struct Exporter {
    counts: Arc<Mutex<HashMap<Series, u64>>>,
    hostname: Arc<str>,
}

impl Exporter {
    /// Nothing counted yet. `hostname` is the label of alerts that do not name their host.
    pub fn new(hostname: &str) -> Exporter {
        Exporter { counts: Arc::default(), hostname: hostname.into() }
    }

    fn count(&self, alert: &Alert) {
        let field = |name: &str| {
            let fields = alert.fields.as_ref()?;
            let index = fields.output_fields.binary_search_by(|(key, _)| key.as_str().cmp(name)).ok()?;
            Some(fields.output_fields[index].1.clone())
        };
        let hostname = alert.fields.as_ref().map_or(&*self.hostname, |fields| &fields.hostname);
        let mut tags = alert.tags.join(",");
        if !tags.is_empty() {
            tags = format!(",{tags},");
        }
        let mut series: Series = [
            alert.rule.to_string(),
            (alert.priority as u8).to_string(),
            hostname.to_string(),
            alert.source.to_string(),
            field("k8s.ns.name").unwrap_or_default(),
            field("k8s.pod.name").unwrap_or_default(),
            tags,
        ];
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        if counts.len() >= MOST_SERIES && !counts.contains_key(&series) {
            series[4] = OVERFLOW.to_string();
            series[5] = OVERFLOW.to_string();
        }
        *counts.entry(series).or_default() += 1;
    }

    /// The page, without the process's own numbers.
    pub fn text(&self) -> String {
        let mut counts: Vec<(Series, u64)> = {
            let counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
            counts.iter().map(|(series, count)| (series.clone(), *count)).collect()
        };
        counts.sort();
        let mut page = Exposition::default();
        let mut family = page.family(&FALCO_EVENTS);
        for (series, count) in counts {
            let labels: Vec<(&str, &str)> =
                LABELS.iter().copied().zip(series.iter().map(String::as_str)).collect();
            family.sample(&labels, count);
        }
        page.finish()
    }
}

impl Output for Exporter {
    fn name(&self) -> &str {
        "exporter"
    }

    fn deliver(&mut self, alert: &Alert) -> Result<(), DeliveryError> {
        self.count(alert);
        Ok(())
    }

    fn wants_fields(&self) -> bool {
        true
    }
}

/// The endpoint with the counts.
#[derive(Debug)]
pub(crate) struct ExporterPage(pub(crate) Exporter);

impl Handler for ExporterPage {
    fn handle(self: Arc<Self>, request: Request<Incoming>) -> Answer {
        Box::pin(async move {
            if request.uri().path() != "/metrics" {
                return refusal(StatusCode::NOT_FOUND);
            }
            if !is_read(request.method()) {
                return refusal(StatusCode::METHOD_NOT_ALLOWED);
            }
            let (facts, snapshot) = (Facts::default(), Default::default());
            let sources = Sources {
                facts: &facts,
                snapshot: &snapshot,
                selection: Selection::default(),
                host_root: &PathBuf::new(),
                silence: 0.0,
                labels: None,
                grpc: None,
                requests: &[],
            };
            let text = self.0.text() + &crate::metrics::page(&sources, Parts::PROCESS);
            response(StatusCode::OK, Exposition::CONTENT_TYPE, text)
        })
    }
}

/// The endpoint with the probes: alive as long as it answers, ready once the event loop runs and while it
/// answers.
#[derive(Debug)]
pub(crate) struct Probes {
    pub(crate) board: Board,
    pub(crate) stall: Duration,
}

impl Handler for Probes {
    fn handle(self: Arc<Self>, request: Request<Incoming>) -> Answer {
        Box::pin(async move {
            match request.uri().path() {
                _ if !is_read(request.method()) => refusal(StatusCode::METHOD_NOT_ALLOWED),
                "/liveness" => response(StatusCode::NO_CONTENT, "", ""),
                "/readiness" if self.board.has_started() && self.board.is_healthy(self.stall) => {
                    response(StatusCode::NO_CONTENT, "", "")
                }
                "/readiness" => refusal(StatusCode::SERVICE_UNAVAILABLE),
                _ => refusal(StatusCode::NOT_FOUND),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use catalogue::Priority;
    use outputs::Fields;

    use super::*;

    #[test]
    fn alerts_have_falco_exporters_labels() {
        let mut exporter = Exporter::new("host");
        let mut alert = Alert {
            id: 1,
            ts: 0,
            priority: Priority::Error,
            rule: "Write below root".into(),
            source: "syscall".into(),
            tags: Arc::from([Box::from("filesystem"), Box::from("mitre_persistence")]),
            line: Arc::from(*b""),
            fields: Some(Arc::new(Fields {
                hostname: "dmaf5".to_string(),
                output_fields: vec![
                    ("k8s.ns.name".to_string(), "a\"b".to_string()),
                    ("k8s.pod.name".to_string(), "<NA>".to_string()),
                ],
                ..Fields::default()
            })),
        };
        exporter.deliver(&alert).unwrap();
        exporter.deliver(&alert).unwrap();
        (alert.tags, alert.fields) = (Arc::from([]), None);
        exporter.deliver(&alert).unwrap();
        let text = exporter.text();
        let samples: Vec<&str> = text.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!(
            samples,
            [
                r#"falco_events{rule="Write below root",priority="3",hostname="dmaf5",source="syscall",k8s_ns_name="a\"b",k8s_pod_name="<NA>",tags=",filesystem,mitre_persistence,"} 2"#,
                r#"falco_events{rule="Write below root",priority="3",hostname="host",source="syscall",k8s_ns_name="",k8s_pod_name="",tags=""} 1"#,
            ]
        );
    }
}
