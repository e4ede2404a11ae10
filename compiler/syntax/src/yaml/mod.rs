//! YAML: text to spanned nodes, in the dialect that Falco reads (yaml-cpp's), with its errors and their positions.

mod input;
mod message;
mod read;
mod reread;
mod scalar;
mod scalar_map;
mod scan;
mod split;
mod tag;
mod token;
mod tree;

use std::borrow::Cow;

pub use read::{Limits, read, read_item, read_with};
pub use reread::reread;
pub use scalar::Segment;
pub use scalar_map::ScalarMap;
pub use split::{Shape, SplitFile, SplitItem, split};
pub use tree::{Pair, Run, ScalarData, ScalarStyle, Yaml, YamlDocument, YamlId, YamlKind, YamlNode};

use crate::span::Position;

/// Why a text is not YAML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct YamlError {
    /// What is wrong, in yaml-cpp's words, without position.
    pub message: Cow<'static, str>,
    /// Where: offset, line and column, all from 0, columns in bytes. Falco prints line and column from 1.
    pub at: Position,
}

impl YamlError {
    /// The whole text as Falco shows it.
    pub fn falco_text(&self) -> String {
        falco_text(&self.message, self.at)
    }
}

/// An error of the YAML library as Falco shows it; `at` counts from 0.
pub fn falco_text(message: &str, at: Position) -> String {
    let (line, column) = (u64::from(at.line) + 1, u64::from(at.column) + 1);
    format!("yaml-cpp: error at line {line}, column {column}: {message}")
}
