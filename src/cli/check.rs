//! `wfc check`.

use super::Outcome;
use super::args::{Check, ReportTo};
use super::fix;
use super::output::{Output, Unwritten};
use super::today::today;
use crate::compile::{self, Settings};
use crate::project::{Request, WhenEmpty, disk};
use crate::report::paint::Paint;
use crate::report::paths::Paths;
use crate::report::selection::{Selection, Verdict, select};
use crate::report::summary::{fixable, summary};
use crate::report::{self, Report};

/// In bytes, as much as the main thread has.
const STACK: usize = 8 << 20;

pub fn run(wanted: &Check, output: &Output) -> Result<Outcome, Unwritten> {
    let reads_stdin = wanted.paths.iter().any(|path| path == "-");
    if wanted.stdin_filename.is_some() && !reads_stdin {
        output.trouble("--stdin-filename names standard input, so it needs `-` among the paths");
        return Ok(Outcome::Trouble);
    }
    if reads_stdin && wanted.fix && !wanted.diff {
        output.trouble("standard input cannot be written: --diff shows what --fix would change");
        return Ok(Outcome::Trouble);
    }
    // A deeply nested workflow needs the same stack in every thread that it needs in the first one. An
    // error only says that the threads run already.
    let _ = rayon::ThreadPoolBuilder::new().stack_size(STACK).build_global();
    let loaded = disk::load(&Request {
        paths: wanted.paths.clone(),
        exclude: wanted.exclude.clone(),
        stdin_name: wanted.stdin_filename.clone(),
        when_empty: if wanted.allow_empty { WhenEmpty::Fine } else { WhenEmpty::Trouble },
    });
    let today = today();
    let settings = Settings { today: Some(&today) };
    let selection = Selection {
        profile: wanted.profile.into(),
        fail_on: wanted.fail_on.into(),
        min_confidence: wanted.min_confidence.map(Into::into),
    };
    let mut troubles = loaded.troubles;
    let (sources, checked) = if wanted.fix || wanted.diff {
        let fixed = fix::fix(wanted, &loaded.sources, settings, &selection);
        if wanted.diff {
            output.troubles(&troubles);
            let outcome = fixed.show(&loaded.sources, output)?;
            return Ok(if troubles.is_empty() { outcome } else { Outcome::Trouble });
        }
        troubles.extend(fixed.write(&loaded.sources, output));
        (fixed.sources, fixed.checked)
    } else {
        let checked = compile::check(&loaded.sources, settings);
        (loaded.sources, checked)
    };
    let selected = select(checked.findings, &selection);

    let paths = disk::repository().map_or_else(Paths::default, |it| Paths::new(it.root, it.here));
    let report = Report {
        selected: &selected,
        sources: &sources,
        n_allowed: checked.n_allowed,
        fail_on: selection.fail_on,
        paths: &paths,
    };
    // Files come first: when standard output is closed, they are there all the same.
    for ReportTo { format, path } in &wanted.report {
        let text = report::write(&report, (*format).into(), &Paint::plain());
        troubles.extend(disk::replace(path, &text).err());
    }
    output.data(&report::write(&report, wanted.format.into(), &output.stdout))?;
    for notice in &loaded.notices {
        output.note(&format!("note: {notice}"));
    }
    output.troubles(&troubles);
    let n_files = sources.iter().count();
    if n_files > 0 || troubles.is_empty() {
        output.note(&summary(&selected, n_files, checked.n_allowed, &output.stderr));
        if let Some(fixable) = fixable(&selected.shown).filter(|_| !(wanted.fix && wanted.unsafe_fixes)) {
            output.note(&fixable);
        }
    }
    Ok(if !troubles.is_empty() {
        Outcome::Trouble
    } else if selected.verdict == Verdict::Fail && !wanted.exit_zero {
        Outcome::Findings
    } else {
        Outcome::Clean
    })
}
