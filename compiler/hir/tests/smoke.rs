//! The official rule files together: accepted, without warnings.

use hir::{Input, SourceFile};

#[test]
fn official_files() {
    let Ok(dir) = std::env::var("RULES_DIR") else {
        println!("skipped: RULES_DIR is not set");
        return;
    };
    let files = ["falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml"].map(|name| {
        SourceFile::new(name, std::fs::read_to_string(format!("{dir}/official/{name}")).unwrap())
    });
    let input = Input { files: files.into(), ..Input::default() };
    let started = std::time::Instant::now();
    let checked = hir::check(&input);
    println!("{:?}", started.elapsed());
    for one in &checked.diagnostics {
        println!(
            "{} {} {:?} {}",
            one.code.id,
            one.message,
            one.primary(),
            checked.sources.slice(one.primary())
        );
    }
    for result in &checked.files {
        println!("{}", result.summary());
        if let Some(error) = &result.error {
            println!("{error:?}");
        }
    }
    assert!(checked.is_ok());
    let program = hir::program(&checked, &input.options);
    println!(
        "{} rules {} order {} exprs {} imports",
        program.rules.len(),
        program.order.len(),
        program.exprs.len(),
        program.imports.len()
    );
}
