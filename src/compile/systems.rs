//! Which files belong together: a system is a set of files connected by `use`, in either direction.

use super::uses::{UsedPath, uses};
use super::{Joined, path};
use crate::lower::Links;
use crate::model::World;
use crate::source::{FileId, Sources};
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// Files that are checked together, in the order of their ids.
#[derive(Debug, Default)]
pub struct System {
    pub files: Vec<FileId>,
    /// Where each `use` leads.
    pub links: Links,
    /// Every `use` that names a file nobody has read.
    pub missing: Vec<(FileId, UsedPath)>,
    /// Where somebody has said whether these are all files there are.
    pub world: Option<World>,
}

impl System {
    /// The same among files of which `by` others come first.
    pub fn shift(&mut self, by: u32) {
        let shifted = |id: FileId| FileId(id.0 + by);
        self.files.iter_mut().for_each(|id| *id = shifted(*id));
        self.missing.iter_mut().for_each(|(id, _)| *id = shifted(*id));
        self.links = self.links.shifted(by);
    }
}

/// The systems of all files, ordered by their first file.
pub fn systems(sources: &Sources, joined: &[Joined]) -> Vec<System> {
    let by_path: FxHashMap<String, FileId> =
        sources.iter().map(|(id, file)| (path::normalise(&file.path), id)).collect();
    let mut leaders: Vec<u32> = sources.ids().map(|id| id.0).collect();
    let mut links: Vec<(FileId, UsedPath, FileId)> = Vec::new();
    let mut missing: Vec<(FileId, UsedPath)> = Vec::new();
    let files: Vec<_> = sources.iter().collect();
    // To look through a text costs more than all else here; for one it is not worth to wake others.
    let used: Vec<Vec<UsedPath>> = match files.len() {
        0 | 1 => files.iter().map(|(_, file)| uses(&file.text)).collect(),
        _ => files.par_iter().map(|(_, file)| uses(&file.text)).collect(),
    };
    for ((id, file), used) in files.into_iter().zip(used) {
        for used in used {
            match by_path.get(&path::resolve(&file.path, &used.path)) {
                Some(&other) => {
                    join(&mut leaders, id, other);
                    links.push((id, used, other));
                }
                None => missing.push((id, used)),
            }
        }
    }

    for set in joined {
        for pair in set.files.windows(2) {
            join(&mut leaders, pair[0], pair[1]);
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
    for set in joined {
        let Some(&first) = set.files.first() else { continue };
        let system = &mut systems[place[&leader(&mut leaders, first)]];
        // One set that is closed is enough: who said it, meant all that hangs together.
        system.world = match system.world {
            Some(World::Closed) => Some(World::Closed),
            Some(World::Open) | None => Some(set.world),
        };
    }
    systems
}

/// The files whose path `is_meant`, and those that use one of them, directly or not.
pub fn with_users(sources: &Sources, is_meant: impl Fn(&str) -> bool) -> BTreeSet<FileId> {
    let by_path: FxHashMap<String, FileId> =
        sources.iter().map(|(id, file)| (path::normalise(&file.path), id)).collect();
    let mut users: FxHashMap<FileId, Vec<FileId>> = FxHashMap::default();
    let mut unseen: Vec<FileId> =
        sources.iter().filter(|(_, file)| is_meant(&file.path)).map(|(id, _)| id).collect();
    for (id, file) in sources.iter().filter(|(_, file)| file.path.ends_with(".wfc")) {
        for used in uses(&file.text) {
            let target = path::resolve(&file.path, &used.path);
            match by_path.get(&target) {
                Some(&other) => users.entry(other).or_default().push(id),
                // It may be meant, and gone.
                None if is_meant(&target) => unseen.push(id),
                None => {}
            }
        }
    }
    let mut all = BTreeSet::new();
    while let Some(file) = unseen.pop() {
        if all.insert(file) {
            unseen.extend(users.get(&file).into_iter().flatten());
        }
    }
    all
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
        let systems = systems(&sources, &[]);
        assert_eq!(systems.len(), 2);
        assert_eq!(systems[0].files, [FileId(0), FileId(2), FileId(3)]);
        assert_eq!(systems[1].files, [FileId(1)]);
        let missing: Vec<_> =
            systems[0].missing.iter().map(|(id, used)| (id.0, used.path.as_str())).collect();
        assert_eq!(missing, [(3, "gone.wfc")]);
    }
}
