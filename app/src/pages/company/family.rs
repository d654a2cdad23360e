//! Family: the companies next to one in the hierarchy, and how much stands behind each.

use std::collections::HashMap;
use std::ops::ControlFlow;

use autotask_core::{Failure, Filter, Query, Record, Verb, entity, order::sort_by_key, text::fold};

use crate::api::api;

/// So many of a kind are shown; the rest is in the tree.
pub const SHOWN_MAX: usize = 6;

/// A company next to another one.
#[derive(Clone, Debug, PartialEq)]
pub struct Kin {
    /// Its id.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The number of its type.
    pub company_type: Option<i64>,
    /// Whether it is active.
    pub is_active: bool,
}

/// The companies next to one.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Family {
    /// The parent's id.
    pub parent_id: Option<i64>,
    /// The parent; `None` where there is none, or where it cannot be read.
    pub parent: Option<Kin>,
    /// The other children of the parent: active ones first, by name.
    pub siblings: Vec<Kin>,
    /// The children: active ones first, by name.
    pub children: Vec<Kin>,
}

impl Family {
    /// Sorts rows by what they are to company `id`.
    fn new(id: i64, parent_id: Option<i64>, rows: &[Record]) -> Self {
        let mut family = Self { parent_id, ..Self::default() };
        for row in rows {
            let Some(kin) = kin(row) else { continue };
            let its_parent = row.int("parentCompanyID");
            if kin.id == id {
                continue;
            }
            if Some(kin.id) == parent_id {
                family.parent = Some(kin.clone());
            }
            // In a cycle the parent may be a child too; it is then shown as both.
            if its_parent == Some(id) {
                family.children.push(kin);
            } else if its_parent.is_some() && its_parent == parent_id && Some(kin.id) != parent_id {
                family.siblings.push(kin);
            }
        }
        let order = |kin: &Kin| (!kin.is_active, fold(&kin.name), kin.id);
        sort_by_key(&mut family.siblings, order);
        sort_by_key(&mut family.children, order);
        family
    }

    /// How many companies there are, the one itself included.
    pub fn count(&self) -> usize {
        1 + usize::from(self.parent.is_some()) + self.siblings.len() + self.children.len()
    }

    /// Those that are shown, without the company itself.
    pub fn shown(&self) -> impl Iterator<Item = &Kin> {
        let first = |kin: &'_ [Kin]| kin.len().min(SHOWN_MAX);
        self.parent.iter().chain(&self.siblings[..first(&self.siblings)]).chain(&self.children[..first(&self.children)])
    }
}

fn kin(row: &Record) -> Option<Kin> {
    Some(Kin {
        id: row.id()?,
        name: super::name_of(row),
        company_type: row.int("companyType"),
        is_active: row.flag("isActive").unwrap_or(true),
    })
}

/// Loads parent, siblings and children in one walk.
pub async fn load_family(id: i64, parent: Option<i64>) -> Result<Family, Failure> {
    let info = entity("Companies").expect("Companies are among the facts");
    let filter = match parent {
        Some(parent) => Filter::or([Filter::eq("id", parent), Filter::is_in("parentCompanyID", [parent, id])]),
        None => Filter::and([Filter::eq("parentCompanyID", id)]),
    };
    let fields = ["id", "companyName", "companyType", "isActive", "parentCompanyID"];
    let query = Query {
        include_fields: Some(fields.map(str::to_owned).to_vec()),
        verb: Verb::Post,
        ..Query::new(info, filter)
    };
    Ok(Family::new(id, parent, &api().rows(&query).await?))
}

/// How many contacts and subsidiaries companies have, by id.
#[derive(Clone, Debug, Default)]
pub struct KinCounts {
    /// Contacts.
    pub contacts: HashMap<i64, usize>,
    /// Subsidiaries.
    pub subsidiaries: HashMap<i64, usize>,
}

/// Counts contacts and subsidiaries of a few companies.
pub async fn load_kin_counts(ids: Vec<i64>) -> Result<KinCounts, Failure> {
    Ok(KinCounts {
        contacts: count_by("Contacts", "companyID", &ids).await?,
        subsidiaries: count_by("Companies", "parentCompanyID", &ids).await?,
    })
}

async fn count_by(name: &'static str, field: &'static str, ids: &[i64]) -> Result<HashMap<i64, usize>, Failure> {
    let info = entity(name).expect("both entities are among the facts");
    let query = Query {
        include_fields: Some(vec!["id".to_owned(), field.to_owned()]),
        verb: Verb::Post,
        ..Query::new(info, Filter::and([Filter::is_in(field, ids.iter().copied())]))
    };
    let mut counts = HashMap::new();
    let walk = api()
        .walk(&query, |rows| {
            for id in rows.iter().filter_map(|row| row.int(field)) {
                *counts.entry(id).or_default() += 1;
            }
            ControlFlow::Continue(())
        })
        .await;
    walk.failure.map_or(Ok(counts), Err)
}

#[cfg(test)]
mod tests {
    use super::Family;
    use autotask_core::Record;

    fn row(id: i64, name: &str, parent: Option<i64>) -> Record {
        Record::new().with("id", id).with("companyName", name).with("parentCompanyID", parent)
    }

    #[test]
    fn rows_become_parent_siblings_and_children() {
        let inactive = row(6, "alpha", Some(2)).with("isActive", false);
        let rows = [
            row(1, "Parent", None),
            row(2, "Self", Some(1)),
            row(3, "Sibling", Some(1)),
            row(4, "zeta", Some(2)),
            row(5, "Beta", Some(2)),
            inactive,
        ];
        let family = Family::new(2, Some(1), &rows);
        let names = |kin: &[super::Kin]| kin.iter().map(|kin| kin.name.clone()).collect::<Vec<_>>();
        assert_eq!(family.parent.as_ref().map(|kin| kin.id), Some(1));
        assert_eq!(names(&family.siblings), ["Sibling"]);
        assert_eq!(names(&family.children), ["Beta", "zeta", "alpha"]);
        assert_eq!(family.count(), 6);
    }

    #[test]
    fn a_company_that_is_its_own_parent_is_no_kin_of_itself() {
        let family = Family::new(2, Some(2), &[row(2, "Self", Some(2)), row(3, "Child", Some(2))]);
        assert_eq!((family.parent, family.siblings.len(), family.children.len()), (None, 0, 1));
    }
}
