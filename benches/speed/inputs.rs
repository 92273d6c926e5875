//! Workflow texts of any size, the same on every machine.

use std::fmt::Write;
use std::fs;
use std::path::Path;

/// A shop and its order, conducted; `@` is a number that keeps the names apart.
const CONDUCTED: &str = r#"id Order@
id Charge@
id Parcel@
/// Money in one currency.
record Money@(amount: decimal, currency: string)
record Line@(article: string, count: int)
enum Risk@(Low, High)

service Shop@ {
  team "storefront"
  event OrderPlaced@(order: Order@, lines: list of Line@, total: Money@, card: string)
}

service Payments@ {
  team "payments"
  command Charge(order: Order@, amount: Money@, card: string) -> Charge@ {
    fails CardDeclined@(reason: string)
    undone by Refund(reply)
    idempotent by order
  }
  command Refund(charge: Charge@) { idempotent by charge }
}

service Fraud@ {
  external
  available 99.5%
  query Rate(order: Order@) -> Risk@ { latency 100ms..2s }
}

service Warehouse@ {
  command Pack(order: Order@, lines: list of Line@) -> Parcel@ {
    fails OutOfStock@
    undone by Unpack(reply)
    idempotent by order
  }
  command Unpack(parcel: Parcel@) { idempotent by parcel }
  command Ship(parcel: Parcel@) {
    irreversible
    idempotent by parcel
  }
}

service Mail@ {
  command SendConfirmation(order: Order@) { idempotent by order }
}

service Orders@ {
  team "checkout"
  event OrderCompleted@(order: Order@) {
    allow unheard-event because "the ledger reads it outside of this system" until 2099-12-31
  }
}

/// The order with a conductor, number @ of many.
workflow FulfilOrder@ {
  orchestrated by Orders@
  correlated by order
  starts when OrderPlaced@
  within 3d else { undo all; end Cancelled("too slow") }

  success Fulfilled(parcel: Parcel@)
  failure Cancelled(reason: string)

  parallel {
    step charged = Payments@.Charge(order, OrderPlaced@.total, OrderPlaced@.card) {
      timeout 5s
      retry 3 times backoff 1s..10s
      breaker opens after 5 for 30s
    }
    step risk = Fraud@.Rate(order) {
      timeout 2s
      retry 2 times backoff 100ms..1s
      on outage { give Risk@.Low }
    }
  }
  if risk == Risk@.High { undo all; end Cancelled("blocked") }

  step packed = Warehouse@.Pack(order, OrderPlaced@.lines) {
    timeout 10s
    retry 5 times backoff 1s..30s
  }
  step shipped = Warehouse@.Ship(packed) {
    pivot
    retry forever backoff 1s..1h
  }

  notify Mail@.SendConfirmation(order)
  publish OrderCompleted@(order)
  end Fulfilled(packed)

  on CardDeclined@ or OutOfStock@ { undo all; end Cancelled("declined or out of stock") }
  on outage { undo all; end Cancelled("a service cannot be reached") }
}
"#;

/// The same shop with nobody conducting.
const DANCED: &str = r#"id Order@
id Charge@
id Parcel@
record Money@(amount: decimal, currency: string)
record Line@(article: string, count: int)

service Shop@ {
  team "storefront"
  event OrderPlaced@(order: Order@, lines: list of Line@, total: Money@, card: string)
}

service Payments@ {
  team "payments"
  command Charge(order: Order@, amount: Money@, card: string) -> Charge@ {
    fails CardDeclined@(reason: string)
    undone by Refund(reply)
    idempotent by order
  }
  command Refund(charge: Charge@) { idempotent by charge }
  event PaymentTaken@(order: Order@)
  event PaymentDeclined@(order: Order@, reason: string)
  event PaymentRefunded@(order: Order@)
}

service Warehouse@ {
  team "logistics"
  command Pack(order: Order@, lines: list of Line@) -> Parcel@ {
    fails OutOfStock@
    undone by Unpack(reply)
    idempotent by order
  }
  command Unpack(parcel: Parcel@) { idempotent by parcel }
  command Ship(parcel: Parcel@) {
    irreversible
    idempotent by parcel
  }
  event OrderShipped@(order: Order@, parcel: Parcel@)
  event OrderUnfulfillable@(order: Order@)
}

service Mail@ {
  command SendConfirmation(order: Order@) { idempotent by order }
}

/// The order that nobody conducts, number @ of many.
workflow FulfilOrder@ {
  choreographed
  correlated by order
  starts when OrderPlaced@

  success Fulfilled reached by OrderShipped@ owned by Shop@
  failure Cancelled reached by PaymentDeclined@ or PaymentRefunded@ owned by Shop@

  participant Payments@ {
    when OrderPlaced@ {
      promises within 15m
      step charged = Payments@.Charge(order, OrderPlaced@.total, OrderPlaced@.card) {
        on CardDeclined@ { publish PaymentDeclined@(order, CardDeclined@.reason); skip }
      }
      publish PaymentTaken@(order)
    }
    when OrderUnfulfillable@ {
      promises within 1d
      undo charged
      publish PaymentRefunded@(order)
    }
  }

  participant Warehouse@ {
    when OrderPlaced@ and PaymentTaken@ {
      promises within 2d
      step packed = Warehouse@.Pack(order, OrderPlaced@.lines) {
        on OutOfStock@ { publish OrderUnfulfillable@(order); skip }
      }
      step shipped = Warehouse@.Ship(packed) {
        pivot
        retry forever backoff 1s..1h
      }
      publish OrderShipped@(order, packed)
    }
  }

  participant Mail@ {
    when OrderShipped@ { notify Mail@.SendConfirmation(order) }
  }
}
"#;

/// What comes back to either shop.
const RETURNED: &str = r#"
/// What somebody says who looked into a parcel.
record Verdict@(sound: bool, remark: string)

service Returns@ {
  team "returns"
  /// Somebody opens the parcel and looks.
  command Inspect(parcel: Parcel@) -> Verdict@ {
    answers by hand
    latency 1h..2d
    undone by nothing because "a remark stays a remark"
    idempotent by parcel
  }
}

/// A parcel comes back, number @ of many: somebody looks at it, then the money goes out again.
workflow TakeBack@(order: Order@, parcel: Parcel@, charge: Charge@) {
  orchestrated by Returns@

  success Repaid
  failure Refused(reason: string)

  step verdict = Returns@.Inspect(parcel) {
    within 5d else { end Refused("nobody looked at it") }
  }
  if not verdict.sound { end Refused(verdict.remark) }
  step repaid = Payments@.Refund(charge) {
    retry forever backoff 1s..1h
  }
  notify Mail@.SendConfirmation(order)
  end Repaid
}
"#;

/// A whole system in one file; every third has no conductor.
pub fn system(number: usize) -> String {
    let text = if number.is_multiple_of(3) { DANCED } else { CONDUCTED };
    (text.to_string() + RETURNED).replace('@', &number.to_string())
}

/// Many systems, a hundred to a folder; tells how many bytes they have.
pub fn write_systems(folder: &Path, n_files: usize) -> usize {
    write(folder, n_files, system)
}

/// The same many, half of them with a payment that nothing gives back.
pub fn write_careless_systems(folder: &Path, n_files: usize) -> usize {
    write(folder, n_files, |number| {
        if number.is_multiple_of(2) {
            system(number)
        } else {
            system(number).replace("    undone by Refund(reply)\n", "")
        }
    })
}

fn write(folder: &Path, n_files: usize, system: impl Fn(usize) -> String) -> usize {
    let mut n_bytes = 0;
    for number in 0..n_files {
        let inner = folder.join(format!("part{:03}", number / 100));
        fs::create_dir_all(&inner).unwrap();
        let text = system(number);
        n_bytes += text.len();
        fs::write(inner.join(format!("system{number}.wfc")), text).unwrap();
    }
    n_bytes
}

/// The same systems some time later: of `each` so many the one has another step and one more field.
pub fn write_later_systems(folder: &Path, n_files: usize, each: usize) {
    for number in 0..n_files {
        let inner = folder.join(format!("part{:03}", number / 100));
        fs::create_dir_all(&inner).unwrap();
        let text = if number.is_multiple_of(each) { later(number) } else { system(number) };
        fs::write(inner.join(format!("system{number}.wfc")), text).unwrap();
    }
}

/// A system some time later: both of its workflows are not what they were.
pub fn later(number: usize) -> String {
    let text = system(number);
    let mail = format!("service Mail{number} {{");
    let thanks = format!("  notify Mail{number}.SendConfirmation(order)\n  end Repaid");
    let later = text
        .replacen(&mail, &format!("{mail}\n  command Ask(order: Order{number}) {{ idempotent by order }}"), 1)
        .replacen(
            &thanks,
            &format!("  step asked = Mail{number}.Ask(order) {{ retry forever backoff 1s..1h }}\n{thanks}"),
            1,
        );
    assert!(later.matches("Ask(").count() == 2, "{later}");
    later
}

/// One text of at least `n_bytes` with many systems in it.
pub fn text(n_bytes: usize) -> String {
    let mut text = String::with_capacity(n_bytes + CONDUCTED.len() * 2);
    for number in 0.. {
        if text.len() >= n_bytes {
            break;
        }
        text += &system(number);
        text.push('\n');
    }
    text
}

/// One conducted workflow: every step writes and can be undone, every tenth result is looked at,
/// every twentieth step has a sibling beside it.
pub fn long_workflow(n_steps: usize) -> String {
    let mut out = String::from("id Order\n\nservice Office { }\n");
    for number in 0..n_steps.div_ceil(10) {
        let _ = write!(
            out,
            "\nservice Worker{number} {{\n  command Do(order: Order, round: int) -> int {{\n    fails Refused{number}\n    \
             undone by Undo(order, reply)\n    idempotent by order, round\n  }}\n  \
             command Undo(order: Order, done: int) {{ idempotent by order, done }}\n}}\n"
        );
    }
    out += "\nworkflow Long(order: Order) {\n  orchestrated by Office\n  within 9d else { undo all; end Failed }\n\n  \
            success Done\n  failure Failed\n\n";
    let mut at = 0;
    while at < n_steps {
        let step = |at: usize| {
            let worker = at / 10;
            format!(
                "step s{at} = Worker{worker}.Do(order, {at}) {{\n    timeout 5s\n    retry 3 times backoff 1s..10s\n    \
                 on Refused{worker} {{ undo all; end Failed }}\n  }}"
            )
        };
        if at % 20 == 18 && at + 1 < n_steps {
            let _ = write!(out, "  parallel {{\n  {}\n  {}\n  }}\n", step(at), step(at + 1));
            at += 2;
            continue;
        }
        let _ = writeln!(out, "  {}", step(at));
        if at % 10 == 5 {
            let _ = writeln!(out, "  if s{at} > 100 {{ undo all; end Failed }}");
        }
        at += 1;
    }
    out += "  end Done\n\n  on outage { undo all; end Failed }\n}\n";
    out
}

/// One workflow that does `n_branches` things at once.
pub fn wide_parallel(n_branches: usize) -> String {
    let mut out = String::from(
        "id Order\n\nservice Office { }\n\nservice Worker {\n  command Do(order: Order, part: int) -> int {\n    \
         undone by Undo(order, reply)\n    idempotent by order, part\n  }\n  \
         command Undo(order: Order, done: int) { idempotent by order, done }\n}\n\n\
         workflow Wide(order: Order) {\n  orchestrated by Office\n  within 9d else { undo all; end Failed }\n\n  \
         success Done\n  failure Failed\n\n  parallel {\n",
    );
    for number in 0..n_branches {
        let _ = writeln!(
            out,
            "    step part{number} = Worker.Do(order, {number}) {{ timeout 5s; retry 3 times backoff 1s..10s }}"
        );
    }
    out += "  }\n  end Done\n\n  on outage { undo all; end Failed }\n}\n";
    out
}

/// A workflow that asks so many services one after the other, and takes back what they did.
pub fn services(n_services: usize) -> String {
    let mut text = String::from("id OrderId\nservice Boss { team \"boss\" }\n");
    for n in 0..n_services {
        text += &format!(
            "service S{n} {{
  command Do(order: OrderId) -> OrderId {{ fails No(reason: string); undone by Undo(reply); idempotent by order }}
  command Undo(order: OrderId) {{ idempotent by order }}
  query Ask(order: OrderId) -> int
}}
"
        );
    }
    text += "workflow W(order: OrderId) {
  orchestrated by Boss
  success Done
  failure NotDone(reason: string)
";
    for n in 0..n_services {
        text += &format!("  step a{n} = S{n}.Do(order) {{ timeout 5s; retry 3 times backoff 1s..10s }}\n");
    }
    text + "  end Done
  on No { undo all; end NotDone(No.reason) }
  on outage { undo all; end NotDone(\"nobody is there\") }
}
"
}
