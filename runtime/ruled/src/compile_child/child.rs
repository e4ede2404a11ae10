//! The child's work: the only module that reads rule text.

use std::collections::BTreeSet;
use std::io::{self, Write};

use catalogue::{PRIORITIES, Priority};
use hir::append_output::{AppendOutput, ExtraField};
use hir::select::{SelectionOp, Which};
use hir::{Checked, Input, SourceFile};
use ir::bundle::{self, Manifest, SourceDigest};

use super::describe;
use super::wire::{self, FileVerdict, Options, Reply, Request};
use crate::catalogue_view;

/// Reads the request, compiles, writes the reply.
pub(super) fn serve() -> io::Result<()> {
    let request: Request = wire::read_header(&mut io::stdin().lock())?;
    let (reply, bundle) = answer(request);
    let mut out = io::stdout().lock();
    wire::write_header(&mut out, &reply)?;
    out.write_all(&bundle)?;
    out.flush()
}

fn answer(request: Request) -> (Reply, Vec<u8>) {
    let files =
        request.files.iter().map(|(name, text)| SourceFile::new(name.as_str(), text.as_str())).collect();
    let mut options = options(&request.options);
    options.stop_at_first_failing_file = request.stop_at_first_failing_file;
    let input = Input { files, options };
    let checked = hir::check(&input);
    let mut reply = Reply {
        files: verdicts(&checked, request.results_as_json),
        unmet_requirements: checked.unmet_requirements.clone(),
        described: None,
    };
    if !checked.is_ok() || !checked.unmet_requirements.is_empty() {
        return (reply, Vec::new());
    }
    if let Some(wanted) = &request.describe {
        reply.described = Some(describe::describe(&checked, &input.options.catalogue, wanted));
    }
    let mut bytes = Vec::new();
    if request.bundle {
        let program = hir::program(&checked, &input.options);
        bytes = bundle::write(&program, &manifest(&request));
    }
    (reply, bytes)
}

fn manifest(request: &Request) -> Manifest {
    Manifest {
        version: 0,
        producer: concat!("ruled ", env!("CARGO_PKG_VERSION")).to_string(),
        sources: request.files.iter().map(|(name, text)| SourceDigest::new(name, text.as_bytes())).collect(),
        plugins: Vec::new(),
    }
}

fn verdicts(checked: &Checked, as_json: bool) -> Vec<FileVerdict> {
    let text_of = |name: &str| checked.sources.text_of(name);
    checked
        .files
        .iter()
        .map(|file| FileVerdict {
            name: file.name.to_string(),
            successful: file.successful(),
            has_warnings: !file.warnings.is_empty(),
            schema: file.schema.first().cloned().unwrap_or_else(|| "none".to_string()),
            status_line: file.status_line(),
            verbose: file.verbose(text_of),
            json: as_json.then(|| file.to_json(text_of)),
        })
        .collect()
}

fn options(given: &Options) -> hir::Options {
    let plugins = given.plugins.iter().map(|(name, version)| (name.as_str(), version.as_str()));
    let catalogue = catalogue_view::view(plugins, given.static_fields.iter().map(String::as_str));
    let append_output = given
        .append_output
        .iter()
        .map(|entry| AppendOutput {
            source: entry.source.clone(),
            tags: entry.tags.iter().cloned().collect::<BTreeSet<_>>(),
            rule: entry.rule.clone(),
            extra_output: Some(entry.extra_output.clone()).filter(|text| !text.is_empty()),
            extra_fields: entry
                .extra_fields
                .iter()
                .map(|(key, format)| match format {
                    Some(format) => ExtraField::formatted(key, format),
                    None => ExtraField::raw(key),
                })
                .collect(),
            suggested_output: entry.suggested_output,
        })
        .collect();
    let mut selection = Vec::new();
    for choice in &given.selection {
        let enable = choice.enable;
        if let Some(pattern) = choice.rule.as_ref().filter(|pattern| !pattern.is_empty()) {
            selection.push(SelectionOp { enable, which: Which::Wildcard(pattern.clone()) });
        }
        if let Some(tag) = choice.tag.as_ref().filter(|tag| !tag.is_empty()) {
            selection.push(SelectionOp { enable, which: Which::Tags(vec![tag.clone()]) });
        }
    }
    hir::Options {
        catalogue,
        minimum_priority: priority(given.minimum_priority),
        append_output,
        selection,
        // A daemon has nobody to give advice to.
        lints: false,
        ..hir::Options::default()
    }
}

fn priority(number: u8) -> Priority {
    PRIORITIES.iter().copied().find(|priority| *priority as u8 == number).unwrap_or(Priority::Debug)
}
