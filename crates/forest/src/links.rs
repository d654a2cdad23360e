//! Links: each row's parent as a row, within cycles too, and how many children each row has.

use autotask_columns::number::to_whole;

use crate::{Index, ORPHAN, TOP};

/// Links to parents, by row.
#[derive(Clone, Debug, Default)]
pub struct Links {
    /// The parent's row, [`TOP`] or [`ORPHAN`].
    pub links: Vec<u32>,
    /// How many children each row has.
    pub children: Vec<u32>,
}

impl Links {
    /// Counts the children of links that are known.
    #[must_use]
    pub fn of(links: Vec<u32>) -> Links {
        let mut children = counters(links.len());
        for link in &links {
            count(&mut children, *link);
        }
        Links { links, children }
    }

    /// Finds the parents of ids that are in the index; there must be one parent for each id.
    #[must_use]
    pub fn of_ids(index: &Index, ids: &[i64], parents: &[Option<i64>]) -> Links {
        let link = |id: &Option<i64>| id.map_or(TOP, |id| index.row(ids, id).unwrap_or(ORPHAN));
        Links::of(parents.iter().map(link).collect())
    }

    /// The same for parents that are numbers, NaN for none. `None` when one is neither NaN nor a whole number within
    /// 2^53.
    #[must_use]
    pub fn of_numbers(index: &Index, ids: &[i64], parents: &[f64]) -> Option<Links> {
        let mut children = counters(ids.len());
        let mut links = vec![TOP; ids.len()];
        for (link, parent) in links.iter_mut().zip(parents) {
            match index.row_of_number(ids, *parent) {
                Some(row) => {
                    *link = row;
                    count(&mut children, row);
                }
                None if parent.is_nan() => {}
                None => {
                    to_whole(*parent)?;
                    *link = ORPHAN;
                }
            }
        }
        Some(Links { links, children })
    }
}

/// A counter for each row, with room for one more that [`crate::peel()`] adds.
fn counters(count: usize) -> Vec<u32> {
    let mut counters = vec![0; count + 1];
    counters.truncate(count);
    counters
}

fn count(children: &mut [u32], link: u32) {
    // A link that is no row is beyond the last one.
    if let Some(children) = children.get_mut(link as usize) {
        *children += 1;
    }
}
