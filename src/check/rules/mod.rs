//! The rules, one a file. The order here is the order of the manual.

use super::Context;
use crate::finding::{Finding, Rule};

type Find = fn(&Context) -> Vec<Finding>;

pub(super) const ALL: &[(&Rule, Find)] = &[];
