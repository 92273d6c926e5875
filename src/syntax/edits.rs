//! What recovery changed in a damaged text, so that it can be read, and where each place of the
//! changed text stands in the original.

/// The mark for what was cut out; the grammar's `hole`.
pub(super) const HOLE: &str = "\u{1}";

/// One piece of the original, replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Edit {
    pub start: usize,
    pub end: usize,
    pub text: String,
}

/// Replacements in the order of their places; they do not overlap.
#[derive(Clone, Debug, Default)]
pub(super) struct Edits {
    edits: Vec<Edit>,
}

impl Edits {
    /// Adds an edit of the original; what it covers of earlier edits is swallowed.
    pub fn with(&self, edit: Edit) -> Edits {
        let apart = |old: &Edit| old.end <= edit.start && old != &edit || old.start >= edit.end;
        let mut edits: Vec<Edit> = self.edits.iter().filter(|old| apart(old)).cloned().collect();
        let at = edits.partition_point(|old| (old.start, old.end) <= (edit.start, edit.end));
        edits.insert(at, edit);
        Edits { edits }
    }

    /// The original with all replacements made.
    pub fn apply(&self, original: &str) -> String {
        let mut text = String::with_capacity(original.len() + self.edits.len() * 2);
        let mut at = 0;
        for edit in &self.edits {
            text.push_str(&original[at..edit.start]);
            text.push_str(&edit.text);
            at = edit.end;
        }
        text.push_str(&original[at..]);
        text
    }

    /// Where `start..end` of the changed text stands in the original.
    pub fn original(&self, start: usize, end: usize) -> (usize, usize) {
        if self.edits.is_empty() {
            return (start, end);
        }
        let start = self.map(start, Side::Start);
        (start, self.map(end, Side::End).max(start))
    }

    /// Whether the hole at `at` of the changed text was made here.
    pub fn made_hole(&self, at: usize) -> bool {
        let mut shift = 0isize;
        for edit in &self.edits {
            let start = edit.start.wrapping_add_signed(shift);
            if (start..start + edit.text.len()).contains(&at) {
                return edit.text.contains(HOLE);
            }
            shift += edit.text.len() as isize - (edit.end - edit.start) as isize;
        }
        false
    }

    fn map(&self, at: usize, side: Side) -> usize {
        let mut shift = 0isize;
        for edit in &self.edits {
            let start = edit.start.wrapping_add_signed(shift);
            let end = start + edit.text.len();
            let is_before = match side {
                Side::Start => at < start,
                Side::End => at <= start,
            };
            if is_before {
                break;
            }
            let is_inside = match side {
                Side::Start => at < end,
                Side::End => at <= end,
            };
            if is_inside {
                return if side == Side::Start { edit.start } else { edit.end };
            }
            shift += edit.text.len() as isize - (edit.end - edit.start) as isize;
        }
        at.wrapping_add_signed(-shift)
    }
}

/// A start on the border of a replacement belongs to what follows, an end to what comes before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Side {
    Start,
    End,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(start: usize, end: usize, text: &str) -> Edit {
        Edit { start, end, text: text.to_owned() }
    }

    #[test]
    fn places_of_the_changed_text_lead_back() {
        let original = "step b A.Go(undon)";
        let edits = Edits::default().with(edit(7, 7, " = ")).with(edit(12, 17, HOLE));
        let changed = edits.apply(original);
        assert_eq!(changed, "step b  = A.Go(\u{1})");
        let back = |word: &str| {
            let at = changed.find(word).unwrap();
            let (start, end) = edits.original(at, at + word.len());
            &original[start..end]
        };
        assert_eq!(back("step b"), "step b");
        assert_eq!(back("A.Go"), "A.Go");
        assert_eq!(back(HOLE), "undon");
        assert_eq!(back(")"), ")");
        assert_eq!(edits.original(8, 9), (7, 7));
        assert!(edits.made_hole(15) && !edits.made_hole(3));
    }

    #[test]
    fn a_larger_edit_swallows_smaller_ones() {
        let edits = Edits::default().with(edit(4, 4, "x")).with(edit(6, 8, "y")).with(edit(2, 9, "z"));
        assert_eq!(edits.apply("0123456789"), "01z9");
    }
}
