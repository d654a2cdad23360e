//! Serves a sandbox to try it by hand: `cargo run --release -p autotask-sandbox --example serve -- 8081 2000 [FILE]`.

use autotask_sandbox::{Config, DEFAULT_COMPANIES, Sandbox};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let port: u16 = arguments.next().map_or(Ok(8081), |port| port.parse())?;
    let companies = arguments.next().map_or(Ok(DEFAULT_COMPANIES), |companies| companies.parse())?;
    let started = std::time::Instant::now();
    let sandbox = Sandbox::open(Config { companies, database: arguments.next().map(Into::into), ..Config::default() })?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    println!("http://{} after {:.1?}", listener.local_addr()?, started.elapsed());
    axum::serve(listener, sandbox.router().into_make_service_with_connect_info::<std::net::SocketAddr>()).await?;
    Ok(())
}
