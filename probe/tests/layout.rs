//! The generated C headers are current; `UPDATE_EXPECT=1` rewrites them.

use std::path::Path;

fn expect_file(name: &str, wanted: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("include").join(name);
    if std::fs::read_to_string(&path).unwrap_or_default() == wanted {
        return;
    }
    assert!(
        std::env::var_os("UPDATE_EXPECT").is_some(),
        "{name} is not current; run `UPDATE_EXPECT=1 cargo test -p probe --test layout`"
    );
    std::fs::write(path, wanted).expect("the header can be written");
}

#[test]
fn layout_header_is_current() {
    expect_file("layout.h", &probe::layout::c_header());
}

#[test]
fn event_header_is_current() {
    expect_file("event_types.h", &catalogue::export::event_types_header());
}
