//! `wfc man`: the manual pages, for a terminal or a package.

use super::Outcome;
use super::args::Man;
use super::output::{Output, Unwritten};
use crate::project::disk;
use clap::Command;

const SOURCE: &str = concat!("wfc ", env!("CARGO_PKG_VERSION"));

pub fn run(wanted: &Man, output: &Output) -> Result<Outcome, Unwritten> {
    let mut whole = super::command();
    whole.build();
    let Some(folder) = &wanted.out else {
        output.data(&page(whole))?;
        return Ok(Outcome::Clean);
    };
    for (name, command) in commands(whole, "wfc") {
        let path = format!("{}/{name}.1", folder.trim_end_matches('/'));
        if let Err(trouble) = disk::replace_in_folder(&path, &page(command)) {
            return Ok(output.troubled(&trouble));
        }
        output.data(&format!("{path}\n"))?;
    }
    Ok(Outcome::Clean)
}

/// `command` and all below it, each by the name of its page: `wfc-config-show`.
fn commands(command: Command, name: &str) -> Vec<(String, Command)> {
    let below: Vec<Command> =
        command.get_subcommands().filter(|below| below.get_name() != "help").cloned().collect();
    let mut all = vec![(name.to_string(), command)];
    for below in below {
        let name = format!("{name}-{}", below.get_name());
        all.extend(commands(below, &name));
    }
    all
}

fn page(command: Command) -> String {
    let mut page = Vec::new();
    // Writing to memory cannot fail.
    let _ = clap_mangen::Man::new(command).source(SOURCE).manual("wfc").render(&mut page);
    String::from_utf8_lossy(&page).into_owned()
}
