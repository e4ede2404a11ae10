//! `${NAME}` in the values of a file: what they stand for counts, and what is not set here is not judged.

use std::cell::RefCell;

use super::{Finding, Weight};
use crate::environment;
use crate::origin::Origin;
use crate::tree::{Node, Value};

/// The values of a file that have variables in them.
pub(super) struct Variables {
    /// Where each is, and which of its variables is not set.
    found: Vec<(Origin, Option<String>)>,
}

/// Replaces variables by what they stand for. A value with one that is not set stays as it is.
pub(super) fn put_in(root: &mut Node, lookup: &dyn Fn(&str) -> Option<String>) -> Variables {
    let mut found = Vec::new();
    root.for_each(|node| {
        let Value::Scalar(text) = &mut node.value else { return };
        let unset = RefCell::new(None);
        let expanded = environment::expand(text, &|name| {
            let value = lookup(name);
            if value.is_none() {
                unset.replace(Some(name.to_string()));
            }
            value
        });
        let unset = unset.into_inner();
        if unset.is_some() || expanded != *text {
            if unset.is_none() {
                *text = expanded;
            }
            found.push((node.origin.clone(), unset));
        }
    });
    Variables { found }
}

impl Variables {
    /// Names the variables that are not set, says nothing else about their values, and leaves no repair that would write
    /// another value where a variable stands.
    pub(super) fn judge(&self, findings: &mut Vec<Finding>) {
        for (origin, unset) in &self.found {
            match unset {
                None => findings
                    .iter_mut()
                    .filter(|finding| finding.origin == *origin)
                    .for_each(|finding| finding.repair = None),
                Some(name) => {
                    findings.retain(|finding| finding.origin != *origin);
                    findings.push(Finding {
                        weight: Weight::Note,
                        name: "unset-variable",
                        message: format!("`${{{name}}}` is not set here"),
                        origin: origin.clone(),
                        help: Some("where the program runs without it, nothing takes its place".to_string()),
                        repair: None,
                    });
                }
            }
        }
    }
}
