//! The rows that one rule has found: their columns, order and cells.

use std::sync::Arc;

use autotask_core::{
    EntityInfo, Record,
    display::{Shown, display},
    quality::{self, Finding, Rule},
    table,
    title::{title, title_fields},
};

use crate::{
    components::{
        glyph::TypeGlyph,
        grid_parts::{CellView, Column, Lead, RowTone, SortKey},
        tone::Tone,
    },
    page::Page,
    pages::nouns::nouns,
    store::{names::Names, quality::Audit},
};

/// Fields that name a row or say nothing that the first column does not.
const NOT_SHOWN: [&str; 5] = ["id", "isActive", "companyName", "firstName", "lastName"];

/// The fields of the columns behind the first: what the rule reads, whose row it is last.
pub fn fields(rule: &Rule, info: &EntityInfo) -> Vec<String> {
    let names = title_fields(info);
    let mut fields = quality::fields(std::slice::from_ref(rule), info);
    fields.retain(|field| !NOT_SHOWN.contains(&field.as_str()) && !names.contains(&field.as_str()));
    if let Some(at) = fields.iter().position(|field| field == "ownerResourceID") {
        let owner = fields.remove(at);
        fields.push(owner);
    }
    fields
}

/// The columns.
pub fn columns(rule: &Rule, info: &EntityInfo) -> Vec<Column> {
    let key = title_fields(info).last().copied().unwrap_or("id");
    let column = |field: String| {
        let title = info.field(&field).map_or_else(|| field.clone(), |info| info.label.to_string());
        let width = match field.as_str() {
            "companyID" | "parentCompanyID" | "emailAddress" | "webAddress" => 200,
            "address1" => 180,
            _ => 150,
        };
        Column::new(field, title, width).sortable()
    };
    std::iter::once(Column::new(key, nouns(info.name).title, 240).grow(3).sortable())
        .chain(fields(rule, info).into_iter().map(column))
        .collect()
}

/// The rows' numbers in their table, sorted; without a sort those that are the same stand together.
pub fn order(audit: &Audit, finding: &Finding, sort: &[SortKey], names: Names) -> Vec<u32> {
    let Some(loaded) = audit.loaded(finding.entity) else { return Vec::new() };
    let grouped = finding.groups.iter().flatten();
    let ids: Vec<i64> = if finding.groups.is_empty() { finding.ids.clone() } else { grouped.copied().collect() };
    let mut rows: Vec<u32> = ids.iter().filter_map(|id| loaded.table.row_with(*id)).collect();
    let keys: Vec<table::SortKey> =
        sort.iter().map(|key| table::SortKey { field: key.key.clone(), descending: key.is_descending }).collect();
    loaded
        .table
        .sort(&mut rows, &keys, &loaded.info, &|entity, id| audit.name(entity, id).or_else(|| names.name(entity, id)));
    rows
}

/// One row of a rule.
pub struct FoundRow<'a> {
    /// All that was read.
    pub audit: &'a Audit,
    /// What is known of the entity.
    pub info: &'a Arc<EntityInfo>,
    /// The row.
    pub row: &'a Record,
}

impl FoundRow<'_> {
    /// What a cell shows: the row's name first, then the fields.
    pub fn cell(&self, fields: &[String], column: usize, names: Names) -> CellView {
        let Some(at) = column.checked_sub(1) else {
            let cell = CellView::text(title(self.info, self.row));
            return match (self.row.id(), self.row.flag("isActive")) {
                (Some(0), _) if self.info.name == "Companies" => cell.with_badge(Tone::Accent, "Your company"),
                (_, Some(false)) => cell.with_badge(Tone::Neutral, "Inactive"),
                _ => cell,
            };
        };
        let Some(field) = fields.get(at).and_then(|name| self.info.field(name)) else { return CellView::default() };
        match display(field, self.row) {
            Shown::Empty => CellView::default(),
            Shown::Text(text) if field.is_named("companyType") => {
                let glyph = TypeGlyph::from_label(&text);
                CellView::text(text).with_lead(Lead::Glyph(glyph))
            }
            Shown::Text(text) => CellView::text(text),
            Shown::Reference { entity, id } => match self.audit.name(&entity, id).or_else(|| names.name(&entity, id)) {
                Some(name) if field.is_named("ownerResourceID") => CellView::text(name).with_lead(Lead::Avatar),
                Some(name) => CellView::text(name),
                None => CellView::pending(),
            },
        }
    }

    /// Where it leads: the company itself, or the one it belongs to.
    pub fn href(&self) -> Option<String> {
        let id = if self.info.name == "Companies" { self.row.id() } else { self.row.int("companyID") };
        id.map(|id| Page::Company(id).path())
    }

    /// How it looks.
    pub fn tone(&self) -> RowTone {
        if self.row.flag("isActive") == Some(false) { RowTone::Inactive } else { RowTone::Normal }
    }
}

#[cfg(test)]
mod tests {
    use autotask_core::{entity, quality::built_in};

    use super::fields;

    #[test]
    fn the_columns_are_what_the_rule_reads_and_whose_row_it_is() {
        let of = |id: &str| {
            let rule = built_in().into_iter().find(|rule| rule.id == id).expect("built in");
            fields(&rule, entity(rule.entity).expect("known"))
        };
        assert_eq!(of("company.address"), ["address1", "city", "ownerResourceID"]);
        assert_eq!(of("company.owner"), ["ownerResourceID"]);
        assert_eq!(of("contact.emailMalformed"), ["companyID", "emailAddress", "emailAddress2", "emailAddress3"]);
        assert_eq!(of("site.spaces"), ["companyID", "address1", "city"]);
    }
}
