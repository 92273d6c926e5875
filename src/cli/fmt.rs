//! `wfc fmt`.

use super::args::Fmt;
use super::output::{Output, Unwritten};
use super::{Outcome, project};
use crate::compile::{self, Formatted};
use crate::project::{Request, WhenEmpty, disk};
use crate::report::{diff, human};
use crate::source::{FileId, Sources};
use crate::syntax::ast::Format;

/// What formatting came to, so far.
#[derive(Default)]
struct Tally {
    n_changed: usize,
    n_unchanged: usize,
    is_in_trouble: bool,
}

/// Where the text goes.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Target {
    /// Where it came from.
    File,
    Stdout,
}

pub fn run(wanted: &Fmt, output: &Output) -> Result<Outcome, Unwritten> {
    let reads_stdin = wanted.paths.iter().any(|path| path == "-");
    if wanted.stdin_filename.is_some() && !reads_stdin {
        output.trouble("--stdin-filename names standard input, so it needs `-` among the paths");
        return Ok(Outcome::Trouble);
    }
    let Some(project) = project::open(&wanted.configured, output) else { return Ok(Outcome::Trouble) };
    let loaded = disk::load_alone(&Request {
        paths: wanted.paths.clone(),
        exclude: wanted.exclude.clone(),
        project_exclude: project::exclude(&project),
        base: project.base.clone(),
        sets: Vec::new(),
        stdin_name: wanted.stdin_filename.clone(),
        when_empty: if wanted.allow_empty { WhenEmpty::Fine } else { WhenEmpty::Trouble },
    });
    let stdin = wanted.stdin_filename.as_deref().map_or_else(|| disk::STDIN.to_string(), compile::normalise);
    let mut tally = Tally { is_in_trouble: !loaded.troubles.is_empty(), ..Tally::default() };
    let mut n_files = 0;
    for (id, file) in loaded.sources.iter() {
        let is_stdin = reads_stdin && file.path == stdin;
        let target = if is_stdin { Target::Stdout } else { Target::File };
        if is_stdin || compile::recognise(&file.path, &file.text) == Some(Format::Wfc) {
            n_files += 1;
            one((wanted, output), &loaded.sources, id, target, &mut tally)?;
        } else if wanted.paths.iter().any(|path| compile::normalise(path) == file.path) {
            n_files += 1;
            output.trouble(&format!("{}: only .wfc files are formatted", file.path));
            tally.is_in_trouble = true;
        }
    }
    output.troubles(&loaded.troubles);
    if n_files == 0 && !tally.is_in_trouble && !wanted.allow_empty {
        output.trouble(&format!("{}: no .wfc files here", wanted.paths.join(" ")));
        tally.is_in_trouble = true;
    }
    if n_files > usize::from(reads_stdin) {
        output.note(&summary(wanted, &tally));
    }
    let has_difference = (wanted.check || wanted.diff) && tally.n_changed > 0;
    Ok(match (tally.is_in_trouble, has_difference) {
        (true, _) => Outcome::Trouble,
        (false, true) => Outcome::Findings,
        (false, false) => Outcome::Clean,
    })
}

fn one(
    (wanted, output): (&Fmt, &Output),
    sources: &Sources,
    id: FileId,
    target: Target,
    tally: &mut Tally,
) -> Result<(), Unwritten> {
    let file = sources.get(id);
    let text = match compile::formatted(id, file) {
        Formatted::Text(text) => text,
        Formatted::Damaged(findings) => {
            tally.is_in_trouble = true;
            output.stderr_text(&human::report(&findings, sources, &output.stderr));
            output.trouble(&format!("{}: has errors, so it is left as it is", file.path));
            return Ok(());
        }
    };
    let is_changed = *text != *file.text;
    tally.n_changed += usize::from(is_changed);
    tally.n_unchanged += usize::from(!is_changed);
    if wanted.diff {
        return output.data(&diff::unified(&file.path, &file.text, &text, &output.stdout));
    }
    if wanted.check {
        return if is_changed { output.data(&format!("{}\n", file.path)) } else { Ok(()) };
    }
    if target == Target::Stdout {
        return output.data(&text);
    }
    if is_changed && let Err(trouble) = disk::rewrite(&file.path, &file.text, &text) {
        tally.is_in_trouble = true;
        tally.n_changed -= 1;
        output.trouble(&trouble.to_string());
    }
    Ok(())
}

/// `1 file formatted, 3 were already`
fn summary(wanted: &Fmt, tally: &Tally) -> String {
    let files = |n: usize| if n == 1 { "1 file".to_string() } else { format!("{n} files") };
    let what = if wanted.check || wanted.diff { "would be formatted" } else { "formatted" };
    match tally.n_changed {
        0 => format!("{} already formatted", files(tally.n_unchanged)),
        n if tally.n_unchanged == 0 => format!("{} {what}", files(n)),
        n => format!("{} {what}, {} already formatted", files(n), files(tally.n_unchanged)),
    }
}
