//! Nothing of a sign-in is in a log line or in a `Debug` text, at any level (S1).

use std::time::SystemTime;

use autotask_proxy::oidc::{Http, Provider};
use serde_json::json;
use tracing::instrument::WithSubscriber;

use super::forged::{Forged, SECRET};
use super::signers::{FOREIGN, HONEST};
use crate::secrets::Log;

#[tokio::test]
async fn nothing_of_a_sign_in_is_shown() {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(log.clone())
        .with_ansi(false)
        .finish();
    let forged = Forged::start().await;
    let (mut shown, mut hidden) = (String::new(), vec![SECRET.to_owned(), "client+secret".to_owned()]);
    let work = async {
        let config = forged.config();
        shown += &format!("{config:?}");
        let provider = Provider::discover(config, Http::new().unwrap()).await.unwrap();
        for is_honest in [true, false] {
            forged.token(if is_honest { |_, claims| HONEST.rs256(claims) } else { |_, claims| FOREIGN.rs256(claims) });
            let now = SystemTime::now();
            let trip = forged.sign_in(&provider, now);
            let kept = serde_json::to_value(&trip.pending).unwrap();
            hidden.extend(["state", "nonce", "verifier"].map(|name| kept[name].as_str().unwrap().to_owned()));
            let code = trip.code.replace('/', "%2F").replace('+', "%2B");
            hidden.extend([trip.code.clone(), code.clone()]);
            shown += &format!("{:?}", trip.pending);
            let outcome = provider.finish(&format!("code={code}&state={}", trip.state), trip.pending, now).await;
            assert_eq!(outcome.is_ok(), is_honest);
            shown += &format!("{outcome:?}");
        }
        forged.document("issuer", json!("https://evil.test/hidden-issuer"));
        shown += &forged.sentence(forged.config()).await;
        shown += &format!("{provider:?}");
    };
    work.with_subscriber(subscriber).await;
    shown += &String::from_utf8_lossy(&log.0.lock().unwrap());
    hidden.extend(["ada-1", "ada@msp", "Lovelace", "eyJ", "hidden-issuer", "evil.test"].map(str::to_owned));
    // What is logged on purpose is there, so the log was read.
    assert!(shown.contains("a sign-in was refused why=Token(Signature)"), "{shown}");
    for text in hidden {
        assert!(!text.is_empty() && !shown.contains(&text), "{text}");
    }
}
