//! Services by services: who needs whom, by which kinds of coupling. A row needs its columns. Services
//! that need each other stand together, so that circles are squares on the diagonal; between squares
//! everything needed stands to the right, so that only circles reach below the diagonal.

mod order;

use super::services::{couplings, service_about};
use super::{About, EdgeKind, Subject};
use crate::model::{Id, ServiceId};
use order::Order;
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Matrix {
    /// The heads of rows, and of columns.
    pub services: Vec<Head>,
    /// By row and column.
    pub cells: BTreeMap<(usize, usize), Cell>,
    /// Services that need each other: the first, and the last.
    pub circles: Vec<(usize, usize)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub id: String,
    pub name: String,
    /// How many services it needs, and how many need it.
    pub n_needed: usize,
    pub n_needing: usize,
    pub about: About,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Each once, in the order of their kinds, with how many things are needed so.
    pub kinds: Vec<(EdgeKind, usize)>,
    /// Whether the one cannot go on while the other is down.
    pub is_temporal: bool,
    pub about: About,
}

/// A letter for a kind of coupling.
pub fn letter(kind: EdgeKind) -> char {
    match kind {
        EdgeKind::Command => 'C',
        EdgeKind::Query => 'Q',
        EdgeKind::Run => 'R',
        EdgeKind::Hears => 'E',
        _ => 'n',
    }
}

/// What the letters mean.
pub const LEGEND: &str =
    "a row needs its columns: C command, Q query, R run, E event, n notification; ! waits on the line";

impl Cell {
    /// Whether nobody relies on anything in it.
    pub fn is_notification(&self) -> bool {
        self.kinds.iter().all(|(kind, _)| *kind == EdgeKind::Notify)
    }

    /// `C2 E!`
    pub fn text(&self) -> String {
        let kind = |(kind, n): &(EdgeKind, usize)| match n {
            1 => letter(*kind).to_string(),
            n => format!("{}{n}", letter(*kind)),
        };
        let kinds: Vec<String> = self.kinds.iter().map(kind).collect();
        kinds.join(" ") + if self.is_temporal { "!" } else { "" }
    }
}

impl Matrix {
    /// Adds the services of another system, which has nothing to do with this one.
    pub fn put_beside(&mut self, other: Matrix) {
        let by = self.services.len();
        let mut ids = super::ids::Ids::default();
        self.services.iter().for_each(|head| drop(ids.unique(head.id.clone())));
        self.services.extend(other.services.into_iter().map(|it| Head { id: ids.unique(it.id), ..it }));
        let moved = other.cells.into_iter().map(|((row, column), cell)| ((row + by, column + by), cell));
        self.cells.extend(moved);
        self.circles.extend(other.circles.into_iter().map(|(first, last)| (first + by, last + by)));
    }

    /// Only these services, in the order in which they stand.
    pub fn only(&self, services: &BTreeSet<usize>) -> Matrix {
        let place = |at: &usize| services.iter().position(|it| it == at);
        let cells = self
            .cells
            .iter()
            .filter_map(|((row, column), cell)| Some(((place(row)?, place(column)?), cell.clone())));
        let circles = self.circles.iter().filter_map(|(first, last)| {
            let mut inside = services.iter().filter(|it| (*first..=*last).contains(*it)).filter_map(place);
            let low = inside.next()?;
            inside.next_back().map(|high| (low, high))
        });
        Matrix {
            services: services.iter().filter_map(|at| self.services.get(*at).cloned()).collect(),
            cells: cells.collect(),
            circles: circles.collect(),
        }
    }

    /// Whether two services lie on one circle.
    pub fn is_on_circle(&self, row: usize, column: usize) -> bool {
        self.circles
            .iter()
            .any(|(first, last)| (*first..=*last).contains(&row) && (*first..=*last).contains(&column))
    }
}

pub fn draw(subject: &Subject) -> Matrix {
    let couplings = couplings(subject);
    let is_whole = subject.workflows.len() == subject.model.workflows.len();
    let is_coupled = |id: ServiceId| couplings.keys().any(|(from, to, _)| *from == id || *to == id);
    let services: Vec<ServiceId> =
        subject.model.services.ids().filter(|id| is_whole || is_coupled(*id)).collect();
    let place = |id: ServiceId| services.iter().position(|other| *other == id);
    // What nobody relies on makes nobody depend on anybody.
    let needs: Vec<(usize, usize)> = couplings
        .keys()
        .filter(|(.., kind)| *kind != EdgeKind::Notify)
        .filter_map(|(from, to, _)| place(*from).zip(place(*to)))
        .collect();
    let Order { sequence, circles } = order::order(services.len(), &needs);
    let mut position = vec![0; services.len()];
    sequence.iter().enumerate().for_each(|(at, service)| position[*service] = at);
    let mut cells: BTreeMap<(usize, usize), Cell> = BTreeMap::new();
    for ((from, to, kind), coupling) in &couplings {
        let (Some(from), Some(to)) = (place(*from), place(*to)) else { continue };
        let cell = cells.entry((position[from], position[to])).or_default();
        cell.kinds.push((*kind, coupling.n_names()));
        cell.is_temporal |= coupling.is_temporal;
        cell.about.spans.extend(&coupling.spans);
    }
    let counts = |service: usize, own: fn(&(usize, usize)) -> usize, other: fn(&(usize, usize)) -> usize| {
        let mut others: Vec<usize> = needs.iter().filter(|it| own(it) == service).map(other).collect();
        others.sort_unstable();
        others.dedup();
        others.len()
    };
    let mut ids = super::ids::Ids::default();
    let heads = sequence.iter().map(|&at| {
        let service = &subject.model.services[services[at]];
        Head {
            id: ids.of("service", &service.name.text),
            name: super::label::wrapped(&service.name.text, usize::MAX).join(" "),
            n_needed: counts(at, |it| it.0, |it| it.1),
            n_needing: counts(at, |it| it.1, |it| it.0),
            about: service_about(subject.model, services[at]),
        }
    });
    debug_assert!(services.iter().all(|id| id.index() < subject.model.services.len()));
    Matrix { services: heads.collect(), cells, circles }
}
