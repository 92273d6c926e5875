//! What people read first is laid out as `wfc fmt` would do it.

use libtest_mimic::Failed;
use wfc::compile::{Formatted, formatted};
use wfc::source::Sources;

/// Holds every `.wfc` file to its canonical form, those with a mistake in their language aside.
pub fn hold(sources: &Sources) -> Result<(), Failed> {
    for (id, file) in sources.iter().filter(|(_, file)| file.path.ends_with(".wfc")) {
        match formatted(id, file) {
            // Between the files of an example stands an empty line.
            Formatted::Text(text) if text.trim_end() != file.text.trim_end() => {
                return Err(format!("{} is not formatted; it should be\n\n{text}", file.path).into());
            }
            Formatted::Text(_) | Formatted::Damaged(_) => {}
        }
    }
    Ok(())
}
