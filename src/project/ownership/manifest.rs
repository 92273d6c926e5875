//! `.wfc/manifest.json`: what wfc has written into a project, so that it knows its own files again. A
//! line a file, sorted, for people who merge it.

use super::path;
use crate::generate::{Duty, Generated, Owner};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};

const VERSION: u32 = 1;

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    version: u32,
    /// What the project was generated for.
    pub target: String,
    /// By path the hash of what was written.
    pub generated: BTreeMap<String, String>,
    /// What was written once.
    pub user: BTreeSet<String>,
    /// By file, what was to be written by hand in it.
    pub duties: BTreeMap<String, BTreeSet<String>>,
}

#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

impl Manifest {
    /// That of everything in `generated`.
    pub fn of(target: &str, generated: &Generated) -> Manifest {
        let mut manifest = Manifest { version: VERSION, target: target.to_string(), ..Manifest::default() };
        for (path, file) in &generated.files {
            match file.owner {
                Owner::Generated => drop(manifest.generated.insert(path.clone(), hash(&file.text))),
                Owner::User => drop(manifest.user.insert(path.clone())),
            }
        }
        for Duty { what, file } in &generated.duties {
            manifest.duties.entry(file.clone()).or_default().insert(what.clone());
        }
        manifest
    }

    /// Reads one, or says what is wrong with it.
    pub fn read(text: &str) -> Result<Manifest, String> {
        let versioned: Versioned = serde_json::from_str(text).map_err(|error| error.to_string())?;
        if versioned.version != VERSION {
            return Err(format!("version {} was written by another wfc", versioned.version));
        }
        let manifest: Manifest = serde_json::from_str(text).map_err(|error| error.to_string())?;
        // What stands here may be removed from the disk.
        for path in manifest.generated.keys().chain(&manifest.user) {
            path::check(path).map_err(|why| format!("`{path}` is no file of a project: {why}"))?;
        }
        match manifest.generated.keys().find(|path| manifest.user.contains(*path)) {
            Some(path) => Err(format!("`{path}` is both generated and the user's")),
            None => Ok(manifest),
        }
    }

    pub fn text(&self) -> String {
        // INVARIANT: maps with strings as keys can always be written.
        serde_json::to_string_pretty(self).expect("a manifest is JSON") + "\n"
    }

    pub fn has_duty(&self, duty: &Duty) -> bool {
        self.duties.get(&duty.file).is_some_and(|all| all.contains(&duty.what))
    }

    pub fn duties(&self) -> impl Iterator<Item = Duty> {
        self.duties
            .iter()
            .flat_map(|(file, all)| all.iter().map(|what| Duty { what: what.clone(), file: file.clone() }))
    }
}

/// Of a text, whatever ends its lines: version control may have turned them.
pub fn hash(text: &str) -> String {
    let digest = Sha256::digest(unix(text).as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The text with `\n` at the end of its lines.
pub fn unix(text: &str) -> std::borrow::Cow<'_, str> {
    if text.contains("\r\n") { text.replace("\r\n", "\n").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_it_writes() {
        let mut generated = Generated::default();
        generated.own("b", "1");
        generated.own("a", "1");
        generated.hand_over("c", "1");
        generated.duties.push(Duty { what: "Payments::charge".to_string(), file: "c".to_string() });
        let manifest = Manifest::of("rust", &generated);
        assert_eq!(Manifest::read(&manifest.text()), Ok(manifest.clone()));
        assert!(manifest.text().find("\"a\"").unwrap() < manifest.text().find("\"b\"").unwrap());
        assert!(manifest.has_duty(&generated.duties[0]));
    }

    #[test]
    fn what_is_damaged_is_said() {
        let with = |generated: &str, user: &str| {
            format!(
                r#"{{"version":1,"target":"rust","generated":{{{generated}}},"user":[{user}],"duties":{{}}}}"#
            )
        };
        assert!(Manifest::read(&with("", "")).is_ok());
        for text in [
            "".to_string(),
            "<<<<<<< HEAD".to_string(),
            "[]".to_string(),
            "{\"version\":2}".to_string(),
            with("\"../../etc/passwd\":\"0\"", ""),
            with("\"a\":1", ""),
            with("", "\"/etc/passwd\""),
            with("\"a\":\"0\"", "\"a\""),
        ] {
            assert!(Manifest::read(&text).is_err(), "{text}");
        }
    }
}
