//! The interactive view: the table, and one rule in full.

use views::{Body, Line, Model, Page};

use super::{Shown, full, table};

/// Rules to walk through.
pub(crate) struct View {
    rules: Vec<Shown>,
    title: String,
    host: String,
}

impl View {
    /// A view of these rules, read from what `title` says. The host's name tells one terminal from another.
    pub(crate) fn new(rules: Vec<Shown>, title: String, host: String) -> View {
        View { rules, title, host }
    }
}

impl Model for View {
    fn page(&self, path: &[String]) -> Option<Page> {
        let enabled = self.rules.iter().filter(|rule| rule.enabled).count();
        let note = format!("{}  {} rules, {enabled} enabled ", self.host, self.rules.len());
        match path {
            [] => Some(Page { title: self.title.clone(), note, body: Body::Table(table(&self.rules)) }),
            [name] => {
                let rule = self.rules.iter().find(|rule| rule.name == *name)?;
                let lines: Vec<Line> = full(rule);
                Some(Page { title: format!("Rule {name} "), note, body: Body::Text(lines) })
            }
            _ => None,
        }
    }
}
