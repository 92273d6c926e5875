//! Diagrams for people: nodes, edges and groups without coordinates, and a printer for each format.

mod about;
mod compensation;
mod d2;
mod dot;
mod drawing;
mod events;
mod expression;
mod flow;
pub mod html;
mod ids;
mod json;
mod label;
pub mod large;
mod layout;
mod look;
mod marks;
pub mod matrix;
mod measure;
mod mermaid;
mod plantuml;
#[cfg(feature = "png")]
pub mod png;
mod said;
pub mod scene;
pub mod sequence;
mod services;
mod svg;
mod terminal;
mod undone;

pub use about::About;
pub use d2::d2;
pub use dot::dot;
pub use drawing::{Body, Drawing, Remark};
pub use json::json;
pub use layout::{Frame, Point, Size};
pub use marks::{Marks, mark};
pub use mermaid::mermaid;
pub use mermaid::sequence::mermaid_sequence;
pub use plantuml::plantuml;
pub use scene::{Scene, scene};
pub use svg::{Theme, svg};
pub use terminal::terminal;

use crate::graph::{NodeId, StepGraph};
use crate::model::{Model, WorkflowId};
use crate::source::Span;

/// What a diagram shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// The steps of workflows.
    Flow,
    /// The services and what connects them.
    Services,
    /// One run, and what passes between the services in it.
    Sequence,
    /// Who publishes what, and who does something about it.
    Events,
    /// What is undone, in which order, and from where.
    Compensation,
    /// Services by services, with the kinds of coupling.
    Matrix,
}

impl View {
    pub const ALL: [View; 6] =
        [View::Flow, View::Services, View::Sequence, View::Events, View::Compensation, View::Matrix];

    pub fn name(self) -> &'static str {
        match self {
            View::Flow => "flow",
            View::Services => "services",
            View::Sequence => "sequence",
            View::Events => "events",
            View::Compensation => "compensation",
            View::Matrix => "matrix",
        }
    }
}

/// What is drawn: a system, or some of its workflows.
pub struct Subject<'a> {
    pub model: &'a Model,
    pub graph: &'a StepGraph,
    /// The text that a span covers, for the few things that the model keeps as text only.
    pub text: &'a dyn Fn(Span) -> String,
    /// Which workflows, in the order in which they are drawn.
    pub workflows: Vec<WorkflowId>,
    pub lanes: Lanes,
}

/// Whether each step of a conducted workflow stands in the lane of the service that does it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lanes {
    #[default]
    No,
    /// Where there is one workflow, with few services and no scopes of its own.
    WhereTheyHelp,
    Always,
}

/// A picture that somebody else lays out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagram {
    pub direction: Direction,
    pub groups: Vec<Group>,
    pub nodes: Vec<Node>,
    pub edges: Vec<Edge>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Direction {
    /// For what happens one after the other.
    #[default]
    Down,
    /// For edges that say much: their labels then stand below each other.
    Right,
    /// To the right, and on in the next row when one gets long; down in languages that know no rows.
    Rows,
}

/// A frame around nodes, inside of its parent's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    pub id: String,
    pub kind: GroupKind,
    pub title: String,
    /// The position of a group before this one.
    pub parent: Option<usize>,
    pub about: About,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GroupKind {
    Workflow,
    Participant,
    /// What one service does for a conducted workflow: from the top of it to the bottom, beside the others.
    Lane,
    /// A named scope, or what happens after the end.
    Part,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Letters, digits and `_`, unique in its diagram, and no word of any format.
    pub id: String,
    pub kind: NodeKind,
    /// The name that stands out, line by line; empty where there is none.
    pub title: Vec<String>,
    /// What it says beside its name: never empty together, and without control characters.
    pub lines: Vec<String>,
    pub group: Option<usize>,
    /// The node of the step graph it stands for.
    pub stands_for: Option<NodeId>,
    pub about: About,
}

/// What a node is; the look follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NodeKind {
    Start,
    Command,
    Query,
    /// The step behind which nothing is taken back.
    Pivot,
    Run,
    Notify,
    /// An event on its way: published, or coming from outside.
    Event,
    /// Somebody takes events.
    Receive,
    /// Time, or events, are waited for.
    Wait,
    /// Something that can happen at any time: a limit, a reminder, a watch.
    Timer,
    Decide,
    Fork,
    Join,
    Undo,
    Success,
    Failure,
    /// A side line is over.
    Done,
    /// What went wrong, where that can be in many steps.
    Trouble,
    /// An end that nobody wrote.
    Unhandled,
    Service,
    ExternalService,
    /// A workflow as a whole, or a part of a picture that stands elsewhere.
    Whole,
    /// What is said beside the picture.
    Remark,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Positions of nodes.
    pub from: usize,
    pub to: usize,
    pub kind: EdgeKind,
    /// No line where it says nothing.
    pub lines: Vec<String>,
    pub about: About,
}

/// What an edge is; the look follows from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EdgeKind {
    Next,
    /// A failure, an outage, a limit.
    Trouble,
    /// Beside the main line: a reminder, a skipped branch.
    Aside,
    /// An event.
    Message,
    Command,
    Query,
    Run,
    /// An event that something relies on.
    Hears,
    /// Something nobody relies on.
    Notify,
    /// Not seen: keeps what can happen at any time near the place from which on it can.
    Unseen,
}

/// Draws `view` of a system. A run is told by whoever has looked for it, so that a sequence is empty here.
pub fn draw(subject: &Subject, view: View) -> Body {
    match view {
        View::Flow => Body::Graph(flow::draw(subject)),
        View::Services => Body::Graph(services::draw(subject)),
        View::Events => Body::Graph(events::draw(subject)),
        View::Compensation => Body::Graph(compensation::draw(subject)),
        View::Matrix => Body::Table(matrix::draw(subject)),
        View::Sequence => Body::Run(sequence::Sequence::default()),
    }
}

impl Body {
    /// Puts another body of the same view beside this one. Runs do not stand beside each other.
    pub fn put_beside(&mut self, other: Body) {
        match (self, other) {
            (Body::Graph(own), Body::Graph(other)) => own.put_beside(other),
            (Body::Table(own), Body::Table(other)) => own.put_beside(other),
            (own, other) => *own = other,
        }
    }
}

impl Diagram {
    /// Puts another diagram of the same view beside this one.
    pub fn put_beside(&mut self, other: Diagram) {
        self.direction = other.direction;
        let (groups, nodes) = (self.groups.len(), self.nodes.len());
        let mut ids = ids::Ids::default();
        self.groups.iter().map(|it| &it.id).chain(self.nodes.iter().map(|it| &it.id)).for_each(|id| {
            ids.unique(id.clone());
        });
        self.groups.extend(other.groups.into_iter().map(|it| Group {
            id: ids.unique(it.id),
            parent: it.parent.map(|at| at + groups),
            ..it
        }));
        self.nodes.extend(other.nodes.into_iter().map(|it| Node {
            id: ids.unique(it.id),
            group: it.group.map(|at| at + groups),
            ..it
        }));
        let moved = |it: Edge| Edge { from: it.from + nodes, to: it.to + nodes, ..it };
        self.edges.extend(other.edges.into_iter().map(moved));
    }
}
