//! The sentences of an advice, the same on a terminal and on a page.

use crate::advise::{
    Advice, Answer, Declared, Doubt, Fit, Key, NumberOf, Recommended, SegmentAdvice, Shift, Shown, Sure, Tip,
    TipValue,
};
use crate::metrics::percent;
use crate::metrics::style::{Cost, Question, Thresholds, Verdict, Vote};
use crate::model::{Volatility, duration};

/// `+4`, `0`, `−1`
pub fn signed(sum: i32) -> String {
    match sum {
        0 => "0".to_string(),
        sum if sum > 0 => format!("+{sum}"),
        sum => format!("−{}", sum.unsigned_abs()),
    }
}

pub fn vote(vote: Vote) -> &'static str {
    match vote {
        Vote::Orchestrate => "+1",
        Vote::Neither => " 0",
        Vote::Choreograph => "−1",
    }
}

pub fn question(question: Question) -> &'static str {
    match question {
        Question::Communication => "how do the parts communicate?",
        Question::Prerequisites => "how complex are the prerequisites?",
        Question::Compensation => "how far must it be undone?",
        Question::Volatility => "how likely is change?",
        Question::Responsibility => "must somebody answer for the whole?",
    }
}

pub fn declared(declared: &Declared) -> String {
    match declared {
        Declared::Orchestrated { by } => format!("orchestrated by {by}"),
        Declared::Choreographed => "choreographed".to_string(),
    }
}

/// What to do, and why that follows from the votes.
pub fn headline(advice: &Advice) -> String {
    let sum = signed(advice.sum);
    let Thresholds { orchestrate, choreograph, .. } = advice.thresholds;
    let (most, least) = (signed(orchestrate), signed(choreograph));
    let as_it_is = advice.fit == Fit::AsItIs;
    match advice.recommended {
        Recommended::Nothing => "There is nothing to coordinate: it has no step.".to_string(),
        Recommended::Orchestrate => {
            let what = if as_it_is { "Keep it orchestrated" } else { "Orchestrate it" };
            format!("{what}: the votes come to {sum}, and from {most} on a conductor is worth its price.")
        }
        Recommended::Choreograph if advice.share.is_none() => {
            let what = if as_it_is { "Keep it choreographed" } else { "Choreograph it" };
            format!("{what}: no step must come back to another, so nothing has to be held together.")
        }
        Recommended::Choreograph => {
            let what = if as_it_is { "Keep it choreographed" } else { "Choreograph it" };
            format!("{what}: the votes come to {sum}, and up to {least} nobody needs to conduct.")
        }
        Recommended::Either => format!(
            "Leave it as it is: the votes come to {sum}, between {least} and {most}, and either style would do."
        ),
        Recommended::Segments => {
            let share = whole_percent(advice.share.unwrap_or_default());
            let core = whole_percent(advice.thresholds.core);
            let what = match advice.fit {
                Fit::AsItIs => "See it as segments, each as it is",
                Fit::Cut | Fit::Other => "Cut it into segments, each in a style of its own",
            };
            format!("{what}: the largest part that hangs together is {share} of the steps, less than {core}.")
        }
    }
}

fn whole_percent(share: f64) -> String {
    format!("{:.0}%", share * 100.0)
}

/// How sure that is, and what it hangs on.
pub fn sureness(advice: &Advice) -> String {
    let head = match advice.confidence.sure {
        Sure::High => "Sure",
        Sure::Medium => "Fairly sure",
        Sure::Low => "Not sure",
    };
    let mut why = Vec::new();
    if let Some(margin) = advice.confidence.margin {
        why.push(match margin {
            1 => "one vote decides".to_string(),
            n => format!("{} votes would have to change", number(n.unsigned_abs() as usize)),
        });
    }
    why.extend(advice.confidence.doubts.iter().map(doubt));
    if why.is_empty() { format!("{head}.") } else { format!("{head}: {}.", why.join("; ")) }
}

fn doubt(doubt: &Doubt) -> String {
    match doubt {
        Doubt::Volatility { other } => format!(
            "nobody has said how likely change is, and `volatility {}` would change the advice",
            volatility(*other)
        ),
        Doubt::VolatilityIdle => {
            "nobody has said how likely change is, and it would change nothing".to_string()
        }
        Doubt::Votes { sum } => {
            format!("the votes come to {} all the same, which does not speak for events", signed(*sum))
        }
        Doubt::DefaultOwner => "who answers for the success is not written, but a default".to_string(),
        Doubt::Imported => "its format cannot say who owns, promises or watches".to_string(),
    }
}

pub fn volatility(volatility: Volatility) -> &'static str {
    match volatility {
        Volatility::Low => "low",
        Volatility::Medium => "medium",
        Volatility::High => "high",
    }
}

/// The numbers of an answer, with what they were counted from.
pub fn answer(answer: &Answer) -> String {
    let parts: Vec<String> = answer.numbers.iter().filter_map(shown).collect();
    parts.join("; ")
}

fn shown(shown: &Shown) -> Option<String> {
    let from = |between: &str| match shown.from.as_slice() {
        [] => String::new(),
        names if names.len() > MOST => {
            format!(": {} and {} more", names[..MOST].join(between), names.len() - MOST)
        }
        names => format!(": {}", names.join(between)),
    };
    Some(match shown.number {
        NumberOf::Answers(0, _) => "nobody waits for the answer of a step".to_string(),
        NumberOf::Answers(n, steps) => {
            let are = if n == 1 { "is" } else { "are" };
            format!("the answers of {n} of {} {are} waited for{}", counted(steps, "step"), from(", "))
        }
        NumberOf::Returns(true) => "a caller waits for the end".to_string(),
        NumberOf::Returns(false) => "no caller waits for the end".to_string(),
        NumberOf::Joins(n) => format!("{}{}", counted(n, "join"), from("; ")),
        NumberOf::Choices(n) => match shown.from.iter().all(String::is_empty) {
            true => counted(n, "choice"),
            false => format!("{} after {}", counted(n, "choice"), from("; ").trim_start_matches(": ")),
        },
        NumberOf::Chain(n) => format!("{} in a row{}", counted(n, "step"), from(" → ")),
        NumberOf::Undoing(0) => "no other service undoes anything".to_string(),
        NumberOf::Undoing(n) => {
            let undo = if n == 1 { "undoes" } else { "undo" };
            format!("{} {undo} in one failing run{}", counted(n, "service"), from(", "))
        }
        NumberOf::Refusals(n) => format!("{}{}", counted(n, "refusal"), from(", ")),
        NumberOf::Volatility(Some(said)) => {
            let who = match shown.from.as_slice() {
                [] => "as the workflow says".to_string(),
                names => format!("as {} {}", names.join(", "), if names.len() == 1 { "says" } else { "say" }),
            };
            format!("{}, {who}", volatility(said))
        }
        NumberOf::Volatility(None) => "nobody has said".to_string(),
        NumberOf::Change(Some(change)) => format!(
            "its file changed {} in {:.1} months, {:.1} a month",
            times(change.n_changes),
            change.months,
            change.per_month()
        ),
        NumberOf::Change(None) => return None,
        NumberOf::Needed(0) => "no other service is needed".to_string(),
        NumberOf::Needed(n) => {
            let are = if n == 1 { "is" } else { "are" };
            format!("{} {are} needed{}", counted(n, "other service"), from(", "))
        }
        NumberOf::Owners(1) => format!("{} alone answers", shown.from.join(", ")),
        NumberOf::Owners(0) => "nobody answers for an end".to_string(),
        NumberOf::Owners(n) => format!("{} answer for ends{}", counted(n, "service"), from(", ")),
    })
}

/// More names are only counted.
const MOST: usize = 8;

fn times(n: usize) -> String {
    match n {
        1 => "once".to_string(),
        n => format!("{n} times"),
    }
}

pub fn counted(n: usize, what: &str) -> String {
    match (n, what) {
        (1, what) => format!("1 {what}"),
        (n, "query") => format!("{n} queries"),
        (n, "dependency") => format!("{n} dependencies"),
        (n, what) => format!("{n} {what}s"),
    }
}

fn number(n: usize) -> String {
    let words = ["no", "one", "two", "three", "four", "five", "six", "seven", "eight"];
    words.get(n).map_or_else(|| n.to_string(), |word| word.to_string())
}

pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Orchestrate => "orchestrate",
        Verdict::Choreograph => "choreograph",
        Verdict::Either => "either",
    }
}

/// `two more services that undo would make it a case for a conductor (+2)`
pub fn tip(tip: &Tip) -> String {
    let shifts: Vec<String> = tip.shifts.iter().map(shift).collect();
    let to = match tip.verdict {
        Verdict::Orchestrate => "would ask for a conductor",
        Verdict::Choreograph => "would do without a conductor",
        Verdict::Either => "would make it a draw",
    };
    format!("{} {to} ({})", shifts.join(", and "), signed(tip.sum))
}

fn shift(shift: &Shift) -> String {
    match (shift.key, shift.from, shift.to) {
        (key, TipValue::Count(from), TipValue::Count(to)) if to > from => {
            format!("{} more {}", number(to - from), noun(key, to - from))
        }
        (key, TipValue::Count(from), TipValue::Count(to)) => {
            let n = from - to;
            format!("{} fewer {}", number(n), noun(key, n))
        }
        (Key::Returns, _, TipValue::Flag(true)) => "a caller who waits for the end".to_string(),
        (Key::Returns, _, TipValue::Flag(false)) => "no caller who waits for the end".to_string(),
        (_, _, TipValue::Volatility(Some(to))) => format!("`volatility {}`", volatility(to)),
        (_, _, TipValue::Volatility(None) | TipValue::Flag(_) | TipValue::Count(_)) => String::new(),
    }
}

fn noun(key: Key, n: usize) -> String {
    let (one, many) = match key {
        Key::Answers => ("answer that is waited for", "answers that are waited for"),
        Key::Joins => ("join", "joins"),
        Key::Choices => ("choice", "choices"),
        Key::Chain => ("step in a row", "steps in a row"),
        Key::Undoing => ("service that undoes", "services that undo"),
        Key::Refusals => ("refusal", "refusals"),
        Key::Needed => ("service that is needed", "services that are needed"),
        Key::Owners => ("service that answers", "services that answer"),
        Key::Returns | Key::Volatility => ("", ""),
    };
    if n == 1 { one.to_string() } else { many.to_string() }
}

/// What there is to say where nothing was found that tips it.
pub fn no_tip(advice: &Advice) -> String {
    match (advice.recommended, advice.share) {
        (Recommended::Nothing, _) => String::new(),
        (_, None) => format!(
            "a refusal that takes back another step would hold two together; then the votes count, which come to {}",
            signed(advice.sum)
        ),
        _ => format!(
            "no {} of these numbers, changed by up to eight, tip it",
            number(advice.tipping.looked_for)
        ),
    }
}

/// Segment by segment: name, style and steps.
pub fn segment(advice: &Advice, segment: &SegmentAdvice) -> String {
    let names: Vec<&str> = segment.steps.iter().map(|at| advice.steps[*at].name.as_str()).collect();
    let style = match (segment.sum, segment.verdict) {
        (None, _) => "follows by an event".to_string(),
        (Some(sum), of) => format!("{} ({})", verdict(of), signed(sum)),
    };
    format!("{style}: {}", names.join(", "))
}

/// What has to be there before the segment begins.
pub fn enters(advice: &Advice, segment: &SegmentAdvice) -> Option<String> {
    let mut before: Vec<&str> =
        segment.enters.iter().map(|crossing| advice.steps[crossing.from].name.as_str()).collect();
    before.dedup();
    (!before.is_empty()).then(|| format!("begins after {}; nothing is undone across", before.join(", ")))
}

/// The rows of both styles, side by side.
pub fn rows(advice: &Advice) -> Vec<[String; 3]> {
    let both = &advice.side_by_side;
    let (left, right) = (&both.orchestrated, &both.choreographed);
    let row = |title: &str, of: &dyn Fn(&Cost) -> String| [title.to_string(), of(left), of(right)];
    let most = |most: &Option<(String, usize)>| match most {
        Some((name, n)) => format!("{name}, {n}"),
        None => "nobody".to_string(),
    };
    let conductor = both.conductor.clone().unwrap_or_else(|| "nobody".to_string());
    vec![
        ["conductor".to_string(), conductor, "nobody".to_string()],
        row("dependencies", &|cost| cost.dependencies.to_string()),
        row("needs most", &|cost| most(&cost.most_efferent)),
        row("is needed most", &|cost| most(&cost.most_afferent)),
        row("need each other", &|cost| counted(cost.both_ways, "pair")),
        row("subscriptions", &|cost| cost.subscriptions.to_string()),
        row("failure paths", &|cost| cost.failure_paths.to_string()),
        row("to undo", &undo),
        row("waits on the line", &waits),
    ]
}

fn undo(cost: &Cost) -> String {
    let undo = &cost.undo;
    let extra = [(undo.subscriptions, "subscription"), (undo.dependencies, "dependency")];
    let extra: Vec<String> =
        extra.iter().filter(|(n, _)| *n > 0).map(|(n, what)| counted(*n, what)).collect();
    match (undo.steps, extra.is_empty()) {
        (0, _) => "nothing".to_string(),
        (n, true) => format!("{}, nothing new", counted(n, "step")),
        (n, false) => format!("{}, {} for it", counted(n, "step"), extra.join(", ")),
    }
}

fn waits(cost: &Cost) -> String {
    if cost.waits_for == 0 {
        return "for nobody".to_string();
    }
    let mut said = format!("for {}, {} in a row", counted(cost.waits_for, "service"), cost.in_a_row);
    if let Some(share) = cost.available {
        said.push_str(&format!(", there {}", percent(share)));
    }
    if let Some(time) = cost.latency {
        said.push_str(&format!(", up to {}", duration(time)));
    }
    said
}
