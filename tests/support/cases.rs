//! Folders of small cases: each case is a file, or a folder with a `main.wfc`, and beside it stands
//! what wfc says about it, as `NAME.txt`.

use super::{check, compare, entries, file_name, files_below, fixes, layout, read, render, root};
use libtest_mimic::{Failed, Trial};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use wfc::compile::{Picture, Pictured};
use wfc::diagram::View;
use wfc::finding::Group;
use wfc::source::{SourceFile, Sources};

/// What a folder's expectations show of a case.
type Shown = fn(&Sources) -> Result<String, Failed>;

/// A case on disk, and where its expectation stands.
#[derive(Clone)]
pub struct Case {
    pub name: String,
    pub main: PathBuf,
    /// The folder of the case, when it is one.
    folder: Option<PathBuf>,
    pub expectation: PathBuf,
}

/// The test of every case below `tests/`, the systems aside.
pub fn trials() -> Vec<Trial> {
    let tests = root().join("tests");
    let mut trials = Vec::new();
    let folders: [(&str, Shown); 4] = [
        ("syntax", shown_findings),
        ("lower", shown_findings),
        ("import", shown_findings),
        ("graph", shown_diagrams),
    ];
    for (folder, shown) in folders {
        trials.extend(below(&tests.join(folder), folder, shown));
    }
    trials.extend(rules(&tests.join("rules")));
    for folder in ["rules", "lower", "systems"] {
        trials.extend(fixes_below(&tests.join(folder), folder));
    }
    trials.extend(examples(&root().join("examples"), &tests.join("examples")));
    trials
}

/// The examples people begin with: what wfc says about each stands in `tests/examples`.
fn examples(examples: &Path, expectations: &Path) -> Vec<Trial> {
    let mut trials = Vec::new();
    let folders = entries(examples).into_iter().filter(|path| path.is_dir());
    for folder in folders.clone() {
        let expectation = expectations.join(format!("{}.txt", file_name(&folder)));
        trials.push(Trial::test(format!("examples/{}", file_name(&folder)), move || {
            let sources = sources_below(&folder)?;
            layout::hold(&sources)?;
            compare(&expectation, &shown_findings(&sources)?)
        }));
    }
    let names: BTreeSet<String> = folders.map(|folder| format!("{}.txt", file_name(&folder))).collect();
    let strays: Vec<PathBuf> =
        entries(expectations).into_iter().filter(|it| !names.contains(file_name(it))).collect();
    trials.push(Trial::test("examples/no strays", move || match strays.first() {
        Some(stray) => Err(format!("{} is the expectation of no example", file_name(stray)).into()),
        None => Ok(()),
    }));
    trials
}

/// The fixes that the cases in `folder` and below it are offered.
fn fixes_below(folder: &Path, name: &str) -> Vec<Trial> {
    let is_deeper = |path: &PathBuf| path.is_dir() && !path.join("main.wfc").exists();
    let deeper = entries(folder).into_iter().filter(is_deeper);
    let mut trials: Vec<Trial> =
        deeper.flat_map(|path| fixes_below(&path, &format!("{name}/{}", file_name(&path)))).collect();
    for case in cases_in(folder, name) {
        trials.push(Trial::test(format!("fixes/{}", case.name), move || fixes::hold(&sources_of(&case)?)));
    }
    trials
}

/// The cases in `folder` and in the folders below it that are no cases themselves.
fn below(folder: &Path, name: &str, shown: Shown) -> Vec<Trial> {
    let mut trials = Vec::new();
    for path in entries(folder) {
        if path.is_dir() && !path.join("main.wfc").exists() {
            trials.extend(below(&path, &format!("{name}/{}", file_name(&path)), shown));
        }
    }
    for case in cases_in(folder, name) {
        trials.push(Trial::test(case.name.clone(), move || {
            compare(&case.expectation, &shown(&sources_of(&case)?)?)
        }));
    }
    trials.push(strays(folder, name));
    trials
}

fn rules(folder: &Path) -> Vec<Trial> {
    let mut trials = Vec::new();
    for rule in wfc::catalog::rules().iter().filter(|rule| {
        !matches!(rule.group, Group::Syntax | Group::Import | Group::Versions | Group::Generate)
    }) {
        let (folder, name) = (folder.join(rule.name), format!("rules/{}", rule.name));
        trials.push(Trial::test(format!("{name}/has both kinds"), move || {
            let kinds: Vec<Kind> =
                cases_in(&folder, &name).iter().filter_map(|it| kind_of(it).ok()).collect();
            match (kinds.contains(&Kind::Finds), kinds.contains(&Kind::Silent)) {
                (true, true) => Ok(()),
                (false, _) => Err("no case that begins with `// finds`".into()),
                (_, false) => Err("no case that begins with `// silent`".into()),
            }
        }));
    }
    for folder in entries(folder) {
        let rule = file_name(&folder).to_string();
        let name = format!("rules/{rule}");
        trials.push(strays(&folder, &name));
        for case in cases_in(&folder, &name) {
            let rule = rule.clone();
            trials.push(Trial::test(case.name.clone(), move || rule_case(&rule, &case)));
        }
        trials.push(Trial::test(format!("{name}/is a rule"), move || {
            wfc::catalog::find(&rule).map(|_| ()).ok_or_else(|| "no rule has this name".into())
        }));
    }
    trials
}

fn rule_case(rule: &str, case: &Case) -> Result<(), Failed> {
    let sources = sources_of(case)?;
    let shown = shown_findings(&sources)?;
    let is_found = check(&sources)?.iter().any(|finding| finding.rule.name == rule);
    match (kind_of(case)?, is_found) {
        (Kind::Finds, false) => return Err(format!("{rule} must find something here:\n\n{shown}").into()),
        (Kind::Silent, true) => return Err(format!("{rule} must be silent here:\n\n{shown}").into()),
        (Kind::Finds, true) | (Kind::Silent, false) => {}
    }
    compare(&case.expectation, &shown)
}

#[derive(Clone, Copy, PartialEq)]
pub enum Kind {
    Finds,
    Silent,
}

pub fn kind_of(case: &Case) -> Result<Kind, Failed> {
    let text = read(&case.main)?;
    match text.lines().next().unwrap_or("").trim_end() {
        "// finds" => Ok(Kind::Finds),
        "// silent" => Ok(Kind::Silent),
        _ => Err("the first line must be `// finds` or `// silent`".into()),
    }
}

/// The cases that stand in `folder` itself.
pub fn cases_in(folder: &Path, name: &str) -> Vec<Case> {
    let mut cases = Vec::new();
    for path in entries(folder) {
        let stem = file_name(&path).split('.').next().unwrap_or("").to_string();
        let (main, own_folder) =
            if path.is_dir() { (path.join("main.wfc"), Some(path.clone())) } else { (path.clone(), None) };
        if main.exists() && !file_name(&main).ends_with(".txt") {
            let expectation = folder.join(format!("{stem}.txt"));
            cases.push(Case { name: format!("{name}/{stem}"), main, folder: own_folder, expectation });
        }
    }
    cases
}

/// Whether everything in `folder` is a case or the expectation of one, and no two share a name.
pub fn strays(folder: &Path, name: &str) -> Trial {
    let (folder, name) = (folder.to_path_buf(), name.to_string());
    Trial::test(format!("{name}/no strays"), move || {
        let cases = cases_in(&folder, &name);
        let names: BTreeSet<&str> = cases.iter().map(|case| case.name.as_str()).collect();
        if names.len() < cases.len() {
            return Err("two cases share a name".into());
        }
        for path in entries(&folder).iter().filter(|path| path.is_file()) {
            let file = file_name(path);
            if file.ends_with(".txt") {
                if !cases.iter().any(|case| case.expectation == *path) {
                    return Err(format!("{file} is the expectation of no case").into());
                }
            } else if ![".wfc", ".json", ".yaml", ".yml"].iter().any(|end| file.ends_with(end)) {
                return Err(format!("{file} is no case").into());
            }
        }
        Ok(())
    })
}

/// The files of a case, named relative to the folder it stands in.
pub fn sources_of(case: &Case) -> Result<Sources, Failed> {
    match &case.folder {
        Some(folder) => sources_below(folder),
        None => {
            let mut sources = Sources::default();
            sources.add(SourceFile::new(file_name(&case.main), read(&case.main)?));
            Ok(sources)
        }
    }
}

/// Every file below `folder` that wfc can read, named relative to it.
pub fn sources_below(folder: &Path) -> Result<Sources, Failed> {
    let mut sources = Sources::default();
    for extension in ["wfc", "json", "yaml"] {
        for path in files_below(folder, extension) {
            let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            sources.add(SourceFile::new(name, read(&path)?));
        }
    }
    Ok(sources)
}

/// The lines at the top of a case that are comments, without their slashes.
pub fn header_of(case: &Case) -> Result<Vec<String>, Failed> {
    let text = fs::read_to_string(&case.main)?;
    let comments = text.lines().map_while(|line| line.strip_prefix("//"));
    Ok(comments.map(|line| line.trim().to_string()).collect())
}

/// The steps in one format, and the services in the other.
fn shown_diagrams(sources: &Sources) -> Result<String, Failed> {
    let mut shown = String::new();
    for (view, picture) in [(View::Flow, Picture::Mermaid), (View::Services, Picture::Dot)] {
        match wfc::compile::draw(sources, view, picture, None) {
            Pictured::Text { text, n_errors: 0 } => shown += &text,
            Pictured::Text { n_errors, .. } => return Err(format!("{n_errors} errors in the text").into()),
            Pictured::Choose(names) => return Err(format!("choose one of {names:?}").into()),
        }
        shown.push('\n');
    }
    Ok(shown.trim_end().to_string() + "\n")
}

/// What wfc says, and that it says the same whatever the order of the files.
fn shown_findings(sources: &Sources) -> Result<String, Failed> {
    let shown = render::findings(&check(sources)?, sources);
    let mut reversed = Sources::default();
    let files: Vec<&SourceFile> = sources.iter().map(|(_, file)| file).collect();
    for file in files.iter().rev() {
        reversed.add((*file).clone());
    }
    let again = render::findings(&check(&reversed)?, &reversed);
    let blocks =
        |text: &str| -> BTreeSet<String> { text.split("\n\n").map(|it| it.trim().to_string()).collect() };
    if blocks(&shown) != blocks(&again) {
        return Err(format!("depends on the order of the files:\n\n{shown}\nreversed:\n\n{again}").into());
    }
    Ok(shown)
}
