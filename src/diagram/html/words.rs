//! Words for the kinds of things in a picture, for people who click on them.

/// Of a node, by its class.
pub fn node(class: &str) -> &str {
    match class {
        "start" => "start",
        "command" => "command",
        "query" => "query",
        "pivot" => "pivot: behind it nothing is taken back",
        "run" => "runs another workflow",
        "notify" => "notification: nobody relies on it",
        "event" => "event",
        "receive" => "takes an event",
        "waiting" => "waits",
        "timer" => "beside the steps, at any time",
        "decide" => "choice",
        "fork" => "branches begin",
        "join" => "branches are gathered",
        "undo" => "undoing",
        "success" => "success",
        "failure" => "failure",
        "done" => "end of a side line",
        "trouble" => "what may go wrong in several steps",
        "unhandled" => "nobody handles it",
        "service" => "service",
        "external" => "external service",
        "whole" => "stands elsewhere as a whole",
        "remark" | "note" => "note",
        "pivot-note" => "point of no return",
        "verdict" => "what is wrong",
        "feedback" => "coupling that closes a circle",
        "circle" => "coupling on a circle",
        "needed" => "coupling",
        "told" => "notification",
        "diagonal" | "square" | "empty" => "",
        "head" => "service",
        other => other,
    }
}

/// Of an edge, by its class; edges of one word are hidden together.
pub fn edge(class: &str) -> &str {
    match class {
        "next" => "what comes next",
        "trouble-edge" => "failures, outages, limits",
        "aside" => "beside the main line",
        "message" => "events on their way",
        "command-edge" => "commands",
        "query-edge" => "queries",
        "run-edge" => "runs of workflows",
        "hears" => "events that are relied on",
        "notify-edge" => "notifications",
        "call" => "calls",
        "reply" => "replies",
        "refusal" => "refusals",
        "lost" => "outages",
        "event-edge" => "events",
        other => other,
    }
}

/// Of a group, by its class.
pub fn group(class: &str) -> &str {
    match class {
        "workflow" => "workflow",
        "side" => "participant",
        "lane" => "what this service does",
        "part" => "scope",
        "circle" => "services that need each other",
        other => other,
    }
}
