//! From a name to where it is defined.

use syntax::Span;

use crate::cursor::What;
use crate::host::{Analysis, Found};
use crate::index::Role;

impl Analysis {
    /// Where what is at `offset` is defined: the definition that counts, which is the last, and the items that change it
    /// after that. On the name of one of these: the others.
    pub fn definition(&self, file: usize, offset: u32) -> Vec<(usize, Span)> {
        if let Some(What::Exception { rule, name }) = self.target(file, offset).map(|target| target.what) {
            let all = self.exception_places(&rule, &name).into_iter();
            return all.filter(|one| one.role == Role::Definition).map(|one| (one.file, one.span)).collect();
        }
        let found = self.found_at(file, offset);
        let last = found.iter().rposition(|one| head_role(one) == Some(Role::Definition));
        let all: Vec<_> =
            found.get(last.unwrap_or(0)..).unwrap_or(&[]).iter().filter_map(name_range).collect();
        let is_here = |(at, span): &(usize, Span)| *at == file && span.touches(offset);
        let others: Vec<_> = all.iter().filter(|one| !is_here(one)).copied().collect();
        if others.is_empty() { all } else { others }
    }

    /// Where what is at `offset` was first declared: the base of overrides.
    pub fn declaration(&self, file: usize, offset: u32) -> Vec<(usize, Span)> {
        let found = self.found_at(file, offset);
        let first = found.iter().find(|one| head_role(one) == Some(Role::Definition)).or(found.first());
        first.and_then(name_range).into_iter().collect()
    }

    fn found_at(&self, file: usize, offset: u32) -> &[Found] {
        match self.target(file, offset).map(|target| target.what) {
            Some(What::Symbol { kind, name, .. }) => self.found(kind, &name),
            _ => &[],
        }
    }
}

fn head_role((_, _, item): &Found) -> Option<Role> {
    item.head().map(|head| head.role)
}

/// Where an item's name stands.
pub(crate) fn name_range((file, start, item): &Found) -> Option<(usize, Span)> {
    item.head().map(|head| (*file, head.span.shift(*start)))
}

#[cfg(test)]
mod tests {
    use crate::fixture::fixture;

    fn check(text: &str, expected: &[&str]) {
        let (analysis, file, offset) = fixture(text);
        let shown: Vec<String> = analysis
            .definition(file, offset)
            .into_iter()
            .map(|(file, span)| {
                format!("{}:{}:{}", analysis.name(file), span.start, span.slice(analysis.text(file)))
            })
            .collect();
        assert_eq!(shown, expected);
    }

    #[test]
    fn macros_over_files_and_block_scalars() {
        check(
            "//- a.yaml\n- macro: spawned\n  condition: evt.type = execve\n//- b.yaml\n- rule: r\n  condition: >\n    \
             proc.name = x\n    and spaw$0ned\n",
            &["a.yaml:9:spawned"],
        );
    }

    #[test]
    fn lists_in_values_and_items() {
        check(
            "- list: shells\n  items: [sh]\n- macro: m\n  condition: proc.name in (she$0lls)\n",
            &["a.yaml:8:shells"],
        );
        check("- list: shells\n  items: [sh]\n- list: all\n  items: [she$0lls, cat]\n", &["a.yaml:8:shells"]);
        check("- list: shells\n  items: [sh]\n- macro: m\n  condition: proc.name in (\"she$0lls\")\n", &[]);
    }

    #[test]
    fn updates_come_after_the_definition() {
        check(
            "- list: l\n  items: [a]\n- list: l$0\n  items: [b]\n  override:\n    items: append\n",
            &["a.yaml:8:l"],
        );
        check(
            "- list: l\n  items: [a]\n- list: l\n  items: [b]\n  override:\n    items: append\n- macro: m\n  condition: proc.name in (l$0)\n",
            &["a.yaml:8:l", "a.yaml:31:l"],
        );
    }
}
