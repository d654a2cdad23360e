//! Words: events and questions as people read them.

use autotask_core::onboarding::{Event, Plan, Question};

/// A step by its name on the command line and what it is.
pub(super) fn step(plan: &Plan, id: &str) -> String {
    match plan.step(id).filter(|step| !step.title.is_empty()) {
        Some(step) => format!("{id} ({})", step.title),
        None => id.to_owned(),
    }
}

fn rows(ids: &[i64]) -> String {
    ids.iter().map(|id| format!("#{id}")).collect::<Vec<_>>().join(", ")
}

/// What happened.
pub(super) fn event(plan: &Plan, event: &Event) -> String {
    let what = match event {
        Event::Found { ids, .. } if ids.is_empty() => "looked for, not there".to_owned(),
        Event::Found { ids, .. } => format!("looked for, found {}", rows(ids)),
        Event::Intended { attempt: 1, .. } => "sending".to_owned(),
        Event::Intended { attempt, .. } => format!("sending, attempt {attempt}"),
        Event::Confirmed { id, .. } => format!("done, #{id}"),
        Event::Adopted { id, .. } => format!("#{id} is taken"),
        Event::NotTheSame { .. } => "what was found is not it".to_owned(),
        Event::Rejected { messages, .. } => format!("refused: {}", messages.join(" ")),
        Event::Throttled { why, .. } => format!("not now: {why}"),
        Event::Unknown { why, .. } => format!("in doubt: {why}"),
        Event::Edited { .. } => "tried again".to_owned(),
        Event::Skipped { .. } => "left out".to_owned(),
        Event::Paused => return "paused".to_owned(),
        Event::Resumed { by } => return format!("resumed by {by}"),
    };
    format!("{}: {what}", step(plan, event.step().unwrap_or_default()))
}

/// A question and the options that answer it.
pub(super) fn question(plan: &Plan, id: &str, question: &Question) -> Vec<String> {
    let adopt = |ids: &[i64]| -> Vec<(String, String)> {
        ids.iter().map(|row| (format!("--adopt {id}={row}"), format!("it is #{row}: take it"))).collect()
    };
    let skip = || (format!("--skip {id}"), "go on without it".to_owned());
    let (asked, choices) = match question {
        Question::Exists { ids } => {
            let mut choices = adopt(ids);
            choices.push((format!("--not-the-same {id}"), "it is none of them: make it".to_owned()));
            choices.push(skip());
            (format!("there is something like it already: {}", rows(ids)), choices)
        }
        Question::Refused { messages } => {
            let choices = vec![
                (format!("--retry {id}"), "send it again, when what it asks for was done in Autotask".to_owned()),
                (
                    format!("--edit {id}=FILE"),
                    "send it with the fields that are in this file, as a JSON object".to_owned(),
                ),
                skip(),
            ];
            (format!("Autotask refused it: {}", messages.join(" ")), choices)
        }
        Question::InDoubt { why } => {
            let choices = vec![
                (format!("--adopt {id}=ID"), "it is there, with this id".to_owned()),
                (format!("--not-the-same {id}"), "it is not there: send it again".to_owned()),
                skip(),
            ];
            (format!("it may be there, and is not to be found: {why}. Look into Autotask"), choices)
        }
        Question::DependsOnSkipped { on } => (format!("it needs {}, which was left out", step(plan, on)), vec![skip()]),
        Question::Twice { ids } => (format!("it is there twice: {}", rows(ids)), adopt(ids)),
        Question::Paused => ("the run is paused".to_owned(), Vec::new()),
        Question::Broken { why } => {
            (format!("{why}: journal and plan do not belong together. Begin a new run"), Vec::new())
        }
    };
    let whose = if id.is_empty() { String::new() } else { format!("{}: ", step(plan, id)) };
    let mut lines = vec![format!("{whose}{asked}")];
    if !choices.is_empty() {
        lines.push("Answer with the same command and one of".to_owned());
        lines.extend(choices.iter().map(|(option, what)| format!("  {option:<36} {what}")));
    }
    lines
}
