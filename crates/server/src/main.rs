//! `autotask-crm`: the one binary. Each command is a file.

mod app_files;
mod audit;
mod browser;
mod data_folder;
mod demo;
mod doctor;
mod filter;
mod listen;
mod logging;
mod onboard;
mod sandbox;
mod say;
mod serve;
mod settings;
mod strict_heads;
mod user;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// CRM workbench for Autotask.
#[derive(Parser)]
#[command(name = "autotask-crm", version, arg_required_else_help = true)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// What is logged to standard error, for example `info` or `autotask_proxy=debug`; what a sandbox was asked stands in its
    /// `/_sandbox/requests` instead
    #[arg(long, global = true, value_name = "FILTER", env = "AUTOTASK_CRM_LOG")]
    log: Option<String>,
}

#[derive(Subcommand)]
enum Command {
    /// The workbench with a sandbox: made-up data on this machine
    Demo(demo::Options),
    /// The workbench before Autotask
    Serve(serve::Options),
    /// The sandbox alone: a local server that behaves like Autotask
    Sandbox(sandbox::Options),
    /// Whether Autotask is reached with these settings, and what the API user may do there
    Doctor(doctor::Options),
    /// The people who sign in to `serve`: add, list, change, keep out
    User(user::Options),
    /// A filter as Autotask's JSON, as text, or as a plan of what runs where
    Filter(filter::Options),
    /// What was written to Autotask through this server, and whether the record of it is whole
    Audit(audit::Options),
    /// A new client from answers in JSON: company, sites, contacts, contract, each made exactly once
    Onboard(onboard::Options),
}

/// What went wrong at the start, as clap has it for wrong flags.
const REFUSED: u8 = 2;

fn done((): ()) -> ExitCode {
    ExitCode::SUCCESS
}

#[tokio::main]
async fn main() -> ExitCode {
    let Arguments { command, log } = Arguments::parse();
    let default = if matches!(command, Command::Serve(_)) { "info" } else { "warn" };
    let outcome = match logging::start(log.as_deref().unwrap_or(default)) {
        Ok(()) => match command {
            Command::Demo(options) => demo::run(options).await.map(done),
            Command::Serve(options) => serve::run(options).await.map(done),
            Command::Sandbox(options) => sandbox::run(options).await.map(done),
            Command::Doctor(options) => doctor::run(options).await,
            Command::User(options) => user::run(&options).map(done),
            Command::Filter(options) => filter::run(options).map(done),
            Command::Audit(options) => audit::run(options),
            Command::Onboard(options) => onboard::run(options).await,
        },
        Err(error) => Err(error),
    };
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(REFUSED)
        }
    }
}
