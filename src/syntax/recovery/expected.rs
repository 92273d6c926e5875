//! What pest expected at the place where it stopped, in the user's words.

use super::lex::tokens;
use crate::syntax::grammar::explaining::{Explainer, Rule};
use crate::syntax::split::bracket_beyond;
use pest::Parser;
use pest::error::{ErrorVariant, InputLocation};

/// Where reading stopped, and what could have stood there.
#[derive(Clone, Debug)]
pub(in crate::syntax) struct Failure {
    pub at: usize,
    pub expected: Expected,
}

#[derive(Clone, Debug, Default)]
pub(in crate::syntax) struct Expected {
    /// Words of the language, as they are written.
    pub words: Vec<&'static str>,
    /// Signs, as they are written: `=`, `)`.
    pub signs: Vec<&'static str>,
    /// Everything else: "a name", "a duration such as `2s`".
    pub things: Vec<&'static str>,
    /// Inside of which braces another entry could begin.
    pub entry: Option<Place>,
    pub is_value: bool,
    pub is_name: bool,
    pub is_duration: bool,
    /// Reading was given up because brackets are nested too deeply.
    pub is_too_deep: bool,
}

/// Where entries stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::syntax) enum Place {
    File,
    Service,
    Contract,
    Block,
    /// The braces behind a type.
    Type,
}

impl Place {
    pub fn in_words(self) -> &'static str {
        match self {
            Place::File => "at the top of a file",
            Place::Service => "in a service",
            Place::Contract => "in a contract",
            Place::Block => "in a block of a workflow",
            Place::Type => "behind a type",
        }
    }

    pub fn words(self) -> &'static [&'static str] {
        match self {
            Place::File => &crate::syntax::split::ITEM_WORDS,
            Place::Service => SERVICE_WORDS,
            Place::Contract => CONTRACT_WORDS,
            Place::Block => BLOCK_WORDS,
            Place::Type => &["allow"],
        }
    }
}

const SERVICE_WORDS: &[&str] = &[
    "command",
    "query",
    "event",
    "external",
    "many",
    "team",
    "no",
    "volatility",
    "latency",
    "available",
    "allow",
];
const CONTRACT_WORDS: &[&str] = &[
    "fails",
    "undone",
    "irreversible",
    "idempotent",
    "publishes",
    "writes",
    "answers",
    "replaces",
    "volatility",
    "latency",
    "available",
    "allow",
];
const BLOCK_WORDS: &[&str] = &[
    "orchestrated",
    "choreographed",
    "correlated",
    "starts",
    "success",
    "failure",
    "participant",
    "late",
    "within",
    "before",
    "needs",
    "after",
    "when",
    "on",
    "timeout",
    "retry",
    "breaker",
    "pivot",
    "undone",
    "promises",
    "every",
    "at",
    "volatility",
    "latency",
    "available",
    "allow",
    "step",
    "let",
    "scope",
    "if",
    "parallel",
    "for",
    "repeat",
    "wait",
    "watch",
    "publish",
    "notify",
    "give",
    "skip",
    "undo",
    "then",
    "end",
];

/// The places in which a word begins an entry.
pub(in crate::syntax) fn places_of(word: &str) -> impl Iterator<Item = Place> + '_ {
    let places = [Place::File, Place::Service, Place::Contract, Place::Block];
    places.into_iter().filter(move |place| place.words().contains(&word))
}

/// Whether this is a word of the language, in whatever place.
pub(in crate::syntax) fn is_known(word: &str) -> bool {
    places_of(word).next().is_some() || WORDS.iter().any(|(_, known)| *known == word)
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::syntax) enum What {
    Item,
    Entry,
    /// The inside of a pair of braces.
    Entries,
}

/// Mending may put brackets in where as many are open as may be.
const MAX_DEPTH: usize = super::MAX_DEPTH + 8;

/// Reads `text` as `what`: how far one such thing goes, or where it fails. pest reads brackets by
/// recursion, so it is given none that are nested too deeply.
pub(in crate::syntax) fn read(what: What, text: &str) -> Result<usize, Failure> {
    let Some(deep) = bracket_beyond(MAX_DEPTH, text) else { return read_shallow(what, text) };
    match read_shallow(what, &text[..deep]) {
        Err(failure) if failure.at >= deep => {
            Err(Failure { at: deep, expected: Expected { is_too_deep: true, ..Expected::default() } })
        }
        read => read,
    }
}

fn read_shallow(what: What, text: &str) -> Result<usize, Failure> {
    let rule = match what {
        What::Item => Rule::one_item,
        What::Entry => Rule::one_entry,
        What::Entries => Rule::all_entries,
    };
    match Explainer::parse(rule, text) {
        // An entry ends before the white space behind it, which its last piece has taken.
        Ok(pairs) if what == What::Entry => Ok(tokens(pairs.as_str()).last().map_or(0, |token| token.end)),
        Ok(pairs) => Ok(pairs.as_str().len()),
        Err(error) => {
            let at = match error.location {
                InputLocation::Pos(at) | InputLocation::Span((at, _)) => at,
            };
            let expected = match &error.variant {
                ErrorVariant::ParsingError { positives, .. } => expected(positives),
                ErrorVariant::CustomError { .. } => Expected::default(),
            };
            Err(Failure { at, expected })
        }
    }
}

fn expected(rules: &[Rule]) -> Expected {
    let has = |rule: Rule| rules.contains(&rule);
    let follows_a_value = has(Rule::calculation) || has(Rule::logic);
    let entry = rules.iter().find_map(|rule| place(*rule));
    let is_value = has(Rule::expr) || has(Rule::comparison) || has(Rule::negation);
    let is_name = has(Rule::name) || has(Rule::field_name) || has(Rule::type_name);
    let is_duration = has(Rule::duration);
    let mut expected = Expected { entry, is_value, is_name, is_duration, ..Expected::default() };
    if is_value {
        expected.things.push("a value such as `order.total`");
    } else if has(Rule::path) {
        let is_call = has(Rule::k_run) || has(Rule::k_nothing);
        expected.things.push(if is_call {
            "a call such as `Mail.Send(order)`"
        } else {
            "the name of an event"
        });
    }
    for rule in rules {
        // Behind a value arguments may follow; nobody who forgot something else means those.
        let is_arguments = follows_a_value && matches!(rule, Rule::bracket | Rule::made);
        // A value may begin with many words and signs; naming them all helps nobody.
        let is_part_of_value = is_value && matches!(rule, Rule::string | Rule::bracket | Rule::k_foreign);
        if is_arguments || is_part_of_value {
            continue;
        }
        if let Some(sign) = sign(*rule) {
            push(&mut expected.signs, sign);
        } else if let Some(word) = word(*rule) {
            push(&mut expected.words, word);
        } else if let Some(thing) = thing(*rule) {
            push(&mut expected.things, thing);
        }
    }
    // A version may stand behind every event; where something must stand, that is missing.
    if !expected.signs.is_empty() {
        expected.things.retain(|thing| *thing != VERSION);
    }
    expected.signs.sort_by_key(|sign| *sign != ",");
    if let Some(place) = entry {
        expected.words.retain(|word| !place.words().contains(word));
    }
    expected
}

/// The place whose closing brace, or whose entry, was expected.
fn place(rule: Rule) -> Option<Place> {
    match rule {
        Rule::end_service => Some(Place::Service),
        Rule::end_contract => Some(Place::Contract),
        Rule::end_block => Some(Place::Block),
        Rule::end_tail => Some(Place::Type),
        Rule::one_item | Rule::k_use | Rule::k_record | Rule::k_workflow => Some(Place::File),
        _ => None,
    }
}

fn push(list: &mut Vec<&'static str>, word: &'static str) {
    if !list.contains(&word) {
        list.push(word);
    }
}

fn sign(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::equals => "=",
        Rule::opening | Rule::block | Rule::contract => "{",
        Rule::bracket | Rule::made | Rule::parameters => "(",
        Rule::closing => ")",
        Rule::comma => ",",
        Rule::colon => ":",
        Rule::arrow => "->",
        Rule::dots => "..",
        Rule::end_list => "]",
        _ => return None,
    })
}

const VERSION: &str = "a version such as `v2`";

fn thing(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::name | Rule::field_name => "a name",
        Rule::type_name | Rule::type_ref => "a type",
        Rule::call => "a call such as `Mail.Send(order)`",
        Rule::event_name | Rule::event_ref | Rule::events => "the name of an event",
        Rule::string => "a text in quotes",
        Rule::integer => "a whole number",
        Rule::duration => "a duration such as `2s`",
        Rule::percent => "a share such as `99.5%`",
        Rule::date => "a date such as `2027-06-30`",
        Rule::version => VERSION,
        Rule::field => "a field such as `order: OrderId`",
        Rule::failure => "the name of a failure",
        Rule::rule_name => "the name of a rule",
        Rule::level => "`low`, `medium` or `high`",
        _ => return None,
    })
}

/// The word that a rule of words-named.pest stands for, or that a rule of one word is.
fn word(rule: Rule) -> Option<&'static str> {
    let name = WORDS.iter().find(|(known, _)| *known == rule)?;
    Some(name.1)
}

macro_rules! words {
    ($($rule:ident $word:literal),* $(,)?) => {
        const WORDS: &[(Rule, &str)] = &[$((Rule::$rule, $word)),*];
    };
}

// Only words that do not begin an entry: those are told by the place.
words! {
    k_because "because", k_by "by", k_each "each", k_else "else", k_in "in", k_most "most",
    k_of "of", k_opens "opens", k_owned "owned", k_reached "reached",
    k_where "where", k_until "until", k_backoff "backoff", k_or "or", k_any "any", k_run "run",
    k_foreign "foreign", e_forever "forever", e_instances "instances", e_outbox "outbox", e_times "times",
    k_for "for", k_within "within", k_after "after", k_every "every", k_when "when", k_if "if",
    k_run "run", both "and", either "or", later "later", by_hand "by hand", all "all", anything "any",
    outage "outage", at_once "at once", for_each "for each", parallel "parallel",
    repeat "repeat until", list_of "list of",
}

impl Expected {
    /// "expected `=`", "expected `,` or `)`"; nothing where too much could stand.
    pub fn in_words(&self) -> Option<String> {
        let mut all: Vec<String> = Vec::new();
        all.extend(self.things.iter().map(|thing| (*thing).to_owned()));
        all.extend(self.signs.iter().chain(&self.words).map(|word| format!("`{word}`")));
        let told = match all.as_slice() {
            [] => return None,
            [one] => one.clone(),
            [most @ .., last] => format!("{} or {last}", most.join(", ")),
        };
        let told = format!("expected {told}");
        (told.chars().count() <= 80).then_some(told)
    }
}
