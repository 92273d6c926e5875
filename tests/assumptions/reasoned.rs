//! What was only reasoned about at first: outages, joins of some, several messages, rounds, children,
//! `late`, limits.

use crate::explored::*;
use wfc::explore::{Status, Stop, Timers};
use wfc::graph::NodeKind;

#[test]
fn what_is_unknown_is_undone_like_what_is_done() {
    let (model, graph) = system(&trip(
        "step room = Hotel.Book(trip) { timeout 2s; on Full { end NotBooked }; on outage { undo all; end NotBooked } } end Booked",
    ));
    let runs = runs(&model, &graph, Timers::Patient);
    assert_eq!(statuses(&model, &runs, "room", "NotBooked"), [Status::Refused, Status::Undone]);
}

#[test]
fn who_is_not_needed_any_more_is_stopped_and_undone() {
    let text = |needs: &str| {
        trip(&format!(
            "parallel {{ needs {needs} else {{ end NotBooked }}
               scope one {{ step room = Hotel.Book(trip) {{ retry forever; on Full {{ skip }} }}
                           step later = Hotel.Book(trip) {{ retry forever; on Full {{ skip }} }} }}
               step seat = Flight.Book(trip) {{ retry forever; on NoSeat {{ skip }} }}
             }} end Booked"
        ))
    };
    let (model, graph) = system(&text("1"));
    let any = runs(&model, &graph, Timers::Patient);
    assert_eq!(ends(&model, &any), ["Booked", "NotBooked"]);
    let room = statuses(&model, &any, "room", "Booked");
    assert!(room.contains(&Status::Undone) && room.contains(&Status::Done), "{room:?}");
    // One of two refuses: two cannot be had any more, and the other one is undone.
    let (model, graph) = system(&text("2"));
    let both = runs(&model, &graph, Timers::Patient);
    assert_eq!(statuses(&model, &both, "seat", "Booked"), [Status::Done]);
    assert!(statuses(&model, &both, "room", "NotBooked").contains(&Status::Undone));
}

#[test]
fn two_waits_on_one_line_want_two_messages() {
    let text = |n: usize| {
        let told = "publish Told(k) ".repeat(n);
        format!(
            "id K service A {{ event Asked(k: K) }} service B {{ event Told(k: K) }}
             workflow W(k: K) {{ orchestrated by A correlated by k success Ok wait for Told wait for Told end Ok }}
             workflow V(k: K) {{ orchestrated by B correlated by k success Done {told} end Done }}"
        )
    };
    let (model, graph) = system(&text(1));
    assert_eq!(ends(&model, &runs(&model, &graph, Timers::Patient)), Vec::<String>::new());
    let (model, graph) = system(&text(2));
    assert_eq!(ends(&model, &runs(&model, &graph, Timers::Patient)), ["Ok"]);
}

#[test]
fn branches_beside_each_other_take_the_same_message() {
    let (model, graph) = system(
        "id K service A { query Nothing(k: K) } service B { event Told(k: K) }
         workflow W(k: K) { orchestrated by A correlated by k success Ok
           parallel { wait for Told wait for Told } end Ok }
         workflow V(k: K) { orchestrated by B correlated by k success Done publish Told(k) end Done }",
    );
    let runs = runs(&model, &graph, Timers::Patient);
    assert!(runs.ends().iter().all(|end| matches!(end.stop, Stop::Complete { .. })));
}

#[test]
fn a_line_that_wants_a_third_message_gets_no_verdict() {
    let (model, graph) = system(
        "id K service A { query Nothing(k: K) } service B { event Told(k: K) }
         workflow W(k: K) { orchestrated by A correlated by k success Ok
           wait for Told wait for Told wait for Told end Ok }
         workflow V(k: K) { orchestrated by B correlated by k success Done
           publish Told(k) publish Told(k) publish Told(k) end Done }",
    );
    let runs = runs(&model, &graph, Timers::Patient);
    assert!(runs.ends().is_empty() && runs.is_cut());
}

#[test]
fn a_second_round_may_do_what_the_first_one_was_refused() {
    let (model, graph) = system(&trip(
        "repeat until trip == trip { step room = Hotel.Book(trip) { retry forever; on Full { skip } } } end Booked",
    ));
    let runs = runs(&model, &graph, Timers::Patient);
    assert_eq!(statuses(&model, &runs, "room", "Booked"), [Status::Done, Status::Refused]);
}

#[test]
fn a_child_that_is_given_up_leaves_nothing_behind() {
    let text = format!(
        "{TRIP}workflow BookTrip(trip: TripId) {{ orchestrated by Agency success Booked failure NotBooked
           step room = run BookRoom(trip) {{ within 1d else {{ end NotBooked }}; on NoRoom {{ end NotBooked }} }} end Booked }}
         workflow BookRoom(trip: TripId) {{ orchestrated by Hotel success Room failure NoRoom
           step booked = Hotel.Book(trip) {{ retry forever; on Full {{ end NoRoom }} }} end Room }}"
    );
    let (model, graph) = system(&text);
    let runs = runs(&model, &graph, Timers::Hasty);
    let run = graph.nodes().find(|(_, node)| matches!(node.kind, NodeKind::Run(_))).expect("a run").0;
    let left = |goal: &str| {
        let ended = runs.ends().iter().filter(|end| model.goals[end.goals[0]].name.text == goal);
        let mut left: Vec<Status> = ended.map(|end| runs.status(end, run)).collect();
        left.sort();
        left.dedup();
        left
    };
    assert_eq!(left("Booked"), [Status::Done]);
    assert_eq!(left("NotBooked"), [Status::None, Status::Refused]);
}

#[test]
fn late_takes_back_what_the_pivot_had_kept() {
    let text = format!(
        "{TRIP}service Law {{ external event Forbidden(trip: TripId) }}
         workflow BookTrip(trip: TripId) {{ orchestrated by Agency correlated by trip success Booked failure NotBooked
           step room = Hotel.Book(trip) {{ pivot; retry forever; on Full {{ end NotBooked }} }} end Booked
           late Forbidden {{ undo all }} }}"
    );
    let (model, graph) = system(&text);
    let runs = runs(&model, &graph, Timers::Patient);
    let mut seen = Vec::new();
    let act = runs.acts().next().expect("a step");
    for end in runs.ends().iter().filter(|end| model.goals[end.goals[0]].name.text == "Booked") {
        seen.push((matches!(end.stop, Stop::Unwound { .. }), runs.status(end, act)));
    }
    assert_eq!(seen, [(false, Status::Kept), (true, Status::Undone)]);
}

#[test]
fn a_limit_with_an_else_ends_a_wait_that_nobody_serves() {
    let (model, graph) = system(
        "id K service A { query Nothing(k: K) } service B { external event Told(k: K) }
         workflow W(k: K) { orchestrated by A correlated by k success Ok failure TooLate
           within 1d else { end TooLate }
           wait for Told end Ok }",
    );
    // An outside event may always come, and patient runs wait for it.
    assert_eq!(ends(&model, &runs(&model, &graph, Timers::Patient)), ["Ok"]);
    assert_eq!(ends(&model, &runs(&model, &graph, Timers::Hasty)), ["Ok", "TooLate"]);
}
