//! `wfc config show`: what applies, and which line of which file says so.

use super::Config;
use super::file::{Allowance, Many, TimersWord};
use super::mistake::place;
use super::spanned::Spanned;
use crate::check::Budget;
use crate::check::verify::MAX_STATES as VERIFIED_STATES;
use crate::explore::Delivery;
use crate::finding::{Profile, Severity};
use crate::metrics::Number;
use crate::source::Span;
use std::fmt::{Display, Write};

/// Where the remarks begin, if the line leaves room.
const COLUMN: usize = 40;

/// The configuration as YAML that could be one file, each value with where it comes from.
pub fn show(config: &Config) -> String {
    let mut out = Page { config, text: String::new() };
    let from_profile =
        |word: Option<Spanned<super::file::ProfileWord>>| word.map(|word| Profile::from(word.value));
    let profile = from_profile(config.profile).unwrap_or_default();
    out.line(0, "profile", profile, config.profile.map(|word| word.span));
    let fail_on = config.fail_on.map_or(Severity::Error, |word| word.value.into());
    out.line(0, "fail-on", fail_on, config.fail_on.map(|word| word.span));
    if let Some(confidence) = config.min_confidence {
        out.line(
            0,
            "min-confidence",
            crate::finding::Confidence::from(confidence.value),
            Some(confidence.span),
        );
    }
    if let Some(baseline) = &config.baseline {
        out.line(0, "baseline", quoted(&baseline.value), Some(baseline.span));
    }
    if !config.exclude.is_empty() {
        out.text.push_str("exclude:\n");
        out.items(1, &config.exclude);
    }
    if !config.rules.is_empty() {
        out.text.push_str("rules:\n");
        for (name, level) in &config.rules {
            out.line(1, name, level.value, Some(level.span));
        }
    }
    if !config.overrides.is_empty() {
        out.text.push_str("overrides:\n");
        for part in &config.overrides {
            out.files("- paths", &part.paths);
            out.text.push_str("    rules:\n");
            for (name, level) in &part.rules.0 {
                out.line(3, &name.value, level.value, Some(level.span));
            }
        }
    }
    let (budgets, of_wfc) = (config.budgets, Budget::default());
    out.text.push_str("budgets:\n");
    out.number("max-states", budgets.max_states, of_wfc.max_states);
    out.number("efferent", budgets.efferent, of_wfc.efferent);
    out.number("afferent", budgets.afferent, of_wfc.afferent);
    out.number("temporal", budgets.temporal, of_wfc.temporal);
    out.number("contract", budgets.contract, of_wfc.contract);
    out.number("control", budgets.control, of_wfc.control);
    out.number("chain", budgets.chain, of_wfc.chain);
    out.number("attempts", budgets.attempts, of_wfc.attempts);
    out.text.push_str("drift:\n");
    for number in Number::ALL {
        let limit = config.drift.limit(number).map_or("any".to_string(), |limit| limit.to_string());
        out.line(1, number.name(), limit, config.drift.written(number).map(|it| it.span));
    }
    let verify = config.verify;
    out.text.push_str("verify:\n");
    let delivery = verify.delivery.map_or(Delivery::default(), |word| word.value.into());
    out.line(1, "delivery", delivery.name(), verify.delivery.map(|word| word.span));
    let timers = verify.timers.map_or(TimersWord::default(), |word| word.value);
    out.line(1, "timers", timers, verify.timers.map(|word| word.span));
    out.number("max-states", verify.max_states, VERIFIED_STATES);
    if !config.systems.is_empty() {
        out.text.push_str("systems:\n");
        for system in &config.systems {
            out.files("- files", &system.files);
            out.line(2, "world", system.world.value, Some(system.world.span));
        }
    }
    if !config.allow.is_empty() {
        out.text.push_str("allow:\n");
        config.allow.iter().for_each(|allow| out.allow(allow));
    }
    out.text
}

struct Page<'a> {
    config: &'a Config,
    text: String,
}

impl Page<'_> {
    fn line(&mut self, depth: usize, key: &str, value: impl Display, from: Option<Span>) {
        self.remark(format!("{}{key}: {value}", "  ".repeat(depth)), from);
    }

    fn number(&mut self, key: &str, written: Option<Spanned<u32>>, of_wfc: impl Display) {
        match written {
            Some(number) => self.line(1, key, number.value, Some(number.span)),
            None => self.line(1, key, of_wfc, None),
        }
    }

    fn remark(&mut self, line: String, from: Option<Span>) {
        let from = match from {
            Some(span) => place(span, &self.config.files),
            None => "default".to_string(),
        };
        let _ = writeln!(self.text, "{line:COLUMN$} # {from}");
    }

    fn items(&mut self, depth: usize, items: &[Spanned<String>]) {
        for item in items {
            self.remark(format!("{}- {}", "  ".repeat(depth), quoted(&item.value)), Some(item.span));
        }
    }

    fn files(&mut self, key: &str, files: &Many<Spanned<String>>) {
        let _ = writeln!(self.text, "  {key}:");
        self.items(3, &files.0);
    }

    fn allow(&mut self, allow: &Allowance) {
        self.line(1, "- rule", &allow.rule.value, Some(allow.rule.span));
        self.text.push_str("    files:\n");
        self.items(3, &allow.files.0);
        let others = [
            ("entity", allow.entity.as_ref()),
            ("because", Some(&allow.because)),
            ("until", allow.until.as_ref()),
        ];
        for (key, value) in others {
            if let Some(value) = value {
                self.line(2, key, quoted(&value.value), Some(value.span));
            }
        }
    }
}

/// A text as YAML would be sure to read it.
fn quoted(text: &str) -> String {
    let is_plain = text.starts_with(char::is_alphanumeric)
        && text.chars().all(|c| c.is_alphanumeric() || "/._-* ".contains(c))
        && !text.ends_with(' ')
        && !matches!(text, "true" | "false" | "null")
        && text.parse::<f64>().is_err();
    if is_plain { text.to_string() } else { serde_json::to_string(text).expect("a text is JSON") }
}
