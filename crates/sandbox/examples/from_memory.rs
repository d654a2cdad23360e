//! The floor of the sandbox's benchmark: the least that an answer of so many bytes costs over HTTP, with no database
//! and nothing written but what was handed in.
//!
//! `PUT /` keeps a body; every other request gets it back. Prints its address when it listens.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, header};
use axum::response::Response;
use axum::serve::ListenerExt;

/// What is sent back.
type Kept = Arc<Mutex<Bytes>>;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}/", listener.local_addr()?);
    // As the server has it.
    let listener = listener.tap_io(|socket| {
        let _ = socket.set_nodelay(true);
    });
    axum::serve(listener, Router::new().fallback(answer).with_state(Kept::default())).await?;
    Ok(())
}

async fn answer(State(kept): State<Kept>, request: Request) -> Response {
    let is_new = request.method() == Method::PUT;
    // Whoever asks is read to the end, as the sandbox does.
    let body = axum::body::to_bytes(request.into_body(), usize::MAX).await.unwrap_or_default();
    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
    if is_new {
        *kept = body;
        return Response::new(Body::empty());
    }
    let mut response = Response::new(Body::from(kept.clone()));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    response
}
