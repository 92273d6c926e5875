//! How each kind of node, edge and group looks: shape and colours, the same in every format.

use super::matrix::Matrix;
use super::sequence::NoteKind;
use super::{About, EdgeKind, GroupKind, NodeKind, Remark};
use crate::finding::Severity;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    Box,
    /// A box with round corners.
    Round,
    /// A box with half circles as its sides.
    Pill,
    /// A box with a second line at its sides.
    Double,
    /// Something that is sent or arrives.
    Hexagon,
    Diamond,
    /// Wide at the bottom, where one line becomes several; and at the top, where they meet.
    Spreading,
    Gathering,
    /// Leaning back.
    Leaning,
    Circle,
    /// A box with a corner bent over.
    Note,
}

/// The colours of a box, on a light page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Colours {
    pub fill: &'static str,
    pub line: &'static str,
    pub text: &'static str,
}

/// A node's look. The colours are dark text on a light ground, which reads on a light page and on a
/// dark one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// A word for the kind, for formats with classes.
    pub class: &'static str,
    pub shape: Shape,
    pub fill: &'static str,
    pub line: &'static str,
    pub text: &'static str,
    pub width: u8,
    pub is_dashed: bool,
}

pub const EVERY_NODE: &[NodeKind] = &[
    NodeKind::Start,
    NodeKind::Command,
    NodeKind::Query,
    NodeKind::Pivot,
    NodeKind::Run,
    NodeKind::Notify,
    NodeKind::Event,
    NodeKind::Receive,
    NodeKind::Wait,
    NodeKind::Timer,
    NodeKind::Decide,
    NodeKind::Fork,
    NodeKind::Join,
    NodeKind::Undo,
    NodeKind::Success,
    NodeKind::Failure,
    NodeKind::Done,
    NodeKind::Trouble,
    NodeKind::Unhandled,
    NodeKind::Service,
    NodeKind::ExternalService,
    NodeKind::Whole,
    NodeKind::Remark,
];

impl Look {
    pub fn colours(&self) -> Colours {
        Colours { fill: self.fill, line: self.line, text: self.text }
    }
}

pub fn node(kind: NodeKind) -> Look {
    let plain = Look {
        class: "",
        shape: Shape::Box,
        fill: "#ffffff",
        line: "#475467",
        text: "#101828",
        width: 1,
        is_dashed: false,
    };
    match kind {
        NodeKind::Start => Look {
            class: "start",
            shape: Shape::Pill,
            fill: "#344054",
            line: "#344054",
            text: "#ffffff",
            ..plain
        },
        NodeKind::Command => Look { class: "command", fill: "#d1e9ff", line: "#1570ef", ..plain },
        NodeKind::Query => {
            Look { class: "query", shape: Shape::Round, fill: "#eff8ff", line: "#1570ef", ..plain }
        }
        NodeKind::Pivot => Look { class: "pivot", fill: "#d1e9ff", line: "#194185", width: 4, ..plain },
        NodeKind::Run => {
            Look { class: "run", shape: Shape::Double, fill: "#d1e9ff", line: "#1570ef", ..plain }
        }
        NodeKind::Notify => {
            Look { class: "notify", shape: Shape::Round, fill: "#f2f4f7", line: "#98a2b3", ..plain }
        }
        NodeKind::Event => {
            Look { class: "event", shape: Shape::Hexagon, fill: "#fef0c7", line: "#ca8504", ..plain }
        }
        NodeKind::Receive => {
            Look { class: "receive", shape: Shape::Hexagon, fill: "#fffaeb", line: "#ca8504", ..plain }
        }
        NodeKind::Wait => {
            Look { class: "waiting", shape: Shape::Pill, fill: "#f4f3ff", line: "#6938ef", ..plain }
        }
        NodeKind::Timer => Look {
            class: "timer",
            shape: Shape::Pill,
            fill: "#f4f3ff",
            line: "#6938ef",
            is_dashed: true,
            ..plain
        },
        NodeKind::Decide => {
            Look { class: "decide", shape: Shape::Diamond, fill: "#fdf2fa", line: "#c11574", ..plain }
        }
        NodeKind::Fork => Look { class: "fork", shape: Shape::Spreading, fill: "#e4e7ec", ..plain },
        NodeKind::Join => Look { class: "join", shape: Shape::Gathering, fill: "#e4e7ec", ..plain },
        NodeKind::Undo => {
            Look { class: "undo", shape: Shape::Leaning, fill: "#ffead5", line: "#c4320a", ..plain }
        }
        NodeKind::Success => {
            Look { class: "success", shape: Shape::Pill, fill: "#a6f4c5", line: "#027a48", width: 2, ..plain }
        }
        NodeKind::Failure => {
            Look { class: "failure", shape: Shape::Pill, fill: "#fecdca", line: "#b42318", width: 2, ..plain }
        }
        NodeKind::Done => {
            Look { class: "done", shape: Shape::Circle, fill: "#f2f4f7", line: "#98a2b3", ..plain }
        }
        NodeKind::Trouble => Look {
            class: "trouble",
            shape: Shape::Round,
            fill: "#fef3f2",
            line: "#b42318",
            is_dashed: true,
            ..plain
        },
        NodeKind::Unhandled => Look {
            class: "unhandled",
            shape: Shape::Pill,
            line: "#b42318",
            width: 2,
            is_dashed: true,
            ..plain
        },
        NodeKind::Service => Look { class: "service", fill: "#d1e9ff", line: "#1570ef", ..plain },
        NodeKind::ExternalService => {
            Look { class: "external", fill: "#f2f4f7", line: "#475467", is_dashed: true, ..plain }
        }
        NodeKind::Whole => {
            Look { class: "whole", shape: Shape::Double, fill: "#ebe9fe", line: "#6938ef", ..plain }
        }
        NodeKind::Remark => {
            Look { class: "remark", shape: Shape::Note, fill: "#fffaeb", line: "#98a2b3", ..plain }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stroke {
    None,
    Solid,
    Dashed,
    Thick,
}

pub struct EdgeLook {
    pub stroke: Stroke,
    /// `None`: the colour of the page's text.
    pub colour: Option<&'static str>,
}

pub fn edge(kind: EdgeKind) -> EdgeLook {
    let (stroke, colour) = match kind {
        EdgeKind::Next => (Stroke::Solid, None),
        EdgeKind::Trouble => (Stroke::Dashed, Some("#d92d20")),
        EdgeKind::Aside => (Stroke::Dashed, Some("#667085")),
        EdgeKind::Message => (Stroke::Dashed, Some("#a15c07")),
        EdgeKind::Command => (Stroke::Thick, Some("#1570ef")),
        EdgeKind::Query => (Stroke::Solid, Some("#1570ef")),
        EdgeKind::Run => (Stroke::Thick, Some("#6938ef")),
        EdgeKind::Hears => (Stroke::Solid, Some("#a15c07")),
        EdgeKind::Notify => (Stroke::Dashed, Some("#667085")),
        EdgeKind::Unseen => (Stroke::None, None),
    };
    EdgeLook { stroke, colour }
}

/// The colour of what lies on a circle of services.
pub const CIRCLE: &str = "#d92d20";

/// The colour of what was found, by how bad it is.
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "#d92d20",
        Severity::Warning => "#dc6803",
        Severity::Info => "#1570ef",
    }
}

/// The border of a node, in the colour of the worst that was found at it, and how thick it is.
pub fn border(about: &About, look: &Look, remarks: &[Remark]) -> (&'static str, u8) {
    match about.remarks.iter().filter_map(|at| remarks.get(*at)).map(|it| it.severity).max() {
        Some(worst) => (severity(worst), look.width.max(4)),
        None if about.is_circular || about.is_witness => (CIRCLE, look.width.max(2)),
        None => (look.line, look.width),
    }
}

/// Whether something was found at an edge, or it lies on a circle.
pub fn stands_out(about: &About) -> bool {
    about.is_circular || about.is_witness || !about.remarks.is_empty()
}

/// A word for the kind of an edge, for formats with classes.
pub fn edge_class(kind: EdgeKind) -> &'static str {
    match kind {
        EdgeKind::Next => "next",
        EdgeKind::Trouble => "trouble-edge",
        EdgeKind::Aside => "aside",
        EdgeKind::Message => "message",
        EdgeKind::Command => "command-edge",
        EdgeKind::Query => "query-edge",
        EdgeKind::Run => "run-edge",
        EdgeKind::Hears => "hears",
        EdgeKind::Notify => "notify-edge",
        EdgeKind::Unseen => "unseen",
    }
}

/// A word for the kind of a group.
pub fn group_class(kind: GroupKind) -> &'static str {
    match kind {
        GroupKind::Workflow => "workflow",
        GroupKind::Participant => "side",
        GroupKind::Lane => "lane",
        GroupKind::Part => "part",
    }
}

/// The same by its word.
pub fn group_of_class(class: &str) -> (&'static str, &'static str) {
    match class {
        "workflow" => group(GroupKind::Workflow),
        "side" => group(GroupKind::Participant),
        "lane" => group(GroupKind::Lane),
        "circle" => ("#d92d2014", CIRCLE),
        _ => group(GroupKind::Part),
    }
}

/// Fill and line of a group: the page shows through, be it light or dark.
pub fn group(kind: GroupKind) -> (&'static str, &'static str) {
    match kind {
        GroupKind::Workflow => ("#98a2b300", "#98a2b3"),
        GroupKind::Participant => ("#98a2b31f", "#98a2b3"),
        GroupKind::Lane => ("#98a2b312", "#98a2b3"),
        GroupKind::Part => ("#98a2b314", "#98a2b3"),
    }
}

/// How the cell of a matrix looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CellLook {
    pub class: &'static str,
    pub colours: Colours,
}

/// A cell stands out where a circle closes: below the diagonal somebody early is needed by somebody late.
pub fn cell(matrix: &Matrix, row: usize, column: usize) -> CellLook {
    let cell = matrix.cells.get(&(row, column));
    let class = match cell {
        None if row == column => "diagonal",
        None if matrix.is_on_circle(row, column) => "square",
        None => "empty",
        Some(cell) if cell.is_notification() => "told",
        Some(_) if matrix.is_on_circle(row, column) && row > column => "feedback",
        Some(_) if matrix.is_on_circle(row, column) => "circle",
        Some(_) => "needed",
    };
    CellLook { class, colours: cell_colours(class) }
}

pub fn cell_colours(class: &str) -> Colours {
    let of = |fill, line, text| Colours { fill, line, text };
    match class {
        "diagonal" => of("#98a2b3", "#98a2b3", "#101828"),
        "square" => of("#fef3f2", "#fda29b", "#101828"),
        "told" => of("#f2f4f7", "#98a2b3", "#475467"),
        "feedback" => of("#fda29b", "#b42318", "#101828"),
        "circle" => of("#fee4e2", "#b42318", "#101828"),
        "needed" => of("#d1e9ff", "#1570ef", "#101828"),
        _ => of("#ffffff", "#e4e7ec", "#101828"),
    }
}

/// How a note beside a run looks.
pub fn note(kind: NoteKind) -> Colours {
    let of = |fill, line| Colours { fill, line, text: "#101828" };
    match kind {
        NoteKind::Plain => of("#fffaeb", "#dc9b04"),
        NoteKind::Pivot => of("#d1e0ff", "#194185"),
        NoteKind::Verdict => of("#fecdca", "#b42318"),
    }
}

/// Whether lines of a class are only there to lead the eye.
pub fn is_ruling(class: &str) -> bool {
    matches!(class, "life" | "grid")
}
