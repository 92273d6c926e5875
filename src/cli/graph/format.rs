//! In which language a picture is written.

use super::terminal;
use crate::cli::args::{Graph, PictureName};
use crate::cli::output::Output;
use crate::compile::Picture;

/// What a picture becomes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Text(Picture),
    /// Dots.
    Png,
    /// A page with every view.
    Page,
}

/// `--format`, else what the output's name ends in; on a terminal something to look at, and a folder is filled
/// with pictures.
pub fn format(wanted: &Graph, output: &Output) -> Result<Format, String> {
    let text = Picture::Text { width: if wanted.output.is_some() { USUAL } else { terminal::width() } };
    let svg = Picture::Svg { theme: wanted.theme.into() };
    if let Some(format) = wanted.format {
        return Ok(Format::Text(match format {
            PictureName::Mermaid => Picture::Mermaid,
            PictureName::Dot => Picture::Dot,
            PictureName::D2 => Picture::D2,
            PictureName::Plantuml => Picture::PlantUml,
            PictureName::Json => Picture::Json,
            PictureName::Text => text,
            PictureName::Svg => svg,
            PictureName::Png => return Ok(Format::Png),
            PictureName::Html => return Ok(Format::Page),
        }));
    }
    let Some(path) = &wanted.output else {
        return Ok(Format::Text(if output.is_terminal { text } else { Picture::Mermaid }));
    };
    if super::output::is_folder(path) {
        return Ok(Format::Text(svg));
    }
    match path.rsplit_once('.').map(|(_, extension)| extension) {
        Some("mmd" | "mermaid") => Ok(Format::Text(Picture::Mermaid)),
        Some("dot" | "gv") => Ok(Format::Text(Picture::Dot)),
        Some("d2") => Ok(Format::Text(Picture::D2)),
        Some("puml" | "plantuml" | "pu") => Ok(Format::Text(Picture::PlantUml)),
        Some("json") => Ok(Format::Text(Picture::Json)),
        Some("txt") => Ok(Format::Text(text)),
        Some("svg") => Ok(Format::Text(svg)),
        Some("png") => Ok(Format::Png),
        Some("html" | "htm") => Ok(Format::Page),
        _ => Err(format!(
            "{path}: the name does not say which format is meant; end it in .svg, .png, .html, .mmd, \
             .dot, .d2, .puml, .json or .txt, or give --format"
        )),
    }
}

/// A file is not as wide as whatever terminal it was written from: the same input, the same bytes.
const USUAL: usize = 120;

/// What files in a format end in.
pub fn extension(format: Format) -> &'static str {
    let picture = match format {
        Format::Text(picture) => picture,
        Format::Png => return "png",
        Format::Page => return "html",
    };
    match picture {
        Picture::Mermaid => "mmd",
        Picture::Dot => "dot",
        Picture::D2 => "d2",
        Picture::PlantUml => "puml",
        Picture::Json => "json",
        Picture::Text { .. } => "txt",
        Picture::Svg { .. } => "svg",
    }
}
