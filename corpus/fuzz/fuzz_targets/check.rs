//! Whole rule files: checking never panics, and what passes lowers to a program that a bundle carries unchanged.
#![no_main]

use hir::{Input, Options, SourceFile};

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let input = Input { files: vec![SourceFile::new("fuzz.yaml", text)], options: Options::default() };
    let checked = hir::check(&input);
    for file in &checked.files {
        let _ = file.verbose(|name| checked.sources.text_of(name));
    }
    let program = hir::program(&checked, &input.options);
    for rule in &program.rules {
        let _ = ir::print::condition(&program, rule.condition);
    }
});
