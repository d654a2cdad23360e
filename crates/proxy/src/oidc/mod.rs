//! OpenID Connect: a person signs in at the shop's own provider, such as Entra ID, and comes back with an identity.
//!
//! ```text
//! discover ─► Provider ─ begin ─► address + Pending      the browser goes there, Pending waits for it
//!                      └ finish(query, Pending) ─► Identity, or Refused in words for that person
//! ```
//!
//! Authorization code with PKCE (S256), state and nonce. Nothing here knows routes, cookies, users or sessions: who
//! calls keeps the [`Pending`], takes it away before it calls [`Provider::finish`], and looks the [`Identity`] up.

mod callback;
mod claims;
mod config;
mod discovery;
mod http;
mod identity;
mod keys;
mod pending;
mod provider;
mod refused;
mod return_to;

pub use config::OidcConfig;
pub use http::Http;
pub use identity::Identity;
pub use pending::{PENDING_FOR, Pending};
pub use provider::Provider;
pub use refused::{Refused, TokenFault};
pub use return_to::ReturnTo;
