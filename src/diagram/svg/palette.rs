//! Colours on a light page, and the same on a dark one.

use super::super::look::Colours;

/// What the page shows: as the reader's system wants it, or always the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// Light, and dark where the reader wants that; on paper always light.
    #[default]
    Auto,
    Light,
    Dark,
}

/// The colours of one page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Palette {
    Light,
    Dark,
}

const DARK: u32 = 0x0016_1b26;
const WHITE: u32 = 0x00ff_ffff;

impl Palette {
    pub fn ground(self) -> &'static str {
        match self {
            Palette::Light => "#ffffff",
            Palette::Dark => "#161b26",
        }
    }

    /// Of text on the page itself.
    pub fn ink(self) -> &'static str {
        match self {
            Palette::Light => "#101828",
            Palette::Dark => "#f2f4f7",
        }
    }

    /// Of edges without a colour of their own.
    pub fn line(self) -> &'static str {
        match self {
            Palette::Light => "#475467",
            Palette::Dark => "#98a2b3",
        }
    }

    /// Of fill, border and text of a box.
    pub fn of_box(self, colours: Colours) -> [String; 3] {
        match self {
            Palette::Light => [colours.fill, colours.line, colours.text].map(str::to_string),
            // Words without a box.
            Palette::Dark if colours.fill == "none" => ["none", "none", self.ink()].map(str::to_string),
            // A shade of its border, so that boxes keep their hue without dazzling.
            Palette::Dark => {
                [mixed(colours.line, DARK, 0.76), mixed(colours.line, WHITE, 0.34), "#f2f4f7".to_string()]
            }
        }
    }

    /// Of an edge with a colour of its own, and of its words.
    pub fn of_edge(self, colour: &str) -> String {
        match self {
            Palette::Light => colour.to_string(),
            Palette::Dark => mixed(colour, WHITE, 0.4),
        }
    }
}

/// `#rrggbb` on its way to another colour; `share` of the way.
fn mixed(colour: &str, to: u32, share: f64) -> String {
    let from = u32::from_str_radix(colour.trim_start_matches('#'), 16).unwrap_or(0);
    let part = |shift: u32| {
        let (a, b) = (f64::from(from >> shift & 0xff), f64::from(to >> shift & 0xff));
        (a + (b - a) * share).round() as u32
    };
    format!("#{:02x}{:02x}{:02x}", part(16), part(8), part(0))
}

#[cfg(test)]
mod tests {
    use super::mixed;

    #[test]
    fn colours_mix() {
        assert_eq!(mixed("#000000", 0xff_ff_ff, 0.5), "#808080");
        assert_eq!(mixed("#102030", 0xff_ff_ff, 0.0), "#102030");
    }
}
