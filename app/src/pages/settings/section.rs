//! Section: the parts of the settings, their addresses, and who they are for.

use crate::{page::Page, session::Session};

/// A part of the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Whether Autotask is reached, and how much of the hour is left.
    Connection,
    /// Who works here and what they may do.
    People,
    /// With what other clients sign in.
    Tokens,
    /// What was written.
    Audit,
}

impl Section {
    /// All, in order.
    pub const ALL: [Section; 4] = [Section::Connection, Section::People, Section::Tokens, Section::Audit];

    /// The last word of the address.
    const fn slug(self) -> &'static str {
        match self {
            Self::Connection => "connection",
            Self::People => "people",
            Self::Tokens => "tokens",
            Self::Audit => "audit",
        }
    }

    /// The section of an address.
    pub fn from_slug(slug: &str) -> Option<Section> {
        Self::ALL.into_iter().find(|section| section.slug() == slug)
    }

    /// The address.
    pub fn path(self) -> String {
        [&Page::Settings.path(), "/", self.slug()].concat()
    }

    /// What it is called.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Connection => "Connection",
            Self::People => "People",
            Self::Tokens => "Access tokens",
            Self::Audit => "Audit",
        }
    }

    /// Whether the server shows it to this person. Reactive.
    pub fn is_for(self, session: Session) -> bool {
        match self {
            // Without the check there is still the hour.
            Self::Connection => session.may("readApi", "budget"),
            Self::People => session.may("readApi", "people"),
            Self::Tokens => session.may("readApi", "tokens"),
            Self::Audit => session.may("readApi", "audit"),
        }
    }

    /// What is said to whom it is not for.
    pub const fn not_for_you(self) -> &'static str {
        match self {
            Self::Connection => "The connection is not shown to your role",
            Self::People => "Administrators look after people",
            Self::Tokens => "Your role has no access tokens",
            Self::Audit => "The audit is for editors and administrators",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Section;

    #[test]
    fn every_address_leads_back() {
        for section in Section::ALL {
            let path = section.path();
            assert_eq!(Section::from_slug(path.rsplit('/').next().unwrap_or_default()), Some(section), "{path}");
        }
        assert_eq!(Section::from_slug("people/"), None);
    }
}
