//! Which paths are left out: those of `--exclude`, and those of the configuration.

use crate::project::base::Base;
use crate::project::patterns::Patterns;
use crate::project::{Request, Trouble};

pub struct Exclude<'a> {
    shown: Patterns,
    within_project: Patterns,
    base: &'a Base,
}

impl<'a> Exclude<'a> {
    pub fn new(request: &'a Request) -> Result<Exclude<'a>, Trouble> {
        let patterns = |list: &[String]| {
            Patterns::new(list.iter().map(String::as_str)).map_err(|wrong| {
                Trouble::new(
                    wrong.pattern,
                    format!("not a pattern that --exclude understands: {}", wrong.why),
                )
            })
        };
        Ok(Exclude {
            shown: patterns(&request.exclude)?,
            within_project: patterns(&request.project_exclude)?,
            base: &request.base,
        })
    }

    /// Whether `path`, or a folder it lies in, is left out.
    pub fn covers(&self, path: &str) -> bool {
        let within = || self.within_project.cover(&self.base.path(path));
        self.shown.cover(path) || (!self.within_project.is_empty() && within())
    }
}
