//! Where lines end and how far they are set in.

use super::tree::{Atom, Group, Part, Piece, Place, Shape, What, flat};

const WIDTH: usize = 100;
const STEP: usize = 2;
/// How far the rest of an entry is set in whose first line was full.
const REST: usize = 4;

/// The text of a whole file.
pub(super) fn layout(mut pieces: Vec<Piece>) -> String {
    set_workflows_apart(&mut pieces);
    let mut page = Page { out: String::new(), column: 0 };
    page.pieces(&pieces, 0, "");
    if !page.out.is_empty() {
        page.out.push('\n');
    }
    page.out
}

/// An empty line stands above a workflow and the comments that belong to it, and one below.
fn set_workflows_apart(pieces: &mut [Piece]) {
    for at in 0..pieces.len() {
        if !matches!(&pieces[at].what, What::Entry(atoms) if atoms[0].is_word("workflow")) {
            continue;
        }
        let mut first = at;
        while first > 0 && !pieces[first].is_after_blank_line && is_remark(&pieces[first - 1], Place::OwnLine)
        {
            first -= 1;
        }
        pieces[first].is_after_blank_line = true;
        if let Some(next) = pieces[at + 1..].iter_mut().find(|piece| !is_remark(piece, Place::Behind)) {
            next.is_after_blank_line = true;
        }
    }
}

fn is_remark(piece: &Piece, wanted: Place) -> bool {
    matches!(piece.what, What::Remark(_, place) if place == wanted)
}

struct Page {
    out: String,
    column: usize,
}

impl Page {
    fn write(&mut self, text: &str) {
        self.out.push_str(text);
        self.column += text.chars().count();
    }

    fn new_line(&mut self, indent: usize) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n(' ', indent));
        self.column = indent;
    }

    /// Each piece in a line of its own; `tail` stands behind each entry.
    fn pieces(&mut self, pieces: &[Piece], indent: usize, tail: &str) {
        for (at, piece) in pieces.iter().enumerate() {
            if is_remark(piece, Place::Behind) {
                self.write(" ");
            } else if !self.out.is_empty() {
                if at > 0 && piece.is_after_blank_line {
                    self.out.push('\n');
                }
                self.new_line(indent);
            }
            match &piece.what {
                What::Remark(text, _) => self.write(text),
                What::Entry(atoms) => {
                    self.entry(atoms, indent, tail.len());
                    self.write(tail);
                }
            }
        }
    }

    /// The group over several lines.
    fn broken(&mut self, group: &Group, indent: usize) {
        self.write(group.open);
        self.pieces(&group.pieces, indent + STEP, if group.shape == Shape::List { "," } else { "" });
        self.new_line(indent);
        self.write(group.close);
    }

    /// `tail` is how much will be written behind it in its last line.
    fn entry(&mut self, atoms: &[Atom], indent: usize, tail: usize) {
        if self.has_room(atoms, tail) {
            return self.flat(atoms);
        }
        if !must_break_blocks(atoms, self.column, tail) {
            return self.line(atoms, indent, tail);
        }
        let mut rest = atoms;
        while let Some(at) = rest.iter().position(|atom| block(atom).is_some()) {
            self.line(&rest[..at], indent, " {".len());
            if let Some(group) = block(&rest[at]) {
                self.space(&rest[at]);
                self.broken(group, indent);
            }
            rest = &rest[at + 1..];
        }
        self.line(rest, indent, tail);
    }

    /// Atoms whose blocks are not to be broken.
    fn line(&mut self, atoms: &[Atom], indent: usize, tail: usize) {
        if self.has_room(atoms, tail) {
            return self.flat(atoms);
        }
        let mut indent = indent;
        let mut rest = atoms;
        while let Some(at) = rest.iter().position(|atom| matches!(atom.what, Part::Comment(..))) {
            self.clauses(&rest[..at], indent, 0);
            // What is continued is set in once, and no further.
            indent += if rest.len() == atoms.len() { REST } else { 0 };
            let is_fresh = self.out.ends_with(' ');
            match rest[at].what {
                _ if is_fresh => {}
                Part::Comment(_, Place::OwnLine) => self.new_line(indent),
                _ => self.write(" "),
            }
            if let Part::Comment(text, _) = rest[at].what {
                self.write(text);
            }
            self.new_line(indent);
            rest = &rest[at + 1..];
        }
        self.clauses(rest, indent, tail);
    }

    /// Breaks before each `and` and `or` where that helps.
    fn clauses(&mut self, atoms: &[Atom], indent: usize, tail: usize) {
        if self.has_room(atoms, tail) {
            return self.flat(atoms);
        }
        let is_clause = |atom: &Atom| atom.has_space_before && (atom.is_word("and") || atom.is_word("or"));
        let is_too_long = flat(atoms).is_some();
        let mut rest = atoms;
        let mut indent_of_this = indent;
        while is_too_long && let Some(at) = rest.iter().skip(1).position(is_clause) {
            self.lists(&rest[..at + 1], indent_of_this, 0);
            indent_of_this = indent + REST;
            self.new_line(indent_of_this);
            rest = &rest[at + 1..];
        }
        self.lists(rest, indent_of_this, tail);
    }

    /// Breaks as many lists as it takes, the widest first.
    fn lists(&mut self, atoms: &[Atom], indent: usize, tail: usize) {
        let mut broken: Vec<bool> = atoms.iter().map(|atom| atom.flat().is_none()).collect();
        while longest_line(atoms, &broken, self.column, indent, tail) > WIDTH {
            let lists = (0..atoms.len()).filter(|&at| !broken[at] && is_list(&atoms[at]));
            match lists.max_by_key(|&at| (atoms[at].flat(), std::cmp::Reverse(at))) {
                Some(widest) => broken[widest] = true,
                None => break,
            }
        }
        for (atom, is_broken) in atoms.iter().zip(broken) {
            match &atom.what {
                Part::Group(group) if is_broken => {
                    self.space(atom);
                    self.broken(group, indent);
                }
                _ => self.flat(std::slice::from_ref(atom)),
            }
        }
    }

    fn has_room(&self, atoms: &[Atom], tail: usize) -> bool {
        flat(atoms).is_some_and(|width| self.column + width + tail <= WIDTH)
    }

    fn space(&mut self, atom: &Atom) {
        if atom.has_space_before && !self.out.ends_with([' ', '\n']) {
            self.write(" ");
        }
    }

    fn flat(&mut self, atoms: &[Atom]) {
        for atom in atoms {
            self.space(atom);
            match &atom.what {
                Part::Token(text) | Part::Comment(text, _) => self.write(text),
                Part::Group(group) => self.flat_group(group),
            }
        }
    }

    fn flat_group(&mut self, group: &Group) {
        let (around, between) = match group.shape {
            Shape::Block => (" ", "; "),
            Shape::List | Shape::Parenthesis => ("", ", "),
        };
        self.write(group.open);
        self.write(around);
        for (at, piece) in group.pieces.iter().enumerate() {
            if at > 0 {
                self.write(between);
            }
            if let What::Entry(atoms) = &piece.what {
                self.flat(atoms);
            }
        }
        if !group.pieces.is_empty() {
            self.write(around);
        }
        self.write(group.close);
    }
}

/// A block with something in it.
fn block<'a, 't>(atom: &'a Atom<'t>) -> Option<&'a Group<'t>> {
    match &atom.what {
        Part::Group(group) if group.shape == Shape::Block && !group.pieces.is_empty() => Some(group),
        _ => None,
    }
}

fn is_list(atom: &Atom) -> bool {
    matches!(&atom.what, Part::Group(group) if group.shape == Shape::List && !group.pieces.is_empty())
}

/// Whether the blocks of an entry that has no room in one line are to be broken: all or none, so that
/// the branches of an `if` look alike. They stay where breaking something else is needed, and is enough.
fn must_break_blocks(atoms: &[Atom], column: usize, tail: usize) -> bool {
    let is_flat = atoms.iter().filter(|atom| block(atom).is_some()).all(|atom| atom.flat().is_some());
    let needs_other_breaks = atoms.iter().any(|atom| block(atom).is_none() && atom.flat().is_none());
    if !is_flat || !needs_other_breaks {
        return true;
    }
    let broken: Vec<bool> = atoms.iter().map(|atom| atom.flat().is_none()).collect();
    longest_line(atoms, &broken, column, column + REST, tail) > WIDTH
}

/// How far the longest line goes when some groups are broken, lines within those aside.
fn longest_line(atoms: &[Atom], broken: &[bool], column: usize, indent: usize, tail: usize) -> usize {
    let mut longest = 0;
    let mut at = column;
    for (atom, is_broken) in atoms.iter().zip(broken) {
        at += usize::from(atom.has_space_before);
        if *is_broken {
            // The bracket that opens, and in another line the one that closes.
            longest = longest.max(at + 1);
            at = indent + 1;
        } else {
            at += atom.flat().unwrap_or(0);
        }
    }
    longest.max(at + tail)
}
