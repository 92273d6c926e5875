use super::*;
use proptest::prelude::*;
use std::collections::BTreeMap;

fn generated(files: &[(&str, &str, Owner)]) -> Generated {
    let file = |(path, text, owner): &(&str, &str, Owner)| {
        (path.to_string(), File { text: text.to_string(), owner: *owner })
    };
    Generated { files: files.iter().map(file).collect(), ..Generated::default() }
}

fn disk<'a>(files: &'a [(&str, &str)]) -> impl Fn(&str) -> There + 'a {
    let files: BTreeMap<&str, &str> = files.iter().copied().collect();
    move |path| files.get(path).map_or(There::Nothing, |text| There::Text(text.to_string()))
}

fn after(known: &Generated) -> Known {
    Known { manifest: Some(Manifest::of("rust", known)), pending: None }
}

fn paths(plan: &Plan) -> Vec<(&str, bool)> {
    plan.changes.iter().map(|change| (change.path.as_str(), change.after.is_some())).collect()
}

#[test]
fn what_git_has_turned_is_not_edited() {
    let old = generated(&[("a.rs", "a\nb\n", Owner::Generated)]);
    let same = plan("rust", &old, &after(&old), Force::No, disk(&[("a.rs", "a\r\nb\r\n")])).unwrap();
    assert_eq!((same.n_same, paths(&same)), (1, vec![]));
    let new = generated(&[("a.rs", "c\n", Owner::Generated)]);
    let changed = plan("rust", &new, &after(&old), Force::No, disk(&[("a.rs", "a\r\nb\r\n")])).unwrap();
    assert_eq!(paths(&changed), [("a.rs", true)]);
}

#[test]
fn what_a_killed_run_has_written_is_not_edited() {
    let old = generated(&[("a.rs", "1", Owner::Generated), ("b.rs", "1", Owner::Generated)]);
    let half = generated(&[
        ("a.rs", "2", Owner::Generated),
        ("b.rs", "2", Owner::Generated),
        ("c.rs", "2", Owner::Generated),
        ("u.rs", "2", Owner::User),
    ]);
    let known =
        Known { manifest: Some(Manifest::of("rust", &old)), pending: Some(Manifest::of("rust", &half)) };
    let there = [("a.rs", "2"), ("b.rs", "1"), ("c.rs", "2")];
    let new = generated(&[
        ("a.rs", "3", Owner::Generated),
        ("b.rs", "3", Owner::Generated),
        ("u.rs", "3", Owner::User),
    ]);
    let plan = plan("rust", &new, &known, Force::No, disk(&there)).unwrap();
    assert!(plan.edited.is_empty() && plan.left.is_empty());
    assert_eq!(paths(&plan), [("a.rs", true), ("b.rs", true), ("c.rs", false), ("u.rs", true)]);
}

#[test]
fn a_file_that_was_the_users_is_never_taken_over() {
    let old = generated(&[("a.rs", "1", Owner::User)]);
    let new = generated(&[("a.rs", "2", Owner::Generated)]);
    let plan = plan("rust", &new, &after(&old), Force::No, disk(&[("a.rs", "1")])).unwrap();
    assert_eq!(plan.edited, ["a.rs"]);
}

#[test]
fn what_a_user_has_removed_does_not_come_back() {
    let project = generated(&[("a.rs", "1", Owner::User)]);
    let at_first = plan("rust", &project, &Known::default(), Force::No, disk(&[])).unwrap();
    assert_eq!(paths(&at_first), [("a.rs", true)]);
    let later = plan("rust", &project, &after(&project), Force::No, disk(&[])).unwrap();
    assert_eq!(paths(&later), []);
}

/// A text, and whether the file is generated.
type Made = Option<(u8, bool)>;

/// What one file went through: its text on the disk, what the manifest has of it, and what is wanted.
fn states() -> impl Strategy<Value = (Option<u8>, Made, Made)> {
    let texts = || prop::option::of(0..3u8);
    let files = || prop::option::of((0..3u8, any::<bool>()));
    (texts(), files(), files())
}

proptest! {
    /// Whatever somebody has written by hand is still there afterwards, unless they have forced it.
    #[test]
    fn nothing_by_hand_is_lost(files in prop::collection::vec(states(), 1..6)) {
        let name = |at: usize| format!("f{at}");
        let made = |which: &dyn Fn(usize) -> Made| {
            let mut generated = Generated::default();
            for at in 0..files.len() {
                match which(at) {
                    Some((text, true)) => generated.own(name(at), text.to_string()),
                    Some((text, false)) => generated.hand_over(name(at), text.to_string()),
                    None => {}
                }
            }
            generated
        };
        let known = after(&made(&|at| files[at].1));
        let wanted = made(&|at| files[at].2);
        let there = |path: &str| {
            let at: usize = path[1..].parse().unwrap();
            files[at].0.map_or(There::Nothing, |text| There::Text(text.to_string()))
        };
        let plan = plan("rust", &wanted, &known, Force::No, there).unwrap();
        for change in &plan.changes {
            let at: usize = change.path[1..].parse().unwrap();
            let (on_disk, before, _) = files[at];
            // What is overwritten or removed is what was generated there.
            prop_assert!(on_disk.is_none() || before == Some((on_disk.unwrap(), true)));
        }
        let changed: Vec<&str> = plan.changes.iter().map(|change| change.path.as_str()).collect();
        prop_assert!(plan.edited.iter().all(|path| !changed.contains(&path.as_str())));
        // When nothing is in the way, everything generated is there afterwards, and a second run has
        // nothing to do.
        if plan.edited.is_empty() {
            let mut disk: BTreeMap<String, String> = (0..files.len())
                .filter_map(|at| Some((name(at), files[at].0?.to_string())))
                .collect();
            for change in &plan.changes {
                match &change.after {
                    Some(text) => drop(disk.insert(change.path.clone(), text.clone())),
                    None => drop(disk.remove(&change.path)),
                }
            }
            for (path, file) in wanted.files.iter().filter(|(_, file)| file.owner == Owner::Generated) {
                prop_assert_eq!(disk.get(path), Some(&file.text));
            }
            let known = Known { manifest: Some(plan.manifest.clone()), pending: None };
            let there = |path: &str| disk.get(path).map_or(There::Nothing, |it| There::Text(it.clone()));
            let again = super::plan("rust", &wanted, &known, Force::No, there).unwrap();
            prop_assert!(again.changes.is_empty() && again.edited.is_empty() && again.left.is_empty());
        }
    }
}
