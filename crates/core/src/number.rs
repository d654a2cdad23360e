//! Numbers with a fraction as text: read and written as JSON reads and writes them, so that the number in a filter
//! and the number in a row are the same when their digits are.

pub use autotask_columns::number::{to_float, to_whole};

/// How far serde_json is looked away from; two steps were seen.
const STEPS_MAX: usize = 8;

/// Reads a decimal number such as `12`, `-0.5` or `1e3`; also `+1`, `.5` and `007`, which JSON itself refuses.
///
/// `None` for anything else, also for what is too large for a finite number.
///
/// ```
/// use autotask_core::number::read;
/// assert_eq!(read("-.5"), Some(-0.5));
/// assert_eq!(read("NaN"), None);
/// ```
#[must_use]
pub fn read(text: &str) -> Option<f64> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.') {
        return None;
    }
    let digits = digits.trim_start_matches('0');
    let zero = if digits.starts_with(|c: char| c.is_ascii_digit()) { "" } else { "0" };
    let json = [sign, zero, digits].concat();
    // As any value, not as a number: a refusal would bring the standard library's way to print one into a download.
    let near = serde_json::from_str::<serde_json::Value>(&json).ok()?.as_f64()?;
    // With more than 15 digits serde_json may miss the nearest number by a few steps.
    let steps = std::iter::successors(Some((near, near)), |(up, down)| Some((up.next_up(), down.next_down())));
    let exact = steps.take(STEPS_MAX).flat_map(|(up, down)| [up, down]).find(|candidate| write(*candidate) == json);
    Some(exact.unwrap_or(near)).filter(|number| number.is_finite())
}

/// Writes a finite number with the fewest digits that [`read`] needs to find it again: `0.1`, `2.0`, `1e21`.
#[must_use]
pub fn write(number: f64) -> String {
    crate::json::write(&number.into())
}

/// Like [`write`], with whole numbers as people write them: `2`.
#[must_use]
pub fn write_plain(number: f64) -> String {
    let text = write(number);
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn numbers_are_read_as_people_and_programs_write_them() {
        let read_all = |texts: &[&str]| texts.iter().map(|text| read(text)).collect::<Vec<_>>();
        assert_eq!(
            read_all(&["12", "-0.5", "+1", ".5", "007", "0", "1E3"]),
            [12.0, -0.5, 1.0, 0.5, 7.0, 0.0, 1e3].map(Some)
        );
        assert_eq!(read_all(&["", "-", ".", "e5", "NaN", "inf", "1e999", "1 2", "0x1", "١", "1."]), [None; 11]);
    }

    #[test]
    fn whole_numbers_lose_their_fraction_only_where_people_read() {
        assert_eq!([write(2.0), write_plain(2.0), write_plain(2.5)], ["2.0", "2", "2.5"]);
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(number in proptest::num::f64::NORMAL | proptest::num::f64::SUBNORMAL) {
            prop_assert_eq!(read(&write(number)).map(f64::to_bits), Some(number.to_bits()));
        }
    }
}
