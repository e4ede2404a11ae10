//! `rulec alerts`: alerts in journals, grouped and counted.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use views::Ended;

use crate::alerts::{
    self, Aggregate, Choice, Key, Live, Plan, PriorityChoice, Source, Step, View, csv, json, summary, table,
};
use crate::args::{Alerts, AlertsFormat};
use crate::{print, print_more, usage_error};

/// How long to rest when a followed file has nothing new.
const REST: Duration = Duration::from_millis(100);

/// Counts and prints, once or as long as files grow.
pub(crate) fn run(arguments: &Alerts) -> ExitCode {
    match alerts(arguments) {
        Ok(code) => code,
        Err(message) => usage_error(&message),
    }
}

fn alerts(arguments: &Alerts) -> Result<ExitCode, String> {
    let mut plan = plan(arguments)?;
    let asked_for_host = arguments.by.iter().any(|key| matches!(key.as_str(), "host" | "hostname"));
    if arguments.interactive {
        plan.details = true;
        let mut view = View::new(Live::open(plan, arguments.follow)?, asked_for_host);
        let ended = views::run(&mut view).map_err(|error| format!("cannot show a view: {error}"))?;
        if let Some(trouble) = view.trouble() {
            return Err(format!("cannot read on: {trouble}"));
        }
        return Ok(ended_code(ended));
    }
    if arguments.follow {
        return follow(arguments, plan, asked_for_host);
    }
    let aggregate = alerts::scan(&plan)?;
    let code = print(&shown(arguments, &aggregate, asked_for_host));
    eprint!("{}", summary(&plan, &aggregate));
    Ok(code)
}

/// The exit code of a view: that of a program that the signal ended.
pub(crate) fn ended_code(ended: Ended) -> ExitCode {
    match ended {
        Ended::Quit => ExitCode::SUCCESS,
        Ended::Signal(number) => ExitCode::from(u8::try_from(128 + number).unwrap_or(1)),
    }
}

fn plan(arguments: &Alerts) -> Result<Plan, String> {
    let files: Vec<PathBuf> =
        if arguments.files.is_empty() { vec![PathBuf::from("-")] } else { arguments.files.clone() };
    let sources: Vec<Source> = files
        .iter()
        .map(|path| if path.as_os_str() == "-" { Source::Stdin } else { Source::File(path.clone()) })
        .collect();
    if sources.iter().filter(|source| **source == Source::Stdin).count() > 1 {
        return Err("standard input can be read only once".to_string());
    }
    let hosts = hosts(arguments, &sources);
    let mut keys = Vec::new();
    for text in &arguments.by {
        let key = Key::parse(text.trim())?;
        if keys.contains(&key) {
            return Err(format!("`--by` names {text} twice"));
        }
        keys.push(key);
    }
    if keys.is_empty() {
        // Alerts of two hosts stay apart unless somebody wants them together.
        keys = vec![Key::Host, Key::Rule];
    }
    let choice = Choice {
        names: arguments.name.clone(),
        priority: arguments.priority.as_deref().map(PriorityChoice::parse).transpose()?,
        hosts: arguments.host.clone(),
    };
    Ok(Plan { sources, hosts, keys, choice, details: false })
}

/// Old alerts do not name their host. Of several files each is then a host of its own, by the file's name.
fn hosts(arguments: &Alerts, sources: &[Source]) -> Vec<String> {
    sources
        .iter()
        .map(|source| match (source, &arguments.unnamed_host) {
            (_, Some(host)) => host.clone(),
            (Source::File(path), None) if sources.len() > 1 => {
                path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default()
            }
            _ => String::new(),
        })
        .collect()
}

fn shown(arguments: &Alerts, aggregate: &Aggregate, asked_for_host: bool) -> String {
    match arguments.format {
        AlertsFormat::Table => views::plain(&table(aggregate, asked_for_host)),
        AlertsFormat::Json if arguments.follow => format!("{}\n", json(aggregate)),
        AlertsFormat::Json => format!("{:#}\n", json(aggregate)),
        AlertsFormat::Csv => csv(aggregate),
    }
}

/// Prints anew whenever something changed, at most once an interval, until all input has ended.
fn follow(arguments: &Alerts, plan: Plan, asked_for_host: bool) -> Result<ExitCode, String> {
    let interval = Duration::from_secs_f64(arguments.interval.clamp(0.05, 3600.0));
    let mut live = Live::open(plan, true)?;
    let mut printed: Option<Instant> = None;
    let mut fresh = true;
    loop {
        let step = live.step(interval).map_err(|error| format!("cannot read on: {error}"))?;
        fresh |= matches!(step, Step::Some | Step::More);
        let due = printed.is_none_or(|at| at.elapsed() >= interval);
        if fresh && (due || live.is_over()) {
            let blank = printed.is_some() && arguments.format != AlertsFormat::Json;
            let text = shown(arguments, &live.aggregate, asked_for_host);
            if let Err(code) = print_more(&format!("{}{text}", if blank { "\n" } else { "" })) {
                return Ok(code);
            }
            printed = Some(Instant::now());
            fresh = false;
        }
        if live.is_over() {
            eprint!("{}", summary(&live.plan, &live.aggregate));
            return Ok(ExitCode::SUCCESS);
        }
        if step == Step::Nothing {
            std::thread::sleep(REST.min(interval));
        }
    }
}
