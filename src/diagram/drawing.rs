//! A picture of any view before it is written in a language or laid out, with what was found in it.

use super::ids::Ids;
use super::label::wrapped;
use super::matrix::Matrix;
use super::sequence::Sequence;
use super::{About, Diagram, Group, GroupKind, Node, NodeKind, View};
use crate::finding::Severity;
use crate::source::Span;

/// A picture, and the remarks to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawing {
    pub view: View,
    /// What it shows, in a few words.
    pub title: String,
    pub body: Body,
    pub remarks: Vec<Remark>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    Graph(Diagram),
    Run(Sequence),
    Table(Matrix),
}

/// A finding as it is told beside a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    pub severity: Severity,
    /// `passive-aggressive-publisher/hostage`
    pub rule: String,
    /// Without backticks.
    pub message: String,
    /// `return_order.wfc:7`
    pub place: String,
    pub span: Span,
}

impl Drawing {
    /// The same with less in it: remarks that stand nowhere in it are left out, and the others counted anew.
    pub fn with(&self, body: Body) -> Drawing {
        let mut out = Drawing { body, remarks: Vec::new(), ..self.clone() };
        let mut place = vec![None; self.remarks.len()];
        for about in out.body.abouts() {
            about.remarks.iter().for_each(|at| place[*at] = Some(0));
        }
        for (remark, place) in self.remarks.iter().zip(&mut place).filter(|(_, place)| place.is_some()) {
            *place = Some(out.remarks.len());
            out.remarks.push(remark.clone());
        }
        for about in out.body.abouts() {
            about.remarks = about.remarks.iter().filter_map(|at| place[*at]).collect();
        }
        out
    }

    pub fn new(view: View, body: Body) -> Drawing {
        Drawing { view, title: String::new(), body, remarks: Vec::new() }
    }
}

/// `①`, as long as there are such letters.
pub fn numeral(position: usize) -> String {
    let circled =
        u32::try_from(position).ok().filter(|at| *at < 20).and_then(|at| char::from_u32(0x2460 + at));
    circled.map_or_else(|| format!("({})", position + 1), |c| c.to_string())
}

/// The diagram with the numbers of what was found before the words, and what they mean in a frame of its
/// own: for languages in which nothing can be written beside a picture.
pub fn annotated(diagram: &Diagram, remarks: &[Remark]) -> Diagram {
    let mut out = diagram.clone();
    if remarks.is_empty() {
        return out;
    }
    for node in &mut out.nodes {
        let first = if node.title.is_empty() { node.lines.first_mut() } else { node.title.first_mut() };
        number(first, &node.about);
    }
    for edge in &mut out.edges {
        if edge.lines.is_empty() && !edge.about.remarks.is_empty() {
            edge.lines.push(numbers(&edge.about));
        } else {
            number(edge.lines.first_mut(), &edge.about);
        }
    }
    let mut ids = Ids::default();
    let known = out.groups.iter().map(|it| &it.id).chain(out.nodes.iter().map(|it| &it.id));
    known.for_each(|id| drop(ids.unique(id.clone())));
    let frame = out.groups.len();
    out.groups.push(Group {
        id: ids.of("findings", ""),
        kind: GroupKind::Part,
        title: "findings".to_string(),
        parent: None,
        about: About::default(),
    });
    for (at, remark) in remarks.iter().enumerate() {
        let title = wrapped(&format!("{} {}", numeral(at), remark.rule), WIDE);
        let mut lines = wrapped(&remark.message, WIDE);
        lines.extend(wrapped(&remark.place, WIDE));
        out.nodes.push(Node {
            id: ids.of("finding", &(at + 1).to_string()),
            kind: NodeKind::Remark,
            title,
            lines,
            group: Some(frame),
            stands_for: None,
            about: About { remarks: vec![at], ..About::default() },
        });
    }
    out
}

/// A remark in lines, with its number.
pub fn told(position: usize, remark: &Remark) -> Vec<String> {
    wrapped(&format!("{} {}: {}", numeral(position), remark.rule, remark.message), 60)
}

/// Lines with the numbers of what was found there before the first.
pub fn numbered(lines: &[String], about: &About) -> Vec<String> {
    let mut lines = lines.to_vec();
    number(lines.first_mut(), about);
    lines
}

/// Lines of remarks are about this wide.
const WIDE: usize = 44;

fn numbers(about: &About) -> String {
    about.remarks.iter().map(|at| numeral(*at)).collect()
}

fn number(line: Option<&mut String>, about: &About) {
    if let Some(line) = line.filter(|_| !about.remarks.is_empty()) {
        *line = format!("{} {line}", numbers(about));
    }
}
