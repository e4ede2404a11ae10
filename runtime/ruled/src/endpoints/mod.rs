//! What others may ask while events are processed: web server, metrics, gRPC and exporter, as the configuration wants
//! them. The event loop holds a [`Serving`] and looks at it when its bell rings.

mod facts;
mod numbers;
mod plan;
mod snapshots;

use std::sync::{Arc, OnceLock};

use endpoints::metrics::AlertLabels;
pub(crate) use endpoints::metrics::FieldValue;
use endpoints::{Board, Endpoints, Exporter, GrpcOutput, GrpcPlan, Hub, HubOptions, Pulse};
use engine::format::internal::InternalValue;
use outputs::Output;
use settings::falco_yaml::endpoints::Endpoints as Settings;

use crate::config::Config;
use crate::exit::{Step, Stop};
use crate::host::Roots;
use crate::log::Log;
use crate::reload;
use crate::rules::Identity;
use crate::service;
use crate::signals::Signals;

pub(crate) use numbers::{Moment, Numbers};
use snapshots::Snapshots;

/// The internal rule that metrics snapshots are alerts of.
pub(crate) const SNAPSHOT_RULE: &str = "Falco internal: metrics snapshot";
/// What such an alert says.
pub(crate) const SNAPSHOT_MESSAGE: &str = "Falco metrics snapshot";

/// What opening depends on.
pub(crate) struct Context<'a> {
    /// The configuration.
    pub(crate) config: &'a Config,
    /// The host's name, as alerts have it.
    pub(crate) hostname: &'a str,
    /// The rules at the start.
    pub(crate) identity: &'a Identity,
    /// The plugins that `/versions` names, with their versions.
    pub(crate) plugins: Vec<(String, String)>,
    /// What the event loop looks at.
    pub(crate) signals: &'a Signals,
    /// Where the program reports.
    pub(crate) log: &'a Log,
}

/// The event loop's side, and everything that runs beside it. Servers end when it is dropped.
pub(crate) struct Serving {
    pulse: Pulse,
    /// The numbers of this run.
    pub(crate) numbers: Numbers,
    snapshots: Option<Snapshots>,
    /// Whether rules' costs are to be measured.
    pub(crate) rule_costs: bool,
    servers: Option<Endpoints>,
    outputs: Vec<Box<dyn Output>>,
    /// Where reloads are asked for; known once the outputs are.
    reloads: Arc<OnceLock<reload::Handle>>,
}

/// Opens what the configuration wants. `replaying`: events come from a capture, where Falco serves nothing.
pub(crate) fn open(context: &Context<'_>, replaying: bool) -> Step<Serving> {
    let settings = &context.config.falco.endpoints;
    let bell = context.signals.clone();
    let board = Board::with_bell(Arc::new(move || bell.ring()));
    let facts = Arc::new(facts::read(context));
    let serve = !replaying || settings.in_replay;
    let mut serving = Serving {
        pulse: board.pulse(),
        numbers: Numbers::new(context.identity, facts.start_ns),
        snapshots: None,
        rule_costs: false,
        servers: None,
        outputs: Vec::new(),
        reloads: Arc::default(),
    };
    if let Some(metrics) = &settings.metrics {
        let (text, interval) = (&metrics.interval_text, metrics.interval.as_millis());
        context.log.info(&format!("Setting metrics interval to {text}, equivalent to {interval} (ms)"));
        serving.rule_costs = metrics.rules && metrics.rule_costs;
        if metrics.output_rule || !metrics.output_file.is_empty() {
            let started = Snapshots::start(metrics, facts.clone(), board.clone(), context);
            serving.snapshots = Some(started.map_err(Stop::Runtime)?);
        }
    }
    service::feed_watchdog(&board).map_err(|error| Stop::fatal(format!("cannot start a thread: {error}")))?;
    let plan = plan::Base { facts, board, stall: settings.stall };
    if serve {
        servers(&mut serving, context, settings, plan)?;
    }
    Ok(serving)
}

fn servers(serving: &mut Serving, context: &Context<'_>, settings: &Settings, base: plan::Base) -> Step<()> {
    let (log, hostname) = (context.log, context.hostname);
    let scraped = settings.web.as_ref().is_some_and(|web| web.metrics);
    let labels = settings.metrics.as_ref().filter(|metrics| scraped && !metrics.alert_labels.is_empty());
    let labels = labels.map(|metrics| {
        let most = usize::try_from(metrics.alert_series).unwrap_or(usize::MAX);
        AlertLabels::new(&metrics.alert_labels, most)
    });
    let mut plan = base.plan(labels.clone());
    plan.host_root = Roots::of_environment().root;
    if let Some(labels) = labels {
        serving.outputs.push(Box::new(labels));
    }
    if let Some(web) = &settings.web {
        let tls = if web.certificate.is_some() { " (SSL)" } else { "" };
        log.info(&format!(
            "Starting health webserver with threadiness {}, listening on {}{tls}",
            plan::threadiness(web.threadiness),
            web.address
        ));
        plan.web = Some(plan::web(web, settings.metrics.as_ref(), &serving.reloads));
    }
    if let Some(exporter) = &settings.exporter {
        let counts = Exporter::new(hostname);
        let scheme = if exporter.server_ca.is_empty() { "http" } else { "https" };
        log.info(&format!("exporter: listening on {scheme}://{}/metrics", exporter.address));
        serving.outputs.push(Box::new(counts.clone()));
        plan.exporter = Some(plan::exporter(exporter, counts));
    }
    let alone = plan.clone();
    if let Some(grpc) = &settings.grpc {
        let capacity = usize::try_from(grpc.capacity).unwrap_or(usize::MAX);
        let hub = Hub::new(HubOptions { capacity, ..HubOptions::default() });
        log.info(&format!("gRPC server threadiness equals to {}", plan::threadiness(grpc.threadiness)));
        log.info(&format!("Starting gRPC server at {}", grpc.address_text));
        plan.grpc = Some(plan::grpc(grpc, hub));
    }
    if plan.web.is_none() && plan.exporter.is_none() && plan.grpc.is_none() {
        return Ok(());
    }
    let hub = plan.grpc.as_ref().map(GrpcPlan::hub).cloned();
    serving.servers = match Endpoints::start(plan) {
        Ok(servers) => {
            if let (Some(hub), Some(grpc)) = (hub, &settings.grpc)
                && grpc.alerts
            {
                serving.outputs.push(Box::new(GrpcOutput::new(hub, hostname)));
            }
            Some(servers)
        }
        // As in Falco, trouble with gRPC does not end the program; the others are started without it.
        Err(error) if settings.grpc.is_some() => {
            let rest = alone.web.is_some() || alone.exporter.is_some();
            let servers = if rest { Some(Endpoints::start(alone).map_err(failed)?) } else { None };
            log.error(&format!("Error creating the gRPC server: {error}"));
            servers
        }
        Err(error) => return Err(failed(error)),
    };
    Ok(())
}

fn failed(error: endpoints::StartError) -> Stop {
    Stop::Runtime(format!("an error occurred while starting webserver: {error}"))
}

impl Serving {
    /// What must get alerts. Given once.
    pub(crate) fn take_outputs(&mut self) -> Vec<Box<dyn Output>> {
        std::mem::take(&mut self.outputs)
    }

    /// Reloads may be asked for from now on.
    pub(crate) fn set_reloads(&self, reloads: &reload::Handle) {
        // Set once per run.
        let _ = self.reloads.set(reloads.clone());
    }

    /// Whether somebody asked for something.
    pub(crate) fn asked(&self) -> bool {
        self.pulse.asked()
    }

    /// Answers whoever asked.
    pub(crate) fn answer(&mut self, moment: &Moment<'_>) {
        let numbers = &mut self.numbers;
        self.pulse.answer(|| numbers.snapshot(moment));
    }

    /// The numbers after the last event, when all alerts are settled: they stay visible until the servers end.
    pub(crate) fn finish(&mut self, moment: &Moment<'_>) {
        if self.servers.is_some() {
            self.numbers.settled();
            self.pulse.publish(self.numbers.snapshot(moment));
        }
    }

    /// The fields of a metrics snapshot that is due as an alert.
    pub(crate) fn take_snapshot_fields(&self) -> Option<Vec<(String, FieldValue)>> {
        self.snapshots.as_ref()?.take()
    }
}

/// A field's value in an internal alert.
pub(crate) fn alert_value(value: &FieldValue) -> InternalValue<'_> {
    match value {
        FieldValue::Text(text) => InternalValue::Text(text),
        // Counters of more than 2^63 do not occur.
        FieldValue::Whole(number) => InternalValue::Integer(i64::try_from(*number).unwrap_or(i64::MAX)),
        FieldValue::Real(number) => InternalValue::Float(*number),
    }
}
