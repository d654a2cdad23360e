//! The panel of sites: the primary one first, each with its address.

use std::sync::Arc;

use crate::components::dynamic::{dynamic, memo};
use autotask_core::{
    Failure, Filter, Format, Query, Record, Verb, entity, order::sort_by_key, text::fold, title::title,
};
use leptos::prelude::*;

use super::{
    groups::{ADDRESS, address_lines},
    open_rows::{OpenRows, use_open_rows},
    value::{none_view, text_view},
};
use crate::{
    api::api,
    components::{badge::Badge, empty::Empty, icon::Icon, tone::Tone},
    pages::{faces::faces, load::Load},
    store::names::use_names,
};

const FIELDS: [&str; 12] = [
    "id",
    "name",
    "address1",
    "address2",
    "postalCode",
    "city",
    "state",
    "countryID",
    "phone",
    "isActive",
    "isPrimary",
    "companyID",
];

/// The fields that a form begins with.
const EDITED_FIRST: [&str; 10] =
    ["name", "phone", "address1", "address2", "postalCode", "city", "state", "countryID", "isActive", "isPrimary"];

/// A site of the company.
#[derive(Clone, Debug)]
pub struct Site {
    /// What it is called.
    pub name: String,
    is_primary: bool,
    is_active: bool,
    /// What the list asks for of it.
    pub row: Record,
}

/// Loads the sites of a company.
pub async fn load_sites(company: i64) -> Result<Vec<Site>, Failure> {
    let info = entity("CompanyLocations").expect("CompanyLocations are among the facts");
    let query = Query {
        include_fields: Some(FIELDS.map(str::to_owned).to_vec()),
        verb: Verb::Post,
        ..Query::new(info, Filter::and([Filter::eq("companyID", company)]))
    };
    let rows = api().rows(&query).await?;
    let site = |row: Record| Site {
        name: title(info, &row),
        is_primary: row.flag("isPrimary").unwrap_or(false),
        is_active: row.flag("isActive").unwrap_or(true),
        row,
    };
    let mut sites: Vec<Site> = rows.into_iter().map(site).collect();
    sort_by_key(&mut sites, |site| (!site.is_primary, !site.is_active, fold(&site.name)));
    Ok(sites)
}

/// The panel.
#[component]
pub fn SitesPanel(
    /// The sites.
    sites: Load<Vec<Site>>,
) -> impl IntoView {
    let number = move || sites.value().map(|sites| sites.len().to_string());
    let open = use_open_rows("CompanyLocations", move || {
        sites.value().map(|sites| sites.iter().filter_map(|site| site.row.id()).collect()).unwrap_or_default()
    });
    view! {
        <section class="panel" aria-labelledby="sites-title">
            <header>
                <h2 id="sites-title">"Sites"</h2>
                <span class="n">{dynamic(number)}</span>
            </header>
            {faces(sites, "sites", "The sites could not be loaded.", move |sites| sites_view(sites, open))}
        </section>
    }
    .into_any()
}

fn sites_view(sites: Arc<Vec<Site>>, open: OpenRows) -> AnyView {
    if sites.is_empty() {
        return view! {
            <Empty icon=Icon::Pin title="No sites yet" text="Autotask makes the first one with the company’s address." />
        }
        .into_any();
    }
    let rows = sites.iter().map(|site| site_view(site, open)).collect_view();
    view! {
        <div class="tablewrap">
            <table class="table sites">
                <thead>
                    <tr>
                        <th scope="col">"Site"</th>
                        <th scope="col">"Address"</th>
                        <th scope="col">"Phone"</th>
                        <th scope="col" class="act">
                            <span class="vh">"Edit"</span>
                        </th>
                    </tr>
                </thead>
                <tbody>{rows}</tbody>
            </table>
        </div>
    }
    .into_any()
}

fn site_view(site: &Site, open: OpenRows) -> AnyView {
    let row = &site.row;
    let names = use_names();
    let country = row.int("countryID");
    let country = memo(move || country.and_then(|country| names.name("Countries", country)));
    let lines = address_lines(row, ADDRESS);
    let address = move || {
        let all: Vec<String> = lines.iter().cloned().chain(country.get()).collect();
        if all.is_empty() { none_view() } else { view! { <span dir="auto">{all.join(", ")}</span> }.into_any() }
    };
    let phone = row.text("phone").map(str::trim).filter(|phone| !phone.is_empty());
    view! {
        <tr class=if site.is_active { "" } else { "inactive" }>
            <th scope="row">
                <span class="row">
                    <span class="ell" dir="auto" title=site.name.clone()>
                        {site.name.clone()}
                    </span>
                    {site.is_primary.then(|| view! { <Badge tone=Tone::Accent text="Primary" /> })}
                    {(!site.is_active).then(|| view! { <Badge text="Inactive" /> })}
                </span>
            </th>
            <td>{dynamic(address)}</td>
            <td class="nowrap">{phone.map_or_else(none_view, |phone| text_view(Format::Phone, phone.to_owned()))}</td>
            <td class="act">{open.button(row, &site.name)}</td>
        </tr>
        {open.form(row, &site.name, &EDITED_FIRST, 4)}
    }
    .into_any()
}
