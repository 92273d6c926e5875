//! How files are named where the reader starts from the root of the repository, not from where wfc ran.

use crate::compile::normalise;

/// Where wfc runs. Without a repository, paths stay as they are.
#[derive(Clone, Debug, Default)]
pub struct Paths {
    /// The root of the repository, from the root of the disk: `/home/ann/shop`.
    root: Option<String>,
    /// The folder wfc runs in, from the root of the repository: `flows`; empty for the root itself.
    here: String,
}

impl Paths {
    pub fn new(root: impl Into<String>, here: impl Into<String>) -> Paths {
        Paths { root: Some(root.into()), here: here.into() }
    }

    /// The path from the root of the repository; outside of it, as it is shown elsewhere.
    pub fn in_repository(&self, path: &str) -> String {
        let Some(root) = &self.root else { return path.to_string() };
        let inside = if path.starts_with('/') {
            path.strip_prefix(root.trim_end_matches('/')).and_then(|rest| rest.strip_prefix('/'))
        } else {
            None
        };
        match inside {
            Some(inside) => normalise(inside),
            None if path.starts_with('/') => path.to_string(),
            None => {
                let joined = normalise(format!("{}/{path}", self.here).trim_start_matches('/'));
                if joined.starts_with("..") { path.to_string() } else { joined }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Paths;

    #[test]
    fn paths_begin_at_the_root_of_the_repository() {
        let paths = Paths::new("/home/ann/shop", "flows");
        assert_eq!(paths.in_repository("a.wfc"), "flows/a.wfc");
        assert_eq!(paths.in_repository("../shared/a.wfc"), "shared/a.wfc");
        assert_eq!(paths.in_repository("/home/ann/shop/x/a.wfc"), "x/a.wfc");
        assert_eq!(paths.in_repository("/home/ann/shopping/a.wfc"), "/home/ann/shopping/a.wfc");
        assert_eq!(paths.in_repository("../../a.wfc"), "../../a.wfc");
        assert_eq!(Paths::new("/shop", "").in_repository("a.wfc"), "a.wfc");
        assert_eq!(Paths::default().in_repository("a.wfc"), "a.wfc");
    }
}
