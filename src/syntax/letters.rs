//! Text made easy to read: one letter for each piece of it (`grammar/words.pest` lists them). pest pays
//! for each byte it looks at and for each rule that looks; this costs next to nothing. Where everything
//! stood is kept.

use super::split::{end_of_word, is_doc, is_line_end, is_word};
use super::words;

/// An item's text in letters.
#[derive(Debug, Default)]
pub(super) struct Letters {
    pub text: String,
    /// For each byte of `text`, where the piece begins and ends that its letter stands for.
    places: Vec<(u32, u32)>,
    pub docs: Vec<DocComment>,
}

/// A doc comment, all its lines, in places of the original.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DocComment {
    pub start: usize,
    pub end: usize,
    /// Which letter begins that which it stands above.
    pub above: usize,
}

impl Letters {
    /// Where the letters `start..end` stand in the original.
    pub fn original(&self, start: usize, end: usize) -> (usize, usize) {
        let from = self.places.get(start).map_or(0, |place| place.0 as usize);
        let to =
            end.checked_sub(1).and_then(|last| self.places.get(last)).map_or(0, |place| place.1 as usize);
        (from, to.max(from))
    }

    /// How many brackets are open where most are.
    pub fn depth(&self) -> usize {
        let (mut depth, mut most) = (0_usize, 0);
        for byte in self.text.bytes() {
            match byte {
                b'{' | b'(' | b'[' => {
                    depth += 1;
                    most = most.max(depth);
                }
                b'}' | b')' | b']' => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        most
    }

    fn push(&mut self, letter: char, start: usize, end: usize) {
        self.text.push(letter);
        let place = (start as u32, end as u32);
        self.places.push(place);
        if !letter.is_ascii() {
            self.places.push(place);
        }
    }

    /// Says of the name before a `(` that it is one.
    fn open_bracket_behind(&mut self) {
        let called = match self.text.as_bytes().last() {
            Some(b'a') => 'f',
            Some(b'b') => 'e',
            Some(b'c') => 'd',
            _ => return,
        };
        self.text.pop();
        self.text.push(called);
    }

    /// Makes a label of the name or word before a `:`; none if there is none.
    fn colon_behind(&mut self) -> Option<()> {
        match self.text.pop()? {
            'b' | 'c' => {}
            word if !word.is_ascii() => {
                self.places.pop();
            }
            _ => return None,
        }
        self.text.push('l');
        Some(())
    }
}

/// The letters of `text`; none if it has something that no text without errors has: a letter of
/// another alphabet outside of quotes, a quote that is never closed, a doc comment above nothing.
pub(super) fn letters(text: &str) -> Option<Letters> {
    let bytes = text.as_bytes();
    let room = bytes.len() / 3 + 16;
    let mut letters =
        Letters { text: String::with_capacity(room), places: Vec::with_capacity(room), docs: Vec::new() };
    let mut doc: Option<DocComment> = None;
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let (letter, end) = match byte {
            b' ' | b'\t' | b'\n' | b'\r' => {
                at += 1;
                continue;
            }
            b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'`' => name_or_word(bytes, at)?,
            b'0'..=b'9' => number(bytes, at),
            b'"' => ('S', end_of_text(bytes, at)?),
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                let start = at;
                at = end_of_line(bytes, at);
                if is_doc(bytes, start) {
                    doc.get_or_insert(DocComment { start, end: at, above: 0 }).end = at;
                }
                continue;
            }
            b'(' => {
                letters.open_bracket_behind();
                ('(', at + 1)
            }
            b':' => {
                letters.colon_behind()?;
                at += 1;
                continue;
            }
            _ => sign(bytes, at)?,
        };
        if let Some(doc) = doc.take() {
            letters.docs.push(DocComment { above: letters.text.len(), ..doc });
        }
        letters.push(letter, at, end);
        at = end;
    }
    doc.is_none().then_some(letters)
}

/// A word, a name or a path, and where it ends.
fn name_or_word(bytes: &[u8], start: usize) -> Option<(char, usize)> {
    let mut end = end_of_part(bytes, start)?;
    if bytes.get(end) != Some(&b'.') {
        return Some((letter_of_word(&bytes[start..end]), end));
    }
    while bytes.get(end) == Some(&b'.') {
        let begins_part = |byte: &u8| is_word(*byte) && !byte.is_ascii_digit() || *byte == b'`';
        bytes.get(end + 1).filter(|byte| begins_part(byte))?;
        end = end_of_part(bytes, end + 1)?;
    }
    Some(('a', end))
}

/// Behind a name, with or without backticks.
fn end_of_part(bytes: &[u8], start: usize) -> Option<usize> {
    if bytes[start] == b'`' { end_of_quoted_name(bytes, start) } else { Some(end_of_word(bytes, start)) }
}

fn letter_of_word(word: &[u8]) -> char {
    let is_version = || word[0] == b'v' && word.len() > 1 && word[1..].iter().all(u8::is_ascii_digit);
    words::letter(word).unwrap_or_else(|| if is_version() { 'c' } else { 'b' })
}

/// What begins with a digit, and where it ends.
fn number(bytes: &[u8], start: usize) -> (char, usize) {
    let end = end_of_word(bytes, start);
    if !bytes[start..end].iter().all(u8::is_ascii_digit) {
        return (if is_duration(&bytes[start..end]) { 'T' } else { 'X' }, end);
    }
    if let Some(end) = end_of_date(bytes, start, end) {
        return ('D', end);
    }
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let n_decimals = if bytes.get(end) == Some(&b'.') { digits(end + 1) } else { 0 };
    let (letter, end) = if n_decimals > 0 { ('F', end + 1 + n_decimals) } else { ('I', end) };
    match bytes.get(end) {
        Some(b'%') => ('P', end + 1),
        // `1.5x`
        Some(byte) if is_word(*byte) => ('X', end),
        _ => (letter, end),
    }
}

/// `2027-06-30`: behind it, if the year `start..end` begins one.
fn end_of_date(bytes: &[u8], start: usize, end: usize) -> Option<usize> {
    let rest = bytes.get(end..end + 6).filter(|_| end - start == 4)?;
    let is_date = rest.iter().enumerate().all(|(at, byte)| match at {
        0 | 3 => *byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    (is_date && !bytes.get(end + 6).is_some_and(|byte| is_word(*byte))).then_some(end + 6)
}

/// `1h30m`
fn is_duration(mut word: &[u8]) -> bool {
    while !word.is_empty() {
        let digits = word.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let unit = match &word[digits..] {
            [b'm', b's', ..] => 2,
            [b's' | b'm' | b'h' | b'd' | b'w', ..] => 1,
            _ => return false,
        };
        if digits == 0 {
            return false;
        }
        word = &word[digits + unit..];
    }
    true
}

/// A sign of one or two characters, and where it ends.
fn sign(bytes: &[u8], at: usize) -> Option<(char, usize)> {
    let next = bytes.get(at + 1).copied();
    Some(match bytes[at] {
        sign @ (b'{' | b'}' | b')' | b'[' | b']' | b',' | b';' | b'?' | 1) => (char::from(sign), at + 1),
        b'.' if next == Some(b'.') => ('.', at + 2),
        b'-' if next == Some(b'>') => ('>', at + 2),
        b'-' => {
            let touches = |byte: u8| is_word(byte) || byte == b'-';
            let is_behind = at > 0 && touches(bytes[at - 1]);
            let letter = if !is_behind {
                'm'
            } else if next.is_some_and(touches) {
                'o'
            } else {
                'n'
            };
            (letter, at + 1)
        }
        b'=' if next != Some(b'=') => ('=', at + 1),
        b'=' | b'!' | b'<' | b'>' if next == Some(b'=') => ('p', at + 2),
        b'<' | b'>' | b'+' | b'*' | b'/' => ('p', at + 1),
        _ => return None,
    })
}

fn end_of_line(bytes: &[u8], from: usize) -> usize {
    bytes[from..].iter().position(|byte| is_line_end(*byte)).map_or(bytes.len(), |length| from + length)
}

/// Behind the closing quote; none if the line ends before.
fn end_of_text(bytes: &[u8], quote: usize) -> Option<usize> {
    let mut at = quote + 1;
    loop {
        match bytes.get(at)? {
            b'"' => return Some(at + 1),
            b'\n' | b'\r' => return None,
            b'\\' if is_line_end(*bytes.get(at + 1)?) => return None,
            b'\\' => at += 2,
            _ => at += 1,
        }
    }
}

fn end_of_quoted_name(bytes: &[u8], tick: usize) -> Option<usize> {
    let length = bytes[tick + 1..].iter().position(|byte| *byte == b'`' || is_line_end(*byte))?;
    (length > 0 && bytes[tick + 1 + length] == b'`').then_some(tick + length + 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The letters of `text`, with each word of the language as `W`.
    fn read(text: &str) -> Option<String> {
        letters(text).map(|letters| letters.text.replace(|letter: char| !letter.is_ascii(), "W"))
    }

    #[test]
    fn each_piece_is_one_letter() {
        let pairs = [
            ("step\ta=B.Go(x, // why\n  -1, by: y-z)\n\n allow a-b", "Wb=f(b,mI,lbob)Wbob"),
            ("(\"\\\"\") 3s..4.5% v2 v3( )[A.`b`?]-> 1.5", "(S)T.Pcd()[a?]>F"),
            ("`a b`.`c`\"t\\\"  //\"", "aS"),
            ("2027-01-02 2027-01-023 12027-01-02", "DIoIoIIoIoI"),
            ("a- b -c 2pc 1.5x 1h30m 5ms5 x.end", "bnbmbXXbTXa"),
            ("== = != <= < *+/", "p=pppppp"),
        ];
        for (text, wanted) in pairs {
            assert_eq!(read(text).as_deref(), Some(wanted), "{text}");
        }
    }

    #[test]
    fn places_lead_back() {
        let text = "  skip // now\n  end(a) by : c";
        let letters = letters(text).unwrap();
        let at = |from: usize, to: usize| {
            let (start, end) = letters.original(from, to);
            &text[start..end]
        };
        assert_eq!(letters.text.len(), 9);
        assert_eq!((at(0, 2), at(2, 4), at(4, 7)), ("skip", "end", "(a)"));
        assert_eq!((at(7, 8), at(8, 9)), ("by", "c"));
        assert_eq!(letters.original(0, letters.text.len()), (2, text.len()));
    }

    #[test]
    fn doc_comments_are_kept_aside() {
        let text = "/// One.\n  // no\n//// no\n/// Two.\nid A";
        let letters = letters(text).unwrap();
        assert_eq!(letters.text.chars().count(), 2);
        let [doc] = letters.docs[..] else { panic!("{:?}", letters.docs) };
        assert_eq!((&text[doc.start..doc.end], doc.above), (&text[..text.len() - 5], 0));
    }

    #[test]
    fn what_cannot_be_sound_has_no_letters() {
        let texts = ["\"a", "\"a\n\"", "\"a\\\n\"", "\"a\\\"", "`a", "``", "`a\n`", "\u{e9}", "id A /// x"];
        for text in texts.into_iter().chain(["a.", "a.1", "a..", ":", "a.b:", "1:", "&", "!", "%"]) {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read("// \u{e9}\n\"\u{e9}\"").unwrap(), "S");
    }
}
