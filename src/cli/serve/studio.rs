//! Draws the page anew whenever a file is saved. While the text is broken, it keeps the last good pictures.

use crate::cli::args::Serve;
use crate::cli::graph::findings::{self, Known};
use crate::cli::graph::page_title;
use crate::cli::project;
use crate::compile::{self, PageWanted};
use crate::diagram::html::{self, Life, Page, Told};
use crate::diagram::{Lanes, Theme, View};
use crate::finding::Severity;
use crate::project::baseline;
use crate::project::disk::{self, Watcher};
use crate::project::{Request, Trouble, WhenEmpty};
use std::panic::{self, AssertUnwindSafe};
use std::path::Path;

/// What the server gives to those who ask.
#[derive(Clone, Debug, Default)]
pub struct Drawn {
    pub html: String,
    pub json: String,
    /// Differs when what is seen differs.
    pub version: String,
}

pub struct Studio {
    path: String,
    configured: crate::cli::args::Configured,
    workflow: Option<String>,
    first: View,
    watcher: Watcher,
    /// Of the last text that could be drawn.
    good: Option<Page>,
}

impl Studio {
    pub fn open(wanted: &Serve) -> Result<Studio, Trouble> {
        let is_folder = Path::new(&wanted.path).is_dir();
        let folders = if is_folder { vec![wanted.path.clone()] } else { Vec::new() };
        let mut watcher = disk::watch(&folders)?;
        let file = (!is_folder).then(|| wanted.path.clone());
        // Where a configuration, or a baseline, may come or go: here, and in the folders above.
        let around = (0..4).flat_map(|depth| {
            ["wfc.yaml", baseline::NAME].map(|name| format!("{}{name}", "../".repeat(depth)))
        });
        watcher.add(file.into_iter().chain(wanted.configured.config.clone()).chain(around))?;
        Ok(Studio {
            path: wanted.path.clone(),
            configured: crate::cli::args::Configured {
                config: wanted.configured.config.clone(),
                isolated: wanted.configured.isolated,
            },
            workflow: wanted.workflow.clone(),
            first: wanted.view.into(),
            watcher,
            good: None,
        })
    }

    /// Waits until something is saved; nothing when that cannot happen any more.
    pub fn wait(&self) -> Option<()> {
        self.watcher.wait()
    }

    /// Draws what is there now.
    pub fn draw(&mut self) -> Drawn {
        // A mistake of ours in one text must not end the page for the next one.
        let page = panic::catch_unwind(AssertUnwindSafe(|| self.page())).unwrap_or_else(|_| {
            self.broken(vec![in_words("a bug in wfc kept it from being drawn: see the terminal")])
        });
        let json = html::json(&page);
        Drawn { version: html::sum(&json), html: html::html(&page, Life::Live), json }
    }

    fn page(&mut self) -> Page {
        let project = match project::opened(&self.configured) {
            Ok(project) => project,
            Err(troubles) => {
                return self.broken(troubles.iter().map(|it| in_words(&it.to_string())).collect());
            }
        };
        let loaded = disk::load(&Request {
            paths: vec![self.path.clone()],
            exclude: Vec::new(),
            project_exclude: project::exclude(&project),
            base: project.base.clone(),
            sets: Vec::new(),
            stdin_name: None,
            when_empty: WhenEmpty::Trouble,
        });
        // Files that are used may lie anywhere. What cannot be watched is still drawn.
        let _ = self.watcher.add(loaded.sources.iter().map(|(_, file)| file.path.clone()));
        if !loaded.troubles.is_empty() {
            return self.broken(loaded.troubles.iter().map(|it| in_words(&it.to_string())).collect());
        }
        let joined = project::joined_files(&project, &loaded.sources);
        let found = match findings::shown(&project, &loaded.sources, &joined, Known::LeftOut) {
            Ok(found) => found,
            Err(trouble) => return self.broken(vec![in_words(&trouble.to_string())]),
        };
        let paged = compile::page(
            &loaded.sources,
            &PageWanted {
                title: &page_title(&self.path),
                workflow: self.workflow.as_deref(),
                first: self.first,
                theme: Theme::Auto,
                lanes: Lanes::WhereTheyHelp,
                joined: &joined,
                findings: &found,
            },
        );
        if paged.errors.is_empty() {
            self.good = Some(paged.page.clone());
            return paged.page;
        }
        let (told, lines) = compile::told(&loaded.sources, &paged.errors);
        match &self.good {
            Some(good) => good.clone().outdated(told, lines),
            // Half a picture is more than none.
            None => Page { is_stale: false, ..paged.page.outdated(told, lines) },
        }
    }

    /// What cannot even be read.
    fn broken(&self, told: Vec<Told>) -> Page {
        let title = page_title(&self.path);
        let good = self.good.clone().unwrap_or_else(|| Page { title, ..Page::default() });
        good.outdated(told, Vec::new())
    }
}

fn in_words(message: &str) -> Told {
    Told {
        severity: Severity::Error,
        rule: String::new(),
        reports: String::new(),
        message: message.to_string(),
        labels: Vec::new(),
        witness: Vec::new(),
        what_if: String::new(),
        help: Vec::new(),
        run: None,
    }
}
