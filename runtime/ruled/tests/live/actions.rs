//! What the test program does when it is started as an actor. Actions are chained: the first of `a|b` is for this
//! process, the rest for the one that it starts.

use std::fs::{self, File, OpenOptions};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitCode};
use std::time::Duration;

use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::{ptrace, socket};

/// The variable that makes the test program an actor.
pub const VARIABLE: &str = "RULED_LIVE_ACTION";

/// A command that makes a copy of this program act.
pub fn actor(program: &Path, action: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.env(VARIABLE, action).args(arguments);
    command
}

/// Runs an actor to its end; how it ends does not matter: many actions are refused by the system.
pub fn run(program: &Path, action: &str, arguments: &[&str]) {
    actor(program, action, arguments).status().unwrap();
}

/// The actor.
pub fn act(chain: &str) -> ExitCode {
    let (action, rest) = chain.split_once('|').unwrap_or((chain, "nothing"));
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match (action, arguments.as_slice()) {
        ("nothing", _) => {}
        ("cat", paths) => paths.iter().for_each(|path| read(path)),
        ("sleepcat", [milliseconds, path]) => {
            std::thread::sleep(Duration::from_millis(milliseconds.parse().unwrap_or(0)));
            read(path);
        }
        ("waitcat", [sign, path]) => {
            while !Path::new(sign).exists() {
                std::thread::sleep(Duration::from_millis(20));
            }
            read(path);
        }
        ("write", paths) => paths.iter().for_each(|path| drop(File::create(path))),
        ("hard", [from, to]) => drop(fs::hard_link(from, to)),
        ("traceme", _) => drop(ptrace::traceme()),
        ("attach", _) => attach(),
        ("memfd", _) => memfd(),
        ("spawn", [program, rest_of @ ..]) => spawn(program, rest_of, rest, None),
        ("user", [uid, program, rest_of @ ..]) => spawn(program, rest_of, rest, uid.parse().ok()),
        ("packet", _) => {
            let _ = socket::socket(
                socket::AddressFamily::Packet,
                socket::SockType::Raw,
                socket::SockFlag::empty(),
                None,
            );
        }
        ("connect", [address]) => drop(TcpStream::connect(address)),
        ("redirect", [address]) => {
            if let Ok(stream) = TcpStream::connect(address) {
                let _ = nix::unistd::dup2_stdin(&stream);
            }
        }
        ("module", [path]) => {
            if let Ok(file) = File::open(path) {
                let _ = nix::kmod::finit_module(&file, c"", nix::kmod::ModuleInitFlags::empty());
            }
        }
        ("container", [group, program, rest_of @ ..]) => {
            fs::write(Path::new(group).join("cgroup.procs"), std::process::id().to_string()).unwrap();
            spawn(program, rest_of, rest, None);
        }
        ("overlay", [folder]) => overlay(Path::new(folder)),
        ("churn", [folder, processes, files]) => {
            churn(Path::new(folder), processes.parse().unwrap_or(0), files.parse().unwrap_or(0));
        }
        ("touch_all", [folder, files]) => touch_all(Path::new(folder), files.parse().unwrap_or(0)),
        _ => {
            eprintln!("no such action: {chain} {arguments:?}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn read(path: &str) {
    if let Ok(mut file) = File::open(path) {
        let _ = file.read(&mut [0; 64]);
    }
}

fn spawn(program: &str, arguments: &[&str], rest: &str, uid: Option<u32>) {
    let mut command = actor(Path::new(program), rest, arguments);
    if let Some(uid) = uid {
        command.gid(uid).uid(uid);
    }
    let _ = command.status();
}

fn attach() {
    let Ok(mut child) = Command::new("sleep").arg("5").spawn() else { return };
    let _ = ptrace::attach(nix::unistd::Pid::from_raw(child.id() as i32));
    let _ = child.kill();
    let _ = child.wait();
}

/// Executes a copy of this program that has no file.
fn memfd() {
    let Ok(memory) = memfd_create(c"payload", MFdFlags::MFD_CLOEXEC) else { return };
    let Ok(own) = fs::read("/proc/self/exe") else { return };
    let mut file = File::from(memory);
    if file.write_all(&own).is_ok() {
        let action = std::ffi::CString::new(format!("{VARIABLE}=nothing")).unwrap_or_default();
        let _ = nix::unistd::fexecve(&file, &[c"payload", c"ruled-live-memfd"], &[action.as_c_str()]);
    }
}

/// Executes a program that was written into the upper layer of an overlay.
fn overlay(folder: &Path) {
    let part = |name: &str| folder.join(name);
    for name in ["lower", "upper", "work", "merged"] {
        fs::create_dir_all(part(name)).unwrap();
    }
    unshare(CloneFlags::CLONE_NEWNS).unwrap();
    let none: Option<&str> = None;
    mount(none, "/", none, MsFlags::MS_REC | MsFlags::MS_PRIVATE, none).unwrap();
    let layers = format!(
        "lowerdir={},upperdir={},workdir={}",
        part("lower").display(),
        part("upper").display(),
        part("work").display()
    );
    mount(Some("overlay"), &part("merged"), Some("overlay"), MsFlags::empty(), Some(layers.as_str()))
        .unwrap();
    let dropped = part("merged").join("ruled-dropped");
    fs::copy("/proc/self/exe", &dropped).unwrap();
    run(&dropped, "nothing", &[]);
}

/// Starts many processes, one after the other, each of which opens files of its own.
fn churn(folder: &Path, processes: usize, files: usize) {
    let own = std::env::current_exe().unwrap();
    for number in 0..processes {
        let mut child =
            actor(&own, "touch_all", &[&folder.display().to_string(), &files.to_string()]).spawn().unwrap();
        let pid = child.id();
        child.wait().unwrap();
        let mut log = OpenOptions::new().append(true).create(true).open(folder.join("log")).unwrap();
        writeln!(log, "{number} {pid} {}", std::process::id()).unwrap();
    }
}

/// Opens and closes files whose names tell who opened them, several at a time.
fn touch_all(folder: &Path, files: usize) {
    let pid = std::process::id();
    let mut open = Vec::new();
    for number in 0..files {
        open.push(File::create(folder.join(format!("f-{pid}-{number}"))));
        if open.len() > 8 {
            open.clear();
        }
    }
    drop(open);
    // What is written through a descriptor names its file only if the descriptor is known.
    if let Ok(file) = File::open(folder.join(format!("f-{pid}-0"))) {
        let _ = nix::sys::stat::fchmod(&file, nix::sys::stat::Mode::S_IRUSR);
    }
    for number in 0..files {
        let _ = fs::remove_file(folder.join(format!("f-{pid}-{number}")));
    }
}
