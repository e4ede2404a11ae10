//! The checked-in eBPF objects are those that their inputs give, and hold what the loader names.
//!
//! `UPDATE_EXPECT=1 cargo test -p probe --test prebuilt` compiles them anew (with Debian 12's clang 14, so that everyone
//! gets the same bytes).

#[path = "../build/compile.rs"]
mod compile;

use std::fs;
use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn objects_are_current() {
    let path = root().join("prebuilt/INPUTS.sha256");
    let checked_in = fs::read_to_string(&path).unwrap_or_default();
    if compile::digests(root()).is_ok_and(|now| now == checked_in) {
        return;
    }
    assert!(
        std::env::var_os("UPDATE_EXPECT").is_some(),
        "an input of the eBPF objects has changed; run `UPDATE_EXPECT=1 cargo test -p probe --test prebuilt`"
    );
    for (prefix, defines) in compile::FLAVOURS {
        for arch in compile::ARCHES {
            compile::compile(root(), prefix, defines, arch, &root().join("prebuilt"))
                .expect("clang compiles the object");
        }
    }
    fs::write(path, compile::digests(root()).expect("the objects were just written"))
        .expect("the list can be written");
}

/// Whoever compiles the objects gets these bytes. Needs the clang that they were made with (14, as in Debian 12); says so
/// when it skips, and fails instead with `RULED_REQUIRE_CLANG=1`.
#[test]
fn objects_can_be_rebuilt() {
    let clang = std::env::var_os("CLANG").unwrap_or_else(|| "clang".into());
    let version = std::process::Command::new(&clang).arg("--version").output();
    let version =
        version.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    if !version.contains("clang version 14.") {
        let required = std::env::var_os("RULED_REQUIRE_CLANG").is_some_and(|v| v == "1");
        assert!(!required, "RULED_REQUIRE_CLANG=1, but there is no clang 14: {version}");
        eprintln!("SKIPPED: no clang 14");
        return;
    }
    let out = std::env::temp_dir().join(format!("probe-rebuilt-{}", std::process::id()));
    fs::create_dir_all(&out).expect("a folder in the temporary folder");
    std::thread::scope(|scope| {
        for arch in compile::ARCHES {
            let out = &out;
            scope.spawn(move || {
                for (prefix, defines) in compile::FLAVOURS {
                    let object =
                        compile::compile(root(), prefix, defines, arch, out).expect("clang compiles it");
                    let name = format!("{prefix}.{}.o", arch.0);
                    let checked_in =
                        fs::read(root().join("prebuilt").join(&name)).expect("the object is there");
                    assert!(fs::read(object).expect("just written") == checked_in, "{name} differs");
                }
            });
        }
    });
    let _ = fs::remove_dir_all(out);
}

/// Each object, also that of the other architecture, has what the loader asks for.
#[test]
fn objects_hold_what_the_loader_names() {
    use probe::object;
    for (prefix, _) in compile::FLAVOURS {
        for (arch, _) in compile::ARCHES {
            let name = format!("{prefix}.{arch}.o");
            let bytes = fs::read(root().join("prebuilt").join(&name)).expect("the object is there");
            let parsed = aya_obj::Object::parse(&bytes).unwrap_or_else(|e| panic!("{name}: {e}"));
            let x86 = arch == "x86_64";
            let mut programs = vec![object::GENERIC_PROGRAM.to_string(), object::EXEC.1.into()];
            match prefix {
                "probe-native" => {}
                "probe-fexit" => programs.push(object::REFUSAL.1.into()),
                _ => programs.push(object::DISPATCH_PROGRAM.into()),
            }
            programs.push(object::FORK.1.into());
            programs.extend(object::RING_SUBMIT.map(|(_, program)| program.into()));
            programs.push(object::RING_COMPLETE.1.into());
            let faults = |program: &str| program.ends_with("_fault");
            let hooks = object::TRACEPOINTS.iter().filter(|(_, program)| x86 || !faults(program));
            programs.extend(hooks.map(|(_, program)| (*program).to_string()));
            for call in object::ENTERED.iter().filter(|call| x86 || !["open", "creat"].contains(call)) {
                programs.push(object::call_program(call));
                programs.push(format!("enter_{call}"));
                if *call != "connect" {
                    programs.push(format!("report_{call}"));
                }
            }
            for program in programs {
                assert!(parsed.programs.contains_key(&program), "{name} has no program {program}");
            }
            for map in
                ["control", "wake", "counters", "calls", "call_infos", "foreign_calls", "scratches", "rings"]
            {
                assert!(parsed.maps.contains_key(map), "{name} has no map {map}");
            }
            // One program for each call that has events of its own, in both architectures.
            let calls = parsed.programs.keys().filter(|program| program.starts_with("sys_")).count();
            assert!(calls > 120, "{name} has programs for {calls} calls only");
        }
    }
}
