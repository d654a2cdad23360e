//! The contract of a plan: itself, its lines, and their units from its first day on.

use super::{Planner, Reference, StepKind, contact_step, to_company};
use crate::onboarding::answers::{Answers, ContractAnswer};
use crate::record::Record;
use crate::validate::Mode;

/// The type of contracts that have services.
const RECURRING_SERVICE: i64 = 7;

impl Planner<'_> {
    pub(super) fn contract(&mut self, answers: &Answers, contract: &ContractAnswer) {
        let mut record = contract.record.clone();
        for given in ["id", "companyID"] {
            record.remove(given);
        }
        // 1 is active; hours are booked without start and stop unless the contract says so.
        for (field, usual) in [("status", 1), ("timeReportingRequiresStartAndStopTimes", 0)] {
            if record.is_null(field) {
                record.set(field, usual);
            }
        }
        self.check("Contracts", &record, &["companyID"], "contract", Mode::Create);
        self.check_type(&record, contract);
        let (start, end) = (record.instant("startDate"), record.instant("endDate"));
        if start.zip(end).is_some_and(|(start, end)| end < start) {
            let hint = "a contract ends on or after the day it starts";
            self.wrong(
                "onboarding.ends_first",
                "the contract ends before it starts",
                hint,
                "contract.endDate".to_owned(),
            );
        }
        let mut references = to_company();
        match contract.contact {
            Some(contact) if contact < answers.contacts.len() => references.push(Reference {
                field: "contactID".to_owned(),
                step: contact_step(contact),
                is_optional: true,
            }),
            Some(_) => {
                let hint = "choose one of the contacts above, or none";
                self.wrong(
                    "onboarding.no_such_contact",
                    "this contact is not among the contacts",
                    hint,
                    "contract.contact".to_owned(),
                );
            }
            None => {}
        }
        let title = record.text("contractName").unwrap_or("contract").to_owned();
        let start = record.get("startDate").cloned().unwrap_or_default();
        self.add("contract", "Contracts", StepKind::Create, &title, record, references);
        let to = |field: &str, step: String| Reference { field: field.to_owned(), step, is_optional: false };
        for (index, service) in contract.services.iter().enumerate() {
            let path = format!("contract.services[{index}]");
            let mut record = service.record.clone();
            for given in ["id", "contractID"] {
                record.remove(given);
            }
            self.check("ContractServices", &record, &["contractID"], &path, Mode::Create);
            if record.is_null("serviceID") {
                let hint = "choose what is served, or remove the line";
                self.wrong("record.required", "ServiceID is required", hint, format!("{path}.serviceID"));
            }
            let id = record.int("serviceID");
            if id.is_some() && contract.services[..index].iter().any(|other| other.record.int("serviceID") == id) {
                let hint = "give the whole quantity to one line";
                self.wrong(
                    "onboarding.service_twice",
                    "this service is on two lines",
                    hint,
                    format!("{path}.serviceID"),
                );
            }
            let title = format!("service {}", id.map_or_else(|| (index + 1).to_string(), |id| format!("#{id}")));
            let line = format!("service_{index}");
            let to_contract = || to("contractID", "contract".to_owned());
            self.add(line.clone(), "ContractServices", StepKind::Create, &title, record, vec![to_contract()]);
            match service.quantity {
                Some(quantity) if quantity > 0 => {
                    let mut units = Record::new().with("effectiveDate", start.clone()).with("unitChange", quantity);
                    // Its price is the line's: an adjustment without one would take the catalogue's.
                    if let Some(service) = id {
                        units.set("serviceID", service);
                    }
                    let references = vec![to_contract(), to("contractServiceID", line.clone())];
                    let title = format!("{quantity} units of {title}");
                    self.add(
                        format!("{line}_units"),
                        "ContractServiceAdjustments",
                        StepKind::Adjust,
                        &title,
                        units,
                        references,
                    );
                }
                Some(_) => {
                    let hint = "leave it out for a line without quantity";
                    self.wrong(
                        "onboarding.quantity",
                        "the quantity of a service is a whole number from 1",
                        hint,
                        format!("{path}.quantity"),
                    );
                }
                None => {}
            }
        }
    }

    /// The type, what only contracts for recurring services have, and what they cannot be without. None of it can be set
    /// later.
    fn check_type(&mut self, record: &Record, contract: &ContractAnswer) {
        if record.is_null("contractType") {
            let hint = "it cannot be changed later";
            self.wrong("record.required", "ContractType is required", hint, "contract.contractType".to_owned());
        }
        match record.int("contractType") {
            Some(RECURRING_SERVICE) if record.is_null("contractPeriodType") => {
                let hint = "recurring services are billed by periods";
                let path = "contract.contractPeriodType".to_owned();
                self.wrong("record.required", "ContractPeriodType is required", hint, path);
            }
            Some(RECURRING_SERVICE) | None => {}
            Some(_) if contract.services.is_empty() => {}
            Some(_) => {
                let hint = "choose that type, or remove the services";
                let path = "contract.contractType".to_owned();
                self.wrong("onboarding.no_services", "only a Recurring Service contract has services", hint, path);
            }
        }
    }
}
