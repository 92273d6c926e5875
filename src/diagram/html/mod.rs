//! A page with all pictures of a system, to look at, search and click through: one file that needs nothing
//! beside a browser and asks nobody for anything.

mod data;
mod facts;
mod words;

pub use facts::{Fact, facts};

use super::scene::Scene;
use super::{Theme, View};
use crate::finding::Severity;
use sha2::{Digest, Sha256};

/// Everything that a page shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    pub title: String,
    /// Light or dark until its reader switches; else what the reader's system wants.
    pub theme: Theme,
    pub sheets: Vec<Sheet>,
    /// Numbered by their position; badges in the scenes give it.
    pub findings: Vec<Told>,
    /// The lines of the text that are shown beside what is clicked.
    pub files: Vec<Lines>,
    /// What keeps the text from being drawn as it is now.
    pub broken: Vec<Told>,
    /// Whether the pictures are of an earlier text, because of what is broken.
    pub is_stale: bool,
}

/// One picture, and what its nodes are.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    pub view: View,
    /// The system, where there are several; empty else.
    pub system: String,
    /// Which workflow, run or failure; empty where it shows all there is.
    pub subject: String,
    pub scene: Scene,
    /// Of each node, what else there is to know.
    pub facts: Vec<Vec<Fact>>,
    /// Of groups, nodes and edges: where they are written.
    pub groups: Vec<Vec<Place>>,
    pub nodes: Vec<Vec<Place>>,
    pub edges: Vec<Vec<Place>>,
}

/// From one line and column to another, both from 1, in one of the page's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub file: usize,
    pub from: (u32, u32),
    pub to: (u32, u32),
}

/// Some lines of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    pub path: String,
    pub lines: std::collections::BTreeMap<u32, String>,
}

/// A finding, as it is told beside the pictures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub severity: Severity,
    /// `passive-aggressive-publisher/hostage`
    pub rule: String,
    /// What the rule reports.
    pub reports: String,
    pub message: String,
    pub labels: Vec<(Place, String)>,
    /// Step by step, what proves it.
    pub witness: Vec<String>,
    pub what_if: String,
    pub help: Vec<String>,
    /// The position of the sheet that shows its run.
    pub run: Option<usize>,
}

impl Page {
    /// The same pictures, with what keeps them from being drawn anew.
    pub fn outdated(mut self, broken: Vec<Told>, files: Vec<Lines>) -> Page {
        let n_files = self.files.len();
        self.files.extend(files);
        self.broken = broken;
        for told in &mut self.broken {
            told.labels.iter_mut().for_each(|(place, _)| place.file += n_files);
        }
        self.is_stale = true;
        self
    }
}

/// Whether a page stays as it is, or asks the server that it came from what has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    Still,
    Live,
}

const CSS: &str = include_str!("page.css");
/// In the order in which they stand in the page.
const SCRIPTS: [&str; 7] = [
    include_str!("dom.js"),
    include_str!("stage.js"),
    include_str!("map.js"),
    include_str!("panel.js"),
    include_str!("finder.js"),
    include_str!("live.js"),
    include_str!("page.js"),
];
const FRAME: &str = include_str!("page.html");

/// The page as one HTML document.
pub fn html(page: &Page, life: Life) -> String {
    let style = CSS;
    let script = format!("(() => {{\n\"use strict\";\n{}}})();\n", SCRIPTS.concat());
    let connect = match life {
        Life::Still => "'none'",
        Life::Live => "'self'",
    };
    // Only this style and this script, by their sums: whatever else ends up in the page does nothing.
    let policy = format!(
        "default-src 'none'; style-src '{}'; script-src '{}'; connect-src {connect}; base-uri 'none'; form-action 'none'",
        sum(style),
        sum(&script)
    );
    let data = json(page);
    let mut out = FRAME.to_string();
    // The data come last: nothing is filled in that stands in them.
    let parts = [
        ("{{policy}}", policy),
        (
            "{{theme}}",
            match page.theme {
                Theme::Auto => "",
                Theme::Light => "light",
                Theme::Dark => "dark",
            }
            .to_string(),
        ),
        ("{{title}}", escaped(&page.title)),
        ("{{style}}", style.to_string()),
        ("{{script}}", script),
        ("{{version}}", if life == Life::Live { sum(&data) } else { String::new() }),
        ("{{data}}", data),
    ];
    for (name, value) in parts {
        out = out.replacen(name, &value, 1);
    }
    out
}

/// What the script of the page reads: JSON in which nothing ends the element around it.
pub fn json(page: &Page) -> String {
    let text = data::of(page).to_string();
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('{', "&#123;")
}

/// As a security policy names what it lets in: `sha256-…`.
pub fn sum(text: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let digest = Sha256::digest(text.as_bytes());
    let mut out = String::from("sha256-");
    for bytes in digest.chunks(3) {
        let at = |n: usize| u32::from(bytes.get(n).copied().unwrap_or(0));
        let group = at(0) << 16 | at(1) << 8 | at(2);
        for n in 0..4 {
            let letter = LETTERS[(group >> (18 - 6 * n) & 63) as usize];
            out.push(if n <= bytes.len() { char::from(letter) } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_as_browsers_make_them() {
        assert_eq!(sum("alert('Hello, world.');"), "sha256-qznLcsROx4GACP2dm0UCKCzCG+HiZ1guq6ZZDob/Tng=");
    }

    #[test]
    fn nothing_in_the_data_ends_their_element() {
        let page = Page { title: "</script><!--<script>\u{2028}&".to_string(), ..Page::default() };
        let json = json(&page);
        assert!(!json.contains(['<', '>', '&', '\u{2028}']), "{json}");
        let back: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(back["title"], page.title.as_str());
    }

    #[test]
    fn a_title_fills_nothing_in() {
        let page = Page { title: "{{data}}".to_string(), ..Page::default() };
        assert!(html(&page, Life::Still).contains("<title>&#123;&#123;data}}"));
    }
}
