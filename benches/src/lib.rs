//! Inputs for benchmarks: rule sets of any size, the same for the same arguments, and the reference rule files.
#![forbid(unsafe_code)]

pub mod churn;
pub mod replay;

use std::fmt::Write;
use std::path::PathBuf;

/// A rule set of `rules` rules with as many macros and a tenth as many lists; each rule uses three macros and two lists.
pub fn rule_set(rules: usize) -> String {
    let mut text = String::new();
    let lists = (rules / 10).max(2);
    for list in 0..lists {
        let _ = write!(text, "- list: programs_{list}\n  items: [");
        for item in 0..12 {
            let _ = write!(text, "{}tool-{list}-{item}", if item == 0 { "" } else { ", " });
        }
        text.push_str("]\n\n");
    }
    for index in 0..rules {
        let _ = write!(
            text,
            "- macro: started_{index}\n  condition: (evt.type in (execve, execveat) and proc.name in (programs_{}))\n\n",
            index % lists
        );
    }
    for index in 0..rules {
        let (a, b) = ((index * 7 + 1) % rules, (index * 13 + 5) % rules);
        let _ = write!(
            text,
            "- rule: Rule {index}\n  desc: What number {index} looks for\n  condition: >\n    started_{index} and \
             (started_{a} or not started_{b})\n    and not proc.pname in (programs_{}, sh, bash)\n    and fd.name \
             startswith /opt/{index}/\n  output: >\n    Found {index} | command=%proc.cmdline parent=%proc.pname \
             user=%user.name file=%fd.name\n  priority: WARNING\n  tags: [host, number_{index}]\n\n",
            (index * 3) % lists
        );
    }
    text
}

/// The three official rule files, when `RULES_DIR` names the reference data.
pub fn official() -> Option<Vec<(String, String)>> {
    let folder = PathBuf::from(std::env::var_os("RULES_DIR")?).join("official");
    ["falco_rules.yaml", "falco-incubating_rules.yaml", "falco-sandbox_rules.yaml"]
        .into_iter()
        .map(|name| Some((name.to_string(), std::fs::read_to_string(folder.join(name)).ok()?)))
        .collect()
}
