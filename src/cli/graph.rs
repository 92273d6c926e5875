//! `wfc graph`.

pub mod findings;
mod format;
mod output;
mod page;
mod png;
mod terminal;
mod words;

#[cfg(feature = "serve")]
pub use page::title as page_title;

use super::Outcome;
use super::args::{Graph, LanesName};
use super::output::{Output, Unwritten};
use super::project;
use crate::compile::{self, Picture, Pictured, Wanted};
use crate::diagram::large::{self, Collapsed};
use crate::diagram::{self, Body, Drawing, Lanes, Marks, View};
use crate::finding::Finding;
use crate::project::{Loaded, Request, WhenEmpty, disk};
use crate::source::{Sources, Span};
use findings::Known;
use format::Format;
use output::Written;

pub fn run(wanted: &Graph, output: &Output) -> Result<Outcome, Unwritten> {
    let format = match format::format(wanted, output) {
        Ok(format) => format,
        Err(why) => return Ok(trouble(output, &why)),
    };
    let Some(project) = project::open(&wanted.configured, output) else { return Ok(Outcome::Trouble) };
    let loaded = disk::load(&Request {
        paths: vec![wanted.path.clone()],
        exclude: Vec::new(),
        project_exclude: project::exclude(&project),
        base: project.base.clone(),
        sets: Vec::new(),
        stdin_name: None,
        when_empty: WhenEmpty::Trouble,
    });
    output.troubles(&loaded.troubles);
    if !loaded.troubles.is_empty() {
        // Half a diagram would look like a whole one.
        return Ok(Outcome::Trouble);
    }
    let joined = project::joined_files(&project, &loaded.sources);
    let known = if wanted.no_baseline { Known::Told } else { Known::LeftOut };
    let found = match wanted.no_findings {
        true => Vec::new(),
        false => match findings::shown(&project, &loaded.sources, &joined, known) {
            Ok(found) => found,
            Err(trouble) => return Ok(output.troubled(&trouble)),
        },
    };
    let found = match &wanted.finding {
        None => found,
        Some(name) => match findings::named(found, name, &loaded.sources) {
            Ok(found) => found,
            Err(why) => return Ok(trouble(output, &why)),
        },
    };
    if format == Format::Page {
        return page::run(wanted, &loaded.sources, &joined, &found, output);
    }
    let drawn = match drawn(wanted, format, &loaded, &joined, &found) {
        Ok(drawn) => drawn,
        Err(why) => return Ok(trouble(output, &why)),
    };
    tell_of_errors(drawn.n_errors, output);
    let mut pictures = Vec::new();
    for drawing in in_parts(wanted, drawn.drawing) {
        let data = match format {
            Format::Text(picture) => compile::written(&drawing, picture, &loaded.sources).into_bytes(),
            Format::Png => match png::drawn(wanted, &drawing, output) {
                Ok(dots) => dots,
                Err(why) => return Ok(trouble(output, &why)),
            },
            Format::Page => continue,
        };
        pictures.push(Written { data, title: drawing.title });
    }
    output::put(wanted, &pictures, format, output)
}

fn tell_of_errors(n_errors: usize, output: &Output) {
    if n_errors > 0 {
        let errors = if n_errors == 1 { "an error" } else { "errors" };
        output.trouble(&format!(
            "the text has {errors}, so that something may be missing in the diagram: see wfc check"
        ));
    }
}

fn trouble(output: &Output, why: &str) -> Outcome {
    output.trouble(why);
    Outcome::Trouble
}

struct Drawn {
    drawing: Drawing,
    n_errors: usize,
}

/// What is wanted, with what was found in it.
fn drawn(
    wanted: &Graph,
    format: Format,
    loaded: &Loaded,
    joined: &[compile::Joined],
    found: &[Finding],
) -> Result<Drawn, String> {
    let sources = &loaded.sources;
    let is_witness = wanted.finding.is_some();
    let told = found.iter().filter(|finding| finding.can_be_drawn()).collect::<Vec<_>>();
    let usual = if is_witness && !told.is_empty() { View::Sequence } else { View::Flow };
    let view: View = wanted.view.map_or(usual, Into::into);
    let place = |span: Span| place_in(sources, span);
    if is_witness && view == View::Sequence {
        let run = match told[..] {
            [one] => compile::drawn_run(sources, one),
            [] => return Err("what proves this finding is no run; another view can show it".to_string()),
            _ => return Err(findings::which(found, sources)),
        };
        let mut drawing = Drawing::new(View::Sequence, Body::Run(run.unwrap_or_default()));
        drawing.title = words::title(wanted, view, found);
        return Ok(Drawn { drawing, n_errors: 0 });
    }
    let asked = Wanted {
        view,
        workflow: wanted.workflow.as_deref(),
        failure: wanted.failure.as_deref(),
        lanes: lanes(wanted, format),
        joined,
    };
    let mut pictured = compile::draw(sources, &asked);
    // A finding says itself which of several workflows it is about.
    let own = found.first().and_then(|finding| finding.entity.split('/').next()).filter(|_| is_witness);
    if let (Pictured::Choose(names), Some(own), None) = (&pictured, own, asked.workflow)
        && names.iter().any(|name| name == own)
    {
        pictured = compile::draw(sources, &Wanted { workflow: Some(own), ..asked });
    }
    let (mut drawing, n_errors) = match pictured {
        Pictured::Drawing { drawing, n_errors } => (drawing, n_errors),
        Pictured::Choose(names) => return Err(words::choose(asked.workflow, &names)),
        Pictured::NoRun(failures) => return Err(words::no_run(asked.failure, &failures)),
    };
    drawing.title = words::title(wanted, view, found);
    let marks = if is_witness { Marks::PlacesAndWitness } else { Marks::Places };
    diagram::mark(&mut drawing, found, marks, &place);
    if is_witness {
        let body = large::only_marked(&drawing.body);
        drawing = drawing.with(body);
    }
    if let Some(name) = &wanted.focus {
        match large::focus(&drawing.body, name, wanted.depth) {
            Some(body) => drawing = drawing.with(body),
            None => return Err(words::no_focus(name, &large::names(&drawing.body))),
        }
    }
    if let Some(what) = &wanted.collapse {
        let collapsed = match what.as_str() {
            "workflows" => Collapsed::Workflows,
            "teams" | "services" => Collapsed::Sides,
            _ => Collapsed::Named(std::slice::from_ref(what)),
        };
        let body = large::collapse(&drawing.body, collapsed);
        if let (Body::Graph(before), Body::Graph(after)) = (&drawing.body, &body)
            && before == after
            && matches!(collapsed, Collapsed::Named(_))
        {
            let frames = before.groups.iter().map(|group| group.title.clone()).collect::<Vec<_>>();
            return Err(words::no_focus(what, &frames));
        }
        drawing = drawing.with(body);
    }
    Ok(Drawn { drawing, n_errors })
}

/// Our own drawing keeps lanes straight; others lay out frames as they like, and those that every line leaves
/// would tear their pictures apart.
fn lanes(wanted: &Graph, format: Format) -> Lanes {
    let is_our_drawing = match format {
        Format::Text(Picture::Svg { .. }) | Format::Png | Format::Page => true,
        Format::Text(_) => false,
    };
    match wanted.lanes {
        LanesName::Yes => Lanes::Always,
        LanesName::No => Lanes::No,
        LanesName::Auto if is_our_drawing => Lanes::WhereTheyHelp,
        LanesName::Auto => Lanes::No,
    }
}

/// The drawing, or an overview and the parts of what would be too large to read. What somebody has made
/// smaller is as small as is wanted.
fn in_parts(wanted: &Graph, drawing: Drawing) -> Vec<Drawing> {
    let is_chosen = wanted.focus.is_some() || wanted.collapse.is_some() || wanted.finding.is_some();
    let Body::Graph(whole) = &drawing.body else { return vec![drawing] };
    if is_chosen && wanted.split.is_none() {
        return vec![drawing];
    }
    let most = wanted.split.unwrap_or(READABLE);
    let Some((overview, parts)) = large::split(whole, most) else { return vec![drawing] };
    let mut drawings = vec![drawing.with(Body::Graph(overview))];
    for (number, part) in parts.into_iter().enumerate() {
        let mut drawn = drawing.with(Body::Graph(part.diagram));
        drawn.title = format!("{} {}", number + 1, part.title);
        drawings.push(drawn);
    }
    drawings
}

/// So many steps can be taken in at once.
const READABLE: usize = 20;

/// `return_order.wfc:7`: pictures have little room, and the name of a folder says little.
fn place_in(sources: &Sources, span: Span) -> String {
    let file = sources.get(span.file);
    let name = file.path.rsplit(['/', '\\']).next().unwrap_or(&file.path);
    format!("{name}:{}", file.position(span.start).line)
}
