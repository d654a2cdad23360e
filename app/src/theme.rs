//! The theme: by the system, light, dark or high contrast. `app/theme.js` sets it before the first paint.

use leptos::prelude::*;

/// The key in the browser's storage, as `app/theme.js` reads it.
const STORAGE_KEY: &str = "theme";

/// What stays in the browser's storage when somebody signs out: how the app looks is nobody's secret.
pub const KEPT: [&str; 1] = [STORAGE_KEY];

/// A theme.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system says.
    #[default]
    System,
    Light,
    Dark,
    /// Black and white lines, light or dark by the system.
    Contrast,
}

impl Theme {
    /// All of them, in the order of the menu.
    pub const ALL: [Self; 4] = [Self::System, Self::Light, Self::Dark, Self::Contrast];

    /// The value of `data-theme` and of the stored choice; empty for the system's.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::System => "",
            Self::Light => "light",
            Self::Dark => "dark",
            Self::Contrast => "contrast",
        }
    }

    /// The word in the menu.
    pub const fn label(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::Light => "Light",
            Self::Dark => "Dark",
            Self::Contrast => "High contrast",
        }
    }

    fn stored() -> Self {
        let stored = storage().and_then(|storage| storage.get_item(STORAGE_KEY).ok().flatten()).unwrap_or_default();
        Self::ALL.into_iter().find(|theme| theme.as_str() == stored).unwrap_or_default()
    }
}

/// Makes the theme known to everything below and keeps page and storage in step with it.
pub fn provide_theme() {
    let theme = RwSignal::new(Theme::stored());
    Effect::new(move |before: Option<()>| {
        let theme = theme.get();
        // At the start the page already has its theme; a broken storage must not undo that.
        if before.is_some() {
            apply(theme);
        }
    });
    provide_context(theme);
}

/// The theme of the app.
pub fn use_theme() -> RwSignal<Theme> {
    expect_context()
}

fn apply(theme: Theme) {
    let Some(root) = document().document_element() else { return };
    let _ = match theme {
        Theme::System => root.remove_attribute("data-theme"),
        _ => root.set_attribute("data-theme", theme.as_str()),
    };
    // A browser that stores nothing still shows the theme until it is closed.
    if let Some(storage) = storage() {
        let _ = match theme {
            Theme::System => storage.remove_item(STORAGE_KEY),
            _ => storage.set_item(STORAGE_KEY, theme.as_str()),
        };
    }
}

fn storage() -> Option<web_sys::Storage> {
    window().local_storage().ok().flatten()
}
