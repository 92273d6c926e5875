//! Damages every example and case in the repository, piece by piece and always in the same way, and
//! checks what is left: nothing may panic, take long, or point outside of the text.
//!
//! `WFC_FUZZ_ROUNDS=500 cargo test --test fuzz_short` damages each file that often, unless
//! `WFC_FUZZ_SECONDS` have passed before; `WFC_FUZZ_SEED` starts from another number. The text at work
//! is kept in `target/tmp/fuzz_short`.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use wfc::source::{SourceFile, Sources, Span};

/// So long that only a runaway takes it, on a busy machine and without optimisation.
const TOO_LONG: Duration = Duration::from_secs(20);

/// What the program gives each of its threads; a thread of a test has a quarter of it.
const STACK: usize = 8 << 20;

/// Larger files make few rounds, and are cut to their beginning.
const LARGEST: usize = 6_000;

#[test]
fn damaged_files_are_survived() {
    with_room(damaged_files);
}

fn damaged_files() {
    let rounds = number("WFC_FUZZ_ROUNDS", 4);
    let budget = Duration::from_secs(number("WFC_FUZZ_SECONDS", 15));
    let seed = number("WFC_FUZZ_SEED", 1);
    let seeds = seed_texts();
    assert!(!seeds.is_empty());
    let pieces: Vec<&str> = seeds.iter().flat_map(|(_, text)| tokens(text)).collect();
    let began = Instant::now();
    for round in 0..rounds {
        for (at, (path, text)) in seeds.iter().enumerate() {
            if began.elapsed() > budget {
                return;
            }
            let mut random = Random::new(seed ^ (round << 40) ^ ((at as u64 + 1) << 20));
            let mut damaged = text.clone();
            for _ in 0..=random.below(4) {
                damaged = damage(&damaged, &pieces, &mut random);
            }
            survives(path, &damaged);
        }
    }
}

#[test]
fn every_beginning_of_a_file_is_survived() {
    with_room(beginnings);
}

fn beginnings() {
    let step = (1_600 / number("WFC_FUZZ_ROUNDS", 4).max(1)).clamp(7, 400) as usize;
    let budget = Duration::from_secs(number("WFC_FUZZ_SECONDS", 15));
    let began = Instant::now();
    for (path, text) in seed_texts() {
        for end in (0..text.len()).step_by(step).filter(|end| text.is_char_boundary(*end)) {
            if began.elapsed() > budget {
                return;
            }
            survives(&path, &text[..end]);
        }
    }
}

#[test]
fn deep_nesting_is_survived() {
    with_room(deep_nesting);
}

fn deep_nesting() {
    let depth = 20_000;
    let inside = |open: &str, inner: &str, close: &str| open.repeat(depth) + inner + &close.repeat(depth);
    let step = |expr: &str| format!("workflow W {{ orchestrated by S; step a = S.Do({expr}) }}");
    let statement = |text: &str| format!("workflow W {{ orchestrated by S; {text} }}");
    let texts = [
        inside("(", "", ")"),
        inside("{", "", "}"),
        step(&inside("(", "x", ")")),
        step(&inside("[", "x", "]")),
        step(&inside("not ", "x", "")),
        step(&inside("x + ", "x", "")),
        step(&inside("x.", "x", "")),
        statement(&inside("if x { ", "", "}")),
        statement(&inside("scope s { ", "", "}")),
        statement(&inside("parallel { ", "", "}")),
        statement(&inside("on any { ", "", "}")),
        format!("record R(f: {})", inside("list of ", "int", "")),
        inside("service S {", "", ""),
        inside("`", "", ""),
        inside("\"", "", ""),
        inside("/", "", ""),
    ];
    for text in texts {
        survives("nested.wfc", &text);
    }
    survives("nested.asl.json", &format!(r#"{{"StartAt":"A","States":{}}}"#, inside("{\"A\":", "1", "}")));
    survives("nested.asl.json", &format!(r#"{{"StartAt":{},"States":{{}}}}"#, inside("[", "", "]")));
}

#[test]
fn hostile_characters_are_survived() {
    for text in
        ["", "\u{feff}", "\0", "\r", "\r\n\r\n", "\u{2028}", "id Ä\u{301}", "\u{202e}di", "\t\u{a0}", "🏦"]
    {
        survives("odd.wfc", text);
        survives("odd.wfc", &format!("id A\n{text}\nid B"));
        survives("odd.wfc", &format!("workflow W {{ step a = S.Do(\"{text}\") }}"));
        survives("odd.asl.json", text);
    }
}

fn with_room(work: fn()) {
    let thread = std::thread::Builder::new().stack_size(STACK).spawn(work).unwrap();
    if let Err(panic) = thread.join() {
        std::panic::resume_unwind(panic);
    }
}

/// Checks `text` and holds the outcome to what always holds.
fn survives(path: &str, text: &str) {
    let keep = keep(path, text);
    let began = Instant::now();
    let outcome = catch_unwind(AssertUnwindSafe(|| points_outside(path, text)));
    let took = began.elapsed();
    match outcome {
        Err(_) => panic!("panicked on the text in {}", keep.display()),
        Ok(Some(what)) => panic!("{what}: the text is in {}", keep.display()),
        Ok(None) => assert!(took < TOO_LONG, "took {took:?} on the text in {}", keep.display()),
    }
}

/// Writes down what is tried, so that it is there after a crash, too.
fn keep(path: &str, text: &str) -> PathBuf {
    let thread = format!("{:?}", std::thread::current().id()).replace(['(', ')'], "");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("fuzz_short");
    fs::create_dir_all(&folder).unwrap();
    let kept = folder.join(format!("{thread}-{}", path.replace('/', "-")));
    fs::write(&kept, text).unwrap();
    kept
}

/// The first finding that points outside of the text, if any.
fn points_outside(path: &str, text: &str) -> Option<String> {
    let mut sources = Sources::default();
    sources.add(SourceFile::new(path, text));
    let fits = |span: Span| span.file.0 == 0 && text.get(span.range()).is_some();
    let findings = wfc::compile::check(&sources, wfc::compile::Settings::default()).findings;
    let broken = findings.iter().find(|finding| {
        let witnessed = finding.witness.iter().filter_map(|step| step.span);
        !finding.labels.iter().map(|label| label.span).chain(witnessed).all(fits)
    })?;
    Some(format!("{} points outside of the text: {}", broken.rule.name, broken.message))
}

// ---- damage -------------------------------------------------------------------------------------

/// `text` with one thing wrong with it.
fn damage(text: &str, pieces: &[&str], random: &mut Random) -> String {
    let mut words = tokens(text);
    if words.is_empty() {
        return random.choose(pieces).to_string();
    }
    let at = random.below(words.len());
    let other = random.below(words.len());
    match random.below(9) {
        0 => drop(words.remove(at)),
        1 => words.insert(at, words[other]),
        2 => words.swap(at, other),
        3 => words.insert(at, random.choose(pieces)),
        4 => words[at] = random.choose(pieces),
        5 => words.truncate(at),
        6 => drop(words.drain(at.min(other)..at.max(other).min(at.min(other) + 40))),
        7 => {
            let copied: Vec<&str> = words[at.min(other)..at.max(other).min(at.min(other) + 40)].to_vec();
            words.splice(at..at, copied);
        }
        _ => return damage_character(text, random),
    }
    words.concat()
}

fn damage_character(text: &str, random: &mut Random) -> String {
    const ODD: &[char] =
        &['"', '`', '{', '}', '(', ')', '\\', '\n', '\0', 'ß', '🏦', '/', '?', '%', '\u{feff}', '9'];
    let mut chars: Vec<char> = text.chars().collect();
    let at = random.below(chars.len());
    match random.below(3) {
        0 => drop(chars.remove(at)),
        1 => chars.insert(at, ODD[random.below(ODD.len())]),
        _ => chars[at] = ODD[random.below(ODD.len())],
    }
    chars.into_iter().collect()
}

/// Words, runs of blanks, and every other character by itself; together they are the text.
fn tokens(text: &str) -> Vec<&str> {
    let kind = |c: char| match c {
        _ if c.is_alphanumeric() || c == '_' => 1,
        _ if c.is_whitespace() => 2,
        _ => 3,
    };
    let (mut tokens, mut rest) = (Vec::new(), text);
    while let Some(first) = rest.chars().next() {
        let end = match kind(first) {
            3 => first.len_utf8(),
            own => rest.find(|c| kind(c) != own).unwrap_or(rest.len()),
        };
        tokens.push(&rest[..end]);
        rest = &rest[end..];
    }
    tokens
}

/// Every case, system and example, with its path, cut to a size that makes many rounds.
fn seed_texts() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths = Vec::new();
    for folder in ["tests", "examples"] {
        collect(&root.join(folder), &mut paths);
    }
    paths.sort();
    let mut texts = Vec::new();
    for path in paths {
        let mut text = fs::read_to_string(&path).unwrap();
        text.truncate(text.floor_char_boundary(LARGEST));
        texts.push((path.strip_prefix(root).unwrap().to_string_lossy().replace('\\', "/"), text));
    }
    texts
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|end| end == "wfc" || end == "json") {
            paths.push(path);
        }
    }
}

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).ok().and_then(|value| value.parse().ok()).unwrap_or(default)
}

/// xorshift64*: the same numbers on every machine.
struct Random(u64);

impl Random {
    fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        let mixed = self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33;
        mixed as usize % limit.max(1)
    }

    fn choose<'a>(&mut self, pieces: &[&'a str]) -> &'a str {
        pieces[self.below(pieces.len())]
    }
}
