//! `wfc.yaml`: what a project says about how it is checked. Reading is pure; which files there are is
//! the business of `disk`.

mod allowed;
mod check;
pub mod file;
mod known;
mod levels;
pub mod mistake;
mod schema;
mod show;
pub mod spanned;
mod systems;
mod yaml;

#[cfg(test)]
mod tests;

pub use allowed::{Allowances, Ground, apply_allowances};
pub use levels::Levels;
pub use schema::schema;
pub use show::show;
pub use systems::{joined, sets};

use crate::source::{FileId, Sources};
use file::{
    Allowance, Budgets, ConfidenceWord, Drift, File, Level, Override, ProfileWord, SeverityWord, System,
    Verify,
};
use mistake::Mistake;
use spanned::Spanned;
use std::collections::BTreeMap;

/// The name of the file, in the folder where a project begins.
pub const NAME: &str = "wfc.yaml";

/// What applies, of all files that say something.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The files it was read from; spans point into them.
    pub files: Sources,
    pub profile: Option<Spanned<ProfileWord>>,
    pub fail_on: Option<Spanned<SeverityWord>>,
    pub min_confidence: Option<Spanned<ConfidenceWord>>,
    pub baseline: Option<Spanned<String>>,
    pub exclude: Vec<Spanned<String>>,
    pub rules: BTreeMap<String, Spanned<Level>>,
    /// Of several that match, the last one holds.
    pub overrides: Vec<Override>,
    pub budgets: Budgets,
    pub drift: Drift,
    pub verify: Verify,
    pub systems: Vec<System>,
    pub allow: Vec<Allowance>,
}

/// Reads one file; what is wrong with it stands beside what could be read.
pub fn read(id: FileId, text: &str) -> (File, Vec<Mistake>) {
    let (file, mut mistakes) = yaml::read::<File>(id, text);
    mistakes.extend(check::check(&file));
    mistakes.sort_by_key(|mistake| mistake.span);
    (file, mistakes)
}

impl Config {
    /// Puts `file` on top: where both say something of the same, it is the stronger one.
    pub fn extend(&mut self, file: File) {
        self.profile = file.profile.or(self.profile);
        self.fail_on = file.fail_on.or(self.fail_on);
        self.min_confidence = file.min_confidence.or(self.min_confidence);
        self.baseline = file.baseline.or(self.baseline.take());
        self.budgets = file.budgets.above(self.budgets);
        self.drift = file.drift.above(self.drift);
        self.verify = file.verify.above(self.verify);
        self.exclude.extend(file.exclude.0);
        self.rules.extend(file.rules.0.into_iter().map(|(name, level)| (name.value, level)));
        self.overrides.extend(file.overrides.0);
        self.systems.extend(file.systems.0);
        self.allow.extend(file.allow.0);
    }
}
