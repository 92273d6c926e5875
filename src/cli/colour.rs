//! Whether a stream gets colours.

use crate::report::paint::Colour;
use clap::ValueEnum;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ColorChoice {
    Auto,
    Always,
    Never,
}

/// The flag, then NO_COLOR, then FORCE_COLOR and CLICOLOR_FORCE, then the terminal.
pub fn decide(
    choice: ColorChoice,
    variable: impl Fn(&str) -> Option<String>,
    stream_is_terminal: bool,
) -> Colour {
    let is_set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    let is_on = |name: &str| variable(name).is_some_and(|value| !value.is_empty() && value != "0");
    let is_off = |name: &str| variable(name).is_some_and(|value| value == "0");
    let is_dumb = variable("TERM").is_some_and(|value| value == "dumb");
    let on = match choice {
        ColorChoice::Always => true,
        ColorChoice::Never => false,
        ColorChoice::Auto if is_set("NO_COLOR") => false,
        ColorChoice::Auto if is_on("FORCE_COLOR") || is_on("CLICOLOR_FORCE") => true,
        ColorChoice::Auto => stream_is_terminal && !is_dumb && !is_off("FORCE_COLOR") && !is_off("CLICOLOR"),
    };
    if on { Colour::On } else { Colour::Off }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn auto(variables: &[(&str, &str)], terminal: bool) -> Colour {
        let find = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, v)| v.to_string());
        decide(ColorChoice::Auto, find, terminal)
    }

    #[test]
    fn the_flag_stands_above_all() {
        let no_color = |name: &str| (name == "NO_COLOR").then(|| "1".to_string());
        assert_eq!(decide(ColorChoice::Always, no_color, false), Colour::On);
        assert_eq!(decide(ColorChoice::Never, |_| None, true), Colour::Off);
    }

    #[test]
    fn the_environment_stands_above_the_terminal() {
        assert_eq!(auto(&[], true), Colour::On);
        assert_eq!(auto(&[], false), Colour::Off);
        assert_eq!(auto(&[("NO_COLOR", "1")], true), Colour::Off);
        assert_eq!(auto(&[("NO_COLOR", "")], true), Colour::On);
        assert_eq!(auto(&[("FORCE_COLOR", "1")], false), Colour::On);
        assert_eq!(auto(&[("FORCE_COLOR", "0")], true), Colour::Off);
        assert_eq!(auto(&[("CLICOLOR_FORCE", "1")], false), Colour::On);
        assert_eq!(auto(&[("NO_COLOR", "1"), ("FORCE_COLOR", "1")], true), Colour::Off);
        assert_eq!(auto(&[("TERM", "dumb")], true), Colour::Off);
    }
}
