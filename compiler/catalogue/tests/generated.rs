//! Rebuilds everything that is generated from `data/` and compares it with what is checked in; `UPDATE_EXPECT=1`
//! rewrites it.

mod tables;

use std::path::{Path, PathBuf};

fn crate_dir() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn expect_file(path: &Path, wanted: &str) {
    let current = std::fs::read_to_string(path).unwrap_or_default();
    if current == wanted {
        return;
    }
    assert!(
        std::env::var_os("UPDATE_EXPECT").is_some(),
        "{} is not what data/ generates; run `UPDATE_EXPECT=1 cargo test -p catalogue --test generated`",
        path.display()
    );
    std::fs::write(path, wanted).expect("the generated file can be written");
}

#[test]
fn tables_are_current() {
    let data = tables::data::Data::load(&crate_dir().join("data"));
    for (file, text) in tables::render(&data) {
        expect_file(&crate_dir().join("src/generated").join(file), &text);
    }
}
