//! Person: what the options of a call decide, each used when the run asks for it.

use std::path::PathBuf;

use anyhow::{Result, anyhow, bail, ensure};
use autotask_core::Record;
use autotask_core::onboarding::{Entry, Event, Plan, Question};
use clap::Args;

use super::words;

/// Answers to questions, as options.
#[derive(Args)]
pub(crate) struct Answers {
    /// The row with this id is what the step would make
    #[arg(long, value_name = "STEP=ID", value_parser = step_and_id)]
    adopt: Vec<(String, i64)>,
    /// What was found is not it: make it
    #[arg(long, value_name = "STEP")]
    not_the_same: Vec<String>,
    /// Go on without it
    #[arg(long, value_name = "STEP")]
    skip: Vec<String>,
    /// Send again what was refused
    #[arg(long, value_name = "STEP")]
    retry: Vec<String>,
    /// Send again what was refused, with the fields in this file, as a JSON object
    #[arg(long, value_name = "STEP=FILE", value_parser = step_and_file)]
    edit: Vec<(String, PathBuf)>,
}

fn step_and_id(text: &str) -> Result<(String, i64), String> {
    let (step, id) = text.split_once('=').ok_or("write it as `company=412`")?;
    Ok((step.to_owned(), id.trim().parse().map_err(|_| format!("`{id}` is no id"))?))
}

fn step_and_file(text: &str) -> Result<(String, PathBuf), String> {
    let (step, file) = text.split_once('=').ok_or("write it as `contact_0=corrected.json`")?;
    Ok((step.to_owned(), file.into()))
}

#[derive(Clone, Debug, PartialEq)]
enum Decision {
    Adopt(i64),
    NotTheSame,
    Skip,
    /// With these fields instead.
    Retry(Record),
}

/// The decisions that nothing has asked for yet.
pub(super) struct Person(Vec<(String, Decision)>);

impl Person {
    /// Reads the options; each must name a step of the plan, and none twice.
    pub(super) fn read(answers: &Answers, plan: &Plan) -> Result<Person> {
        let mut all: Vec<(String, Decision)> = Vec::new();
        let same = |steps: &[String], decision: Decision| -> Vec<(String, Decision)> {
            steps.iter().map(|step| (step.clone(), decision.clone())).collect()
        };
        all.extend(answers.adopt.iter().map(|(step, id)| (step.clone(), Decision::Adopt(*id))));
        all.extend(same(&answers.not_the_same, Decision::NotTheSame));
        all.extend(same(&answers.skip, Decision::Skip));
        all.extend(same(&answers.retry, Decision::Retry(Record::new())));
        for (step, file) in &answers.edit {
            let shown = file.display();
            let text = std::fs::read_to_string(file).map_err(|error| anyhow!("{shown} cannot be read: {error}"))?;
            let record = Record::from_json(&text).map_err(|error| anyhow!("{shown} is no JSON object: {error}"))?;
            all.push((step.clone(), Decision::Retry(record)));
        }
        for (at, (step, _)) in all.iter().enumerate() {
            if plan.step(step).is_none() {
                let known: Vec<&str> = plan.steps.iter().map(|step| step.id.as_str()).collect();
                bail!("the run has no step `{step}`; there are {}", known.join(", "));
            }
            ensure!(!all[..at].iter().any(|(other, _)| other == step), "two options decide about `{step}`; give one");
        }
        Ok(Person(all))
    }

    /// Steps that an option decides about and nothing has asked for.
    pub(super) fn left(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(step, _)| step.as_str())
    }

    /// The answer to a question, once; `None` when no option gives one. A paused run is resumed by the command itself.
    pub(super) fn answer(
        &mut self,
        plan: &Plan,
        journal: &[Entry],
        step: &str,
        question: &Question,
    ) -> Result<Option<Event>> {
        if *question == Question::Paused {
            return Ok(Some(Event::Resumed { by: "the command line".to_owned() }));
        }
        let Some(at) = self.0.iter().position(|(about, _)| about == step) else { return Ok(None) };
        let (step, decision) = self.0.remove(at);
        Ok(Some(match (decision, question) {
            (Decision::Adopt(id), Question::Exists { ids } | Question::Twice { ids }) => {
                ensure!(ids.contains(&id), "#{id} is none of what was found for {}: {ids:?}", words::step(plan, &step));
                Event::Adopted { step, id }
            }
            (Decision::Adopt(id), Question::InDoubt { .. }) => Event::Adopted { step, id },
            (Decision::NotTheSame, Question::Exists { .. } | Question::InDoubt { .. }) => Event::NotTheSame { step },
            (
                Decision::Skip,
                Question::Exists { .. }
                | Question::Refused { .. }
                | Question::InDoubt { .. }
                | Question::DependsOnSkipped { .. },
            ) => Event::Skipped { step },
            (Decision::Retry(fields), Question::Refused { .. }) => {
                let edited = journal.iter().rev().find_map(|entry| match &entry.event {
                    Event::Edited { step: about, record } if *about == step => Some(record),
                    _ => None,
                });
                let mut record = edited.or(plan.step(&step).map(|step| &step.record)).cloned().unwrap_or_default();
                for (name, value) in fields.iter() {
                    record.set(name, value.clone());
                }
                Event::Edited { step, record }
            }
            _ => {
                for line in words::question(plan, &step, question) {
                    eprintln!("{line}");
                }
                bail!("that option is no answer to what is asked about `{step}`")
            }
        }))
    }
}
