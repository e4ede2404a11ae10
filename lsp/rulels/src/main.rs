//! The language server: speaks the Language Server Protocol over standard input and output.
#![forbid(unsafe_code)]

use std::process::ExitCode;

const HELP: &str = "rulels: language server for Falco rules\n\nUsage: rulels [--stdio | --version | --help]\n\nThe server speaks the Language Server Protocol over standard input and output; editors start it.\n";

/// Threads that compute answers, with those that read and write.
const MOST_THREADS: usize = 8;

fn main() -> ExitCode {
    for argument in std::env::args().skip(1) {
        match argument.as_str() {
            "--stdio" => {}
            "--version" | "-V" => {
                println!("rulels {}", env!("CARGO_PKG_VERSION"));
                return ExitCode::SUCCESS;
            }
            "--help" | "-h" => {
                print!("{HELP}");
                return ExitCode::SUCCESS;
            }
            other => {
                eprintln!("rulels: unknown argument `{other}`\n\n{HELP}");
                return ExitCode::from(2);
            }
        }
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        // Answers are computed on these; more of them make nothing faster and keep memory apart from each other.
        .max_blocking_threads(MOST_THREADS)
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => {
            runtime.block_on(rulels::serve(tokio::io::stdin(), tokio::io::stdout()));
            // A read of standard input may still be waiting; nothing depends on it.
            runtime.shutdown_background();
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("rulels: cannot start: {error}");
            ExitCode::FAILURE
        }
    }
}
