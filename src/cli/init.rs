//! `wfc init`: a first workflow to change.

use super::Outcome;
use super::args::{Init, Template};
use super::output::{Output, Unwritten};
use crate::compile;
use crate::project::disk;

pub fn run(wanted: &Init, output: &Output) -> Result<Outcome, Unwritten> {
    let path = compile::normalise(&format!("{}/{FILE}", wanted.folder));
    if let Err(trouble) = disk::write_new(&path, text(wanted.template)) {
        output.trouble(&trouble.to_string());
        return Ok(Outcome::Trouble);
    }
    output.data(&format!("{path}\n"))?;
    output.note(&format!("written; next: wfc check {path}"));
    Ok(Outcome::Clean)
}

const FILE: &str = "order.wfc";

fn text(template: Template) -> &'static str {
    match template {
        Template::Orchestrated => include_str!("templates/orchestrated.wfc"),
        Template::Choreographed => include_str!("templates/choreographed.wfc"),
    }
}
