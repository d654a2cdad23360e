//! A person's initials in a circle; the name stands beside it.

use leptos::prelude::*;

/// How large the circle is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AvatarSize {
    /// In lines of text and rows.
    #[default]
    Small,
    /// Alone, as in the top bar.
    Large,
}

/// Initials drawn by CSS from an attribute, so that they are neither read out nor copied.
#[component]
pub fn Avatar(
    /// The person's name.
    #[prop(into)]
    name: Signal<String>,
    /// The signed-in person is blue, everybody else grey.
    #[prop(optional)]
    is_me: bool,
    /// The size.
    #[prop(optional)]
    size: AvatarSize,
) -> impl IntoView {
    let class = match (is_me, size) {
        (false, AvatarSize::Small) => "avatar",
        (false, AvatarSize::Large) => "avatar l",
        (true, AvatarSize::Small) => "avatar me",
        (true, AvatarSize::Large) => "avatar me l",
    };
    view! { <span class=class data-initials=move || name.with(|name| initials(name)) aria-hidden="true"></span> }
}

/// The first letters of the first and the last word, as capitals.
pub fn initials(name: &str) -> String {
    let first_letter = |word: &str| word.chars().find(|letter| letter.is_alphanumeric());
    let mut letters = name.split_whitespace().filter_map(first_letter);
    let first = letters.next();
    let last = letters.next_back();
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_are_first_and_last() {
        assert_eq!(initials("Mara Lindqvist"), "ML");
        assert_eq!(initials("anna maria (ext.) gruber"), "AG");
        assert_eq!(initials("Željka"), "Ž");
        assert_eq!(initials("  "), "");
    }
}
