//! What a colour means, once for badges, banners and toasts.

/// A meaning; each component derives its class from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Nothing to say.
    #[default]
    Neutral,
    /// Done, sound.
    Success,
    /// Look before you go on.
    Warning,
    /// Failed, overdue.
    Danger,
    /// Computed here, partial, news.
    Info,
    /// Chosen, primary, yours.
    Accent,
}

impl Tone {
    /// The modifier class.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Neutral => "",
            Self::Success => "ok",
            Self::Warning => "warn",
            Self::Danger => "bad",
            Self::Info => "info",
            Self::Accent => "acc",
        }
    }
}
