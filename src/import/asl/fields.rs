//! Which fields the Amazon States Language allows where.

use super::machine::QueryLanguage;

/// The types of states, with the fields of each besides [`EVERYWHERE`].
pub const STATE_TYPES: &[(&str, &[&str])] = &[
    (
        "Task",
        &[
            "Next",
            "End",
            "InputPath",
            "OutputPath",
            "Parameters",
            "Arguments",
            "ResultPath",
            "ResultSelector",
            "Output",
            "Assign",
            "Retry",
            "Catch",
            "Resource",
            "Credentials",
            "TimeoutSeconds",
            "TimeoutSecondsPath",
            "HeartbeatSeconds",
            "HeartbeatSecondsPath",
        ],
    ),
    (
        "Pass",
        &["Next", "End", "InputPath", "OutputPath", "Parameters", "Result", "ResultPath", "Output", "Assign"],
    ),
    ("Choice", &["InputPath", "OutputPath", "Output", "Assign", "Choices", "Default"]),
    (
        "Wait",
        &[
            "Next",
            "End",
            "InputPath",
            "OutputPath",
            "Output",
            "Assign",
            "Seconds",
            "Timestamp",
            "SecondsPath",
            "TimestampPath",
        ],
    ),
    ("Succeed", &["InputPath", "OutputPath", "Output"]),
    ("Fail", &["Error", "ErrorPath", "Cause", "CausePath"]),
    (
        "Parallel",
        &[
            "Next",
            "End",
            "InputPath",
            "OutputPath",
            "Parameters",
            "Arguments",
            "ResultPath",
            "ResultSelector",
            "Output",
            "Assign",
            "Retry",
            "Catch",
            "Branches",
        ],
    ),
    (
        "Map",
        &[
            "Next",
            "End",
            "InputPath",
            "OutputPath",
            "Parameters",
            "ItemSelector",
            "ItemsPath",
            "Items",
            "ItemBatcher",
            "ItemReader",
            "ResultWriter",
            "ResultPath",
            "ResultSelector",
            "Output",
            "Assign",
            "Retry",
            "Catch",
            "Iterator",
            "ItemProcessor",
            "MaxConcurrency",
            "MaxConcurrencyPath",
            "ToleratedFailurePercentage",
            "ToleratedFailurePercentagePath",
            "ToleratedFailureCount",
            "ToleratedFailureCountPath",
            "Label",
        ],
    ),
];

/// The fields of every state.
pub const EVERYWHERE: &[&str] = &["Type", "Comment", "QueryLanguage"];

/// The fields of a machine, and of one inside a state; `$schema` is for editors.
pub const MACHINE: &[&str] = &[
    "Comment",
    "StartAt",
    "States",
    "TimeoutSeconds",
    "Version",
    "QueryLanguage",
    "ProcessorConfig",
    "$schema",
];

const ONLY_JSON_PATH: &[&str] = &[
    "InputPath",
    "OutputPath",
    "Parameters",
    "ResultPath",
    "ResultSelector",
    "ItemsPath",
    "SecondsPath",
    "TimestampPath",
    "TimeoutSecondsPath",
    "HeartbeatSecondsPath",
    "MaxConcurrencyPath",
    "ToleratedFailurePercentagePath",
    "ToleratedFailureCountPath",
    "ErrorPath",
    "CausePath",
    "Variable",
];

const ONLY_JSONATA: &[&str] = &["Arguments", "Output", "Items", "Condition"];

pub fn fields_of(state_type: &str) -> Option<&'static [&'static str]> {
    STATE_TYPES.iter().find(|(name, _)| *name == state_type).map(|(_, fields)| *fields)
}

/// Whether a field belongs to the other query language.
pub fn is_foreign_to(field: &str, language: QueryLanguage) -> bool {
    match language {
        QueryLanguage::JsonPath => ONLY_JSONATA.contains(&field),
        QueryLanguage::Jsonata => ONLY_JSON_PATH.contains(&field),
    }
}
