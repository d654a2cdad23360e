//! The lines of the contract: a service, what a unit costs, and how many there are, with the sum of each and of all.

use autotask_core::EntityInfo;
use leptos::prelude::*;

use super::{
    focus::{focus_soon, focus_soon_of},
    form::{QUANTITY, Row, use_form},
    mending::use_mending,
    services::{Line, Service, money, use_services},
};
use crate::{
    components::{
        announcer::use_announcer,
        banner::Banner,
        choice::Choice,
        combobox::Combobox,
        field::Field,
        icon::Icon,
        icon_button::IconButton,
        text_input::{InputKind, TextInput},
        tone::Tone,
    },
    pages::failed::sentence,
    store::metadata::use_metadata,
};

const ADD_ID: &str = "add-service";

/// The lines, or the one that is corrected.
#[component]
pub fn Lines() -> impl IntoView {
    let form = use_form();
    let mended = use_mending().get_untracked();
    let services = use_services();
    services.ask();
    let is_mending = mended.is_some();
    let rows = move || {
        let mut rows: Vec<(usize, Row)> = form.services.get().into_iter().enumerate().collect();
        if let Some(mended) = &mended {
            rows.retain(|(_, row)| row.key == mended.key);
        }
        rows
    };
    let add = move |_| {
        let row = form.add_service();
        focus_soon_of(&row, "serviceID");
    };
    let failure = Memo::new(move |_| services.failure());
    let band = move || {
        failure.get().map(|failure| {
            view! {
                <Banner
                    tone=Tone::Warning
                    title="The services could not be loaded."
                    text=[&sentence(&failure), " Without them no line can be chosen."].concat()
                >
                    <button type="button" class="btn" on:click=move |_| services.ask()>
                        "Retry"
                    </button>
                </Banner>
            }
        })
    };
    let end = (!is_mending).then(|| {
        view! {
            <div class="row wrap">
                <button type="button" class="btn addrow" id=ADD_ID on:click=add>
                    {Icon::Plus.view()}
                    "Add service"
                </button>
                <Sum />
            </div>
        }
    });
    view! {
        <section class="panel" aria-labelledby="services-title">
            <header>
                <h2 id="services-title">"Services"</h2>
                <span class="n">{move || form.services.with(Vec::len)}</span>
            </header>
            <div class="in stack svcpanel">
                {band}
                <div class="svclines">
                    <For
                        each=rows
                        key=|(index, row)| (*index, row.key)
                        children=|(index, row)| view! { <LineView row=row index=index /> }
                    />
                </div>
                {end}
            </div>
        </section>
    }
    .into_any()
}

/// What all lines cost in a period.
#[component]
fn Sum() -> impl IntoView {
    let form = use_form();
    let services = use_services();
    let info = use_metadata().entity_untracked("Contracts");
    let sum = Memo::new(move |_| services.sum(&form, period(&form)));
    let label = {
        let info = info.clone();
        move || match period(&form).and_then(|number| period_label(&info, number)) {
            Some(label) => ["Sum, ", &label.to_lowercase()].concat(),
            None => "Sum per period".to_owned(),
        }
    };
    view! {
        <p class="svcsum push" role="status">
            <span class="muted">{label}</span>
            <b class="tnum">{move || sum.get().map_or_else(|| "–".to_owned(), money)}</b>
        </p>
    }
    .into_any()
}

/// The period of the contract as a number, as services number theirs. Reactive.
pub fn period(form: &super::form::Form) -> Option<i64> {
    form.contract.get().and_then(|row| row.field("contractPeriodType").get().trim().parse().ok())
}

/// What the instance calls a period.
pub fn period_label(info: &EntityInfo, number: i64) -> Option<String> {
    info.field("contractPeriodType").and_then(|field| field.picklist_label(number)).map(str::to_owned)
}

/// A line.
#[component]
fn LineView(
    /// The line.
    row: Row,
    /// Its place in the list.
    index: usize,
) -> impl IntoView {
    let form = use_form();
    let announcer = use_announcer();
    let services = use_services();
    let mended = use_mending().get_untracked();
    let info = use_metadata().entity_untracked("Contracts");
    let name = ["Line ", &(index + 1).to_string()].concat();
    let line = {
        let row = row.clone();
        Memo::new(move |_| services.line(&row))
    };
    let price_hint = Memo::new(move |_| match line.get().service {
        Some(Service { price: Some(price), .. }) => ["Catalogue ", &money(price)].concat(),
        _ => String::new(),
    });
    let period_hint = Memo::new(move |_| {
        let (line, period) = (line.get(), period(&form));
        match line.service.as_ref().and_then(|service| service.period).filter(|_| !line.is_of(period)) {
            Some(own) => {
                let label = period_label(&info, own).unwrap_or_else(|| "for another period".to_owned());
                ["Its price is ", &label.to_lowercase(), ", unlike the contract: not in the sum"].concat()
            }
            None => String::new(),
        }
    });
    let amount = move || match line.get() {
        Line { units: None, service: Some(_), .. } => "no units".to_owned(),
        line => line.sum().map_or_else(|| "–".to_owned(), money),
    };
    let remove = {
        let (row, said) = (row.clone(), [&name, " removed"].concat());
        move |()| {
            form.remove(&row);
            announcer.polite(&said);
            focus_soon(ADD_ID);
        }
    };
    // The units are a step of their own, and what the line is of cannot be changed any more when they are refused.
    let is_units = mended.as_ref().is_some_and(|mended| mended.run_step.ends_with("_units"));
    let shows_line = !is_units;
    let shows_units = mended.is_none() || is_units;
    let service = shows_line.then(|| {
        let choices = Memo::new({
            let text = row.field("serviceID");
            move |_| {
                let chosen = text.get();
                let offered = |rows: &[Service]| {
                    let may = rows.iter().filter(|service| service.is_active || service.id == chosen);
                    may.map(choice).collect::<Vec<_>>()
                };
                services.with(offered)
            }
        });
        let is_loading = Signal::derive(move || services.is_loading());
        cell(&row, "serviceID", "Service", "cell what", period_hint.into(), move |id, value, set| {
            view! {
                <Combobox
                    id=id
                    choices=choices
                    value=value
                    on_change=set
                    is_clearable=true
                    is_loading=is_loading
                    placeholder="Type a name"
                />
            }
            .into_any()
        })
    });
    let price = shows_line.then(|| {
        cell(&row, "unitPrice", "Unit price", "cell price", price_hint.into(), |_, value, set| {
            view! { <TextInput value=value on_input=set kind=InputKind::Number /> }.into_any()
        })
    });
    let quantity = shows_units.then(|| {
        cell(&row, QUANTITY, "Quantity", "cell units", Signal::stored(String::new()), |_, value, set| {
            view! { <TextInput value=value on_input=set kind=InputKind::Number /> }.into_any()
        })
    });
    let end = mended.is_none().then(|| {
        view! {
            <div class="sum">
                <span class="label" aria-hidden="true">
                    "Sum"
                </span>
                <output class="tnum" aria-label="Sum">
                    {amount}
                </output>
            </div>
            <IconButton icon=Icon::Close label=["Remove ", &name].concat() on_click=remove />
        }
    });
    view! {
        <div role="group" aria-label=name.clone()>
            {service} {price} {quantity} {end}
        </div>
    }
    .into_any()
}

/// A control of a line below its label, which stands above the first line only where there is room for columns.
fn cell(
    row: &Row,
    name: &'static str,
    label: &'static str,
    class: &'static str,
    hint: Signal<String>,
    control: impl FnOnce(String, Signal<String>, Callback<String>) -> AnyView + Send + 'static,
) -> AnyView {
    let form = use_form();
    let leaving = crate::components::leaving::use_leaving();
    let id = row.control_id(name);
    let value: Signal<String> = row.field(name).into();
    let set = {
        let row = row.clone();
        Callback::new(move |text: String| form.set(&row, name, text))
    };
    let error = {
        let id = StoredValue::new(id.clone());
        Memo::new(move |_| form.checking.error_at(&id.read_value()))
    };
    let on_focusout = {
        let id = id.clone();
        move |_| leaving.leave(&id)
    };
    let inside = {
        let id = id.clone();
        move || control(id, value, set)
    };
    view! {
        <div class=class on:focusout=on_focusout>
            <Field id=id label=label hint=hint error=error>
                {inside()}
            </Field>
        </div>
    }
    .into_any()
}

fn choice(service: &Service) -> Choice {
    let choice = Choice::new(service.id.clone(), service.name.clone());
    match service.price {
        Some(price) => choice.with_detail(money(price)),
        None => choice,
    }
}
