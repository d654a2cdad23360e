//! Read: answers and plans from JSON, with what is wrong at its place.

use serde_json::Value;

use super::answers::{Answers, ContactAnswer, ContractAnswer, FirstAnswers, ServiceAnswer};
use super::members::{below, count, given, list, record, text, texts, whole, wrong};
use super::plan::{PLAN_VERSION, Plan, Reference, Step, StepKind, Timing};
use crate::issue::Issue;
use crate::record::Record;
use crate::text::nearest;

/// Most sites, contacts or services that are read; each is compared with all before it.
pub const LIST_MAX: usize = 1_000;
/// Most steps that a plan can have: the longest lists, and what there is once.
const STEPS_MAX: usize = 5 * LIST_MAX;
/// Most issues about the form of answers.
const ISSUES_MAX: usize = 100;

/// Reads answers. What cannot be read is left out and told, at most 100 times, at its place: `contacts[0].site`.
///
/// `runId` may stand among them and is not looked at: who makes runs knows how to tell them apart.
#[must_use]
pub fn read_answers(json: &Value) -> (Answers, Vec<Issue>) {
    let mut reader = Reader::default();
    let members = ["runId", "company", "sites", "billToSite", "contacts", "siteConfiguration", "contract", "first"];
    reader.object(json, "", &members);
    let answers = Answers {
        company: reader.row(json, "company", "").unwrap_or_default(),
        sites: reader.list(json, "sites", "", |reader, site, path| {
            reader
                .take(path, site.as_object().ok_or_else(|| wrong("", "a site is a row, an object")))
                .cloned()
                .map(Record::from)
        }),
        bill_to_site: reader.index(json, "billToSite", ""),
        contacts: reader.list(json, "contacts", "", |reader, contact, path| {
            reader.object(contact, path, &["record", "site"]).then(|| ContactAnswer {
                record: reader.row(contact, "record", path).unwrap_or_default(),
                site: reader.index(contact, "site", path),
            })
        }),
        site_configuration: reader.row(json, "siteConfiguration", "").unwrap_or_default(),
        contract: given(json, "contract").and_then(|contract| reader.contract(contract)),
        first: given(json, "first").map(|first| reader.first(first)).unwrap_or_default(),
    };
    reader.issues.truncate(ISSUES_MAX);
    (answers, reader.issues)
}

/// Reads a plan. One of another version has no steps, whatever it says: nobody here knows what they mean.
///
/// # Errors
///
/// `onboarding.malformed` at the first member that is missing or of another kind: `steps[2].kind`.
pub fn read_plan(json: &Value) -> Result<Plan, Issue> {
    if !json.is_object() {
        return Err(wrong("", "a plan is an object"));
    }
    let (version, run_id) = (count(json, "version")?, text(json, "runId")?);
    let mut plan = Plan { version, run_id, timing: Timing::default(), steps: Vec::new() };
    if version == PLAN_VERSION {
        if let Some(timing) = given(json, "timing") {
            let seconds = |member| count(timing, member).map_err(|issue| below("timing", issue));
            plan.timing = Timing { latest_commit: seconds("latestCommit")?, look_again: seconds("lookAgain")? };
        }
        let steps = list(json, "steps")?;
        if steps.len() > STEPS_MAX {
            return Err(wrong("steps", format!("no plan has more than {STEPS_MAX} steps")));
        }
        for (index, step) in steps.iter().enumerate() {
            plan.steps.push(read_step(step).map_err(|issue| below(&format!("steps[{index}]"), issue))?);
        }
    }
    Ok(plan)
}

fn read_step(json: &Value) -> Result<Step, Issue> {
    let kind = match text(json, "kind")?.as_str() {
        "create" => StepKind::Create,
        "adopt" => StepKind::Adopt,
        "update" => StepKind::Update,
        "adjust" => StepKind::Adjust,
        _ => return Err(wrong("kind", "`kind` is `create`, `adopt`, `update` or `adjust`")),
    };
    let mut references = Vec::new();
    for (index, reference) in list(json, "references")?.iter().enumerate() {
        let reference = read_reference(reference);
        references.push(reference.map_err(|issue| below(&format!("references[{index}]"), issue))?);
    }
    Ok(Step {
        id: text(json, "id")?,
        entity: text(json, "entity")?,
        kind,
        title: text(json, "title")?,
        record: record(json, "record")?,
        references,
        after: if given(json, "after").is_some() { texts(json, "after")? } else { Vec::new() },
    })
}

fn read_reference(json: &Value) -> Result<Reference, Issue> {
    let is_optional = match given(json, "isOptional").map(Value::as_bool) {
        None => false,
        Some(flag) => flag.ok_or_else(|| wrong("isOptional", "`isOptional` is true or false"))?,
    };
    Ok(Reference { field: text(json, "field")?, step: text(json, "step")?, is_optional })
}

/// Reads on where something is wrong.
#[derive(Default)]
struct Reader {
    issues: Vec<Issue>,
}

impl Reader {
    fn take<T>(&mut self, path: &str, read: Result<T, Issue>) -> Option<T> {
        read.map_err(|issue| self.issues.push(below(path, issue))).ok()
    }

    /// Whether it is an object. A misspelt member would leave something out without a word.
    fn object(&mut self, json: &Value, path: &str, members: &[&str]) -> bool {
        let Some(map) = json.as_object() else {
            self.issues.push(below(path, wrong("", ["this is an object of ", &members.join(", ")].concat())));
            return false;
        };
        for name in map.keys().filter(|name| !members.contains(&name.as_str())).take(ISSUES_MAX) {
            let meant = nearest(name, members.iter().copied()).map(|name| format!("did you mean `{name}`?"));
            let hint = meant.unwrap_or_else(|| ["there are ", &members.join(", ")].concat());
            self.issues.push(below(path, wrong(name, format!("unknown member `{name}`")).hint(hint)));
        }
        true
    }

    fn row(&mut self, json: &Value, member: &str, path: &str) -> Option<Record> {
        given(json, member)?;
        self.take(path, record(json, member))
    }

    fn index(&mut self, json: &Value, member: &str, path: &str) -> Option<usize> {
        given(json, member)?;
        let index = self.take(path, count(json, member))?;
        usize::try_from(index).ok()
    }

    fn list<T: Default>(
        &mut self,
        json: &Value,
        member: &str,
        path: &str,
        read: impl Fn(&mut Reader, &Value, &str) -> Option<T>,
    ) -> Vec<T> {
        if given(json, member).is_none() {
            return Vec::new();
        }
        let items = self.take(path, list(json, member)).unwrap_or_default();
        if items.len() > LIST_MAX {
            self.issues.push(below(path, wrong(member, format!("only the first {LIST_MAX} were read"))));
        }
        let prefix = if path.is_empty() { member.to_owned() } else { [path, ".", member].concat() };
        let mut all = Vec::new();
        for (index, item) in items.iter().take(LIST_MAX).enumerate() {
            // One that cannot be read keeps its place, which others may name.
            all.push(read(self, item, &format!("{prefix}[{index}]")).unwrap_or_default());
        }
        all
    }

    fn contract(&mut self, json: &Value) -> Option<ContractAnswer> {
        let path = "contract";
        self.object(json, path, &["record", "contact", "services"]).then(|| ContractAnswer {
            record: self.row(json, "record", path).unwrap_or_default(),
            contact: self.index(json, "contact", path),
            services: self.list(json, "services", path, |reader, service, path| {
                reader.object(service, path, &["record", "quantity"]).then(|| ServiceAnswer {
                    record: reader.row(service, "record", path).unwrap_or_default(),
                    quantity: given(service, "quantity").and_then(|_| reader.take(path, whole(service, "quantity"))),
                })
            }),
        })
    }

    fn first(&mut self, json: &Value) -> FirstAnswers {
        let path = "first";
        self.object(json, path, &["note", "toDo", "opportunity"]);
        FirstAnswers {
            note: self.row(json, "note", path),
            to_do: self.row(json, "toDo", path),
            opportunity: self.row(json, "opportunity", path),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::onboarding::{read_journal, tests::everything};
    use crate::schema::Schema;

    fn places(issues: &[Issue]) -> Vec<(&str, &str)> {
        issues.iter().map(|issue| (issue.path.as_deref().unwrap_or(""), issue.message.as_str())).collect()
    }

    #[test]
    fn answers_and_plans_are_read_as_they_were_written() {
        let answers = everything();
        let mut json = serde_json::to_value(&answers).expect("serialises");
        assert_eq!(read_answers(&json), (answers.clone(), Vec::new()));
        json["runId"] = json!("r");
        assert_eq!(read_answers(&json).1, []);
        assert_eq!(read_answers(&json!({})), (Answers::default(), Vec::new()));
        let (plan, _) = super::super::plan("r", &answers, &Schema::new());
        let json = serde_json::to_value(&plan).expect("serialises");
        assert_eq!(read_plan(&json), Ok(plan));
    }

    #[test]
    fn what_is_wrong_with_answers_is_told_at_its_place_and_the_rest_is_read() {
        let json = json!({
            "company": "Acme", "sites": [7, {"name": "HQ"}], "contact": [],
            "contacts": [{"record": [], "site": -1}, {"firstName": "A"}, {"record": {"firstName": "B"}, "site": 1}],
            "contract": {"contact": "x", "services": [{"quantity": 1.5}, 7]}, "first": {"todo": {}}, "siteConfiguration": null,
        });
        let (answers, issues) = read_answers(&json);
        assert_eq!(
            places(&issues),
            [
                ("contact", "unknown member `contact`"),
                ("company", "`company` is a row, an object"),
                ("sites[0]", "a site is a row, an object"),
                ("contacts[0].record", "`record` is a row, an object"),
                ("contacts[0].site", "`site` is a whole number from 0"),
                ("contacts[1].firstName", "unknown member `firstName`"),
                ("contract.contact", "`contact` is a whole number"),
                ("contract.services[0].quantity", "`quantity` is a whole number"),
                ("contract.services[1]", "this is an object of record, quantity"),
                ("first.todo", "unknown member `todo`"),
            ]
        );
        assert_eq!(issues[0].hint.as_deref(), Some("did you mean `contacts`?"));
        assert_eq!(issues[5].hint.as_deref(), Some("there are record, site"));
        assert_eq!((answers.sites.len(), answers.contacts[2].site), (2, Some(1)), "the others keep their places");
        assert_eq!(
            places(&read_answers(&json!([1])).1)[0].1,
            "this is an object of runId, company, sites, billToSite, contacts, siteConfiguration, contract, first"
        );
        assert_eq!(
            places(&read_answers(&json!({"sites": vec![json!({}); LIST_MAX + 1]})).1),
            [("sites", "only the first 1000 were read")]
        );
        assert_eq!(read_answers(&json!({"sites": vec![json!(7); LIST_MAX]})).1.len(), ISSUES_MAX);
    }

    #[test]
    fn what_is_wrong_with_a_plan_or_a_journal_is_told_at_its_place() {
        let (plan, _) = super::super::plan("r", &everything(), &Schema::new());
        let json = serde_json::to_value(&plan).expect("serialises");
        let wrong = |at: &str, value: Value| {
            let mut json = json.clone();
            *json.pointer_mut(at).expect("there") = value;
            let issue = read_plan(&json).expect_err("wrong");
            format!("{}: {}", issue.path.unwrap_or_default(), issue.message)
        };
        assert_eq!(wrong("", json!([])), ": a plan is an object");
        assert_eq!(wrong("/version", Value::Null), "version: `version` is missing");
        assert_eq!(wrong("/runId", json!(7)), "runId: `runId` is a text");
        assert_eq!(wrong("/timing/lookAgain", json!(-1)), "timing.lookAgain: `lookAgain` is a whole number from 0");
        assert_eq!(wrong("/steps", json!({})), "steps: `steps` is a list");
        assert_eq!(wrong("/steps", json!(vec![0; STEPS_MAX + 1])), "steps: no plan has more than 5000 steps");
        assert_eq!(wrong("/steps/1", json!(7)), "steps[1].kind: `kind` is missing");
        assert_eq!(
            wrong("/steps/1/kind", json!("delete")),
            "steps[1].kind: `kind` is `create`, `adopt`, `update` or `adjust`"
        );
        assert_eq!(wrong("/steps/1/record", json!([])), "steps[1].record: `record` is a row, an object");
        assert_eq!(wrong("/steps/1/after", json!([7])), "steps[1].after: `after` is a list of texts");
        assert_eq!(wrong("/steps/1/references/0/step", Value::Null), "steps[1].references[0].step: `step` is missing");
        assert_eq!(
            wrong("/steps/1/references/0/isOptional", json!(1)),
            "steps[1].references[0].isOptional: `isOptional` is true or false"
        );
        assert_eq!(
            read_plan(&json!({"version": 1, "runId": "r", "steps": 7})).map(|plan| plan.version),
            Ok(1),
            "not read, and not driven"
        );

        let wrong = |entry: Value| {
            let ok = json!({"event": "paused", "at": "2026-01-01T00:00:00Z"});
            let issue = read_journal(&json!([ok, entry])).expect_err("wrong");
            format!("{}: {}", issue.path.unwrap_or_default(), issue.message)
        };
        let event = |event: &str| json!({"event": event, "step": "a", "at": "2026-01-01T00:00:00Z"});
        assert_eq!(wrong(json!(7)), "[1]: an event is an object");
        assert_eq!(wrong(json!({"event": "paused"})), "[1].at: `at` is missing");
        assert_eq!(
            wrong(json!({"event": "paused", "at": "now"})),
            "[1].at: `at` is a time such as 2026-11-20T09:30:00Z"
        );
        assert_eq!(wrong(event("flew")), "[1].event: there is no event `flew`");
        assert_eq!(wrong(event("found")), "[1].ids: `ids` is missing");
        assert_eq!(wrong(event("intended")), "[1].attempt: `attempt` is missing");
        assert_eq!(wrong(event("edited")), "[1].record: `record` is missing");
        assert_eq!(
            read_journal(&json!({})).map_err(|issue| issue.message),
            Err("a journal is a list of events".to_owned())
        );
    }

    fn anything() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            Just(json!(0.5)),
            "[a-z]{0,4}".prop_map(Value::from)
        ];
        let names = prop::sample::select(vec![
            "company",
            "sites",
            "billToSite",
            "contacts",
            "contract",
            "first",
            "record",
            "site",
            "services",
            "quantity",
            "version",
            "runId",
            "steps",
            "event",
            "at",
            "step",
            "ids",
        ]);
        leaf.prop_recursive(4, 32, 4, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(names.clone().prop_map(str::to_owned), inner, 0..5)
                    .prop_map(|map| Value::Object(map.into_iter().filter(|(_, value)| !value.is_null()).collect())),
            ]
        })
    }

    proptest! {
        /// What is read without a word is the whole of what was given.
        #[test]
        fn nothing_is_lost_without_a_word(json in anything()) {
            let (answers, issues) = read_answers(&json);
            if issues.is_empty() {
                prop_assert_eq!(serde_json::from_value::<Answers>(json.clone()).ok(), Some(answers));
            }
            let _ = (read_plan(&json), read_journal(&json));
        }
    }
}
