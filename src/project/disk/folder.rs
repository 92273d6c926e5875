//! All texts of a folder.

use super::read;
use crate::project::Trouble;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// By its path from `folder`, the text of each file in it; hidden ones are left out.
pub fn read_folder(folder: &str) -> Result<BTreeMap<String, String>, Trouble> {
    let mut texts = BTreeMap::new();
    collect(Path::new(folder), "", &mut texts)?;
    Ok(texts)
}

fn collect(folder: &Path, prefix: &str, texts: &mut BTreeMap<String, String>) -> Result<(), Trouble> {
    let trouble = |path: &Path, what: String| Trouble::new(path.to_string_lossy().replace('\\', "/"), what);
    let entries = fs::read_dir(folder).map_err(|error| trouble(folder, read::explain(&error)))?;
    for entry in entries {
        let path = entry.map_err(|error| trouble(folder, read::explain(&error)))?.path();
        let name = path.file_name().map_or_else(Default::default, |name| name.to_string_lossy().into_owned());
        let kind = fs::symlink_metadata(&path).map_err(|error| trouble(&path, read::explain(&error)))?;
        if name.starts_with('.') {
            continue;
        }
        if kind.is_dir() {
            collect(&path, &format!("{prefix}{name}/"), texts)?;
            continue;
        }
        let text = read::plain(&path.to_string_lossy()).map_err(|what| trouble(&path, what))?;
        texts.insert(format!("{prefix}{name}"), text);
    }
    Ok(())
}
