//! Which style fits a process, by five questions: how the parts communicate, how complex the prerequisites
//! are, how far it must be undone, how likely change is, and whether one service answers for all of it.
//! `docs/advise.md` says where the questions and the thresholds come from.

mod cost;
mod facts;
mod segments;
mod verdict;
mod vote;

pub use cost::{Cost, SideBySide, Undo, side_by_side};
pub use facts::{Answers, Change, Facts, Sources, facts};
pub use segments::{Segment, segments};
pub use verdict::{Judged, Judgement, Part, Shape, Verdict, judge, of_sum};
pub use vote::{Question, Thresholds, Vote, Votes, votes};
