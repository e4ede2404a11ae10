//! What a view shows: pages of rows or of text, and where they come from.

/// How a text stands out. Colours only repeat what the words say: a terminal without them loses nothing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// As usual.
    #[default]
    Plain,
    /// A heading.
    Strong,
    /// Fine.
    Good,
    /// Worth a look.
    Warning,
    /// Bad.
    Bad,
    /// Of little weight.
    Dim,
}

/// One value of a row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cell {
    /// What is shown.
    pub text: String,
    /// What is sorted by instead of the text.
    pub rank: Option<f64>,
    /// How it stands out.
    pub tone: Tone,
}

impl Cell {
    /// A text.
    pub fn text(text: impl Into<String>) -> Cell {
        Cell { text: text.into(), ..Cell::default() }
    }

    /// A count.
    pub fn count(count: u64) -> Cell {
        Cell { text: count.to_string(), rank: Some(count as f64), ..Cell::default() }
    }

    /// A text that is sorted by a number.
    pub fn ranked(text: impl Into<String>, rank: f64) -> Cell {
        Cell { text: text.into(), rank: Some(rank), ..Cell::default() }
    }

    /// The same, standing out.
    #[must_use]
    pub fn toned(mut self, tone: Tone) -> Cell {
        self.tone = tone;
        self
    }
}

/// On which side of its column a text stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Align {
    /// Texts.
    #[default]
    Left,
    /// Numbers.
    Right,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its heading.
    pub title: String,
    /// Its side.
    pub align: Align,
    /// Narrowest and widest that it may be, in cells of the terminal.
    pub least: u16,
    /// See `least`.
    pub most: u16,
    /// On a narrow screen, columns of little weight go first.
    pub weight: u8,
}

impl Column {
    /// A column of texts.
    pub fn text(title: impl Into<String>, least: u16, most: u16, weight: u8) -> Column {
        Column { title: title.into(), align: Align::Left, least, most, weight }
    }

    /// A column of numbers.
    pub fn number(title: impl Into<String>, least: u16, weight: u8) -> Column {
        Column { title: title.into(), align: Align::Right, least, most: 20, weight }
    }
}

/// A row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// What it is, so that it stays selected when others come and go, and for [`Model::page`].
    pub key: String,
    /// One for each column.
    pub cells: Vec<Cell>,
}

/// Rows and columns.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Columns from left to right.
    pub columns: Vec<Column>,
    /// Rows in the order in which they are shown until somebody sorts.
    pub rows: Vec<Row>,
}

/// A line of text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// What is shown; long ones are wrapped.
    pub text: String,
    /// How it stands out.
    pub tone: Tone,
}

impl Line {
    /// A line as usual.
    pub fn new(text: impl Into<String>) -> Line {
        Line { text: text.into(), tone: Tone::Plain }
    }

    /// A heading.
    pub fn heading(text: impl Into<String>) -> Line {
        Line { text: text.into(), tone: Tone::Strong }
    }
}

/// What fills a page.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// Rows.
    Table(Table),
    /// Text.
    Text(Vec<Line>),
}

/// One screenful, more if it scrolls.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// What it is, top left.
    pub title: String,
    /// How things are, top right.
    pub note: String,
    /// What fills it.
    pub body: Body,
}

/// What asking for news gave.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refresh {
    /// Nothing new; ask again in a while.
    Unchanged,
    /// Pages have changed.
    Changed,
    /// Pages have changed, and there is more at once.
    More,
}

/// Where pages come from.
pub trait Model {
    /// The page behind the rows with these keys, opened one after the other; the first page for none. `None` if the last
    /// row has nothing behind it.
    fn page(&self, path: &[String]) -> Option<Page>;

    /// Takes in what has happened. It is called between keys and must return within a blink (50 ms).
    fn refresh(&mut self) -> Refresh {
        Refresh::Unchanged
    }
}
