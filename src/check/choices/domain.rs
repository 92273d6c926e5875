//! What conditions look at, and the cells that each of these falls into.

use super::linear::Form;
use super::ratio::Ratio;
use crate::model::{Expr, ExprKind, Id, Model, Name};
use std::collections::BTreeSet;

/// Something that is read, with the words for it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Path {
    key: String,
    pub words: String,
}

impl Path {
    /// `None` for what is no plain path.
    pub fn new(model: &Model, expr: &Expr) -> Option<Path> {
        let (key, head, fields) = match &expr.kind {
            ExprKind::Value { value, fields } => {
                (format!("value {}", value.index()), model.values[*value].name.text.to_string(), fields)
            }
            ExprKind::Event { event, fields } => {
                (format!("event {}", event.index()), model.event_name(*event), fields)
            }
            ExprKind::Failure { name, fields } => (format!("failure {name}"), name.to_string(), fields),
            _ => return None,
        };
        let joined = |start: String, fields: &[Name]| {
            fields.iter().fold(start, |text, field| format!("{text}.{}", field.text))
        };
        Some(Path { key: joined(key, fields), words: joined(head, fields) })
    }

    pub fn counted(self) -> Path {
        Path { key: format!("{}.count", self.key), words: format!("{}.count", self.words) }
    }
}

/// The cell of each domain, in their order.
pub type Point = Vec<usize>;

/// One thing that conditions look at.
#[derive(Debug)]
pub enum Domain {
    /// One of these; with `may_lack` the last of them is that it is not there.
    Members {
        path: Path,
        names: Vec<String>,
        may_lack: bool,
    },
    Number {
        form: Form,
        bounds: BTreeSet<Ratio>,
        cells: Vec<Ratio>,
    },
}

/// What is not there.
const LACKING: &str = "none";

#[derive(Debug, Default)]
pub struct Domains {
    all: Vec<Domain>,
}

impl Domains {
    /// The domain of something that is one of `names`; `None` where it was taken for something else.
    pub fn members(&mut self, path: Path, names: Vec<String>, lacks: bool) -> Option<usize> {
        let found = self.all.iter_mut().position(|domain| match domain {
            Domain::Members { path: known, .. } => *known == path,
            Domain::Number { .. } => false,
        });
        let Some(index) = found else {
            self.all.push(Domain::Members { path, names, may_lack: lacks });
            return Some(self.all.len() - 1);
        };
        match &mut self.all[index] {
            Domain::Members { names: known, may_lack, .. } if *known == names => {
                *may_lack |= lacks;
                Some(index)
            }
            _ => None,
        }
    }

    /// Whether it may be that it is not there.
    pub fn may_lack(&self, index: usize) -> bool {
        matches!(self.all[index], Domain::Members { may_lack: true, .. })
    }

    /// The domain of a number, with one more bound.
    pub fn number(&mut self, form: Form, bound: Ratio) -> usize {
        for (index, domain) in self.all.iter_mut().enumerate() {
            if let Domain::Number { form: known, bounds, .. } = domain
                && *known == form
            {
                bounds.insert(bound);
                return index;
            }
        }
        self.all.push(Domain::Number { form, bounds: BTreeSet::from([bound]), cells: Vec::new() });
        self.all.len() - 1
    }

    /// Lays out the cells and gives the number of their combinations; `None` where two domains are not
    /// independent of each other.
    pub fn settle(&mut self) -> Option<usize> {
        let mut seen: BTreeSet<&Path> = BTreeSet::new();
        for domain in &self.all {
            let independent = match domain {
                Domain::Members { path, .. } => seen.insert(path),
                Domain::Number { form, .. } => form.parts.keys().all(|unknown| seen.insert(&unknown.path)),
            };
            if !independent {
                return None;
            }
        }
        let mut cases = 1usize;
        for domain in &mut self.all {
            if let Domain::Number { form, bounds, cells } = domain {
                *cells = cells_of(form, bounds)?;
            }
            cases = cases.checked_mul(domain.size())?;
        }
        Some(cases)
    }

    /// Every combination of cells.
    pub fn cases(&self) -> impl Iterator<Item = Point> {
        let sizes: Vec<usize> = self.all.iter().map(Domain::size).collect();
        let mut next = (!sizes.contains(&0)).then(|| vec![0; sizes.len()]);
        std::iter::from_fn(move || {
            let current = next.clone()?;
            next = following(current.clone(), &sizes);
            Some(current)
        })
    }

    pub fn member<'d>(&'d self, index: usize, point: &Point) -> Option<&'d str> {
        match &self.all[index] {
            Domain::Members { names, .. } => Some(names.get(point[index]).map_or(LACKING, String::as_str)),
            Domain::Number { .. } => None,
        }
    }

    pub fn value(&self, index: usize, point: &Point) -> Option<Ratio> {
        match &self.all[index] {
            Domain::Number { cells, .. } => cells.get(point[index]).copied(),
            Domain::Members { .. } => None,
        }
    }

    /// "`risk` is `Medium` and `total` is more than 10"
    pub fn words(&self, point: &Point) -> String {
        let words = self.all.iter().enumerate().map(|(index, domain)| match domain {
            Domain::Members { path, .. } => {
                let member = self.member(index, point).unwrap_or(LACKING);
                format!("`{}` is `{member}`", path.words)
            }
            Domain::Number { form, bounds, cells } => {
                let value = cells[point[index]];
                let below = bounds.range(..value).next_back().filter(|_| !bounds.contains(&value));
                let above = bounds.range(value..).next().filter(|_| !bounds.contains(&value));
                let is_whole = form.is_whole() == Some(true);
                let words = match (below, above) {
                    (Some(below), None) => format!("more than {}", below.words()),
                    (None, Some(above)) => format!("less than {}", above.words()),
                    (Some(below), Some(above)) if !is_whole => {
                        format!("between {} and {}", below.words(), above.words())
                    }
                    _ => value.words(),
                };
                format!("`{}` is {words}", form.words())
            }
        });
        words.collect::<Vec<_>>().join(" and ")
    }
}

impl Domain {
    fn size(&self) -> usize {
        match self {
            Domain::Members { names, may_lack, .. } => names.len() + usize::from(*may_lack),
            Domain::Number { cells, .. } => cells.len(),
        }
    }
}

/// The combination after this one.
fn following(mut point: Point, sizes: &[usize]) -> Option<Point> {
    for (at, size) in sizes.iter().enumerate() {
        point[at] += 1;
        if point[at] < *size {
            return Some(point);
        }
        point[at] = 0;
    }
    None
}

/// One number of each cell: below all bounds, on each, between two, above all.
fn cells_of(form: &Form, bounds: &BTreeSet<Ratio>) -> Option<Vec<Ratio>> {
    let mut cells = match form.is_whole()? {
        true => whole_cells(bounds)?,
        false => dense_cells(bounds)?,
    };
    if form.parts.keys().any(|unknown| unknown.is_count) {
        // How low a sum of several can be is not worked out.
        form.alone()?;
        cells.insert(Ratio::ZERO);
        cells.retain(|cell| *cell >= Ratio::ZERO);
    }
    Some(cells.into_iter().collect())
}

fn dense_cells(bounds: &BTreeSet<Ratio>) -> Option<BTreeSet<Ratio>> {
    let mut cells = BTreeSet::new();
    let mut before: Option<Ratio> = None;
    for bound in bounds {
        let nearest = match before {
            Some(before) => before.halfway_to(*bound)?,
            None => bound.plus(Ratio::whole(-1))?,
        };
        cells.extend([nearest, *bound]);
        before = Some(*bound);
    }
    cells.insert(before?.plus(Ratio::ONE)?);
    Some(cells)
}

/// Where there is a whole number between two bounds, the first behind the lower one is one.
fn whole_cells(bounds: &BTreeSet<Ratio>) -> Option<BTreeSet<Ratio>> {
    let mut cells = BTreeSet::new();
    for bound in bounds {
        let floor = bound.floor();
        cells.extend([floor.plus(Ratio::whole(-1))?, floor, floor.plus(Ratio::ONE)?]);
    }
    Some(cells)
}
