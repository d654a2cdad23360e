//! Throttle: how often somebody may try to sign in. Counted for a login and where the calls come from, so that nobody is
//! locked out by the guesses of somebody else.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};

use super::random::{Hash, hash};

/// Tries that cost no waiting.
const FREE: u32 = 5;
/// How long tries count, in milliseconds: a quarter of an hour.
const WINDOW: i64 = 15 * 60 * 1000;
/// Most that are remembered.
const ENTRIES_MAX: usize = 10_000;

#[derive(Clone, Copy, Debug)]
struct Tries {
    count: u32,
    first_at: i64,
}

/// Counts tries.
#[derive(Debug, Default)]
pub(crate) struct Throttle(Mutex<HashMap<(Hash, IpAddr), Tries>>);

impl Throttle {
    /// Counts a try before it is made, so that many at once are as many; else the seconds to wait.
    pub(crate) fn try_once(&self, login: &str, peer: IpAddr, now: i64) -> Result<(), u32> {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = key(login, peer);
        if entries.len() >= ENTRIES_MAX && !entries.contains_key(&key) {
            entries.retain(|_, tries| now - tries.first_at < WINDOW);
            // Still full, so somebody tries many logins: the oldest is forgotten, which costs that one its count only.
            if entries.len() >= ENTRIES_MAX
                && let Some(oldest) = entries.iter().min_by_key(|(_, tries)| tries.first_at).map(|(key, _)| *key)
            {
                entries.remove(&oldest);
            }
        }
        let tries = entries.entry(key).or_insert(Tries { count: 0, first_at: now });
        if now - tries.first_at >= WINDOW {
            *tries = Tries { count: 0, first_at: now };
        }
        if tries.count >= FREE {
            let wait = (tries.first_at + WINDOW - now).div_euclid(1000) + 1;
            return Err(u32::try_from(wait).unwrap_or(1));
        }
        tries.count += 1;
        Ok(())
    }

    /// Forgets the tries of somebody who was let in, or takes back one that was not looked at.
    pub(crate) fn forget(&self, login: &str, peer: IpAddr) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&key(login, peer));
    }

    /// Takes back a try that nobody looked at.
    pub(crate) fn take_back(&self, login: &str, peer: IpAddr) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(tries) = entries.get_mut(&key(login, peer)) {
            tries.count = tries.count.saturating_sub(1);
        }
    }
}

/// The login as a hash, since somebody may type a password there; of an IPv6 address what a provider hands out to one.
fn key(login: &str, peer: IpAddr) -> (Hash, IpAddr) {
    let peer = match peer.to_canonical() {
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from(u128::from(address) >> 64 << 64)),
        v4 @ IpAddr::V4(_) => v4,
    };
    (hash(login), peer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_tries_in_a_quarter_of_an_hour_for_each_login_and_place() {
        let throttle = Throttle::default();
        let (here, there) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        for _ in 0..5 {
            assert_eq!(throttle.try_once("a@x.test", here, 1_000), Ok(()));
        }
        assert_eq!(throttle.try_once("a@x.test", here, 1_000), Err(901));
        assert_eq!(throttle.try_once("a@x.test", there, 1_000), Ok(()));
        assert_eq!(throttle.try_once("b@x.test", here, 1_000), Ok(()));
        assert_eq!(throttle.try_once("a@x.test", here, 900_999), Err(1));
        assert_eq!(throttle.try_once("a@x.test", here, 901_000), Ok(()));
        let (one, other) = ("2001:db8::1".parse().unwrap(), "2001:db8::ffff:2".parse().unwrap());
        for n in 0..6 {
            assert_eq!(throttle.try_once("v6", if n % 2 == 0 { one } else { other }, 0).is_ok(), n < 5, "{n}");
        }
        assert_eq!(throttle.try_once("v6", "2001:db8:0:1::1".parse().unwrap(), 0), Ok(()));
        throttle.take_back("v6", one);
        assert_eq!(throttle.try_once("v6", one, 0), Ok(()));
        throttle.forget("v6", one);
        assert_eq!((0..9).filter(|_| throttle.try_once("v6", one, 0).is_ok()).count(), 5);
    }

    #[test]
    fn what_is_remembered_is_bounded_and_the_last_is_in_it() {
        let throttle = Throttle::default();
        let peer = "192.0.2.1".parse().unwrap();
        for n in 0..10_100_i64 {
            assert_eq!(throttle.try_once(&n.to_string(), peer, n), Ok(()));
        }
        assert_eq!(throttle.0.lock().unwrap().len(), ENTRIES_MAX);
        assert_eq!((0..9).filter(|_| throttle.try_once("10099", peer, 10_100).is_ok()).count(), 4);
    }
}
