//! Terminal views: tables that people sort, filter and open row by row, and the same tables as plain text.
//!
//! In: a [`Model`] that gives a [`Page`] for every path of opened rows. Out: a screen, or text. This crate owns the
//! terminal (raw mode, the alternate screen) and gives it back on every way out: `q`, an error, a panic, a signal. It must
//! not know what the rows are.
#![forbid(unsafe_code)]

mod clean;
mod draw;
mod layout;
mod model;
mod plain;
mod run;
mod session;
mod ui;

pub use clean::{clean, hides};
pub use model::{Align, Body, Cell, Column, Line, Model, Page, Refresh, Row, Table, Tone};
pub use plain::plain;
pub use run::{Ended, run};
