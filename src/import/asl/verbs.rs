//! What names give away: which verbs only look, which take back, whom a parameter names. Data, and
//! the few functions that read it; nothing here is certain, and findings that rest on it say so.

/// First words of operations that change nothing.
const LOOKING: &[&str] = &[
    "calculate",
    "calc",
    "check",
    "classify",
    "compare",
    "compute",
    "count",
    "describe",
    "detect",
    "estimate",
    "evaluate",
    "exists",
    "fetch",
    "filter",
    "find",
    "generate",
    "get",
    "has",
    "head",
    "inspect",
    "is",
    "list",
    "load",
    "lookup",
    "parse",
    "poll",
    "query",
    "read",
    "recognize",
    "retrieve",
    "scan",
    "search",
    "select",
    "validate",
    "verify",
    "view",
    "extract",
    "transform",
    "convert",
    "format",
    "prepare",
    "split",
];

/// Actions of services that look, although their first word does not say so.
const LOOKING_ACTIONS: &[&str] = &[
    "batchdetectdominantlanguage",
    "batchdetectentities",
    "batchdetectsentiment",
    "batchgetitem",
    "batchgetaggregateresourceconfig",
    "converse",
    "invokeModel",
    "invokemodel",
    "simulateprincipalpolicy",
    "transactgetitems",
    "translatetext",
];

/// What takes something back, and which verbs it takes back. An empty list: any other verb.
pub const UNDOING: &[(&str, &[&str])] = &[
    (
        "cancel",
        &[
            "reserve", "book", "create", "schedule", "order", "place", "confirm", "start", "submit",
            "request", "process", "buy", "purchase",
        ],
    ),
    ("release", &["reserve", "allocate", "lock", "hold", "acquire", "book", "claim", "block"]),
    ("refund", &["charge", "pay", "process", "collect", "debit", "capture", "take", "bill"]),
    ("void", &["charge", "authorize", "authorise", "capture", "issue"]),
    (
        "delete",
        &[
            "create",
            "add",
            "put",
            "insert",
            "write",
            "save",
            "store",
            "upload",
            "register",
            "copy",
            "make",
            "provision",
        ],
    ),
    ("remove", &["add", "put", "insert", "attach", "create", "register", "assign", "reserve", "save"]),
    ("deregister", &["register"]),
    ("unregister", &["register"]),
    ("detach", &["attach"]),
    ("disable", &["enable"]),
    ("unlock", &["lock", "acquire"]),
    ("unassign", &["assign"]),
    ("unreserve", &["reserve"]),
    ("unpack", &["pack"]),
    ("unbook", &["book"]),
    ("deallocate", &["allocate"]),
    ("deprovision", &["provision", "create"]),
    ("terminate", &["run", "start", "launch", "create"]),
    ("stop", &["start", "run", "launch"]),
    ("credit", &["debit", "charge"]),
    ("return", &["take", "borrow", "withdraw"]),
    ("restore", &["remove", "delete", "reduce", "decrease", "update", "deduct"]),
    ("restock", &["reserve", "reduce", "decrease", "deduct", "remove"]),
    ("increase", &["decrease", "reduce", "deduct"]),
    ("rollback", &[]),
    ("revert", &[]),
    ("undo", &[]),
    ("compensate", &[]),
    ("reverse", &[]),
];

/// What the actions of services leave behind that nobody takes back, by their first word, and why.
const LEAVES_NOTHING: &[(&[&str], &str)] = &[
    (&["send", "publish", "notify"], "a message that was sent stays sent"),
    (&["start", "submit", "run", "execute", "invoke"], "a job that was started comes to its own end"),
];

/// Words of a name that say nothing about the thing it deals with.
const EMPTY_WORDS: &[&str] = &[
    "a",
    "an",
    "the",
    "of",
    "to",
    "in",
    "on",
    "for",
    "from",
    "by",
    "and",
    "with",
    "function",
    "lambda",
    "fn",
    "func",
    "arn",
    "state",
    "task",
    "step",
    "handler",
    "api",
    "service",
    "activity",
    "process",
    "item",
    "reservation",
    "booking",
    "transaction",
    "request",
    "job",
    "status",
    "data",
    "record",
    "object",
    "table",
];

/// Words by which a task shows that a person answers.
const BY_HAND: &[&str] = &[
    "approval",
    "approve",
    "approver",
    "confirmation",
    "human",
    "manual",
    "manually",
    "review",
    "reviewer",
    "person",
    "operator",
    "signature",
    "email",
];

/// The parameters that name the thing a service's action is about, the most telling first.
pub const TARGETS: &[&str] = &[
    "TableName",
    "QueueUrl",
    "TopicArn",
    "TargetArn",
    "Bucket",
    "StateMachineArn",
    "ApiEndpoint",
    "JobDefinition",
    "TaskDefinition",
    "JobName",
    "ProjectName",
    "ModelId",
    "DatabaseName",
    "ClusterIdentifier",
];

/// How a service is spelt, where capitalising its first letter does not do.
const SERVICES: &[(&str, &str)] = &[
    ("apigateway", "ApiGateway"),
    ("appflow", "AppFlow"),
    ("cloudformation", "CloudFormation"),
    ("codebuild", "CodeBuild"),
    ("dynamodb", "DynamoDB"),
    ("ec2", "EC2"),
    ("ecs", "ECS"),
    ("eks", "EKS"),
    ("elasticmapreduce", "EMR"),
    ("emr-containers", "EMR"),
    ("emr-serverless", "EMR"),
    ("events", "EventBridge"),
    ("eventbridge", "EventBridge"),
    ("http", "Http"),
    ("iam", "IAM"),
    ("kms", "KMS"),
    ("mediaconvert", "MediaConvert"),
    ("rds", "RDS"),
    ("redshiftdata", "RedshiftData"),
    ("s3", "S3"),
    ("sagemaker", "SageMaker"),
    ("ses", "SES"),
    ("sesv2", "SES"),
    ("sfn", "StepFunctions"),
    ("states", "StepFunctions"),
    ("sns", "SNS"),
    ("sqs", "SQS"),
    ("ssm", "SSM"),
    ("secretsmanager", "SecretsManager"),
];

pub fn service_name(id: &str) -> String {
    match SERVICES.iter().find(|(known, _)| known.eq_ignore_ascii_case(id)) {
        Some((_, name)) => (*name).to_owned(),
        None => capitalised(id),
    }
}

pub fn capitalised(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// Whether an operation of this name only looks.
pub fn only_looks(operation: &str) -> bool {
    if LOOKING_ACTIONS.iter().any(|action| action.eq_ignore_ascii_case(operation)) {
        return true;
    }
    let words = words(operation);
    let Some(first) = words.first() else { return false };
    // `DDBGetItem`, `batchGetItem`: the verb stands second.
    let verb = match words.get(1) {
        Some(second) if is_prefix(first) => second,
        _ => first,
    };
    LOOKING.contains(&verb.as_str())
}

fn is_prefix(word: &str) -> bool {
    matches!(word, "batch" | "ddb" | "s3" | "lambda" | "fn" | "dynamodb" | "admin")
}

/// Why there is nothing to undo when a service has done this, if that is so.
pub fn leaves_nothing(action: &str) -> Option<&'static str> {
    let words = words(action);
    let first = words.first()?;
    LEAVES_NOTHING.iter().find(|(verbs, _)| verbs.contains(&first.as_str())).map(|(_, because)| *because)
}

pub fn asks_a_person(name: &str) -> bool {
    words(name).iter().any(|word| BY_HAND.contains(&word.as_str()))
}

/// The verb of a name that takes something back, with the verbs that it takes back.
pub fn undoing_verb(name: &str) -> Option<(String, &'static [&'static str])> {
    let words = words(name);
    let joined = words.windows(2).any(|pair| pair == ["roll", "back"]).then(|| "rollback".to_owned());
    words.into_iter().chain(joined).find_map(|word| {
        UNDOING.iter().find(|(verb, _)| *verb == word).map(|(_, taken_back)| (word.clone(), *taken_back))
    })
}

/// What a name is about: its words without verbs of undoing and without empty ones, in the singular.
pub fn nouns(name: &str) -> Vec<String> {
    let is_telling = |word: &String| {
        word.len() > 1
            && !EMPTY_WORDS.contains(&word.as_str())
            && !UNDOING.iter().any(|(verb, undone)| verb == word || undone.contains(&word.as_str()))
    };
    words(name).into_iter().filter(is_telling).map(|word| singular(&word)).collect()
}

fn singular(word: &str) -> String {
    match word.strip_suffix('s') {
        Some(stem) if stem.len() > 2 && !stem.ends_with('s') => stem.to_owned(),
        _ => word.to_owned(),
    }
}

/// `reserveCarRental`, `Reserve Car-rental` and `RESERVE_CAR_RENTAL` alike, in small letters.
pub fn words(name: &str) -> Vec<String> {
    let letters: Vec<char> = name.chars().collect();
    let mut words = Vec::new();
    let mut word = String::new();
    for (at, &letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| letters[at]);
        let after = letters.get(at + 1);
        let begins = letter.is_uppercase()
            && before.is_some_and(|before| {
                !before.is_uppercase() || after.is_some_and(|after| after.is_lowercase())
            });
        if (begins || !letter.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if letter.is_alphanumeric() {
            word.extend(letter.to_lowercase());
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_a_name() {
        assert_eq!(words("reserveCarRental"), ["reserve", "car", "rental"]);
        assert_eq!(words("DDBGetItem"), ["ddb", "get", "item"]);
        assert_eq!(words("Send e-mail_NOW"), ["send", "e", "mail", "now"]);
    }

    #[test]
    fn looking_is_told_from_acting() {
        assert!(only_looks("getItem") && only_looks("DDBGetItem") && only_looks("batchGetItem"));
        assert!(only_looks("CheckInventory") && only_looks("listObjectsV2"));
        assert!(!only_looks("putItem") && !only_looks("checkout") && !only_looks("ReserveFlight"));
    }

    #[test]
    fn undoing_shares_a_noun() {
        assert_eq!(undoing_verb("cancelRentalFunction").unwrap().0, "cancel");
        assert_eq!(nouns("cancelRentalFunction"), ["rental"]);
        assert_eq!(nouns("reserveCarRentalFunction"), ["car", "rental"]);
        assert!(undoing_verb("Roll back stock").is_some());
        assert!(leaves_nothing("startQueryExecution").is_some() && leaves_nothing("putItem").is_none());
    }
}
