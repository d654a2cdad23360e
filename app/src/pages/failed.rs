//! Failed: a failure of a call in the words of a view.

use autotask_core::{Failure, Issue};

use crate::components::view_state;

/// What failed, Autotask's own sentence with what to do next, and the technical part to fold away.
pub fn failed(title: &str, failure: &Failure) -> view_state::Failure {
    view_state::Failure {
        title: title.to_owned(),
        text: sentence(failure),
        details: format!("{:?}, status {}: {}", failure.kind, failure.status, failure.message()),
        has_old_data: false,
    }
}

/// What the server said, where it is about this server and not about Autotask, for which the advice is.
pub fn said(failure: &Failure) -> String {
    as_sentence(&failure.message())
}

/// What happened and what to do, as sentences.
pub fn sentence(failure: &Failure) -> String {
    [as_sentence(&failure.message()), as_sentence(&failure.advice)].join(" ").trim().to_owned()
}

/// Message and hint of an issue as one sentence, with a capital unless it begins with the name of a field.
pub fn words(issue: &Issue) -> String {
    let said = match &issue.hint {
        Some(hint) => [&issue.message, ": ", hint].concat(),
        None => issue.message.clone(),
    };
    let first = said.split(' ').next().unwrap_or_default();
    match first.chars().all(|c| c.is_ascii_lowercase()) {
        true if !first.is_empty() => [&said[..1].to_ascii_uppercase(), &said[1..]].concat(),
        _ => said,
    }
}

/// The text with a capital at its start and a full stop at its end.
pub fn as_sentence(text: &str) -> String {
    let text = text.trim();
    let Some(first) = text.chars().next() else { return String::new() };
    let mut sentence: String = first.to_uppercase().collect();
    sentence.push_str(&text[first.len_utf8()..]);
    if !sentence.ends_with(['.', '!', '?']) {
        sentence.push('.');
    }
    sentence
}

#[cfg(test)]
mod tests {
    use super::sentence;
    use autotask_core::Failure;

    #[test]
    fn a_failure_becomes_sentences() {
        let failure = Failure::unreachable("the server does not answer");
        assert_eq!(sentence(&failure), "The server does not answer. Check that the server runs and try again.");
    }
}
