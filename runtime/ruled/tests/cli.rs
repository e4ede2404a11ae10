//! Every option does what Falco's does.

mod support;

use serde_json::Value;
use support::{Scratch, baseline, command, demo, ruled};

/// A configuration that replays the demo, with further settings.
fn config(scratch: &Scratch, more: &str) -> String {
    let text = format!(
        "engine: {{kind: replay, replay: {{capture_file: {}}}}}\nstdout_output: {{enabled: true}}\n\
         log_stderr: true\nplugins: [{{name: container, library_path: libcontainer.so}}]\n\
         load_plugins: [container]\nrules_files: [{}]\n{more}\n",
        demo(),
        baseline()
    );
    scratch.file("falco.yaml", text)
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn listings_have_all_forms() {
    let scratch = Scratch::new("list");
    let config = config(&scratch, "");
    let list = |arguments: &[&str]| {
        let run = ruled(&[&["-c", &config][..], arguments].concat());
        assert_eq!(run.code, Some(0), "{arguments:?}: {}", run.stderr);
        run.stdout
    };
    assert!(list(&["--list"]).contains("Field Class:                  evt"));
    assert!(list(&["--list", "-N"]).lines().any(|line| line == "container.id"));
    assert!(list(&["--list=syscall", "--markdown"]).contains("`proc.name` | CHARBUF | "));
    let fields = json(&list(&["--list", "--format", "JSON"]));
    assert!(fields["fieldclasses"].as_array().unwrap().iter().any(|class| class["name"] == "container"));
    assert!(list(&["--list-events"]).contains("< openat(FD **fd**, FD **dirfd**, FSRELPATH **name**"));
    assert!(list(&["--list-events", "--format", "markdown"]).contains("Default | Dir | Name | Params"));
    let events = json(&list(&["--list-events", "--format", "json"]));
    assert!(events["Syscall events"].as_array().unwrap().iter().any(|event| event["name"] == "openat"));
    assert!(list(&["-i"]).starts_with("Ignored syscall(s):\n- "));
    assert!(list(&["--list-plugins"]).starts_with("1 Plugins Loaded:\n\nName: container\n"));
    assert!(list(&["--plugin-info", "container"]).contains("Field Extraction"));
    for schema in ["--config-schema", "--rule-schema"] {
        assert!(json(&list(&[schema]))["$schema"].is_string());
    }
    let unknown = ruled(&["-c", &config, "--list=nonsense"]);
    assert_eq!((unknown.code, unknown.stderr.contains("must be a valid source type")), (Some(1), true));
}

#[test]
fn version_and_support() {
    let scratch = Scratch::new("version");
    let config = config(&scratch, "");
    assert!(ruled(&["--version"]).stdout.starts_with("Falco version: 0.44.1\nLibs version:  0.25.4\n"));
    let run = ruled(&["-c", &config, "--version", "-o", "json_output=true"]);
    assert_eq!(json(&run.stdout)["plugin_versions"]["container"], "0.7.1");
    let support = json(&ruled(&["-c", &config, "--support"]).stdout);
    assert_eq!(support["version"], "0.44.1");
    assert!(support["rules_files"][0]["variants"][0]["content"].as_str().unwrap().contains("- rule:"));
    assert_eq!(support["config"]["log_stderr"], true);
    assert!(ruled(&["-c", &config, "--page-size"]).stderr.contains("Your system page size is: "));
}

#[test]
fn validation_in_text_and_json() {
    let scratch = Scratch::new("validate");
    let config = config(&scratch, "");
    let good =
        scratch.file("good.yaml", "- list: l\n  items: [a]\n- macro: m\n  condition: proc.name in (l)\n");
    let bad = scratch.file("bad.yaml", "- rule: r\n");
    let run = ruled(&["-c", &config, "-V", &baseline()]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), format!("{}: Ok\n", baseline()).as_str()));
    let run = ruled(&["-c", &config, "-V", &good, "-V", &bad]);
    assert_eq!(run.code, Some(1));
    assert!(
        run.stdout.starts_with(&format!("{good}: Ok, with warnings\n{bad}: Invalid\n1 Errors:\n")),
        "{}",
        run.stdout
    );
    assert!(run.stderr.contains("Error: ") && run.stderr.contains("LOAD_ERR_YAML_VALIDATE"));
    let run = ruled(&["-c", &config, "-o", "json_output=true", "-V", &good, &bad]);
    let results = &json(&run.stdout)["falco_load_results"];
    assert_eq!((&results[0]["successful"], &results[1]["successful"]), (&true.into(), &false.into()));
    let run = ruled(&["-c", &config, "-V", "/nonexistent.yaml"]);
    assert!(
        run.stderr.contains("Error: Could not open file /nonexistent.yaml for reading"),
        "{}",
        run.stderr
    );
    let run = ruled(&["-c", &config, "-V", "/tmp"]);
    assert!(run.stderr.contains("Runtime error: ") && run.stderr.contains(". Exiting."), "{}", run.stderr);
}

#[test]
fn description_of_rules() {
    let scratch = Scratch::new("describe");
    let config = config(&scratch, "");
    let run = ruled(&["-c", &config, "-l", "Data wiped"]);
    let mut lines = run.stdout.lines();
    assert_eq!(lines.next(), Some(format!("{:50} Description", "Rule").as_str()));
    assert_eq!(lines.next(), Some(format!("{:50} -----------", "----").as_str()));
    assert!(lines.next().unwrap().starts_with(&format!("{:50} A tool whose purpose is", "Data wiped")));
    let all = json(&ruled(&["-c", &config, "-L", "-o", "json_output=true"]).stdout);
    assert_eq!(all["required_engine_version"], "0.31.0");
    assert!(all["rules"].as_array().unwrap().len() > 25);
    let run = ruled(&["-c", &config, "-l", "nobody"]);
    assert_eq!(run.code, Some(1));
    assert!(run.stderr.contains("Runtime error: Rule \"nobody\" is not loaded. Exiting."), "{}", run.stderr);
}

#[test]
fn a_dry_run_says_what_it_would_do() {
    let scratch = Scratch::new("dry");
    let config = config(&scratch, "log_level: debug");
    let run = ruled(&["-c", &config, "--dry-run", "-P", &scratch.path("pid")]);
    assert_eq!((run.code, run.stdout.as_str()), (Some(0), ""));
    for phrase in [
        "Falco version: 0.44.1",
        "Falco initialized with configuration files:",
        "falco.yaml | schema validation: ok",
        "Loading rules from:",
        "baseline.yaml | schema validation: ",
        "Skipping event processing in dry-run",
    ] {
        assert!(run.stderr.contains(phrase), "{phrase}: {}", run.stderr);
    }
    assert!(!scratch.0.join("pid").exists());
}

#[test]
fn the_log_obeys_its_level_and_form() {
    let scratch = Scratch::new("log");
    let quiet = ruled(&["-c", &config(&scratch, "log_level: error")]);
    assert!(
        quiet.stdout.contains("Data wiped") && !quiet.stderr.contains("Falco version"),
        "{}",
        quiet.stderr
    );
    let iso = ruled(&["-c", &config(&scratch, "time_format_iso_8601: true")]);
    let first = iso.stderr.lines().next().unwrap();
    assert!(first.contains("+0000: Falco version") && first.as_bytes()[10] == b'T', "{first}");
    assert!(iso.stdout.starts_with("2026-09-16T09:13:30.000000000+0000: Informational "), "{}", iso.stdout);
    let off = ruled(&["-c", &config(&scratch, "log_level: debug"), "-o", "log_stderr=false"]);
    assert_eq!(off.stderr.lines().next(), Some("Syscall event drop monitoring:"));
}

#[test]
fn alerts_in_json_with_every_switch() {
    let scratch = Scratch::new("json");
    let config = config(
        &scratch,
        "json_output: true\njson_include_message_property: true\njson_include_tags_property: false\n\
         static_fields: {site: lab-1}\nappend_output: [{match: {rule: Data wiped}, extra_output: 'pid=%proc.pid', \
         extra_fields: [evt.num, {where: 'at %static.site'}]}]",
    );
    let run = ruled(&["-c", &config, "-p", "by=%proc.name"]);
    let alert = run.stdout.lines().map(json_or_null).find(|alert| alert["rule"] == "Data wiped").unwrap();
    assert_eq!(alert["hostname"], "lab");
    assert_eq!(alert["time"], "2026-09-16T09:16:21.001000000Z");
    assert!(alert["message"].as_str().unwrap().ends_with("container=host pid=832 by=shred"), "{alert}");
    assert_eq!(alert["output_fields"]["where"], "at lab-1");
    assert!(alert["output_fields"]["evt.num"].is_u64() && alert["tags"].is_null());
}

fn json_or_null(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or(Value::Null)
}

#[test]
fn local_time_is_that_of_the_environment() {
    let output =
        command(&["replay", &demo(), "-r", &baseline()]).env("TZ", "Europe/Berlin").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    // Without time zone data on the machine the zone is unknown and UTC is shown.
    assert!(text.starts_with("11:13:30.") || text.starts_with("09:13:30."), "{text}");
}

#[test]
fn files_and_programs_get_alerts() {
    let scratch = Scratch::new("outputs");
    let (file, program) = (scratch.path("alerts"), scratch.path("program"));
    for keep_alive in [false, true] {
        let config = config(
            &scratch,
            &format!(
                "file_output: {{enabled: true, keep_alive: {keep_alive}, filename: {file}}}\n\
                 program_output: {{enabled: true, keep_alive: {keep_alive}, program: 'cat >> {program}'}}"
            ),
        );
        let run = ruled(&["-c", &config]);
        let alerts: Vec<&str> =
            run.stdout.lines().take_while(|line| !line.starts_with("Events detected")).collect();
        assert!(alerts.len() > 30);
        for path in [&file, &program] {
            let text = std::fs::read_to_string(path).unwrap();
            assert!(text.lines().eq(alerts.iter().copied()), "{path}: {text}");
            std::fs::remove_file(path).unwrap();
        }
    }
}

#[test]
fn the_run_ends_after_a_time_and_with_mistakes() {
    let scratch = Scratch::new("misc");
    let config = config(&scratch, "");
    let run = ruled(&["-c", &config, "-M", "1", "-P", &scratch.path("pid")]);
    assert_eq!((run.code, run.stdout.contains("Events detected: 0\n")), (Some(0), true), "{}", run.stdout);
    assert!(scratch.0.join("pid").exists());
    for (arguments, text) in [
        (&["--no-such-option"][..], "--no-such-option"),
        (&["--list", "--markdown", "--format", "json"], "--format"),
        (&["-o", "stdout_output.enabled=false"], "No output configured"),
        (&["-o", "engine.kind=nodriver", "--enable-source", "a", "--disable-source", "b"], "You can not mix"),
        (
            &["-o", "engine.kind=nodriver", "--disable-source", "syscall"],
            "Must enable at least one event source",
        ),
        (&["-o", "priority=nonsense"], "priority"),
    ] {
        let run = ruled(&[&["-c", &config][..], arguments].concat());
        assert_eq!(run.code, Some(1), "{arguments:?}: {}", run.stdout);
        assert!(run.stderr.contains(text), "{arguments:?}: {}", run.stderr);
    }
}

#[test]
fn a_trace_shows_values_and_the_first_false_check() {
    let run = ruled(&["replay", &demo(), "-r", &baseline(), "--trace", "Data wiped"]);
    assert_eq!(run.code, Some(0));
    assert!(run.stdout.contains("execve by shred (832): MATCH\n"), "{}", run.stdout);
    assert!(
        run.stdout.contains("=> first false check: proc.name in (")
            && run.stdout.contains("proc.name is \"touch\"")
    );
    assert!(run.stdout.contains("rule \"Data wiped\": 1 of "));
}

#[test]
fn rules_for_other_sources_load_and_wait() {
    let scratch = Scratch::new("sources");
    let rules = scratch.file(
        "audit.yaml",
        "- rule: audit\n  desc: d\n  condition: ka.verb = create\n  output: '%ka.verb'\n  priority: INFO\n  source: k8s_audit\n",
    );
    let config = config(&scratch, "");
    let plugins = "plugins=[{name: k8saudit, library_path: libk8saudit.so}]";
    let run = ruled(&["-c", &config, "-o", plugins, "-o", "load_plugins=[k8saudit]", "-r", &rules]);
    assert_eq!(run.code, Some(0), "{}", run.stderr);
    assert!(run.stderr.contains("rules for source 'k8s_audit' are loaded"), "{}", run.stderr);
}

#[test]
fn the_lint_sees_what_only_all_files_together_show() {
    let scratch = Scratch::new("lint");
    let main = scratch.path("falco.yaml");
    let more = scratch.file("more.yaml", format!("config_files: [{main}]\n"));
    let said = |included: &str| {
        scratch.file("falco.yaml", format!("json_output: ${{RULED_TEST}}\nconfig_files: [{included}]\n"));
        let output = command(&["config", "lint", "-c", &main]).env("RULED_TEST", "true").output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap())
    };
    let (code, text) = said(&scratch.path("missing.yaml"));
    assert!(code == Some(0) && text.ends_with(": 0 errors, 0 warnings, 0 notes\n"), "{text}");
    let (code, text) = said(&more);
    assert!(
        code == Some(1) && text.contains("more.yaml:1:15: error[setting]: 'config_files' in an"),
        "{text}"
    );
    let (code, text) = said(&main);
    assert!(
        code == Some(1) && text.contains("falco.yaml:2:15: error[setting]: 'config_files' dir"),
        "{text}"
    );
}
