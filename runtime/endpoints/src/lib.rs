//! What others may ask a running daemon over HTTP and gRPC: health, versions, metrics, exporter, alert streams. In: plain
//! numbers and alerts. Out: responses. Must not know rules, events or state.
#![forbid(unsafe_code)]
