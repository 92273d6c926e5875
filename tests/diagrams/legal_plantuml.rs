//! Whether a text is the PlantUML that wfc means to write: what users wrote is letters, numbers of letters, and
//! nothing that could be Creole, a function or a command.

pub fn check(picture: &str) -> Result<(), String> {
    let body = picture.strip_prefix("@startuml\n").and_then(|rest| rest.strip_suffix("@enduml\n"));
    for line in body.ok_or("no diagram")?.lines().map(str::trim_start) {
        let wrong = |why: &str| Err(format!("{why}: {line}"));
        if line.starts_with(['@', '!', '\'']) || line.contains('%') || line.contains('$') {
            return wrong("a command");
        }
        if let Some(bad) = line.chars().find(|c| c.is_control() || "&`~".contains(*c)) {
            return Err(format!("{bad:?} means something: {line}"));
        }
        match line.matches('"').count() {
            0 => {}
            2 => {
                let inner = line.split('"').nth(1).unwrap_or("");
                if !is_plain(inner) {
                    return wrong("a text that means something");
                }
            }
            _ => return wrong("quotes that do not match"),
        }
        if let Some((_, label)) = line.split_once("-> ").and_then(|(_, rest)| rest.split_once(" : "))
            && !is_plain(label)
        {
            return wrong("a label that means something");
        }
    }
    Ok(())
}

/// Letters, `**` around names, `\n` between lines, and `<U+0041>`.
fn is_plain(text: &str) -> bool {
    let text = text.replace("\\n", " ").replace("**", "");
    let mut rest = text.as_str();
    while let Some(c) = rest.chars().next() {
        let number = rest.strip_prefix("<U+").and_then(|it| it.split_once('>'));
        match number {
            Some((digits, behind)) if digits.bytes().all(|it| it.is_ascii_hexdigit()) => rest = behind,
            _ if c.is_alphanumeric() || " ,()?".contains(c) || !c.is_ascii() => rest = &rest[c.len_utf8()..],
            _ => return false,
        }
    }
    true
}
