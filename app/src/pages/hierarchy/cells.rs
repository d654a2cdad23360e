//! Cells: what the tree shows at a company and a column.

use std::sync::Arc;

use crate::components::dynamic::memo;
use autotask_core::{display::grouped, hierarchy::LEVELS_IN_AUTOTASK, hierarchy::Place};
use leptos::prelude::*;

use super::{
    address::Values,
    columns::Shows,
    view::TreeView,
    visible::{CYCLES, ORPHANS},
};
use crate::{
    components::{
        glyph::TypeGlyph,
        grid_parts::{CellView, Lead},
        icon::Icon,
        tone::Tone,
        tree_grid::TreeRow,
    },
    session::{Session, use_session},
    store::{
        hierarchy::{Counted, Forest, Measure, use_hierarchy},
        metadata::{Metadata, use_metadata},
        names::{Names, use_names},
    },
};

/// What is needed to fill a cell.
#[derive(Clone, Copy)]
pub struct Cells {
    view: TreeView,
    contacts: Memo<Arc<Measure>>,
    sites: Memo<Arc<Measure>>,
    metadata: Metadata,
    names: Names,
    session: Session,
    /// Grows with every count that arrives.
    pub version: Memo<u64>,
}

/// Cells of the tree.
pub fn use_cells(view: TreeView) -> Cells {
    let store = use_hierarchy();
    let contacts = memo(move || store.measure(Counted::Contacts));
    let sites = memo(move || store.measure(Counted::Sites));
    let version = Memo::new(move |before: Option<&u64>| {
        // Read, not only tracked, as a memo that nobody reads never runs. The same rows may stand for newer companies.
        store.forest.with(|_| ());
        contacts.with(|_| ());
        sites.with(|_| ());
        before.map_or(0, |before| before + 1)
    });
    Cells { view, contacts, sites, metadata: use_metadata(), names: use_names(), session: use_session(), version }
}

impl Cells {
    /// What a cell shows.
    pub fn cell(&self, row: TreeRow, column: usize) -> CellView {
        let Some(forest) = self.view.forest() else { return CellView::default() };
        let shows = Shows::at(column);
        if row.key < 0 {
            return if shows == Shows::Name { heading(&forest, row.key) } else { CellView::default() };
        }
        let Some(place) = forest.row(row.key) else { return CellView::default() };
        let company = &forest.companies[place];
        match shows {
            Shows::Name => self.name(&forest, place),
            Shows::Owner => match company.owner.map(|owner| self.names.name("Resources", owner)) {
                Some(Some(name)) => {
                    let is_me = self.session.user_name.with(|me| me.as_ref() == Some(&name));
                    CellView::text(name).with_lead(if is_me { Lead::AvatarMe } else { Lead::Avatar })
                }
                Some(None) => CellView::pending(),
                None => CellView::default(),
            },
            Shows::Contacts => self.contacts.with(|measure| self.counts(measure, place)),
            Shows::Sites => self.sites.with(|measure| self.counts(measure, place)),
            Shows::Subsidiaries => {
                let own = u64::from(forest.children[place]);
                self.numbers(Some(own), u64::from(forest.hierarchy.descendants()[place]), true)
            }
            Shows::Type => CellView::text(self.type_label(company.company_type).unwrap_or_default()).muted(),
            Shows::LastActivity => {
                CellView::text(company.last_activity.map(|instant| instant.date_text()).unwrap_or_default())
            }
        }
    }

    fn name(&self, forest: &Forest, place: usize) -> CellView {
        let company = &forest.companies[place];
        let glyph =
            self.type_label(company.company_type).map_or(TypeGlyph::Other, |label| TypeGlyph::from_label(&label));
        let cell = CellView::text(&*company.name).with_lead(Lead::Glyph(glyph));
        match badge(forest, place) {
            Some((tone, text)) => cell.with_badge(tone, text),
            None => cell,
        }
    }

    fn type_label(&self, number: Option<i64>) -> Option<String> {
        let info = self.metadata.entity("Companies");
        info.field("companyType")?.picklist_label(number?).map(str::to_owned)
    }

    fn counts(&self, measure: &Measure, place: usize) -> CellView {
        let sum = measure.subtree(place);
        self.numbers(measure.own(place).map(u64::from), sum.count, sum.is_exact)
    }

    /// The numbers that are asked for. What is not known yet is a grey bar, a part of a sum has "≥" before it.
    fn numbers(&self, own: Option<u64>, sum: u64, is_exact: bool) -> CellView {
        let own_text = own.map(number);
        let sum_text = if is_exact { number(sum) } else { ["≥ ", &number(sum)].concat() };
        match (self.view.address.with(|address| address.values), own_text) {
            (Values::Subtree, Some(_)) => CellView::text(sum_text),
            (Values::Own, Some(own)) => CellView::text(own),
            (Values::Both, Some(own)) => CellView::text(sum_text).with_own(own),
            (_, None) => CellView::pending(),
        }
    }
}

fn number(number: u64) -> String {
    grouped(&number.to_string())
}

/// "1 company", "3 companies".
pub fn companies(count: usize) -> String {
    [grouped(&count.to_string()).as_str(), if count == 1 { " company" } else { " companies" }].concat()
}

fn heading(forest: &Forest, key: i64) -> CellView {
    let orphans = || (0..forest.companies.len()).filter(|row| forest.hierarchy.place(*row) == Place::Orphan).count();
    let (title, count) = match key {
        CYCLES => ("Cycle", forest.hierarchy.cycles().iter().map(Vec::len).sum()),
        ORPHANS if forest.is_complete => ("Missing parent", orphans()),
        _ => ("Parent not loaded", orphans()),
    };
    CellView::text(title).with_lead(Lead::Icon(Icon::Warning)).with_badge(Tone::Warning, companies(count))
}

/// The one thing that most needs to be said of a company.
fn badge(forest: &Forest, place: usize) -> Option<(Tone, String)> {
    let company = &forest.companies[place];
    let level = forest.level(place);
    let is_deep = level > LEVELS_IN_AUTOTASK;
    match forest.hierarchy.place(place) {
        Place::Cycle(_) if company.is_active => Some((Tone::Danger, "In a cycle".to_owned())),
        Place::Cycle(_) => Some((Tone::Danger, "In a cycle, inactive".to_owned())),
        _ if company.id == 0 => Some((Tone::Accent, "Your company".to_owned())),
        _ if is_deep && !company.is_active => Some((Tone::Neutral, ["Inactive, level ", &level.to_string()].concat())),
        _ if is_deep => Some((Tone::Warning, ["Level ", &level.to_string()].concat())),
        _ if !company.is_active => Some((Tone::Neutral, "Inactive".to_owned())),
        _ => None,
    }
}
