//! Identity: who signed in, by a key that stays the same for a person and is nobody else's.

use std::fmt;

/// Longest name that is kept, in characters.
const NAME_CHARS_MAX: usize = 200;
/// Longest address that mail knows, in bytes.
const EMAIL_BYTES_MAX: usize = 254;

/// A person as the provider knows them.
#[derive(Clone, PartialEq, Eq)]
pub struct Identity {
    /// What a user is found by: `entra:TID/OID` for Entra ID, else `ISSUER|SUB`. At most 2 kB, without control
    /// characters. Never made of the e-mail, which changes hands.
    pub key: String,
    /// The e-mail as the provider has it, at most 254 bytes: to propose something by, never to recognize a person.
    pub email: Option<String>,
    /// Whether the provider says that the e-mail is this person's. Entra ID never says so.
    pub is_email_verified: bool,
    /// What to call the person, at most 200 characters.
    pub name: Option<String>,
}

impl Identity {
    pub(super) fn new(key: String, email: Option<&str>, is_email_verified: bool, name: Option<&str>) -> Identity {
        let email = email.map(str::trim).filter(|email| is_email(email)).map(str::to_owned);
        let is_email_verified = is_email_verified && email.is_some();
        Identity { key, email, is_email_verified, name: name.and_then(presentable) }
    }
}

impl fmt::Debug for Identity {
    /// Without the person.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").field("is_email_verified", &self.is_email_verified).finish_non_exhaustive()
    }
}

fn is_email(text: &str) -> bool {
    let is_plain = |c: char| !c.is_control() && !c.is_whitespace();
    let parts = text.split_once('@').filter(|(local, host)| !local.is_empty() && !host.is_empty());
    text.len() <= EMAIL_BYTES_MAX && text.chars().all(is_plain) && parts.is_some_and(|(_, host)| !host.contains('@'))
}

/// The name in one line.
fn presentable(name: &str) -> Option<String> {
    let name: String = name.chars().filter(|c| !c.is_control()).take(NAME_CHARS_MAX).collect();
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_email_is_none() {
        for text in
            ["", "a", "@", "a@", "@b.test", "a@b@c.test", "a b@c.test", "a\0@b.test", &format!("a@{}", "b".repeat(253))]
        {
            assert_eq!(Identity::new(String::new(), Some(text), true, None).email, None, "{text:?}");
        }
        let identity = Identity::new(String::new(), Some(" a.b+c@d.test "), true, Some("\r\n Ada\0 L. "));
        assert_eq!((identity.email.as_deref(), identity.name.as_deref()), (Some("a.b+c@d.test"), Some("Ada L.")));
        assert!(identity.is_email_verified);
        assert!(!Identity::new(String::new(), Some("a"), true, None).is_email_verified);
        assert_eq!(Identity::new(String::new(), None, false, Some(&"é".repeat(300))).name, Some("é".repeat(200)));
    }

    #[test]
    fn nobody_is_in_the_log() {
        let identity = Identity::new("entra:a/b".to_owned(), Some("ada@b.test"), false, Some("Ada"));
        let shown = format!("{identity:?}");
        assert!(!["entra", "ada", "Ada"].iter().any(|text| shown.contains(text)), "{shown}");
    }
}
