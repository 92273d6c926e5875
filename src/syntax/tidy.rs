//! Text made easy to read: comments dropped, white space reduced to one blank, every word followed
//! by one. pest pays for each byte it looks at and for each rule that looks; this costs next to
//! nothing. Where everything stood is kept.

use super::split::{end_of_word, is_doc, is_line_end, is_word};

/// The tidy form of an item's text.
#[derive(Debug, Default)]
pub(super) struct Tidy {
    pub text: String,
    /// For each byte of `text`, where it stood. A blank stands at the last byte of what is before it.
    places: Vec<u32>,
    pub docs: Vec<DocComment>,
}

/// A doc comment, all its lines, in places of the original.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DocComment {
    pub start: usize,
    pub end: usize,
    /// Where in the tidy text that begins which it stands above.
    pub above: usize,
}

impl Tidy {
    /// Where `start..end` of the tidy text stands in the original.
    pub fn original(&self, start: usize, end: usize) -> (usize, usize) {
        let from = self.places.get(start).map_or(0, |place| *place as usize);
        let to =
            end.checked_sub(1).and_then(|last| self.places.get(last)).map_or(0, |place| *place as usize + 1);
        (from, to.max(from))
    }

    fn push(&mut self, text: &str, start: usize, end: usize) {
        self.text.push_str(&text[start..end]);
        self.places.extend(start as u32..end as u32);
    }

    fn push_blank(&mut self) {
        if let Some(last) = self.places.last()
            && !self.text.ends_with(' ')
        {
            self.places.push(*last);
            self.text.push(' ');
        }
    }
}

/// The tidy form of `text`; none if it has something that no text without errors has: a letter of
/// another alphabet outside of quotes, a quote that is never closed, a doc comment above nothing.
pub(super) fn tidy(text: &str) -> Option<Tidy> {
    let bytes = text.as_bytes();
    let room = bytes.len() + bytes.len() / 8 + 16;
    let mut tidy =
        Tidy { text: String::with_capacity(room), places: Vec::with_capacity(room), docs: Vec::new() };
    let mut doc: Option<DocComment> = None;
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            b' ' | b'\t' | b'\n' | b'\r' => {
                at += 1;
                tidy.push_blank();
                continue;
            }
            b'/' if bytes.get(at + 1) == Some(&b'/') => {
                at += bytes[at..].iter().position(|byte| is_line_end(*byte)).unwrap_or(bytes.len() - at);
                tidy.push_blank();
                if is_doc(bytes, start) {
                    doc.get_or_insert(DocComment { start, end: at, above: 0 }).end = at;
                }
                continue;
            }
            b'"' => at = end_of_text(bytes, at)?,
            byte if byte.is_ascii_digit() => at = end_of_word(bytes, at),
            byte if is_word(byte) || byte == b'`' => {
                at = if byte == b'`' { end_of_quoted_name(bytes, at)? } else { end_of_word(bytes, at) };
                take_doc(&mut tidy, &mut doc);
                tidy.push(text, start, at);
                if !matches!(bytes.get(at), Some(b'.' | b'-')) {
                    tidy.push_blank();
                }
                continue;
            }
            byte if byte.is_ascii() => at += 1,
            _ => return None,
        }
        take_doc(&mut tidy, &mut doc);
        tidy.push(text, start, at);
    }
    doc.is_none().then_some(tidy)
}

fn take_doc(tidy: &mut Tidy, doc: &mut Option<DocComment>) {
    if let Some(doc) = doc.take() {
        tidy.docs.push(DocComment { above: tidy.text.len(), ..doc });
    }
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

    fn tidied(text: &str) -> Option<String> {
        tidy(text).map(|tidy| tidy.text)
    }

    #[test]
    fn words_have_a_blank_behind_them() {
        let text = "step\ta=B.Go(x, // why\n  -1,y-z)\n\n allow a-b:3s..4.5%";
        assert_eq!(tidied(text).unwrap(), "step a =B.Go (x , -1,y-z ) allow a-b :3s..4.5%");
        assert_eq!(tidied("`a b`.`c`\"t\\\"  //\"").unwrap(), "`a b`.`c` \"t\\\"  //\"");
    }

    #[test]
    fn places_lead_back() {
        let text = "  skip // now\n  end(a)";
        let tidy = tidy(text).unwrap();
        let at = |word: &str| {
            let start = tidy.text.find(word).unwrap();
            let (start, end) = tidy.original(start, start + word.len());
            &text[start..end]
        };
        assert_eq!(at("skip"), "skip");
        assert_eq!(at("skip "), "skip");
        assert_eq!(at("(a )"), "(a)");
        assert_eq!(tidy.original(0, tidy.text.len()), (2, text.len()));
    }

    #[test]
    fn doc_comments_are_kept_aside() {
        let text = "/// One.\n  // no\n//// no\n/// Two.\nid A";
        let tidy = tidy(text).unwrap();
        assert_eq!(tidy.text, "id A ");
        let [doc] = tidy.docs[..] else { panic!("{:?}", tidy.docs) };
        assert_eq!((&text[doc.start..doc.end], doc.above), (&text[..text.len() - 5], 0));
    }

    #[test]
    fn what_cannot_be_sound_is_not_tidied() {
        for text in ["\"a", "\"a\n\"", "\"a\\\n\"", "\"a\\\"", "`a", "``", "`a\n`", "\u{e9}", "id A /// x"] {
            assert_eq!(tidied(text), None, "{text}");
        }
        assert_eq!(tidied("// \u{e9}\n\"\u{e9}\"").unwrap(), "\"\u{e9}\"");
    }
}
