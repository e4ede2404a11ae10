//! The moving picture in the README: what a terminal shows while somebody checks a rule and walks through alerts. The programs
//! run on a pseudo-terminal, and each screen becomes a scene of an SVG. `UPDATE_EXPECT=1` draws it anew.

#[path = "../../compiler/rulec/tests/terminal/screen.rs"]
mod screen;

use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use corpus::daemon::{self, Scratch};
use screen::Screen;

const ROWS: u16 = 17;
const COLUMNS: u16 = 108;
/// Size of a character, and seconds that a scene lasts.
const WIDTH: f32 = 8.4;
const HEIGHT: f32 = 18.0;
const SECONDS: usize = 5;

/// A screen as lines of SVG.
fn scene(screen: &vt100::Screen) -> String {
    let mut out = String::new();
    for row in 0..ROWS {
        let mut column = 0;
        while column < COLUMNS {
            let style = |at: u16| screen.cell(row, at).map(|cell| (classes(cell), cell.inverse()));
            let end = (column..COLUMNS).find(|at| style(*at) != style(column)).unwrap_or(COLUMNS);
            let text: String = (column..end)
                .filter_map(|at| screen.cell(row, at))
                .map(|cell| if cell.has_contents() { cell.contents() } else { " " })
                .collect();
            let (x, y) = (f32::from(column) * WIDTH, f32::from(row) * HEIGHT);
            let wide = f32::from(end - column) * WIDTH;
            let (classes, inverse) = style(column).unwrap_or_default();
            if inverse {
                let _ = writeln!(
                    out,
                    "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{wide:.1}\" height=\"{HEIGHT}\"/>"
                );
            }
            let trimmed = text.trim_end();
            if !trimmed.is_empty() {
                let wide = trimmed.chars().count() as f32 * WIDTH;
                let _ = writeln!(
                    out,
                    "<text class=\"{classes}\" x=\"{x:.1}\" y=\"{:.1}\" textLength=\"{wide:.1}\" xml:space=\"preserve\">{}</text>",
                    y + 13.5,
                    trimmed.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;"),
                );
            }
            column = end;
        }
    }
    out
}

/// How a character looks.
fn classes(cell: &vt100::Cell) -> String {
    let colour = match cell.fgcolor() {
        vt100::Color::Default => "c",
        vt100::Color::Idx(1 | 9) => "r",
        vt100::Color::Idx(2 | 10) => "g",
        vt100::Color::Idx(3 | 11) => "y",
        vt100::Color::Idx(4 | 12 | 6 | 14) => "b",
        _ => "d",
    };
    let mut classes = vec![colour];
    classes.extend(cell.inverse().then_some("i"));
    classes.extend(cell.bold().then_some("s"));
    classes.extend(cell.dim().then_some("d"));
    classes.extend(cell.underline().then_some("u"));
    classes.join(" ")
}

fn picture(scenes: &[String]) -> String {
    let (wide, high) = (f32::from(COLUMNS) * WIDTH, f32::from(ROWS) * HEIGHT);
    let all = scenes.len() * SECONDS;
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-12 -12 {} {}\" font-family=\"ui-monospace, 'DejaVu Sans Mono', \
         Menlo, Consolas, monospace\" font-size=\"14\">\n<style>\nrect {{ fill: #c8d0e0 }}\n.c {{ fill: #c8d0e0 }}\n.r {{ fill: #ff7b72 }}\n\
         .g {{ fill: #7ee787 }}\n.y {{ fill: #f2cc60 }}\n.b {{ fill: #79c0ff }}\n.d {{ fill: #8b949e }}\n.i {{ fill: #10141c }}\n\
         .s {{ font-weight: bold }}\n.u {{ text-decoration: underline }}\n\
         .scene {{ opacity: 0; animation: scene {all}s step-end infinite }}\n.first {{ opacity: 1 }}\n\
         @keyframes scene {{ 0% {{ opacity: 1 }} {}% {{ opacity: 0 }} }}\n</style>\n\
         <rect x=\"-12\" y=\"-12\" width=\"{}\" height=\"{}\" rx=\"8\" style=\"fill: #10141c\"/>\n",
        wide + 24.0,
        high + 24.0,
        100 / scenes.len(),
        wide + 24.0,
        high + 24.0,
    );
    for (at, scene) in scenes.iter().enumerate() {
        let first = if at == 0 { " first" } else { "" };
        let _ = write!(
            out,
            "<g class=\"scene{first}\" style=\"animation-delay: {}s\">\n{scene}</g>\n",
            at * SECONDS
        );
    }
    out + "</svg>\n"
}

#[test]
fn the_picture_shows_what_the_programs_show() {
    let programs = daemon::build(&["rulec", "ruled"]);
    let (rulec, ruled) = (programs.join("rulec"), programs.join("ruled"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let scratch = Scratch::new("cast");
    let path = |name: &str| scratch.path().join(name);
    for host in ["shop-1", "shop-2"] {
        let journal = fs::File::create(path(&format!("{host}.log"))).unwrap();
        let replayed = Command::new(&ruled)
            .args([
                "replay",
                "corpus/captures/demo.scap",
                "-r",
                "deploy/rules/falco_rules.yaml",
                "-o",
                "json_output=true",
            ])
            .current_dir(&root)
            .env("FALCO_HOSTNAME", host)
            .env("TZ", "UTC")
            .stdout(journal)
            .stderr(Stdio::null())
            .status();
        assert!(replayed.unwrap().success());
    }
    fs::create_dir(path("rules")).unwrap();
    fs::copy(root.join("corpus/tests/pages/local.yaml"), path("rules/local.yaml")).unwrap();
    let shell = |command: &str| {
        // The prompt and the command, as somebody would have typed it; the shell waits until it has been looked at.
        let script = format!(
            "cd '{}' && PATH='{}':$PATH && printf '$ %s\\n' '{command}' && {command}; read x",
            scratch.path().display(),
            programs.display()
        );
        Screen::start("sh", &["-c", &script], ROWS, COLUMNS)
    };
    let mut scenes = Vec::new();
    let mut check = shell("rulec check rules/local.yaml");
    check.wait("the verdict", |text| text.contains("failed: 1 file"));
    scenes.push(check.look(scene));
    check.press("\r");
    let logs = ["shop-1.log", "shop-2.log"].map(|name| path(name).display().to_string());
    let rulec = rulec.display().to_string();
    let mut view = Screen::start(&rulec, &["alerts", "-i", &logs[0], &logs[1]], ROWS, COLUMNS);
    view.wait("all alerts", |text| text.contains("18 alerts in 46 lines") && !text.contains("reading"));
    scenes.push(view.look(scene));
    // Keys, what the screen then shows, and whether that is a scene.
    for (keys, shown, wanted) in [
        ("/shop-1 password\r", "1/1  filter", false),
        ("\r", "Most frequent", true),
        ("/cmdline\r", "1/1  filter", false),
        ("\r", "Password file read: proc.cmdline", true),
        ("\r", "proc.cmdline = ", false),
        ("\r", "output fields", true),
    ] {
        view.see(keys, shown);
        if wanted {
            scenes.push(view.look(scene));
        }
    }
    view.press("q");
    assert_eq!(view.end(), 0);
    let now = picture(&scenes);
    let file = root.join("docs/images/terminal.svg");
    if fs::read_to_string(&file).unwrap_or_default() == now {
        return;
    }
    assert!(
        std::env::var_os("UPDATE_EXPECT").is_some(),
        "docs/images/terminal.svg is old: UPDATE_EXPECT=1 draws it"
    );
    fs::write(file, now).unwrap();
}
