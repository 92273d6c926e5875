//! What can be wrong with the text itself.

use crate::finding::{Confidence, Group, Profile, Rule, Severity};

pub static SYNTAX_ERROR: Rule = Rule {
    name: "syntax-error",
    group: Group::Syntax,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports text that is not written in the language: a missing or misspelt word, a missing sign, \
              an open brace.",
    why: "wfc reads on after a damaged entry, so that one run shows all mistakes, and the entry itself is left \
          out. What the entry said is not checked, and what depends on it may look wrong for that reason \
          alone: mend the syntax first.",
    bad: "service Mail {\n  command Send(order: string) { idempotent order }\n}\n",
    good: "service Mail {\n  command Send(order: string) { idempotent by order }\n}\n",
    help: "The message says what was expected at the marked place. A name that is a word of the language, or no \
           plain identifier, is written in backticks: `` `for` ``, `` `flight/queue` ``.",
    example_language: "wfc",
};

pub static DEEP_NESTING: Rule = Rule {
    name: "deep-nesting",
    group: Group::Syntax,
    severity: Severity::Error,
    confidence: Confidence::High,
    profile: Profile::Default,
    reports: "Reports brackets nested more than 64 deep, and expressions of more than 500 operators.",
    why: "Nobody can read such a text, and reading it could take more memory than a machine has. It mostly comes \
          out of a broken generator. What stands deeper is not read.",
    bad: "workflow Deep(a: int) {\n  orchestrated by Center\n  success Done\n  let x = \
          ((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((((a\
          ))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))))\n  end Done\n}\nservice Center { }\n",
    good: "workflow Deep(a: int) {\n  orchestrated by Center\n  success Done\n  let x = a\n  end Done\n}\n\n\
           service Center { }\n",
    help: "Give inner parts names of their own: `let` for a value, a workflow of its own for a block.",
    example_language: "wfc",
};

/// What reading a file can find.
pub static RULES: &[&Rule] = &[&SYNTAX_ERROR, &DEEP_NESTING];
