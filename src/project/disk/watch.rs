//! Waits for files to change.

use crate::project::Trouble;
use notify::{EventKind, RecommendedWatcher, RecursiveMode};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver};
use std::time::Duration;

/// Editors and git write several files one after the other; that is one change.
const CALM: Duration = Duration::from_millis(120);

/// What ends in this may be a workflow, a configuration or a baseline.
const ENDINGS: &[&str] = &["wfc", "json", "json5", "jsonc", "yaml", "yml", "jsonl", "gitignore"];

/// Notices changes, also those that come while nobody waits.
pub struct Watcher {
    changes: Receiver<()>,
    inner: RecommendedWatcher,
    watched: BTreeSet<PathBuf>,
    /// With everything below them.
    whole: Vec<PathBuf>,
}

/// Watches everything below `folders`.
pub fn watch(folders: &[String]) -> Result<Watcher, Trouble> {
    let (sender, changes) = mpsc::channel();
    let heard = move |event: Result<notify::Event, notify::Error>| {
        // An error says that changes were lost: one more run does no harm.
        if event.map_or(true, |event| is_of_interest(&event)) {
            let _ = sender.send(());
        }
    };
    let inner = notify::recommended_watcher(heard).map_err(|error| refused("--watch", &error))?;
    let whole: Vec<PathBuf> = folders.iter().map(PathBuf::from).collect();
    let mut watcher = Watcher { changes, inner, watched: BTreeSet::new(), whole: whole.clone() };
    for folder in whole {
        watcher.folder(folder, RecursiveMode::Recursive)?;
    }
    Ok(watcher)
}

impl Watcher {
    /// Watches these files as well. Editors put another file into the place of the old one, so that it is
    /// their folder that is watched.
    pub fn add(&mut self, files: impl IntoIterator<Item = String>) -> Result<(), Trouble> {
        for folder in files.into_iter().map(|file| folder_of(&file)).collect::<BTreeSet<_>>() {
            if folder.is_dir() && !self.is_below(&folder) {
                self.folder(folder, RecursiveMode::NonRecursive)?;
            }
        }
        Ok(())
    }

    /// Whether it lies below a folder that is watched as a whole.
    fn is_below(&self, folder: &Path) -> bool {
        let leads_out = folder.starts_with("..") || folder.is_absolute();
        self.whole.iter().any(|whole| folder.starts_with(whole) || (whole == Path::new(".") && !leads_out))
    }

    fn folder(&mut self, folder: PathBuf, mode: RecursiveMode) -> Result<(), Trouble> {
        use notify::Watcher as _;
        if self.watched.contains(&folder) {
            return Ok(());
        }
        let path = folder.to_string_lossy().into_owned();
        self.inner.watch(&folder, mode).map_err(|error| refused(&path, &error))?;
        self.watched.insert(folder);
        Ok(())
    }

    /// Waits for a change, and then until no more come; nothing when there can be none any more.
    pub fn wait(&self) -> Option<()> {
        self.changes.recv().ok()?;
        while self.changes.recv_timeout(CALM).is_ok() {}
        Some(())
    }
}

fn folder_of(file: &str) -> PathBuf {
    match Path::new(file).parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

fn refused(path: &str, error: &notify::Error) -> Trouble {
    Trouble::new(path, format!("cannot be watched: {error}"))
}

fn is_of_interest(event: &notify::Event) -> bool {
    let is_change = match event.kind {
        EventKind::Access(_) => false,
        EventKind::Any | EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_) => true,
        EventKind::Other => true,
    };
    is_change && event.paths.iter().any(|path| may_matter(path))
}

fn may_matter(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy()).unwrap_or_default();
    let ending = name.rsplit('.').next().unwrap_or_default();
    // A folder that comes or goes has no ending.
    !name.contains('.') || ENDINGS.contains(&ending)
}

#[cfg(test)]
mod tests {
    use super::may_matter;
    use std::path::Path;

    #[test]
    fn what_editors_and_compilers_write_beside_does_not_matter() {
        for path in ["a/b.wfc", "m.asl.json", "wfc.yaml", "wfc-baseline.jsonl", ".gitignore", "new-folder"] {
            assert!(may_matter(Path::new(path)), "{path}");
        }
        for path in ["a.wfc~", ".a.wfc.swp", "main.rs", "x.o", ".a.wfc.123.tmp"] {
            assert!(!may_matter(Path::new(path)), "{path}");
        }
    }
}
