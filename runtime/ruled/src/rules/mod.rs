//! Loading of rules: which files, handing them to the compiling child, reporting what it found, and checking the program
//! that comes back.

mod bundle;
pub(crate) mod files;

use std::io::Write;

use catalogue::Catalogue;
use ir::Program;
use ir::bundle::{Bundle, SourceDigest, hex};
use serde_json::{Value, json};

use crate::args::Options;
use crate::catalogue_view::Plugin;
use crate::compile_child::wire::{self, Describe, Request};
use crate::compile_child::{Compilation, Compiled};
use crate::config::Config;
use crate::exit::{Step, Stop};
use crate::log::{Level, Log};
use crate::pipeline::Ended;

pub(crate) use bundle::{BundleFile, Taken};

/// What loading depends on.
pub(crate) struct Rules<'a> {
    pub(crate) options: &'a Options,
    pub(crate) config: &'a Config,
    pub(crate) plugins: &'a [Plugin],
    pub(crate) log: &'a Log,
}

/// Rules on their way.
pub(crate) enum Loading {
    /// Files that another process compiles.
    Files(Compilation),
    /// A bundle.
    Bundle(BundleFile),
}

/// Rules that are there and verified.
pub(crate) struct Loaded {
    /// The rules.
    pub(crate) program: Program,
    /// Which they are.
    pub(crate) identity: Identity,
    /// The bundle, if they come from one.
    pub(crate) taken: Option<Taken>,
}

/// Which rules they are, and what configured them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Identity {
    /// Version of the bundle; 0 for files.
    pub(crate) version: u64,
    /// SHA-256 of the compiled rules, in hexadecimal digits: equal exactly if the rules are.
    pub(crate) digest: String,
    /// The files they were made from, with their SHA-256.
    pub(crate) files: Vec<(String, String)>,
    /// The configuration files, with their SHA-256.
    pub(crate) config_files: Vec<(String, String)>,
}

impl Identity {
    /// The identity of a bundle's rules.
    fn of(bundle: &Bundle<'_>, version: u64, config: &Config) -> Identity {
        let files = &bundle.manifest().sources;
        Identity {
            version,
            digest: hex(bundle.digest()),
            files: files.iter().map(|file| (file.name.clone(), hex(&file.sha256))).collect(),
            config_files: config.files.iter().map(|(name, _)| (name.clone(), sha256(name))).collect(),
        }
    }
}

/// SHA-256 of a file, in hexadecimal digits; nothing when it cannot be read.
fn sha256(path: &str) -> String {
    let bytes = std::fs::read(path).ok();
    bytes.map_or_else(String::new, |bytes| hex(&SourceDigest::new("", &bytes).sha256))
}

impl Rules<'_> {
    /// The files of a normal start, in load order.
    pub(crate) fn names(&self) -> Step<Vec<String>> {
        // What the command line names must be there; configured files may be missing.
        let paths = if self.options.rules.is_empty() {
            files::existing(&self.config.rules)
        } else {
            self.config.rules.clone()
        };
        if paths.is_empty() {
            return Err(Stop::fatal(
                "You must specify at least one rules file/directory via -r or a rules_file entry in falco.yaml",
            ));
        }
        self.log.debug("Configured rules filenames:");
        for path in &paths {
            self.log.debug(&format!("   {path}"));
        }
        files::expand(&paths)
    }

    /// Starts to load the rules of a normal start.
    pub(crate) fn start(&self) -> Step<Loading> {
        if let Some(bundle) = BundleFile::configured(self.options, self.config)? {
            return Ok(Loading::Bundle(bundle));
        }
        let names = self.names()?;
        self.compile(files::read(&names)?, true, false).map(Loading::Files)
    }

    fn compile(&self, files: Vec<files::RulesFile>, starting: bool, json: bool) -> Step<Compilation> {
        let describe = self.describe();
        let request = Request {
            files: files.into_iter().map(|file| (file.name, file.text)).collect(),
            options: self.wire_options(),
            stop_at_first_failing_file: starting,
            results_as_json: json,
            bundle: starting && describe.is_none(),
            describe,
        };
        Compilation::start(request).map_err(Stop::Runtime)
    }

    fn describe(&self) -> Option<Describe> {
        let asked = self.options.describe_all || self.options.describe.is_some();
        asked.then(|| Describe { rule: self.options.describe.clone(), json: self.config.falco.format.json })
    }

    /// Reports what was found and gives the program.
    pub(crate) fn finish(&self, loading: Loading, catalogue: &Catalogue) -> Step<Loaded> {
        let compilation = match loading {
            Loading::Files(compilation) => compilation,
            Loading::Bundle(bundle) => {
                let (program, identity, taken) = bundle.load(self.config, self.log)?;
                return Ok(Loaded { program, identity, taken: Some(taken) });
            }
        };
        let Compiled { reply, bundle } = compilation.finish().map_err(Stop::Runtime)?;
        self.log.info("Loading rules from:");
        let mut refused = None;
        for file in &reply.files {
            let level = if file.schema == "ok" { Level::Info } else { Level::Warning };
            self.log.write(level, &format!("   {} | schema validation: {}", file.name, file.schema));
            if !file.successful {
                refused = Some(file.verbose.clone());
                break;
            }
            if file.has_warnings {
                self.log.warning(&file.verbose);
            }
        }
        // What is missing explains unknown fields, so it comes first.
        if let Some(error) = reply.unmet_requirements.into_iter().next().or(refused) {
            return Err(Stop::Fatal(error));
        }
        for selection in &self.config.falco.rules {
            let verb = if selection.enable { "Enabling" } else { "Disabling" };
            if let Some(rule) = selection.rule.as_deref().filter(|rule| !rule.is_empty()) {
                self.log.info(&format!("{verb} rules with name: {rule}"));
            }
            if let Some(tag) = selection.tag.as_deref().filter(|tag| !tag.is_empty()) {
                self.log.info(&format!("{verb} rules with tag: {tag}"));
            }
        }
        match reply.described {
            Some(Ok(text)) => {
                print(&text)?;
                return Err(Stop::Done);
            }
            Some(Err(reason)) => return Err(Stop::Runtime(reason)),
            None => {}
        }
        let damaged = |error: ir::bundle::BundleError| Stop::Runtime(format!("compiled rules: {error}"));
        let bundle = Bundle::open(&bundle).map_err(damaged)?;
        let program = bundle.program(catalogue).map_err(damaged)?;
        Ok(Loaded { program, identity: Identity::of(&bundle, 0, self.config), taken: None })
    }

    /// `-V`: what Falco says on each file.
    pub(crate) fn validate(&self) -> Step<Ended> {
        let names: Vec<String> =
            self.options.validate.iter().map(|path| path.display().to_string()).collect();
        let files = files::read(&names)?;
        self.log.info("Validating rules file(s):");
        for name in &names {
            self.log.info(&format!("   {name}"));
        }
        let json = self.config.falco.format.json;
        let compiled = self.compile(files, false, json)?.finish().map_err(Stop::Runtime)?;
        let reply = compiled.reply;
        if let Some(unmet) = reply.unmet_requirements.into_iter().next() {
            return Err(Stop::Fatal(unmet));
        }
        let successful = reply.files.iter().all(|file| file.successful);
        let mut summary = String::new();
        for file in &reply.files {
            if !summary.is_empty() {
                summary.push('\n');
            }
            if file.successful && file.has_warnings {
                summary.push_str(&file.status_line);
                self.log.warning(&file.verbose);
            } else {
                summary.push_str(&file.verbose);
            }
        }
        let described = match reply.described {
            Some(Err(reason)) => return Err(Stop::Runtime(reason)),
            Some(Ok(text)) => Some(text),
            None => None,
        };
        if json {
            let results: Vec<Value> = reply.files.into_iter().filter_map(|file| file.json).collect();
            let mut object = json!({ "falco_load_results": results });
            if let Some(text) = described {
                object["falco_describe_results"] = serde_json::from_str(&text).unwrap_or(Value::Null);
            }
            print(&format!("{object}\n"))?;
        } else {
            print(&format!("{summary}\n"))?;
            if let Some(text) = described {
                print(&format!("\n{text}"))?;
            }
        }
        if successful { Err(Stop::Done) } else { Err(Stop::Fatal(summary)) }
    }

    fn wire_options(&self) -> wire::Options {
        let falco = &self.config.falco;
        let mut append_output: Vec<wire::Append> = falco
            .append_output
            .iter()
            .map(|entry| wire::Append {
                source: entry.source.clone(),
                tags: entry.tags.clone(),
                rule: entry.rule.clone(),
                extra_output: entry.extra_output.clone(),
                extra_fields: entry.extra_fields.clone(),
                suggested_output: entry.suggested_output,
            })
            .collect();
        match self.options.print.as_deref() {
            // Containers suggest their fields themselves now.
            None | Some("" | "c" | "container" | "k" | "kubernetes") => {}
            Some(format) => {
                append_output
                    .push(wire::Append { extra_output: format.to_string(), ..wire::Append::default() });
            }
        }
        wire::Options {
            plugins: self.plugins.iter().map(|one| (one.name.clone(), one.version.to_string())).collect(),
            static_fields: falco.static_fields.iter().map(|field| field.name.clone()).collect(),
            minimum_priority: falco.priority as u8,
            append_output,
            selection: falco
                .rules
                .iter()
                .map(|one| wire::Selection {
                    enable: one.enable,
                    rule: one.rule.clone(),
                    tag: one.tag.clone(),
                })
                .collect(),
        }
    }
}

/// Writes to standard output; a reader that went away is no error.
fn print(text: &str) -> Step<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Stop::fatal(format!("cannot write: {error}")))
        }
        _ => Ok(()),
    }
}
