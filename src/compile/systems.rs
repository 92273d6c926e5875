//! Which files belong together: a system is a set of files connected by `use`, in either direction.

use super::path;
use super::uses::{UsedPath, uses};
use crate::lower::Links;
use crate::source::{FileId, Sources};
use rustc_hash::FxHashMap;

/// Files that are checked together, in the order of their ids.
#[derive(Debug, Default)]
pub struct System {
    pub files: Vec<FileId>,
    /// Where each `use` leads.
    pub links: Links,
    /// Every `use` that names a file nobody has read.
    pub missing: Vec<(FileId, UsedPath)>,
}

/// The systems of all files, ordered by their first file.
pub fn systems(sources: &Sources) -> Vec<System> {
    let by_path: FxHashMap<String, FileId> =
        sources.iter().map(|(id, file)| (path::normalise(&file.path), id)).collect();
    let mut leaders: Vec<u32> = sources.ids().map(|id| id.0).collect();
    let mut links: Vec<(FileId, UsedPath, FileId)> = Vec::new();
    let mut missing: Vec<(FileId, UsedPath)> = Vec::new();
    for (id, file) in sources.iter() {
        for used in uses(&file.text) {
            match by_path.get(&path::resolve(&file.path, &used.path)) {
                Some(&other) => {
                    join(&mut leaders, id, other);
                    links.push((id, used, other));
                }
                None => missing.push((id, used)),
            }
        }
    }

    let mut systems: Vec<System> = Vec::new();
    let mut place: FxHashMap<u32, usize> = FxHashMap::default();
    for id in sources.ids() {
        let at = *place.entry(leader(&mut leaders, id)).or_insert_with(|| {
            systems.push(System::default());
            systems.len() - 1
        });
        systems[at].files.push(id);
    }
    for (id, used, other) in links {
        systems[place[&leader(&mut leaders, id)]].links.add(id, used.path, other);
    }
    for (id, used) in missing {
        systems[place[&leader(&mut leaders, id)]].missing.push((id, used));
    }
    systems
}

/// The file that stands for all that `id` is connected with.
fn leader(leaders: &mut [u32], id: FileId) -> u32 {
    let mut at = id.0;
    while leaders[at as usize] != at {
        let above = leaders[leaders[at as usize] as usize];
        leaders[at as usize] = above;
        at = above;
    }
    at
}

fn join(leaders: &mut [u32], a: FileId, b: FileId) {
    let (a, b) = (leader(leaders, a), leader(leaders, b));
    leaders[a.max(b) as usize] = a.min(b);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceFile;

    #[test]
    fn files_connected_by_use_are_one_system() {
        let mut sources = Sources::default();
        for (path, text) in [
            ("a.wfc", "use \"shared/c.wfc\""),
            ("b.wfc", "id B"),
            ("shared/c.wfc", "use \"../a.wfc\""),
            ("z.wfc", "use \"shared/c.wfc\" use \"gone.wfc\""),
        ] {
            sources.add(SourceFile::new(path, text));
        }
        let systems = systems(&sources);
        assert_eq!(systems.len(), 2);
        assert_eq!(systems[0].files, [FileId(0), FileId(2), FileId(3)]);
        assert_eq!(systems[1].files, [FileId(1)]);
        let missing: Vec<_> =
            systems[0].missing.iter().map(|(id, used)| (id.0, used.path.as_str())).collect();
        assert_eq!(missing, [(3, "gone.wfc")]);
    }
}
