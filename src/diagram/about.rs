//! What a thing in a picture stands for: where it is written, what is said of it, what was found there.

use crate::source::Span;

/// What a node, an edge, a group or a cell stands for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct About {
    /// `FulfilOrder/Payments/charged`; empty where it has no name of its own.
    pub entity: String,
    /// Where it is written; the first is the place to go to.
    pub spans: Vec<Span>,
    /// What its author says of it.
    pub doc: String,
    /// Positions among the remarks of its drawing.
    pub remarks: Vec<usize>,
    /// Whether it is a part of what proves a finding, without being where that stands.
    pub is_witness: bool,
    /// Whether it lies on a circle of services that need each other.
    pub is_circular: bool,
}

impl About {
    pub fn new(entity: impl Into<String>, spans: impl IntoIterator<Item = Span>) -> About {
        About { entity: entity.into(), spans: spans.into_iter().collect(), ..About::default() }
    }

    pub fn doc(mut self, doc: &str) -> About {
        self.doc = doc.trim().to_string();
        self
    }

    /// How much text its smallest place covers that lies around `span`, or in it, or shares a part with it.
    pub fn size_at(&self, span: Span) -> Option<u32> {
        self.spans.iter().filter(|own| touch(**own, span)).map(|own| own.end - own.start).min()
    }
}

fn touch(a: Span, b: Span) -> bool {
    let share = a.start < b.end && b.start < a.end;
    a.file == b.file && (share || a.contains(b) || b.contains(a))
}
