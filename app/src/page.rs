//! The pages and their addresses: links are made here, never written out in a view.

use crate::components::icon::Icon;

/// A page of the app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Page {
    /// The list of companies with its filter.
    Companies,
    /// One company.
    Company(i64),
    /// All companies as a tree.
    Hierarchy,
    /// Drafts and runs.
    Onboarding,
    /// The wizard.
    OnboardingNew,
    /// What the rules about good rows have found.
    Quality,
    /// What one rule has found.
    QualityRule(String),
    /// What was written from this browser.
    Changes,
    /// The connection, and who works here.
    Settings,
}

/// The pages of the navigation, in order.
pub const NAVIGATION: [Page; 6] =
    [Page::Companies, Page::Hierarchy, Page::Onboarding, Page::Quality, Page::Changes, Page::Settings];

/// Below this similarity a suggestion would be a guess.
const SIMILARITY_MIN: f64 = 0.7;

impl Page {
    /// The address.
    pub fn path(&self) -> String {
        match self {
            Self::Companies => "/companies".to_owned(),
            Self::Company(id) => ["/companies/", &id.to_string()].concat(),
            Self::Hierarchy => "/hierarchy".to_owned(),
            Self::Onboarding => "/onboarding".to_owned(),
            Self::OnboardingNew => "/onboarding/new".to_owned(),
            Self::Quality => "/quality".to_owned(),
            // What has a dot in it is a file to the server.
            Self::QualityRule(id) => ["/quality/", &id.replace('.', "-")].concat(),
            Self::Changes => "/changes".to_owned(),
            Self::Settings => "/settings".to_owned(),
        }
    }

    /// What navigation and titles call it.
    pub const fn title(&self) -> &'static str {
        match self {
            Self::Companies => "Companies",
            Self::Company(_) => "Company",
            Self::Hierarchy => "Hierarchy",
            Self::Onboarding => "Onboarding",
            Self::OnboardingNew => "New client",
            Self::Quality | Self::QualityRule(_) => "Data quality",
            Self::Changes => "Changes",
            Self::Settings => "Settings",
        }
    }

    /// Its icon in the navigation.
    pub const fn icon(&self) -> Icon {
        match self {
            Self::Companies | Self::Company(_) => Icon::Company,
            Self::Hierarchy => Icon::Tree,
            Self::Onboarding | Self::OnboardingNew => Icon::Onboarding,
            Self::Quality | Self::QualityRule(_) => Icon::Quality,
            Self::Changes => Icon::Clock,
            Self::Settings => Icon::Settings,
        }
    }

    /// Whether an address lies on this page or below it.
    pub fn contains(&self, path: &str) -> bool {
        let own = self.path();
        path.strip_prefix(own.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// The page that a mistyped address most likely meant.
    pub fn nearest(path: &str) -> Option<Self> {
        let mut segments = path.split('/').filter(|segment| !segment.is_empty());
        let first = segments.next()?.to_lowercase();
        let likeness = |page: &Self| strsim::jaro_winkler(&first, page.path().trim_start_matches('/'));
        let best = NAVIGATION.into_iter().max_by(|one, other| likeness(one).total_cmp(&likeness(other)))?;
        if likeness(&best) < SIMILARITY_MIN {
            return None;
        }
        // `/company/17` meant company 17, not the list.
        let id = segments.next().and_then(|segment| segment.parse().ok());
        Some(match (best, id) {
            (Self::Companies, Some(id)) => Self::Company(id),
            (best, _) => best,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Page;

    #[test]
    fn a_mistyped_address_finds_its_page() {
        assert_eq!(Page::nearest("/Companys"), Some(Page::Companies));
        assert_eq!(Page::nearest("/company/17"), Some(Page::Company(17)));
        assert_eq!(Page::nearest("/hierachy/"), Some(Page::Hierarchy));
        assert_eq!(Page::nearest("/onboard"), Some(Page::Onboarding));
        assert_eq!(Page::nearest("/qualty"), Some(Page::Quality));
        assert_eq!(Page::nearest("/zzz"), None);
        assert_eq!(Page::nearest("/"), None);
    }

    #[test]
    fn a_page_contains_what_lies_below_it() {
        assert!(Page::Companies.contains("/companies"));
        assert!(Page::Companies.contains("/companies/17"));
        assert!(!Page::Companies.contains("/companies-old"));
    }
}
