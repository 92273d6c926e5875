//! Where a project begins. Files go by their path from there in the configuration and the baseline, so
//! that it does not matter in which folder of the project wfc was started.

use crate::compile::normalise;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Base {
    /// From the root of the disk: `/home/ann/shop`; empty where that is not known.
    root: String,
    /// The folder wfc was started in, from the project's: `flows/eu`; empty in the project's own.
    here: String,
}

impl Base {
    pub fn new(root: impl Into<String>, here: impl Into<String>) -> Base {
        Base { root: root.into(), here: here.into() }
    }

    /// The path within the project of a file that is shown as `path`.
    pub fn path(&self, path: &str) -> String {
        if path.starts_with('/') {
            let root = format!("{}/", self.root.trim_end_matches('/'));
            let inside = path.strip_prefix(&root).filter(|_| !self.root.is_empty());
            return normalise(inside.unwrap_or(path));
        }
        if self.here.is_empty() { normalise(path) } else { normalise(&format!("{}/{path}", self.here)) }
    }

    /// The folder of the project, from where wfc was started: `.` or `../..`.
    pub fn folder(&self) -> String {
        let depth = self.here.split('/').filter(|part| !part.is_empty()).count();
        if depth == 0 { ".".to_string() } else { vec![".."; depth].join("/") }
    }

    /// How a file of the project is named from where wfc was started: `../wfc.yaml`.
    pub fn shown(&self, path: &str) -> String {
        if path.starts_with('/') {
            return path.to_string();
        }
        let here: Vec<&str> = self.here.split('/').filter(|part| !part.is_empty()).collect();
        let parts: Vec<&str> = path.split('/').collect();
        let n_common = here.iter().zip(&parts).take_while(|(a, b)| a == b).count();
        let n_common = n_common.min(parts.len() - 1);
        format!("{}{}", "../".repeat(here.len() - n_common), parts[n_common..].join("/"))
    }
}

#[cfg(test)]
mod tests {
    use super::Base;

    #[test]
    fn a_file_has_one_path_wherever_wfc_is_started() {
        assert_eq!(Base::default().path("./a.wfc"), "a.wfc");
        let base = Base::new("/home/ann/shop", "flows/eu");
        assert_eq!(base.path("a.wfc"), "flows/eu/a.wfc");
        assert_eq!(base.path("../../x/a.wfc"), "x/a.wfc");
        assert_eq!(base.path("../../../other/a.wfc"), "../other/a.wfc");
        assert_eq!(base.path("/home/ann/shop/a.wfc"), "a.wfc");
        assert_eq!(base.path("/home/ann/shopping/a.wfc"), "/home/ann/shopping/a.wfc");
        assert_eq!(Base::new("/", "").path("/a.wfc"), "a.wfc");
    }

    #[test]
    fn a_path_of_the_project_is_shown_from_here() {
        let base = Base::new("/home/ann/shop", "flows/eu");
        assert_eq!(base.shown("wfc.yaml"), "../../wfc.yaml");
        assert_eq!(base.shown("flows/wfc.yaml"), "../wfc.yaml");
        assert_eq!(base.shown("flows/eu/a.wfc"), "a.wfc");
        assert_eq!(base.shown("/x/a.wfc"), "/x/a.wfc");
        assert_eq!(Base::default().shown("a/b.wfc"), "a/b.wfc");
    }
}
