//! From settings to what the servers take.

use std::num::NonZero;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::thread::available_parallelism;
use std::time::Duration;

use endpoints::metrics::{AlertLabels, Facts, Selection};
use endpoints::{Board, Exporter, ExporterPlan, GrpcPlan, Hub, Identity, MutualTls, Plan, Reload, WebPlan};
use settings::falco_yaml::endpoints::{
    ExporterSettings, GrpcAddress, GrpcSettings, MetricsSettings, WebSettings,
};

use crate::reload::{self, Reason};

/// What all servers share.
pub(super) struct Base {
    pub(super) facts: Arc<Facts>,
    pub(super) board: Board,
    pub(super) stall: Duration,
}

impl Base {
    /// A plan that serves nothing yet.
    pub(super) fn plan(self, labels: Option<AlertLabels>) -> Plan {
        Plan {
            facts: self.facts,
            board: self.board,
            stall: self.stall,
            host_root: PathBuf::from("/"),
            labels,
            web: None,
            exporter: None,
            grpc: None,
        }
    }
}

/// The number that Falco's log lines name.
pub(super) fn threadiness(configured: u64) -> u64 {
    if configured > 0 { configured } else { available_parallelism().map_or(1, NonZero::get) as u64 }
}

/// The groups of metrics that are switched on.
pub(super) fn selection(metrics: &MetricsSettings) -> Selection {
    Selection {
        rules: metrics.rules,
        resources: metrics.resources,
        state: metrics.state,
        kernel: metrics.kernel,
        per_cpu: metrics.per_cpu,
        programs: metrics.programs,
        iterators: metrics.iterators,
        empty_values: metrics.empty_values,
    }
}

/// The web server. Its metrics need both `metrics.enabled` and `webserver.prometheus_metrics_enabled`.
pub(super) fn web(
    web: &WebSettings,
    metrics: Option<&MetricsSettings>,
    reloads: &Arc<OnceLock<reload::Handle>>,
) -> WebPlan {
    let reloads = reloads.clone();
    WebPlan {
        address: web.address,
        identity: web
            .certificate
            .as_ref()
            .map(|file| Identity { certificates: file.into(), key: file.into() }),
        health_path: web.health_path.clone(),
        metrics: metrics.filter(|_| web.metrics).map(selection),
        reload: web.reload.then(|| {
            Reload(Arc::new(move || {
                if let Some(reloads) = reloads.get() {
                    reloads.request(Reason::Api);
                }
            }))
        }),
    }
}

/// The exporter; with an authority for clients' certificates, over mutual TLS.
pub(super) fn exporter(exporter: &ExporterSettings, counts: Exporter) -> ExporterPlan {
    let identity = Identity {
        certificates: exporter.server_cert.clone().into(),
        key: exporter.server_key.clone().into(),
    };
    let roots = Some(&exporter.server_ca).filter(|file| !file.is_empty());
    ExporterPlan {
        address: exporter.address,
        probes: exporter.probes,
        tls: roots.map(|roots| MutualTls { identity, roots: roots.into() }),
        exporter: counts,
    }
}

/// gRPC.
pub(super) fn grpc(grpc: &GrpcSettings, hub: Hub) -> GrpcPlan {
    match &grpc.address {
        GrpcAddress::Unix(path) => GrpcPlan::Unix(path.into(), hub),
        GrpcAddress::Tcp(address) => {
            let identity = Identity {
                certificates: grpc.cert_chain.clone().into(),
                key: grpc.private_key.clone().into(),
            };
            GrpcPlan::Tcp(*address, MutualTls { identity, roots: grpc.root_certs.clone().into() }, hub)
        }
    }
}
