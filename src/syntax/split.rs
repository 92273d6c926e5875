//! Cuts a file into its top-level items by a scan over brackets, strings and comments, and measures
//! how deep brackets are nested. Nothing is judged here: each piece is parsed by itself.

/// So many brackets may be open at once.
pub(super) const MAX_DEPTH: usize = 64;

pub(super) const ITEM_WORDS: [&str; 6] = ["use", "record", "id", "enum", "service", "workflow"];

/// A top-level item, or what stands between items and is none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub start: usize,
    pub end: usize,
    /// The first bracket beyond the limit.
    pub too_deep: Option<usize>,
}

/// Whether an item's word at the left margin ends an item that is still open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Margin {
    Ignored,
    EndsItems,
}

/// The pieces of a file. A bracket that is never closed would swallow all that follows, so from
/// such an item on the left margin counts.
pub(super) fn split(text: &str, from: usize) -> Vec<Piece> {
    let (mut pieces, is_open) = scan(text, from, text.len(), Margin::Ignored);
    if is_open && let Some(last) = pieces.pop() {
        pieces.extend(scan(text, last.start, text.len(), Margin::EndsItems).0);
    }
    pieces
}

/// The pieces of a damaged item, cut wherever another item seems to begin at the left margin.
pub(super) fn split_at_margin(text: &str, piece: Piece) -> Vec<Piece> {
    scan(text, piece.start, piece.end, Margin::EndsItems).0
}

/// Whether a bracket of the piece is never closed.
pub(super) fn is_open(text: &str, piece: Piece) -> bool {
    scan(text, piece.start, piece.end, Margin::Ignored).1
}

/// The first bracket of `text` inside of `limit` others.
pub(super) fn bracket_beyond(limit: usize, text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut brackets = Brackets::default();
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'{' | b'(' | b'[' if brackets.depth() == limit => return Some(at),
            bracket @ (b'{' | b'(' | b'[') => brackets.open(bracket, at),
            bracket @ (b'}' | b')' | b']') => _ = brackets.close(bracket),
            _ => {}
        }
        at = skip_quoted(bytes, at).max(at + 1);
    }
    None
}

/// Where the text, comment or quoted name that begins at `at` ends; `at` if none begins there.
pub(super) fn skip_quoted(bytes: &[u8], at: usize) -> usize {
    match bytes[at] {
        b'"' => end_of_line_or(bytes, at + 1, b'"'),
        b'`' => end_of_line_or(bytes, at + 1, b'`'),
        b'/' if bytes.get(at + 1) == Some(&b'/') => {
            at + bytes[at..].iter().position(|byte| is_line_end(*byte)).unwrap_or(bytes.len() - at)
        }
        _ => at,
    }
}

fn end_of_line_or(bytes: &[u8], mut at: usize, quote: u8) -> usize {
    while at < bytes.len() && !is_line_end(bytes[at]) {
        if bytes[at] == quote {
            return at + 1;
        }
        let is_escape = quote == b'"' && bytes[at] == b'\\';
        at += if is_escape && bytes.get(at + 1).is_some_and(|byte| !is_line_end(*byte)) { 2 } else { 1 };
    }
    at.min(bytes.len())
}

pub(super) fn is_line_end(byte: u8) -> bool {
    byte == b'\n' || byte == b'\r'
}

pub(super) fn is_doc(bytes: &[u8], at: usize) -> bool {
    bytes[at..].starts_with(b"///") && bytes.get(at + 3) != Some(&b'/')
}

pub(super) fn is_word(byte: u8) -> bool {
    WORD[usize::from(byte)]
}

pub(super) fn end_of_word(bytes: &[u8], at: usize) -> usize {
    at + bytes[at..].iter().position(|byte| !is_word(*byte)).unwrap_or(bytes.len() - at)
}

static WORD: [bool; 256] = table(b"_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

/// What the scan looks at within brackets; a slash may begin a comment.
static MARK: [bool; 256] = table(b"\"`/{}()[]");

const fn table(members: &[u8]) -> [bool; 256] {
    let mut table = [false; 256];
    let mut at = 0;
    while at < members.len() {
        table[members[at] as usize] = true;
        at += 1;
    }
    table
}

/// The open brackets. What closes the wrong one is forgiven: braces win over the others.
#[derive(Default)]
pub(super) struct Brackets {
    open: Vec<(u8, usize)>,
    n_braces: usize,
}

impl Brackets {
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    pub fn open(&mut self, bracket: u8, at: usize) {
        self.n_braces += usize::from(bracket == b'{');
        self.open.push((bracket, at));
    }

    /// Whether something was closed by this bracket.
    pub fn close(&mut self, bracket: u8) -> bool {
        match bracket {
            b'}' if self.n_braces > 0 => {
                while self.open.pop().is_some_and(|(open, _)| open != b'{') {}
                self.n_braces -= 1;
                true
            }
            b')' => self.close_round_or_square(b'(', b'['),
            b']' => self.close_round_or_square(b'[', b'('),
            _ => false,
        }
    }

    fn close_round_or_square(&mut self, wanted: u8, other: u8) -> bool {
        match self.open.as_slice() {
            [.., (last, _)] if *last == wanted => self.open.truncate(self.open.len() - 1),
            [.., (below, _), (last, _)] if *last == other && *below == wanted => {
                self.open.truncate(self.open.len() - 2);
            }
            _ => return false,
        }
        true
    }
}

/// What has been seen of a piece, outside of all brackets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Seen {
    /// Nothing yet, or all of it.
    Nothing,
    /// A doc comment: the item's word follows.
    Doc,
    /// The item's word: the next one is a name, whatever it is.
    Word {
        has_block: bool,
    },
    /// The head of an item that needs a block.
    Head,
    More,
}

struct Scan<'t> {
    bytes: &'t [u8],
    margin: Margin,
    at: usize,
    brackets: Brackets,
    seen: Seen,
    /// The last piece, doc comments aside, begins no item: what follows it and begins none either
    /// has the same cause.
    is_stray: bool,
    pieces: Vec<Piece>,
}

/// The pieces of `from..to`, and whether the last is still open at the end.
fn scan(text: &str, from: usize, to: usize, margin: Margin) -> (Vec<Piece>, bool) {
    let bytes = &text.as_bytes()[..to];
    let brackets = Brackets::default();
    let mut scan =
        Scan { bytes, margin, at: from, brackets, seen: Seen::Nothing, is_stray: false, pieces: Vec::new() };
    while scan.at < to {
        if scan.brackets.depth() > 0 { scan.inside() } else { scan.outside(from) }
    }
    (scan.pieces, scan.brackets.depth() > 0)
}

impl Scan<'_> {
    /// Goes on to the next bracket, quote or comment, where line beginnings do not matter.
    fn skip_plain(&mut self) {
        let rest = &self.bytes[self.at..];
        let plain = rest.iter().position(|byte| MARK[usize::from(*byte)]).unwrap_or(rest.len());
        let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\n' | b'\r');
        if let Some(last) = rest[..plain].iter().rposition(|byte| !is_blank(byte)) {
            let at = self.at;
            self.piece(at).end = at + last + 1;
        }
        self.at += plain;
    }

    /// Goes on by one token within brackets.
    fn inside(&mut self) {
        if self.margin == Margin::Ignored {
            self.skip_plain();
        }
        let at = self.at;
        let Some(&byte) = self.bytes.get(at) else { return };
        match byte {
            b' ' | b'\t' | b'\r' => return self.at += 1,
            b'\n' => {
                self.at += 1;
                if self.margin == Margin::EndsItems && item_begins(self.bytes, self.at) {
                    self.brackets = Brackets::default();
                    self.seen = Seen::Nothing;
                }
                return;
            }
            b'"' | b'`' | b'/' => self.at = skip_quoted(self.bytes, at).max(at + 1),
            b'{' | b'(' | b'[' => {
                self.brackets.open(byte, at);
                if self.brackets.depth() > MAX_DEPTH {
                    self.piece(at).too_deep.get_or_insert(at);
                }
                self.at += 1;
            }
            b'}' | b')' | b']' => {
                self.brackets.close(byte);
                if self.brackets.depth() == 0 && byte == b'}' {
                    self.seen = Seen::Nothing;
                }
                self.at += 1;
            }
            _ => self.at += 1,
        }
        let end = self.at;
        self.piece(at).end = end;
    }

    /// Goes on by one token outside of all brackets.
    fn outside(&mut self, from: usize) {
        let (at, byte) = (self.at, self.bytes[self.at]);
        let mut seen = Seen::More;
        let mut begins = self.seen == Seen::Nothing;
        match byte {
            b' ' | b'\t' | b'\n' | b'\r' => return self.at += 1,
            b'/' if is_doc(self.bytes, at) => {
                self.at = skip_quoted(self.bytes, at);
                begins = self.seen != Seen::Doc;
                seen = Seen::Doc;
            }
            b'/' if skip_quoted(self.bytes, at) > at => return self.at = skip_quoted(self.bytes, at),
            b'"' | b'`' => {
                self.at = skip_quoted(self.bytes, at).max(at + 1);
                if self.seen == (Seen::Word { has_block: true }) {
                    seen = Seen::Head;
                }
            }
            b'{' | b'(' | b'[' => {
                self.brackets.open(byte, at);
                self.at += 1;
                if byte != b'{' && self.seen == Seen::Head {
                    seen = Seen::Head;
                }
            }
            _ if is_word(byte) => {
                self.at = end_of_word(self.bytes, at);
                let word = &self.bytes[at..self.at];
                let is_at_margin = at == from || is_line_end(self.bytes[at - 1]);
                let is_named = matches!(self.seen, Seen::Word { .. });
                if is_item_word(word) && !(is_named && !(is_at_margin && item_begins(self.bytes, at))) {
                    begins = self.seen != Seen::Doc;
                    seen = Seen::Word { has_block: matches!(word, b"service" | b"workflow") };
                } else if self.seen == (Seen::Word { has_block: true }) {
                    seen = Seen::Head;
                } else if self.seen == Seen::Head && byte.is_ascii_lowercase() {
                    // An entry where the brace should be: as if that had been there.
                    self.brackets.open(b'{', at);
                }
            }
            _ => self.at += 1,
        }
        match seen {
            Seen::Word { .. } => self.is_stray = false,
            Seen::More if self.is_stray && self.seen == Seen::Doc => {
                self.pieces.pop();
            }
            Seen::More if self.is_stray => begins = false,
            Seen::More => self.is_stray = begins || self.seen == Seen::Doc,
            Seen::Nothing | Seen::Doc | Seen::Head => {}
        }
        if begins {
            self.pieces.push(Piece { start: at, end: at, too_deep: None });
        }
        self.seen = seen;
        let end = self.at;
        self.piece(at).end = end;
    }

    fn piece(&mut self, at: usize) -> &mut Piece {
        if self.pieces.is_empty() {
            self.pieces.push(Piece { start: at, end: at, too_deep: None });
        }
        self.pieces.last_mut().expect("one was pushed")
    }
}

fn is_item_word(word: &[u8]) -> bool {
    ITEM_WORDS.iter().any(|item| item.as_bytes() == word)
}

/// Whether the line that begins at `at` looks like the first of an item: its doc comment, or its
/// word and a name. A field called `id` has a colon there instead.
fn item_begins(bytes: &[u8], mut at: usize) -> bool {
    // A longer doc comment loses its upper part to the item before; without a bound, a file of
    // doc comments alone would take quadratic time.
    for _ in 0..100 {
        if at >= bytes.len() || !is_doc(bytes, at) {
            break;
        }
        at = skip_quoted(bytes, at);
        at += bytes[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    }
    let end = end_of_word(bytes, at);
    let name = end + bytes[end..].iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    let names_something = bytes.get(name).is_some_and(|byte| is_word(*byte) || matches!(byte, b'`' | b'"'));
    name > end && names_something && is_item_word(&bytes[at..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(text: &str) -> Vec<&str> {
        split(text, 0).into_iter().map(|piece| &text[piece.start..piece.end]).collect()
    }

    #[test]
    fn items_are_told_apart_by_their_words() {
        assert_eq!(
            pieces("id A id B\nrecord C(a: int) use \"x\""),
            ["id A", "id B", "record C(a: int)", "use \"x\""]
        );
        assert_eq!(pieces("id service service id { }"), ["id service", "service id { }"]);
        assert_eq!(pieces("// id A\n/// For B.\n/// More.\nid B"), ["/// For B.\n/// More.\nid B"]);
    }

    #[test]
    fn quoted_brackets_do_not_count() {
        assert_eq!(
            pieces("service A { team \"}\\\"}\" // }\n } id `{`"),
            ["service A { team \"}\\\"}\" // }\n }", "id `{`"]
        );
    }

    #[test]
    fn an_item_at_the_margin_ends_one_that_is_open() {
        let text = "workflow A {\n  wait 1d {\n\n/// For B.\nid B\nid C";
        assert_eq!(pieces(text), ["workflow A {\n  wait 1d {", "/// For B.\nid B", "id C"]);
    }

    #[test]
    fn a_field_at_the_margin_ends_nothing() {
        let text = "record A(\nid: int,\nservice: int)\nid B";
        assert_eq!(pieces(text), ["record A(\nid: int,\nservice: int)", "id B"]);
    }

    #[test]
    fn what_begins_no_item_stays_together() {
        assert_eq!(
            pieces("id A { } } event B() { } event C() }\nid D"),
            ["id A { }", "} event B() { } event C() }", "id D"]
        );
    }

    #[test]
    fn the_first_bracket_beyond_the_limit_is_told() {
        let deep = |n: usize| split(&format!("id A {}{}", "(".repeat(n), ")".repeat(n)), 0)[0].too_deep;
        assert_eq!(deep(MAX_DEPTH), None);
        assert_eq!(deep(MAX_DEPTH + 1), Some("id A ".len() + MAX_DEPTH));
    }
}
