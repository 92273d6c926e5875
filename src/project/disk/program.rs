//! Other programs: text in, text out, and an end to waiting.

use crate::project::Trouble;
use std::io::{self, ErrorKind, Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

pub struct Program {
    /// With a `/` a file, without one searched for like a command.
    pub path: String,
    pub arguments: Vec<String>,
    pub patience: Duration,
}

/// What a program said before it ended well.
#[derive(Debug)]
pub struct Finished {
    pub stdout: String,
    pub stderr: String,
}

/// Runs a program with `input` on its standard input.
pub fn run_program(program: &Program, input: &str) -> Result<Finished, Trouble> {
    let deadline = Instant::now() + program.patience;
    let trouble = |what: String| Trouble::new(&program.path, what);
    let mut child = Command::new(&program.path)
        .args(&program.arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| trouble(cannot_start(&error)))?;
    feed(&mut child, input.to_string());
    let stdout = child.stdout.take().map(|stream| read(stream, LONGEST_ANSWER));
    let stderr = child.stderr.take().map(|stream| read(stream, LONGEST_WORDS));
    let status =
        wait(&mut child, deadline).map_err(|error| trouble(format!("cannot be waited for: {error}")))?;
    let Some(status) = status else {
        let said = words(stderr, Duration::from_millis(200));
        let seconds = program.patience.as_secs();
        return Err(trouble(format!("has not answered within {seconds} s, and was stopped{said}")));
    };
    // What the program has started may hold its streams open; the same patience is for that.
    let rest = deadline.saturating_duration_since(Instant::now()).max(Duration::from_secs(1));
    let answer = stdout.and_then(|stdout| stdout.recv_timeout(rest).ok());
    if !status.success() {
        return Err(trouble(format!("{}{}", ended(status), words(stderr, rest))));
    }
    let bytes = match answer {
        Some(Ok(bytes)) if bytes.len() < LONGEST_ANSWER => bytes,
        Some(Ok(_)) => return Err(trouble(format!("answers more than {} MiB", LONGEST_ANSWER >> 20))),
        Some(Err(error)) => return Err(trouble(format!("its answer cannot be read: {error}"))),
        None => return Err(trouble("has ended, and its standard output is still open".to_string())),
    };
    let stdout = String::from_utf8(bytes).map_err(|_| trouble("its answer is not UTF-8".to_string()))?;
    let stderr = stderr.and_then(|stderr| stderr.recv_timeout(rest).ok()).and_then(Result::ok);
    let stderr = String::from_utf8_lossy(&stderr.unwrap_or_default()).into_owned();
    Ok(Finished { stdout, stderr })
}

/// In bytes.
const LONGEST_ANSWER: usize = 256 << 20;
const LONGEST_WORDS: usize = 64 << 10;

/// Who does not read its input must not keep us from reading its output.
fn feed(child: &mut Child, input: String) {
    let Some(mut stdin) = child.stdin.take() else { return };
    thread::spawn(move || {
        // A program that needs no input closes it, which is fine.
        let _ = stdin.write_all(input.as_bytes());
    });
}

fn read(mut stream: impl Read + Send + 'static, limit: usize) -> Receiver<io::Result<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let mut bytes = Vec::new();
        let read = stream.by_ref().take(limit as u64).read_to_end(&mut bytes);
        let _ = sender.send(read.map(|_| bytes));
        // A full pipe would stop the program.
        let _ = io::copy(&mut stream, &mut io::sink());
    });
    receiver
}

/// Nothing where the time is over.
fn wait(child: &mut Child, deadline: Instant) -> io::Result<Option<ExitStatus>> {
    let mut pause = Duration::from_millis(1);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            child.kill()?;
            child.wait()?;
            return Ok(None);
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

/// The end of what it said on standard error.
fn words(stderr: Option<Receiver<io::Result<Vec<u8>>>>, patience: Duration) -> String {
    let bytes = stderr.and_then(|stderr| stderr.recv_timeout(patience).ok()).and_then(Result::ok);
    let text = String::from_utf8_lossy(&bytes.unwrap_or_default()).into_owned();
    let lines: Vec<&str> = text.trim_end().lines().collect();
    let last = &lines[lines.len().saturating_sub(20)..];
    last.iter().fold(String::new(), |all, line| format!("{all}\n  {line}"))
}

fn ended(status: ExitStatus) -> String {
    match status.code() {
        Some(code) => format!("ended with {code}"),
        None => "was stopped by a signal".to_string(),
    }
}

fn cannot_start(error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such program".to_string(),
        ErrorKind::PermissionDenied => "not a program that may be run".to_string(),
        _ => format!("cannot be started: {error}"),
    }
}
