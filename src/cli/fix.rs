//! `wfc check --fix`: what is written, and what is said of it.

use super::Outcome;
use super::args::Check;
use super::output::{Output, Unwritten};
use crate::compile::{self, Fixed, Settings};
use crate::finding::Safety;
use crate::project::{Trouble, disk};
use crate::report::selection::Selection;
use crate::report::{diff, summary};
use crate::source::{FileId, SourceFile, Sources};

/// Mends what the user would get to see; nothing is written yet.
pub fn fix(wanted: &Check, sources: &Sources, settings: Settings, selection: &Selection) -> Fixed {
    let limit = if wanted.unsafe_fixes { Safety::Unsafe } else { Safety::Safe };
    compile::fix(sources, settings, limit, |finding| selection.shows(finding))
}

impl Fixed {
    /// What would change, as a diff.
    pub fn show(&self, before: &Sources, output: &Output) -> Result<Outcome, Unwritten> {
        let mut n_files = 0;
        for (id, file) in self.changed(before) {
            n_files += 1;
            let after = &self.sources.get(id).text;
            output.data(&diff::unified(&file.path, &file.text, after, &output.stdout))?;
        }
        self.tell("would fix", n_files, output);
        Ok(if n_files > 0 { Outcome::Findings } else { Outcome::Clean })
    }

    /// Writes what has changed; gives what could not be written.
    pub fn write(&self, before: &Sources, output: &Output) -> Vec<Trouble> {
        let changed: Vec<_> = self.changed(before).collect();
        let write = |(id, file): &(FileId, &SourceFile)| {
            disk::rewrite(&file.path, &file.text, &self.sources.get(*id).text).err()
        };
        let troubles: Vec<Trouble> = changed.iter().filter_map(write).collect();
        self.tell("fixed", changed.len() - troubles.len(), output);
        troubles
    }

    fn changed<'s>(&'s self, before: &'s Sources) -> impl Iterator<Item = (FileId, &'s SourceFile)> {
        before.iter().filter(|(id, file)| file.text != self.sources.get(*id).text)
    }

    fn tell(&self, verb: &str, n_files: usize, output: &Output) {
        for title in &self.refused {
            output.note(&format!("note: not done, because it would not have helped: {title}"));
        }
        if n_files > 0 {
            output.note(&summary::fixed(verb, self.n_fixed, n_files));
        } else {
            output.note("nothing to fix");
        }
    }
}
