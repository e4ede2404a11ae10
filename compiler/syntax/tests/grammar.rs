//! The checked-in parser of the reference grammar is what LALRPOP makes of `condition.lalrpop`. With the feature
//! `reference-grammar` only, since LALRPOP takes half a minute to build.

use std::path::Path;

/// What the file is for; LALRPOP does not say it.
const HEAD: &str = "//! The parser of the reference grammar: `condition.lalrpop`, by LALRPOP. `tests/grammar.rs` writes it anew.\n\n";

#[test]
fn grammar_is_current() {
    // Relative, as LALRPOP writes no absolute path: tests run in the package's folder.
    let source = Path::new("src");
    let target = std::env::temp_dir().join(format!("condition-grammar-{}", std::process::id()));
    std::fs::create_dir_all(&target).expect("a temporary folder");
    lalrpop::Configuration::new()
        .set_out_dir(&target)
        .process_file(source.join("condition.lalrpop"))
        .expect("the grammar has no conflicts");
    let made = std::fs::read_to_string(target.join("condition.rs")).expect("LALRPOP writes condition.rs");
    let fresh = format!("{HEAD}{made}");
    std::fs::remove_dir_all(&target).ok();
    let checked_in = source.join("condition/reference/grammar.rs");
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        std::fs::write(&checked_in, fresh).expect("the source tree is writable");
    } else {
        let old = std::fs::read_to_string(&checked_in).unwrap_or_default();
        assert!(old == fresh, "grammar.rs is not current; run with UPDATE_EXPECT=1");
    }
}
