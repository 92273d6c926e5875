//! Names of a specification as identifiers of other languages: legal, unreserved, and the same each
//! time. Letters of other scripts are spelled in ASCII, because crates, files and tables want that.

use any_ascii::any_ascii_char;
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// Names that are in use in one scope, `struct`s of a module or files of a folder.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    // In lower case: two names that only differ in that are one file on some disks.
    names: BTreeSet<String>,
}

impl Taken {
    pub fn new() -> Taken {
        Taken::default()
    }

    /// A scope in which these names are used already.
    pub fn reserving(names: &[&str]) -> Taken {
        Taken { names: names.iter().map(|name| name.to_lowercase()).collect() }
    }

    /// `name` as `style` spells it: `types.take("order line", rust_type)`. A second name with the same
    /// spelling gets an ending that depends on the name alone, so that it keeps it when others come and go.
    pub fn take(&mut self, name: &str, style: fn(&str) -> String) -> String {
        let wanted = style(name);
        if self.names.insert(wanted.to_lowercase()) {
            return wanted;
        }
        let digest = digest(name);
        let (mut candidate, mut n) = (style(&format!("{wanted} {}", &digest[..4])), 2);
        while !self.names.insert(candidate.to_lowercase()) {
            candidate = style(&format!("{wanted} {} {n}", &digest[..4]));
            n += 1;
        }
        candidate
    }
}

/// `OrderLine`: a type, a variant or a trait.
pub fn rust_type(name: &str) -> String {
    Style { reserved: RUST_TYPES, ending: "Type", ..CAPITALS }.spell(name)
}

/// `order_line`: a function, field, variable or module.
pub fn rust_name(name: &str) -> String {
    Style { reserved: RUST_WORDS, ..SNAKE }.spell(name)
}

/// `ORDER_LINE`
pub fn rust_constant(name: &str) -> String {
    // No word of Rust is in capitals alone.
    SNAKE.spell(name).to_ascii_uppercase()
}

/// `order-line`: a crate, a folder, or a file without its ending.
pub fn crate_name(name: &str) -> String {
    Style { joint: "-", case: Case::Lower, reserved: CRATES, ending: "-crate" }.spell(name)
}

/// `order_line`: a table or column that needs no quotes.
pub fn sql_name(name: &str) -> String {
    Style { reserved: SQL_WORDS, ..SNAKE }.spell(name)
}

/// `OrderLine`: letters and digits alone, for formats that are strict about names.
pub fn plain(name: &str) -> String {
    CAPITALS.spell(name)
}

/// How words become one identifier.
struct Style {
    joint: &'static str,
    case: Case,
    /// What the result must not be, and what is put behind it if it would be.
    reserved: &'static [&'static str],
    ending: &'static str,
}

#[derive(Clone, Copy)]
enum Case {
    Lower,
    Capital,
}

const SNAKE: Style = Style { joint: "_", case: Case::Lower, reserved: &[], ending: "_" };
const CAPITALS: Style = Style { joint: "", case: Case::Capital, reserved: &[], ending: "" };

/// Longer names are cut: with what is put around them they must fit into the name of a file.
const LONGEST: usize = 60;

impl Style {
    fn spell(&self, name: &str) -> String {
        let mut words = words(name);
        if words.is_empty() {
            words.push("unnamed".to_string());
        }
        // An identifier begins with a letter.
        if words[0].starts_with(|c: char| c.is_ascii_digit()) {
            words.insert(0, "n".to_string());
        }
        let whole = self.join(&words);
        if whole.len() > LONGEST {
            let end = format!("x{}", &digest(name)[..8]);
            // INVARIANT: words are ASCII, so that any byte is a boundary.
            let begin = &whole[..LONGEST - end.len() - 1];
            let begin = if self.joint.is_empty() { begin } else { begin.trim_end_matches(self.joint) };
            return match self.case {
                Case::Lower => format!("{begin}{}{end}", self.joint),
                Case::Capital => begin.to_string() + &capital(&end),
            };
        }
        if self.reserved.contains(&whole.as_str()) { whole + self.ending } else { whole }
    }

    fn join(&self, words: &[String]) -> String {
        match self.case {
            Case::Lower => words.join(self.joint),
            Case::Capital => words.iter().fold(String::new(), |mut whole, word| {
                let meets = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
                // Two numbers side by side would become one.
                if meets(whole.chars().last()) && meets(word.chars().next()) {
                    whole.push('N');
                }
                whole + &capital(word)
            }),
        }
    }
}

/// The words of a name in lower case ASCII: `OrderLine2` is `order`, `line2`.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let letters: Vec<char> = name.chars().flat_map(spelled).collect();
    for (at, &c) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let next = letters.get(at + 1);
        let begins = c.is_ascii_uppercase()
            && (before.is_some_and(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
                // `HTTPServer` is `http`, `server`.
                || before.is_some_and(char::is_ascii_uppercase) && next.is_some_and(char::is_ascii_lowercase));
        if begins || !c.is_ascii_alphanumeric() {
            words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
        }
        if c.is_ascii_alphanumeric() {
            word.push(c.to_ascii_lowercase());
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}

/// A character in ASCII: `ß` is `ss`, and what has no letters is its number.
fn spelled(c: char) -> Vec<char> {
    if c.is_ascii() {
        return vec![c];
    }
    let ascii = any_ascii_char(c);
    let has_letters = ascii.chars().any(|c| c.is_ascii_alphanumeric());
    if has_letters {
        // Words of a pictograph stand for themselves: `:rocket:`.
        return ascii.chars().collect();
    }
    if c.is_alphanumeric() { format!(" u{:x} ", c as u32).chars().collect() } else { vec![' '] }
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map_or(String::new(), |first| first.to_ascii_uppercase().to_string() + letters.as_str())
}

fn digest(text: &str) -> String {
    Sha256::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Keywords of every edition, and what shadows something that every file relies on.
const RUST_WORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let", "loop",
    "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return", "self", "static",
    "struct", "super", "trait", "true", "try", "type", "typeof", "union", "unsafe", "unsized", "use",
    "virtual", "where", "while", "yield", "std", "core", "alloc", "main",
];

/// What the prelude means by these names is used everywhere.
const RUST_TYPES: &[&str] = &[
    "Self",
    "Option",
    "Some",
    "None",
    "Result",
    "Ok",
    "Err",
    "String",
    "Vec",
    "Box",
    "Send",
    "Sync",
    "Sized",
    "Copy",
    "Clone",
    "Drop",
    "Fn",
    "FnMut",
    "FnOnce",
    "Default",
    "Debug",
    "Iterator",
    "IntoIterator",
    "From",
    "Into",
    "AsRef",
    "AsMut",
    "TryFrom",
    "TryInto",
    "ToString",
    "ToOwned",
    "Eq",
    "PartialEq",
    "Ord",
    "PartialOrd",
    "Hash",
    "Unpin",
    "Extend",
    "DoubleEndedIterator",
    "ExactSizeIterator",
    "FromIterator",
    "Future",
    "IntoFuture",
    "Serialize",
    "Deserialize",
];

/// Crates that cargo refuses or that come with the compiler, and device names of Windows.
const CRATES: &[&str] = &[
    "abstract",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "const",
    "continue",
    "crate",
    "do",
    "dyn",
    "else",
    "enum",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "override",
    "priv",
    "pub",
    "ref",
    "return",
    "self",
    "static",
    "struct",
    "super",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "union",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "where",
    "while",
    "yield",
    "std",
    "core",
    "alloc",
    "proc-macro",
    "test",
    "build",
    "deps",
    "examples",
    "incremental",
    "target",
    "src",
    "con",
    "prn",
    "aux",
    "nul",
    "com0",
    "com1",
    "com2",
    "com3",
    "com4",
    "com5",
    "com6",
    "com7",
    "com8",
    "com9",
    "lpt0",
    "lpt1",
    "lpt2",
    "lpt3",
    "lpt4",
    "lpt5",
    "lpt6",
    "lpt7",
    "lpt8",
    "lpt9",
];

/// What SQLite or PostgreSQL reserves and a specification may say.
const SQL_WORDS: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "any",
    "array",
    "as",
    "asc",
    "asymmetric",
    "authorization",
    "between",
    "binary",
    "both",
    "case",
    "cast",
    "check",
    "collate",
    "collation",
    "column",
    "commit",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "current_catalog",
    "current_date",
    "current_role",
    "current_schema",
    "current_time",
    "current_timestamp",
    "current_user",
    "default",
    "deferrable",
    "delete",
    "desc",
    "distinct",
    "do",
    "drop",
    "else",
    "end",
    "escape",
    "except",
    "exists",
    "false",
    "fetch",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "grant",
    "group",
    "having",
    "ilike",
    "in",
    "index",
    "initially",
    "inner",
    "insert",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "lateral",
    "leading",
    "left",
    "like",
    "limit",
    "localtime",
    "localtimestamp",
    "natural",
    "not",
    "notnull",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "overlaps",
    "placing",
    "primary",
    "references",
    "returning",
    "right",
    "rollback",
    "select",
    "session_user",
    "set",
    "similar",
    "some",
    "symmetric",
    "system_user",
    "table",
    "tablesample",
    "then",
    "to",
    "trailing",
    "transaction",
    "trigger",
    "true",
    "union",
    "unique",
    "update",
    "user",
    "using",
    "values",
    "variadic",
    "verbose",
    "view",
    "when",
    "where",
    "window",
    "with",
];

#[cfg(test)]
mod tests;
