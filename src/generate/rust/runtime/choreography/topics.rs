//! What messages are about, as addresses that every broker takes.

/// A part of a topic or the name of a consumer, from any text.
pub fn part(text: &str) -> String {
    let mut part = String::new();
    for c in text.chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' => part.push(c),
            c => part += &format!("_{:x}_", u32::from(c)),
        }
    }
    part
}

/// Where the events of a name are found.
pub fn events(service: &str, event: &str) -> String {
    format!("events.{}.{}", part(service), part(event))
}

/// Where commands to a service are found.
pub fn commands(service: &str) -> String {
    format!("commands.{}", part(service))
}

/// Where answers to a service's commands are found.
pub fn answers(service: &str) -> String {
    format!("answers.{}", part(service))
}

/// Where services say how far they are.
pub const NOTES: &str = "notes";

#[cfg(test)]
mod tests {
    use super::{events, part};

    #[test]
    fn topics_are_made_of_letters_and_digits() {
        assert_eq!(events("Shop", "OrderPlaced"), "events.Shop.OrderPlaced");
        assert_eq!(part("a b.*"), "a_20_b_2e__2a_");
    }
}
