//! Every code has a page; its first example triggers exactly that code, its last is clean.

use std::collections::BTreeSet;

use catalogue::Catalogue;
use hir::{Input, Options, SourceFile};

fn examples(page: &str) -> Vec<&str> {
    let blocks = page.split("```yaml\n").skip(1);
    blocks.filter_map(|block| block.split_once("```").map(|(example, _)| example)).collect()
}

fn codes(example: &str, plugins: &[&str]) -> BTreeSet<&'static str> {
    let catalogue =
        plugins.iter().fold(Catalogue::falco_default(), |catalogue, name| catalogue.with_plugin(name));
    let options = Options { catalogue, ..Options::default() };
    let checked = hir::check(&Input { files: vec![SourceFile::new("example.yaml", example)], options });
    checked.diagnostics.iter().map(|one| one.code.id).collect()
}

#[test]
fn examples_do_what_their_pages_say() {
    let mut wrong = Vec::new();
    for code in hir::codes::ALL {
        let title = format!("# {} {}\n", code.id, code.name);
        if !code.page.starts_with(&title) {
            wrong.push(format!("{}: the page does not start with its name", code.id));
        }
        let examples = examples(code.page);
        let [bad, .., good] = examples.as_slice() else {
            wrong.push(format!("{}: a page needs two examples", code.id));
            continue;
        };
        let plugins: &[&str] =
            if code.page.contains("need the plugin `k8saudit`") { &["k8saudit", "json"] } else { &[] };
        let found = codes(bad, plugins);
        if found != BTreeSet::from([code.id]) {
            wrong.push(format!("{}: the bad example triggers {found:?}", code.id));
        }
        let found = codes(good, plugins);
        if !found.is_empty() {
            wrong.push(format!("{}: the good example triggers {found:?}", code.id));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
