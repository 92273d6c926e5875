//! Which paths a generated file may have: below the folder of the project, and the same file on every
//! system.

use std::collections::BTreeMap;

/// What is wrong with a path from the folder of the project, if anything is.
pub fn check(path: &str) -> Result<(), &'static str> {
    if path.is_empty() {
        return Err("it is empty");
    }
    if path.len() > LONGEST_PATH {
        return Err("it is too long");
    }
    let mut parts = path.split('/');
    let first = parts.clone().next().unwrap_or("");
    if path.starts_with('/') || first.contains(':') {
        return Err("it does not begin in the folder of the project");
    }
    if [super::FOLDER, ".git"].iter().any(|name| first.eq_ignore_ascii_case(name)) {
        return Err("this folder is not for generated files");
    }
    parts.try_for_each(check_part)
}

fn check_part(part: &str) -> Result<(), &'static str> {
    if part == ".." {
        return Err("it leads out of the folder of the project");
    }
    if part.is_empty() || part == "." {
        return Err("a part of it is no name");
    }
    if part.len() > LONGEST_NAME {
        return Err("a name in it is too long");
    }
    if part.chars().any(|c| c.is_control() || "\\:*?\"<>|".contains(c)) {
        return Err("a character in it is not allowed in names of files everywhere");
    }
    if part.ends_with(['.', ' ']) || part.starts_with(' ') {
        return Err("a name in it begins or ends in what some systems drop");
    }
    let stem = part.split('.').next().unwrap_or(part).trim_end().to_ascii_lowercase();
    let is_numbered = |name: &str| {
        let number = stem.strip_prefix(name).unwrap_or("");
        number.chars().count() == 1 && number.starts_with(|c: char| c.is_ascii_digit() || "¹²³".contains(c))
    };
    let is_device = ["con", "prn", "aux", "nul", "conin$", "conout$"].contains(&stem.as_str());
    if is_device || is_numbered("com") || is_numbered("lpt") {
        return Err("a name in it is a device on some systems");
    }
    Ok(())
}

/// With what is put around it while it is written, as much as file systems take.
const LONGEST_NAME: usize = 200;

/// Some systems take 260 for the whole path.
const LONGEST_PATH: usize = 1000;

/// Two paths that some systems take for one, or of which one is a folder of the other.
pub fn clash<'a>(paths: impl Iterator<Item = &'a str>) -> Option<(&'a str, &'a str)> {
    // By its folded name each file and folder on the way, with the one that wants it.
    let mut files: BTreeMap<String, &str> = BTreeMap::new();
    let mut folders: BTreeMap<String, &str> = BTreeMap::new();
    for path in paths {
        let folded = path.to_lowercase();
        if let Some(other) = files.get(&folded).or(folders.get(&folded)) {
            return Some((other, path));
        }
        for (at, _) in path.match_indices('/') {
            let folder = path[..at].to_lowercase();
            if let Some(other) = files.get(&folder) {
                return Some((other, path));
            }
            if let Some(other) = folders.get(&folder).filter(|other| other.get(..at) != Some(&path[..at])) {
                return Some((other, path));
            }
            folders.entry(folder).or_insert(path);
        }
        files.insert(folded, path);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_paths_are_fine() {
        for path in [
            "Cargo.toml",
            "services/payments/src/lib.rs",
            ".gitignore",
            "a/.cargo/config.toml",
            "com.rs",
            "ä.md",
        ] {
            assert_eq!(check(path), Ok(()), "{path}");
        }
    }

    #[test]
    fn paths_that_lead_elsewhere_are_not() {
        for path in [
            "",
            "/etc/passwd",
            "../a",
            "a/../../b",
            "a/..",
            "./a",
            "a//b",
            "a/",
            "C:/a",
            "c:a",
            "a\\b",
            "\\\\host\\a",
            "nul",
            "NUL.txt",
            "src/con.rs",
            "com1",
            "LPT9.x",
            "com¹",
            "a.",
            "a ",
            " a",
            "a/b./c",
            "a\0b",
            "a\nb",
            "a:b",
            "a?",
            "a*",
            ".wfc/manifest.json",
            ".WFC/x",
            ".git/hooks/pre-commit",
            ".Git/config",
        ] {
            assert!(check(path).is_err(), "{path:?}");
        }
        assert!(check(&"a".repeat(201)).is_err());
        assert!(check(&"a/".repeat(600)).is_err());
    }

    #[test]
    fn two_names_for_one_file_clash() {
        let clashes = |paths: &[&str]| clash(paths.iter().copied()).is_some();
        assert!(clashes(&["README.md", "readme.md"]));
        assert!(clashes(&["a", "a/b"]));
        assert!(clashes(&["A/b", "a/c"]));
        assert!(clashes(&["a/b", "A"]));
        assert!(clashes(&["ä", "Ä"]));
        assert!(!clashes(&["a/b", "a/c", "b", "a.b"]));
    }
}
