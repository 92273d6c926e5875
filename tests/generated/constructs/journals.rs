//! Each construct of the language, run: what was asked, what came of it, and how the run ended.

use runtime::contract::Raised;
use runtime::driver::{Happened, Message};
use runtime::memory::Memory;
use runtime::runs::Finished;
use runtime::services::{Answer, Call};
use runtime::Services;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// What a step gets for an answer, one after the other; the last stays.
#[derive(Clone)]
enum Say {
    Done(Value),
    Refused(&'static str, Value),
    Outage,
    /// Taken on, and not answered.
    Silent,
    /// Taken on, and answered after so many hours.
    Later(u64, Value),
}
use Say::{Done, Later, Outage, Refused, Silent};

type Script = BTreeMap<&'static str, Vec<Say>>;

struct Seen {
    end: String,
    fields: Value,
    /// The steps that were asked, in order.
    asked: Vec<String>,
    published: Vec<(String, Option<u32>, Value)>,
    finished: Finished,
    memory: Memory,
}

const RUN: &str = "run";
const HOUR: u64 = 3_600_000;

/// What operations answer where a test says nothing.
fn examples() -> BTreeMap<&'static str, Value> {
    let slip = json!({ "id": "slip-1", "shelf": 1, "note": null });
    BTreeMap::from([
        ("Store.Put", slip.clone()),
        ("Store.Take", Value::Null),
        ("Store.Look", json!(1)),
        ("Store.Grades", json!("Good")),
        ("Store.Slips", json!([slip])),
        ("Store.Send", Value::Null),
        ("Store.Mark", Value::Null),
        ("People.Judge", json!(true)),
        ("People.Forget", Value::Null),
        ("People.Weigh", json!(3)),
        ("Carrier.Offer", json!("2.5")),
        ("Carrier.Book", json!("slip-2")),
        ("Carrier.Cancel", Value::Null),
        ("Carrier.Nudge", Value::Null),
    ])
}

struct Stage {
    memory: Memory,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Stage {
    fn new(script: Script) -> Stage {
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let script = Arc::new(Mutex::new(script));
        let empty = Memory::new(coordinator::workflows(), Services::default());
        let mut services = Services::default();
        for (operation, example) in examples() {
            let takes_a_while = matches!(operation, "People.Judge" | "People.Weigh");
            let (asked, script, memory) = (asked.clone(), script.clone(), empty.clone());
            services = services.raw(operation, move |call, _| {
                let address = call.instance.as_ref().map(|it| format!("@{it}")).unwrap_or_default();
                asked.lock().unwrap().push(format!("{}{address}", call.step));
                let said = script.lock().unwrap().get_mut(&*call.step).map(|list| match list.len() {
                    1 => list[0].clone(),
                    _ => list.remove(0),
                });
                let said = said.unwrap_or_else(|| match takes_a_while {
                    true => Later(1, example.clone()),
                    false => Done(example.clone()),
                });
                answer(said, &call, &memory)
            });
        }
        Stage { memory: empty.with_services(services), asked }
    }

    /// Runs a workflow; events come after so many milliseconds.
    async fn run(self, workflow: &str, input: Value, events: &[(u64, &str, Value)]) -> Seen {
        for (number, (after, name, fields)) in events.iter().enumerate() {
            let event = happened(number, name, fields.clone());
            let (memory, after) = (self.memory.clone(), Duration::from_millis(*after));
            tokio::spawn(async move {
                tokio::time::sleep(after).await;
                memory.send(RUN, Message::Event(event));
            });
        }
        let finished = self.memory.run(workflow, RUN, input).await.expect("there is such a workflow");
        // What was sent and not waited for arrives.
        tokio::time::sleep(Duration::from_secs(40 * 86_400)).await;
        let published = self.memory.published().into_iter();
        Seen {
            end: finished.end.name.clone(),
            fields: finished.end.fields.clone(),
            asked: self.asked.lock().unwrap().clone(),
            published: published.map(|it| (it.name, it.version, it.fields)).collect(),
            finished,
            memory: self.memory,
        }
    }
}

fn answer(said: Say, call: &Call, memory: &Memory) -> Answer {
    match said {
        Done(reply) => Answer::Done(reply),
        Refused(name, fields) => Answer::Refused(Raised { name: name.to_string(), fields }),
        Outage => Answer::Outage("nobody is there".to_string()),
        Silent => Answer::Accepted,
        Later(hours, reply) => {
            let (memory, run, key) = (memory.clone(), call.run.clone(), call.key.clone());
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(hours * HOUR)).await;
                memory.send(&run, Message::Answer { key, answer: Answer::Done(reply) });
            });
            Answer::Accepted
        }
    }
}

/// `Moved v2` is the second version of `Moved`.
fn happened(number: usize, name: &str, fields: Value) -> Happened {
    let (name, version) = match name.split_once(" v") {
        Some((name, version)) => (name, version.parse().ok()),
        None => (name, None),
    };
    Happened { id: format!("event {number}"), name: name.to_string(), version, fields }
}

async fn play(workflow: &str, input: Value, script: &[(&'static str, &[Say])]) -> Seen {
    play_with(workflow, input, script, &[]).await
}

async fn play_with(
    workflow: &str,
    input: Value,
    script: &[(&'static str, &[Say])],
    events: &[(u64, &str, Value)],
) -> Seen {
    let script = script.iter().map(|(step, says)| (*step, says.to_vec())).collect();
    Stage::new(script).run(workflow, input, events).await
}

impl Seen {
    #[track_caller]
    fn is(&self, end: &str, fields: Value, asked: &[&str]) {
        assert_eq!((self.end.as_str(), &self.fields), (end, &fields), "asked: {:?}", self.asked);
        assert_eq!(self.asked, asked);
    }

    /// The journal: each write, and what became of it.
    #[track_caller]
    fn left(&self, wanted: &[(&str, &str)]) {
        let found: Vec<(String, String)> = self
            .finished
            .journal
            .iter()
            .map(|entry| (entry.step.clone(), serde_json::to_value(entry.status).unwrap()))
            .map(|(step, status)| (step, status.as_str().unwrap_or_default().to_string()))
            .collect();
        let found: Vec<(&str, &str)> = found.iter().map(|(step, status)| (&**step, &**status)).collect();
        assert_eq!(found, wanted);
    }
}

fn item() -> Value {
    json!({ "item": "i" })
}

fn ping(number: i64) -> Value {
    json!({ "item": "i", "number": number })
}

#[tokio::test(start_paused = true)]
async fn policies() {
    play("Policies", item(), &[]).await.is("Done", json!({ "count": 1 }), &["count"]);
    let seen = play("Policies", item(), &[("count", &[Outage, Outage, Done(json!(5))])]).await;
    seen.is("Done", json!({ "count": 5 }), &["count", "count", "count"]);
    let seen = play("Policies", item(), &[("count", &[Outage])]).await;
    seen.is("Done", json!({ "count": 7 }), &["count", "count", "count"]);
    let seen = play("Policies", item(), &[("count", &[Refused("Broken", json!({}))])]).await;
    seen.is("Done", json!({ "count": -1 }), &["count"]);
}

#[tokio::test(start_paused = true)]
async fn takes_back() {
    let input = || json!({ "item": "a", "other": "b", "third": "c" });
    let full = || Refused("Full", json!({ "shelf": 4 }));
    let seen = play("TakesBack", input(), &[]).await;
    seen.is("Done", json!({}), &["first", "second", "marked", "last"]);
    seen.left(&[("first", "done"), ("second", "done"), ("marked", "done"), ("last", "done")]);
    let seen = play("TakesBack", input(), &[("second", &[full()])]).await;
    seen.is("Gone", json!({ "shelf": 4 }), &["first", "second", "undo first"]);
    seen.left(&[("first", "undone"), ("second", "refused")]);
    let seen = play("TakesBack", input(), &[("last", &[full()])]).await;
    seen.is("Gone", json!({ "shelf": 4 }), &["first", "second", "marked", "last", "undo second", "undo first"]);
    let seen = play("TakesBack", input(), &[("last", &[Refused("Broken", json!({}))])]).await;
    assert_eq!(seen.fields, json!({ "shelf": null }));
    // Nobody knows whether `marked` was done; nothing takes it back.
    let seen = play("TakesBack", input(), &[("marked", &[Outage])]).await;
    seen.is("Lost", json!({}), &["first", "second", "marked", "undo second", "undo first"]);
    seen.left(&[("first", "undone"), ("second", "undone"), ("marked", "unknown")]);
}

#[tokio::test(start_paused = true)]
async fn commits() {
    let seen = play("Commits", item(), &[("sent", &[Outage, Outage, Done(Value::Null)])]).await;
    seen.is("Done", json!({}), &["put", "sent", "sent", "sent", "marked"]);
    let seen = play("Commits", item(), &[("marked", &[Outage])]).await;
    seen.is("Done", json!({}), &["put", "sent", "marked"]);
    seen.left(&[("put", "kept"), ("sent", "kept"), ("marked", "unknown")]);
    let seen = play("Commits", item(), &[("put", &[Refused("Full", json!({ "shelf": 1 }))])]).await;
    seen.is("Lost", json!({}), &["put"]);
    // Nobody knows whether it was put, so that it is asked again, and undone.
    let seen = play("Commits", item(), &[("put", &[Outage, Done(json!({ "id": "s", "shelf": 1 }))])]).await;
    seen.is("Lost", json!({}), &["put", "put", "undo put"]);
}

#[tokio::test(start_paused = true)]
async fn limits() {
    let closes = |hours: i64| {
        let at = jiff::Timestamp::now().checked_add(jiff::SignedDuration::from_hours(hours)).unwrap();
        json!({ "item": "i", "closes": at.to_string() })
    };
    let marks = ["notify-Mark", "notify-Mark"];
    let seen = play("Limits", closes(1000), &[]).await;
    seen.is("Done", json!({ "how": "too slow" }), &marks);
    let seen = play("Limits", closes(30), &[]).await;
    seen.is("Done", json!({ "how": "closed" }), &marks);
    let events =
        [(1000, "Left", item()), (2 * HOUR, "Ping", ping(1)), (3 * HOUR, "Pong", item())];
    let seen = play_with("Limits", closes(1000), &[], &events).await;
    seen.is("Done", json!({ "how": "in time" }), &[]);
}

#[tokio::test(start_paused = true)]
async fn listens() {
    let seen = play("Listens", item(), &[]).await;
    seen.is("Done", json!({}), &["put", "notify-Mark"]);
    let pings = [(10, "Ping", ping(1)), (20, "Ping", ping(2)), (30, "Ping", ping(3))];
    let seen = play_with("Listens", item(), &[], &pings).await;
    seen.is("Done", json!({}), &["put", "notify-Mark", "notify-Mark", "notify-Mark"]);
    let seen = play_with("Listens", item(), &[], &[(10, "Stop", item())]).await;
    seen.is("Stopped", json!({}), &["put", "undo put"]);
    seen.left(&[("put", "undone")]);
}

#[tokio::test(start_paused = true)]
async fn waits() {
    let opens = jiff::Timestamp::now().checked_add(jiff::SignedDuration::from_hours(1)).unwrap();
    let input = || json!({ "item": "i", "opens": opens.to_string() });
    let right = || (1, "Right", json!({ "item": "i", "why": "so" }));
    let left = || (2, "Left", item());
    let moved = |to: &str| json!({ "item": "i", "to": to });
    let events = [
        right(),
        left(),
        (3, "Moved v1", item()),
        (4, "Ping", ping(1)),
        (5, "Moved v2", moved("there")),
        (24 * HOUR, "Ping", ping(2)),
        (25 * HOUR, "Ping", ping(3)),
    ];
    let seen = play_with("Waits", input(), &[], &events).await;
    seen.is("Done", json!({ "why": "so", "to": "three" }), &[]);
    let events = [right(), left(), (3, "Pong", item()), (4, "Ping", ping(1)), (5, "Stop", item()), (6, "Moved v2", moved("x"))];
    let seen = play_with("Waits", input(), &[], &events).await;
    seen.is("Done", json!({ "why": "so", "to": "x" }), &[]);
    let seen = play_with("Waits", input(), &[], &[right()]).await;
    seen.is("Nothing", json!({}), &[]);
}

#[tokio::test(start_paused = true)]
async fn rounds() {
    let items = |n: usize| json!({ "items": vec!["i"; n] });
    let says = [Done(json!(4)), Refused("Broken", json!({})), Done(json!(0)), Done(json!(2))];
    let seen = play("Rounds", items(4), &[("count", &says)]).await;
    let marks = ["marked"; 4];
    let asked: Vec<&str> = ["count"; 4].into_iter().chain(marks).collect();
    seen.is("Done", json!({ "counts": [4, 8], "all": 2 }), &asked);
    let keys: Vec<&str> = seen.finished.journal.iter().map(|entry| &*entry.key).collect();
    assert_eq!(keys, ["run/r1/marked", "run/r2/marked", "run/r3/marked", "run/r4/marked"]);
    play("Rounds", items(5), &[]).await.is("TooMany", json!({}), &["count"; 4]);
    play("Rounds", items(2), &[("count", &[Outage])]).await.is("TooMany", json!({}), &["count"]);
}

#[tokio::test(start_paused = true)]
async fn at_once() {
    let input = || json!({ "item": "i", "carriers": ["a", "b", "c"] });
    let seen = play("AtOnce", input(), &[]).await;
    assert_eq!(seen.end, "Done", "{:?}", seen.fields);
    let wanted = json!({ "prices": ["2.5", "2.5", "2.5"], "booked": ["slip-2", "slip-2"], "one": "slip-2" });
    assert_eq!(seen.fields, wanted);
    assert_eq!(seen.asked[..2], ["price@a", "price@b"], "at most two at once");
    // Of three bookings two are needed, and one; the others are taken back.
    let count = |step: &str| seen.asked.iter().filter(|asked| asked.split('@').next() == Some(step)).count();
    assert_eq!((count("slip"), count("undo slip"), count("only"), count("undo only")), (3, 1, 3, 2));
    assert_eq!(count("notify-Nudge"), 3);
    // Nobody answers the first time; what nobody knows is asked again, and taken back.
    let says = [Outage, Outage, Outage, Done(json!("slip-2"))];
    let seen = play("AtOnce", input(), &[("slip", &says)]).await;
    assert_eq!((&*seen.end, &seen.fields), ("Nobody", &json!({})));
    let count = |step: &str| seen.asked.iter().filter(|asked| asked.split('@').next() == Some(step)).count();
    assert_eq!((count("slip"), count("undo slip")), (6, 3));
}

#[tokio::test(start_paused = true)]
async fn leaves() {
    let input = || json!({ "item": "i", "items": ["a", "b"] });
    // Out of a scope with a limit, by `give`.
    let seen = play("Leaves", input(), &[("looked", &[Done(json!(9))])]).await;
    assert_eq!((&*seen.end, &seen.fields["best"], &seen.fields["tries"]), ("Done", &json!(9), &json!(5)));
    // Nothing is found: each round is skipped, and the second gives nothing.
    let seen = play("Leaves", input(), &[]).await;
    assert_eq!((&*seen.end, &seen.fields["best"]), ("Done", &Value::Null));
    // Behind a wait in that scope.
    let seen = play_with("Leaves", input(), &[], &[(1000, "Ping", ping(1))]).await;
    assert_eq!(seen.fields["best"], json!(101));
    // A line beside the block gives, or skips.
    let slow = [("n", &[Done(json!(1))][..]), ("looked", &[Done(json!(9))][..])];
    let seen = play_with("Leaves", input(), &slow, &[(10 * 60_000, "Pong", item())]).await;
    assert_eq!(seen.fields["found"], json!([-1, 1]));
    let seen = play_with("Leaves", input(), &slow, &[(10 * 60_000, "Stop", item())]).await;
    assert_eq!(seen.fields["found"], json!([1]));
}

#[tokio::test(start_paused = true)]
async fn jumps() {
    let look = |n: i64| Done(json!(n));
    let broken = || Refused("Broken", json!({}));
    // Forwards, over a step.
    let seen = play("Jumps", item(), &[("asked", &[look(0)]), ("again", &[look(3)])]).await;
    seen.is("Done", json!({}), &["asked", "again", "marked"]);
    let seen = play("Jumps", item(), &[("again", &[look(3)])]).await;
    seen.is("Done", json!({}), &["asked", "skipped", "again", "marked"]);
    // Out of a scope and back, and on in the same scope.
    let says: [(&str, &[Say]); 2] = [("asked", &[look(1)]), ("again", &[broken(), look(6)])];
    let seen = play_with("Jumps", item(), &says, &[(5 * HOUR, "Ping", ping(1))]).await;
    seen.is("Done", json!({}), &["asked", "skipped", "again", "asked", "skipped", "again", "marked"]);
    // From beside a scope into it.
    let says: [(&str, &[Say]); 1] = [("again", &[Outage])];
    let seen = play_with("Jumps", item(), &says, &[(5 * HOUR, "Ping", ping(1))]).await;
    seen.is("Done", json!({}), &["asked", "skipped", "again", "marked"]);
    // From beside the workflow into it: by its limit, by an event, and by trouble.
    let seen = play("Jumps", item(), &[("again", &[look(6)])]).await;
    seen.is("Stopped", json!({}), &["asked", "skipped", "again", "marked", "tidied"]);
    let seen = play_with("Jumps", item(), &[], &[(HOUR, "Stop", item())]).await;
    seen.is("Stopped", json!({}), &["asked", "skipped", "again", "tidied"]);
    let seen = play("Jumps", item(), &[("asked", &[Outage])]).await;
    seen.is("Stopped", json!({}), &["asked", "tidied"]);
}

#[tokio::test(start_paused = true)]
async fn runs() {
    let input = || json!({ "item": "i", "other": "o" });
    let seen = play("Runs", input(), &[]).await;
    seen.is("Done", json!({ "slip": "slip-1" }), &["put", "one", "two", "weight", "notify-Mark"]);
    assert_eq!(seen.published, [("Stocked".to_string(), None, item())]);
    let full = || Refused("Full", json!({ "shelf": 4 }));
    let seen = play("Runs", input(), &[("put", &[full()])]).await;
    seen.is("NotDone", json!({ "why": "no room" }), &["put"]);
    // The inner one takes back what it has done; the other is taken back by its contract.
    let seen = play("Runs", input(), &[("two", &[full()])]).await;
    seen.is("NotDone", json!({ "why": "two" }), &["put", "one", "two", "undo one", "undo kept"]);
    // Both are over, and taken back: by what the one has done, and by the contract of the other.
    let seen = play("Runs", input(), &[("weight", &[Silent])]).await;
    let asked = ["put", "one", "two", "weight", "undo two", "undo two", "undo kept", "notify-Mark"];
    seen.is("NotDone", json!({ "why": "no weight" }), &asked);
}

#[tokio::test(start_paused = true)]
async fn judges() {
    let seen = play("Judges", item(), &[]).await;
    seen.is("Done", json!({ "good": true }), &["good"]);
    let seen = play("Judges", item(), &[("good", &[Later(30, json!(false))])]).await;
    seen.is("Done", json!({ "good": false }), &["good", "notify-Mark"]);
    let seen = play("Judges", item(), &[("good", &[Silent])]).await;
    seen.is("Unjudged", json!({}), &["good", "notify-Mark"]);
    seen.left(&[("good", "withdrawn")]);
}

#[tokio::test(start_paused = true)]
async fn what_was_given_up_and_is_done_all_the_same_is_taken_back() {
    // While the run goes on.
    let seen = play("Hears", item(), &[("good", &[Later(72, json!(true))])]).await;
    seen.is("Done", json!({}), &["good", "notify-Mark", "undo good"]);
    seen.left(&[("good", "undone")]);
    let seen = play("Hears", item(), &[("good", &[Silent])]).await;
    seen.is("Done", json!({}), &["good", "notify-Mark"]);
    seen.left(&[("good", "withdrawn")]);
    // When it is over.
    let stage = Stage::new(BTreeMap::from([("good", vec![Silent])]));
    let asked = stage.asked.clone();
    let seen = stage.run("Judges", item(), &[]).await;
    seen.left(&[("good", "withdrawn")]);
    let workflows = coordinator::workflows();
    let refused = Answer::Refused(Raised { name: "No".to_string(), fields: json!({}) });
    assert_eq!(workflows.late_answer("Judges", &seen.finished, "run/good", &refused), None);
    let done = Answer::Done(json!(true));
    assert_eq!(workflows.late_answer("Judges", &seen.finished, "run/other", &done), None);
    let begin = workflows.late_answer("Judges", &seen.finished, "run/good", &done).unwrap();
    assert_eq!(begin.run, "run/good/settle");
    asked.lock().unwrap().clear();
    let settled = seen.memory.run(begin.workflow, &begin.run, begin.input).await.unwrap();
    assert_eq!(settled.end.name, "Settled");
    assert_eq!(*asked.lock().unwrap(), ["undo good"]);
}

#[tokio::test(start_paused = true)]
async fn begins_with_an_event_and_publishes_a_version() {
    let stage = Stage::new(BTreeMap::new());
    let moved = |to: &str| json!({ "item": "i", "to": to });
    for (number, to) in ["there", "here"].into_iter().enumerate() {
        stage.memory.keep(RUN, Message::Event(happened(number + 5, "Moved v2", moved(to))));
    }
    let seen = stage.run("Begins", item(), &[]).await;
    seen.is("Done", json!({ "to": "here" }), &["count"]);
    assert_eq!(seen.published, [("Counted".to_string(), Some(2), json!({ "item": "i", "count": 1 }))]);
}

#[tokio::test(start_paused = true)]
async fn begins_by_the_clock() {
    let workflows = coordinator::workflows();
    let after: jiff::Timestamp = "2027-01-02T00:00:00Z".parse().unwrap();
    let next: BTreeMap<&str, String> = workflows
        .schedules()
        .iter()
        .map(|(name, every)| (*name, every.next(after).unwrap().to_string()))
        .collect();
    // The 2nd of January 2027 is a Saturday.
    assert_eq!(next["ByCron"], "2027-01-04T03:00:00Z");
    assert_eq!(next["ByTime"], "2027-01-02T01:30:00Z");
    play("ByCron", json!({}), &[]).await.is("Done", json!({}), &[]);
}

#[tokio::test(start_paused = true)]
async fn reckons() {
    let input = json!({
        "total": { "amount": "100", "currency": "EUR" },
        "items": ["a", "b"],
        "grade": "Good",
        "due": "2027-02-01",
        "at": "2027-02-01T00:00:00Z",
        "rest": { "deep": { "field": 5 }, "more": 7.5, "list": [1, 2], "flag": false, "item": "i" },
    });
    let seen = play("Reckons", input, &[]).await;
    assert_eq!(seen.end, "Done", "{:?}", seen.fields);
    let wanted = json!({
        "gross": { "amount": "119.70", "currency": "EUR" },
        "texts": ["a \"quoted\"", "b\nEUR"],
        "flags": [true, true, true, true, true, true],
        "share": "0.995",
        "ahead": "PT2H30M",
        "later": "2027-02-01T01:30:00Z",
        "foreign": "EUR",
        "raw": "20.0",
    });
    assert_eq!(seen.fields, wanted);
    assert_eq!(seen.published, [("Stocked".to_string(), None, item())]);
}

#[tokio::test(start_paused = true)]
async fn goes_on_when_it_is_over() {
    let slip = Done(json!({ "id": "s", "shelf": 1, "note": "fragile" }));
    let stage = Stage::new(BTreeMap::from([("put", vec![slip])]));
    let asked = stage.asked.clone();
    let seen = stage.run("Over", item(), &[(5, "Ping", ping(1))]).await;
    seen.is("Done", json!({}), &["put"]);
    let late = async |name: &str, events: &[(&str, Value)]| {
        asked.lock().unwrap().clear();
        let first = happened(9, events[0].0, events[0].1.clone());
        let run = format!("late {name} {}", first.name);
        for (number, (name, fields)) in events.iter().enumerate() {
            seen.memory.keep(&run, Message::Event(happened(number, name, fields.clone())));
        }
        let finished = seen.memory.run(name, &run, seen.finished.late(&first)).await.unwrap();
        tokio::time::sleep(Duration::from_secs(3600)).await;
        assert_eq!(finished.end.name, "Late", "{:?}", finished.end.fields);
        asked.lock().unwrap().clone()
    };
    let moved = |to: &str| json!({ "item": "i", "to": to });
    assert_eq!(late("Over late", &[("Stop", item())]).await, ["undo put", "notify-Mark"]);
    assert_eq!(late("Over late", &[("Moved v2", moved("away"))]).await, ["notify-Mark"]);
    assert!(late("Over late", &[("Moved v2", moved("here"))]).await.is_empty());
    let right = json!({ "item": "i", "why": "so" });
    assert_eq!(late("Over late 3", &[("Left", item()), ("Right", right)]).await, ["notify-Mark"]);
    assert_eq!(late("Over late 4", &[("Pong", item()), ("Ping", ping(2))]).await, ["notify-Take"]);
}
