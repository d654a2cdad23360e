//! `autotask-crm onboard`: makes a new client of answers in JSON, and goes on where it stopped, whatever stopped it.
//!
//! ```text
//! answers ──plan──► first line of the journal ──► drive: each event a line, on the disk before the next thing happens
//!                            ▲                                                │
//!                            └── the same command again ◄── question · kill · no connection
//! ```

mod journal_file;
mod keeper;
mod person;
mod words;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result, anyhow, bail, ensure};
use autotask_client::Client;
use autotask_client::native::Http;
use autotask_client::onboarding::{Halt, Keeper as _, drive};
use autotask_core::issue::has_errors;
use autotask_core::limits::{Ledger, read_threshold};
use autotask_core::onboarding::{self, AT_ONCE, Answers, Entry, Plan, calls, outline, plan};
use autotask_core::{Issue, Operation, Schema, Severity, entity};
use autotask_proxy::{Mode, Secret, UpstreamUrl, find_zone};
use clap::Args;
use serde_json::Value;

use crate::onboard::journal_file::{JournalFile, Kept};
use crate::onboard::keeper::{Interrupt, Keeper};
use crate::onboard::person::Person;
use crate::say::say;
use crate::settings::Caller;

/// Longest file of answers, in bytes.
const ANSWERS_BYTES_MAX: u64 = 16 << 20;
/// How long a call takes while Autotask is quick, in seconds.
const SECONDS_EACH: f64 = 0.4;
/// A person has to decide.
const ASKED: u8 = 3;
/// The run broke off; the same command goes on with it.
const BROKEN_OFF: u8 = 4;
/// Ctrl+C, as shells count it.
const INTERRUPTED: u8 = 130;

const EXAMPLES: &str = "Examples:
  export AUTOTASK_USERNAME=… AUTOTASK_SECRET=… AUTOTASK_INTEGRATION_CODE=…
  autotask-crm onboard acme.json --journal acme.journal --dry-run
  autotask-crm onboard acme.json --journal acme.journal
  autotask-crm onboard --journal acme.journal                     # go on, after a crash or a question
  autotask-crm onboard --journal acme.journal --adopt company=412
  autotask-crm onboard acme.json --journal acme.journal --url http://127.0.0.1:8081    # the sandbox

Answers: {\"company\": {\"companyName\": \"Acme\", \"companyType\": 1, \"phone\": \"555-0100\", \"ownerResourceID\": 4},
  \"sites\": [{\"name\": \"HQ\"}], \"contacts\": [{\"record\": {\"firstName\": \"Mara\", \"lastName\": \"Lind\"}, \"site\": 0}],
  \"billToSite\": 0, \"siteConfiguration\": {\"userDefinedFields\": []}, \"contract\": {\"record\": {…}, \"contact\": 0,
  \"services\": [{\"record\": {\"serviceID\": 11}, \"quantity\": 25}]}, \"first\": {\"note\": {…}, \"toDo\": {…}, \"opportunity\": {…}}}

Ends with 0 when the client is there, 2 for an error, 3 for a question, 4 when it broke off and the same command goes on,
130 after Ctrl+C, which waits for calls under way; a second one does not.";

#[derive(Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Options {
    /// The answers, a file of JSON, or `-` for standard input; not needed to go on
    #[arg(value_name = "ANSWERS")]
    answers: Option<PathBuf>,
    /// Where is kept what happens; a run whose file is there is gone on with
    #[arg(long, value_name = "FILE")]
    journal: PathBuf,
    /// The address of the zone, or of a sandbox on this machine; without it AUTOTASK_URL, or the zone is looked up
    #[arg(long, value_name = "URL")]
    url: Option<String>,
    /// A file of settings as `serve` takes it, with the credentials; they can also come from the environment, which wins
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Say which calls a new run would make, and send nothing
    #[arg(long)]
    dry_run: bool,
    /// How long Autotask may still commit what it did not answer, in seconds; 360 for a new run
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=86_400))]
    latest_commit: Option<u32>,
    #[command(flatten)]
    person: person::Answers,
}

pub(crate) async fn run(options: Options) -> Result<ExitCode> {
    let shown = options.journal.display().to_string();
    let answers = options.answers.as_deref().map(read_answers).transpose()?;
    let kept = JournalFile::open(&options.journal)?;
    let caller = Caller::read(options.config.as_deref(), options.url.as_deref(), |name| std::env::var(name).ok())?;
    let client = client(caller).await?;
    let (mut file, plan, mut journal) = match kept {
        Some(Kept { file, plan, journal, notice }) => {
            if let Some(notice) = notice {
                say(&notice);
            }
            ensure!(!options.dry_run, "{shown} holds a run that has begun; --dry-run is for a new one");
            is_the_same_run(&plan, answers.as_ref(), &options, &shown)?;
            // Nothing that changes anything is tried on a connection that is not there.
            client.json(&Operation::Threshold).await.map_err(|failure| anyhow!("{failure}"))?;
            say(&format!("Going on with {}, {} entries into its journal", name_of(&plan), journal.len()));
            (file, plan, journal)
        }
        None => {
            let Some(answers) = answers else {
                bail!(
                    "{shown} holds no run yet, so the answers are needed: name their file, or `-` for standard input"
                );
            };
            let mut plan = checked_plan(&client, &answers).await?;
            if let Some(seconds) = options.latest_commit {
                plan.timing.latest_commit = seconds;
            }
            if options.dry_run {
                for (method, path, what) in outline(&plan) {
                    say(&format!("{method:<5} {path:<40} {what}"));
                }
                say(&cost(&client, &plan).await);
                return Ok(ExitCode::SUCCESS);
            }
            let file = JournalFile::begin(&options.journal, &plan)?;
            say(&format!("Onboarding {} in {} steps", name_of(&plan), plan.steps.len()));
            (file, plan, Vec::new())
        }
    };
    let person = Person::read(&options.person, &plan)?;
    go(&client, &plan, &mut journal, &mut file, person, &shown).await
}

/// Drives to the end, or to a question that nobody has answered.
async fn go(
    client: &Client<Http>,
    plan: &Plan,
    journal: &mut Vec<Entry>,
    file: &mut JournalFile,
    mut person: Person,
    shown: &str,
) -> Result<ExitCode> {
    let mut keeper = Keeper::new(plan, file, Interrupt::listen());
    loop {
        match drive(client, plan, journal, &mut keeper).await {
            Halt::Done(outcomes) => {
                for outcome in outcomes {
                    let id = outcome.id.map_or_else(|| "left out".to_owned(), |id| format!("#{id}"));
                    say(&format!("  {id:<12} {}", words::step(plan, &outcome.step)));
                }
                say(&format!("Done: {} is there", name_of(plan)));
                for left in person.left() {
                    eprintln!("notice: nothing asked for {left}");
                }
                return Ok(ExitCode::SUCCESS);
            }
            Halt::Ask { step, question } => match person.answer(plan, journal, &step, &question)? {
                Some(event) => {
                    let entry = Entry { at: keeper.now(), event };
                    keeper.keep(&entry).await.map_err(|why| anyhow!(why))?;
                    journal.push(entry);
                }
                None => {
                    for line in words::question(plan, &step, &question) {
                        say(&line);
                    }
                    return Ok(ExitCode::from(ASKED));
                }
            },
            Halt::Failed { step, message } => {
                eprintln!("error: {} could not be looked for: {message}", words::step(plan, &step));
                eprintln!("Nothing is sent before it is known. Go on with: autotask-crm onboard --journal {shown}");
                return Ok(ExitCode::from(BROKEN_OFF));
            }
            Halt::Paused => {
                say(&format!("Stopped. Go on with: autotask-crm onboard --journal {shown}"));
                return Ok(ExitCode::from(INTERRUPTED));
            }
            Halt::NotKept(why) => bail!("{why}; nothing more was sent"),
        }
    }
}

/// What the run will cost, in words.
async fn cost(client: &Client<Http>, plan: &Plan) -> String {
    let mut ledger = Ledger::default();
    // Where Autotask does not say, an hour of which nothing is used is the best guess.
    let told = client.json(&Operation::Threshold).await.ok().and_then(|json| read_threshold(&json));
    if let Some((used, limit)) = told {
        ledger.tell(keeper::now(), used, limit);
    }
    let calls = u32::try_from(calls(plan)).unwrap_or(u32::MAX);
    ledger.estimate(keeper::now(), calls, SECONDS_EACH, AT_ONCE).text()
}

fn name_of(plan: &Plan) -> &str {
    plan.steps.first().map_or("the client", |step| step.title.as_str())
}

async fn client(caller: Caller) -> Result<Client<Http>> {
    let url = match &caller.url {
        None => find_zone(&Secret::new(&caller.credentials.user_name)).await?,
        Some(url) => UpstreamUrl::parse(Mode::Demo, url).or_else(|_| UpstreamUrl::parse(Mode::Serve, url)).map_err(|_| {
            anyhow!(
                "the address must be `https://webservices<number>.autotask.net/ATServicesRest`, with the number of your \
                 zone, or a sandbox on this machine, such as `http://127.0.0.1:8081`; check --url or AUTOTASK_URL"
            )
        })?,
    };
    let http = Http::new(format!("{}/ATServicesRest", url.origin()), caller.credentials)
        .context("the connection cannot be prepared; check that this system has root certificates")?;
    Ok(Client::new(http))
}

/// The plan of these answers, checked against the instance's own metadata.
async fn checked_plan(client: &Client<Http>, answers: &Answers) -> Result<Plan> {
    let now = jiff::Timestamp::now();
    let run = format!("cli-{:x}-{:x}", now.as_nanosecond(), std::process::id());
    // The steps do not depend on the metadata, only what is wrong with them does.
    let (draft, _) = plan(&run, answers, &Schema::new());
    let mut schema = Schema::new();
    let mut names: Vec<&str> = draft.steps.iter().map(|step| step.entity.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    for info in names.into_iter().filter_map(entity) {
        client
            .load_schema(&mut schema, info)
            .await
            .map_err(|failure| anyhow!("the fields of {} cannot be read: {failure}", info.name))?;
    }
    let (plan, issues) = plan(&run, answers, &schema);
    for issue in &issues {
        eprintln!("{}", line(issue));
    }
    ensure!(!has_errors(&issues), "the answers cannot be used as they are; nothing was sent");
    Ok(plan)
}

fn line(issue: &Issue) -> String {
    let severity = match issue.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Notice => "notice",
    };
    let path = issue.path.as_ref().map(|path| format!("{path}: ")).unwrap_or_default();
    let hint = issue.hint.as_ref().map(|hint| format!("; {hint}")).unwrap_or_default();
    format!("{severity}: {path}{}{hint}", issue.message)
}

/// Answers and options that come along with a run that has begun must be those that it began with.
fn is_the_same_run(kept: &Plan, answers: Option<&Answers>, options: &Options, shown: &str) -> Result<()> {
    if let Some(answers) = answers {
        let (given, _) = plan(&kept.run_id, answers, &Schema::new());
        ensure!(
            given.steps == kept.steps,
            "{shown} holds the run of {}, which began with other answers; leave the answers out to go on with it, or \
             name another file with --journal",
            name_of(kept)
        );
    }
    let seconds = kept.timing.latest_commit;
    ensure!(
        options.latest_commit.is_none_or(|given| given == seconds),
        "the run in {shown} began with --latest-commit {seconds}, which stays"
    );
    Ok(())
}

fn read_answers(path: &Path) -> Result<Answers> {
    let shown = if path == Path::new("-") { "standard input".to_owned() } else { path.display().to_string() };
    let mut bytes = Vec::new();
    let read = match path == Path::new("-") {
        true => std::io::stdin().lock().take(ANSWERS_BYTES_MAX + 1).read_to_end(&mut bytes),
        false => std::fs::File::open(path).and_then(|file| file.take(ANSWERS_BYTES_MAX + 1).read_to_end(&mut bytes)),
    };
    read.map_err(|error| anyhow!("the answers in {shown} cannot be read: {error}"))?;
    ensure!(bytes.len() as u64 <= ANSWERS_BYTES_MAX, "the answers are longer than {} MiB", ANSWERS_BYTES_MAX >> 20);
    let given: Value = serde_json::from_slice(&bytes).map_err(|error| anyhow!("{shown} is no JSON: {error}"))?;
    let (answers, issues) = onboarding::read_answers(&given);
    let said = |issue: &Issue| {
        let place = issue.path.as_deref().map(|path| format!("{path}: ")).unwrap_or_default();
        let hint = issue.hint.as_deref().map(|hint| format!("; {hint}")).unwrap_or_default();
        format!("  {place}{}{hint}", issue.message)
    };
    let wrong: Vec<String> = issues.iter().map(said).collect();
    ensure!(wrong.is_empty(), "the answers in {shown} cannot be read; nothing was sent:\n{}", wrong.join("\n"));
    Ok(answers)
}
