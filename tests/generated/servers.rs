//! Servers that some tests need: started on this machine alone, on a free port, in a folder that goes away, and
//! stopped when they are dropped. `WFC_ENGINES=postgres,temporal,nats` says that they are there; without it the tests
//! that need them are left out.

use crate::golden::root;
use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Whether the tests of an engine are wanted; says so where they are not.
#[expect(clippy::print_stdout, reason = "a test says what it leaves out")]
pub fn is_wanted(engine: &str) -> bool {
    let wanted = std::env::var("WFC_ENGINES").unwrap_or_default();
    let is_wanted = wanted.split(',').any(|it| it == engine);
    if !is_wanted {
        println!("WFC_ENGINES does not name {engine}: left out");
    }
    is_wanted
}

pub struct Postgres {
    folder: TempDir,
    port: u16,
    server: Mutex<Child>,
}

impl Postgres {
    pub fn start() -> Postgres {
        let folder = tempfile::tempdir().expect("there is room");
        let data = folder.path().join("data");
        if is_root() {
            let status = Command::new("chown").arg("nobody").arg(folder.path()).status();
            assert!(status.is_ok_and(|status| status.success()), "the folder is given away");
        }
        let output = as_nobody(&program("initdb"))
            .args(["--username", "coordinator", "--auth", "trust", "--no-sync", "--pgdata"])
            .arg(&data)
            .output()
            .expect("PostgreSQL is installed");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let port = free_port();
        let log = File::create(folder.path().join("log")).expect("there is room");
        let server = as_nobody(&program("postgres"))
            .arg("-D")
            .arg(&data)
            .args(["-c", "listen_addresses=127.0.0.1", "-c", "max_connections=300"])
            .args(["-c", &format!("port={port}"), "-c", "unix_socket_directories="])
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("PostgreSQL is installed");
        let postgres = Postgres { folder, port, server: Mutex::new(server) };
        postgres.wait();
        postgres
    }

    pub fn address(&self, database: &str) -> String {
        format!("postgres://coordinator@127.0.0.1:{}/{database}", self.port)
    }

    /// A statement of SQL.
    pub fn tell(&self, statement: &str) {
        let output = self.psql(statement);
        assert!(output.status.success(), "{statement}: {}", String::from_utf8_lossy(&output.stderr));
    }

    fn psql(&self, statement: &str) -> Output {
        Command::new(program("psql"))
            .args(["--quiet", "--no-psqlrc", "--command", statement, &self.address("postgres")])
            .output()
            .expect("PostgreSQL is installed")
    }

    fn wait(&self) {
        let log = || fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        until(|| self.psql("SELECT 1").status.success(), &log);
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // It takes its children along only when it is asked to stop.
        let server = self.server.get_mut().unwrap_or_else(PoisonError::into_inner);
        let _ = Command::new("kill").args(["-QUIT", &server.id().to_string()]).status();
        let _ = server.wait();
    }
}

pub struct Temporal {
    folder: TempDir,
    port: u16,
    server: Mutex<Child>,
}

impl Temporal {
    pub fn start() -> Temporal {
        let folder = tempfile::tempdir().expect("there is room");
        let port = free_port();
        let server = Mutex::new(temporal(folder.path(), port));
        let temporal = Temporal { folder, port, server };
        temporal.wait();
        temporal
    }

    /// Nobody is sent there while it is down.
    pub fn address(&self) -> String {
        drop(self.server.lock().unwrap_or_else(PoisonError::into_inner));
        format!("temporal://127.0.0.1:{}", self.port)
    }

    /// SIGKILL, and the same server again over the same file.
    pub fn kill_and_start_again(&self) {
        let mut server = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        server.kill().expect("it can be killed");
        server.wait().expect("it was started");
        *server = temporal(self.folder.path(), self.port);
        self.wait();
    }

    /// It answers nobody for so long, and knows nothing of it afterwards.
    pub fn stand_still(&self, time: Duration) {
        let id = self.server.lock().unwrap_or_else(PoisonError::into_inner).id().to_string();
        let tell = |signal: &str| Command::new("kill").args([signal, &id]).status();
        assert!(tell("-STOP").is_ok_and(|status| status.success()), "it can be stopped");
        std::thread::sleep(time);
        assert!(tell("-CONT").is_ok_and(|status| status.success()), "it can go on");
    }

    fn wait(&self) {
        let log = || self.log();
        until(|| TcpStream::connect(("127.0.0.1", self.port)).is_ok(), &log);
        let describe = ["operator", "namespace", "describe", "default"];
        until(|| self.ask(&describe).is_ok_and(|output| output.status.success()), &log);
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// What the server says to a command of `temporal`.
    pub fn tell(&self, words: &[&str]) -> String {
        let output = self.ask(words).expect("Temporal is installed");
        String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
    }

    fn ask(&self, words: &[&str]) -> std::io::Result<Output> {
        let address = format!("127.0.0.1:{}", self.port);
        Command::new(program("temporal")).args(words).args(["--address", &address]).output()
    }
}

impl Drop for Temporal {
    fn drop(&mut self) {
        let server = self.server.get_mut().unwrap_or_else(PoisonError::into_inner);
        let _ = server.kill();
        let _ = server.wait();
    }
}

fn temporal(folder: &Path, port: u16) -> Child {
    let log = File::options().create(true).append(true).open(folder.join("log")).expect("there is room");
    Command::new(program("temporal"))
        .args(["server", "start-dev", "--headless", "--ip", "127.0.0.1", "--log-level", "error"])
        .args(["--port", &port.to_string(), "--http-port", "0", "--metrics-port", &free_port().to_string()])
        .arg("--db-filename")
        .arg(folder.join("runs.db"))
        // It would write its settings there.
        .env("HOME", folder)
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .expect("Temporal is installed")
}

/// A program of a server: where `packaging/try-engines.sh` puts it, where the distribution keeps those of
/// PostgreSQL, or on the path.
pub fn program(name: &str) -> PathBuf {
    let mut versions: Vec<PathBuf> = fs::read_dir("/usr/lib/postgresql")
        .map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path())).collect())
        .unwrap_or_default();
    versions.sort();
    let found = versions.iter().rev().map(|version| version.join("bin").join(name));
    std::iter::once(root().join("target/engines/bin").join(name))
        .chain(found)
        .find(|path| path.exists())
        .unwrap_or_else(|| PathBuf::from(name))
}

/// PostgreSQL refuses to run as root.
fn as_nobody(program: &Path) -> Command {
    if !is_root() {
        return Command::new(program);
    }
    let mut command = Command::new("setpriv");
    command.args(["--reuid=nobody", "--regid=nogroup", "--clear-groups", "--"]).arg(program);
    command
}

fn is_root() -> bool {
    let output = Command::new("id").arg("-u").output();
    output.is_ok_and(|output| output.stdout == b"0\n")
}

pub fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("there is a free port");
    listener.local_addr().expect("it has one").port()
}

pub fn until(holds: impl Fn() -> bool, log: &dyn Fn() -> String) {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < Duration::from_secs(60), "the server does not answer\n{}", log());
        std::thread::sleep(Duration::from_millis(50));
    }
}
