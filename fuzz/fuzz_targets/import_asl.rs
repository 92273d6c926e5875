//! Any text as a state machine: nothing panics, and every finding points into the text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wfc::source::{SourceFile, Sources, Span};

fuzz_target!(|text: &str| {
    let mut sources = Sources::default();
    sources.add(SourceFile::new("fuzz.asl.json", text));
    let fits = |span: Span| span.file.0 == 0 && text.get(span.range()).is_some();
    for finding in wfc::compile::check(&sources, wfc::compile::Settings::default()).findings {
        let witnessed = finding.witness.iter().filter_map(|step| step.span);
        assert!(finding.labels.iter().map(|label| label.span).chain(witnessed).all(fits), "{finding:?}");
    }
});
