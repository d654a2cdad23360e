//! The columns of the list, and what their cells show.

use autotask_core::display::{Shown, display};
use autotask_core::{EntityInfo, FieldInfo};
use leptos::prelude::*;

use super::search::Search;
use crate::components::{
    glyph::TypeGlyph,
    grid_parts::{CellView, Column, Lead, RowTone},
    tone::Tone,
};

/// The fields that are loaded, in the order of the columns; `id` and `isActive` have none of their own.
pub const FIELDS: [&str; 13] = [
    "companyName",
    "companyType",
    "classification",
    "ownerResourceID",
    "phone",
    "city",
    "state",
    "countryID",
    "parentCompanyID",
    "lastActivityDate",
    "companyNumber",
    "id",
    "isActive",
];
const WIDTHS_PX: [u16; 11] = [260, 120, 170, 150, 150, 130, 90, 130, 180, 110, 110];

/// The columns, with the labels of the metadata.
pub fn columns(info: &EntityInfo) -> Vec<Column> {
    FIELDS
        .iter()
        .zip(WIDTHS_PX)
        .map(|(name, width)| {
            let title = info.field(name).map_or_else(|| (*name).to_owned(), |field| field.label.to_string());
            let short = match *name {
                "companyName" => "Company".to_owned(),
                "companyType" => "Type".to_owned(),
                "companyNumber" => "Number".to_owned(),
                _ => title,
            };
            Column::new(*name, short, width).grow(if *name == "companyName" { 3 } else { 1 }).sortable()
        })
        .collect()
}

/// The fields of the columns, as the metadata have them. Looked up once: a key in the search asks for 200 cells.
pub fn shown_fields(info: &EntityInfo) -> Vec<Option<FieldInfo>> {
    FIELDS.iter().take(WIDTHS_PX.len()).map(|name| info.field(name).cloned()).collect()
}

/// What a cell shows.
pub fn cell(search: Search, place: usize, column: usize) -> CellView {
    let Some(name) = FIELDS.get(column).copied() else { return CellView::default() };
    // Of what is shown in other words than the row's own nothing can be marked.
    let marks = search.list.marks(place, name);
    let shown = search.fields.with(|fields| {
        let field = fields.get(column)?.as_ref()?;
        search.list.with_row(place, |row| {
            let shown = display(field, row);
            let is_own = !marks.is_empty() && matches!(&shown, Shown::Text(text) if row.text(name) == Some(text));
            (shown, is_own, row.id(), row.flag("isActive"))
        })
    });
    let Some((shown, is_own, id, is_active)) = shown else { return CellView::default() };
    let text = match shown {
        Shown::Empty => String::new(),
        Shown::Text(text) if name == "lastActivityDate" => text.get(..10).unwrap_or(&text).to_owned(),
        Shown::Text(text) => text,
        Shown::Reference { entity, id } => {
            // A parent is mostly here itself, and its name need not be fetched.
            let known = search.list.name(&entity, id).or_else(|| search.names.name(&entity, id));
            let Some(name) = known else { return CellView::pending() };
            name
        }
    };
    let lead = match name {
        "companyType" if !text.is_empty() => Lead::Glyph(TypeGlyph::from_label(&text)),
        "ownerResourceID" if !text.is_empty() => Lead::Avatar,
        _ => Lead::None,
    };
    let cell = CellView::text(text).with_lead(lead).with_marks(if is_own { marks } else { Vec::new() });
    match (name, id, is_active) {
        ("companyName", Some(0), _) => cell.with_badge(Tone::Accent, "Your company"),
        ("companyName", _, Some(false)) => cell.with_badge(Tone::Neutral, "Inactive"),
        _ => cell,
    }
}

/// How a row looks.
pub fn row_tone(search: Search, place: usize) -> RowTone {
    match search.list.with_row(place, |row| row.flag("isActive")) {
        Some(Some(false)) => RowTone::Inactive,
        _ => RowTone::Normal,
    }
}
