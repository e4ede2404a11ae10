//! A run over the running kernel.

use probe::{Attachment, Options, Probe, ring_preset};

use super::{Open, Run};
use crate::containers::{self, Answers, Asker};
use crate::exit::{Step, Stop};
use crate::host::{Extent, LiveHost, Roots};
use crate::interesting::{Interesting, interesting};
use crate::pipeline::{Ended, Pipeline};
use crate::privileges::{self, Wishes};
use crate::signals::Signals;
use crate::source::Live;
use crate::start::{self, Ready};
use crate::timing;

pub(super) fn live(run: Run<'_>, ready: Ready, open: Open<'_>) -> Step<Ended> {
    let Run { invocation, config, log, .. } = run;
    let chosen = interesting(ready.ruleset.program(), &config.falco.base_syscalls);
    chosen.notes.iter().for_each(|note| log.debug(note));
    chosen.warnings.iter().for_each(|warning| log.warning(warning));
    let roots = Roots::of_environment();
    if !roots.shows_host() {
        log.warning(
            "this is a namespace of process ids: what ran before the start is unknown and own activity is not recognised; \
             mount the host's files and set HOST_ROOT",
        );
    }
    let (asker, answers) = containers(run, &roots, open.signals)?;
    let engine = start::engine(config, &ready, Box::new(LiveHost::new(&roots, chosen.descriptors, asker)));
    let options = probe_options(run, &chosen, &roots);
    log.info("Loaded event sources: syscall");
    log.info("Enabled event sources: syscall");
    log.info(&format!(
        "The chosen syscall buffer dimension is: {} bytes ({} MBs)",
        options.ring_bytes,
        options.ring_bytes >> 20
    ));
    log.info("Opening 'syscall' source with modern BPF probe.");
    match options.cpus_per_ring {
        0 => log.info("One ring buffer for all CPUs."),
        cpus => log.info(&format!("One ring buffer every '{cpus}' CPUs.")),
    }
    let extent = Extent { descriptors: chosen.descriptors, threads: threads(run) };
    let opened = open
        .signals
        .interruptible(|| Live::open(&options, &config.falco.base_syscalls, &roots, extent, answers));
    let Some(opened) = opened else { return Ok(Ended::Interrupted) };
    let mut source = opened.map_err(|error| Stop::Host(error.to_string()))?;
    source.heed(open.signals).map_err(|error| Stop::fatal(format!("cannot wait for signals: {error}")))?;
    let bell = open.signals.clone();
    source
        .look_up_names(ready.ruleset.program(), move || bell.ring())
        .map_err(|error| Stop::fatal(format!("cannot start a thread: {error}")))?;
    report(source.probe(), run);
    let start = timing::cpu_seconds();
    let mut pipeline = Pipeline::new(run.parts(engine, ready, open));
    let ended = pipeline.run(&mut source);
    if invocation.options.verbose {
        let (seconds, events) = (timing::cpu_seconds() - start, pipeline.events_seen());
        eprintln!("Elapsed CPU time: {seconds:.3}, Captured Events: {events}");
        eprintln!("{}\n{}", pipeline.start_up(), timing::resources());
        eprintln!("{}", pipeline.state_summary());
        if let Ok(stats) = source.stats() {
            let total = stats.total();
            eprintln!(
                "Probe: seen {}, delivered {}, lost {} (ring full {}, too long {}, no ring {}), cut {}",
                total.seen,
                stats.delivered,
                total.lost(),
                total.lost_full,
                total.lost_size,
                total.lost_ring,
                total.truncated
            );
        }
    }
    eprint!("{}", pipeline.drop_summary());
    ended
}

/// Begins to ask container runtimes, if there is anybody to tell.
fn containers(run: Run<'_>, roots: &Roots, signals: &Signals) -> Step<(Option<Asker>, Option<Answers>)> {
    let falco = &run.config.falco;
    let loaded = match &falco.load_plugins {
        Some(names) => names.iter().any(|name| name == "container"),
        None => falco.plugins.iter().any(|plugin| plugin.name == "container"),
    };
    if !loaded {
        return Ok((None, None));
    }
    let runtimes = containers::runtimes(&run.config.root, &roots.root);
    let bell = signals.clone();
    let (asker, answers) = containers::start(runtimes, move || bell.ring())
        .map_err(|error| Stop::fatal(format!("cannot start a thread: {error}")))?;
    Ok((Some(asker), Some(answers)))
}

/// Gives up what watching does not need, before any thread is started.
pub(super) fn reduce_privileges(run: Run<'_>) -> Step<()> {
    let wishes =
        Wishes { low_port: run.config.low_port(), programs: run.config.falco.outputs.program.is_some() };
    let kept = privileges::reduce(wishes).map_err(Stop::Fatal)?;
    run.log.debug(&format!("capabilities kept: {}", kept.join(", ")));
    Ok(())
}

fn threads(run: Run<'_>) -> usize {
    match usize::try_from(run.config.falco.thread_table_size) {
        Ok(size) if size > 0 => size,
        _ => engine::Options::default().max_threads,
    }
}

fn probe_options(run: Run<'_>, chosen: &Interesting, roots: &Roots) -> Options {
    let settings = &run.config.falco.modern_ebpf;
    let defaults = Options::default();
    let preset = u32::try_from(settings.buf_size_preset).ok().and_then(ring_preset);
    if preset.is_none() {
        run.log.warning("engine.modern_ebpf.buf_size_preset must lie between 1 and 10: 4 is used");
    }
    Options {
        syscalls: chosen.syscalls.clone(),
        ring_bytes: preset.unwrap_or(defaults.ring_bytes),
        cpus_per_ring: u32::try_from(settings.cpus_for_each_buffer).unwrap_or(defaults.cpus_per_ring),
        snaplen: u32::try_from(run.config.falco.snaplen).unwrap_or(defaults.snaplen),
        drop_failed: settings.drop_failed_exit,
        own_process: Some(roots.own_process()),
        attachment: Attachment::by_name(&settings.attachment),
        ..defaults
    }
}

/// Says how calls are hooked, and what does not work.
fn report(probe: &Probe, run: Run<'_>) {
    run.log.info(&format!("system calls are hooked by {}", probe.choice()));
    probe.warnings().iter().for_each(|warning| run.log.warning(warning));
}
