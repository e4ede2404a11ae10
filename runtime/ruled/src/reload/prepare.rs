//! From files to rules that can be taken over: the same steps as at the start, with nothing of the running program at
//! stake.

use engine::ReadyRules;

use super::{Context, Fresh};
use crate::catalogue_view;
use crate::config::Config;
use crate::exit::Stop;
use crate::rules::{Rules, Taken};
use crate::start;
use crate::timing::StartUp;

/// Prepares; an error is for the alert.
pub(super) fn prepare(context: &Context, threads: usize) -> Result<(Fresh, Config), String> {
    load(context, threads).map_err(|stop| match stop {
        Stop::Done => "nothing to load".to_string(),
        Stop::Fatal(text) | Stop::Runtime(text) | Stop::Refused(text) | Stop::Host(text) => text,
    })
}

fn load(context: &Context, threads: usize) -> Result<(Fresh, Config), Stop> {
    let Context { invocation, log, utc_offset, .. } = context;
    let capture = invocation.replay.as_ref().map(|replay| replay.capture.as_path());
    let config = Config::load(&invocation.options, capture)?;
    for warning in &config.warnings {
        log.warning(warning);
    }
    let plugins = catalogue_view::plugins(&config.falco)?;
    let catalogue = catalogue_view::of_config(&plugins, &config.falco);
    let rules = Rules { options: &invocation.options, config: &config, plugins: &plugins, log };
    let loaded = rules.finish(rules.start()?, &catalogue)?;
    start::warn_of_silent_sources(&loaded.program, log);
    let mut ready = start::ready(&config, loaded.program, utc_offset.clone(), StartUp::begin(), log)?;
    ready.format.parts = context.alert_parts;
    if let Some(taken) = &loaded.taken {
        taken.remember(log)?;
    }
    let rules = ReadyRules::new(ready.ruleset, start::strategy(&config), ready.format.clone(), threads);
    let fresh = Fresh {
        rules,
        identity: loaded.identity,
        format: ready.format,
        notice: loaded.taken.as_ref().and_then(Taken::notice),
    };
    Ok((fresh, config))
}
