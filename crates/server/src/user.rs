//! `autotask-crm user`: who may sign in to `serve`. What is changed here holds at once, also for a server that runs.

use std::io::{self, BufRead, IsTerminal};
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use autotask_proxy::{ResourceChoice, Role, User, Users, generate_password};
use clap::{ArgGroup, Args, Subcommand};

use crate::say::say;
use crate::settings;

#[derive(Args)]
pub(crate) struct Options {
    #[command(subcommand)]
    action: Action,
    /// The file of settings that `serve` reads, for its `store`; without it AUTOTASK_CRM_STORE, or your data folder
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Action {
    /// Add somebody; from the first user on everybody signs in. The password is asked for, or read from standard input
    Add {
        /// The e-mail address to sign in with
        login: String,
        /// The name that is shown
        #[arg(long)]
        name: String,
        /// `viewer` reads, `editor` writes too, `administrator` does everything and says who may do what
        #[arg(long)]
        role: Role,
        /// Make a password and show it once
        #[arg(long)]
        generate: bool,
    },
    /// Show everybody
    List,
    /// Give somebody another role
    Role {
        /// The e-mail address
        login: String,
        /// `viewer`, `editor` or `administrator`
        role: Role,
    },
    /// Set another password, which ends all sessions; it is asked for, or read from standard input
    Password {
        /// The e-mail address
        login: String,
        /// Make a password and show it once
        #[arg(long)]
        generate: bool,
    },
    /// Say which Autotask resource somebody is, in whose name they write where the server's `act_as_person` says so
    #[command(group(ArgGroup::new("which").required(true)))]
    Resource {
        /// The e-mail address
        login: String,
        /// The resource's id; whether there is such a resource is not looked up
        #[arg(group = "which", value_parser = clap::value_parser!(i64).range(1..))]
        id: Option<i64>,
        /// The active resource with this e-mail address, as without a word of yours
        #[arg(long, group = "which")]
        by_email: bool,
        /// No resource
        #[arg(long, group = "which")]
        none: bool,
    },
    /// Keep somebody out, at once
    Disable {
        /// The e-mail address
        login: String,
    },
    /// Let somebody in again
    Enable {
        /// The e-mail address
        login: String,
    },
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let store = settings::store(options.config.as_deref(), |name| std::env::var(name).ok())?;
    let store = settings::store_or_default(store)?;
    let users = Users::open(&store)?;
    match &options.action {
        Action::Add { login, name, role, generate } => {
            let is_first = users.list()?.is_empty();
            users.check_new(login, name)?;
            let password = password(*generate)?;
            users.add(login, name, *role, &password.text)?;
            say(&format!("Added {login}, {role}, in {}", store.display()));
            password.show();
            if is_first {
                say("From now on everybody signs in");
            }
        }
        Action::List => list(&users.list()?),
        Action::Role { login, role } => {
            users.set_role(login, *role)?;
            say(&format!("{login} is {role} now"));
        }
        Action::Password { login, generate } => {
            // Nobody types a password for somebody who is not there.
            users.check(login)?;
            let password = password(*generate)?;
            users.set_password(login, &password.text)?;
            say(&format!("{login} has another password, and is signed out everywhere"));
            password.show();
        }
        Action::Resource { login, id, by_email, none: _ } => {
            let (choice, said) = match (id, by_email) {
                (Some(id), _) => (ResourceChoice::Is(*id, None), format!("resource {id}")),
                (None, true) => {
                    (ResourceChoice::ByEmail, "the one active resource with this e-mail address".to_owned())
                }
                (None, false) => (ResourceChoice::Nobody, "no resource".to_owned()),
            };
            users.set_resource(login, &choice)?;
            say(&format!("{login} is {said} at Autotask"));
        }
        Action::Disable { login } => {
            users.set_disabled(login, true)?;
            say(&format!("{login} is kept out"));
        }
        Action::Enable { login } => {
            users.set_disabled(login, false)?;
            say(&format!("{login} may sign in again"));
        }
    }
    Ok(())
}

/// Lines in columns.
fn list(users: &[User]) {
    if users.is_empty() {
        say("No users: only the machine of the server may call it; add one with `autotask-crm user add`");
    }
    let logins = users.iter().map(|user| user.login.len()).max().unwrap_or_default();
    for user in users {
        let state = if user.is_disabled { "  (kept out)" } else { "" };
        let resource = user.resource.to_string();
        let resource = if resource.is_empty() { resource } else { format!("  ({resource})") };
        say(&format!("{:logins$}  {:13}  {}{state}{resource}", user.login, user.role.as_str(), user.name));
    }
}

struct Password {
    text: String,
    is_generated: bool,
}

impl Password {
    fn show(&self) {
        if self.is_generated {
            say(&format!("Password, shown this once: {}", self.text));
        }
    }
}

fn password(generate: bool) -> Result<Password> {
    if generate {
        return Ok(Password { text: generate_password()?, is_generated: true });
    }
    let text = if io::stdin().is_terminal() {
        let ask = |words| rpassword::prompt_password(words).context("the password cannot be read; try --generate");
        let text = ask("Password (at least 12 letters): ")?;
        ensure!(text == ask("Once more: ")?, "these are two passwords; try again");
        text
    } else {
        let mut line = String::new();
        io::stdin().lock().read_line(&mut line).context("the password cannot be read from standard input")?;
        line.trim_end_matches(['\n', '\r']).to_owned()
    };
    Ok(Password { text, is_generated: false })
}
