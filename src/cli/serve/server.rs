//! Three addresses on 127.0.0.1: the page, its data, and a line on which changes are told. No address is a
//! path of the disk, so that none leads out of a folder.

use super::studio::{Drawn, Studio};
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::{self, Next};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use futures_util::stream::{self, Stream};
use std::convert::Infallible;
use std::io::ErrorKind;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;
use tokio::sync::watch::{self, Receiver};

/// What every request can see.
#[derive(Clone)]
struct Desk {
    address: SocketAddr,
    drawn: Receiver<Arc<Drawn>>,
}

/// Takes the port; in words where that cannot be.
pub fn bind(port: u16) -> Result<(TcpListener, SocketAddr), String> {
    let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).and_then(|listener| {
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    });
    bound.map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => {
            format!("port {port} is in use: choose another one with --port, or 0 for any that is free")
        }
        ErrorKind::PermissionDenied => format!("port {port} is not for everybody: choose one from 1024 on"),
        _ => format!("port {port} cannot be used: {error}"),
    })
}

/// Serves until it is interrupted.
pub fn serve(listener: TcpListener, address: SocketAddr, mut studio: Studio) -> Result<(), String> {
    let (sender, drawn) = watch::channel(Arc::new(studio.draw()));
    thread::spawn(move || {
        while studio.wait().is_some() {
            let now = studio.draw();
            if sender.borrow().version != now.version {
                sender.send_replace(Arc::new(now));
            }
        }
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = runtime.map_err(|error| format!("the server cannot start: {error}"))?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::from_std(listener);
        let listener = listener.map_err(|error| format!("the server cannot start: {error}"))?;
        // Lines on which changes are told never end by themselves, so that nothing waits for them here.
        tokio::select! {
            served = axum::serve(listener, router(Desk { address, drawn })) => {
                served.map_err(|error| format!("the server has stopped: {error}"))
            }
            _ = tokio::signal::ctrl_c() => Ok(()),
        }
    })
}

fn router(desk: Desk) -> Router {
    Router::new()
        .route("/", get(page))
        .route("/page.json", get(data))
        .route("/events", get(events))
        .layer(middleware::from_fn_with_state(desk.clone(), guard))
        .with_state(desk)
}

/// Lets in who asks for this machine by its own name: a page elsewhere whose name was made to lead here
/// does not. And says to browsers that nobody else may use what they get.
async fn guard(State(desk): State<Desk>, request: Request, next: Next) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let mut response = if host.is_some_and(|host| is_here(host, desk.address.port())) {
        next.run(request).await
    } else {
        (StatusCode::MISDIRECTED_REQUEST, "wfc serve answers to 127.0.0.1 and localhost only\n")
            .into_response()
    };
    for (name, value) in [
        ("cache-control", "no-store"),
        ("cross-origin-resource-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("referrer-policy", "no-referrer"),
        ("x-content-type-options", "nosniff"),
        ("x-frame-options", "DENY"),
    ] {
        response.headers_mut().insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    response
}

fn is_here(host: &str, port: u16) -> bool {
    ["127.0.0.1", "localhost"].iter().any(|name| {
        host.strip_prefix(name)
            .is_some_and(|rest| rest == format!(":{port}") || (rest.is_empty() && port == 80))
    })
}

async fn page(State(desk): State<Desk>) -> Response {
    let html = desk.drawn.borrow().html.clone();
    ([(header::CONTENT_TYPE, "text/html; charset=utf-8")], html).into_response()
}

async fn data(State(desk): State<Desk>) -> Response {
    let json = desk.drawn.borrow().json.clone();
    ([(header::CONTENT_TYPE, "application/json")], json).into_response()
}

/// The version that there is now, and each one that comes.
async fn events(State(desk): State<Desk>) -> Sse<impl Stream<Item = Result<Event, Infallible>>> {
    let events = stream::unfold((desk.drawn, true), |(mut drawn, is_first)| async move {
        if !is_first {
            drawn.changed().await.ok()?;
        }
        let version = drawn.borrow_and_update().version.clone();
        Some((Ok(Event::default().event("drawn").data(version)), (drawn, false)))
    });
    Sse::new(events).keep_alive(KeepAlive::default())
}

#[cfg(test)]
mod tests {
    use super::is_here;

    #[test]
    fn only_this_machine_is_meant() {
        for host in ["127.0.0.1:4280", "localhost:4280"] {
            assert!(is_here(host, 4280), "{host}");
        }
        for host in [
            "",
            "evil.example:4280",
            "127.0.0.1",
            "localhost:80",
            "127.0.0.1.evil.example:4280",
            "localhost:4280.x",
        ] {
            assert!(!is_here(host, 4280), "{host}");
        }
    }
}
