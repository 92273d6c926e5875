//! How few orders of steps stand for all.

use crate::explored::*;
use crate::{runs_under, said};
use std::fmt::Write as _;
use wfc::explore::{Assumptions, Orders, Status, Timers};

#[test]
fn wide_choreographies_are_not_two_to_the_n() {
    let n = 24;
    let mut text = String::from("id K\nservice Shop { event Placed(k: K) }\n");
    let mut sides = String::new();
    for at in 0..n {
        let _ =
            writeln!(text, "service S{at} {{ command Do(k: K) {{ idempotent by k }} event Did{at}(k: K) }}");
        let _ = writeln!(
            sides,
            "participant S{at} {{ when Placed {{ step s{at} = S{at}.Do(k) publish Did{at}(k) }} }}"
        );
    }
    let all = (0..n).map(|at| format!("Did{at}")).collect::<Vec<_>>().join(" and ");
    let _ = writeln!(
        text,
        "workflow W {{ choreographed correlated by k starts when Placed success Ok reached by {all}\n{sides}}}"
    );
    let (model, graph) = system(&text);
    let few = runs_under(&model, &graph, Assumptions { orders: Orders::Few, ..Assumptions::default() });
    assert!(few.is_complete() && few.n_states() < 5 * n, "{} states", few.n_states());
    let as_needed = runs_under(&model, &graph, Assumptions::default());
    assert_eq!(said(&as_needed), said(&few));
}

#[test]
fn branches_that_may_end_each_other_are_not_interleaved() {
    let mut branches = String::new();
    for number in 0..17 {
        let _ = writeln!(branches, "step room{number} = Hotel.Book(trip) {{ retry forever }}");
    }
    let text = trip(&format!("parallel {{ {branches} }} end Booked on Full {{ end NotBooked }}"));
    let (model, graph) = system(&text);
    let runs = runs(&model, &graph, Timers::Patient);
    assert!(runs.is_complete() && runs.n_states() < 150, "{} states", runs.n_states());
    // The first and the last of them are met by each other's refusal.
    for name in ["room0", "room16"] {
        let left = statuses(&model, &runs, name, "NotBooked");
        assert!(left.ends_with(&[Status::Done, Status::Refused]), "{name}: {left:?}");
    }
}
