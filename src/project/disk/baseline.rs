//! The baseline on the disk.

use super::{read, replace};
use crate::project::Trouble;
use crate::project::base::Base;
use crate::project::baseline::{Baseline, Looked};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// The baseline at `path`; nothing where there is no such file.
pub fn read_baseline(path: &str) -> Result<Option<Baseline>, Trouble> {
    if !Path::new(path).exists() {
        return Ok(None);
    }
    let text = read::plain(path).map_err(|why| Trouble::new(path, why))?;
    let read = Baseline::read(&text).map_err(|malformed| {
        let again = "; wfc check --write-baseline writes it anew";
        Trouble::new(format!("{path}:{}", malformed.line), format!("{}{again}", malformed.why))
    });
    read.map(Some)
}

pub fn write_baseline(path: &str, baseline: &Baseline) -> Result<(), Trouble> {
    replace(path, &baseline.write())
}

/// What a run that checked the files `checked` of the project can say about those of the baseline.
pub fn looked(baseline: &Baseline, checked: &BTreeSet<String>, base: &Base) -> BTreeMap<String, Looked> {
    let one = |file: &str| match checked.contains(file) {
        true => Looked::At,
        false if Path::new(&base.shown(file)).exists() => Looked::Past,
        false => Looked::Gone,
    };
    baseline.files().into_iter().map(|file| (file.to_string(), one(file))).collect()
}
