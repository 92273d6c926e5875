//! What git knows about a change. Git is asked as a program, as its user would.

use crate::compile;
use crate::project::Trouble;
use crate::project::base::Base;
use std::collections::BTreeSet;
use std::io::{Error, ErrorKind, Write};
use std::process::{Command, Stdio};

/// The files that differ from a revision, or that git does not know yet.
#[derive(Clone, Debug)]
pub struct Changed {
    repository: Base,
    files: BTreeSet<String>,
}

impl Changed {
    /// Whether the file shown as `path` is one of them.
    pub fn has(&self, path: &str) -> bool {
        self.files.contains(&self.repository.path(path))
    }
}

/// What has changed since this branch left `revision`, in the working tree as it is now.
pub fn changed_since(revision: &str) -> Result<Changed, Trouble> {
    let root = git(&["rev-parse", "--show-toplevel"])?
        .ok_or_else(|| trouble("this folder is in no git repository".to_string()))?;
    let here = git(&["rev-parse", "--show-prefix"])?.unwrap_or_default();
    let commit = format!("{revision}^{{commit}}");
    // No option can hide behind this one.
    let commit = git(&["rev-parse", "--verify", "--quiet", "--end-of-options", &commit])?
        .ok_or_else(|| trouble(format!("git knows no revision `{revision}`")))?;
    // What others have done there in the meantime is not this change.
    let begin = git(&["merge-base", commit.trim(), "HEAD"])?.unwrap_or(commit);
    let differing = git(&["diff", "--name-only", "-z", "--no-ext-diff", begin.trim(), "--"])?;
    let unknown = git(&["ls-files", "--others", "--exclude-standard", "--full-name", "-z", "--", ":/"])?;
    let (Some(differing), Some(unknown)) = (differing, unknown) else {
        return Err(trouble(format!("git cannot tell what changed since `{revision}`")));
    };
    let files = differing.split('\0').chain(unknown.split('\0')).filter(|path| !path.is_empty());
    Ok(Changed {
        repository: Base::new(root.trim_end_matches(['\n', '\r']), compile::normalise(here.trim_end())),
        files: files.map(str::to_string).collect(),
    })
}

fn git(arguments: &[&str]) -> Result<Option<String>, Trouble> {
    ask("--since", arguments)
}

/// What git answers; nothing where it says no. `whose` is what the user asked for.
pub(super) fn ask(whose: &str, arguments: &[&str]) -> Result<Option<String>, Trouble> {
    let run = Command::new("git").args(arguments).stdin(Stdio::null()).output();
    match run {
        Ok(run) if run.status.success() => Ok(Some(String::from_utf8_lossy(&run.stdout).into_owned())),
        Ok(_) => Ok(None),
        Err(error) => Err(cannot_start(whose, &error)),
    }
}

/// What git answers to what it is told on its standard input.
pub(super) fn tell(whose: &str, arguments: &[&str], input: &str) -> Result<Vec<u8>, Trouble> {
    let mut run = Command::new("git")
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| cannot_start(whose, &error))?;
    let stdin = run.stdin.take();
    // It answers while it is still told, so that both have to go on at once.
    let output = std::thread::scope(|scope| {
        scope.spawn(|| stdin.map(|mut stdin| stdin.write_all(input.as_bytes())));
        run.wait_with_output()
    });
    match output {
        Ok(output) if output.status.success() => Ok(output.stdout),
        Ok(_) => Err(Trouble::new(whose, "git cannot read it")),
        Err(error) => Err(Trouble::new(whose, format!("git cannot be read: {error}"))),
    }
}

fn cannot_start(whose: &str, error: &Error) -> Trouble {
    if error.kind() == ErrorKind::NotFound {
        return Trouble::new(whose, "git is wanted for this, and there is none");
    }
    Trouble::new(whose, format!("git cannot be started: {error}"))
}

fn trouble(what: String) -> Trouble {
    Trouble::new("--since", what)
}
