//! What a person reads when a filter is wrong: every error of the fixtures, drawn under its place. Read the snapshot
//! before accepting it; a message that says too little is a bug.

#[allow(dead_code, reason = "records and plans are for other tests")]
mod fixtures;

use std::fmt::Write as _;
use std::path::Path;

use autotask_core::filter::body;
use autotask_core::filter::{check, parse};
use autotask_core::{Issue, Schema};
use fixtures::{FilterCase, context, resolved};

#[test]
fn every_message_is_one_that_helps() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures/filters");
    let mut files: Vec<_> = std::fs::read_dir(folder)
        .expect("the folder is there")
        .map(|entry| entry.expect("readable").path())
        .filter(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("error_")))
        .collect();
    files.sort();
    let schema = Schema::new();
    let (resolved, tables) = (resolved(), []);
    let context = context(&resolved, &tables);
    let mut messages = String::new();
    for path in files {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        let case = FilterCase::read(&name, &std::fs::read_to_string(&path).expect("readable"));
        let info = schema.entity(&case.entity).expect("a known entity");
        if let Some(text) = &case.text {
            let parsed = parse::read(text, &info, &context);
            assert!(parsed.filter().is_none(), "{name}");
            for issue in &parsed.issues {
                draw(&mut messages, text, issue);
            }
        } else if let Some(json) = &case.json {
            let (value, plain) = body::parse(json.as_bytes()).expect("JSON");
            let read = body::read_and_check(&value, &info, |filter| check::check_meaning(filter, &info, &context));
            let mut issues = read.issues;
            autotask_core::json::place(&mut issues, &plain.expect("not encoded"));
            for issue in &issues {
                draw(&mut messages, json, issue);
            }
        }
        messages.push('\n');
    }
    insta::assert_snapshot!(messages);
}

fn draw(out: &mut String, text: &str, issue: &Issue) {
    let hint = issue.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
    match issue.position {
        Some(place) => {
            let line = text.lines().nth(place.line - 1).unwrap_or_default();
            let marked = text.get(place.start..place.end).map_or(0, |marked| marked.chars().count());
            let carets = "^".repeat(marked.max(1));
            let _ = writeln!(out, "{line}\n{}{carets} {}{hint}", " ".repeat(place.column - 1), issue.message);
        }
        None => {
            let path = issue.path.as_deref().unwrap_or_default();
            let _ = writeln!(out, "{text}\n  {path}: {}{hint}", issue.message);
        }
    }
    if !issue.expected.is_empty() {
        let _ = writeln!(out, "  expected: {}", issue.expected.join(", "));
    }
}
