//! A picture in dots: the SVG of a scene, drawn with a font that comes along, so that it is the same
//! everywhere.

use super::scene::Scene;
use super::svg::{Theme, svg};
use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb};
use std::sync::Arc;

/// `Wfc Sans` has the widths that `measure` counts with.
const FONTS: [&[u8]; 2] = [include_bytes!("png/wfc-sans.ttf"), include_bytes!("png/wfc-sans-bold.ttf")];
/// More dots than these take a gigabyte, and no program shows them.
pub const MOST_DOTS: f64 = 2.5e8;

/// The picture has more dots than anybody can look at: how many lie across and down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TooLarge {
    pub width: f64,
    pub height: f64,
}

/// The scene as a PNG file, with `scale` dots for each unit; `Theme::Auto` is light.
pub fn png(scene: &Scene, theme: Theme, scale: f32) -> Result<Vec<u8>, TooLarge> {
    let mut fonts = fontdb::Database::new();
    FONTS.iter().for_each(|font| fonts.load_font_data(font.to_vec()));
    fonts.set_sans_serif_family("Wfc Sans");
    let options =
        Options { fontdb: Arc::new(fonts), font_family: "Wfc Sans".to_string(), ..Options::default() };
    let theme = if theme == Theme::Auto { Theme::Light } else { theme };
    let tree = Tree::from_str(&svg(scene, theme), &options).expect("our own drawing is legal SVG");
    let (width, height) = (tree.size().width() * scale, tree.size().height() * scale);
    let (width, height) = (f64::from(width.ceil().max(1.0)), f64::from(height.ceil().max(1.0)));
    let too_large = TooLarge { width, height };
    if width * height > MOST_DOTS || width.max(height) > f64::from(u16::MAX) {
        return Err(too_large);
    }
    let mut dots = Pixmap::new(width as u32, height as u32).ok_or(too_large)?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut dots.as_mut());
    dots.encode_png().map_err(|_| too_large)
}
