//! A morning's work in the workbench, step by step: each is done, or refused in words and done again later as a client does it.

use std::collections::BTreeMap;

use reqwest::blocking::Client;
use serde_json::{Value, json};

use crate::common::onboarding;

pub(super) const LOGIN: &str = "ada@x.test";
pub(super) const PASSWORD: &str = "correct-horse-canary";
const ROOT: &str = "ATServicesRest/V1.0/";
const RUN: &str = "api/runs/run-1";
const DRAFT: &str = "api/drafts/draft-1";
const REFUSED: &str =
    "this server cannot keep anything at the moment, so nothing was sent; its administrator must check the disk";

/// That a step was refused, as nothing can be kept or read.
#[derive(Clone, Copy, Debug)]
pub(super) struct Refused;

type Done = Result<(), Refused>;

/// The work of one person, and what was acknowledged of it.
pub(super) struct Work<'p> {
    sandbox: &'p onboarding::Place,
    client: Client,
    name: String,
    /// Where the server is.
    pub(super) url: String,
    cookie: String,
    key: String,
    company: i64,
    contact: i64,
    /// How many steps are done.
    done: usize,
}

/// In this order; each can be done again after it was refused.
const STEPS: [fn(&mut Work<'_>) -> Done; 16] = [
    |work| work.sign_in(),
    |work| work.create(),
    |work| work.create_again(),
    |work| work.patch(),
    |work| work.add_contact(),
    |work| work.delete_contact(),
    |work| work.draft(0),
    |work| work.draft(1),
    |work| work.begin_run(),
    |work| work.append(0),
    |work| work.append(1),
    |work| work.make_token(),
    |work| work.add_person(),
    |work| work.read_audit(),
    |work| work.look(),
    |work| work.sign_out(),
];
/// Which of the steps only read.
const READS: [usize; 2] = [13, 14];

impl<'p> Work<'p> {
    pub(super) fn new(sandbox: &'p onboarding::Place, name: &str) -> Work<'p> {
        Work {
            sandbox,
            client: Client::builder().no_proxy().build().expect("a client"),
            name: name.to_owned(),
            url: String::new(),
            cookie: String::new(),
            key: format!("key-{}", name.replace(' ', "-")),
            company: -1,
            contact: -1,
            done: 0,
        }
    }

    /// Goes on to the end, or to a step that is refused.
    pub(super) fn go_on(&mut self) -> Done {
        while let Some(step) = STEPS.get(self.done) {
            step(self)?;
            self.done += 1;
        }
        Ok(())
    }

    /// Where nothing can be kept from now on: this is refused again, and what is there can be read.
    pub(super) fn reads_go_on(&mut self) {
        let is_read = READS.contains(&self.done);
        assert!(!is_read && STEPS[self.done](self).is_err(), "{} step {}", self.name, self.done);
        if !self.cookie.is_empty() {
            self.look().unwrap_or_else(|Refused| panic!("{}: reading was refused at step {}", self.name, self.done));
            let (status, doctor) = self.ask("GET", "api/doctor", "", &Value::Null).expect("it says so");
            let store = doctor["checks"].as_array().expect("checks").iter().find(|check| check["id"] == "store");
            assert_eq!((status, &store.expect("the store")["health"]), (200, &json!("failed")), "{}", self.name);
        }
    }

    /// Everything that was acknowledged is at Autotask, once, and on the disk of the server that is asked now.
    pub(super) fn is_there(&mut self) {
        let read = self.sign_in().and_then(|()| self.look()).and_then(|()| self.read_audit());
        assert!(read.is_ok(), "{}: refused although nothing fails", self.name);
        let has = |path: &str, list: &str, is_it: fn(&Value) -> bool| {
            let answer = self.done(200, "GET", path, &Value::Null).expect("nothing fails");
            assert!(answer[list].as_array().expect("a list").iter().any(is_it), "{}: {answer}", self.name);
        };
        has("api/tokens", "tokens", |token| token["name"] == "script");
        has("api/people", "people", |one| one["login"] == "ed@x.test" && one["role"] == "editor");
        let number = |sql: &str| self.sandbox.number(&sql.replace("NAME", &self.name));
        let name = &self.name;
        assert_eq!(number("SELECT count(*) FROM Companies WHERE companyName = 'NAME'"), 1, "{name}");
        let city = "SELECT count(*) FROM Companies WHERE companyName = 'NAME' AND city = 'Troy' AND id = ";
        assert_eq!(number(&format!("{city}{}", self.company)), 1, "{name}");
        assert_eq!(number("SELECT count(*) FROM Contacts WHERE lastName = 'NAME'"), 0, "{name}");
        assert!(self.contact > 0);
    }

    /// An answer that is not refused for the disk: its status and its JSON. No other failure of the server's is one.
    fn ask(&self, method: &str, path: &str, key: &str, body: &Value) -> Result<(u16, Value), Refused> {
        let request = self.client.request(method.parse().expect("a method"), format!("{}{path}", self.url));
        let request = request.header("X-Requested-With", "autotask-crm").header("Cookie", &self.cookie);
        let request = if key.is_empty() { request } else { request.header("Idempotency-Key", key) };
        let request = if body.is_null() {
            request
        } else {
            request.header("Content-Type", "application/json").body(body.to_string())
        };
        let answer = request.send().unwrap_or_else(|error| panic!("{} {method} {path}: {error}", self.name));
        let status = answer.status().as_u16();
        let text = answer.text().expect("a whole answer");
        if status == 503 {
            assert!(text.contains(REFUSED), "{} {method} {path}: {text}", self.name);
            return Err(Refused);
        }
        assert!(status < 500, "{} {method} {path}: {status} {text}", self.name);
        Ok((status, serde_json::from_str(&text).unwrap_or_default()))
    }

    /// The same where only this status will do.
    #[track_caller]
    fn done(&self, status: u16, method: &str, path: &str, body: &Value) -> Result<Value, Refused> {
        let (found, answer) = self.ask(method, path, "", body)?;
        assert_eq!(found, status, "{} {method} {path}: {answer}", self.name);
        Ok(answer)
    }

    fn sign_in(&mut self) -> Done {
        let body = json!({"login": LOGIN, "password": PASSWORD}).to_string();
        let request = self.client.post(format!("{}api/session", self.url)).header("X-Requested-With", "autotask-crm");
        let answer = request.header("Content-Type", "application/json").body(body).send().expect("an answer");
        let status = answer.status().as_u16();
        let cookie = answer.headers().get("set-cookie").and_then(|set| set.to_str().ok()?.split(';').next());
        let cookie = cookie.map(str::to_owned);
        let text = answer.text().expect("a whole answer");
        if status == 503 && text.contains(REFUSED) {
            return Err(Refused);
        }
        assert_eq!(status, 200, "{}: {text}", self.name);
        self.cookie = cookie.expect("a cookie");
        Ok(())
    }

    /// One company for one intent: after an outcome that nobody knows it is looked for, and only sent again if it is not there.
    fn create(&mut self) -> Done {
        let body = json!({"companyName": self.name, "companyType": 1, "phone": "1", "ownerResourceID": 4});
        let (status, answer) = self.ask("POST", &format!("{ROOT}Companies"), &self.key, &body)?;
        self.company = match status {
            200 => answer["itemId"].as_i64().expect("an id"),
            _ => {
                assert_eq!((status, &answer["state"]), (409, &json!("outcomeUnknown")), "{}", self.name);
                let sql = format!("SELECT coalesce(max(id), -1) FROM Companies WHERE companyName = '{}'", self.name);
                let found = self.sandbox.number(&sql);
                if found < 0 {
                    self.key.push_str("-again");
                    return self.create();
                }
                found
            }
        };
        Ok(())
    }

    fn create_again(&mut self) -> Done {
        let before = self.company;
        self.create()?;
        assert_eq!(self.company, before, "{}", self.name);
        Ok(())
    }

    fn patch(&mut self) -> Done {
        let body = json!({"id": self.company, "city": "Troy"});
        self.done(200, "PATCH", &format!("{ROOT}Companies"), &body).map(drop)
    }

    fn add_contact(&mut self) -> Done {
        let body = json!({"firstName": "Bo", "lastName": self.name, "isActive": 1});
        let path = format!("{ROOT}Companies/{}/Contacts", self.company);
        self.contact = self.done(200, "POST", &path, &body)?["itemId"].as_i64().expect("an id");
        Ok(())
    }

    fn delete_contact(&mut self) -> Done {
        let path = format!("{ROOT}Companies/{}/Contacts/{}", self.company, self.contact);
        self.done(200, "DELETE", &path, &Value::Null).map(drop)
    }

    /// Over this version. That what was refused is there all the same is seen by its version.
    fn draft(&mut self, over: i64) -> Done {
        let body = json!({"over": over, "body": text_of(over)});
        let (status, answer) = self.ask("PUT", DRAFT, "", &body)?;
        assert!(matches!(status, 200 | 409) && answer["version"] == json!(over + 1), "{}: {answer}", self.name);
        let kept = self.done(200, "GET", DRAFT, &Value::Null)?;
        assert_eq!(kept["body"], text_of(over), "{}", self.name);
        Ok(())
    }

    fn begin_run(&mut self) -> Done {
        let body = json!({"plan": {"runId": "run-1"}, "title": self.name, "driver": "tab"});
        let (status, answer) = self.ask("POST", "api/runs", "", &body)?;
        assert!(matches!(status, 201 | 409), "{}: {answer}", self.name);
        let run = self.done(200, "GET", RUN, &Value::Null)?;
        assert_eq!(run["title"], json!(self.name));
        Ok(())
    }

    fn append(&mut self, expected: i64) -> Done {
        let body = json!({"driver": "tab", "expected": expected, "entry": text_of(expected)});
        let answer = self.done(200, "POST", &format!("{RUN}/events"), &body)?;
        assert_eq!(answer["length"], json!(expected + 1), "{}", self.name);
        Ok(())
    }

    fn make_token(&mut self) -> Done {
        let token = self.done(201, "POST", "api/tokens", &json!({"name": "script", "days": 1}))?["token"].clone();
        let path = format!("{}{ROOT}Companies/0", self.url);
        let request = self.client.get(path).header("UserName", LOGIN).header("ApiIntegrationCode", "script");
        let answer = request.header("Secret", token.as_str().expect("a token")).send().expect("an answer");
        // One that was refused was not noted as used, or not found.
        assert!(matches!(answer.status().as_u16(), 200 | 503), "{}: {:?}", self.name, answer.text());
        Ok(())
    }

    fn add_person(&mut self) -> Done {
        let body = json!({"login": "ed@x.test", "name": "Ed", "role": "editor"});
        let (status, answer) = self.ask("POST", "api/people", "", &body)?;
        assert!(matches!(status, 201 | 409), "{}: {answer}", self.name);
        Ok(())
    }

    /// Each write has its intent; of one at most nobody could keep what came of it.
    fn read_audit(&mut self) -> Done {
        let audit = self.done(200, "GET", "api/audit", &Value::Null)?;
        let mut came = BTreeMap::<String, Vec<Value>>::new();
        for item in audit["items"].as_array().expect("a list") {
            let operation = item["operation"].as_str().expect("a word").to_owned();
            came.entry(operation).or_default().push(item["outcome"]["came"].clone());
        }
        for operation in ["create", "update", "delete"] {
            assert!(came.contains_key(operation), "{}: {operation} is not in {audit}", self.name);
        }
        let open = came.values().flatten().filter(|came| **came != "done").count();
        assert!(open <= 1, "{}: {audit}", self.name);
        Ok(())
    }

    /// What was acknowledged until now can be read.
    fn look(&self) -> Done {
        self.done(200, "GET", &format!("{ROOT}Companies/0"), &Value::Null)?;
        let drafts = self.done(200, "GET", "api/drafts", &Value::Null)?;
        let version = i64::from(self.done > 6) + i64::from(self.done > 7);
        assert_eq!(drafts["drafts"][0]["version"].as_i64().unwrap_or(0), version, "{}", self.name);
        if self.done > 8 {
            let run = self.done(200, "GET", RUN, &Value::Null)?;
            let journal: Vec<Value> = (0..2).filter(|at| self.done > 9 + *at).map(|at| text_of(at as i64)).collect();
            assert_eq!(run["journal"], json!(journal), "{}", self.name);
        }
        Ok(())
    }

    fn sign_out(&mut self) -> Done {
        self.done(204, "DELETE", "api/session", &Value::Null)?;
        self.done(401, "GET", "api/drafts", &Value::Null).map(drop)
    }
}

/// What a draft or an entry holds: more than a page of the file.
fn text_of(number: i64) -> Value {
    json!({"number": number, "text": "x".repeat(5_000)})
}
