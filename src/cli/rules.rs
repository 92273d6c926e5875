//! `wfc rules`.

use super::Outcome;
use super::args::{ListFormat, Rules};
use super::output::{Output, Unwritten};
use crate::{catalog, report::list};

pub fn run(wanted: &Rules, output: &Output) -> Result<Outcome, Unwritten> {
    let text = match wanted.format {
        ListFormat::Text => list::text(catalog::rules(), &output.stdout),
        ListFormat::Json => list::json(catalog::rules()),
    };
    output.data(&text)?;
    Ok(Outcome::Clean)
}
