//! What stands in the documentation is true: every ```wfc block parses and has no error, every
//! ```console block shows what the commands in it really print, a ```text or ```mermaid block that
//! is marked `$ wfc …` what that command prints, and every link to a file leads to one.

use super::{check, file_name, files_below, is_blessing, layout, one_file, read, render, root};
use libtest_mimic::{Failed, Trial};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use wfc::finding::Severity;

/// A fenced block: what stands behind the backticks, the line of its first line, and its text.
struct Fence {
    info: String,
    line: usize,
    text: String,
}

pub fn trials() -> Vec<Trial> {
    let mut trials = Vec::new();
    for path in pages() {
        let name = path.strip_prefix(root()).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        let Ok(text) = fs::read_to_string(&path) else { continue };
        for fence in fences(&text) {
            let (test, path) = (format!("pages/{name}:{}", fence.line), path.clone());
            if fence.info == "wfc" {
                trials.push(Trial::test(test, move || example(&fence)));
            } else if fence.info == "console" {
                trials.push(Trial::test(test, move || session(&path, &fence)));
            } else if let Some(command) = command_of(&fence.info) {
                trials.push(Trial::test(test, move || hold(&path, &fence, &printed(&command)?)));
            }
        }
        let links = links(&text);
        trials.push(Trial::test(format!("pages/{name}/links"), move || follow(&path, &links)));
    }
    trials.push(Trial::test("pages/every decision is in the index", index_of_decisions));
    trials
}

/// The command of a block that shows what it prints: `text $ wfc …`, `mermaid $ wfc …`.
fn command_of(info: &str) -> Option<String> {
    let (kind, command) = info.split_once(" $ ")?;
    ["text", "mermaid"].contains(&kind).then(|| command.to_string())
}

fn index_of_decisions() -> Result<(), Failed> {
    let folder = root().join("docs/decisions");
    let links = links(&read(&folder.join("README.md"))?);
    let is_listed =
        |page: &PathBuf| file_name(page) == "README.md" || links.iter().any(|link| link == file_name(page));
    match files_below(&folder, "md").iter().find(|page| !is_listed(page)) {
        Some(page) => Err(format!("docs/decisions/README.md does not list {}", file_name(page)).into()),
        None => Ok(()),
    }
}

/// The README and everything in `docs`, but the generated pages of the rules.
fn pages() -> Vec<PathBuf> {
    let docs = root().join("docs");
    let rules = docs.join("rules");
    let mut pages = files_below(&docs, "md");
    pages.retain(|page| !page.starts_with(&rules));
    pages.push(root().join("README.md"));
    pages
}

fn fences(text: &str) -> Vec<Fence> {
    let mut fences = Vec::new();
    let mut open: Option<Fence> = None;
    for (at, line) in text.lines().enumerate() {
        match (line.strip_prefix("```"), &mut open) {
            (Some(info), None) => {
                open = Some(Fence { info: info.trim().to_string(), line: at + 2, text: String::new() });
            }
            (Some(_), Some(_)) => fences.extend(open.take()),
            (None, Some(fence)) => {
                fence.text.push_str(line);
                fence.text.push('\n');
            }
            (None, None) => {}
        }
    }
    fences
}

fn example(fence: &Fence) -> Result<(), Failed> {
    let sources = one_file("example.wfc", &fence.text);
    layout::hold(&sources)?;
    let findings = check(&sources)?;
    if findings.iter().all(|finding| finding.severity < Severity::Error) {
        return Ok(());
    }
    let shown = render::findings(&findings, &sources);
    Err(format!("has errors (a block that is no whole file is a `wfc,fragment`):\n\n{shown}").into())
}

/// Runs each `$ wfc …` line of a console block and compares what follows with what it prints.
fn session(page: &Path, fence: &Fence) -> Result<(), Failed> {
    let mut real = String::new();
    for line in fence.text.lines().filter_map(|line| line.strip_prefix("$ ")) {
        real += &format!("$ {line}\n{}", printed(line)?);
    }
    hold(page, fence, &real)
}

/// What `wfc …` prints when it is started in the root of the repository, without colour.
fn printed(command: &str) -> Result<String, Failed> {
    let mut words = command.split_whitespace();
    if words.next() != Some("wfc") {
        return Err(format!("`{command}` does not begin with `wfc`").into());
    }
    let mut wfc = Command::new(env!("CARGO_BIN_EXE_wfc"));
    let output = wfc.args(words).env("NO_COLOR", "1").current_dir(root()).output()?;
    let text = String::from_utf8_lossy(&output.stdout).trim_end().to_string();
    Ok(if text.is_empty() { text } else { text + "\n" })
}

/// Holds what is printed against what the block shows, or writes it there when blessing.
fn hold(page: &Path, fence: &Fence, real: &str) -> Result<(), Failed> {
    if real == fence.text {
        return Ok(());
    }
    if !is_blessing() {
        return Err(
            format!("{} shows something else; BLESS=1 rewrites it:\n\n{real}", file_name(page)).into()
        );
    }
    // Tests run side by side, and a page may have several blocks.
    static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
    let _turn = ONE_AT_A_TIME.lock();
    let block = |text: &str| format!("```{}\n{text}```\n", fence.info);
    fs::write(page, read(page)?.replacen(&block(&fence.text), &block(real), 1))?;
    Ok(())
}

/// Where the links of a page lead to, those into the web aside.
fn links(text: &str) -> Vec<String> {
    let targets = text.split("](").skip(1).filter_map(|rest| rest.split_once(')'));
    let files = targets.map(|(target, _)| target.split('#').next().unwrap_or("").to_string());
    files.filter(|target| !target.is_empty() && !target.contains("://")).collect()
}

fn follow(page: &Path, links: &[String]) -> Result<(), Failed> {
    let folder = page.parent().unwrap_or(page);
    match links.iter().find(|link| !folder.join(link).exists()) {
        Some(link) => Err(format!("there is no {link}").into()),
        None => Ok(()),
    }
}
