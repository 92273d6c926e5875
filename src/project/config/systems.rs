//! Which files the configuration joins into systems.

use super::Config;
use super::file::WorldWord;
use super::levels::patterns;
use crate::compile::Joined;
use crate::model::World;
use crate::project::patterns::Patterns;
use crate::source::Sources;

/// The files of `sources` that each set of the configuration names; `path` is a file's path within the
/// project.
pub fn joined(config: &Config, sources: &Sources, path: impl Fn(&str) -> String) -> Vec<Joined> {
    let one = |system: &super::file::System| {
        let patterns = patterns(&system.files);
        let files = sources.iter().filter(|(_, file)| patterns.cover(&path(&file.path)));
        let world = match system.world.value {
            WorldWord::Closed => World::Closed,
            WorldWord::Open => World::Open,
        };
        Joined { files: files.map(|(id, _)| id).collect(), world }
    };
    config.systems.iter().map(one).collect()
}

/// The patterns of each set: who checks one of its files, means them all.
pub fn sets(config: &Config) -> Vec<Patterns> {
    config.systems.iter().map(|system| patterns(&system.files)).collect()
}
