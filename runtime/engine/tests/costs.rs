//! What rules cost, from samples: the expensive one is found, the others are told apart from those that are never looked
//! at, and reloads keep what was counted.

use std::sync::Arc;
use std::time::{Duration, Instant};

use codegen::{Mode, Strategy};
use engine::fields::Settings;
use engine::{Cost, Engine, NullHost, ReadyRules, Ruleset, format};
use events::script::Script;
use hir::{Input, Options, SourceFile};

const SLOW: &str = "evt.type=read and fd.name regex '(/[a-z]+)*/[0-9]'";
const QUICK: &str = "evt.type=read and fd.num=4711";
const OTHER: &str = "evt.type=write and fd.num=4711";
/// Events of one round.
const ROUND: usize = 1000;
/// How long estimates may take to become right: machines that run tests are busy.
const PATIENCE: Duration = Duration::from_secs(60);

fn ruleset(rules: &[(&str, &str)]) -> Arc<Ruleset> {
    let text: Vec<String> = rules
        .iter()
        .map(|(name, condition)| {
            format!("- rule: {name}\n  desc: d\n  condition: {condition}\n  output: o\n  priority: INFO\n")
        })
        .collect();
    let files = vec![SourceFile::new("rules.yaml", text.concat())];
    let program = hir::compile(&Input { files, options: Options::default() });
    let program = program.unwrap_or_else(|_| panic!("the rules load"));
    Arc::new(Ruleset::new(program, Settings::default(), Mode::Automatic).unwrap())
}

fn script() -> Script {
    // A path that the expression must read to its end.
    let path = "/long".repeat(200);
    let mut text = format!(
        "[machine]\nhostname=lab cpus=1\n[processes]\n100 reader exe=/usr/bin/reader ptid=1\n[descriptors]\n\
         100 3 file {path}\n[events]\n"
    );
    for number in 1..=ROUND {
        text.push_str(&format!("{number}ms 0 100 read res=1 data=x fd=3 size=1\n"));
    }
    Script::parse(&text).unwrap_or_else(|error| panic!("{error}"))
}

fn replay(engine: &mut Engine, script: &Script) {
    for event in script.events() {
        engine.process(&event, |_| panic!("nothing matches"));
    }
}

fn cost(engine: &Engine, name: &str) -> Cost {
    let rules = &engine.ruleset().program().rules;
    let index = rules.iter().position(|rule| &*rule.name == name).unwrap();
    engine.costs().unwrap().rules()[index]
}

#[test]
fn the_expensive_rule_is_found_and_counts_survive_reloads() {
    let script = script();
    let format = format::Options::default();
    let rules = ruleset(&[("quick", QUICK), ("slow", SLOW), ("other", OTHER)]);
    let mut engine =
        Engine::new(rules, Strategy::All, format.clone(), engine::Options::default(), Box::new(NullHost));
    engine.load(&script.snapshot);
    assert!(engine.costs().is_none());
    engine.measure_costs();
    let rounds = 20;
    let (mut events, start) = (0, Instant::now());
    // A sample during which the processor did something else spoils the estimate until there are more.
    let (slow, quick) = loop {
        for _ in 0..rounds {
            replay(&mut engine, &script);
            events += ROUND as u64;
        }
        let (slow, quick) = (cost(&engine, "slow"), cost(&engine, "quick"));
        if slow.ns > 2 * quick.ns {
            break (slow, quick);
        }
        assert!(start.elapsed() < PATIENCE, "{slow:?} {quick:?}");
    };
    assert!(engine.costs().unwrap().samples() > 5);
    // All but the events since the latest sample are accounted for.
    assert!(slow.evaluations <= events && slow.evaluations > events / 2, "{slow:?} of {events}");
    assert_eq!(slow.evaluations, quick.evaluations);
    assert_eq!(cost(&engine, "other"), Cost::default());

    let fresh = ReadyRules::new(
        ruleset(&[("other", OTHER), ("slow", SLOW)]),
        Strategy::All,
        format,
        engine.threads_seen(),
    );
    drop(engine.replace(fresh));
    assert_eq!(cost(&engine, "slow"), slow);
    for _ in 0..rounds {
        replay(&mut engine, &script);
    }
    assert!(cost(&engine, "slow").evaluations > slow.evaluations);
}
