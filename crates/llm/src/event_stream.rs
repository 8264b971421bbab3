//! Server-sent events out of bytes that arrive in any pieces.

use std::collections::VecDeque;

use thiserror::Error;

/// The most bytes of one event.
const MAX_EVENT_BYTES: usize = 1024 * 1024;

/// Why bytes are no event stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum NotAnEventStream {
    /// An event is longer than any that a model sends.
    #[error("an event is too long")]
    TooLong,
    /// An event is not UTF-8.
    #[error("an event is not UTF-8")]
    NotUtf8,
}

/// Collects bytes and hands out the data of whole events.
#[derive(Debug, Default)]
pub(crate) struct EventStream {
    /// The bytes of a line that has not ended.
    line: Vec<u8>,
    /// The data lines of an event that has not ended.
    data: Option<Vec<u8>>,
    /// Whether the last byte was a carriage return, whose line feed is part of it.
    after_return: bool,
    /// Whether a line has been read: a byte order mark can stand before the first only.
    begun: bool,
    whole: VecDeque<String>,
}

impl EventStream {
    /// Takes the next bytes.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Result<(), NotAnEventStream> {
        for &byte in bytes {
            let after_return = std::mem::replace(&mut self.after_return, byte == b'\r');
            match byte {
                b'\n' if after_return => {}
                b'\n' | b'\r' => self.end_line()?,
                _ => {
                    self.line.push(byte);
                    if self.line.len() + self.data.as_ref().map_or(0, Vec::len) > MAX_EVENT_BYTES {
                        return Err(NotAnEventStream::TooLong);
                    }
                }
            }
        }
        Ok(())
    }

    /// No more bytes will come. An event that lacks its blank line counts nevertheless, because
    /// some servers leave the last one out.
    pub(crate) fn end(&mut self) -> Result<(), NotAnEventStream> {
        self.end_line()?;
        self.end_event()
    }

    /// The data of the next whole event.
    pub(crate) fn next(&mut self) -> Option<String> {
        self.whole.pop_front()
    }

    fn end_line(&mut self) -> Result<(), NotAnEventStream> {
        let mut line = std::mem::take(&mut self.line);
        if !std::mem::replace(&mut self.begun, true) && line.starts_with(b"\xef\xbb\xbf") {
            line.drain(..3);
        }
        if line.is_empty() {
            return self.end_event();
        }
        // Comments begin with a colon; other fields than data mean nothing here.
        let value = match line.strip_prefix(b"data") {
            Some([b':', b' ', value @ ..] | [b':', value @ ..]) => value,
            Some([]) => &[],
            _ => return Ok(()),
        };
        match &mut self.data {
            Some(data) => {
                data.push(b'\n');
                data.extend_from_slice(value);
            }
            None => self.data = Some(value.to_vec()),
        }
        Ok(())
    }

    fn end_event(&mut self) -> Result<(), NotAnEventStream> {
        if let Some(data) = self.data.take() {
            self.whole.push_back(String::from_utf8(data).map_err(|_| NotAnEventStream::NotUtf8)?);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(pieces: &[&[u8]]) -> Result<Vec<String>, NotAnEventStream> {
        let mut stream = EventStream::default();
        let mut events = Vec::new();
        for piece in pieces {
            stream.push(piece)?;
            events.extend(std::iter::from_fn(|| stream.next()));
        }
        stream.end()?;
        events.extend(std::iter::from_fn(|| stream.next()));
        Ok(events)
    }

    #[test]
    fn an_event_ends_with_a_blank_line_of_any_kind() {
        for ending in ["\n", "\r\n", "\r"] {
            let text = ["data: a", "", "data: b", "data: c", "", "", "data:d", ""].join(ending);
            assert_eq!(read(&[text.as_bytes()]).expect("valid"), ["a", "b\nc", "d"], "{ending:?}");
        }
    }

    #[test]
    fn comments_and_other_fields_are_skipped() {
        let text = "\u{feff}: hello\n\nevent: x\nid: 1\nretry: 5\ndata: a\n: ping\n\ndatabase: b\n\n";
        assert_eq!(read(&[text.as_bytes()]).expect("valid"), ["a"]);
    }

    #[test]
    fn the_last_event_needs_no_blank_line() {
        assert_eq!(read(&[b"data: [DONE]"]).expect("valid"), ["[DONE]"]);
    }

    #[test]
    fn p2_an_endless_event_is_refused() {
        let mut stream = EventStream::default();
        let piece = vec![b'x'; 65_536];
        assert_eq!((0..100).find_map(|_| stream.push(&piece).err()), Some(NotAnEventStream::TooLong));
        let mut stream = EventStream::default();
        let piece = "data: x\n".repeat(8_192);
        assert_eq!((0..100).find_map(|_| stream.push(piece.as_bytes()).err()), Some(NotAnEventStream::TooLong));
    }

    #[test]
    fn bytes_that_are_no_text_are_refused() {
        assert_eq!(read(&[b"data: \xff\xfe\n\n"]), Err(NotAnEventStream::NotUtf8));
    }

    proptest! {
        #[test]
        fn where_the_bytes_are_cut_does_not_matter(text in "(data: [a-zé漢🙂]{0,5}|:|\r\n|\n|\r|x){0,30}", cuts in prop::collection::vec(0..200_usize, 0..8)) {
            let bytes = text.as_bytes();
            let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.extend([0, bytes.len()]);
            cuts.sort_unstable();
            let pieces: Vec<&[u8]> = cuts.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
            prop_assert_eq!(read(&pieces), read(&[bytes]));
        }

        #[test]
        fn any_bytes_are_events_or_an_error(bytes: Vec<u8>) {
            let _ = read(&[&bytes]);
        }
    }
}
