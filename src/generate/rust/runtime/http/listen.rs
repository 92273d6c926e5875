//! Where a server listens, and when it stops.

use axum::Router;
use std::net::SocketAddr;
use tokio::net::TcpListener;

/// Opens what `--listen` names: an address with its port, or a port of this machine alone.
pub async fn open(at: &str) -> Result<TcpListener, String> {
    let wrong = |error: String| format!("--listen {at}: {error}");
    let address = match at.parse::<u16>() {
        Ok(port) => SocketAddr::from(([127, 0, 0, 1], port)),
        Err(_) => {
            at.parse().map_err(|_| wrong("is not an address like 127.0.0.1:8080".to_string()))?
        }
    };
    if !address.ip().is_loopback() {
        tracing::warn!(%address, "others can reach it, and nobody is asked who they are");
    }
    TcpListener::bind(address).await.map_err(|error| wrong(error.to_string()))
}

pub fn url(listener: &TcpListener) -> Result<String, String> {
    listener.local_addr().map(|at| format!("http://{at}")).map_err(|error| error.to_string())
}

/// Serves until somebody stops the process; what is under way is finished.
pub async fn serve(listener: TcpListener, router: Router) -> Result<(), String> {
    axum::serve(listener, router)
        .with_graceful_shutdown(crate::words::stopped())
        .await
        .map_err(|error| error.to_string())
}
