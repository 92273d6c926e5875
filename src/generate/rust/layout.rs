//! Rust text as rustfmt lays it out with `use_small_heuristics = "Max"`: on one line where it fits.

use std::collections::BTreeSet;

/// The widest line.
const WIDTH: usize = 100;

/// A piece of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum Doc {
    Text(String),
    /// `open(a, b)`, or `Open { a: b }` where `spaced`: on one line, or an item a line.
    List {
        open: String,
        items: Vec<Doc>,
        close: String,
        spaced: bool,
    },
    /// One behind the other; only the last may need more than one line.
    Row(Vec<Doc>),
    /// `a`, then `.b()`, `.c()`.
    Chain(Box<Doc>, Vec<Doc>),
    /// `a`, then `&& b`, `&& c`.
    Operands(Box<Doc>, Vec<(&'static str, Doc)>),
}

pub fn text(text: impl Into<String>) -> Doc {
    Doc::Text(text.into())
}

/// `name(items)`
pub fn call(name: impl Into<String>, items: Vec<Doc>) -> Doc {
    Doc::List { open: format!("{}(", name.into()), items, close: ")".to_string(), spaced: false }
}

/// `name { fields }`, or the name alone where there are none.
pub fn record(name: impl Into<String>, fields: Vec<Doc>) -> Doc {
    let name = name.into();
    if fields.is_empty() {
        return Doc::Text(name);
    }
    Doc::List { open: format!("{name} {{"), items: fields, close: "}".to_string(), spaced: true }
}

impl Doc {
    pub fn flat(&self) -> String {
        match self {
            Doc::Text(text) => text.clone(),
            Doc::List { open, items, close, spaced } => {
                let items: Vec<_> = items.iter().map(Doc::flat).collect();
                let space = if *spaced { " " } else { "" };
                format!("{open}{space}{}{space}{close}", items.join(", "))
            }
            Doc::Row(parts) => parts.iter().map(Doc::flat).collect(),
            Doc::Chain(root, links) => root.flat() + &links.iter().map(Doc::flat).collect::<String>(),
            Doc::Operands(first, rest) => {
                let rest = rest.iter().map(|(operator, right)| format!(" {operator} {}", right.flat()));
                first.flat() + &rest.collect::<String>()
            }
        }
    }

    /// The same with another beginning of paths.
    pub fn replaced(&self, old: &str, new: &str) -> Doc {
        let all = |docs: &[Doc]| docs.iter().map(|doc| doc.replaced(old, new)).collect::<Vec<_>>();
        match self {
            Doc::Text(text) => Doc::Text(text.replace(old, new)),
            Doc::List { open, items, close, spaced } => Doc::List {
                open: open.replace(old, new),
                items: all(items),
                close: close.clone(),
                spaced: *spaced,
            },
            Doc::Row(parts) => Doc::Row(all(parts)),
            Doc::Chain(root, links) => Doc::Chain(Box::new(root.replaced(old, new)), all(links)),
            Doc::Operands(first, rest) => Doc::Operands(
                Box::new(first.replaced(old, new)),
                rest.iter().map(|(operator, right)| (*operator, right.replaced(old, new))).collect(),
            ),
        }
    }

    pub fn without(&self, path: &str) -> Doc {
        self.replaced(path, "")
    }

    pub fn then(self, more: impl Into<String>) -> Doc {
        match self {
            Doc::Text(text) => Doc::Text(text + &more.into()),
            Doc::List { open, items, close, spaced } => {
                Doc::List { open, items, close: close + &more.into(), spaced }
            }
            other => Doc::Row(vec![other, Doc::Text(more.into())]),
        }
    }

    fn is_record_in_call(&self) -> bool {
        match self {
            Doc::List { items, spaced: false, .. } => {
                matches!(items.last(), Some(Doc::List { spaced: true, .. }))
            }
            _ => false,
        }
    }

    /// Its lines, the first of which begins at `column`; `behind` characters follow on the last.
    fn lines(&self, indent: usize, column: usize, behind: usize) -> String {
        let flat = self.flat();
        // A record in parentheses keeps a column free.
        let free = usize::from(self.is_record_in_call());
        if column + flat.chars().count() + behind + free <= WIDTH {
            return flat;
        }
        self.broken(indent, column, behind)
    }

    fn broken(&self, indent: usize, column: usize, behind: usize) -> String {
        let deeper = indent + 4;
        match self {
            Doc::Text(text) => text.clone(),
            Doc::List { open, items, close, .. } => {
                if let [only @ Doc::List { .. }] = &items[..]
                    && !open.ends_with('{')
                {
                    let inner = only.broken(indent, column + open.len(), behind + close.len());
                    return format!("{open}{inner}{close}");
                }
                let items = items
                    .iter()
                    .map(|item| format!("\n{}{},", " ".repeat(deeper), item.lines(deeper, deeper, 1)));
                format!("{open}{}\n{}{close}", items.collect::<String>(), " ".repeat(indent))
            }
            Doc::Row(parts) => {
                let Some((last, before)) = parts.split_last() else { return String::new() };
                let before: String = before.iter().map(Doc::flat).collect();
                let last = last.lines(indent, column + before.chars().count(), behind);
                before + &last
            }
            Doc::Chain(root, links) => {
                let links = links
                    .iter()
                    .map(|link| format!("\n{}{}", " ".repeat(deeper), link.lines(deeper, deeper, behind)));
                root.flat() + &links.collect::<String>()
            }
            Doc::Operands(first, rest) => {
                let rest = rest.iter().map(|(operator, right)| {
                    let column = deeper + operator.len() + 1;
                    format!("\n{}{operator} {}", " ".repeat(deeper), right.lines(deeper, column, behind))
                });
                first.flat() + &rest.collect::<String>()
            }
        }
    }
}

/// A key by which rustfmt sorts what is imported: `s2` comes before `s10`. Modules it sorts as they are.
pub fn version_key(name: &str) -> Vec<(String, u128)> {
    let mut key = vec![(String::new(), 0_u128)];
    let mut in_number = false;
    for c in name.chars() {
        let digit = c.to_digit(10);
        if in_number && digit.is_none() {
            key.push((String::new(), 0));
        }
        in_number = digit.is_some();
        if let Some(last) = key.last_mut() {
            match digit {
                Some(digit) => last.1 = last.1.saturating_mul(10).saturating_add(u128::from(digit)),
                None => last.0.push(c),
            }
        }
    }
    key
}

/// Lines of Rust, indented as they come.
#[derive(Clone, Debug, Default)]
pub struct Writer {
    pub out: String,
    depth: usize,
}

impl Writer {
    pub fn at_depth(depth: usize) -> Writer {
        Writer { out: String::new(), depth }
    }

    /// A line as it is.
    pub fn line(&mut self, line: &str) {
        if !line.is_empty() {
            self.out += &"    ".repeat(self.depth);
            self.out += line;
        }
        self.out.push('\n');
    }

    /// `before`, the expression, `behind`: on as many lines as that needs.
    pub fn write(&mut self, before: &str, doc: &Doc, behind: &str) {
        let indent = self.depth * 4;
        let column = indent + before.chars().count();
        let (width, end) = (doc.flat().chars().count(), behind.chars().count());
        if before.ends_with("= ") && column + width + end > WIDTH && indent + 4 + width + end <= WIDTH {
            self.line(before.trim_end());
            self.depth += 1;
            self.line(&format!("{}{behind}", doc.flat()));
            self.depth -= 1;
            return;
        }
        let lines = doc.lines(indent, column, end);
        self.line(&format!("{before}{lines}{behind}"));
    }

    /// Whether that would fit on a line.
    pub fn fits(&self, before: &str, doc: &Doc, behind: &str) -> bool {
        let length = before.chars().count() + doc.flat().chars().count() + behind.chars().count();
        self.depth * 4 + length < WIDTH
    }

    pub fn depth(&self) -> usize {
        self.depth
    }

    pub fn step_in(&mut self) {
        self.depth += 1;
    }

    pub fn step_out(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    pub fn open(&mut self, line: &str) {
        self.line(line);
        self.depth += 1;
    }

    pub fn close(&mut self, line: &str) {
        self.depth = self.depth.saturating_sub(1);
        self.line(line);
    }

    /// Closes one block and opens the next: `} else {`.
    pub fn turn(&mut self, line: &str) {
        self.close(line);
        self.depth += 1;
    }

    /// A remark of the specification.
    pub fn comment(&mut self, comment: &str) {
        for line in comment.lines() {
            self.line(format!("// {line}").trim_end());
        }
    }
}

pub(super) fn sorted<'n>(names: impl Iterator<Item = &'n str>) -> Vec<String> {
    let names: BTreeSet<&str> = names.collect();
    names.into_iter().map(ToString::to_string).collect()
}

/// `use path::{…};`, on as many lines as that needs.
pub(super) fn use_of(path: &str, names: &[String]) -> String {
    let mut names = names.to_vec();
    names.sort_by_key(|name| version_key(name));
    if let [one] = &names[..] {
        return format!("use {path}::{one};");
    }
    let flat = format!("use {path}::{{{}}};", names.join(", "));
    if flat.chars().count() <= 100 {
        return flat;
    }
    let mut lines = format!("use {path}::{{\n");
    let mut line = String::from("   ");
    for name in names {
        if line.len() + name.len() + 2 > 100 {
            lines += &line;
            lines.push('\n');
            line = String::from("   ");
        }
        line += &format!(" {name},");
    }
    lines + &line + "\n};"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fits_stays_on_a_line_and_the_rest_gets_an_item_a_line() {
        let mut writer = Writer::at_depth(1);
        let field = |n: usize| text(format!("field_{n}: a_value_of_this_run.clone()"));
        writer.write("let asked = ", &record("bank::Reserve", vec![field(1)]), ";");
        writer.write("let asked = ", &record("bank::Reserve", (1..4).map(field).collect()), ";");
        let wanted = "    let asked = bank::Reserve { field_1: a_value_of_this_run.clone() };
    let asked = bank::Reserve {
        field_1: a_value_of_this_run.clone(),
        field_2: a_value_of_this_run.clone(),
        field_3: a_value_of_this_run.clone(),
    };
";
        assert_eq!(writer.out, wanted);
    }
}
