//! Splits a stream of bytes into lines, regardless of where its chunks end.

use bytes::BytesMut;

/// A line, or a CSV record in which a quoted value contains line breaks.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece {
    /// The bytes of the line, without the line break at its end.
    Whole(BytesMut),
    /// A line longer than the limit; its other bytes are skipped.
    Overlong,
}

/// Splits a stream into lines. LF, CR and CR LF end a line, except inside the quotes of a CSV
/// value. Buffers at most one line and the last chunk.
#[derive(Debug)]
pub struct Lines {
    bytes: BytesMut,
    /// How many of `bytes` were examined: none of them ends the line.
    seen: usize,
    quotes: Quotes,
    /// The byte that separates two values of the CSV; `None` where quotes have no meaning.
    separator: Option<u8>,
    /// Whether the last byte was a CR that ended a line: an LF that follows belongs to it.
    was_cr: bool,
    /// Whether the rest of a line that is too long is being skipped.
    is_passing: bool,
    bytes_max: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Quotes {
    Outside,
    Inside,
    /// Outside, right after a closing quote: a second quote makes both one quote character of the
    /// value, which continues.
    Closed,
}

impl Lines {
    /// Creates a splitter into lines of at most `bytes_max` bytes. With a `separator`, a quote at
    /// the beginning of a value opens a quoted value.
    pub fn new(separator: Option<u8>, bytes_max: usize) -> Self {
        Self {
            bytes: BytesMut::new(),
            seen: 0,
            quotes: Quotes::Outside,
            separator,
            was_cr: false,
            is_passing: false,
            bytes_max,
        }
    }

    /// Appends the next chunk of the stream.
    pub fn push(&mut self, chunk: &[u8]) {
        self.bytes.extend_from_slice(chunk);
    }

    /// Sets the byte that separates the values of the lines that follow.
    pub fn set_separator(&mut self, separator: Option<u8>) {
        self.separator = separator;
    }

    /// Returns the next complete line; `None` if more chunks are needed.
    pub fn next_piece(&mut self) -> Option<Piece> {
        if self.was_cr && !self.bytes.is_empty() {
            self.was_cr = false;
            if self.bytes.first() == Some(&b'\n') {
                drop(self.bytes.split_to(1));
            }
        }
        while let Some(byte) = self.bytes.get(self.seen).copied() {
            if matches!(byte, b'\n' | b'\r') && self.quotes != Quotes::Inside {
                if let Some(piece) = self.cut(self.seen, byte) {
                    return Some(piece);
                }
                continue;
            }
            self.quotes = self.quotes_after(byte);
            self.seen += 1;
            if self.seen > self.bytes_max {
                if !self.is_passing {
                    return Some(self.overlong());
                }
                self.drop_seen();
            }
        }
        if self.is_passing {
            self.drop_seen();
        }
        None
    }

    /// Returns what is left at the end of the stream: lines, the last one without a line break.
    /// Called until it returns `None`.
    pub fn rest(&mut self) -> Option<Piece> {
        if let Some(piece) = self.next_piece() {
            return Some(piece);
        }
        if self.quotes == Quotes::Inside && self.first_break().is_some() {
            return Some(self.give_up_quote());
        }
        let rest = self.bytes.split();
        self.seen = 0;
        self.quotes = Quotes::Outside;
        (!rest.is_empty()).then_some(Piece::Whole(rest))
    }

    fn quotes_after(&self, byte: u8) -> Quotes {
        match (self.separator, self.quotes, byte) {
            _ if self.is_passing => Quotes::Outside,
            (None, _, _) => Quotes::Outside,
            (_, Quotes::Inside, b'"') => Quotes::Closed,
            (_, Quotes::Inside, _) | (_, Quotes::Closed, b'"') => Quotes::Inside,
            (Some(separator), _, b'"') if self.begins_value(separator) => Quotes::Inside,
            (_, Quotes::Outside | Quotes::Closed, _) => Quotes::Outside,
        }
    }

    /// Checks whether the byte that is being examined is the first of a value.
    fn begins_value(&self, separator: u8) -> bool {
        let before = self.bytes.get(..self.seen).unwrap_or_default();
        matches!(before, b"" | b"\xef\xbb\xbf") || before.last() == Some(&separator)
    }

    /// Cuts off the line before `end`, the place of its line break; `None` for the rest of a line
    /// that is too long.
    fn cut(&mut self, end: usize, line_break: u8) -> Option<Piece> {
        let line = self.bytes.split_to(end);
        drop(self.bytes.split_to(1));
        self.seen = 0;
        self.quotes = Quotes::Outside;
        self.was_cr = line_break == b'\r';
        if self.was_cr && self.bytes.first() == Some(&b'\n') {
            self.was_cr = false;
            drop(self.bytes.split_to(1));
        }
        if std::mem::take(&mut self.is_passing) { None } else { Some(Piece::Whole(line)) }
    }

    fn overlong(&mut self) -> Piece {
        // A quote that is never closed is more likely than a value of so many lines.
        if self.quotes == Quotes::Inside && self.first_break().is_some() {
            return self.give_up_quote();
        }
        self.drop_seen();
        self.quotes = Quotes::Outside;
        self.is_passing = true;
        Piece::Overlong
    }

    /// Returns the first line of a record whose quote is never closed, as a line of its own.
    fn give_up_quote(&mut self) -> Piece {
        let end = self.first_break().unwrap_or(self.seen);
        let line_break = self.bytes.get(end).copied().unwrap_or(b'\n');
        self.cut(end, line_break).unwrap_or(Piece::Overlong)
    }

    fn first_break(&self) -> Option<usize> {
        let seen = self.bytes.get(..self.seen).unwrap_or_default();
        seen.iter().position(|byte| matches!(byte, b'\n' | b'\r'))
    }

    fn drop_seen(&mut self) {
        drop(self.bytes.split_to(self.seen));
        self.seen = 0;
    }
}

/// Splits a record that contains line breaks into its lines.
pub fn lines_of(record: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = Some(record);
    std::iter::from_fn(move || {
        let bytes = rest?;
        let Some(end) = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r')) else {
            return rest.take();
        };
        let (line, tail) = bytes.split_at(end);
        rest = tail.strip_prefix(b"\r\n").or_else(|| tail.get(1..));
        Some(line)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &[u8], separator: Option<u8>, bytes_max: usize, chunk: usize) -> Vec<String> {
        let mut lines = Lines::new(separator, bytes_max);
        let mut cut = Vec::new();
        let show = |piece| match piece {
            Piece::Whole(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
            Piece::Overlong => "<too long>".to_owned(),
        };
        for some in text.chunks(chunk) {
            lines.push(some);
            cut.extend(std::iter::from_fn(|| lines.next_piece()).map(show));
        }
        cut.extend(std::iter::from_fn(|| lines.rest()).map(show));
        cut
    }

    #[test]
    fn every_kind_of_line_break_ends_one_line_whatever_the_chunks() {
        let text = b"a\nb\r\nc\rd\r\r\ne\n\rf";

        for chunk in 1..=text.len() {
            let lines = cut(text, Some(b','), 100, chunk);

            assert_eq!(lines, ["a", "b", "c", "d", "", "e", "", "f"], "{chunk}");
        }
    }

    #[test]
    fn a_line_break_inside_quotes_ends_no_line() {
        let text = b"\xef\xbb\xbf\"a\rb\",c\n1,\"x\"\"\ny\",2\nz\"w\nv";

        for chunk in 1..=text.len() {
            let lines = cut(text, Some(b','), 100, chunk);

            let expected = ["\u{feff}\"a\rb\",c", "1,\"x\"\"\ny\",2", "z\"w", "v"];
            assert_eq!(lines, expected, "{chunk}");
        }
        assert_eq!(cut(b"\"a\nb\"\n", None, 100, 3), ["\"a", "b\""], "JSON");
    }

    #[test]
    fn an_unclosed_quote_affects_no_other_line() {
        let text = b"1,\"x\n2,y\n3,z\n";

        for chunk in 1..=text.len() {
            assert_eq!(cut(text, Some(b','), 100, chunk), ["1,\"x", "2,y", "3,z"], "{chunk}");
            assert_eq!(cut(text, Some(b','), 9, chunk), ["1,\"x", "2,y", "3,z"], "{chunk}");
        }
    }

    #[test]
    fn an_overlong_line_is_reported_once_and_skipped() {
        let text = [b"a\n".as_slice(), &[b'x'; 95], b"\nb\r", &[b'"'; 30]].concat();

        for chunk in 1..=text.len() {
            let lines = cut(&text, Some(b','), 10, chunk);

            assert_eq!(lines, ["a", "<too long>", "b", "<too long>"], "{chunk}");
        }
    }

    #[test]
    fn a_record_is_split_into_its_lines() {
        let lines: Vec<&[u8]> = lines_of(b"a\r\nb\rc\n").collect();

        assert_eq!(lines, [b"a".as_slice(), b"b", b"c", b""]);
    }
}
