//! Token use: what to type into an existing client of Autotask's, and a first call to try.

use leptos::prelude::*;

use crate::components::copy_button::{CopyButton, CopyTextButton};

/// Below this path the server answers as Autotask does.
const ROOT: &str = "/ATServicesRest";

/// The four settings that such clients have, and a call from a shell.
pub fn token_use_view(login: &str, token: &str) -> AnyView {
    let origin = window().location().origin().unwrap_or_default();
    let address = [&origin, ROOT].concat();
    let call = sample(&address, login, token);
    let copied = call.clone();
    view! {
        <h3>"In a client that was written for Autotask"</h3>
        <dl class="dl tokenuse">
            {line("Address", "address", address, "")}
            {line("UserName", "user name", login.to_owned(), "")}
            {line("Secret", "secret", token.to_owned(), "")}
            {line("ApiIntegrationCode", "integration code", "anything".to_owned(), "not looked at, but many clients want one")}
        </dl>
        <h3>"A first call"</h3>
        <div class="once__secret">
            <pre class="scroll" tabindex="0" dir="ltr">{call}</pre>
            <CopyTextButton what="call" text=Callback::new(move |()| copied.clone()) />
        </div>
    }
    .into_any()
}

fn line(label: &'static str, what: &'static str, value: String, note: &'static str) -> AnyView {
    let copied = value.clone();
    view! {
        <dt>{label}</dt>
        <dd>
            <code dir="ltr">{value}</code>
            <CopyButton what=what text=Callback::new(move |()| copied.clone()) />
            <span class="muted small">{note}</span>
        </dd>
    }
    .into_any()
}

/// The company with the number 0 is the tenant's own: it is there everywhere.
fn sample(address: &str, login: &str, token: &str) -> String {
    let header = |name: &str, value: &str| [" \\\n  -H '", name, ": ", value, "'"].concat();
    let headers = [header("UserName", login), header("Secret", token), header("ApiIntegrationCode", "anything")];
    ["curl ", address, "/V1.0/Companies/0", &headers.concat()].concat()
}

#[cfg(test)]
mod tests {
    use super::sample;

    #[test]
    fn a_call_is_as_a_shell_takes_it() {
        let call = sample("https://crm.example.com/ATServicesRest", "ada@x.test", "atcrm_1");
        let lines = [
            "curl https://crm.example.com/ATServicesRest/V1.0/Companies/0 \\",
            "  -H 'UserName: ada@x.test' \\",
            "  -H 'Secret: atcrm_1' \\",
            "  -H 'ApiIntegrationCode: anything'",
        ];
        assert_eq!(call, lines.join("\n"));
    }
}
