//! What was written for the case that it is needed, and is not: labels that nobody leaves, and contexts of
//! rounds, scopes and branches in which nothing is asked for.

use super::sides::is_used;

pub(super) fn tidy(text: &str) -> String {
    without_contexts(&without_labels(text))
}

fn without_labels(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.split_inclusive('\n') {
        let label = line.split('\'').nth(1).and_then(|rest| rest.split_once(": ")).map(|(label, _)| label);
        let declared = label.filter(|label| {
            let begins = format!("'{label}: ");
            line.trim_start().starts_with(&begins) || line.contains(&format!("= {begins}"))
        });
        match declared.filter(|label| text.matches(&format!("'{label}")).count() == 1) {
            Some(label) => out += &line.replacen(&format!("'{label}: "), "", 1),
            None => out += line,
        }
    }
    out
}

fn without_contexts(text: &str) -> String {
    let mut lines: Vec<&str> = text.lines().collect();
    // From the innermost outwards: without an inner one nobody may need the outer one.
    for at in (0..lines.len()).rev() {
        let line = lines[at];
        let is_context = ["let cx = &cx.round(", "let cx = &cx.scope(", "let cx = &fork.branch("]
            .iter()
            .any(|begin| line.trim_start().starts_with(begin));
        if !is_context {
            continue;
        }
        let depth = indent(line);
        let inside = lines[at + 1..].iter().take_while(|line| line.is_empty() || indent(line) >= depth);
        if !inside.into_iter().any(|line| is_used(line, "cx")) {
            lines.remove(at);
        }
    }
    let mut out = lines.join("\n");
    if text.ends_with('\n') {
        out.push('\n');
    }
    out
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

#[cfg(test)]
mod tests {
    use super::tidy;

    #[test]
    fn what_nobody_needs_is_gone() {
        let text = "    'each: for (round, x) in xs {
        let cx = &cx.round(round);
        {
            let cx = &cx.scope(\"inner\");
            values.push(x);
        }
    }
    'other: for y in ys {
        let cx = &cx.round(1);
        cx.wait(y).await?;
        continue 'other;
    }
";
        let wanted = "    for (round, x) in xs {
        {
            values.push(x);
        }
    }
    'other: for y in ys {
        let cx = &cx.round(1);
        cx.wait(y).await?;
        continue 'other;
    }
";
        assert_eq!(tidy(text), wanted);
        assert_eq!(tidy("let a = 'b';\nlet c = \"it's: so\";\n"), "let a = 'b';\nlet c = \"it's: so\";\n");
    }
}
