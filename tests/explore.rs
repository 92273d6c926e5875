//! The explorer: what it says of the runs of small workflows, and what holds for every judged system.

#[path = "support/explored.rs"]
mod explored;

use explored::*;
use std::fmt::Write as _;
use wfc::explore::{Limits, Status, Stop, Timers, explore};
use wfc::model::GoalKind;

#[test]
fn a_refusal_is_a_run_of_its_own() {
    let (model, graph) =
        system(&trip("step room = Hotel.Book(trip) { retry forever; on Full { end NotBooked } } end Booked"));
    let runs = runs(&model, &graph, Timers::Patient);
    assert!(runs.is_complete());
    assert_eq!(ends(&model, &runs), ["Booked", "NotBooked"]);
    assert_eq!(statuses(&model, &runs, "room", "Booked"), [Status::Done]);
    assert_eq!(statuses(&model, &runs, "room", "NotBooked"), [Status::Refused]);
}

#[test]
fn an_outage_leaves_it_open_whether_a_command_was_done() {
    let (model, graph) = system(&trip(
        "step room = Hotel.Book(trip) { timeout 2s; on Full { end NotBooked }; on outage { end NotBooked } } end Booked",
    ));
    let runs = runs(&model, &graph, Timers::Patient);
    assert_eq!(statuses(&model, &runs, "room", "NotBooked"), [Status::Unknown, Status::Refused]);
}

#[test]
fn undo_all_takes_back_what_was_done_and_passes_over_the_rest() {
    let (model, graph) = system(&trip(
        "step room = Hotel.Book(trip) { retry forever; on Full { end NotBooked } }
         step seat = Flight.Book(trip) { retry forever; on NoSeat { undo all; end NotBooked } } end Booked",
    ));
    let runs = runs(&model, &graph, Timers::Patient);
    assert_eq!(statuses(&model, &runs, "room", "NotBooked"), [Status::Refused, Status::Undone]);
    assert_eq!(statuses(&model, &runs, "seat", "NotBooked"), [Status::None, Status::Refused]);
}

#[test]
fn a_failing_branch_meets_its_sibling_done() {
    let (model, graph) = system(&trip(
        "parallel {
           step room = Hotel.Book(trip) { retry forever; on Full { end NotBooked } }
           step seat = Flight.Book(trip) { retry forever; on NoSeat { undo all; end NotBooked } }
         } end Booked",
    ));
    let runs = runs(&model, &graph, Timers::Patient);
    // That the sibling had not begun is a run, too; it leaves less behind, and is not looked at.
    assert_eq!(statuses(&model, &runs, "seat", "NotBooked"), [Status::Done, Status::Refused]);
}

#[test]
fn only_hasty_timers_win_against_an_answer() {
    let text = trip(
        "within 1d else { undo all; end NotBooked }
         step room = Hotel.Book(trip) { retry forever; on Full { undo all; end NotBooked } } end Booked",
    );
    let (model, graph) = system(&text);
    let patient = runs(&model, &graph, Timers::Patient);
    let hasty = runs(&model, &graph, Timers::Hasty);
    assert_eq!(statuses(&model, &patient, "room", "NotBooked"), [Status::Refused]);
    assert_eq!(statuses(&model, &hasty, "room", "NotBooked"), [Status::None, Status::Refused]);
    assert!(hasty.n_states() > patient.n_states());
}

#[test]
fn behind_the_pivot_nothing_before_it_is_taken_back() {
    let (model, graph) = system(&trip(
        "step room = Hotel.Book(trip) { retry forever; on Full { end NotBooked } }
         step seat = Flight.Book(trip) { pivot; retry forever; on NoSeat { undo all; end NotBooked } }
         step more = Hotel.Book(trip) { retry forever; on Full { undo all; end NotBooked } } end Booked",
    ));
    let runs = runs(&model, &graph, Timers::Patient);
    let room = statuses(&model, &runs, "room", "NotBooked");
    assert!(room.contains(&Status::Kept) && room.contains(&Status::Undone), "{room:?}");
}

#[test]
fn the_cap_is_kept_and_said() {
    let (model, graph) =
        system(&trip("step room = Hotel.Book(trip) { retry forever; on Full { end NotBooked } } end Booked"));
    let workflow = model.workflows.ids().next().expect("a workflow");
    let runs = explore(&model, &graph, workflow, Limits { timers: Timers::Patient, max_states: 3 });
    assert!(!runs.is_complete());
    assert_eq!(runs.n_states(), 3);
}

#[test]
fn branches_that_disturb_nobody_are_not_interleaved() {
    let mut branches = String::new();
    for number in 0..17 {
        let _ = writeln!(
            branches,
            "step room{number} = Hotel.Book(trip) {{ retry forever; on Full {{ skip }} }}"
        );
    }
    let queries = branches.replace("Hotel.Book", "Hotel.Look");
    let text = trip(&format!("parallel {{ {queries} }} end Booked"))
        .replace("service Hotel {", "service Hotel {\n  query Look(trip: TripId)")
        .replace("on Full { skip }", "");
    let (model, graph) = system(&text);
    let quiet = runs(&model, &graph, Timers::Patient);
    assert!(quiet.n_states() < 100, "{} states", quiet.n_states());
}

#[test]
fn a_wait_that_nobody_serves_is_a_stopped_run() {
    let (model, graph) = system(
        "id K service A { event Asked(k: K) event Told(k: K) }
         workflow W(k: K) { orchestrated by A correlated by k success Ok
           publish Asked(k) wait for Told end Ok }
         workflow V(k: K) { orchestrated by A success Done if k == k { publish Told(k) } end Done }",
    );
    let runs = runs(&model, &graph, Timers::Patient);
    assert!(runs.ends().iter().any(|end| matches!(end.stop, Stop::Stuck { .. })));
    assert_eq!(ends(&model, &runs), ["Ok"]);
}

/// For every judged system that is good: each workflow with a success reaches one when nothing goes
/// wrong, and patient runs are few.
#[test]
fn good_systems_reach_a_success() {
    let mut n_checked = 0;
    for entry in
        std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/systems")).expect("the systems")
    {
        let path = entry.expect("an entry").path();
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        if !text.contains("// verdict: silent") || text.contains("\nuse ") {
            continue;
        }
        let (model, graph) = system(&text);
        for (id, workflow) in model.workflows.iter() {
            let succeeds = |goal: &wfc::model::GoalId| model.goals[*goal].kind == GoalKind::Success;
            if !workflow.goals.iter().any(succeeds) {
                continue;
            }
            let runs = explore(&model, &graph, id, Limits { timers: Timers::Patient, max_states: ENOUGH });
            assert!(runs.is_complete(), "{}: {}", path.display(), workflow.name.text);
            let reached = runs.ends().iter().any(|end| end.goals.iter().any(succeeds));
            assert!(reached, "{}: {}", path.display(), workflow.name.text);
            n_checked += 1;
        }
    }
    assert!(n_checked >= 30, "only {n_checked} workflows were looked at");
}

#[test]
fn beyond_the_cap_some_ends_are_still_seen() {
    let n = 18;
    let mut text = String::from("id K\nservice Shop { event Placed(k: K) }\n");
    for at in 0..n {
        let _ = writeln!(
            text,
            "service S{at} {{ command Do(k: K) {{ fails No; idempotent by k }} event Did{at}(k: K) event Not{at}(k: K) }}"
        );
    }
    let all = |word: &str, with: &str| {
        (0..n).map(|at| format!("{word}{at}")).collect::<Vec<_>>().join(&format!(" {with} "))
    };
    let _ = writeln!(
        text,
        "workflow W {{ choreographed correlated by k starts when Placed\n success Ok reached by {}\n failure Bad reached by {}",
        all("Did", "and"),
        all("Not", "or")
    );
    for at in 0..n {
        let _ = writeln!(
            text,
            "participant S{at} {{ when Placed {{ step s{at} = S{at}.Do(k) {{ on No {{ publish Not{at}(k); skip }} }} publish Did{at}(k) }} }}"
        );
    }
    let (model, graph) = system(&(text + "}"));
    let runs = runs(&model, &graph, Timers::Patient);
    assert!(!runs.is_complete());
    assert_eq!(runs.n_states(), ENOUGH);
    assert!(!runs.ends().is_empty());
}
