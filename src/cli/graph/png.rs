//! A picture in dots.

use crate::cli::args::Graph;
use crate::cli::output::Output;
use crate::diagram::Drawing;

/// The bytes of the file; in words where it cannot be drawn.
#[cfg(feature = "png")]
pub fn drawn(wanted: &Graph, drawing: &Drawing, output: &Output) -> Result<Vec<u8>, String> {
    use crate::diagram::{self, png};

    if wanted.output.is_none() && output.is_terminal {
        return Err("a PNG is nothing for a terminal: name a file with -o".to_string());
    }
    let drawn = png::png(&diagram::scene(drawing), wanted.theme.into(), wanted.scale);
    drawn.map_err(|png::TooLarge { width, height }| {
        format!(
            "a picture of {width} by {height} dots is too large: choose a smaller --scale, or draw an SVG"
        )
    })
}

#[cfg(not(feature = "png"))]
pub fn drawn(_: &Graph, _: &Drawing, _: &Output) -> Result<Vec<u8>, String> {
    Err("this wfc was built without PNG; draw an SVG, or build it with the feature `png`".to_string())
}
