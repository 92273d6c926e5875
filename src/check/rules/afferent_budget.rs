//! `afferent-budget`: a service that too many others need.

use crate::check::Context;
use crate::check::phrases::counted;
use crate::finding::{Confidence, Finding, Group, Profile, Rule, Severity, WitnessStep};

pub static AFFERENT_BUDGET: Rule = Rule {
    name: "afferent-budget",
    group: Group::Coupling,
    severity: Severity::Warning,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a service that more other services need than the budget allows, which is 7.",
    why: "\
Whoever needs a service feels its outages and each change of its contract. When very many do, its team
cannot change anything any more without asking all of them: subscriptions pile up without anybody
having decided it.

A service needs another when it calls it, runs its workflow, or takes its event; each counts once, in all
workflows together. Who is only notified does not count, nor who only passes news on. It is the number that
`wfc metrics` shows as Ca.",
    bad: r#"id CustomerId

service Customers {
  query Address(customer: CustomerId) -> string
}
service Sales {
  team "sales"
}
service Billing {
  team "billing"
}
service Support {
  team "support"
}
service Shipping {
  team "shipping"
}
service Returns {
  team "returns"
}
service Marketing {
  team "marketing"
}
service Loans {
  team "loans"
}
service Audit {
  team "audit"
}

workflow Sell(customer: CustomerId) {
  orchestrated by Sales
  success Done
  step address = Customers.Address(customer) { retry forever }
  end Done
}

workflow Bill(customer: CustomerId) {
  orchestrated by Billing
  success Done
  step address = Customers.Address(customer) { retry forever }
  end Done
}

workflow Help(customer: CustomerId) {
  orchestrated by Support
  success Done
  step address = Customers.Address(customer) { retry forever }
  end Done
}

workflow Ship(customer: CustomerId) {
  orchestrated by Shipping
  success Done
  step address = Customers.Address(customer) { retry forever }
  end Done
}

workflow Return(customer: CustomerId) {
  orchestrated by Returns
  success Done
  step address = Customers.Address(customer) { retry forever }
  end Done
}

workflow Advertise(customer: CustomerId) {
  orchestrated by Marketing
  success Done
  step address = Customers.Address(customer) { retry forever }
  end Done
}

workflow Lend(customer: CustomerId) {
  orchestrated by Loans
  success Done
  step address = Customers.Address(customer) { retry forever }
  end Done
}

workflow Look(customer: CustomerId) {
  orchestrated by Audit
  success Done
  step address = Customers.Address(customer) { retry forever }
  end Done
}
"#,
    good: r#"id CustomerId

service Customers {
  query Address(customer: CustomerId) -> string
}
service Sales {
  team "sales"
}
service Billing {
  team "billing"
}

workflow Sell(customer: CustomerId) {
  orchestrated by Sales
  success Done(address: string)
  step address = Customers.Address(customer) { retry forever }
  end Done(address)
}

workflow Bill(customer: CustomerId, address: string) {
  orchestrated by Billing
  success Done(address: string)
  end Done(address)
}
"#,
    help: "\
Send along what they all ask for, so that they need not come; or split the service along what its callers
want of it.

How many are too many is for each team to say: `budgets: { afferent: 9 }` in `wfc.yaml`.",
    example_language: "wfc",
};

pub fn find(cx: &Context) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (service, item) in cx.model.services.iter() {
        let mut needing: Vec<_> =
            cx.needs().coupled().filter(|((_, to), _)| *to == service).map(|(_, why)| why).collect();
        if needing.len() <= cx.budget.afferent {
            continue;
        }
        needing.sort_by_key(|why| (cx.place(why.node), why.span.start));
        let name = &item.name.text;
        let told = |why: &&crate::metrics::Dependency| {
            let who = cx.service(why.from);
            WitnessStep::new(format!("`{who}` {}", cx.reason_in_words(why)), why.span)
        };
        let finding = AFFERENT_BUDGET
            .at(item.name.span, format!("{} need it", counted(needing.len(), "service")))
            .message(format!("{} services need `{name}`, more than {}", needing.len(), cx.budget.afferent))
            .label(needing[cx.budget.afferent].span, "with this one the budget is spent")
            .witness(needing.iter().map(told))
            .help("send along what they ask for, so that they need not come")
            .help(format!("or split `{name}` along what the others want of it"))
            .entity(name.as_str());
        findings.push(cx.by_origin(finding));
    }
    findings
}
