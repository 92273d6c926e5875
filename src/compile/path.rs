//! Paths as text: where a `use` points to, seen from the file it stands in. Nothing here asks the disk.

/// The path that `target` means inside the file `using`, without `.` and inner `..`.
pub fn resolve(using: &str, target: &str) -> String {
    if is_absolute(target) {
        return normalise(target);
    }
    match using.rsplit_once('/') {
        Some((folder, _)) => normalise(&format!("{folder}/{target}")),
        None => normalise(target),
    }
}

/// `./flows//../a.wfc` as `a.wfc`; a `..` that leads out of the start is kept.
pub fn normalise(path: &str) -> String {
    let root = if path.starts_with('/') { "/" } else { "" };
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => match parts.last() {
                Some(&last) if last != ".." => {
                    parts.pop();
                }
                _ if root.is_empty() => parts.push(".."),
                _ => {}
            },
            name => parts.push(name),
        }
    }
    format!("{root}{}", parts.join("/"))
}

fn is_absolute(path: &str) -> bool {
    path.starts_with('/') || path.as_bytes().get(1) == Some(&b':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_use_is_relative_to_its_file() {
        assert_eq!(resolve("a.wfc", "b.wfc"), "b.wfc");
        assert_eq!(resolve("flows/a.wfc", "b.wfc"), "flows/b.wfc");
        assert_eq!(resolve("flows/a.wfc", "../shared/b.wfc"), "shared/b.wfc");
        assert_eq!(resolve("../x/a.wfc", "../../b.wfc"), "../../b.wfc");
        assert_eq!(resolve("flows/a.wfc", "/b.wfc"), "/b.wfc");
        assert_eq!(resolve("/flows/a.wfc", "./b.wfc"), "/flows/b.wfc");
    }
}
