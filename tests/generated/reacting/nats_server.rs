//! A NATS server with JetStream, on this machine alone, in a folder that goes away.

use crate::servers::{free_port, is_wanted, program, until};
use std::fs::{self, File};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tempfile::TempDir;

pub struct Nats {
    folder: TempDir,
    port: u16,
    server: Mutex<Child>,
}

impl Nats {
    /// A server where one is wanted.
    pub fn wanted() -> Option<Nats> {
        is_wanted("nats").then(Nats::start)
    }

    fn start() -> Nats {
        let folder = tempfile::tempdir().expect("there is room");
        let port = free_port();
        let server = Mutex::new(server(folder.path(), port));
        let nats = Nats { folder, port, server };
        nats.wait();
        nats
    }

    pub fn address(&self, stream: &str) -> String {
        format!("nats://127.0.0.1:{}/{stream}", self.port)
    }

    /// SIGKILL, a pause, and the same server again over the same folder.
    pub fn kill_and_start_again(&self, pause: Duration) {
        let mut child = self.server.lock().unwrap_or_else(PoisonError::into_inner);
        child.kill().expect("it can be killed");
        child.wait().expect("it was started");
        std::thread::sleep(pause);
        *child = server(self.folder.path(), self.port);
        self.wait();
    }

    fn wait(&self) {
        let log = || fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        until(|| TcpStream::connect(("127.0.0.1", self.port)).is_ok(), &log);
    }
}

impl Drop for Nats {
    fn drop(&mut self) {
        let child = self.server.get_mut().unwrap_or_else(PoisonError::into_inner);
        let _ = child.kill();
        let _ = child.wait();
    }
}

fn server(folder: &Path, port: u16) -> Child {
    let log = File::options().create(true).append(true).open(folder.join("log")).expect("there is room");
    Command::new(program("nats-server"))
        .args(["-a", "127.0.0.1", "-p", &port.to_string(), "-js", "-sd"])
        .arg(folder)
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .expect("NATS is installed")
}
