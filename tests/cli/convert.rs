//! `wfc convert`: what is written where, and when nothing is.

use crate::folder::Folder;

const CONTRACTS: &str = "\
id TripId

service Agency {
  team \"travel\"
}
service Hotel {
  command Book(trip: TripId) {
    fails Full
    undone by Cancel(trip)
    idempotent by trip
  }
  command Cancel(trip: TripId) { idempotent by trip }
}
";

const TRIP: &str = "
workflow BookTrip(trip: TripId) {
  orchestrated by Agency
  correlated by trip
  success Booked
  failure NotBooked

  step hotel = Hotel.Book(trip) { retry forever backoff 1s..1h; on Full { end NotBooked } }
  end Booked
}
";

fn one_file() -> Folder {
    Folder::new(&[("trip.wfc", &format!("{CONTRACTS}{TRIP}"))])
}

fn two_files() -> Folder {
    Folder::new(&[
        ("trips/contracts.wfc", CONTRACTS),
        ("trips/book.wfc", &format!("use \"contracts.wfc\"\n{TRIP}")),
    ])
}

#[test]
fn one_changed_file_is_printed_as_it_is() {
    let folder = one_file();
    let run = folder.wfc(&["convert", "trip.wfc", "--style", "choreographed"]);
    assert_eq!((run.code, run.stderr.as_str()), (0, ""));
    assert!(
        run.stdout.starts_with("id TripId\n") && run.stdout.contains("  choreographed\n"),
        "{}",
        run.stdout
    );
    folder.write("by-events.wfc", &run.stdout);
    let back = folder.wfc(&["convert", "by-events.wfc", "--style", "orchestrated"]);
    assert_eq!(back.code, 0);
    assert!(back.stdout.contains("  orchestrated by Agency\n"), "{}", back.stdout);
}

#[test]
fn several_changed_files_need_a_folder() {
    let folder = two_files();
    let run = folder.wfc(&["convert", "trips", "--style", "choreographed"]);
    assert_eq!(run.code, 0);
    assert!(run.stdout.contains("// file: trips/contracts.wfc\n"), "{}", run.stdout);
    let run = folder.wfc(&["convert", "trips", "--style", "choreographed", "-o", "new.wfc"]);
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (2, "wfc: new.wfc: several files change: name a folder, ending in `/`\n")
    );
    assert!(!folder.at("new.wfc").exists());
    let run = folder.wfc(&["convert", "trips", "--style", "choreographed", "-o", "new/"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    assert!(folder.read("new/contracts.wfc").contains("event TripBooked(trip: TripId)"));
    assert!(folder.read("new/book.wfc").contains("publish TripNotBooked(trip)"));
    assert_eq!(folder.wfc(&["check", "new"]).code, 0);
}

#[test]
fn a_file_is_written_where_it_is_said() {
    let folder = one_file();
    let run = folder.wfc(&["convert", "trip.wfc", "--style", "choreographed", "-o", "new.wfc"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    assert!(folder.read("new.wfc").contains("participant Hotel"));
    let run = folder.wfc(&["convert", "trip.wfc", "--style", "choreographed", "-o", "gone/new.wfc"]);
    assert_eq!((run.code, run.stderr.as_str()), (2, "wfc: gone/new.wfc: the folder does not exist\n"));
}

#[test]
fn what_has_no_counterpart_is_said_and_nothing_is_printed() {
    let folder = Folder::new(&[(
        "trip.wfc",
        &format!(
            "{CONTRACTS}{}",
            TRIP.replace("correlated by trip", "correlated by trip\n  starts every 1d")
                .replace("(trip: TripId) {\n  orch", " {\n  orch")
        ),
    )]);
    let run = folder.wfc(&["convert", "trip.wfc", "--style", "choreographed"]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{}", run.stderr);
    let folder = Folder::new(&[(
        "trip.wfc",
        &format!("{CONTRACTS}{}", TRIP.replace("  step", "  after 1d { skip }\n  when Hotel { }\n  step")),
    )]);
    let run = folder.wfc(&["convert", "trip.wfc", "--style", "choreographed"]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{}", run.stderr);
}

#[test]
fn what_means_less_is_told_beside_the_text() {
    let text =
        format!("{CONTRACTS}{TRIP}").replace("retry forever backoff 1s..1h; on Full", "on Full or outage");
    let folder = Folder::new(&[("trip.wfc", &text)]);
    let run = folder.wfc(&["convert", "trip.wfc", "--style", "choreographed"]);
    assert_eq!(run.code, 0);
    assert!(run.stderr.contains("lost-in-conversion") && run.stdout.contains("choreographed"), "{run:#?}");
}

#[test]
fn a_workflow_must_be_meant() {
    let folder = one_file();
    let style = ["--style", "choreographed"];
    let run = folder.wfc(&[&["convert", "trip.wfc", "--workflow", "BookTrap"], &style[..]].concat());
    assert_eq!(
        (run.code, run.stderr.as_str()),
        (2, "wfc: there is no workflow `BookTrap`; did you mean `BookTrip`?\n")
    );
    let run = folder.wfc(&["convert", "trip.wfc", "--style", "orchestrated", "--workflow", "BookTrip"]);
    assert_eq!((run.code, run.stdout.as_str()), (0, ""));
    assert_eq!(run.stderr, "it is in that style already\n");
    assert_eq!(folder.wfc(&["convert", "trip.wfc", "--style", "orchestrated"]).code, 2);
    assert_eq!(folder.wfc(&["convert", "trip.wfc"]).code, 2);
    assert_eq!(folder.wfc(&[&["convert", "gone.wfc"], &style[..]].concat()).code, 2);
}
