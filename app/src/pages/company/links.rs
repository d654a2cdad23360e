//! Links: addresses out of texts that other people typed. Only http, https, mailto and tel ever come out. Pure.

/// `tel:` with the digits; an extension after a letter or `#` is left out. `None` without at least three digits.
pub fn phone_href(phone: &str) -> Option<String> {
    let mut digits = String::new();
    for letter in phone.trim().chars() {
        match letter {
            '0'..='9' => digits.push(letter),
            '+' if digits.is_empty() => digits.push('+'),
            ' ' | '\u{a0}' | '-' | '–' | '.' | '/' | '(' | ')' => {}
            _ => break,
        }
    }
    // The zero of "+43 (0) 3687" is not dialled.
    if let Some(at) = phone.find("(0)")
        && digits.starts_with('+')
    {
        let before = phone[..at].chars().filter(char::is_ascii_digit).count();
        digits.remove(before + 1);
    }
    let count = digits.trim_start_matches('+').len();
    (count >= 3).then(|| ["tel:", &digits].concat())
}

/// `mailto:` of something that can only be one address.
pub fn mail_href(mail: &str) -> Option<String> {
    let mail = mail.trim();
    let (name, host) = mail.split_once('@')?;
    let is_plain = |letter: char| !letter.is_whitespace() && !letter.is_control() && !",;<>\"()?&%@:".contains(letter);
    let is_address = !name.is_empty() && host.contains('.') && name.chars().all(is_plain) && host.chars().all(is_plain);
    is_address.then(|| ["mailto:", mail].concat())
}

/// A web address, always by https: one without a scheme or with `http://` gets it. Other schemes are no links.
pub fn web_href(web: &str) -> Option<String> {
    let web = web.trim();
    let lower = web.to_ascii_lowercase();
    let rest = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://"));
    let host = rest.unwrap_or(&lower).split(['/', '?', '#']).next().unwrap_or_default();
    let is_host = |letter: char| letter.is_alphanumeric() || ".-:".contains(letter);
    let (name, port) = host.split_once(':').unwrap_or((host, "0"));
    let is_web = name.contains('.')
        && !name.starts_with('.')
        && name.chars().all(is_host)
        && port.chars().all(|letter| letter.is_ascii_digit())
        && !web.chars().any(|letter| letter.is_whitespace() || letter.is_control());
    is_web.then(|| ["https://", &web[lower.len() - rest.map_or(lower.len(), str::len)..]].concat())
}

/// A web address as it is read: without scheme, `www.` and a slash at the end.
pub fn web_text(web: &str) -> &str {
    let web = web.trim();
    let cut = |text: &str, prefix: &str| {
        text.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix)).then_some(prefix.len())
    };
    let start = cut(web, "https://").or_else(|| cut(web, "http://")).unwrap_or(0);
    let web = &web[start..];
    let web = &web[cut(web, "www.").unwrap_or(0)..];
    web.strip_suffix('/').unwrap_or(web)
}

/// The company's page in Autotask itself. `None` unless the root is an https address.
pub fn autotask_href(web_url: &str, id: i64) -> Option<String> {
    let root = web_url.strip_prefix("https://")?.trim_end_matches('/');
    let path = "/Autotask/AutotaskExtend/ExecuteCommand.aspx?Code=OpenAccount&AccountID=";
    (!root.is_empty()).then(|| ["https://", root, path, &id.to_string()].concat())
}

#[cfg(test)]
mod tests {
    use super::{autotask_href, mail_href, phone_href, web_href, web_text};

    #[test]
    fn phones_are_dialled_by_their_digits() {
        let href = |phone| phone_href(phone);
        assert_eq!(href("+43 3687 22 450").as_deref(), Some("tel:+43368722450"));
        assert_eq!(href("+43 (0) 3687/22-450").as_deref(), Some("tel:+43368722450"));
        assert_eq!(href("(212) 555-0100 x12").as_deref(), Some("tel:2125550100"));
        assert_eq!(href("call the gatekeeper"), None);
        assert_eq!(href("12"), None);
    }

    #[test]
    fn only_one_plain_address_becomes_a_mail_link() {
        assert_eq!(mail_href(" a.b@c.at ").as_deref(), Some("mailto:a.b@c.at"));
        for mail in ["a@b.c?bcc=x@y.z", "a@b.c,d@e.f", "a b@c.de", "@c.de", "a@localhost", "javascript:1"] {
            assert_eq!(mail_href(mail), None, "{mail}");
        }
    }

    #[test]
    fn only_web_addresses_become_web_links() {
        assert_eq!(web_href("www.acme.com/about").as_deref(), Some("https://www.acme.com/about"));
        assert_eq!(web_href("http://acme.com").as_deref(), Some("https://acme.com"));
        assert_eq!(web_href("HTTPS://Acme.com:8443/x").as_deref(), Some("https://Acme.com:8443/x"));
        for web in [
            "javascript:alert(1)",
            "data:text/html,x",
            "acme",
            "a b.com",
            "ftp://acme.com",
            "https://",
            "//x.y",
            "user@a.b:1",
        ] {
            assert_eq!(web_href(web), None, "{web}");
        }
        assert_eq!(web_text("https://www.Acme.com/"), "Acme.com");
        assert_eq!(web_text("ä.at"), "ä.at");
    }

    #[test]
    fn autotask_is_reached_by_https_only() {
        let path = "https://ww3.autotask.net/Autotask/AutotaskExtend/ExecuteCommand.aspx?Code=OpenAccount&AccountID=0";
        assert_eq!(autotask_href("https://ww3.autotask.net/", 0).as_deref(), Some(path));
        assert_eq!(autotask_href("http://ww3.autotask.net/", 0), None);
        assert_eq!(autotask_href("javascript:1", 0), None);
    }
}
