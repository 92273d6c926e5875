//! A finding for a person at a terminal. The only user of miette, which draws the lines of source with
//! the labels below them; head, proof and help are written here.

use super::excerpt::{Excerpt, Role, excerpt};
use super::paint::{Colour, Depth, Paint, Style, printable};
use super::place::place;
use super::shell;
use super::wrap::{hang, wrap};
use crate::finding::{Confidence, Finding, Group, Safety, Severity, WitnessStep};
use crate::source::Sources;
use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents,
    SourceCode, SourceSpan, SpanContents, ThemeCharacters, ThemeStyles,
};
use std::fmt::{self, Write};

/// How long a line of prose may become.
const WIDTH: usize = 96;

pub fn report(findings: &[Finding], sources: &Sources, paint: &Paint) -> String {
    let mut out = String::new();
    for finding in findings {
        out.push_str(&one(finding, sources, paint));
        out.push('\n');
    }
    out
}

/// One finding, without an empty line behind it.
pub fn one(finding: &Finding, sources: &Sources, paint: &Paint) -> String {
    let mut out = head(finding, paint);
    out.push_str(&snippets(finding, sources, paint));
    out.push_str(&witness(&finding.witness, finding.delivery, sources, paint));
    if let Some(what_if) = &finding.what_if {
        aside(&mut out, "note", what_if, paint);
    }
    for help in &finding.help {
        aside(&mut out, "help", help, paint);
    }
    for fix in &finding.fixes {
        aside(&mut out, "fix", &format!("{} ({})", fix.title, option(fix.safety)), paint);
    }
    if paint.depth == Depth::All && !finding.entity.is_empty() {
        aside(&mut out, "about", &finding.entity, paint);
    }
    out.push_str(&foot(finding, sources, paint));
    out
}

/// ``error[missing-import]: file `contracts.wfc` cannot be read``
fn head(finding: &Finding, paint: &Paint) -> String {
    let kind = format!("{}[{}]", finding.severity, finding.name());
    let message = paint.style(Style::Strong, &format!(": {}", printable(&finding.message)));
    format!("{}{message}\n", paint.style(Style::Severity(finding.severity), &kind))
}

/// What makes a fix: `--fix` alone only where nothing else can be meant.
fn option(safety: Safety) -> &'static str {
    match safety {
        Safety::Safe => "--fix",
        Safety::Unsafe => "--fix --unsafe-fixes",
    }
}

/// The way to the rule's page, and how sure wfc is where it is not; the way to a picture of the run.
fn foot(finding: &Finding, sources: &Sources, paint: &Paint) -> String {
    let doubt = match finding.confidence {
        Confidence::High => None,
        unsure => Some(format!(" ({unsure} confidence)")),
    };
    let command = format!("wfc explain {}", finding.rule.name);
    let mut lines = vec![format!("  more: {command}{}", doubt.unwrap_or_default())];
    // What came by standard input cannot be read again.
    let is_a_file = !sources.get(finding.span().file).path.starts_with('<');
    // Nor can a check of one version find what two of them show.
    let is_of_one = finding.rule.group != Group::Versions;
    if is_a_file && is_of_one && finding.can_be_drawn() {
        lines.push(format!("  draw: {command} --run {}", shell::quoted(&place(finding, sources))));
    }
    lines.iter().map(|line| format!("{}\n", paint.style(Style::Quiet, line))).collect()
}

/// `  help: give one of them another name`
fn aside(out: &mut String, word: &str, text: &str, paint: &Paint) {
    let plain = hang(&format!("  {word}: "), &printable(text), WIDTH);
    let rest = &plain[2 + word.len()..];
    let _ = writeln!(out, "  {}{rest}", paint.style(Style::Hint, word));
}

/// The numbered steps of the run that proves the finding, each with its place.
pub(super) fn witness(
    steps: &[WitnessStep],
    delivery: Option<&str>,
    sources: &Sources,
    paint: &Paint,
) -> String {
    if steps.is_empty() {
        return String::new();
    }
    let delivery = delivery.map_or(String::new(), |delivery| format!(" ({delivery})"));
    let mut out = format!("  {}\n", paint.style(Style::Hint, &format!("how it comes about{delivery}:")));
    let digits = steps.len().to_string().len();
    let texts: Vec<Vec<String>> = steps.iter().map(|step| wrap(&printable(&step.text), WIDTH - 30)).collect();
    let widest = texts.iter().flatten().map(|line| line.chars().count()).max().unwrap_or(0);
    for (n, (step, lines)) in steps.iter().zip(&texts).enumerate() {
        for (at, line) in lines.iter().enumerate() {
            let is_last = at + 1 == lines.len();
            let number = if at == 0 { format!("{:>digits$}.", n + 1) } else { " ".repeat(digits + 1) };
            let _ = write!(out, "    {number} {line}");
            if let (true, Some(span)) = (is_last, step.span) {
                let file = sources.get(span.file);
                let path = printable(&file.path);
                let place = format!("{path}:{}", file.position(span.start).line);
                let gap = " ".repeat(widest - line.chars().count() + 2);
                let _ = write!(out, "{gap}{}", paint.link(&path, &paint.style(Style::Quiet, &place)));
            }
            out.push('\n');
        }
    }
    out
}

// ---- the source, by miette ----------------------------------------------------------------------

fn snippets(finding: &Finding, sources: &Sources, paint: &Paint) -> String {
    let drawing = Drawing { excerpt: excerpt(&finding.labels, sources), paint };
    let theme = GraphicalTheme {
        characters: ThemeCharacters::unicode(),
        styles: styles(&drawing.excerpt, finding.severity, paint.colour),
    };
    let mut drawn = String::new();
    let handler =
        GraphicalReportHandler::new_themed(theme).with_context_lines(1).without_syntax_highlighting();
    // It cannot fail: the excerpt answers for every mark in it, and a string takes all.
    let _ = handler.with_links(false).with_wrap_lines(false).render_report(&mut drawn, &drawing);
    // miette begins with a line for the message, which stands in the head already.
    let boxes = drawn.split_once('\n').map_or("", |(_, boxes)| boxes);
    align(boxes, &drawing.excerpt)
}

/// Moves the boxes so that their edges stand below each other: miette makes each as narrow as its own
/// line numbers.
fn align(boxes: &str, excerpt: &Excerpt) -> String {
    let n_digits: Vec<usize> = excerpt.snippets.iter().map(|snippet| digits(snippet.last_line())).collect();
    let widest = n_digits.iter().max().copied().unwrap_or(0);
    let mut out = String::with_capacity(boxes.len());
    let mut which: Option<usize> = None;
    for line in boxes.lines() {
        if line.trim_start().starts_with('╭') {
            which = Some(which.map_or(0, |before| before + 1));
        }
        let missing = which.and_then(|at| n_digits.get(at)).map_or(0, |n| widest - n);
        out.push_str(&" ".repeat(missing));
        out.push_str(line);
        out.push('\n');
    }
    out
}

fn digits(number: u32) -> usize {
    number.to_string().len()
}

/// The colours of all marks in their order: the primary one as loud as the finding, the others quiet.
fn styles(excerpt: &Excerpt, severity: Severity, colour: Colour) -> ThemeStyles {
    if colour == Colour::Off {
        return ThemeStyles::none();
    }
    let ansi = ThemeStyles::ansi();
    let loud = match severity {
        Severity::Error => ansi.error.bold(),
        Severity::Warning => ansi.warning.bold(),
        Severity::Info => ansi.advice.bold(),
    };
    let quiet = if severity == Severity::Info { ThemeStyles::none().help } else { ansi.advice };
    let of = |role| if role == Role::Primary { loud } else { quiet };
    let highlights = excerpt.marks.iter().map(|mark| of(mark.role)).collect();
    ThemeStyles { highlights, link: ansi.linum, ..ansi }
}

/// An excerpt in the shape that miette wants.
#[derive(Debug)]
struct Drawing<'a> {
    excerpt: Excerpt,
    paint: &'a Paint,
}

impl fmt::Display for Drawing<'_> {
    fn fmt(&self, _: &mut fmt::Formatter) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Drawing<'_> {}

impl Diagnostic for Drawing<'_> {
    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.excerpt.marks.iter().map(|mark| {
            let text = (!mark.text.is_empty()).then(|| mark.text.clone());
            let span = (mark.range.start, mark.range.len());
            match mark.role {
                Role::Primary => LabeledSpan::new_primary_with_span(text, span),
                Role::Secondary => LabeledSpan::new_with_span(text, span),
            }
        })))
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(self)
    }
}

/// One source made of several files: miette draws a box of its own for every span that it is not
/// allowed to join with the one before.
impl SourceCode for Drawing<'_> {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        context_before: usize,
        _context_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let end = span.offset() + span.len();
        let holds = |start: usize, text: &str| start <= span.offset() && end <= start + text.len();
        let snippet = self.excerpt.snippets.iter().find(|snippet| holds(snippet.start, &snippet.text));
        let snippet = snippet.ok_or(MietteError::OutOfBounds)?;
        // Asked without context, miette wants to know where the mark stands in its file.
        let mark = self.excerpt.marks.iter().find(|mark| mark.range.start == span.offset());
        let (line, column) = match mark {
            Some(mark) if context_before == 0 => (mark.position.line - 1, mark.position.column - 1),
            _ => (snippet.first_line - 1, 0),
        };
        Ok(Box::new(MietteSpanContents::new_named(
            self.paint.link(&snippet.path, &snippet.path),
            snippet.text.as_bytes(),
            (snippet.start, snippet.text.len()).into(),
            line as usize,
            column as usize,
            snippet.text.matches('\n').count(),
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{Group, Label, Profile, Rule};
    use crate::source::{FileId, SourceFile, Span};
    use proptest::prelude::*;

    static RELIES: Rule = Rule {
        name: "relies-on-others",
        group: Group::Publishers,
        severity: Severity::Error,
        confidence: Confidence::Medium,
        profile: Profile::Default,
        reports: "",
        why: "",
        bad: "",
        good: "",
        help: "",
        example_language: "wfc",
    };

    fn two_files() -> Sources {
        let mut sources = Sources::default();
        sources.add(SourceFile::new("flow.wfc", "participant Broker {\n  publish Received(id)\n}\n"));
        sources.add(SourceFile::new("shop/contracts.wfc", "service Scoring {\n  event Scored(id: Id)\n}\n"));
        sources
    }

    #[test]
    fn labels_in_two_files_are_drawn_in_two_boxes() {
        let published = Span::new(FileId(0), 31, 39);
        let scored = Span::new(FileId(1), 26, 32);
        let finding = RELIES
            .at(published, "published here")
            .message("`Broker` waits for what others make of `Received`")
            .variant("awaited")
            .label(scored, "this is what it waits for")
            .witness([
                WitnessStep::new("`Broker` publishes `Received`", published),
                WitnessStep::new("`Scoring` publishes `Scored`", scored),
                WitnessStep::new("`Broker` goes on", None),
            ])
            .what_if("without `Scored`, nothing is ever offered")
            .help("send a command");
        let expected = "\
error[relies-on-others/awaited]: `Broker` waits for what others make of `Received`
   ╭─[flow.wfc:2:11]
 1 │ participant Broker {
 2 │   publish Received(id)
   ·           ────┬───
   ·               ╰── published here
   ╰────
   ╭─[shop/contracts.wfc:2:9]
 1 │ service Scoring {
 2 │   event Scored(id: Id)
   ·         ───┬──
   ·            ╰── this is what it waits for
   ╰────
  how it comes about:
    1. `Broker` publishes `Received`  flow.wfc:2
    2. `Scoring` publishes `Scored`   shop/contracts.wfc:2
    3. `Broker` goes on
  note: without `Scored`, nothing is ever offered
  help: send a command
  more: wfc explain relies-on-others (medium confidence)
";
        assert_eq!(one(&finding, &two_files(), &Paint::plain()), expected);
    }

    #[test]
    fn no_span_is_too_wild_to_be_drawn() {
        let sources = two_files();
        for start in 0..60 {
            for end in 0..60 {
                let wild = Span::new(FileId(0), start, end);
                let finding =
                    RELIES.at(wild, "here").label(Span::new(FileId(0), 10, 35), "there").label(wild, "");
                let drawn = one(&finding, &sources, &Paint::plain());
                assert!(drawn.contains("here"), "{start}..{end}\n{drawn}");
                assert!(drawn.contains("flow.wfc"), "{start}..{end}\n{drawn}");
            }
        }
    }

    #[test]
    fn colours_change_no_text() {
        let finding = RELIES.at(Span::new(FileId(0), 31, 39), "here").message("m").help("h");
        let coloured =
            Paint { colour: Colour::On, link_base: Some("file:///".to_string()), ..Paint::plain() };
        let drawn = one(&finding, &two_files(), &coloured);
        assert!(drawn.contains("\u{1b}[1;31m"));
        let stripped = anstream::adapter::strip_str(&drawn).to_string();
        assert_eq!(stripped, one(&finding, &two_files(), &Paint::plain()));
    }

    proptest! {
        #[test]
        fn any_labels_on_any_text_can_be_drawn(
            text in "([a-zäß(){}\u{1f600}\u{1b} \t]|\r?\n){0,60}",
            spans in proptest::collection::vec((0usize..80, 0usize..80), 1..5),
        ) {
            let mut sources = Sources::default();
            let file = sources.add(SourceFile::new("any.wfc", text));
            let label = |n: usize, (start, end)| Label { span: Span::new(file, start, end), text: format!("label{n}") };
            let mut finding = RELIES.at(Span::new(file, 0, 0), "");
            finding.labels = spans.into_iter().enumerate().map(|(n, span)| label(n, span)).collect();
            let drawn = one(&finding, &sources, &Paint::plain());
            for label in &finding.labels {
                prop_assert!(drawn.contains(&label.text), "{} is lost in\n{}", label.text, drawn);
            }
        }
    }
}
