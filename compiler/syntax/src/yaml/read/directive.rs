//! `%YAML` and `%TAG`, which mean nothing to rule files but can be wrong.

use crate::yaml::read::{Reader, fail};
use crate::yaml::token::Kind;
use crate::yaml::{YamlError, message};

impl Reader<'_> {
    /// Directives before a document.
    pub(super) fn directives(&mut self) -> Result<(), YamlError> {
        let (mut version, mut tags) = (false, Vec::new());
        while let Some(token) = self.scanner.peek()?
            && token.kind == Kind::Directive
        {
            let text = token.span.slice(self.source).strip_prefix('%').unwrap_or("");
            let mut words = text.split([' ', '\t']).filter(|word| !word.is_empty());
            let name = words.next();
            let params: Vec<&str> = words.collect();
            match (name, params.as_slice()) {
                (Some("YAML"), [param]) => {
                    if std::mem::replace(&mut version, true) {
                        return fail(message::REPEATED_YAML_DIRECTIVE, token.at);
                    }
                    let numbers = param.split_once('.').and_then(|(major, minor)| {
                        minor.parse::<u32>().ok()?;
                        major.parse::<u32>().ok()
                    });
                    match numbers {
                        None => return fail(format!("{}{param}", message::YAML_VERSION), token.at),
                        Some(major) if major > 1 => return fail(message::YAML_MAJOR_VERSION, token.at),
                        Some(_) => {}
                    }
                }
                (Some("YAML"), _) => return fail(message::YAML_DIRECTIVE_ARGS, token.at),
                (Some("TAG"), &[handle, _]) => {
                    if tags.contains(&handle) {
                        return fail(message::REPEATED_TAG_DIRECTIVE, token.at);
                    }
                    tags.push(handle);
                }
                (Some("TAG"), _) => return fail(message::TAG_DIRECTIVE_ARGS, token.at),
                _ => {}
            }
            self.take();
        }
        Ok(())
    }
}
