//! The text as brackets within brackets, cut into entries, with each comment where it belongs.

use super::landmarks::Landmarks;
use super::tokens::{Kind, Token};

/// What stands in a line: a token, a comment in the middle of an entry, or brackets.
#[derive(Debug)]
pub(super) struct Atom<'t> {
    pub has_space_before: bool,
    pub what: Part<'t>,
}

#[derive(Debug)]
pub(super) enum Part<'t> {
    Token(&'t str),
    Comment(&'t str, Place),
    Group(Group<'t>),
}

/// Where a comment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    OwnLine,
    /// Behind something, in the same line.
    Behind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// `{ … }`
    Block,
    /// `( … )` or `[ … ]` with commas.
    List,
    /// `(a + b)`
    Parenthesis,
}

#[derive(Debug)]
pub(super) struct Group<'t> {
    pub shape: Shape,
    pub open: &'t str,
    pub close: &'t str,
    pub pieces: Vec<Piece<'t>>,
    /// How wide it is in one line, if it may stand in one.
    pub flat: Option<usize>,
}

/// An entry or an element, or a comment beside it.
#[derive(Debug)]
pub(super) struct Piece<'t> {
    pub is_after_blank_line: bool,
    pub what: What<'t>,
}

#[derive(Debug)]
pub(super) enum What<'t> {
    Entry(Vec<Atom<'t>>),
    Remark(&'t str, Place),
}

/// The words whose blocks are written over several lines, however short they are.
const ALWAYS_BROKEN: [&str; 7] = ["service", "workflow", "participant", "scope", "parallel", "for", "repeat"];

/// So many entries may stand in one line.
const MOST_IN_A_LINE: usize = 2;

/// The items of a file, and the comments between them.
pub(super) fn tree<'t>(tokens: &[Token<'t>], marks: &Landmarks) -> Vec<Piece<'t>> {
    let mut reader = Reader { tokens, marks, at: 0 };
    let mut pieces = Pieces::new(Shape::Block);
    while reader.at < tokens.len() {
        reader.fill(&mut pieces);
        // A bracket that closes nothing: only a damaged text has one.
        if let Some(stray) = reader.next() {
            pieces.push(stray, Part::Token(stray.text), true);
        }
    }
    pieces.done()
}

/// How wide the atoms are in one line, if they may stand in one.
pub(super) fn flat(atoms: &[Atom]) -> Option<usize> {
    let mut width = 0;
    for atom in atoms {
        width += usize::from(atom.has_space_before) + atom.flat()?;
    }
    Some(width)
}

impl Atom<'_> {
    pub fn flat(&self) -> Option<usize> {
        match &self.what {
            Part::Token(text) => Some(text.chars().count()),
            Part::Comment(..) => None,
            Part::Group(group) => group.flat,
        }
    }

    pub fn is_word(&self, word: &str) -> bool {
        matches!(self.what, Part::Token(text) if text == word)
    }
}

fn is_doc(remark: &str) -> bool {
    remark.starts_with("///") && !remark.starts_with("////")
}

/// Whether the entry's block is one that is always written over several lines.
fn is_always_broken(entry: &[Atom]) -> bool {
    let is_one_of =
        |atom: Option<&Atom>| atom.is_some_and(|it| ALWAYS_BROKEN.iter().any(|word| it.is_word(word)));
    let is_step = entry.first().is_some_and(|first| first.is_word("step"));
    // `step quotes = parallel …`
    is_one_of(entry.first()) || is_step && is_one_of(entry.get(3))
}

struct Reader<'r, 't> {
    tokens: &'r [Token<'t>],
    marks: &'r Landmarks,
    at: usize,
}

impl<'t> Reader<'_, 't> {
    fn next(&mut self) -> Option<Token<'t>> {
        let token = self.tokens.get(self.at).copied();
        self.at += 1;
        token
    }

    /// Reads up to the bracket that closes, or to the end.
    fn fill(&mut self, pieces: &mut Pieces<'t>) {
        while let Some(token) = self.tokens.get(self.at).copied().filter(|token| token.kind != Kind::Close) {
            let has_space = self.has_space_before(&token);
            self.at += 1;
            match token.kind {
                Kind::Comment | Kind::Doc => pieces.comment(token),
                Kind::Semicolon => pieces.end(),
                Kind::Comma if pieces.shape == Shape::List => pieces.end(),
                Kind::Open => {
                    let is_always_broken = is_always_broken(&pieces.entry);
                    let group = self.group(&token, is_always_broken);
                    pieces.push(token, Part::Group(group), has_space);
                }
                Kind::Word | Kind::Sign | Kind::Comma | Kind::Close => {
                    if self.marks.entries.contains(&token.start) {
                        pieces.end();
                    }
                    pieces.push(token, Part::Token(token.text), has_space);
                }
            }
        }
        pieces.end();
    }

    fn group(&mut self, open: &Token<'t>, is_always_broken: bool) -> Group<'t> {
        let (shape, close) = match open.text {
            "{" => (Shape::Block, "}"),
            "[" => (Shape::List, "]"),
            _ if self.marks.groups.contains(&open.start) => (Shape::Parenthesis, ")"),
            _ => (Shape::List, ")"),
        };
        let mut pieces = Pieces::new(shape);
        self.fill(&mut pieces);
        self.at += 1;
        let pieces = pieces.done();
        let flat = match shape {
            Shape::Block if is_always_broken && !pieces.is_empty() => None,
            _ => flat_inside(shape, &pieces),
        };
        Group { shape, open: open.text, close, pieces, flat }
    }

    /// Whether a blank parts the token, which is the next one, from the one before it.
    fn has_space_before(&self, token: &Token) -> bool {
        let mut before = self.tokens[..self.at].iter().rev().filter(|token| token.kind != Kind::Comment);
        let Some(last) = before.next() else { return false };
        if last.text == ".." || self.marks.minuses.contains(&last.start) {
            return false;
        }
        match token.text {
            "," | ":" | "?" | ".." => false,
            "(" if self.marks.groups.contains(&token.start) => true,
            // `2 of (A, B)`
            "(" => {
                last.text == "of"
                    && before.next().is_some_and(|it| it.text.bytes().all(|byte| byte.is_ascii_digit()))
            }
            _ => true,
        }
    }
}

/// Steps are what a reader looks for: each has a line of its own.
fn is_step(piece: &Piece) -> bool {
    matches!(&piece.what, What::Entry(atoms) if atoms[0].is_word("step"))
}

fn flat_inside(shape: Shape, pieces: &[Piece]) -> Option<usize> {
    // The brackets, and what stands between two entries.
    let (around, between) = match shape {
        Shape::Block if pieces.is_empty() => return Some("{ }".len()),
        Shape::Block if pieces.len() > MOST_IN_A_LINE || pieces.iter().any(is_step) => return None,
        Shape::Block => ("{  }".len(), "; ".len()),
        Shape::List | Shape::Parenthesis => ("()".len(), ", ".len()),
    };
    let mut width = around + between * pieces.len().saturating_sub(1);
    for piece in pieces {
        match &piece.what {
            What::Entry(atoms) => width += flat(atoms)?,
            What::Remark(..) => return None,
        }
    }
    Some(width)
}

/// The pieces of a bracket, as far as it was read.
struct Pieces<'t> {
    shape: Shape,
    done: Vec<Piece<'t>>,
    /// What was read of the entry that is not over yet.
    entry: Vec<Atom<'t>>,
    is_after_blank_line: bool,
    /// Comments behind what was read of it.
    remarks: Vec<Token<'t>>,
}

impl<'t> Pieces<'t> {
    fn new(shape: Shape) -> Pieces<'t> {
        Pieces { shape, done: Vec::new(), entry: Vec::new(), is_after_blank_line: false, remarks: Vec::new() }
    }

    fn push(&mut self, token: Token<'t>, what: Part<'t>, has_space: bool) {
        for remark in std::mem::take(&mut self.remarks) {
            let place = if remark.is_first_in_line { Place::OwnLine } else { Place::Behind };
            self.entry.push(Atom { has_space_before: true, what: Part::Comment(remark.text, place) });
        }
        if self.entry.is_empty() {
            self.is_after_blank_line = token.is_after_blank_line;
        }
        self.entry.push(Atom { has_space_before: has_space && !self.entry.is_empty(), what });
    }

    fn comment(&mut self, token: Token<'t>) {
        if self.entry.is_empty() { self.remark(token) } else { self.remarks.push(token) }
    }

    fn remark(&mut self, token: Token<'t>) {
        let is_below_another = matches!(self.done.last(), Some(Piece { what: What::Remark(..), .. }));
        let place = match token.kind {
            Kind::Comment if !token.is_first_in_line && !is_below_another => Place::Behind,
            _ => Place::OwnLine,
        };
        let what = What::Remark(token.text, place);
        self.done.push(Piece { is_after_blank_line: token.is_after_blank_line, what });
    }

    /// The entry is over; comments behind its last token are its neighbours.
    fn end(&mut self) {
        if !self.entry.is_empty() {
            let what = What::Entry(std::mem::take(&mut self.entry));
            self.done.push(Piece { is_after_blank_line: self.is_after_blank_line, what });
        }
        for remark in std::mem::take(&mut self.remarks) {
            self.remark(remark);
        }
    }

    fn done(mut self) -> Vec<Piece<'t>> {
        self.end();
        // Documentation stands right above what it is about.
        for at in 1..self.done.len() {
            if matches!(self.done[at - 1].what, What::Remark(text, _) if is_doc(text)) {
                self.done[at].is_after_blank_line = false;
            }
        }
        self.done
    }
}
