//! `wfc check --watch`: checks again whenever a file changes.

use super::Outcome;
use super::args::Check;
use super::check::{self, Round};
use super::output::{Output, Unwritten};
use crate::project::{Trouble, disk};
use std::io::{self, IsTerminal};
use std::path::Path;

/// Clears the screen and what can be scrolled back to: what is above is of another run.
const CLEAR: &str = "\u{1b}[2J\u{1b}[3J\u{1b}[H";

pub fn run(wanted: &Check, output: &Output) -> Result<Outcome, Unwritten> {
    let (folders, files): (Vec<String>, Vec<String>) =
        wanted.paths.iter().cloned().partition(|path| Path::new(path).is_dir());
    // It is there before the first check, so that no change is missed.
    let mut watcher = match disk::watch(&folders) {
        Ok(watcher) => watcher,
        Err(trouble) => return Ok(output.troubled(&trouble)),
    };
    let surroundings = files.into_iter().chain(wanted.configured.config.clone()).chain(around());
    if let Err(trouble) = watcher.add(surroundings) {
        return Ok(output.troubled(&trouble));
    }
    let is_terminal = io::stdout().is_terminal();
    rounds(
        || {
            if is_terminal {
                output.data(CLEAR)?;
            }
            check::once(wanted, output)
        },
        |round| {
            watcher.add(round.files)?;
            output.note("waiting for changes (Ctrl-C ends)");
            Ok(watcher.wait())
        },
        |trouble| output.troubled(&trouble),
    )
}

/// Checks, and waits for a reason to check again, until there can be none.
fn rounds(
    mut check: impl FnMut() -> Result<Round, Unwritten>,
    mut wait: impl FnMut(Round) -> Result<Option<()>, Trouble>,
    tell: impl Fn(Trouble) -> Outcome,
) -> Result<Outcome, Unwritten> {
    loop {
        let round = check()?;
        let outcome = round.outcome;
        match wait(round) {
            Ok(Some(())) => {}
            Ok(None) => return Ok(outcome),
            Err(trouble) => return Ok(tell(trouble)),
        }
    }
}

/// Where a configuration may come or go: here, and in the folders above.
fn around() -> impl Iterator<Item = String> {
    (0..4).map(|depth| format!("{}wfc.yaml", "../".repeat(depth)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(outcome: Outcome) -> Round {
        Round { outcome, files: vec!["a.wfc".to_string()] }
    }

    #[test]
    fn every_change_is_followed_by_one_check_and_the_last_one_counts() {
        let mut outcomes = [Outcome::Findings, Outcome::Trouble, Outcome::Clean].into_iter();
        let mut changes = [Some(()), Some(()), None].into_iter();
        let last = rounds(
            || Ok(round(outcomes.next().unwrap())),
            |round| {
                assert_eq!(round.files, ["a.wfc"]);
                Ok(changes.next().unwrap())
            },
            |_| Outcome::Trouble,
        );
        assert_eq!(last.unwrap(), Outcome::Clean);
        assert_eq!((outcomes.next(), changes.next()), (None, None));
    }

    #[test]
    fn what_cannot_be_watched_any_more_ends_it() {
        let refuse = |_| Err(Trouble::new("a", "cannot be watched"));
        let last = rounds(|| Ok(round(Outcome::Clean)), refuse, |_| Outcome::Trouble);
        assert_eq!(last.unwrap(), Outcome::Trouble);
        assert!(rounds(|| Err(Unwritten), |_| Ok(None), |_| Outcome::Trouble).is_err());
    }
}
