//! HTTP by plain TCP: a client, and a server that says what a test tells it to.

use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

#[derive(Clone, Debug)]
pub struct Message {
    /// The first line.
    pub head: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Message {
    fn read(stream: &TcpStream) -> Option<Message> {
        let mut reader = BufReader::new(stream);
        let mut head = String::new();
        reader.read_line(&mut head).ok().filter(|read| *read > 0)?;
        let mut headers = BTreeMap::new();
        loop {
            let mut line = String::new();
            reader.read_line(&mut line).ok()?;
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            headers.insert(name.to_lowercase(), value.to_string());
        }
        let length = headers.get("content-length").and_then(|text| text.parse().ok()).unwrap_or(0);
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        Some(Message {
            head: head.trim_end().to_string(),
            headers,
            body: String::from_utf8_lossy(&body).into(),
        })
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(String::as_str).unwrap_or_default()
    }

    pub fn status(&self) -> u16 {
        self.head.split(' ').nth(1).and_then(|text| text.parse().ok()).expect("it has one")
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_default()
    }
}

/// A request; `kind` is the type of its body.
pub fn send(method: &str, url: &str, kind: &str, body: &str) -> Message {
    let rest = url.strip_prefix("http://").expect("it is one");
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let stream = TcpStream::connect(host).expect("somebody listens");
    let text = format!(
        "{method} /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Type: {kind}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        body.len()
    );
    // Who does not read on says why in the answer.
    let _ = (&stream).write_all(text.as_bytes());
    Message::read(&stream).expect("it answers")
}

pub fn get(url: &str) -> Message {
    send("GET", url, "text/plain", "")
}

pub fn post(url: &str, body: &Value) -> Message {
    send("POST", url, "application/json", &body.to_string())
}

/// Asks until the answer is as it should be.
pub fn until(url: &str, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let began = Instant::now();
    loop {
        let told = get(url).json();
        if is_so(&told) {
            return told;
        }
        assert!(began.elapsed() < Duration::from_secs(90), "{what} does not come to pass: {told}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// What a server answers: status, type, body.
pub type Said = (u16, &'static str, String);

/// A server, until the process of the test is over.
pub struct Server {
    pub address: String,
    heard: Arc<Mutex<Vec<Message>>>,
}

impl Server {
    /// Answers by what it was asked and how often it was asked that.
    pub fn start(answer: impl Fn(&Message, usize) -> Said + Send + Sync + 'static) -> Server {
        let listener = TcpListener::bind("127.0.0.1:0").expect("there is a port");
        let address = format!("http://{}", listener.local_addr().expect("it has one"));
        let heard: Arc<Mutex<Vec<Message>>> = Arc::default();
        let (log, answer) = (heard.clone(), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, answer) = (log.clone(), answer.clone());
                std::thread::spawn(move || {
                    let Some(asked) = Message::read(&stream) else { return };
                    let times = {
                        let mut log = log.lock().expect("nobody has panicked");
                        log.push(asked.clone());
                        log.iter().filter(|other| other.head == asked.head).count()
                    };
                    let (status, kind, body) = answer(&asked, times);
                    let text = format!(
                        "HTTP/1.1 {status} So\r\nConnection: close\r\nContent-Type: {kind}\r\n\
                         Content-Length: {}\r\n\r\n{body}",
                        body.len()
                    );
                    let _ = (&stream).write_all(text.as_bytes());
                });
            }
        });
        Server { address, heard }
    }

    pub fn heard(&self, path: &str) -> Vec<Message> {
        let heard = self.heard.lock().expect("nobody has panicked");
        let begin = format!("POST {path} ");
        heard.iter().filter(|asked| asked.head.starts_with(&begin)).cloned().collect()
    }
}
