//! The commands of this repository; a person types only these: `cargo xtask start`, `test`, `bench`, `npm`, `codegen`.

mod app;
mod app_wasm;
mod bench;
mod browser;
mod codegen;
mod counts;
mod npm;
mod python;
mod run;
mod shrink;
mod size;
mod start;
mod test;
mod tools;
mod trunk_hook;
// The core makes labels of names with the same words.
#[path = "../../core/src/words.rs"]
mod words;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use run::repository_root;

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "the commands of this repository", version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Sets everything up, builds the app and runs it against the sandbox
    Start(start::Options),
    /// Runs everything that continuous integration runs
    Test(test::Options),
    /// Runs the benchmarks
    Bench(bench::Options),
    /// Builds the npm package into target/npm
    Npm {
        /// Also write the documentation of its API into target/npm-docs
        #[arg(long)]
        docs: bool,
    },
    /// Writes the entity tables from the entity facts
    Codegen {
        /// Only say whether the written tables are what the facts give
        #[arg(long)]
        check: bool,
    },
    /// Called by Trunk: compiles the app, and makes the built page fit the content-security policy
    #[command(hide = true)]
    TrunkHook,
}

fn main() -> ExitCode {
    let outcome = run::enter_root().and_then(|from| match Cli::parse().command {
        Command::Start(options) => start::run(&options, &from),
        Command::Test(options) => test::run(&options),
        Command::Bench(options) => bench::run(&options).map(|()| ExitCode::SUCCESS),
        Command::Npm { docs } => {
            let built = npm::run().and_then(|()| if docs { npm::docs() } else { Ok(()) });
            built.map(|()| ExitCode::SUCCESS)
        }
        Command::Codegen { check } => codegen::run(check).map(|()| ExitCode::SUCCESS),
        Command::TrunkHook => trunk_hook::run().map(|()| ExitCode::SUCCESS),
    });
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
