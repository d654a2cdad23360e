//! The tenant's catalogue of services: what a line of a contract can be of, and what it costs.

use autotask_core::{Failure, Query, Record, display::grouped, number, onboarding::Plan};
use leptos::{prelude::*, task::spawn_local};

use super::{
    duplicates::LookUp,
    form::{Form, QUANTITY, Row},
};
use crate::api::api;

/// A service that can be sold.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// Its id, as forms hold it.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What a unit of it costs, unless a contract says otherwise.
    pub price: Option<f64>,
    /// The number of the period that the price is for, as contracts number theirs.
    pub period: Option<i64>,
    /// Whether it may still be chosen.
    pub is_active: bool,
}

/// The catalogue, asked for when it is needed first. Get it with [`use_services`].
#[derive(Clone, Copy)]
pub struct Services {
    state: RwSignal<LookUp>,
    rows: RwSignal<Vec<Service>>,
}

impl Services {
    /// Nothing asked for yet.
    pub fn new() -> Self {
        Self { state: RwSignal::default(), rows: RwSignal::default() }
    }

    /// Asks for the catalogue, unless it is here or on its way; after a failure once more.
    pub fn ask(&self) {
        if matches!(self.state.get_untracked(), LookUp::Loading | LookUp::Ready) {
            return;
        }
        let Some(info) = autotask_core::entity("Services") else { return };
        self.state.set(LookUp::Loading);
        let query = Query {
            include_fields: Some(["id", "name", "unitPrice", "periodType", "isActive"].map(str::to_owned).to_vec()),
            ..Query::new(info, autotask_core::Filter::everything())
        };
        let services = *self;
        spawn_local(async move {
            let (rows, state) = match api().rows(&query).await {
                Ok(rows) => (rows, LookUp::Ready),
                Err(failure) => (Vec::new(), LookUp::Failed(failure)),
            };
            let mut rows: Vec<Service> = rows.iter().filter_map(service).collect();
            rows.sort_by_cached_key(|service| (autotask_core::text::fold(&service.name), service.id.clone()));
            // The wizard may be closed by now.
            services.rows.try_set(rows);
            services.state.try_set(state);
        });
    }

    /// Reads the catalogue. Reactive.
    pub fn with<T>(&self, read: impl FnOnce(&[Service]) -> T) -> T {
        self.rows.with(|rows| read(rows))
    }

    /// The service of an id. Reactive.
    pub fn get(&self, id: &str) -> Option<Service> {
        self.with(|rows| rows.iter().find(|service| service.id == id.trim()).cloned())
    }

    /// Whether it is on its way. Reactive.
    pub fn is_loading(&self) -> bool {
        self.state.with(|state| *state == LookUp::Loading)
    }

    /// Why it did not come. Reactive.
    pub fn failure(&self) -> Option<Failure> {
        self.state.with(|state| match state {
            LookUp::Failed(failure) => Some(failure.clone()),
            _ => None,
        })
    }

    /// What a line costs by now, in words and as far as that is known. Reactive.
    pub fn line(&self, row: &Row) -> Line {
        let service = self.get(&row.field("serviceID").get());
        let typed = row.field("unitPrice").get();
        let price = match typed.trim() {
            "" => service.as_ref().and_then(|service| service.price),
            text => number::read(text),
        };
        let units = row.field(QUANTITY).get().trim().parse::<i64>().ok().filter(|units| *units > 0);
        Line { service, price, units }
    }

    /// The sum of all lines in one period of the contract; `None` while no line can be counted. Reactive.
    pub fn sum(&self, form: &Form, period: Option<i64>) -> Option<f64> {
        let lines = form.services.get();
        let sums: Vec<f64> =
            lines.iter().map(|row| self.line(row)).filter(|line| line.is_of(period)).filter_map(|l| l.sum()).collect();
        (!sums.is_empty()).then(|| sums.iter().sum())
    }

    /// Calls the lines of a contract by the names of their services, where people read the plan.
    pub fn name_steps(&self, plan: &mut Plan) {
        for step in &mut plan.steps {
            let Some(id) = step.record.int("serviceID") else { continue };
            let Some(service) = untrack(|| self.get(&id.to_string())) else { continue };
            step.title = match step.record.int("unitChange") {
                Some(units) => [&units.to_string(), " × ", &service.name].concat(),
                None => service.name,
            };
        }
    }
}

/// A line of the contract as it was entered so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// The chosen service.
    pub service: Option<Service>,
    /// What a unit costs in this contract.
    pub price: Option<f64>,
    /// How many there are.
    pub units: Option<i64>,
}

impl Line {
    /// The price of all its units.
    pub fn sum(&self) -> Option<f64> {
        Some(self.price? * number::to_float(self.units?)?)
    }

    /// Whether its price is for the period of the contract, as far as both are known.
    pub fn is_of(&self, period: Option<i64>) -> bool {
        let own = self.service.as_ref().and_then(|service| service.period);
        own.zip(period).is_none_or(|(own, period)| own == period)
    }
}

/// An amount with two decimals and groups of thousands, rounded half away from zero: `1,375.00`.
pub fn money(amount: f64) -> String {
    // Without the standard library's way to write a fraction, which is 14 KB of a download.
    let cents = (amount * 100.0).round() as i64;
    let sign = if cents < 0 { "-" } else { "" };
    let (whole, rest) = (cents.unsigned_abs() / 100, cents.unsigned_abs() % 100);
    let zero = if rest < 10 { "0" } else { "" };
    [sign, &grouped(&whole.to_string()), ".", zero, &rest.to_string()].concat()
}

fn service(row: &Record) -> Option<Service> {
    let id = row.id()?.to_string();
    let name = row.text("name").filter(|name| !name.trim().is_empty());
    Some(Service {
        name: name.map_or_else(|| ["#", &id].concat(), str::to_owned),
        id,
        price: row.get("unitPrice").and_then(autotask_core::record::number),
        period: row.int("periodType"),
        is_active: row.flag("isActive").unwrap_or(true),
    })
}

/// The catalogue of the wizard around the caller.
pub fn use_services() -> Services {
    expect_context()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::onboarding::Draft;
    use leptos::reactive::owner::Owner;

    #[test]
    fn amounts_are_written_as_on_invoices() {
        assert_eq!(
            [1375.0, 0.0, 26.4, 9.5, -0.05, 1_234_567.891, 0.1 + 0.2].map(money),
            ["1,375.00", "0.00", "26.40", "9.50", "-0.05", "1,234,567.89", "0.30"]
        );
    }

    #[test]
    fn a_line_costs_what_the_contract_says_else_what_the_catalogue_says() {
        let owner = Owner::new();
        owner.set();
        let services = Services::new();
        let row = |id: i64, price: f64, period: i64| {
            let row =
                Record::new().with("id", id).with("name", "A").with("unitPrice", price).with("periodType", period);
            service(&row).expect("has an id")
        };
        services.rows.set(vec![row(11, 55.0, 1), row(12, 180.0, 4)]);
        let form = Form::new(Draft::default());
        form.add_contract();
        let line = form.services.get_untracked()[0].clone();
        let sum = || services.line(&line).sum();
        form.set(&line, "serviceID", "11".to_owned());
        assert_eq!((sum(), services.sum(&form, Some(1))), (None, None), "no units, no sum");
        form.set(&line, QUANTITY, "3".to_owned());
        assert_eq!(sum(), Some(165.0));
        form.set(&line, "unitPrice", "50.5".to_owned());
        assert_eq!(sum(), Some(151.5));
        let other = form.add_service();
        form.set(&other, "serviceID", "12".to_owned());
        form.set(&other, QUANTITY, "1".to_owned());
        assert_eq!(services.sum(&form, None), Some(331.5));
        assert_eq!(services.sum(&form, Some(1)), Some(151.5), "a yearly price is none of a month");
        form.set(&line, "unitPrice", "cheap".to_owned());
        assert_eq!(sum(), None);
    }

    #[test]
    fn steps_are_called_by_their_services() {
        let owner = Owner::new();
        owner.set();
        let services = Services::new();
        services.rows.set(vec![service(&Record::new().with("id", 11).with("name", "Backup")).expect("has an id")]);
        let form = Form::new(Draft::default());
        form.add_contract();
        let line = form.services.get_untracked()[0].clone();
        form.set(&line, "serviceID", "11".to_owned());
        form.set(&line, QUANTITY, "3".to_owned());
        let schema = autotask_core::Schema::new();
        let (mut plan, _) = autotask_core::onboarding::plan("r", &form.draft().answers(&schema), &schema);
        services.name_steps(&mut plan);
        let titles: Vec<&str> = plan.steps.iter().rev().take(2).map(|step| step.title.as_str()).collect();
        assert_eq!(titles, ["3 × Backup", "Backup"]);
    }
}
