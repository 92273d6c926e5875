//! `wfc serve`, asked as a browser asks.

use crate::folder::Folder;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

const FINE: &str = "/// Sells.\nservice Shop { command Sell() }\n\
     workflow Buy() { orchestrated by Shop; success Bought\nstep sold = Shop.Sell()\nend Bought }\n";

struct Server {
    child: Child,
    /// `127.0.0.1:43210`
    host: String,
}

impl Server {
    fn start(folder: &Folder, arguments: &[&str]) -> Server {
        let mut command = folder.command(&[&["serve", "--open", "no", "--port", "0"], arguments].concat());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let host = line.trim().trim_start_matches("http://").trim_end_matches('/').to_string();
        assert!(host.starts_with("127.0.0.1:"), "{line}");
        Server { child, host }
    }

    fn connected(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.host).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        stream
    }

    /// Head and body of the answer.
    fn ask_as(&self, method: &str, path: &str, host: &str) -> (String, String) {
        let mut stream = self.connected();
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_string(), body.to_string())
    }

    fn ask(&self, path: &str) -> (String, String) {
        self.ask_as("GET", path, &self.host)
    }

    /// Asks for the data until they are as wanted.
    fn comes_to(&self, wanted: impl Fn(&str) -> bool) -> String {
        let begin = Instant::now();
        loop {
            let (_, body) = self.ask("/page.json");
            if wanted(&body) {
                return body;
            }
            assert!(begin.elapsed() < Duration::from_secs(60), "it never came: {body}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn the_page_and_its_data_are_there_and_follow_what_is_saved() {
    let folder = Folder::new(&[("a.wfc", FINE)]);
    let server = Server::start(&folder, &[]);
    let (head, page) = server.ask("/");
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("text/html"), "{head}");
    assert!(page.contains("connect-src 'self'") && page.contains("\"sold\""), "{page}");

    // A line on which changes are told: first what there is, then what comes.
    let mut events = server.connected();
    write!(events, "GET /events HTTP/1.1\r\nHost: {}\r\n\r\n", server.host).unwrap();
    let lines = BufReader::new(events).lines().map(|line| line.unwrap());
    let mut versions = lines.filter(|line| line.starts_with("data: "));
    let first = versions.next().unwrap();
    assert!(page.contains(first.trim_start_matches("data: ")), "{first}");
    folder.write("a.wfc", FINE.replace("sold", "handed_over"));
    assert_ne!(versions.next().unwrap(), first);
    server.comes_to(|data| data.contains("handed_over"));
}

#[test]
fn a_broken_text_keeps_the_last_good_picture() {
    let folder = Folder::new(&[("a.wfc", FINE)]);
    let server = Server::start(&folder, &["a.wfc"]);
    let data = server.comes_to(|data| data.contains("\"sold\""));
    assert!(data.contains("\"stale\":false"), "{data}");
    folder.write("a.wfc", format!("{FINE}\nworkflow {{ nonsense"));
    let data = server.comes_to(|data| data.contains("\"stale\":true"));
    assert!(data.contains("\"sold\"") && data.contains("syntax-error"), "{data}");
    folder.write("wfc.yaml", "profil: strict\n");
    server.comes_to(|data| data.contains("unknown key `profil`"));
    std::fs::remove_file(folder.at("wfc.yaml")).unwrap();
    folder.write("a.wfc", FINE.replace("sold", "mended"));
    let data = server.comes_to(|data| data.contains("\"mended\""));
    assert!(data.contains("\"stale\":false") && data.contains("\"broken\":[]"), "{data}");
}

#[test]
fn nobody_else_gets_anything() {
    let folder = Folder::new(&[("a.wfc", FINE), ("secret.txt", "hush")]);
    let server = Server::start(&folder, &[]);
    let port = server.host.rsplit(':').next().unwrap();
    for host in [
        "evil.example",
        &format!("evil.example:{port}"),
        &format!("127.0.0.1.evil.example:{port}"),
        "127.0.0.1:1",
        "",
    ] {
        let (head, body) = server.ask_as("GET", "/page.json", host);
        assert!(head.starts_with("HTTP/1.1 4") && !body.contains("sold"), "{host}: {head}\n{body}");
    }
    for method in ["POST", "PUT", "DELETE", "OPTIONS"] {
        let (head, _) = server.ask_as(method, "/", &server.host);
        assert!(head.starts_with("HTTP/1.1 405"), "{method}: {head}");
    }
    for path in [
        "/secret.txt",
        "/../secret.txt",
        "/..%2fsecret.txt",
        "//secret.txt",
        "/a.wfc",
        "/./page.json/../secret.txt",
    ] {
        let (head, body) = server.ask(path);
        assert!(head.starts_with("HTTP/1.1 4") && !body.contains("hush"), "{path}: {head}\n{body}");
    }
    let (head, _) = server.ask_as("GET", "/", &format!("localhost:{port}"));
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    for said in [
        "x-content-type-options: nosniff",
        "x-frame-options: DENY",
        "cross-origin-resource-policy: same-origin",
    ] {
        assert!(head.contains(said), "{head}");
    }
    assert!(!head.contains("access-control"), "{head}");
}

#[test]
fn what_cannot_be_served_is_trouble() {
    let folder = Folder::new(&[("a.wfc", FINE)]);
    let server = Server::start(&folder, &[]);
    let port = server.host.rsplit(':').next().unwrap();
    folder.wfc(&["serve", "--open", "no", "--port", port]).is_trouble(&format!(
        "port {port} is in use: choose another one with --port, or 0 for any that is free"
    ));
    folder.wfc(&["serve", "gone.wfc"]).is_trouble("gone.wfc: there is no such file or folder");
    folder.wfc(&["serve", "-"]).is_trouble("standard input never changes");
    for arguments in
        [["serve", "--port", "70000"], ["serve", "--open", "perhaps"], ["serve", "--view", "none"]]
    {
        assert_eq!(folder.wfc(&arguments).code, 2, "{arguments:?}");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_it_well() {
    let folder = Folder::new(&[("a.wfc", FINE)]);
    let mut server = Server::start(&folder, &[]);
    // An open line keeps nobody waiting.
    let mut events = server.connected();
    write!(events, "GET /events HTTP/1.1\r\nHost: {}\r\n\r\n", server.host).unwrap();
    let mut some = [0; 16];
    events.read_exact(&mut some).unwrap();
    let id = server.child.id().to_string();
    assert!(std::process::Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    assert_eq!(server.child.wait().unwrap().code(), Some(0));
}
