//! Any text, parsed: nothing panics, and everything in the tree points into the text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wfc::source::{FileId, Span};
use wfc::syntax::ast::Item;

fuzz_target!(|text: &str| {
    let parsed = wfc::syntax::parse(FileId(0), text);
    let fits = |span: Span| span.file.0 == 0 && text.get(span.range()).is_some();
    for finding in &parsed.findings {
        assert!(finding.labels.iter().all(|label| fits(label.span)), "{finding:?}");
    }
    for item in &parsed.ast.items {
        let span = match item {
            Item::Use(it) => it.span,
            Item::Record(it) => it.span,
            Item::Id(it) => it.span,
            Item::Enumeration(it) => it.span,
            Item::Service(it) => it.span,
            Item::Workflow(it) => it.span,
            Item::Bad(span) => *span,
        };
        assert!(fits(span), "{item:?}");
    }
});
