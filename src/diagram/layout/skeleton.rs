//! The graph that is laid out: nodes with their thickness, edges that all point along, joints where an
//! edge passes a layer, and groups as a tree.

use super::super::{Diagram, Direction, EdgeKind, GroupKind};
use super::{Size, Sizes, Spacing};

/// One thing in one layer.
#[derive(Clone, Debug)]
pub struct Cell {
    pub kind: CellKind,
    pub group: Option<usize>,
    pub rank: usize,
    /// How much room it takes across its layer, and along.
    pub across: f64,
    pub along: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CellKind {
    /// A node of the diagram: the cells begin with these.
    Node,
    /// Where an edge passes a layer.
    Joint,
    /// Where an edge passes a layer, with its label.
    Label,
    /// Keeps a frame open in a layer in which it has nothing.
    Filler,
}

/// An edge of the diagram, turned so that it points along.
#[derive(Clone, Debug)]
pub struct Line {
    /// Which edge of the diagram.
    pub edge: usize,
    pub from: usize,
    pub to: usize,
    pub is_turned: bool,
    /// Whether its label belongs to where it begins.
    pub is_about_its_start: bool,
    /// How many layers lie between its ends at least.
    pub length: usize,
    /// How much it wants to be short and straight.
    pub weight: f64,
    /// From end to end, over the joints; filled when the edge is cut.
    pub cells: Vec<usize>,
}

#[derive(Clone, Debug)]
pub struct Frame {
    pub parent: Option<usize>,
    pub depth: usize,
    /// The first and the last layer of what is in it; nothing where it is empty.
    pub ranks: Option<(usize, usize)>,
    /// What its title needs, across and along.
    pub title: Size,
    /// Whether lines enter it from above, where the title stands.
    pub is_entered: bool,
    /// Whether it reaches as far as those beside it, and keeps its place among them.
    pub is_lane: bool,
}

impl Frame {
    /// How wide it is at least: beside a line that enters in the middle its title has room on either side.
    pub fn least(&self, spacing: &Spacing) -> f64 {
        let titles = if self.is_entered { 2.0 } else { 1.0 };
        titles * self.title.width + 2.0 * spacing.padding.width
    }
}

pub struct Skeleton {
    pub cells: Vec<Cell>,
    pub lines: Vec<Line>,
    pub frames: Vec<Frame>,
    pub n_nodes: usize,
    pub n_ranks: usize,
    pub direction: Direction,
    pub spacing: Spacing,
}

impl Skeleton {
    pub fn new(diagram: &Diagram, sizes: &Sizes) -> Skeleton {
        let turned = |size: Size| match diagram.direction {
            Direction::Down => size,
            Direction::Right | Direction::Rows => Size { width: size.height, height: size.width },
        };
        let cells = diagram.nodes.iter().zip(&sizes.nodes).map(|(node, size)| {
            let size = turned(*size);
            let (across, along) = (size.width, size.height);
            Cell { kind: CellKind::Node, group: node.group, rank: 0, across, along }
        });
        let mut frames: Vec<Frame> = Vec::new();
        for (group, title) in diagram.groups.iter().zip(&sizes.titles) {
            let depth = group.parent.map_or(0, |parent| frames[parent].depth + 1);
            frames.push(Frame {
                parent: group.parent,
                depth,
                ranks: None,
                title: turned(*title),
                is_entered: false,
                is_lane: group.kind == GroupKind::Lane,
            });
        }
        let lines =
            diagram.edges.iter().enumerate().filter(|(_, it)| it.from != it.to).map(|(at, it)| Line {
                edge: at,
                from: it.from,
                to: it.to,
                is_turned: false,
                is_about_its_start: it.kind == EdgeKind::Trouble,
                length: if it.lines.is_empty() { 1 } else { 2 },
                weight: match it.kind {
                    EdgeKind::Next => 8.0,
                    EdgeKind::Command | EdgeKind::Query | EdgeKind::Run | EdgeKind::Hears => 2.0,
                    EdgeKind::Trouble | EdgeKind::Message => 1.0,
                    EdgeKind::Aside | EdgeKind::Notify | EdgeKind::Unseen => 0.5,
                },
                cells: Vec::new(),
            });
        Skeleton {
            cells: cells.collect(),
            lines: lines.collect(),
            frames,
            n_nodes: diagram.nodes.len(),
            n_ranks: 0,
            direction: diagram.direction,
            spacing: sizes.spacing,
        }
    }

    /// The groups around a cell, the innermost first.
    pub fn around(&self, group: Option<usize>) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(group, |at| self.frames[*at].parent)
    }

    /// The innermost group that holds both.
    pub fn common(&self, a: Option<usize>, b: Option<usize>) -> Option<usize> {
        self.around(a).find(|group| self.around(b).any(|other| other == *group))
    }

    /// In which group a line from `from` to `to` passes a layer: where one end stands in a group around
    /// the other, in the inner group as far as that reaches; else between the two.
    pub fn group_of_joint(&self, from: usize, to: usize, rank: usize) -> Option<usize> {
        let (start, end) = (self.cells[from].group, self.cells[to].group);
        let common = self.common(start, end);
        let reaches =
            |frame: &usize| self.frames[*frame].ranks.is_some_and(|(low, high)| (low..=high).contains(&rank));
        let inner = |group| self.around(group).take_while(|it| Some(*it) != common).find(reaches);
        if let Some(lane) = self.lane_of_joint(start, end, common) {
            return Some(lane);
        }
        match (common == end, common == start) {
            (true, false) => inner(start).or(common),
            (false, true) => inner(end).or(common),
            _ => common,
        }
    }

    /// From one lane to another a line runs in the one that does not conduct: there is more room.
    fn lane_of_joint(
        &self,
        start: Option<usize>,
        end: Option<usize>,
        common: Option<usize>,
    ) -> Option<usize> {
        let lane = |group| self.around(group).find(|it| self.frames[*it].is_lane);
        let (start, end) = (lane(start)?, lane(end)?);
        if start == end || self.frames[start].parent != common || self.frames[end].parent != common {
            return None;
        }
        // Lanes stand in their order, the one that conducts first.
        let is_first = !self.frames[..start].iter().any(|it| it.is_lane && it.parent == common);
        Some(if is_first { end } else { start })
    }

    /// Notes how far each frame reaches, and which are entered from above.
    pub fn measure_frames(&mut self) {
        for at in 0..self.cells.len() {
            let (rank, group) = (self.cells[at].rank, self.cells[at].group);
            let around: Vec<usize> = self.around(group).collect();
            for frame in around {
                let ranks = &mut self.frames[frame].ranks;
                *ranks = Some(ranks.map_or((rank, rank), |(low, high)| (low.min(rank), high.max(rank))));
            }
        }
        if self.direction == Direction::Down {
            for line in &self.lines {
                let above: Vec<usize> = self.around(self.cells[line.from].group).collect();
                let below: Vec<usize> = self.around(self.cells[line.to].group).collect();
                let entered = below.into_iter().filter(|it| !above.contains(it));
                entered.for_each(|it| self.frames[it].is_entered = true);
            }
        }
        for at in 0..self.frames.len() {
            if !self.frames[at].is_lane {
                continue;
            }
            let beside = self.frames.iter().filter(|it| it.is_lane && it.parent == self.frames[at].parent);
            let ranks = beside.filter_map(|it| it.ranks);
            let all = ranks.reduce(|a, b| (a.0.min(b.0), a.1.max(b.1)));
            self.frames[at].ranks = self.frames[at].ranks.and(all);
        }
    }

    /// Keeps each frame open in the layers in which it has nothing.
    pub fn fill_frames(&mut self) {
        let mut is_there = vec![vec![false; self.n_ranks]; self.frames.len()];
        for cell in &self.cells {
            if let Some(group) = cell.group {
                for frame in self.around(Some(group)) {
                    is_there[frame][cell.rank] = true;
                }
            }
        }
        // Inner frames first: what is put into one also fills those around it.
        let mut frames: Vec<usize> = (0..self.frames.len()).collect();
        frames.sort_by_key(|at| std::cmp::Reverse(self.frames[*at].depth));
        for frame in frames {
            let Some((low, high)) = self.frames[frame].ranks else { continue };
            let missing: Vec<usize> = (low..=high).filter(|rank| !is_there[frame][*rank]).collect();
            for rank in missing {
                self.cells.push(Cell {
                    kind: CellKind::Filler,
                    group: Some(frame),
                    rank,
                    across: 0.0,
                    along: 0.0,
                });
                for outer in std::iter::successors(Some(frame), |at| self.frames[*at].parent) {
                    is_there[outer][rank] = true;
                }
            }
        }
    }
}
