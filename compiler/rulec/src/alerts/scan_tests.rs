//! Counting is exact whatever the blocks.

use super::{LONGEST_LINE, read};
use crate::alerts::{Aggregate, Choice, Key, Plan, Source};

fn plan() -> Plan {
    Plan {
        sources: vec![Source::Stdin],
        hosts: vec![String::new()],
        keys: vec![Key::Host, Key::Rule],
        choice: Choice::default(),
        details: false,
    }
}

/// Gives `text` in pieces of `step` bytes.
struct Pieces<'a>(&'a [u8], usize);

impl std::io::Read for Pieces<'_> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let n = self.0.len().min(self.1).min(out.len());
        out[..n].copy_from_slice(&self.0[..n]);
        self.0 = &self.0[n..];
        Ok(n)
    }
}

fn alert(rule: &str, time: &str, host: &str) -> String {
    format!(
        "{{\"hostname\":\"{host}\",\"priority\":\"Error\",\"rule\":\"{rule}\",\"time\":\"{time}\",\"output_fields\":{{\"n\":\"{time}\"}}}}"
    )
}

#[test]
fn lines_are_neither_lost_nor_cut() {
    let mut text = String::new();
    for n in 0..5000 {
        text.push_str(&format!("noise {n}\n{}\r\n", alert(&format!("r{}", n % 7), &format!("{n:05}"), "h")));
    }
    text.push_str(&alert("last", "99999", "h"));
    let plan = plan();
    let mut all = Aggregate::new(&plan);
    let long = read(&mut Pieces(text.as_bytes(), 777), &mut |number, text| {
        all.add(&plan, 0, number, &text);
        Ok(text)
    })
    .unwrap();
    assert!(long.is_empty());
    assert_eq!((all.totals.lines, all.totals.alerts, all.totals.broken), (10_001, 5001, 0));
    let counts: Vec<(&str, u64)> =
        all.sorted().iter().map(|group| (group.parts[1].as_str(), group.count)).collect();
    assert_eq!(counts[0], ("r0", 715));
    assert_eq!(counts[7], ("last", 1));
    assert_eq!(all.sorted()[0].last_fields()["n"], "04998");
}

#[test]
fn endless_lines_are_broken_and_end() {
    let mut text = alert("a", "1", "h").into_bytes();
    text.push(b'\n');
    text.extend(std::iter::repeat_n(b'{', LONGEST_LINE + (3 << 20)));
    text.push(b'\n');
    text.extend(alert("b", "2", "h").into_bytes());
    text.extend(b"\n{\"rule\": broken\n");
    let plan = plan();
    let mut all = Aggregate::new(&plan);
    let long = read(&mut Pieces(&text, usize::MAX), &mut |number, text| {
        all.add(&plan, 0, number, &text);
        Ok(text)
    })
    .unwrap();
    assert_eq!(long.len(), 1);
    assert_eq!((all.totals.alerts, all.totals.broken, all.totals.lines), (2, 1, 4));
    let (place, _) = all.totals.named[0].clone();
    assert_eq!(all.totals.line_number(place), 4);
}

#[test]
fn parts_counted_apart_add_up() {
    let plan = plan();
    let lines = [alert("a", "3", "x"), alert("a", "9", "y"), alert("a", "5", "x"), alert("b", "1", "x")];
    let mut whole = Aggregate::new(&plan);
    whole.add(&plan, 0, 0, lines.join("\n").as_bytes());
    let mut merged = Aggregate::new(&plan);
    for (block, line) in lines.iter().enumerate().rev() {
        let mut part = Aggregate::new(&plan);
        part.add(&plan, 0, block as u32, format!("{line}\n").as_bytes());
        merged.merge(part);
    }
    let seen = |all: &Aggregate| -> Vec<(Vec<String>, u64, String, String, String)> {
        all.sorted()
            .iter()
            .map(|group| {
                (
                    group.parts.clone(),
                    group.count,
                    group.first_time.clone(),
                    group.last_time.clone(),
                    group.last_fields()["n"].to_string(),
                )
            })
            .collect()
    };
    assert_eq!(seen(&whole), seen(&merged));
    assert_eq!(whole.hosts().into_iter().collect::<Vec<_>>(), ["x", "y"]);
    assert_eq!(seen(&whole)[0].0, ["x", "a"]);
    assert_eq!(seen(&whole)[0].4, "\"5\"");
}
