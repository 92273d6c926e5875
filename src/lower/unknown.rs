//! Names that do not exist: what was looked for, what exists under that name instead, and the nearest.

use super::rules::UNKNOWN_NAME;
use super::system::{Known, System};
use super::types::BUILTIN;
use crate::finding::{Finding, Fix, suggest};
use crate::model::{OperationId, ServiceId};
use crate::syntax::ast::Name;
use smol_str::SmolStr;

/// Something that was looked for under a name, and everything that could have been meant.
pub(super) struct Search<'n> {
    /// `service`, `step`: what was looked for.
    kind: &'static str,
    name: &'n Name,
    candidates: Vec<SmolStr>,
    /// Names that are always there: suggested, but not told when nothing is near.
    always: &'static [&'static str],
    /// Names of other kinds, each with its kind.
    others: Vec<(&'static str, SmolStr)>,
}

impl<'n> Search<'n> {
    pub fn new(kind: &'static str, name: &'n Name) -> Search<'n> {
        Search { kind, name, candidates: Vec::new(), always: &[], others: Vec::new() }
    }

    pub fn among<S: Into<SmolStr>>(mut self, names: impl IntoIterator<Item = S>) -> Search<'n> {
        self.candidates.extend(names.into_iter().map(Into::into));
        self
    }

    pub fn or<S: Into<SmolStr>>(
        mut self,
        kind: &'static str,
        names: impl IntoIterator<Item = S>,
    ) -> Search<'n> {
        self.others.extend(names.into_iter().map(|name| (kind, name.into())));
        self
    }

    pub fn always(self, always: &'static [&'static str]) -> Search<'n> {
        Search { always, ..self }
    }

    pub fn nearest(&self) -> Option<&str> {
        let declared = self.candidates.iter().map(SmolStr::as_str);
        suggest::nearest(&self.name.text, declared.chain(self.always.iter().copied()))
    }

    pub fn finding(&self) -> Finding {
        let Search { kind, name, .. } = self;
        let finding = UNKNOWN_NAME
            .at(name.span, format!("no {kind} has this name"))
            .message(format!("{kind} `{}` does not exist", name.text))
            .entity(name.text.as_str());
        let same = self.others.iter().find(|(_, other)| other == &name.text);
        if let Some((other, _)) = same {
            return finding.help(format!("`{}` is {} {other}", name.text, article(other)));
        }
        let elsewhere = ELSEWHERE.iter().filter(|_| !self.always.is_empty());
        if let Some((_, here)) = elsewhere.into_iter().find(|(word, _)| name.text.eq_ignore_ascii_case(word))
        {
            return meant(finding, here);
        }
        if let Some(nearest) = self.nearest() {
            return meant(finding, nearest);
        }
        let words = self.others.iter().map(|(_, other)| other.as_str());
        let Some(nearest) = suggest::nearest(&name.text, words) else {
            return finding.help(self.what_exists());
        };
        let other = self.others.iter().find(|(_, other)| other == nearest).map_or("name", |(kind, _)| kind);
        // What is added to a kind is about the very name.
        let other = other.split([',', ':']).next().unwrap_or(other);
        let (a, an) = (article(other), article(kind));
        finding.help(format!("there is {a} {other} `{nearest}`, but {an} {kind} is needed here"))
    }

    fn what_exists(&self) -> String {
        let mut names: Vec<&str> = self.candidates.iter().map(SmolStr::as_str).collect();
        names.sort_unstable();
        names.dedup();
        match names.as_slice() {
            [] => format!("no {} is declared where this file could see it", self.kind),
            [only] => format!("there is `{only}`"),
            names if names.len() <= 6 => format!("there are {}", listed(names)),
            names => format!("there are {} others, such as {}", names.len(), listed(&names[..4])),
        }
    }
}

fn meant(finding: Finding, name: &str) -> Finding {
    let at = finding.span();
    let is_plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let fix = is_plain.then(|| Fix::daring(format!("write `{name}`")).instead(at, name));
    finding.help(format!("did you mean `{name}`?")).fix(fix)
}

/// What other languages call the types that are built in.
const ELSEWHERE: &[(&str, &str)] = &[
    ("number", "decimal"),
    ("float", "decimal"),
    ("double", "decimal"),
    ("integer", "int"),
    ("long", "int"),
    ("boolean", "bool"),
    ("text", "string"),
    ("uuid", "string"),
    ("datetime", "time"),
    ("timestamp", "time"),
    ("object", "any"),
    ("json", "any"),
];

/// `a`, `b` and `c`
pub(super) fn listed<S: AsRef<str>>(names: &[S]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| format!("`{}`", name.as_ref())).collect();
    match quoted.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
    }
}

pub(super) fn article(word: &str) -> &'static str {
    if word.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

/// The names of the services that `file` sees.
pub(super) fn services(sys: &System, file: usize) -> Vec<SmolStr> {
    upper(sys, file, |known| matches!(known, Known::Service(_)))
}

/// The names of the records, ids and enums that `file` sees.
pub(super) fn declared_types(sys: &System, file: usize) -> Vec<SmolStr> {
    upper(sys, file, |known| matches!(known, Known::Type(_)))
}

fn upper(sys: &System, file: usize, wanted: impl Fn(&Known) -> bool) -> Vec<SmolStr> {
    let all = sys.seen(file).flat_map(|names| names.types.iter());
    sorted(all.filter(|(_, known)| wanted(known)).map(|(name, _)| name.clone()).collect())
}

pub(super) fn workflows(sys: &System, file: usize) -> Vec<SmolStr> {
    sorted(sys.seen(file).flat_map(|names| names.workflows.keys().cloned()).collect())
}

pub(super) fn events(sys: &System, file: usize) -> Vec<SmolStr> {
    sorted(sys.seen(file).flat_map(|names| names.events.keys().cloned()).collect())
}

pub(super) fn failures(sys: &System, file: usize) -> Vec<SmolStr> {
    sorted(sys.seen(file).flat_map(|names| names.failures.iter().cloned()).collect())
}

pub(super) const OUT_OF_SIGHT: &str = "name of a file that this one does not `use`";

/// Names that other files of the system declare.
pub(super) fn out_of_sight<'s, N: Iterator<Item = &'s SmolStr>>(
    sys: &'s System,
    file: usize,
    names: impl Fn(&'s super::system::FileNames) -> N,
) -> Vec<SmolStr> {
    let view = &sys.views[file].files;
    let hidden = sys.names.iter().enumerate().filter(|(at, _)| !view.contains(at));
    sorted(hidden.flat_map(|(_, declared)| names(declared).cloned()).collect())
}

/// Tables are hashed; suggestions must not depend on that.
fn sorted(mut names: Vec<SmolStr>) -> Vec<SmolStr> {
    names.sort_unstable();
    names.dedup();
    names
}

/// A type of that name is not known to `file`.
pub(super) fn type_name(sys: &mut System, file: usize, name: &Name) {
    if !sys.is_complete(file) {
        return;
    }
    let finding = Search::new("type", name)
        .among(declared_types(sys, file))
        .among(services(sys, file))
        .always(&BUILTIN)
        .or("workflow", workflows(sys, file))
        .or("event", events(sys, file))
        .or(OUT_OF_SIGHT, out_of_sight(sys, file, |names| names.types.keys()))
        .finding();
    sys.report(finding);
}

/// The service `name`, or a finding.
pub(super) fn service(sys: &mut System, file: usize, name: &Name) -> Option<ServiceId> {
    if let Some(id) = sys.find_service(file, &name.text) {
        return Some(id);
    }
    if !sys.is_complete(file) {
        return None;
    }
    let names = services(sys, file);
    let search = Search::new("service", name)
        .among(names)
        .or("type", declared_types(sys, file))
        .or("workflow", workflows(sys, file))
        .or("event", events(sys, file))
        .or(OUT_OF_SIGHT, out_of_sight(sys, file, |names| names.types.keys()));
    let nearest = search.nearest().map(SmolStr::from);
    let finding = search.finding();
    sys.report(finding);
    // The nearest service is what was meant nearly always; going on with it hides no other mistake.
    nearest.and_then(|nearest| sys.find_service(file, &nearest))
}

/// The operation `name` of `service`, or a finding.
pub(super) fn operation(sys: &mut System, service: ServiceId, name: &Name) -> Option<OperationId> {
    if let Some(id) = sys.find_operation(service, &name.text) {
        return Some(id);
    }
    if sys.damaged.contains(&service) {
        return None;
    }
    let model = &sys.model;
    let own: Vec<SmolStr> =
        model.services[service].operations.iter().map(|&id| model.operations[id].name.text.clone()).collect();
    let published: Vec<SmolStr> =
        model.services[service].events.iter().map(|&id| model.events[id].name.text.clone()).collect();
    let owner = model.services[service].name.clone();
    let search = Search::new("operation", name).among(own).or("event", published);
    let nearest = search.nearest().map(SmolStr::from);
    let finding = search
        .finding()
        .message(format!("`{}` has no operation `{}`", owner.text, name.text))
        .label(owner.span, "the service is declared here");
    sys.report(finding);
    nearest.and_then(|nearest| sys.find_operation(service, &nearest))
}
