//! The order of messages, and messages that come twice.

use crate::explored::*;
use crate::{judged_systems, runs_under, said};
use wfc::explore::{Assumptions, Delivery, Stop};
use wfc::graph::StepGraph;
use wfc::model::Model;

/// Inboxes recognise what they have had.
#[test]
fn a_message_delivered_again_changes_nothing() {
    let (mut n_compared, mut n_more) = (0, 0);
    for (path, text) in judged_systems() {
        let Ok((model, graph)) = read(&text) else { continue };
        for delivery in [Delivery::Bag, Delivery::FifoPair, Delivery::Inbox] {
            let assumed = Assumptions { delivery, ..Assumptions::default() };
            let once = runs_under(&model, &graph, assumed);
            let again = runs_under(&model, &graph, Assumptions { duplicates: true, ..assumed });
            if once.is_complete() && again.is_complete() && !again.is_cut() {
                assert_eq!(said(&again), said(&once), "{path}, {delivery:?}");
                n_compared += 1;
                n_more += usize::from(again.n_states() > once.n_states());
            }
        }
    }
    assert!(n_compared > 150 && n_more > 100, "{n_compared} compared, {n_more} with duplicates");
}

/// Who tells whom, and in which order the last of them asks.
fn telling(told: &str) -> (Model, StepGraph) {
    system(&format!(
        "id K
         service A {{ event M1(k: K) event M2(k: K) }}
         service B {{ query Nothing(k: K) }}
         service C {{ event M3(k: K) }}
         workflow Ask(k: K) {{ orchestrated by B correlated by k success Ok {told} end Ok }}
         workflow Tell(k: K) {{ orchestrated by A correlated by k success Told
           publish M1(k) publish M2(k) end Told }}
         workflow Pass(k: K) {{ orchestrated by C correlated by k success Passed
           wait for M2 publish M3(k) end Passed }}"
    ))
}

/// Whether some run of the first workflow gets stuck, under each delivery model.
fn stuck_under(model: &Model, graph: &StepGraph) -> Vec<&'static str> {
    let gets_stuck = |delivery: &Delivery| {
        let runs = runs_under(model, graph, Assumptions { delivery: *delivery, ..Assumptions::default() });
        assert!(runs.is_complete() && !runs.is_cut() && !runs.ends().is_empty(), "{delivery:?}");
        runs.ends().iter().any(|end| matches!(end.stop, Stop::Stuck { .. }))
    };
    Delivery::ALL.into_iter().filter(gets_stuck).map(Delivery::name).collect()
}

#[test]
fn delivery_models_differ_in_what_may_come_first() {
    // M1 to B, M2 to C, and because of that M3 to B.
    let (model, graph) = telling("wait for M1 wait for M3");
    assert_eq!(stuck_under(&model, &graph), Vec::<&str>::new());
    let (model, graph) = telling("wait for M3 wait for M1");
    assert_eq!(stuck_under(&model, &graph), ["causal", "inbox", "outbox", "fifo", "rendezvous"]);
    // M1 and M2 to B, from one service.
    let (model, graph) = telling("wait for M2 wait for M1");
    assert_eq!(
        stuck_under(&model, &graph),
        &["fifo-pair", "causal", "inbox", "outbox", "fifo", "rendezvous"]
    );
}

#[test]
fn from_two_senders_only_queues_of_the_receiver_keep_the_order() {
    let (model, graph) = system(
        "id K
         service A { event M1(k: K) }
         service B { query Nothing(k: K) }
         service C { event M3(k: K) }
         workflow Ask(k: K) { orchestrated by B correlated by k success Ok wait for M3 wait for M1 end Ok }
         workflow Tell(k: K) { orchestrated by A correlated by k success Told publish M1(k) end Told }
         workflow TellToo(k: K) { orchestrated by C correlated by k success Told publish M3(k) end Told }",
    );
    assert_eq!(stuck_under(&model, &graph), ["inbox", "fifo", "rendezvous"]);
}

#[test]
fn a_flood_of_messages_is_cut_and_said() {
    let (model, graph) = system(
        "id K service A { event M(k: K) } service B { query Nothing(k: K) }
         workflow Ask(k: K) { orchestrated by B correlated by k success Ok wait 1d wait for M end Ok }
         workflow Tell(k: K) { orchestrated by A correlated by k success Told
           repeat until k == k { publish M(k) } end Told }",
    );
    let bag = runs_under(&model, &graph, Assumptions::default());
    assert!(bag.is_complete() && !bag.is_cut());
    let assumed = Assumptions { delivery: Delivery::Fifo, ..Assumptions::default() };
    let queued = runs_under(&model, &graph, assumed);
    assert!(queued.is_complete() && queued.is_cut());
}
