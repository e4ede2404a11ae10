//! `ruled top`: what each rule of a running `ruled` costs and how often it matches, live.
//!
//! In: the metrics that a daemon serves. Out: a view, or one table. It is a client like any other and runs in a process of
//! its own, without rights.

mod exposition;
mod fetch;
mod sample;
mod view;

use std::process::ExitCode;
use std::time::{Duration, Instant};

use views::Ended;

use crate::args::Top;
use crate::exit::FAILURE;
use fetch::Address;
use sample::{Rates, Sample};
use view::View;

/// Shows the view, or prints a table with `--once`.
pub(crate) fn run(arguments: &Top) -> ExitCode {
    match top(arguments) {
        Ok(code) => code,
        Err(message) => {
            eprintln!("ruled top: {message}");
            FAILURE
        }
    }
}

fn top(arguments: &Top) -> Result<ExitCode, String> {
    let address = Address::parse(&arguments.url)?;
    let interval = Duration::from_secs_f64(arguments.interval.clamp(0.1, 3600.0));
    if arguments.once {
        let first = take(&address)?;
        std::thread::sleep(interval);
        let rates = Rates::between(Some(&first), &take(&address)?);
        // A reader that went away is no error.
        use std::io::Write;
        let _ = write!(std::io::stdout(), "{}\n{}", rates.summary(), views::plain(&view::table(&rates)));
        return Ok(ExitCode::SUCCESS);
    }
    // What keeps it from working is said before the screen changes.
    let first = take(&address)?;
    let mut view = View::start(address, interval, first).map_err(|error| error.to_string())?;
    match views::run(&mut view).map_err(|error| format!("cannot show a view: {error}"))? {
        Ended::Quit => Ok(ExitCode::SUCCESS),
        Ended::Signal(number) => Ok(ExitCode::from(u8::try_from(128 + number).unwrap_or(1))),
    }
}

/// Fetches and reads metrics.
fn take(address: &Address) -> Result<Sample, String> {
    let text = fetch::get(address)?;
    let sample = Sample::read(&text, Instant::now());
    if sample.is_daemon { Ok(sample) } else { Err(format!("{address} serves no metrics of ruled")) }
}
