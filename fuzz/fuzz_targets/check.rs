//! Any text as a system of its own, through all phases: nothing panics, and every finding points
//! into the text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wfc::source::{SourceFile, Sources, Span};

fuzz_target!(|text: &str| {
    let mut sources = Sources::default();
    sources.add(SourceFile::new("fuzz.wfc", text));
    let fits = |span: Span| span.file.0 == 0 && text.get(span.range()).is_some();
    for finding in wfc::compile::check(&sources, wfc::compile::Settings::default()).findings {
        let witnessed = finding.witness.iter().filter_map(|step| step.span);
        assert!(finding.labels.iter().map(|label| label.span).chain(witnessed).all(fits), "{finding:?}");
    }
});
