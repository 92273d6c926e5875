//! Choices by what only another service knows.

use crate::finding::{Confidence, Group, Profile, Rule, Severity};

pub static UNAWARE_OF_CHOICE: Rule = Rule {
    name: "unaware-of-choice",
    group: Group::ControlFlow,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a participant that chooses by what another participant found out.",
    why: "In a choreography each service knows the events it received and what it did itself. How another one \
decided it learns from a message: one that is only published on that way, or that carries the answer. A \
condition that reads the other's step asks for knowledge that never arrives.",
    bad: r#"id OrderId
enum Screening(Clean, Suspect)

service Shop {
  event OrderPlaced(order: OrderId)
}
service Fraud {
  query Screen(order: OrderId) -> Screening
  event OrderScreened(order: OrderId)
}
service Warehouse {
  command Hold(order: OrderId) { idempotent by order }
  event OrderHandled(order: OrderId)
}

workflow HandleOrder {
  choreographed
  correlated by order
  starts when OrderPlaced
  success Handled reached by OrderHandled owned by Warehouse

  participant Fraud {
    when OrderPlaced {
      step screening = Fraud.Screen(order)
      publish OrderScreened(order)
    }
  }
  participant Warehouse {
    when OrderScreened {
      if screening == Screening.Suspect {
        step held = Warehouse.Hold(order)
      }
      publish OrderHandled(order)
    }
  }
}
"#,
    good: r#"id OrderId
enum Screening(Clean, Suspect)

service Shop {
  event OrderPlaced(order: OrderId)
}
service Fraud {
  query Screen(order: OrderId) -> Screening
  event OrderScreened(order: OrderId, screening: Screening)
}
service Warehouse {
  command Hold(order: OrderId) { idempotent by order }
  event OrderHandled(order: OrderId)
}

workflow HandleOrder {
  choreographed
  correlated by order
  starts when OrderPlaced
  success Handled reached by OrderHandled owned by Warehouse

  participant Fraud {
    when OrderPlaced {
      promises within 1h
      step screening = Fraud.Screen(order)
      publish OrderScreened(order, screening)
    }
  }
  participant Warehouse {
    when OrderScreened {
      if OrderScreened.screening == Screening.Suspect {
        step held = Warehouse.Hold(order)
      }
      publish OrderHandled(order)
    }
  }
}
"#,
    help: "Let the event that is received carry what was found out, and read it there; or let the other \
participant publish an event of its own for each way, and react to that.",
    example_language: "wfc",
};
