//! `wfc config`.

use super::Outcome;
use super::args::{Config, ConfigCommand};
use super::output::{Output, Unwritten};
use super::project;
use crate::project::config::{schema, show};

pub fn run(wanted: &Config, output: &Output) -> Result<Outcome, Unwritten> {
    let text = match &wanted.what {
        ConfigCommand::Schema => schema(),
        ConfigCommand::Show(configured) => match project::open(configured, output) {
            Some(project) => show(&project.config),
            None => return Ok(Outcome::Trouble),
        },
    };
    output.data(&text)?;
    Ok(Outcome::Clean)
}
