//! Role: what a person is here, in words. What a role may do, the server alone says.

use crate::components::choice::Choice;

/// The roles, from the least to the most: the server's word, what it is called, what it means.
const ROLES: [(&str, &str, &str); 3] = [
    ("viewer", "Viewer", "Reads everything and changes nothing."),
    ("editor", "Editor", "Reads, and writes customers, contacts, contracts and work."),
    ("administrator", "Administrator", "Does everything, and says who may do what."),
];

/// What a role is called; the server's word where it is not known here.
pub fn role_label(role: &str) -> &str {
    ROLES.iter().find(|(word, ..)| *word == role).map_or(role, |(_, label, _)| label)
}

/// What a role means; empty where it is not known here.
pub fn role_meaning(role: &str) -> &'static str {
    ROLES.iter().find(|(word, ..)| *word == role).map_or("", |(.., meaning)| meaning)
}

/// The roles up to this one.
pub fn roles_up_to(most: &str) -> Vec<Choice> {
    let count = ROLES.iter().position(|(word, ..)| *word == most).map_or(ROLES.len(), |at| at + 1);
    ROLES.iter().take(count).map(|(word, label, _)| Choice::new(*word, *label)).collect()
}

#[cfg(test)]
mod tests {
    use super::roles_up_to;

    #[test]
    fn nobody_gives_more_than_they_have() {
        let words = |most| roles_up_to(most).into_iter().map(|choice| choice.value).collect::<Vec<_>>();
        assert_eq!(words("viewer"), ["viewer"]);
        assert_eq!(words("editor"), ["viewer", "editor"]);
        assert_eq!(words("administrator").len(), 3);
    }
}
