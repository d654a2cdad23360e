//! Lines on standard output, for people and for scripts that wait for them.

use std::io::{self, Write};

/// Writes a line at once. Nobody may be reading any more, which is no reason to stop serving.
pub(crate) fn say(line: &str) {
    let mut out = io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}
