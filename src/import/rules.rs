//! What importing a foreign file can find.

use crate::finding::{Confidence, Group, Profile, Rule, Severity};

pub static RULES: &[&Rule] = &[&INVALID_DOCUMENT, &INVALID_MACHINE, &LOST_CONSTRUCT, &FOREIGN_EXPRESSION];

pub static INVALID_DOCUMENT: Rule = Rule {
    name: "invalid-document",
    group: Group::Import,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports a JSON or YAML file that cannot be read.",
    why: "A state machine in a file that does not parse cannot be deployed, and nothing in it can be checked.\n\n\
          JSON has neither comments nor trailing commas; a file that ends in `.json5` or `.jsonc` may have \
          both. Nesting is limited, and so are the values that YAML aliases expand to.",
    bad: r#"{
  "StartAt": "Ship"
  "States": { "Ship": { "Type": "Succeed" } }
}
"#,
    good: r#"{
  "StartAt": "Ship",
  "States": { "Ship": { "Type": "Succeed" } }
}
"#,
    help: "Mend the text at the place that is named; what stands behind it was not read.",
    example_language: "json",
};

pub static INVALID_MACHINE: Rule = Rule {
    name: "invalid-machine",
    group: Group::Import,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports what makes a state machine illegal in the Amazon States Language.",
    why: "The service refuses a machine that leads to a state that does not exist, that has a state without \
          `Next` or `End`, or a field where it does not belong. It is refused at deployment, when the code \
          around it is already out.\n\nWorse is what is accepted and means something else: a field that was \
          put one level too deep is read as a state, and its setting never applies.",
    bad: r#"{
  "StartAt": "Charge",
  "States": {
    "Charge": { "Type": "Pass", "Next": "Shpi" },
    "Ship": { "Type": "Succeed" }
  }
}
"#,
    good: r#"{
  "StartAt": "Charge",
  "States": {
    "Charge": { "Type": "Pass", "Next": "Ship" },
    "Ship": { "Type": "Succeed" }
  }
}
"#,
    help: "Mend the machine at the place that is named; the rest of it is checked all the same.",
    example_language: "json",
};

pub static LOST_CONSTRUCT: Rule = Rule {
    name: "lost-construct",
    group: Group::Import,
    severity: Severity::Info,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports what a foreign format can say and a workflow cannot.",
    why: "An imported machine is checked as a workflow. Where the two differ, the checker sees less than what \
          is written, or takes it for something a little different. It says so once for each kind of \
          construct and file, so that silence is not taken for a clean bill.",
    bad: r#"{
  "StartAt": "Charge",
  "States": {
    "Charge": {
      "Type": "Task",
      "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:getCharge",
      "Retry": [
        { "ErrorEquals": ["CardDeclined"], "MaxAttempts": 2 },
        { "ErrorEquals": ["States.ALL"], "MaxAttempts": 2 }
      ],
      "End": true
    }
  }
}
"#,
    good: r#"{
  "StartAt": "Charge",
  "States": {
    "Charge": {
      "Type": "Task",
      "Resource": "arn:aws:lambda:eu-west-1:123456789012:function:getCharge",
      "Retry": [{ "ErrorEquals": ["States.ALL"], "MaxAttempts": 2 }],
      "End": true
    }
  }
}
"#,
    help: "Nothing needs to be done; read what is checked of the construct in the import page of the manual.",
    example_language: "json",
};

pub static FOREIGN_EXPRESSION: Rule = Rule {
    name: "foreign-expression",
    group: Group::Import,
    severity: Severity::Info,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports how many expressions of another language were carried over unread, once a file.",
    why: "Simple paths and comparisons in JSONPath and JSONata are understood. Everything else is carried as \
          it is written: both ways of a choice count as possible, and what an expression reads is not known.",
    bad: r#"{
  "StartAt": "Wait",
  "States": {
    "Wait": { "Type": "Wait", "SecondsPath": "$.orders[0].pause", "End": true }
  }
}
"#,
    good: r#"{
  "StartAt": "Wait",
  "States": {
    "Wait": { "Type": "Wait", "SecondsPath": "$.pause", "End": true }
  }
}
"#,
    help: "Nothing needs to be done.",
    example_language: "json",
};
