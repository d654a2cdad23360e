//! Reads how many tests passed and failed from what test runners print.

use std::ops::AddAssign;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Counts) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

/// Counts of `cargo test`, of wasm-bindgen's runner and of doc tests: `test result: ok. 5 passed; 0 failed; …`.
pub(crate) fn of_cargo_test(output: &str) -> Counts {
    sum(plain_lines(output).filter_map(|line| line.strip_prefix("test result:").map(str::to_owned)))
}

/// Counts of nextest: `Summary [ 0.1s] 12 tests run: 10 passed (1 slow), 2 failed, 1 timed out, 1 skipped`.
pub(crate) fn of_nextest(output: &str) -> Counts {
    let summaries = plain_lines(output).filter(|line| line.starts_with("Summary"));
    sum(summaries.filter_map(|line| line.split_once("run:").map(|(_, counts)| counts.to_owned())))
}

/// Counts of `node --test`: a line `ℹ pass 3`, and the same for `fail` and `cancelled`.
pub(crate) fn of_node(output: &str) -> Counts {
    let mut counts = Counts::default();
    for line in plain_lines(output) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let ["ℹ" | "#", what, number] = words[..] else { continue };
        let number = number.parse().unwrap_or(0);
        match what {
            "pass" => counts.passed += number,
            "fail" | "cancelled" => counts.failed += number,
            _ => {}
        }
    }
    counts
}

/// Counts of Playwright: lines `5 passed (10.2s)`, `1 failed`, `1 flaky`, `1 interrupted`.
pub(crate) fn of_playwright(output: &str) -> Counts {
    sum(plain_lines(output).filter(|line| line.starts_with(|first: char| first.is_ascii_digit())))
}

/// Counts of Python's `unittest`: `Ran 9 tests in 1.2s`, then `OK` or `FAILED (failures=1, errors=2, skipped=1)`.
pub(crate) fn of_unittest(output: &str) -> Counts {
    let (mut run, mut failed, mut skipped) = (0_u64, 0_u64, 0_u64);
    for line in plain_lines(output) {
        if let Some(rest) = line.strip_prefix("Ran ") {
            run += rest.split(' ').next().and_then(|word| word.parse().ok()).unwrap_or(0);
        }
        let list = line.strip_prefix("FAILED (").or_else(|| line.strip_prefix("OK (")).unwrap_or_default();
        for item in list.trim_end_matches(')').split(", ") {
            let Some((what, number)) = item.split_once('=') else { continue };
            let number = number.parse().unwrap_or(0);
            match what {
                "failures" | "errors" | "unexpected successes" => failed += number,
                "skipped" => skipped += number,
                _ => {}
            }
        }
    }
    // What a module could not set up is an error without a test.
    Counts { passed: run.saturating_sub(failed + skipped), failed }
}

/// Adds up the lists of counts; their items are separated by commas or semicolons.
fn sum(lists: impl Iterator<Item = String>) -> Counts {
    let mut counts = Counts::default();
    for list in lists {
        for item in list.split([',', ';']) {
            counts += count(item);
        }
    }
    counts
}

/// One item, such as `ok. 5 passed`, `10 passed (1 slow)` or `1 timed out`.
fn count(item: &str) -> Counts {
    let mut words = item.split_whitespace().skip_while(|word| word.parse::<u64>().is_err());
    let number = words.next().and_then(|word| word.parse().ok()).unwrap_or(0);
    match (words.next(), words.next()) {
        (Some("passed"), _) => Counts { passed: number, failed: 0 },
        // A flaky test is one that failed: there are no retries to hide behind.
        (Some("failed" | "flaky" | "interrupted"), _)
        | (Some("timed"), Some("out"))
        | (Some("exec"), Some("failed")) => Counts { passed: 0, failed: number },
        _ => Counts::default(),
    }
}

fn plain_lines(output: &str) -> impl Iterator<Item = String> {
    output.lines().map(|line| without_colours(line).trim().to_owned())
}

/// The line without the escape sequences that colour it: `ESC [ … m`.
fn without_colours(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let mut plain = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        plain.push_str(part.split_once('m').map_or("", |(_, text)| text));
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(counts: Counts, passed: u64, failed: u64) {
        assert_eq!(counts, Counts { passed, failed });
    }

    #[test]
    fn cargo_test_prints_one_line_for_each_binary() {
        let output = "running 5 tests\ntest result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out\n\n\
                      test result: \u{1b}[31mFAILED\u{1b}[0m. 2 passed; 1 failed; 0 ignored";
        check(of_cargo_test(output), 7, 1);
    }

    #[test]
    fn nextest_prints_a_summary() {
        let colours = "\u{1b}[32;1m     Summary\u{1b}[0m [   0.012s] \u{1b}[1m4\u{1b}[0m tests run: \
                       \u{1b}[1m4\u{1b}[0m \u{1b}[32;1mpassed\u{1b}[0m, \u{1b}[1m0\u{1b}[0m skipped";
        check(of_nextest(colours), 4, 0);
        let mixed =
            "Summary [ 1.2s] 12/20 tests run: 8 passed (1 slow), 2 failed, 1 timed out, 1 exec failed, 3 skipped";
        check(of_nextest(mixed), 8, 4);
    }

    #[test]
    fn node_prints_a_line_for_each_number() {
        check(of_node("ℹ tests 6\nℹ suites 0\nℹ pass 4\nℹ fail 1\nℹ cancelled 1\nℹ duration_ms 4.5"), 4, 2);
        check(of_node("# pass 3\n# fail 0"), 3, 0);
        check(of_node("a test which says pass 7"), 0, 0);
    }

    #[test]
    fn playwright_prints_a_line_for_each_outcome() {
        check(
            of_playwright(
                "  1 failed\n    journeys.spec.ts:3:1 › finds 3 passed\n  1 flaky\n  2 did not run\n  5 passed (10.2s)",
            ),
            5,
            2,
        );
    }

    #[test]
    fn unittest_prints_how_many_ran_and_what_became_of_some() {
        check(of_unittest("test_a (test_b.C.test_a) ... ok\n\nRan 9 tests in 4.314s\n\nOK"), 9, 0);
        check(of_unittest("Ran 9 tests in 4.3s\n\nOK (skipped=1, expected failures=2)"), 8, 0);
        check(
            of_unittest("Ran 1 test in 0.0s\nFAILED (failures=1)\nRan 8 tests in 1s\nFAILED (errors=2, skipped=1)"),
            5,
            3,
        );
        check(of_unittest("Ran 0 tests in 0.000s\n\nFAILED (errors=1)"), 0, 1);
    }

    #[test]
    fn output_without_tests_counts_nothing() {
        for of in [of_cargo_test, of_nextest, of_node, of_playwright, of_unittest] {
            check(of("error: could not compile\n\n"), 0, 0);
        }
    }
}
