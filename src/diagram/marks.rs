//! Findings on a picture: each gets a number, which stands at what it is about and below the picture.

use super::{About, Body, Drawing, EdgeKind, GroupKind, Remark};
use crate::finding::Finding;
use crate::source::Span;

/// Whether only where a finding stands is marked, or also what proves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Marks {
    Places,
    PlacesAndWitness,
}

/// Marks the findings that are about something in the drawing, in their order, and remarks them; the others
/// are left out. `place` tells where a span is, for people.
pub fn mark(drawing: &mut Drawing, findings: &[Finding], marks: Marks, place: &dyn Fn(Span) -> String) {
    for finding in findings {
        let number = drawing.remarks.len();
        let mut is_here = false;
        for label in &finding.labels {
            match nearest(&mut drawing.body, label.span) {
                Some(about) if !about.remarks.contains(&number) => {
                    about.remarks.push(number);
                    is_here = true;
                }
                Some(_) => is_here = true,
                None => {}
            }
        }
        let in_frame = |label: &crate::finding::Label| is_in_frame(&drawing.body, label.span);
        if !is_here && !finding.labels.first().is_some_and(in_frame) {
            continue;
        }
        if marks == Marks::PlacesAndWitness {
            let spans: Vec<Span> = finding.witness.iter().filter_map(|step| step.span).collect();
            for span in spans {
                nearest(&mut drawing.body, span).into_iter().for_each(|about| about.is_witness = true);
            }
        }
        drawing.remarks.push(Remark {
            severity: finding.severity,
            rule: finding.name(),
            message: finding.message.replace('`', ""),
            place: place(finding.span()),
            span: finding.span(),
        });
    }
}

/// Of everything that touches a place, what covers the least text; of several such the first.
fn nearest(body: &mut Body, span: Span) -> Option<&mut About> {
    let sized = body.abouts().into_iter().filter_map(|about| Some((about.size_at(span)?, about)));
    sized.enumerate().min_by_key(|(at, (size, _))| (*size, *at)).map(|(_, (_, about))| about)
}

fn is_in_frame(body: &Body, span: Span) -> bool {
    match body {
        Body::Graph(diagram) => {
            // A lane is a service as a whole, of which a picture of steps tells little.
            let mut frames = diagram.groups.iter().filter(|group| group.kind != GroupKind::Lane);
            frames.any(|group| group.about.size_at(span).is_some())
        }
        Body::Run(_) | Body::Table(_) => false,
    }
}

impl Body {
    /// What everything that can be marked stands for: nodes before edges.
    pub(super) fn abouts(&mut self) -> Vec<&mut About> {
        match self {
            Body::Graph(diagram) => {
                let edges = diagram.edges.iter_mut().filter(|edge| edge.kind != EdgeKind::Unseen);
                let nodes = diagram.nodes.iter_mut().map(|node| &mut node.about);
                nodes.chain(edges.map(|edge| &mut edge.about)).collect()
            }
            Body::Run(run) => run.items.iter_mut().map(|item| item.about_mut()).collect(),
            Body::Table(matrix) => {
                let cells = matrix.cells.values_mut().map(|cell| &mut cell.about);
                cells.chain(matrix.services.iter_mut().map(|head| &mut head.about)).collect()
            }
        }
    }
}
