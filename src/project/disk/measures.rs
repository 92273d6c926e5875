//! The coupling numbers on the disk.

use super::{read, replace};
use crate::project::Trouble;
use crate::project::measures::Measures;
use std::path::Path;

/// The numbers at `path`; nothing where there is no such file.
pub fn read_measures(path: &str) -> Result<Option<Measures>, Trouble> {
    if !Path::new(path).exists() {
        return Ok(None);
    }
    let text = read::plain(path).map_err(|why| Trouble::new(path, why))?;
    let read = Measures::read(&text).map_err(|malformed| {
        let again = "; wfc metrics --write-baseline writes it anew";
        Trouble::new(format!("{path}:{}", malformed.line), format!("{}{again}", malformed.why))
    });
    read.map(Some)
}

pub fn write_measures(path: &str, measures: &Measures) -> Result<(), Trouble> {
    replace(path, &measures.write())
}
