//! Where pictures go: to standard output, to a file and numbered ones beside it, or into a folder.

use super::format::{Format, extension};
use crate::cli::Outcome;
use crate::cli::args::Graph;
use crate::cli::output::{Output, Unwritten};
use crate::project::disk;
use crate::report::diff;
use std::path::Path;

/// A picture as it is written.
pub struct Written {
    pub title: String,
    pub data: Vec<u8>,
}

/// Whether a path is meant as a folder.
pub fn is_folder(path: &str) -> bool {
    path.ends_with(['/', '\\']) || Path::new(path).is_dir()
}

/// Writes the pictures, the overview first; or with `--check` compares them with what is there.
pub fn put(
    wanted: &Graph,
    pictures: &[Written],
    format: Format,
    output: &Output,
) -> Result<Outcome, Unwritten> {
    let n_parts = pictures.len() - 1;
    let Some(path) = &wanted.output else {
        output.bytes(&pictures[0].data)?;
        if n_parts > 0 {
            output.note(&format!(
                "this is an overview of {n_parts} parts, each with at most {} steps: -o FILE or -o FOLDER/ writes \
                 them as well, --split 0 draws all in one, and --focus NAME what is near something",
                wanted.split.unwrap_or(super::READABLE)
            ));
        }
        return Ok(Outcome::Clean);
    };
    let names = names(path, pictures, format);
    if wanted.check {
        return check(&names, pictures, &left_over(path, &names, format), wanted, output);
    }
    if is_folder(path)
        && let Err(error) = std::fs::create_dir_all(path)
    {
        output.trouble(&format!("{path}: cannot be made: {error}"));
        return Ok(Outcome::Trouble);
    }
    let mut outcome = Outcome::Clean;
    for (name, picture) in names.iter().zip(pictures) {
        if let Err(trouble) = disk::replace_bytes(name, &picture.data) {
            outcome = output.troubled(&trouble);
        }
    }
    if n_parts > 0 && outcome == Outcome::Clean {
        output.note(&format!("an overview and {n_parts} parts are written"));
    }
    let left = left_over(path, &names, format);
    if !left.is_empty() && outcome == Outcome::Clean {
        output.note(&format!("left over from an earlier picture, and drawn no more: {}", left.join(", ")));
    }
    Ok(outcome)
}

/// `shop.svg`, `shop-1.svg`, `shop-2.svg`; in a folder `overview.svg`, `1-FulfilOrder.svg`.
fn names(path: &str, pictures: &[Written], format: Format) -> Vec<String> {
    if is_folder(path) {
        let folder = path.trim_end_matches(['/', '\\']);
        let extension = extension(format);
        let name = |(at, picture): (usize, &Written)| match at {
            0 => format!("{folder}/{}.{extension}", if pictures.len() > 1 { "overview" } else { "diagram" }),
            at => format!("{folder}/{at}-{}.{extension}", slug(&picture.title)),
        };
        return pictures.iter().enumerate().map(name).collect();
    }
    (0..pictures.len()).map(|at| if at == 0 { path.to_string() } else { numbered(path, at) }).collect()
}

/// `shop-2.svg` of `shop.svg`.
fn numbered(path: &str, number: usize) -> String {
    match path.rsplit_once('.') {
        Some((stem, extension)) if !extension.contains(['/', '\\']) => format!("{stem}-{number}.{extension}"),
        _ => format!("{path}-{number}"),
    }
}

/// Parts of an earlier picture that are not among those of this one. Beside a file they follow its last part
/// without a gap, so that a name which only looks like one is nobody's business here; a folder holds nothing
/// but its picture.
fn left_over(path: &str, names: &[String], format: Format) -> Vec<String> {
    if !is_folder(path) {
        let part = |number: usize| numbered(path, number);
        return (names.len()..).map(part).take_while(|name| Path::new(name).is_file()).collect();
    }
    let folder = path.trim_end_matches(['/', '\\']);
    let ending = format!(".{}", extension(format));
    let is_ours = |name: &str| {
        let Some(stem) = name.strip_suffix(&ending) else { return false };
        let is_number = |it: &str| (1..=3).contains(&it.len()) && it.bytes().all(|it| it.is_ascii_digit());
        matches!(stem, "overview" | "diagram") || stem.split_once('-').is_some_and(|(it, _)| is_number(it))
    };
    let Ok(entries) = std::fs::read_dir(path) else { return Vec::new() };
    let found = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    let ours = found.filter(|name| is_ours(name)).map(|name| format!("{folder}/{name}"));
    let mut left: Vec<String> = ours.filter(|name| !names.contains(name)).collect();
    left.sort();
    left
}

/// A title as a part of a file's name: letters, digits and `-`, whatever stands in it.
fn slug(title: &str) -> String {
    let words = title.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    // The number stands before it already.
    let slug = words.skip(1).collect::<Vec<_>>().join("-");
    let slug: String = slug.chars().take(40).collect();
    if slug.is_empty() { "part".to_string() } else { slug.trim_matches('-').to_string() }
}

/// Whether every file is there and says what would be written; else what has changed.
fn check(
    names: &[String],
    pictures: &[Written],
    left: &[String],
    wanted: &Graph,
    output: &Output,
) -> Result<Outcome, Unwritten> {
    let mut n_stale = 0;
    for (name, picture) in names.iter().zip(pictures) {
        match std::fs::read(name) {
            Ok(known) if known == picture.data => {}
            Ok(known) => {
                n_stale += 1;
                output.data(&format!("{name}: is not what would be drawn now\n"))?;
                // Where both are text, it is worth a look.
                if let (Ok(known), Ok(now)) = (str::from_utf8(&known), str::from_utf8(&picture.data)) {
                    output.data(&beginning(&diff::unified(name, known, now, &output.stdout)))?;
                }
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                n_stale += 1;
                output.data(&format!("{name}: is not there\n"))?;
            }
            Err(error) => {
                output.trouble(&format!("{name}: cannot be read: {error}"));
                return Ok(Outcome::Trouble);
            }
        }
    }
    for name in left {
        output.data(&format!("{name}: is left over from an earlier picture, and drawn no more\n"))?;
    }
    if n_stale == 0 {
        if left.is_empty() {
            return Ok(Outcome::Clean);
        }
        output.note(if left.len() == 1 { "1 file is to be deleted" } else { "some files are to be deleted" });
        return Ok(Outcome::Findings);
    }
    let files = if n_stale == 1 { "1 file is".to_string() } else { format!("{n_stale} files are") };
    let path = wanted.output.as_deref().unwrap_or_default();
    output.note(&format!("{files} not current; the same command without --check writes {path}"));
    Ok(Outcome::Findings)
}

/// The first lines of a difference: pictures differ in many.
fn beginning(diff: &str) -> String {
    const LINES: usize = 12;
    let mut lines: Vec<String> = diff.lines().take(LINES).map(shortened).collect();
    let n_more = diff.lines().count().saturating_sub(LINES);
    if n_more > 0 {
        lines.push(format!("… and {n_more} more lines"));
    }
    lines.into_iter().map(|line| line + "\n").collect()
}

fn shortened(line: &str) -> String {
    const LONGEST: usize = 160;
    match line.char_indices().nth(LONGEST) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line.to_string(),
    }
}
