//! Running the real `ruled`: where the binary is, and what a run printed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// What a run printed and how it ended.
#[derive(Clone, Debug)]
pub struct Run {
    /// Exit code; `None` when a signal ended it.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: Vec<u8>,
    /// Standard error.
    pub stderr: String,
}

impl Run {
    /// Standard output as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// The alerts on standard output: what precedes the statistics.
    pub fn alerts(&self) -> &[u8] {
        const END: &[u8] = b"Events detected: ";
        let starts =
            |at: &usize| self.stdout[*at..].starts_with(END) && (*at == 0 || self.stdout[*at - 1] == b'\n');
        let end = (0..self.stdout.len()).rev().find(starts).unwrap_or(self.stdout.len());
        &self.stdout[..end]
    }
}

/// The binary, built on first use in the profile of the running test.
///
/// # Panics
/// When it cannot be built.
pub fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| build(&["ruled"]).join("ruled"))
}

/// Builds programs in the profile of the running test and gives their folder.
///
/// # Panics
/// When they cannot be built.
pub fn build(names: &[&str]) -> PathBuf {
    let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    // With the features of the whole workspace, so that little is compiled anew after `cargo test --workspace`.
    build.args(["build", "--quiet", "--workspace"]);
    for name in names {
        build.args(["--bin", name]);
    }
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    build.current_dir(env!("CARGO_MANIFEST_DIR"));
    assert!(build.status().expect("cargo runs").success(), "{names:?} cannot be built");
    // Tests lie in <target>/<profile>/deps.
    let own = std::env::current_exe().expect("the path of this test");
    own.ancestors().nth(2).expect("the folder of the profile").to_path_buf()
}

/// Runs `ruled` in a folder, as host `lab` in UTC.
///
/// # Panics
/// When it cannot be started.
pub fn run(folder: &Path, arguments: &[String], environment: &[(String, String)]) -> Run {
    let output = Command::new(binary())
        .args(arguments)
        .current_dir(folder)
        .env("TZ", "UTC")
        .env("FALCO_HOSTNAME", "lab")
        .envs(environment.iter().map(|(name, value)| (name.as_str(), value.as_str())))
        .stdin(Stdio::null())
        .output()
        .expect("ruled starts");
    Run {
        code: output.status.code(),
        stdout: output.stdout,
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// A folder of its own for one run, removed when dropped.
#[derive(Debug)]
pub struct Scratch(PathBuf);

impl Scratch {
    /// A new folder.
    ///
    /// # Panics
    /// When it cannot be made.
    pub fn new(name: &str) -> Scratch {
        let name: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
        let path = std::env::temp_dir().join(format!("ruled-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a scratch folder");
        Scratch(path)
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}
