//! Soundness against fbpmn, a verifier of BPMN collaborations: its models, written by hand in wfc, get the
//! verdicts that it publishes, under each of its seven network models.
//!
//! Source: github.com/pascalpoizat/fbpmn, `models/bpmn-origin/src` for the models and `expected` beside it
//! for the verdicts. *Sound*: every run comes to a state in which each process has ended and no message is
//! left. *Message-relaxed sound*: messages may be left.
//!
//! Two of the fifteen published models are not here: `e007` differs from `e009` only in that nobody receives
//! what two tokens send, and `e035` puts a message start event into a sub-process, which BPMN does not allow.

use std::path::Path;
use wfc::explore::{Assumptions, Delivery, Limits, Stop, Timers, explore_under};
use wfc::graph::StepGraph;
use wfc::lower::Links;
use wfc::model::Model;
use wfc::source::FileId;

/// What is published of one model: one letter for each network model, in the order of `Delivery::ALL`
/// (bag, fifo pair, causal, inbox, outbox, fifo, RSC). `y` is a verdict of "holds".
struct Published {
    file: &'static str,
    sound: &'static str,
    relaxed: &'static str,
    /// What wfc says of the relaxed form where it says something else.
    relaxed_here: Option<(&'static str, &'static str)>,
}

const fn agreed(file: &'static str, sound: &'static str, relaxed: &'static str) -> Published {
    Published { file, sound, relaxed, relaxed_here: None }
}

const MODELS: &[Published] = &[
    agreed("e001-client-supplier", "ynnnnnn", "ynnnnnn"),
    agreed("e002-client-supplier-dynamic", "ynnnnnn", "ynnnnnn"),
    Published {
        file: "e009-two-tokens-send-twice",
        sound: "nnnnnnn",
        relaxed: "nnnnnnn",
        relaxed_here: Some((
            "yyyyyyy",
            "a BPMN end counts its tokens, and two are one too many; an end here is reached or not, \
             and only the message that nobody takes shows that there were two",
        )),
    },
    agreed("e011-two-tokens-inside", "yyyyyyy", "yyyyyyy"),
    agreed("e012-any-of-two-twice", "yyyyyyy", "yyyyyyy"),
    agreed("e014-two-ends", "yyyyyyy", "yyyyyyy"),
    agreed("e017-online-ordering", "yyyyyyy", "yyyyyyy"),
    agreed("e036-part-with-two-ends", "yyyyyyy", "yyyyyyy"),
    agreed("e037-travel-agency", "nnnnnnn", "nnnnnnn"),
    agreed("e043-same-message-twice", "yyyyyyy", "yyyyyyy"),
    agreed("e051-timer-at-a-task", "yyyyyyy", "yyyyyyy"),
    agreed("e053-started-by-a-timer", "yyyyyyy", "yyyyyyy"),
    Published {
        file: "e054-first-of-two-messages",
        sound: "nnnnnnn",
        relaxed: "yyynynn",
        relaxed_here: Some((
            "yyyyyyn",
            "fbpmn's gateway chooses a message as soon as it is in transit and receives it in a second \
             step, and may have chosen one that is not at the head of its queue; `wait for any` takes \
             what comes",
        )),
    },
];

fn read(file: &str) -> (Model, StepGraph) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fbpmn").join(file).with_extension("wfc");
    let text = std::fs::read_to_string(&path).expect("the model");
    let parsed = wfc::syntax::parse(FileId(0), &text);
    let lowered = wfc::lower::lower(&[parsed.ast], &Links::default());
    let errors: Vec<_> = parsed.findings.iter().chain(&lowered.findings).map(|it| &it.message).collect();
    assert!(errors.is_empty(), "{file}: {errors:?}");
    let graph = wfc::graph::build(&lowered.model);
    (lowered.model, graph)
}

/// Whether every process always ends, and whether no message is left then.
fn verdict(model: &Model, graph: &StepGraph, delivery: Delivery) -> (bool, bool) {
    let (mut ends, mut is_left) = (true, false);
    for workflow in model.workflows.ids() {
        let limits = Limits { timers: Timers::Hasty, max_states: 100_000 };
        let assumed = Assumptions { delivery, goes_on: true, ..Assumptions::default() };
        let runs = explore_under(model, graph, workflow, limits, assumed);
        assert!(runs.is_complete() && !runs.is_cut());
        ends &= !runs.ends().is_empty();
        ends &= runs.ends().iter().all(|end| matches!(end.stop, Stop::Complete { .. }));
        is_left |= runs.untaken().next().is_some();
    }
    (ends, is_left)
}

#[test]
fn soundness_is_what_is_published() {
    let mut wrong = String::new();
    for model in MODELS {
        let (read_model, graph) = read(model.file);
        let verdicts: Vec<(bool, bool)> =
            Delivery::ALL.iter().map(|delivery| verdict(&read_model, &graph, *delivery)).collect();
        let letters = |holds: &dyn Fn(&(bool, bool)) -> bool| -> String {
            verdicts.iter().map(|verdict| if holds(verdict) { 'y' } else { 'n' }).collect()
        };
        let sound = letters(&|(ends, is_left)| *ends && !is_left);
        let relaxed = letters(&|(ends, _)| *ends);
        let expected = model.relaxed_here.map_or(model.relaxed, |(here, _)| here);
        if sound != model.sound || relaxed != expected {
            wrong += &format!("{}: sound {sound}, relaxed {relaxed}\n", model.file);
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn every_model_is_in_the_table() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fbpmn");
    let n_files = std::fs::read_dir(folder).expect("the models").count();
    assert_eq!(n_files, MODELS.len());
    for model in MODELS {
        assert!(model.relaxed_here.is_none_or(|(here, why)| here != model.relaxed && !why.is_empty()));
    }
}
