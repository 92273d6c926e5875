//! How often git knows a file to have changed.

use super::git;
use crate::metrics::style::Change;
use crate::project::Trouble;
use std::collections::BTreeMap;

/// What git says of how often files changed: each by its path as it was given.
#[derive(Clone, Debug, Default)]
pub struct History {
    pub changes: BTreeMap<String, Change>,
    /// Files that git does not know.
    pub unknown: Vec<String>,
}

/// A month, in seconds.
const MONTH: f64 = 365.25 / 12.0 * 86_400.0;

/// Commits that touched each file, over the time from its first commit to the last one of the branch: the
/// day of the question plays no part.
pub fn history<'p>(paths: impl IntoIterator<Item = &'p str>) -> Result<History, Trouble> {
    let Some(last) = git::ask("--history", &["log", "-1", "--format=%ct"])? else {
        return Err(Trouble::new(
            "--history",
            "this folder is in no git repository, or it has no commit yet",
        ));
    };
    let seconds = |text: &str| text.trim().parse::<f64>().ok();
    let last = seconds(&last).unwrap_or_default();
    let mut history = History::default();
    for path in paths {
        let log =
            git::ask("--history", &["log", "--follow", "--format=%ct", "--", path])?.unwrap_or_default();
        let times: Vec<f64> = log.lines().filter_map(seconds).collect();
        match times.iter().copied().reduce(f64::min) {
            // The commit that made the file changed nothing.
            Some(first) => {
                let months = ((last - first) / MONTH).max(0.0);
                let change = Change { n_changes: times.len() - 1, months };
                history.changes.insert(path.to_string(), change);
            }
            None => history.unknown.push(path.to_string()),
        }
    }
    Ok(history)
}
