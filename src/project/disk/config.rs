//! Finds the configuration that applies where wfc was started, and reads it with all it builds upon.

use super::read;
use crate::compile;
use crate::project::base::Base;
use crate::project::config::mistake::Mistake;
use crate::project::config::spanned::Spanned;
use crate::project::config::{self, Config, NAME};
use crate::project::{Project, Trouble};
use crate::source::{SourceFile, Sources};
use std::path::{Path, PathBuf};

/// Where a repository begins, and the search for a configuration ends.
const REPOSITORIES: &[&str] = &[".git", ".hg", ".jj"];

/// Which configuration the user wants.
#[derive(Clone, Copy, Debug)]
pub enum Wanted<'a> {
    /// The nearest one upwards, if there is any.
    Nearest,
    This(&'a str),
    None,
}

/// The project that wfc was started in, and what its configuration says.
pub fn project(wanted: Wanted) -> Result<Project, Vec<Trouble>> {
    let around = around(matches!(wanted, Wanted::Nearest)).map_err(|trouble| vec![trouble])?;
    let config = match wanted {
        Wanted::None => None,
        Wanted::This(path) => Some(path.to_string()),
        Wanted::Nearest => around.config,
    };
    let config = match config {
        Some(path) => read_all(&path)?,
        None => Config::default(),
    };
    Ok(Project { base: around.base, config })
}

struct Around {
    base: Base,
    /// As it is shown.
    config: Option<String>,
}

/// Goes upwards from where wfc was started: to the nearest configuration if one is wanted, else to where
/// the repository begins.
fn around(with_config: bool) -> Result<Around, Trouble> {
    let here = std::env::current_dir().ok().filter(|here| here.to_str().is_some());
    let Some(here) = here else { return Ok(Around { base: Base::default(), config: None }) };
    for (depth, folder) in here.ancestors().enumerate() {
        if with_config && folder.join(NAME).exists() {
            let shown = format!("{}{NAME}", "../".repeat(depth));
            return Ok(Around { base: base(folder, &here), config: Some(shown) });
        }
        let mistaken = "wfc.yml";
        if with_config && folder.join(mistaken).exists() {
            let shown = format!("{}{mistaken}", "../".repeat(depth));
            return Err(Trouble::new(shown, format!("is not read: call it {NAME}")));
        }
        if REPOSITORIES.iter().any(|name| folder.join(name).exists()) {
            return Ok(Around { base: base(folder, &here), config: None });
        }
    }
    Ok(Around { base: base(&here, &here), config: None })
}

fn base(root: &Path, here: &Path) -> Base {
    let text = |path: &Path| path.to_str().unwrap_or_default().replace('\\', "/");
    Base::new(text(root), text(here.strip_prefix(root).unwrap_or(Path::new(""))))
}

fn read_all(path: &str) -> Result<Config, Vec<Trouble>> {
    let text = read::plain(path).map_err(|why| vec![Trouble::new(path, why)])?;
    let mut reader = Reader::default();
    reader.read(path, text);
    if reader.mistakes.is_empty() {
        reader.config.files = reader.files;
        return Ok(reader.config);
    }
    Err(reader.mistakes.iter().map(|mistake| mistake.trouble(&reader.files)).collect())
}

#[derive(Default)]
struct Reader {
    files: Sources,
    /// From the first file to the one that is being read, each by its real name.
    open: Vec<(PathBuf, String)>,
    done: Vec<PathBuf>,
    mistakes: Vec<Mistake>,
    config: Config,
}

impl Reader {
    /// Reads a file on top of those it builds upon.
    fn read(&mut self, path: &str, text: String) {
        let id = self.files.add(SourceFile::new(path, text.as_str()));
        let (file, mistakes) = config::read(id, &text);
        self.mistakes.extend(mistakes);
        let place = real(path);
        self.open.push((place.clone(), path.to_string()));
        for extended in &file.extends.0 {
            self.extend(path, extended);
        }
        self.open.pop();
        self.done.push(place);
        self.config.extend(file);
    }

    fn extend(&mut self, from: &str, extended: &Spanned<String>) {
        let path = compile::resolve(from, &extended.value);
        let place = real(&path);
        if let Some(at) = self.open.iter().position(|(open, _)| *open == place) {
            let circle: Vec<&str> = self.open[at..].iter().map(|(_, path)| path.as_str()).collect();
            let message = format!("`{}` builds upon itself", extended.value);
            let circle = format!("{} → {}", circle.join(" → "), self.open[at].1);
            self.mistakes.push(Mistake::new(extended.span, message).help(circle));
            return;
        }
        // Two files may build upon the same one.
        if self.done.contains(&place) {
            return;
        }
        match read::plain(&path) {
            Ok(text) => self.read(&path, text),
            Err(why) => {
                let message = format!("`{}` cannot be built upon: {why}", extended.value);
                self.mistakes.push(Mistake::new(extended.span, message));
            }
        }
    }
}

/// One name for one file, whatever leads to it.
fn real(path: &str) -> PathBuf {
    Path::new(path).canonicalize().unwrap_or_else(|_| PathBuf::from(path))
}
