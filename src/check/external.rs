//! Calls that wait on the line for a service which nobody here can mend.

use super::Context;
use crate::graph::{Act, NodeId, NodeKind};
use crate::model::WorkflowId;
use std::collections::BTreeMap;

/// Such calls, by workflow. Imported files are left out: their formats call nothing but services of
/// others, and cannot say how these are met.
pub fn external_calls<'g>(cx: &Context<'g>) -> BTreeMap<WorkflowId, Vec<(NodeId, &'g Act)>> {
    let mut found: BTreeMap<WorkflowId, Vec<(NodeId, &Act)>> = BTreeMap::new();
    for (id, node) in cx.graph.nodes().filter(|(id, _)| cx.occurring.contains(*id)) {
        let (NodeKind::Act(act), Some(workflow)) = (&node.kind, node.workflow) else { continue };
        let is_external = cx.model.services[act.service].external.is_some();
        if is_external && act.is_remote && act.on_the_line && !cx.is_imported(node.span) {
            found.entry(workflow).or_default().push((id, act));
        }
    }
    found
}
