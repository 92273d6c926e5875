//! The words of a command line.

use serde_json::Value;

/// The words of a command line, and what stands behind its options.
pub struct Command {
    pub words: Vec<String>,
    options: Vec<(String, String)>,
}

impl Command {
    pub fn read(all: &[String]) -> Result<Command, String> {
        let mut command = Command { words: Vec::new(), options: Vec::new() };
        let mut rest = all.iter();
        while let Some(word) = rest.next() {
            match word.strip_prefix("--") {
                Some(name) => {
                    let value = rest.next().ok_or_else(|| format!("--{name} needs a value"))?;
                    command.options.push((name.to_string(), value.clone()));
                }
                None => command.words.push(word.clone()),
            }
        }
        Ok(command)
    }

    pub fn option(&self, name: &str) -> Option<&str> {
        self.options.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The JSON that an option gives or names.
    pub fn json(&self, name: &str) -> Result<Option<Value>, String> {
        let Some(source) = self.option(name) else { return Ok(None) };
        let is_word = matches!(source, "true" | "false" | "null") || source.parse::<f64>().is_ok();
        let text = if is_word || source.starts_with(['{', '[', '"']) {
            source.to_string()
        } else if source == "-" {
            std::io::read_to_string(std::io::stdin()).map_err(|error| error.to_string())?
        } else {
            std::fs::read_to_string(source).map_err(|error| format!("{source}: {error}"))?
        };
        serde_json::from_str(&text).map(Some).map_err(|error| format!("--{name}: {error}"))
    }
}

/// Until somebody stops the process.
pub async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminated) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminated.recv() => {}
            }
            return;
        }
    }
    // Without signals it runs until it is killed.
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
