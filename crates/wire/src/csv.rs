//! Tables as CSV: RFC 4180, in UTF-8 with a byte order mark, by which spreadsheets know the encoding, and with
//! cells that no spreadsheet takes for a formula (security D7).
//!
//! Every table that leaves the product is written here, because a cell may hold what anybody typed into a chat.

use std::{borrow::Cow, mem};

use csv::{Terminator, Writer, WriterBuilder};

/// The media type of a table.
pub const CSV: &str = "text/csv; charset=utf-8";

/// What the first bytes of a table are.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A table that is written row by row. What is written can be taken away in parts, so that a long
/// table is never in memory as a whole.
#[derive(Debug)]
pub struct CsvTable {
    rows: Writer<Vec<u8>>,
}

impl CsvTable {
    /// Begins a table with the row of its columns' names.
    pub fn begin<C: AsRef<str>>(columns: impl IntoIterator<Item = C>) -> Self {
        let mut table = Self { rows: rows_after(BYTE_ORDER_MARK.as_bytes().to_vec()) };
        table.row(columns);
        table
    }

    /// Adds a row. Every row has as many cells as there are columns; a cell without a value is empty.
    pub fn row<C: AsRef<str>>(&mut self, cells: impl IntoIterator<Item = C>) {
        for cell in cells {
            self.rows.write_field(safe(cell.as_ref()).as_bytes()).expect("a vector takes whatever it is given");
        }
        self.rows.write_record(None::<&[u8]>).expect("every row has as many cells as there are columns");
    }

    /// Takes what was written since the last time.
    pub fn take(&mut self) -> Vec<u8> {
        // Nothing is written before the first row of what follows, so the new writer knows no number of cells yet.
        mem::replace(&mut self.rows, rows_after(Vec::new())).into_inner().expect("a vector takes whatever it is given")
    }
}

fn rows_after(written: Vec<u8>) -> Writer<Vec<u8>> {
    WriterBuilder::new().terminator(Terminator::CRLF).from_writer(written)
}

/// A cell that spreadsheets show as it is: one that they would take for a formula gets an apostrophe in
/// front, which means text to them.
///
/// That is a cell whose first character, blanks and characters without a look aside, is `=`, `+`, `-` or `@`, or
/// one that looks like it; and one that begins with a tab or the end of a line, which some readers cut off.
pub fn safe(cell: &str) -> Cow<'_, str> {
    let visible = cell.trim_start_matches(|c: char| c.is_whitespace() || is_without_look(c));
    let is_formula = visible.starts_with(is_sign) || cell.starts_with(['\t', '\r', '\n']);
    if is_formula { Cow::Owned(format!("'{cell}")) } else { Cow::Borrowed(cell) }
}

/// What begins a formula, and the full-width, small, super- and subscript forms, which some programs
/// fold into it.
const fn is_sign(c: char) -> bool {
    matches!(
        c,
        '=' | '+'
            | '-'
            | '@'
            | '\u{207a}'..='\u{207c}'
            | '\u{208a}'..='\u{208c}'
            | '\u{2010}'..='\u{2015}'
            | '\u{2212}'
            | '\u{fe58}'
            | '\u{fe62}'
            | '\u{fe63}'
            | '\u{fe66}'
            | '\u{fe6b}'
            | '\u{ff0b}'
            | '\u{ff0d}'
            | '\u{ff1d}'
            | '\u{ff20}'
    )
}

/// Control characters, and characters that direct or join others and are not seen themselves.
fn is_without_look(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use csv::ReaderBuilder;
    use proptest::prelude::*;

    use super::*;

    /// The rows of a table as a reader of CSV sees them.
    fn read(bytes: &[u8]) -> Vec<Vec<String>> {
        let bytes = bytes.strip_prefix(BYTE_ORDER_MARK.as_bytes()).expect("a table begins with its mark");
        let mut reader = ReaderBuilder::new().has_headers(false).from_reader(bytes);
        let rows = reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect());
        rows.collect()
    }

    #[test]
    fn a_table_is_rfc_4180_with_a_byte_order_mark() {
        let mut table = CsvTable::begin(["id", "description"]);
        table.row(["1", "said \"yes\", then\r\nleft"]);
        table.row(["2", ""]);
        let written = String::from_utf8(table.take()).expect("UTF-8");
        assert_eq!(written, "\u{feff}id,description\r\n1,\"said \"\"yes\"\", then\r\nleft\"\r\n2,\r\n");
    }

    #[test]
    fn a_table_can_be_taken_away_in_parts() {
        let mut table = CsvTable::begin(["a"]);
        let mut parts = table.take();
        assert!(table.take().is_empty(), "nothing was written since");
        for row in ["1", "", "3"] {
            table.row([row]);
            parts.extend(table.take());
        }
        assert_eq!(read(&parts), [["a"], ["1"], [""], ["3"]]);
    }

    #[test]
    fn d7_cells_that_a_spreadsheet_would_run_are_text() {
        for cell in [
            "=HYPERLINK(\"http://evil.example\")",
            "+1-555-0100",
            "-2+3",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "\tplain",
            "  =1",
            "\u{a0}=1",
            "\u{3000}＝1",
            "\u{200b}=1",
            "\u{feff}=1",
            "＝cmd|' /C calc'!A0",
            "＋1",
            "－1",
            "＠x",
            "﹦1",
            "﹢1",
            "﹣1",
            "﹫x",
            "−1",
            "– a dash",
            "\u{0}=1",
        ] {
            assert_eq!(safe(cell), format!("'{cell}"), "{cell:?}");
        }
        for cell in ["", " ", "a=b", "1-2", "Ada", "'=1", "ada@example.com", "  indented", "#1", "50 %"] {
            assert_eq!(safe(cell), cell, "{cell:?}");
        }
    }

    proptest! {
        #[test]
        fn d7_no_cell_of_a_table_begins_with_what_begins_a_formula(cells in prop::collection::vec("[ \t=+@'\"a,\r\n-]{0,6}|\\PC{0,8}", 2..4)) {
            let mut table = CsvTable::begin(vec!["x"; cells.len()]);
            table.row(&cells);
            let rows = read(&table.take());
            prop_assert_eq!(rows.len(), 2);
            for (written, cell) in rows[1].iter().zip(&cells) {
                prop_assert!(!written.trim_start().starts_with(is_sign));
                prop_assert_eq!(written.strip_prefix('\'').filter(|_| written != cell).unwrap_or(written), cell);
            }
        }
    }
}
