//! A file in chunks of whole lines, read ahead of whoever parses them, in bounded memory.

use std::io::{self, BufRead, BufReader, Read};

use thiserror::Error;

/// The most bytes of one line: a document's text of 5 MB with everything in it escaped.
pub(crate) const MAX_LINE: usize = 32 * 1024 * 1024;
/// About how many bytes of lines are parsed at once.
const CHUNK_BYTES: usize = 256 * 1024;
/// How many lines at most.
const CHUNK_LINES: usize = 512;
/// What some editors put before the first line.
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Some lines that follow one another, without those that are blank.
#[derive(Debug, Default)]
pub(crate) struct Chunk {
    bytes: Vec<u8>,
    lines: Vec<Place>,
    /// Whether the last line has no end: it is the file's last, and may be cut off.
    pub(crate) is_open: bool,
}

#[derive(Debug, Clone, Copy)]
struct Place {
    number: u64,
    begin: usize,
    end: usize,
}

impl Chunk {
    /// Each line with its number in the file, from 1.
    pub(crate) fn lines(&self) -> impl ExactSizeIterator<Item = (u64, &[u8])> {
        self.lines.iter().map(|place| (place.number, &self.bytes[place.begin..place.end]))
    }

    /// One of the lines.
    pub(crate) fn line(&self, index: usize) -> &[u8] {
        let place = self.lines[index];
        &self.bytes[place.begin..place.end]
    }
}

/// Why there is no next chunk.
#[derive(Debug, Error)]
pub(crate) enum ReadError {
    /// The file cannot be read on.
    #[error("the file cannot be read after line {line}: {source}")]
    Io {
        /// The last whole line.
        line: u64,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// A line that no record needs.
    #[error("line {0} has more than {MAX_LINE} bytes; is this a file of records?")]
    TooLong(u64),
    /// The first row of a table does not name its columns.
    #[error("line 1: {0}")]
    Header(String),
    /// A table cannot be read on.
    #[error("the table cannot be read: {0}")]
    Table(String),
}

/// Reads chunks.
pub(crate) struct Lines<R> {
    input: BufReader<R>,
    number: u64,
}

impl<R: Read> Lines<R> {
    pub(crate) fn new(input: R) -> Self {
        Self { input: BufReader::with_capacity(CHUNK_BYTES, input), number: 0 }
    }

    /// The next chunk; `None` at the end.
    pub(crate) fn next(&mut self) -> Result<Option<Chunk>, ReadError> {
        let mut chunk = Chunk::default();
        while chunk.bytes.len() < CHUNK_BYTES && chunk.lines.len() < CHUNK_LINES && !chunk.is_open {
            let begin = chunk.bytes.len();
            let read = (&mut self.input).take(MAX_LINE as u64 + 1).read_until(b'\n', &mut chunk.bytes);
            let length = read.map_err(|source| ReadError::Io { line: self.number, source })?;
            if length == 0 {
                break;
            }
            self.number += 1;
            if length > MAX_LINE {
                return Err(ReadError::TooLong(self.number));
            }
            chunk.is_open = chunk.bytes.last() != Some(&b'\n');
            let begin = if self.number == 1 && chunk.bytes[begin..].starts_with(BYTE_ORDER_MARK) {
                begin + BYTE_ORDER_MARK.len()
            } else {
                begin
            };
            if !chunk.bytes[begin..].trim_ascii().is_empty() {
                let end = chunk.bytes.len() - usize::from(!chunk.is_open);
                chunk.lines.push(Place { number: self.number, begin, end });
            }
        }
        Ok((!chunk.bytes.is_empty()).then_some(chunk))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_are_counted_and_left_out_and_the_last_may_be_open() {
        let mut lines = Lines::new(&b"\xef\xbb\xbf{\"a\":1}\n\n  \r\n{}\r\n{\"cut"[..]);
        let chunk = lines.next().expect("reads").expect("a chunk");
        let found: Vec<(u64, &[u8])> = chunk.lines().collect();
        assert_eq!(found, [(1, &b"{\"a\":1}"[..]), (4, b"{}\r"), (5, b"{\"cut")]);
        assert!(chunk.is_open);
        assert!(lines.next().expect("reads").is_none());
    }

    #[test]
    fn a_file_comes_in_chunks_that_are_not_much_larger_than_asked_for() {
        let file = "{\"object\":\"lead\"}\n".repeat(2_000);
        let mut lines = Lines::new(file.as_bytes());
        let mut numbers = Vec::new();
        while let Some(chunk) = lines.next().expect("reads") {
            assert!(chunk.lines().len() <= CHUNK_LINES);
            numbers.extend(chunk.lines().map(|(number, _)| number));
        }
        assert_eq!(numbers, (1..=2_000).collect::<Vec<u64>>());
    }

    #[test]
    fn p2_a_line_without_an_end_is_refused_rather_than_held_in_memory() {
        let endless = io::repeat(b'x');
        assert!(matches!(Lines::new(endless).next(), Err(ReadError::TooLong(1))));
    }
}
