//! Text as Autotask compares it: without regard to case. The only folding in filters.

pub use autotask_columns::fold_char;

/// Folds a text for comparison. Accents stay, nothing is normalised, the number of characters is unchanged.
///
/// ```
/// use autotask_core::text::fold;
/// assert_eq!(fold("ÉCOLE Straße"), "école straße");
/// ```
#[must_use]
pub fn fold(text: &str) -> String {
    text.chars().map(fold_char).collect()
}

/// [`fold`] without trailing spaces (U+0020), which `=`, `!=`, `in` and `not in` ignore as SQL Server does.
#[must_use]
pub fn fold_for_equality(text: &str) -> String {
    fold(text.trim_end_matches(' '))
}

/// The candidate nearest to what was typed, if it is near enough to be worth suggesting.
///
/// Letter case does not count; at most a third of the letters may differ.
pub fn nearest<'a>(typed: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let typed = fold(typed);
    let letters = typed.chars().count();
    let limit = (letters / 3).max(1);
    // What is so much longer or shorter differs by as many letters: most names need no comparison.
    candidates
        .into_iter()
        .filter(|candidate| candidate.chars().count().abs_diff(letters) <= limit)
        .map(|candidate| (strsim::osa_distance(&typed, &fold(candidate)), candidate))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folding_is_simple_and_keeps_accents() {
        assert_eq!(fold("GROẞ"), "groß");
        assert_eq!(fold("ΣΊΣΥΦΟΣ"), "σίσυφοσ");
        assert_eq!(fold("İ"), "İ", "the dotted capital I has no simple folding");
        assert_eq!(fold_for_equality("Acme  "), "acme");
        assert_eq!(fold_for_equality("Acme\t"), "acme\t");
    }

    #[test]
    fn the_nearest_name_is_suggested_and_a_far_one_is_not() {
        let names = ["companyType", "companyName", "city"];
        assert_eq!(nearest("companyTipe", names), Some("companyType"));
        assert_eq!(nearest("COMPANYNAM", names), Some("companyName"));
        assert_eq!(nearest("zebra", names), None);
    }
}
