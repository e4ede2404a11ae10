//! A pseudo-terminal with a program in it: keys in, screen out.
#![allow(dead_code, reason = "each test uses a part")]

use std::io::{Read, Write};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// ICANON and ECHO of termios.h on Linux.
const COOKED: u32 = 0o2 | 0o10;

/// Between these the program draws a screen, which a terminal shows once it is whole.
const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";

/// How many bytes can be shown: up to the beginning of a screen whose end is not there yet.
fn whole(bytes: &[u8]) -> usize {
    let last = |mark: &[u8]| bytes.windows(mark.len()).rposition(|part| part == mark);
    match (last(BEGIN), last(END)) {
        (Some(begin), end) if end.is_none_or(|end| end < begin) => begin,
        // Its beginning may have come in part.
        _ => {
            (1..BEGIN.len()).find(|n| bytes.ends_with(&BEGIN[..*n])).map_or(bytes.len(), |n| bytes.len() - n)
        }
    }
}

/// A program on a terminal.
pub struct Screen {
    parser: Arc<Mutex<vt100::Parser>>,
    keys: Box<dyn Write + Send>,
    child: Box<dyn Child + Send + Sync>,
    master: Box<dyn MasterPty + Send>,
}

impl Screen {
    /// Starts a program on a terminal of this size.
    pub fn start(program: &str, arguments: &[&str], rows: u16, cols: u16) -> Screen {
        let pair =
            native_pty_system().openpty(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.env("TERM", "xterm-256color");
        command.cwd(std::env::current_dir().unwrap());
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let parser = Arc::new(Mutex::new(vt100::Parser::new(rows, cols, 0)));
        let mut output = pair.master.try_clone_reader().unwrap();
        let screen = parser.clone();
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            let mut waiting = Vec::new();
            while let Ok(got) = output.read(&mut buffer)
                && got > 0
            {
                waiting.extend_from_slice(&buffer[..got]);
                let whole = whole(&waiting);
                screen.lock().unwrap().process(&waiting[..whole]);
                waiting.drain(..whole);
            }
            screen.lock().unwrap().process(&waiting);
        });
        Screen { parser, keys: pair.master.take_writer().unwrap(), child, master: pair.master }
    }

    /// The lines on the screen, without white space at their ends.
    pub fn lines(&self) -> Vec<String> {
        let parser = self.parser.lock().unwrap();
        let (_, cols) = parser.screen().size();
        parser.screen().rows(0, cols).map(|line| line.trim_end().to_string()).collect()
    }

    /// What is on the screen, with its colours.
    pub fn look<T>(&self, look: impl FnOnce(&vt100::Screen) -> T) -> T {
        look(self.parser.lock().unwrap().screen())
    }

    /// The whole screen as one text.
    pub fn text(&self) -> String {
        self.lines().join("\n")
    }

    /// Presses keys.
    pub fn press(&mut self, keys: &str) {
        self.keys.write_all(keys.as_bytes()).unwrap();
        self.keys.flush().unwrap();
    }

    /// Waits until the screen is as wanted.
    pub fn wait(&self, what: &str, wanted: impl Fn(&str) -> bool) -> String {
        let start = Instant::now();
        loop {
            let text = self.text();
            if wanted(&text) {
                return text;
            }
            assert!(start.elapsed() < PATIENCE, "waited for {what}; the screen is:\n{text}");
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Presses keys and waits for a text.
    pub fn see(&mut self, keys: &str, text: &str) -> String {
        self.press(keys);
        self.wait(text, |screen| screen.contains(text))
    }

    /// Makes the terminal larger or smaller.
    pub fn resize(&self, rows: u16, cols: u16) {
        // What was drawn for a larger screen may still come; the emulator does not take that in a few cells.
        self.parser.lock().unwrap().screen_mut().set_size(rows.max(4), cols.max(20));
        self.master.resize(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).unwrap();
    }

    /// The program's process id.
    pub fn pid(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Waits for the end and checks that the terminal is as it was: the first screen, a cursor, echo. Gives the exit code.
    pub fn end(mut self) -> u32 {
        let start = Instant::now();
        let code = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status.exit_code();
            }
            assert!(start.elapsed() < PATIENCE, "it does not end; the screen is:\n{}", self.text());
            thread::sleep(Duration::from_millis(10));
        };
        while start.elapsed() < PATIENCE && self.parser.lock().unwrap().screen().alternate_screen() {
            thread::sleep(Duration::from_millis(10));
        }
        let parser = self.parser.lock().unwrap();
        assert!(!parser.screen().alternate_screen(), "still on the alternate screen");
        assert!(!parser.screen().hide_cursor(), "the cursor is still hidden");
        if let Some(modes) = self.master.get_termios() {
            assert_eq!(modes.local_flags.bits() & COOKED, COOKED, "still in raw mode");
        }
        code
    }
}
