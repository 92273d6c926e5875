//! `wfc serve`: a page for this machine alone that follows what is saved.

#[cfg(feature = "serve")]
mod server;
#[cfg(feature = "serve")]
mod studio;

use super::Outcome;
use super::args::Serve;
use super::output::{Output, Unwritten};

#[cfg(not(feature = "serve"))]
pub fn run(_: &Serve, output: &Output) -> Result<Outcome, Unwritten> {
    output.trouble("this wfc was built without `serve`; build it with that feature");
    Ok(Outcome::Trouble)
}

#[cfg(feature = "serve")]
pub fn run(wanted: &Serve, output: &Output) -> Result<Outcome, Unwritten> {
    use studio::Studio;

    if wanted.path == "-" {
        output.trouble("standard input never changes: name a file or a folder");
        return Ok(Outcome::Trouble);
    }
    if !std::path::Path::new(&wanted.path).exists() {
        output.trouble(&format!("{}: there is no such file or folder", wanted.path));
        return Ok(Outcome::Trouble);
    }
    // As deep as in the first thread a workflow may be in all of them. An error says that they run already.
    let _ = rayon::ThreadPoolBuilder::new().stack_size(STACK).build_global();
    let (listener, address) = match server::bind(wanted.port) {
        Ok(bound) => bound,
        Err(why) => {
            output.trouble(&why);
            return Ok(Outcome::Trouble);
        }
    };
    // It watches before it draws for the first time, so that no change is missed.
    let studio = match Studio::open(wanted) {
        Ok(studio) => studio,
        Err(trouble) => return Ok(output.troubled(&trouble)),
    };
    let url = format!("http://{address}/");
    // Whoever started it reads the address here, and nothing else comes.
    output.data(&format!("{url}\n"))?;
    output.note("showing what is saved, on this machine alone (Ctrl-C ends)");
    open(wanted.open, &url);
    match server::serve(listener, address, studio) {
        Ok(()) => Ok(Outcome::Clean),
        Err(why) => {
            output.trouble(&why);
            Ok(Outcome::Trouble)
        }
    }
}

#[cfg(feature = "serve")]
const STACK: usize = 8 << 20;

/// Shows the address in the browser. Where that does not work, it stands on the terminal.
#[cfg(feature = "serve")]
fn open(when: super::args::OpenName, url: &str) {
    use super::args::OpenName;
    use std::io::IsTerminal;
    use std::process::{Command, Stdio};

    let is_wanted = match when {
        OpenName::Yes => true,
        OpenName::No => false,
        OpenName::Auto => std::io::stdout().is_terminal(),
    };
    if !is_wanted {
        return;
    }
    let mut command = if cfg!(target_os = "macos") {
        Command::new("open")
    } else if cfg!(windows) {
        Command::new("explorer")
    } else {
        Command::new("xdg-open")
    };
    let started = command.arg(url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    // Nobody waits for the browser but a thread of its own.
    if let Ok(mut browser) = started {
        std::thread::spawn(move || browser.wait());
    }
}
