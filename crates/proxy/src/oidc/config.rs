//! Config: what the administrator enters about the provider.

use openidconnect::url::Url;

use super::http::is_allowed;
use crate::config::Error;
use crate::secret::Secret;

/// A provider and this server's registration with it.
#[derive(Clone, Debug)]
pub struct OidcConfig {
    /// The issuer exactly as the provider writes it, such as `https://login.microsoftonline.com/TENANT/v2.0`.
    pub issuer: String,
    /// The client id, which Entra ID calls application id.
    pub client_id: String,
    /// The client's secret; a public client has none.
    pub client_secret: Option<Secret>,
    /// For Entra ID: the one directory whose people may sign in, by its id.
    pub tenant: Option<String>,
    /// Where the provider sends the browser back to, exactly as registered with it.
    pub redirect_url: String,
}

impl OidcConfig {
    /// The same with the tenant as Entra ID writes it, or what is wrong with it.
    pub(crate) fn checked(mut self) -> Result<OidcConfig, Error> {
        let issuer = url("the issuer", &self.issuer)?;
        if issuer.query().is_some() || issuer.fragment().is_some() {
            return Err(Error::new("the issuer must be an address without `?` and `#`; copy it from the provider"));
        }
        let redirect = url("the address to come back to", &self.redirect_url)?;
        if redirect.fragment().is_some() {
            return Err(Error::new(
                "the address to come back to must have no `#`; register it with the provider without",
            ));
        }
        if self.client_id.trim().is_empty() || self.client_id.trim() != self.client_id {
            return Err(Error::new("the client id is empty or has spaces around it; copy it from the provider again"));
        }
        if self.client_secret.as_ref().is_some_and(|secret| secret.header().is_none()) {
            return Err(Error::new(
                "the client's secret is empty, or has spaces around it or characters that no header can carry; copy it \
                 again, or leave it out for a public client",
            ));
        }
        if let Some(tenant) = &mut self.tenant {
            if !is_guid(tenant) {
                return Err(Error::new(
                    "the tenant must be the directory's id, such as `11111111-2222-3333-4444-555555555555`; Entra ID \
                     shows it as “Directory (tenant) ID”",
                ));
            }
            tenant.make_ascii_lowercase();
        }
        Ok(self)
    }
}

/// The address that a setting names; `what` begins the sentence.
fn url(what: &str, text: &str) -> Result<Url, Error> {
    let Ok(url) = Url::parse(text) else {
        return Err(Error::new(format!("{what} is no address; it begins with `https://`")));
    };
    if !is_allowed(&url) {
        return Err(Error::new(format!(
            "{what} must begin with `https://` and name no user; plain `http://` is for this machine only"
        )));
    }
    Ok(url)
}

/// Whether it has the shape of the ids that Entra ID gives.
pub(super) fn is_guid(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = groups.iter().map(|group| group.len()).collect();
    lengths == [8, 4, 4, 4, 12] && groups.iter().all(|group| group.bytes().all(|byte| byte.is_ascii_hexdigit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config() -> OidcConfig {
        OidcConfig {
            issuer: "https://login.example.com/a".to_owned(),
            client_id: "crm".to_owned(),
            client_secret: Some(Secret::new("s")),
            tenant: None,
            redirect_url: "https://crm.example.com/api/sign-in/callback".to_owned(),
        }
    }

    #[track_caller]
    fn check(change: impl FnOnce(&mut OidcConfig), expected: &str) {
        let mut config = config();
        change(&mut config);
        let said = config.checked().map_or_else(|error| error.to_string(), |_| "fine".to_owned());
        assert!(said.contains(expected), "{said}");
    }

    #[test]
    fn each_wrong_setting_has_its_sentence() {
        check(|_| (), "fine");
        check(|config| config.issuer = "http://127.0.0.1:9000".to_owned(), "fine");
        check(|config| config.client_secret = None, "fine");
        for issuer in ["", "login.example.com", "https://"] {
            check(|config| config.issuer = issuer.to_owned(), "the issuer is no address");
        }
        for issuer in ["http://login.example.com", "ftp://a.test", "https://me:pw@a.test", "http://127.0.0.1.evil.test"]
        {
            check(|config| config.issuer = issuer.to_owned(), "the issuer must begin with `https://`");
        }
        check(|config| config.issuer.push_str("?a=b"), "without `?` and `#`");
        check(
            |config| config.redirect_url = "http://crm.example.com/".to_owned(),
            "the address to come back to must begin",
        );
        check(|config| config.redirect_url.push_str("#a"), "must have no `#`");
        check(|config| config.client_id = " crm".to_owned(), "the client id");
        check(|config| config.client_secret = Some(Secret::new("")), "the client's secret is empty");
        for tenant in ["", "contoso.onmicrosoft.com", "common", "11111111-2222-3333-4444-55555555555g"] {
            check(|config| config.tenant = Some(tenant.to_owned()), "the tenant must be the directory's id");
        }
    }

    #[test]
    fn the_tenant_is_written_as_in_tokens() {
        let mut config = config();
        config.tenant = Some("ABCDEF01-2222-3333-4444-555555555555".to_owned());
        assert_eq!(config.checked().unwrap().tenant.as_deref(), Some("abcdef01-2222-3333-4444-555555555555"));
    }
}
