//! Folding: letters as comparisons see them, without regard to case. Accents stay.

use crate::folding::RUNS;

/// Folds one character: Unicode simple case folding (CaseFolding.txt, statuses C and S), one to one.
#[must_use]
pub fn fold_char(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_lowercase();
    }
    let code = u32::from(c);
    let at = RUNS.partition_point(|(_, last, ..)| *last < code);
    match RUNS.get(at) {
        Some((first, _, step, added)) if *first <= code && (code - first).is_multiple_of(*step) => {
            code.checked_add_signed(*added).and_then(char::from_u32).unwrap_or(c)
        }
        _ => c,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_is_folded_as_the_library_does() {
        for c in char::MIN..=char::MAX {
            let folded = unicode_case_mapping::case_folded(c).map(|to| char::from_u32(to.get()).expect("a character"));
            assert_eq!(fold_char(c), folded.unwrap_or(c), "{c:?}");
        }
    }
}
