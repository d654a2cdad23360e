//! Page cursor: what stands behind `paging=` in the page addresses that callers get. Autotask's own cursor is inside, signed
//! by this server: it is good for the person who got it, for the pages of that very query, and for 15 minutes.
//!
//! ```text
//! base64url( signature, 32 bytes │ when it was made, 8 bytes │ Autotask's cursor )
//! ```
//!
//! What it is bound to is not in it: the request for the page says that again, and the signature covers it.

use std::fmt;

use autotask_core::EntityInfo;
use autotask_core::route::{Method, Page};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::clock::Clock;
use crate::refusal::Refusal;

/// For how many milliseconds a cursor is good: 15 minutes.
const AGE_MAX: u64 = 15 * 60 * 1_000;
/// Most bytes of a cursor of Autotask's.
const CURSOR_BYTES_MAX: usize = 4096;
const SIGNATURE_BYTES: usize = 32;
const TIME_BYTES: usize = 8;
/// Most letters of a cursor of ours: base64 makes four of three bytes.
const LETTERS_MAX: usize = (SIGNATURE_BYTES + TIME_BYTES + CURSOR_BYTES_MAX).div_ceil(3) * 4;

/// What it is signed with.
pub(crate) type Key = [u8; 32];

/// Signs cursors and knows its own again.
#[derive(Clone)]
pub(crate) struct PageCursors {
    key: Key,
    clock: Clock,
}

impl fmt::Debug for PageCursors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PageCursors")
    }
}

impl PageCursors {
    pub(crate) fn new(key: Key, clock: Clock) -> PageCursors {
        PageCursors { key, clock }
    }

    /// Those of this person.
    pub(crate) fn of(&self, person: impl Into<String>) -> PagesOf {
        PagesOf { cursors: self.clone(), person: person.into() }
    }

    fn mac(&self, person: &str, pages: &Pages<'_>, time: &[u8], cursor: &[u8]) -> Option<Hmac<Sha256>> {
        let Pages { entity, method, page, filter } = pages;
        let page = match page {
            Page::First => "first",
            Page::Next => "next",
            Page::Previous => "previous",
        };
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).ok()?;
        let parts = [person.as_bytes(), entity.name.as_bytes(), method.as_str().as_bytes(), page.as_bytes()];
        for part in parts.into_iter().chain([filter.as_bytes(), time, cursor]) {
            // With its length before it no part can take letters of its neighbour.
            mac.update(&u64::try_from(part.len()).ok()?.to_le_bytes());
            mac.update(part);
        }
        Some(mac)
    }
}

/// Which pages a cursor leads to.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Pages<'a> {
    pub(crate) entity: &'static EntityInfo,
    pub(crate) method: Method,
    pub(crate) page: Page,
    /// What is searched for, in one spelling; nothing for all.
    pub(crate) filter: &'a str,
}

/// The cursors of one person.
#[derive(Clone, Debug)]
pub(crate) struct PagesOf {
    cursors: PageCursors,
    person: String,
}

impl PagesOf {
    /// A cursor of Autotask's as this person gets it; `None` when it cannot be one: Autotask's is JSON and never an address.
    pub(crate) fn sign(&self, pages: &Pages<'_>, cursor: &str) -> Option<String> {
        if cursor.is_empty()
            || cursor.len() > CURSOR_BYTES_MAX
            || cursor.contains("://")
            || cursor.chars().any(char::is_control)
        {
            return None;
        }
        let time = self.cursors.clock.now().to_le_bytes();
        let mac = self.cursors.mac(&self.person, pages, &time, cursor.as_bytes())?;
        let mut bytes = mac.finalize().into_bytes().to_vec();
        bytes.extend_from_slice(&time);
        bytes.extend_from_slice(cursor.as_bytes());
        Some(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// The cursor of Autotask's in one that this person got for these pages.
    pub(crate) fn open(&self, pages: &Pages<'_>, cursor: &str) -> Result<String, Refusal> {
        self.opened(pages, cursor).ok_or(Refusal::Request(
            "the page's cursor `paging` is none that this server gave to you for this query in the last 15 minutes; send the \
             page's address as it came, with the verb and the body of the first page, or begin again with that",
        ))
    }

    fn opened(&self, pages: &Pages<'_>, cursor: &str) -> Option<String> {
        // Nothing longer is even decoded.
        if cursor.len() > LETTERS_MAX {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (signature, rest) = bytes.split_at_checked(SIGNATURE_BYTES)?;
        let (time, cursor) = rest.split_first_chunk::<TIME_BYTES>()?;
        // In a time that does not depend on where the signatures differ.
        self.cursors.mac(&self.person, pages, time, cursor)?.verify_slice(signature).ok()?;
        let age = self.cursors.clock.now().abs_diff(i64::from_le_bytes(*time));
        (age < AGE_MAX).then(|| String::from_utf8(cursor.to_vec()).ok())?
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicI64, Ordering};

    use autotask_core::entity;

    use super::*;

    const OWN: &str = r#"{"pageSize":500,"previousIds":[-1],"nextIds":[725]}"#;

    fn companies() -> Pages<'static> {
        Pages { entity: entity("Companies").unwrap(), method: Method::Post, page: Page::Next, filter: "[1]" }
    }

    #[test]
    fn a_cursor_is_good_for_15_minutes_and_for_what_it_was_made_for() {
        let time = Arc::new(AtomicI64::new(1_800_000_000_000));
        let clock = Arc::clone(&time);
        let cursors = PageCursors::new([7; 32], Clock::of(move || clock.load(Ordering::Relaxed)));
        let ann = cursors.of("user 1");
        let made = ann.sign(&companies(), OWN).unwrap();
        assert_eq!(ann.open(&companies(), &made), Ok(OWN.to_owned()));
        for (person, pages) in [
            ("user 2", companies()),
            ("user 1", Pages { entity: entity("Contacts").unwrap(), ..companies() }),
            ("user 1", Pages { method: Method::Get, ..companies() }),
            ("user 1", Pages { page: Page::Previous, ..companies() }),
            ("user 1", Pages { filter: "[1", ..companies() }),
            ("user 1", Pages { filter: "", ..companies() }),
        ] {
            assert!(cursors.of(person).open(&pages, &made).is_err(), "{person} {pages:?}");
        }
        let other = PageCursors::new([8; 32], Clock::system());
        assert!(other.of("user 1").open(&companies(), &made).is_err());
        for (passed, is_good) in [(899_999, true), (1, false), (-1_000_000, true), (-1_000_000, false)] {
            time.fetch_add(passed, Ordering::Relaxed);
            assert_eq!(ann.open(&companies(), &made).is_ok(), is_good, "{passed}");
        }
    }

    #[test]
    fn no_letter_of_it_can_be_changed() {
        let cursors = PageCursors::new([7; 32], Clock::of(|| 1_800_000_000_000));
        let ann = cursors.of("user 1");
        let made = ann.sign(&companies(), OWN).unwrap();
        for at in 0..made.len() {
            for letter in ["A", "b", "_", ".", "", "é", "AA"] {
                let changed = format!("{}{letter}{}", &made[..at], &made[at + 1..]);
                assert_eq!(ann.open(&companies(), &changed).is_ok(), changed == made, "{changed}");
            }
            assert!(ann.open(&companies(), &made[..at]).is_err());
        }
        assert!(ann.open(&companies(), OWN).is_err());
    }

    #[test]
    fn what_cannot_be_autotasks_is_not_signed() {
        let cursors = PageCursors::new([7; 32], Clock::system());
        let ann = cursors.of("user 1");
        let longest = "1".repeat(CURSOR_BYTES_MAX);
        let made = ann.sign(&companies(), &longest).unwrap();
        assert_eq!(ann.open(&companies(), &made), Ok(longest.clone()));
        for cursor in ["", "https://evil.test/", "a\r\nb", &format!("{longest}1")] {
            assert_eq!(ann.sign(&companies(), cursor), None, "{cursor}");
        }
    }
}
