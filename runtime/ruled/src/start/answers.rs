//! Options that ask for something to be printed. Each answer ends the program.

use std::io::{self, Write};

use catalogue::Catalogue;

use crate::args::Options;
use crate::config::Config;
use crate::exit::{Step, Stop};
use crate::log::Log;
use crate::{catalogue_view, listing, schema, select_sources, versions};

/// What needs no configuration.
pub(crate) fn without_config(options: &Options) -> Step<()> {
    if options.config_schema {
        return print(&schema::configuration());
    }
    if options.rule_schema {
        return print(&schema::rules_files());
    }
    if options.ignored_events {
        return print(&listing::ignored_events());
    }
    if options.list_events {
        return print(&listing::events(options.list_format()));
    }
    Ok(())
}

/// What is asked about the program and the system.
pub(crate) fn about_programs(options: &Options, config: &Config, log: &Log) -> Step<()> {
    if options.version {
        let plugins = catalogue_view::plugins(&config.falco)?;
        let text = if config.falco.format.json {
            let loaded = plugins.iter().map(|plugin| (plugin.name.as_str(), plugin.version));
            format!("{}\n", versions::json(loaded))
        } else {
            versions::text()
        };
        return print(&text);
    }
    if options.page_size {
        let size = nix::unistd::sysconf(nix::unistd::SysconfVar::PAGE_SIZE).ok().flatten().unwrap_or(4096);
        log.info(&format!("Your system page size is: {size} bytes"));
        return Err(Stop::Done);
    }
    Ok(())
}

/// What is asked about plugins.
pub(crate) fn about_plugins(options: &Options, config: &Config) -> Step<()> {
    if let Some(name) = &options.plugin_info {
        return print(&listing::plugin_info(&config.falco, name)?);
    }
    if options.list_plugins {
        return print(&listing::plugins(&config.falco)?);
    }
    Ok(())
}

/// What is asked about fields; and whether the chosen event sources exist.
pub(crate) fn about_fields(options: &Options, config: &Config, catalogue: &Catalogue) -> Step<()> {
    if let Some(source) = &options.list {
        let format = options.list_format();
        return print(&listing::fields(catalogue, source, format, options.names_only, options.verbose)?);
    }
    if config.capture_file().is_none() {
        select_sources::check(catalogue, &options.enable_source, &options.disable_source)?;
    }
    Ok(())
}

/// Prints what was asked for; then all is done.
pub(crate) fn print<T>(text: &str) -> Step<T> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Err(Stop::Done),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(Stop::Done),
        Err(error) => Err(Stop::fatal(format!("cannot write: {error}"))),
    }
}
