//! A sandbox in a file and a client to onboard into it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};
use serde_json::{Value, json};

use super::{Running, command};

/// What tests wait for at most; a slow machine is no failure.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long the runs of tests look for what may still be written, in seconds.
pub(crate) const LATEST_COMMIT: &str = "3";

pub(crate) struct Place {
    pub(crate) folder: tempfile::TempDir,
    /// Stopped with the place.
    _sandbox: Running,
    pub(crate) origin: String,
    pub(crate) file: Connection,
    client: reqwest::blocking::Client,
}

impl Place {
    pub(crate) fn start() -> Place {
        let folder = tempfile::tempdir().expect("a folder");
        let database = folder.path().join("world.db");
        let database = database.to_str().expect("UTF-8");
        let sandbox = Running::start(
            &["sandbox", "--listen", "127.0.0.1:0", "--companies", "20", "--database", database],
            "Sandbox: ",
        );
        let origin = sandbox.url().trim_end_matches("/ATServicesRest/").to_owned();
        let file = Connection::open_with_flags(database, OpenFlags::SQLITE_OPEN_READ_ONLY).expect("the world");
        file.busy_timeout(Duration::from_secs(5)).expect("the world");
        let client = reqwest::blocking::Client::builder().no_proxy().build().expect("a client");
        let place = Place { folder, _sandbox: sandbox, origin, file, client };
        // The instance's own field of a site configuration, which carries nothing else.
        place.call(
            "POST",
            "/ATServicesRest/V1.0/UserDefinedFieldDefinitions",
            &json!({"name": "Firewall", "udfType": 4, "dataType": 1}),
        );
        place
    }

    pub(crate) fn call(&self, method: &str, path: &str, body: &Value) -> Value {
        let request = self
            .client
            .request(method.parse().expect("a method"), format!("{}{path}", self.origin))
            .header("UserName", "api-user@sandbox.test")
            .header("Secret", "sandbox-secret")
            .header("ApiIntegrationCode", "SANDBOX-TRACKING-ID");
        let request = if body.is_null() { request } else { request.body(body.to_string()) };
        let answer = request.send().expect("an answer");
        let status = answer.status();
        let text = answer.text().expect("a body");
        assert_eq!(status, 200, "{method} {path}: {text}");
        serde_json::from_str(&text).expect("JSON")
    }

    pub(crate) fn number(&self, sql: &str) -> i64 {
        self.file.query_row(sql, [], |row| row.get(0)).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    /// The whole of the ten steps, with ids that this world has.
    pub(crate) fn answers(&self, name: &str) -> Value {
        let owner = self.number("SELECT min(id) FROM Resources WHERE isActive = 1 AND licenseType <> 7 AND id > 4");
        let services = [0, 1].map(|nth| {
            self.number(&format!("SELECT id FROM Services WHERE isActive = 1 ORDER BY id LIMIT 1 OFFSET {nth}"))
        });
        json!({
            "company": {
                "companyName": name, "companyType": 1, "phone": "518 555 0100", "ownerResourceID": owner,
                "address1": "1 Main Street", "city": "Troy", "taxRegionID": self.number("SELECT max(id) FROM TaxRegions"),
                "taxID": format!("TAX {name}"), "invoiceTemplateID": self.number("SELECT max(id) FROM InvoiceTemplates"),
            },
            "sites": [{"name": "HQ", "city": "Troy"}, {"name": "Depot", "city": "Utica"}],
            "contacts": [
                {"record": {"firstName": "Bo", "lastName": "Lind"}, "site": 1},
                {"record": {"firstName": "Mara", "lastName": "Lind", "emailAddress": "mara@lind.example", "primaryContact": true}, "site": 0},
            ],
            "siteConfiguration": {"userDefinedFields": [{"name": "Firewall", "value": "edge-1"}]},
            "contract": {
                "record": {
                    "contractName": "Managed", "contractType": 7, "contractPeriodType": 1,
                    "startDate": "2026-12-01T00:00:00Z", "endDate": "2027-11-30T00:00:00Z",
                },
                "contact": 1,
                "services": [
                    {"record": {"serviceID": services[0]}, "quantity": 25},
                    {"record": {"serviceID": services[1]}, "quantity": 3},
                ],
            },
            "first": {"note": {
                "actionType": 4, "assignedResourceID": owner, "name": "Welcome", "note": "A new client",
                "startDateTime": "2026-11-21T09:00:00Z", "endDateTime": "2026-11-21T09:30:00Z",
            }},
        })
    }

    /// Writes the answers of a run and says where its journal will be.
    pub(crate) fn prepare(&self, name: &str) -> Run<'_> {
        let answers = self.folder.path().join(format!("{name}.json"));
        std::fs::write(&answers, self.answers(name).to_string()).expect("it is written");
        let journal = self.folder.path().join(format!("{name}.journal"));
        Run { place: self, name: name.to_owned(), url: self.origin.clone(), answers, journal }
    }

    /// Switches a fault on that strikes once, or so often as it says itself.
    pub(crate) fn fault(&self, fault: &Value) {
        self.call("POST", "/_sandbox/faults", fault);
    }

    /// The audit in this store is whole, and has an intent for each write that came here. How many of them there are.
    pub(crate) fn is_audited(&self, store: &Path, name: &str) -> usize {
        let store = store.to_str().expect("UTF-8");
        let verify = command(&["audit", "verify", "--store", store]).output().expect("it runs");
        let text = String::from_utf8_lossy(&verify.stdout).into_owned();
        assert_eq!(verify.status.code(), Some(0), "{name}: {text}");
        let list = command(&["audit", "list", "--json", "--store", store]).output().expect("it runs");
        let mut intents: Vec<Value> = String::from_utf8_lossy(&list.stdout)
            .lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect();
        let recorded = self.call("GET", "/_sandbox/requests?limit=1000", &Value::Null);
        let is_write =
            |call: &&Value| matches!(call["operation"].as_str(), Some("create" | "update" | "replace" | "delete"));
        let writes: Vec<&Value> = recorded["requests"].as_array().expect("a list").iter().filter(is_write).collect();
        for write in &writes {
            let is_its = |intent: &Value| {
                let fields = |value: &Value| {
                    let mut fields = value.as_object().cloned().unwrap_or_default();
                    fields.remove("id");
                    fields
                };
                intent["entity"] == write["entity"]
                    && intent["operation"] == write["operation"]
                    && fields(&intent["after"]) == fields(&write["body"])
            };
            let at = intents.iter().position(is_its);
            let at = at.unwrap_or_else(|| panic!("{name}: written without an intent: {write}\n{intents:#?}"));
            intents.remove(at);
        }
        writes.len()
    }

    pub(crate) fn clear_faults(&self) {
        self.call("DELETE", "/_sandbox/faults", &Value::Null);
    }

    /// How often the faults that are on have struck.
    pub(crate) fn struck(&self) -> i64 {
        let listed = self.call("GET", "/_sandbox/faults", &Value::Null);
        listed["faults"].as_array().expect("a list").iter().filter_map(|fault| fault["fired"].as_i64()).sum()
    }
}

/// One client that is onboarded.
pub(crate) struct Run<'p> {
    pub(crate) place: &'p Place,
    pub(crate) name: String,
    /// Whom it calls.
    pub(crate) url: String,
    pub(crate) answers: PathBuf,
    pub(crate) journal: PathBuf,
}

impl Run<'_> {
    pub(crate) fn command(&self, more: &[&str]) -> Command {
        let (answers, journal) = (self.answers.to_str().expect("UTF-8"), self.journal.to_str().expect("UTF-8"));
        let begun = if self.journal.exists() { None } else { Some(answers) };
        let mut arguments = vec!["onboard"];
        arguments.extend(begun);
        arguments.extend(["--journal", journal, "--url", &self.url, "--latest-commit", LATEST_COMMIT]);
        arguments.extend(more);
        with_credentials(command(&arguments))
    }

    /// The lines that are wholly in the journal.
    pub(crate) fn lines(&self) -> Vec<String> {
        let text = std::fs::read_to_string(&self.journal).unwrap_or_default();
        let whole = text.rfind('\n').map_or("", |end| &text[..end]);
        whole.lines().map(str::to_owned).collect()
    }

    /// Runs it to its end, with a person who looks into Autotask when units are in doubt; answers what was asked.
    pub(crate) fn to_the_end(&self) -> Vec<String> {
        let mut asked = Vec::new();
        let mut more: Vec<String> = Vec::new();
        for _ in 0..6 {
            let Output { status, stdout, stderr } =
                self.command(&more.iter().map(String::as_str).collect::<Vec<_>>()).output().expect("it runs");
            let out = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
            more.clear();
            match status.code() {
                Some(0) => return asked,
                Some(3) => {
                    let step = ["service_0_units", "service_1_units"]
                        .into_iter()
                        .find(|step| out.contains(&format!("--not-the-same {step} ")))
                        .unwrap_or_else(|| panic!("{}: {out}", self.name));
                    assert_eq!(self.units(step), None, "{}: asked although they are there: {out}", self.name);
                    asked.push(step.to_owned());
                    more = vec!["--not-the-same".to_owned(), step.to_owned()];
                }
                code => panic!("{}: {code:?} {out}", self.name),
            }
        }
        panic!("{}: no end is in sight, {asked:?}", self.name)
    }

    /// The company's id.
    pub(crate) fn company(&self) -> i64 {
        self.place.number(&format!("SELECT id FROM Companies WHERE companyName = '{}'", self.name))
    }

    /// The units that a step has added.
    fn units(&self, step: &str) -> Option<i64> {
        let service = usize::from(step == "service_1_units");
        let service = &self.place.answers(&self.name)["contract"]["services"][service]["record"]["serviceID"];
        let sql = format!(
            "SELECT max(u.units) FROM ContractServiceUnits u JOIN Contracts c ON c.id = u.contractID WHERE c.companyID = {} AND u.serviceID = {service}",
            self.company()
        );
        self.place.file.query_row(&sql, [], |row| row.get(0)).expect("a row")
    }

    /// Each record is in SQLite once, with all that was asked for.
    #[track_caller]
    pub(crate) fn is_there_once(&self) {
        let (place, name) = (self.place, &self.name);
        let answers = place.answers(name);
        let check = |what: &str, sql: &str, expected: i64| {
            let sql = sql.replace("NAME", name);
            assert_eq!(place.number(&sql), expected, "{name}: {what}\n{}", self.lines().join("\n"));
        };
        check("one company", "SELECT count(*) FROM Companies WHERE companyName = 'NAME'", 1);
        let company = self.company();
        for field in ["companyType", "ownerResourceID", "taxRegionID", "invoiceTemplateID"] {
            let value = answers["company"][field].as_i64().expect("a whole number");
            check(field, &format!("SELECT {field} FROM Companies WHERE id = {company}"), value);
        }
        check(
            "its tax id",
            &format!(
                "SELECT count(*) FROM Companies WHERE id = {company} AND taxID = 'TAX NAME' AND isActive = 1 AND city = 'Troy'"
            ),
            1,
        );
        let below = |entity: &str, condition: &str| {
            format!("SELECT count(*) FROM {entity} WHERE companyID = {company} AND {condition}")
        };
        for (entity, all) in [
            ("CompanyLocations", 2),
            ("Contacts", 2),
            ("CompanySiteConfigurations", 1),
            ("Contracts", 1),
            ("CompanyNotes", 1),
        ] {
            check(entity, &below(entity, "1"), all);
        }
        check("the primary location", &below("CompanyLocations", "isPrimary = 1 AND name = 'HQ' AND city = 'Troy'"), 1);
        check(
            "the other",
            &below("CompanyLocations", "isPrimary = 0 AND isActive = 1 AND name = 'Depot' AND city = 'Utica'"),
            1,
        );
        let at = |site: &str| {
            format!(
                "companyLocationID = (SELECT id FROM CompanyLocations WHERE companyID = {company} AND name = '{site}')"
            )
        };
        check(
            "the primary contact",
            &below(
                "Contacts",
                &format!(
                    "firstName = 'Mara' AND primaryContact = 1 AND isActive = 1 AND emailAddress = 'mara@lind.example' AND {}",
                    at("HQ")
                ),
            ),
            1,
        );
        check(
            "the other contact",
            &below(
                "Contacts",
                &format!("firstName = 'Bo' AND coalesce(primaryContact, 0) = 0 AND isActive = 1 AND {}", at("Depot")),
            ),
            1,
        );
        check(
            "the site configuration's own field",
            &format!(
                "SELECT count(*) FROM _udf WHERE text = 'edge-1' AND \"row\" = (SELECT id FROM CompanySiteConfigurations WHERE companyID = {company})"
            ),
            1,
        );
        let contract = place.number(&format!("SELECT id FROM Contracts WHERE companyID = {company}"));
        let whose = format!(
            "contractName = 'Managed' AND contractType = 7 AND contractPeriodType = 1 AND status = 1 AND timeReportingRequiresStartAndStopTimes = 0 AND contactID = (SELECT id FROM Contacts WHERE companyID = {company} AND firstName = 'Mara')"
        );
        check("the contract", &below("Contracts", &whose), 1);
        check("two lines", &format!("SELECT count(*) FROM ContractServices WHERE contractID = {contract}"), 2);
        for service in answers["contract"]["services"].as_array().expect("a list") {
            let (id, quantity) =
                (&service["record"]["serviceID"], service["quantity"].as_i64().expect("a whole number"));
            let of = format!("contractID = {contract} AND serviceID = {id}");
            check("a line", &format!("SELECT count(*) FROM ContractServices WHERE {of}"), 1);
            // A row for each month, with the quantity and not twice that.
            check("its periods", &format!("SELECT count(*) FROM ContractServiceUnits WHERE {of}"), 12);
            for extreme in ["min", "max"] {
                check("its units", &format!("SELECT {extreme}(units) FROM ContractServiceUnits WHERE {of}"), quantity);
            }
        }
        check("the note", &below("CompanyNotes", "name = 'Welcome' AND actionType = 4"), 1);
    }
}

pub(crate) fn with_credentials(mut command: Command) -> Command {
    command.envs([
        ("AUTOTASK_USERNAME", "api-user@sandbox.test"),
        ("AUTOTASK_SECRET", "sandbox-secret"),
        ("AUTOTASK_INTEGRATION_CODE", "SANDBOX-TRACKING-ID"),
    ]);
    command
}

/// Waits until it is so.
#[track_caller]
pub(crate) fn until(what: &str, is_so: impl Fn() -> bool) {
    let from = std::time::Instant::now();
    while !is_so() {
        assert!(from.elapsed() < PATIENCE, "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(2));
    }
}
