//! The contract of a draft: its texts and its lines, and their way to the answers that core plans with and back.

use autotask_core::{
    Record, Schema,
    onboarding::{ContractAnswer, ServiceAnswer},
};
use serde::{Deserialize, Serialize};

use super::{draft::texts_of, run::Run};
use crate::store::typed_text::{Values, record_of};

/// The type of contracts that have services and periods, as the form holds it.
pub const RECURRING_SERVICE: &str = "7";

/// The days of a contract; Autotask keeps them as midnights.
const DAYS: [&str; 2] = ["startDate", "endDate"];
const MIDNIGHT: &str = "T00:00:00Z";

/// What core adds by itself to what was entered.
const USUAL: [(&str, &str); 2] = [("status", "1"), ("timeReportingRequiresStartAndStopTimes", "0")];

/// A contract.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContractDraft {
    /// The texts by field.
    pub values: Values,
    /// Index of the contact it is made with.
    pub contact: Option<usize>,
    /// The lines.
    pub services: Vec<ServiceDraft>,
}

/// A line of a contract.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServiceDraft {
    /// The texts by field.
    pub values: Values,
    /// How many units, as typed; blank for a line without.
    pub quantity: String,
}

impl ContractDraft {
    /// A contract that nobody has entered anything of: for recurring services, which is what clients mostly have.
    pub fn blank() -> Self {
        let values = Values::from([("contractType".to_owned(), RECURRING_SERVICE.to_owned())]);
        Self { values, services: vec![ServiceDraft::default()], ..Self::default() }
    }

    /// The answer that core plans with.
    pub fn answer(&self, schema: &Schema) -> ContractAnswer {
        let mut record = record_of(schema.info("Contracts"), &self.values);
        for name in DAYS {
            if let Some(day) = record.text(name).filter(|text| text.len() == "2026-12-01".len()) {
                let instant = [day, MIDNIGHT].concat();
                record.set(name, instant);
            }
        }
        if self.values.get("contractType").is_some_and(|kind| kind != RECURRING_SERVICE) {
            record.remove("contractPeriodType");
        }
        let info = schema.info("ContractServices");
        let service = |line: &ServiceDraft| ServiceAnswer {
            record: record_of(info, &line.values),
            quantity: quantity(&line.quantity),
        };
        ContractAnswer { record, contact: self.contact, services: self.services.iter().map(service).collect() }
    }

    /// What must have been entered for a run that another browser has begun; `None` when it makes no contract.
    pub fn of_run(run: &Run) -> Option<Self> {
        let (step, record) = run.step("contract").zip(run.record_of("contract"))?;
        let mut values = texts_of(&record);
        values.retain(|name, text| !USUAL.contains(&(name.as_str(), text.as_str())));
        for name in DAYS {
            if let Some(text) = values.get_mut(name) {
                text.truncate(text.strip_suffix(MIDNIGHT).map_or(text.len(), str::len));
            }
        }
        let contact = step.references.iter().find(|reference| reference.field == "contactID");
        let contact = contact.and_then(|reference| reference.step.strip_prefix("contact_")?.parse().ok());
        let line = |index: usize| {
            let id = ["service_", &index.to_string()].concat();
            let units = run.record_of(&[&id, "_units"].concat()).and_then(|record| record.int("unitChange"));
            let quantity = units.map(|units| units.to_string()).unwrap_or_default();
            run.record_of(&id).map(|record| ServiceDraft { values: line_texts(&record), quantity })
        };
        Some(Self { values, contact, services: (0..).map_while(line).collect() })
    }
}

fn line_texts(record: &Record) -> Values {
    let mut values = texts_of(record);
    values.remove("contractID");
    values
}

/// A text as a quantity. What is no whole number is 0, with which core finds fault.
fn quantity(text: &str) -> Option<i64> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.parse().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_is_a_whole_number_or_none_or_wrong() {
        assert_eq!(
            ["25", " 3 ", "", "2.5", "many", "-4"].map(quantity),
            [Some(25), Some(3), None, Some(0), Some(0), Some(-4)]
        );
    }

    #[test]
    fn days_become_midnights_and_only_recurring_services_have_periods() {
        let mut contract = ContractDraft::blank();
        contract.values.insert("startDate".to_owned(), "2026-12-01".to_owned());
        contract.values.insert("contractPeriodType".to_owned(), "1".to_owned());
        let answer = contract.answer(&Schema::new());
        assert_eq!(answer.record.text("startDate"), Some("2026-12-01T00:00:00Z"));
        assert_eq!(answer.record.int("contractPeriodType"), Some(1));
        contract.values.insert("contractType".to_owned(), "1".to_owned());
        contract.values.insert("startDate".to_owned(), "soon".to_owned());
        let answer = contract.answer(&Schema::new());
        assert_eq!(
            (answer.record.text("startDate"), answer.record.is_null("contractPeriodType")),
            (Some("soon"), true)
        );
    }
}
