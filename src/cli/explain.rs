//! `wfc explain RULE`.

mod run;

use super::Outcome;
use super::args::{Explain, PageFormat};
use super::output::{Output, Unwritten};
use crate::catalog;
use crate::compile::{self, EXAMPLE_DAY, Settings};
use crate::finding::{Finding, Group, Rule};
use crate::report::human;
use crate::report::page::{self, Example};
use crate::report::paint::Paint;
use crate::source::{SourceFile, Sources};

pub fn run(wanted: &Explain, output: &Output) -> Result<Outcome, Unwritten> {
    let Some(rule) = catalog::find(&wanted.rule) else {
        let help = match catalog::nearest(&wanted.rule) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`wfc rules` lists them all".to_string(),
        };
        output.trouble(&format!("there is no rule `{}`; {help}", wanted.rule));
        return Ok(Outcome::Trouble);
    };
    if let Some(place) = &wanted.run {
        return run::draw(rule, place, wanted, output);
    }
    let text = match wanted.format {
        PageFormat::Text => {
            let (shown, findings) = example(rule, &output.stdout);
            page::terminal(rule, &Example { output: &shown, findings: &findings }, &output.stdout)
        }
        PageFormat::Markdown => {
            let (shown, findings) = example(rule, &Paint::plain());
            page::markdown(rule, &Example { output: &shown, findings: &findings })
        }
    };
    output.data(&text)?;
    Ok(Outcome::Clean)
}

/// What wfc really says about the rule's bad example.
fn example(rule: &Rule, paint: &Paint) -> (String, Vec<Finding>) {
    let (mut findings, sources) = if rule.group == Group::Versions {
        let compared = compile::compare_example(rule.bad);
        (compared.diff.findings, compared.sources)
    } else {
        check(rule)
    };
    findings.retain(|finding| finding.rule.name == rule.name);
    // An example is no file that a link could lead to.
    let paint = Paint { link_base: None, ..paint.clone() };
    (human::report(&findings, &sources, &paint).trim_end().to_string(), findings)
}

fn check(rule: &Rule) -> (Vec<Finding>, Sources) {
    let path = if rule.example_language == "wfc" { "example.wfc" } else { "example.asl.json" };
    let mut sources = Sources::default();
    sources.add(SourceFile::new(path, rule.bad));
    let settings = Settings { today: Some(EXAMPLE_DAY), ..Settings::default() };
    let findings = compile::check(&sources, settings).findings;
    (findings, sources)
}
