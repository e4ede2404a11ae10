//! Checks files and prints what both views say; for work on this crate. Plugins come before a `--`.

use std::time::Instant;

use hir::{Input, Options, SourceFile};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (plugins, files) = match arguments.iter().position(|argument| argument == "--") {
        Some(at) => (arguments[..at].to_vec(), arguments[at + 1..].to_vec()),
        None => (vec!["container".to_owned()], arguments),
    };
    let catalogue =
        plugins.iter().fold(catalogue::Catalogue::core(), |catalogue, name| catalogue.with_plugin(name));
    let read = |name: &String| {
        SourceFile::new(name.as_str(), std::fs::read_to_string(name).expect("a readable file"))
    };
    let files = files.iter().map(read).collect();
    let input = Input { files, options: Options { catalogue, ..Options::default() } };
    let started = Instant::now();
    let checked = hir::check(&input);
    let elapsed = started.elapsed();
    for one in &checked.diagnostics {
        let range = one.primary();
        let file = checked.sources.file(range.file).expect("a file");
        let before = &file.text[..range.span.start as usize];
        let line = before.matches('\n').count() + 1;
        let column = before.len() - before.rfind('\n').map_or(0, |at| at + 1) + 1;
        println!(
            "{}:{line}:{column}: {} {} [{}]",
            file.name,
            one.code.id,
            one.message,
            checked.sources.slice(range)
        );
    }
    for result in &checked.files {
        println!("{}", result.summary());
    }
    println!("{elapsed:?}");
}
