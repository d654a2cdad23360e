//! Settings of `serve`: from a file in TOML and from the environment, which wins.
//!
//! No message shows a value, since one of them is the secret: TOML's own messages repeat the line they are about.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use anyhow::{Result, anyhow, bail};
use autotask_client::native;
use autotask_proxy::{ActAsPerson, Credentials, Secret, SignInService};
use toml::{Table, Value};

use crate::data_folder::{data_file, data_folder};
use crate::listen;

/// Each setting: its key in the file, its variable, and what it is.
const SETTINGS: [(&str, &str, &str); 21] = [
    ("username", "AUTOTASK_USERNAME", "the login of the API user"),
    ("secret", "AUTOTASK_SECRET", "the secret of the API user"),
    ("integration_code", "AUTOTASK_INTEGRATION_CODE", "the tracking identifier of the integration"),
    ("url", "AUTOTASK_URL", "the address of the zone; looked up without it"),
    ("listen", "AUTOTASK_CRM_LISTEN", "where to listen; 127.0.0.1:8080 without it"),
    (
        "public_url",
        "AUTOTASK_CRM_PUBLIC_URL",
        "where people open the app from other machines, such as https://crm.example.com; this machine only without it",
    ),
    (
        "oidc_issuer",
        "AUTOTASK_CRM_OIDC_ISSUER",
        "the identity provider that people sign in with, such as https://login.microsoftonline.com/TENANT/v2.0",
    ),
    ("oidc_client_id", "AUTOTASK_CRM_OIDC_CLIENT_ID", "this server's id at the identity provider"),
    ("oidc_client_secret", "AUTOTASK_CRM_OIDC_CLIENT_SECRET", "its secret there; none for a public client"),
    ("oidc_tenant", "AUTOTASK_CRM_OIDC_TENANT", "the one directory of Entra ID whose people may sign in, by its id"),
    ("oidc_name", "AUTOTASK_CRM_OIDC_NAME", "what the identity provider is called on the button"),
    (
        "metrics_listen",
        "AUTOTASK_CRM_METRICS_LISTEN",
        "where Prometheus reads `/metrics`, best an address of this machine such as 127.0.0.1:9464; nowhere without it",
    ),
    ("app", "AUTOTASK_CRM_APP", "the folder of the built app; the one inside of this program without it"),
    ("store", "AUTOTASK_CRM_STORE", "the file of runs, drafts, outcomes and the audit; in your data folder without it"),
    (
        "audit_months",
        "AUTOTASK_CRM_AUDIT_MONTHS",
        "for how many months the audit of writes is kept; 12 without it, 6 at least",
    ),
    (
        "reads_per_hour",
        "AUTOTASK_CRM_READS_PER_HOUR",
        "how often one person may read rows in an hour, 500 rows at once; 3000 without it",
    ),
    (
        "act_as_person",
        "AUTOTASK_CRM_ACT_AS_PERSON",
        "whether people write in their own names at Autotask: off (without it), when_mapped or required",
    ),
    ("cors_origin", "AUTOTASK_CRM_CORS_ORIGIN", "the one foreign origin whose pages may call; none without it"),
    ("client_username", "AUTOTASK_CRM_CLIENT_USERNAME", "what other clients send as `UserName`"),
    ("client_secret", "AUTOTASK_CRM_CLIENT_SECRET", "what other clients send as `Secret`"),
    (
        "client_integration_code",
        "AUTOTASK_CRM_CLIENT_INTEGRATION_CODE",
        "what other clients send as `ApiIntegrationCode`",
    ),
];

/// What `serve` keeps, in the data folder, unless a file is named.
const STORE: &str = "workbench.db";
/// Where `serve` listens unless told otherwise.
const LISTEN: &str = "127.0.0.1:8080";

/// The settings of `serve`.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) credentials: Credentials,
    pub(crate) url: Option<String>,
    pub(crate) listen: SocketAddr,
    pub(crate) public_url: Option<String>,
    pub(crate) metrics_listen: Option<SocketAddr>,
    pub(crate) app: Option<PathBuf>,
    pub(crate) store: Option<PathBuf>,
    pub(crate) audit_months: Option<u32>,
    pub(crate) reads_per_hour: Option<u32>,
    pub(crate) act_as_person: ActAsPerson,
    pub(crate) sign_in_service: Option<SignInService>,
    pub(crate) cors_origin: Option<String>,
    pub(crate) clients: Option<Credentials>,
}

impl Settings {
    /// Reads the file, if one is named, and the environment.
    pub(crate) fn read(file: Option<&Path>, variable: impl Fn(&str) -> Option<String>) -> Result<Settings> {
        let table = file.map(read_file).transpose()?.unwrap_or_default();
        let source = Source { file, table, variable };
        let listen = source.get("listen").unwrap_or_else(|| LISTEN.to_owned());
        let listen = listen::parse(&listen)
            .map_err(|_| anyhow!("`listen` (AUTOTASK_CRM_LISTEN) must be an address and a port, such as `{LISTEN}`"))?;
        let metrics_listen = source.get("metrics_listen").map(|address| listen::parse(&address));
        let metrics_listen = metrics_listen.transpose().map_err(|_| {
            anyhow!(
                "`metrics_listen` (AUTOTASK_CRM_METRICS_LISTEN) must be an address and a port, such as `127.0.0.1:9464`"
            )
        })?;
        let audit_months = source.get("audit_months").map(|months| match months.parse() {
            Ok(months @ 6..=1200) => Ok(months),
            _ => Err(anyhow!(
                "`audit_months` (AUTOTASK_CRM_AUDIT_MONTHS) must be a whole number of months, from 6 to 1200"
            )),
        });
        let reads_per_hour = source.get("reads_per_hour").map(|reads| match reads.parse() {
            Ok(reads @ 100..=100_000) => Ok(reads),
            _ => Err(anyhow!(
                "`reads_per_hour` (AUTOTASK_CRM_READS_PER_HOUR) must be a whole number of reads, from 100 to 100000"
            )),
        });
        let act_as_person = source.get("act_as_person").map(|setting| {
            setting.parse().map_err(|why| anyhow!("`act_as_person` (AUTOTASK_CRM_ACT_AS_PERSON) is wrong: {why}"))
        });
        let client_keys = ["client_username", "client_secret", "client_integration_code"];
        let clients = match client_keys.iter().any(|key| source.get(key).is_some()) {
            true => Some(source.credentials(client_keys)?),
            false => None,
        };
        Ok(Settings {
            credentials: source.credentials(["username", "secret", "integration_code"])?,
            url: source.get("url"),
            listen,
            metrics_listen,
            public_url: source.get("public_url").map(|url| url.trim_end_matches('/').to_owned()),
            app: source.get("app").map(PathBuf::from),
            store: source.get("store").map(PathBuf::from),
            audit_months: audit_months.transpose()?,
            reads_per_hour: reads_per_hour.transpose()?,
            act_as_person: act_as_person.transpose()?.unwrap_or_default(),
            sign_in_service: source.sign_in_service()?,
            cors_origin: source.get("cors_origin"),
            clients,
        })
    }
}

/// The store that the file or the environment names; nothing else has to be set for that.
pub(crate) fn store(file: Option<&Path>, variable: impl Fn(&str) -> Option<String>) -> Result<Option<PathBuf>> {
    let table = file.map(read_file).transpose()?.unwrap_or_default();
    Ok(Source { file, table, variable }.get("store").map(PathBuf::from))
}

/// The store that was named, else the one in this user's data folder, which is made.
pub(crate) fn store_or_default(named: Option<PathBuf>) -> Result<PathBuf> {
    match named {
        Some(file) => Ok(file),
        None => data_file(STORE, "name a file with `store` in the file of settings, or AUTOTASK_CRM_STORE"),
    }
}

/// The same for who only looks: no folder is made, and there is none for a user without a home.
pub(crate) fn store_to_look_at(named: Option<PathBuf>) -> Option<PathBuf> {
    named.or_else(|| Some(data_folder(|name| std::env::var_os(name))?.join(STORE)))
}

/// Whom a command calls as, and where.
pub(crate) struct Caller {
    pub(crate) credentials: native::Credentials,
    pub(crate) url: Option<String>,
}

impl Caller {
    /// Reads file and environment as `serve` does; `url` is the command's own option and comes first.
    pub(crate) fn read(
        file: Option<&Path>,
        url: Option<&str>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<Caller> {
        Caller::with_store(file, url, variable).map(|(caller, _)| caller)
    }

    /// The same, and the file that is set for what `serve` keeps.
    pub(crate) fn with_store(
        file: Option<&Path>,
        url: Option<&str>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Result<(Caller, Option<PathBuf>)> {
        let table = file.map(read_file).transpose()?.unwrap_or_default();
        let source = Source { file, table, variable };
        let [user_name, secret, integration_code] = source.three(["username", "secret", "integration_code"])?;
        let caller = Caller {
            credentials: native::Credentials { user_name, secret, integration_code },
            url: url.map(str::to_owned).or_else(|| source.get("url")),
        };
        Ok((caller, source.get("store").map(PathBuf::from)))
    }
}

struct Source<'a, V> {
    file: Option<&'a Path>,
    table: Table,
    variable: V,
}

impl<V: Fn(&str) -> Option<String>> Source<'_, V> {
    fn get(&self, key: &str) -> Option<String> {
        let (_, name, _) = SETTINGS.iter().find(|(known, ..)| *known == key)?;
        let set = (self.variable)(name).filter(|value| !value.is_empty());
        set.or_else(|| self.table.get(key)?.as_str().map(str::to_owned))
    }

    fn three(&self, keys: [&str; 3]) -> Result<[String; 3]> {
        let missing: Vec<String> =
            keys.iter().filter(|key| self.get(key).is_none()).map(|key| self.missing(key)).collect();
        if !missing.is_empty() {
            bail!("{}", missing.join("\n       "));
        }
        Ok(keys.map(|key| self.get(key).unwrap_or_default()))
    }

    fn credentials(&self, keys: [&str; 3]) -> Result<Credentials> {
        let [user_name, secret, integration_code] = self.three(keys)?;
        Ok(Credentials::new(user_name, secret, integration_code))
    }

    /// The identity provider, if anything of it is set.
    fn sign_in_service(&self) -> Result<Option<SignInService>> {
        let others = ["oidc_client_id", "oidc_client_secret", "oidc_tenant", "oidc_name"];
        let Some(issuer) = self.get("oidc_issuer") else {
            return match others.iter().find(|key| self.get(key).is_some()) {
                Some(key) => Err(anyhow!("`{key}` is set, and {}", self.missing("oidc_issuer"))),
                None => Ok(None),
            };
        };
        let of_file = self.table.get("oidc_issuer").and_then(Value::as_str);
        if of_file.is_some_and(|other| other != issuer) {
            bail!(
                "two identity providers are set, `oidc_issuer` in the file and another in AUTOTASK_CRM_OIDC_ISSUER; keep one, or the \
                 secret of one would go to the other"
            );
        }
        if issuer.split([',', ';', ' ']).count() > 1 {
            bail!("`oidc_issuer` is one identity provider, an address without spaces; people sign in at one");
        }
        let Some(client_id) = self.get("oidc_client_id") else { bail!("{}", self.missing("oidc_client_id")) };
        Ok(Some(SignInService {
            name: self.get("oidc_name").unwrap_or_else(|| "your organization's account".to_owned()),
            issuer,
            client_id,
            client_secret: self.get("oidc_client_secret").map(Secret::new),
            tenant: self.get("oidc_tenant"),
        }))
    }

    fn missing(&self, key: &str) -> String {
        let (_, name, what) = SETTINGS.iter().find(|(known, ..)| *known == key).copied().unwrap_or_default();
        let place = match self.file {
            Some(file) => format!("put `{key} = \"…\"` into {}", file.display()),
            None => format!("put `{key} = \"…\"` into a file and name it with --config"),
        };
        format!("`{key}` is missing, {what}; {place}, or set {name}")
    }
}

fn read_file(file: &Path) -> Result<Table> {
    let shown = file.display();
    let text = fs::read_to_string(file)
        .map_err(|error| anyhow!("the file of settings {shown} cannot be read ({}); check --config", error.kind()))?;
    let table: Table = text.parse().map_err(|error: toml::de::Error| {
        let line = error.span().map_or(1, |span| 1 + text[..span.start.min(text.len())].matches('\n').count());
        if error.message().contains("duplicate key") {
            return anyhow!("line {line} of {shown} sets what is set before; keep one of the two");
        }
        anyhow!("line {line} of {shown} is not TOML; a setting is written `key = \"value\"`")
    })?;
    for (key, value) in &table {
        if !SETTINGS.iter().any(|(known, ..)| known == key) {
            let known: Vec<&str> = SETTINGS.iter().map(|(known, ..)| *known).collect();
            bail!("`{key}` in {shown} is not a setting; there are {}", known.join(", "));
        }
        if !matches!(value, Value::String(text) if !text.is_empty()) {
            bail!("`{key}` in {shown} must be a text in quotes and not empty");
        }
    }
    Ok(table)
}

#[cfg(test)]
mod tests {
    use super::*;

    const THREE: &str = "username = \"u\"\nsecret = 's$#'\nintegration_code = \"c\"\n";

    fn read(text: &str, variables: &[(&str, &str)]) -> Result<Settings, String> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("crm.toml");
        fs::write(&file, text).unwrap();
        let find = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        Settings::read(Some(&file), find)
            .map_err(|error| error.to_string().replace(&file.display().to_string(), "FILE"))
    }

    #[track_caller]
    fn check(text: &str, variables: &[(&str, &str)], expected: &str) {
        let error = read(text, variables).expect_err("refused");
        assert!(error.contains(expected), "{error}");
        assert!(!error.contains("hidden"), "{error}");
    }

    #[test]
    fn file_and_environment_together() {
        let settings = read(THREE, &[]).unwrap();
        assert_eq!(settings.listen.to_string(), LISTEN);
        assert!(settings.clients.is_none() && settings.url.is_none());
        assert!(!format!("{settings:?}").contains("s$#"));
        let url = "https://webservices18.autotask.net/ATServicesRest";
        let variables = [("AUTOTASK_URL", url), ("AUTOTASK_CRM_LISTEN", "127.0.0.1:9000"), ("AUTOTASK_CRM_APP", "")];
        let settings = read(&format!("{THREE}listen = \"127.0.0.1:1\"\napp = \"dist\""), &variables).unwrap();
        assert_eq!((settings.url.as_deref(), settings.listen.port()), (Some(url), 9000));
        assert_eq!(settings.app, Some("dist".into()));
        let all = [("AUTOTASK_USERNAME", "u"), ("AUTOTASK_SECRET", "s"), ("AUTOTASK_INTEGRATION_CODE", "c")];
        let find = |name: &str| all.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        assert!(Settings::read(None, find).is_ok());
    }

    #[test]
    fn what_is_missing_is_named_with_its_place() {
        check(
            "username = \"u\"",
            &[],
            "`secret` is missing, the secret of the API user; put `secret = \"…\"` into FILE, or set AUTOTASK_SECRET",
        );
        check("username = \"u\"", &[], "AUTOTASK_INTEGRATION_CODE");
        check(&format!("{THREE}client_secret = \"hidden\""), &[], "`client_username` is missing");
        let none = Settings::read(None, |_| None).unwrap_err().to_string();
        assert!(none.contains("into a file and name it with --config, or set AUTOTASK_USERNAME"), "{none}");
    }

    #[test]
    fn an_identity_provider_is_whole_or_not_there() {
        let of = |more: &str| read(&format!("{THREE}{more}"), &[]);
        assert!(of("").unwrap().sign_in_service.is_none());
        let found = of("oidc_issuer = 'https://a.test'\noidc_client_id = 'crm'\noidc_name = 'Contoso'").unwrap();
        assert_eq!(
            found.sign_in_service.map(|service| (service.name, service.client_id)),
            Some(("Contoso".into(), "crm".into()))
        );
        let error = |more: &str| of(more).unwrap_err();
        assert!(error("oidc_issuer = 'https://a.test'").contains("`oidc_client_id` is missing"));
        let alone = error("oidc_client_secret = 'hidden'");
        assert!(
            alone.contains("`oidc_client_secret` is set, and `oidc_issuer` is missing") && !alone.contains("hidden"),
            "{alone}"
        );
    }

    #[test]
    fn the_readme_names_every_setting() {
        let readme = include_str!("../../../README.md");
        for (key, variable, what) in SETTINGS {
            let row = format!("| `{key}` | `{variable}` | {what} |");
            assert!(readme.contains(&row), "README.md lacks: {row}");
        }
    }

    #[test]
    fn two_identity_providers_are_refused() {
        let one =
            format!("{THREE}oidc_issuer = 'https://a.test'\noidc_client_id = 'crm'\noidc_client_secret = 'hidden'\n");
        let other = [("AUTOTASK_CRM_OIDC_ISSUER", "https://b.test")];
        check(
            &one,
            &other,
            "two identity providers are set, `oidc_issuer` in the file and another in AUTOTASK_CRM_OIDC_ISSUER",
        );
        check(
            &format!("{one}oidc_issuer = 'https://b.test'"),
            &[],
            "line 7 of FILE sets what is set before; keep one of the two",
        );
        check(&one.replace("a.test", "a.test, https://b.test"), &[], "`oidc_issuer` is one identity provider");
        assert!(read(&one, &[("AUTOTASK_CRM_OIDC_ISSUER", "https://a.test")]).is_ok(), "the same one");
    }

    #[test]
    fn what_is_wrong_is_named_without_its_value() {
        check(
            &format!("{THREE}secrte = \"hidden\""),
            &[],
            "`secrte` in FILE is not a setting; there are username, secret,",
        );
        check("username = 'u'\nsecret = \"hidden\nx", &[], " of FILE is not TOML");
        check("secret = hidden", &[], "line 1 of FILE is not TOML");
        check("secret = 1234", &[], "`secret` in FILE must be a text in quotes");
        check("secret = \"\"", &[], "`secret` in FILE must be a text in quotes and not empty");
        for months in ["5", "0", "-1", "twelve", "1201", "6.5"] {
            check(&format!("{THREE}audit_months = \"{months}\""), &[], "from 6 to 1200");
        }
        assert_eq!(read(&format!("{THREE}audit_months = \"6\""), &[]).unwrap().audit_months, Some(6));
        for reads in ["99", "100001", "many"] {
            check(&format!("{THREE}reads_per_hour = \"{reads}\""), &[], "from 100 to 100000");
        }
        assert_eq!(read(&format!("{THREE}reads_per_hour = \"100\""), &[]).unwrap().reads_per_hour, Some(100));
        for setting in ["on", "Off", "when mapped"] {
            check(&format!("{THREE}act_as_person = \"{setting}\""), &[], "is `off`, `when_mapped` or `required`");
        }
        let acts = |text: &str| read(&format!("{THREE}{text}"), &[]).unwrap().act_as_person;
        assert_eq!((acts(""), acts("act_as_person = 'required'")), (ActAsPerson::Off, ActAsPerson::Required));
        assert_eq!(
            store(None, |name| (name == "AUTOTASK_CRM_STORE").then(|| "s.db".to_owned())).unwrap(),
            Some("s.db".into())
        );
        check(
            &format!("{THREE}listen = \"8080\""),
            &[],
            "`listen` (AUTOTASK_CRM_LISTEN) must be an address and a port",
        );
        check(
            &format!("{THREE}metrics_listen = \"9464\""),
            &[],
            "`metrics_listen` (AUTOTASK_CRM_METRICS_LISTEN) must be an address and a port",
        );
        let missing = Settings::read(Some(Path::new("/none/crm.toml")), |_| None).unwrap_err().to_string();
        assert_eq!(missing, "the file of settings /none/crm.toml cannot be read (entity not found); check --config");
    }
}
