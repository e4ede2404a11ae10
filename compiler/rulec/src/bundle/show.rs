//! A bundle's content as text or JSON.

use std::fmt::Write;

use ir::bundle::{Bundle, hex};
use serde_json::{Value, json};

use super::{fields, output};

/// Everything but conditions as text; everything as JSON.
pub(crate) fn text(bundle: &Bundle<'_>, size: usize, as_json: bool) -> Result<String, String> {
    let program = bundle.program_unbound().map_err(|error| error.to_string())?;
    let signer = match bundle.signer() {
        Ok(signer) => Ok(signer.map(|key| key.to_string())),
        Err(error) => Err(error.to_string()),
    };
    let manifest = bundle.manifest();
    let enabled = |id: usize| program.order.iter().any(|rule| rule.0 as usize == id);
    if as_json {
        let rules: Vec<Value> = program
            .rules
            .iter()
            .enumerate()
            .map(|(id, rule)| {
                json!({
                    "name": &*rule.name,
                    "description": &*rule.description,
                    "source": program.source(rule.source),
                    "priority": rule.priority.as_str(),
                    "tags": rule.tags.iter().map(|tag| &**tag).collect::<Vec<_>>(),
                    "enabled": enabled(id),
                    "condition": ir::print::condition(&program, rule.condition),
                    "output": output(&program, &rule.output.pieces),
                    "output_fields": fields(&program, rule),
                    "capture": rule.capture,
                    "capture_duration_ms": rule.capture_duration_ms,
                })
            })
            .collect();
        let object = json!({
            "format": 1,
            "version": manifest.version,
            "producer": manifest.producer,
            "size": size,
            "sha256": hex(bundle.digest()),
            "signed_with": signer.as_ref().ok().cloned().flatten(),
            "signature_error": signer.as_ref().err(),
            "sources": manifest.sources.iter().map(|one| json!({ "name": one.name, "sha256": hex(&one.sha256) }))
                .collect::<Vec<_>>(),
            "plugins": manifest.plugins.iter().map(|one| json!({ "name": one.name, "version": one.version }))
                .collect::<Vec<_>>(),
            "rules": rules,
        });
        return serde_json::to_string_pretty(&object)
            .map(|text| text + "\n")
            .map_err(|error| error.to_string());
    }
    let mut out = String::new();
    let _ = writeln!(out, "version   {}", manifest.version);
    let _ = writeln!(out, "built by  {}", manifest.producer);
    let _ = writeln!(out, "size      {size} bytes");
    let _ = writeln!(out, "sha256    {}", hex(bundle.digest()));
    let _ = match signer {
        Ok(Some(key)) => writeln!(out, "signed    {key}"),
        Ok(None) => writeln!(out, "signed    no"),
        Err(error) => writeln!(out, "signed    BAD: {error}"),
    };
    for plugin in &manifest.plugins {
        let _ = writeln!(out, "plugin    {} {}", plugin.name, plugin.version);
    }
    for source in &manifest.sources {
        let _ = writeln!(out, "source    {} {}", hex(&source.sha256), source.name);
    }
    let _ = writeln!(out, "rules     {}, {} enabled", program.rules.len(), program.order.len());
    for (id, rule) in program.rules.iter().enumerate() {
        let off = if enabled(id) { "" } else { " (disabled)" };
        let _ = writeln!(out, "  {:<13} {}{off}", rule.priority.as_str(), rule.name);
    }
    Ok(out)
}
