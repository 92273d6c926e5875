//! What stands in the documentation is true: every ```wfc block parses and has no error, and every
//! ```console block shows what the commands in it really print.

use super::{check, file_name, files_below, is_blessing, one_file, read, render, root};
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
            let test = format!("docs/{name}:{}", fence.line);
            match fence.info.as_str() {
                "wfc" => trials.push(Trial::test(test, move || example(&fence))),
                "console" => {
                    let path = path.clone();
                    trials.push(Trial::test(test, move || session(&path, &fence)));
                }
                _ => {}
            }
        }
    }
    trials
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
        let mut words = line.split_whitespace();
        if words.next() != Some("wfc") {
            return Err(format!("`{line}` does not begin with `wfc`").into());
        }
        let output = Command::new(env!("CARGO_BIN_EXE_wfc"))
            .args(words)
            .env("NO_COLOR", "1")
            .current_dir(root())
            .output()?;
        real += &format!("$ {line}\n{}", String::from_utf8_lossy(&output.stdout));
        real.truncate(real.trim_end().len());
        real.push('\n');
    }
    if real == fence.text {
        return Ok(());
    }
    if is_blessing() {
        // Tests run side by side, and a page may have several sessions.
        static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());
        let _turn = ONE_AT_A_TIME.lock();
        let text = read(page)?;
        fs::write(page, text.replacen(&fence.text, &real, 1))?;
        return Ok(());
    }
    Err(format!("{} shows something else; BLESS=1 rewrites it:\n\n{real}", file_name(page)).into())
}
