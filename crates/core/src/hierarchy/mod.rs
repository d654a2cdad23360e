//! Hierarchy: a forest from (id, parent). Cycles and missing parents are found, and no row is ever dropped.
//!
//! ```text
//! ids ──► Index ──► links ──peel──► Hierarchy ──► Shape (order, depth) ──► problems, checks of moves, moves
//!                                       └──► Measure: sums, maxima, counts of subtrees
//! ```
//!
//! Nothing here recurses: a chain of a million companies is as good as a star.

mod check;
mod measure;
mod moves;
mod problem;
#[cfg(test)]
mod tests;

use std::sync::OnceLock;

pub use autotask_forest::ROWS_MAX;
use autotask_forest::{CYCLE, Index, Links, ORPHAN, Peeled, Shape, TOP, peel};

pub use check::{Impact, MoveCheck, RollUpChange, Rules, Standing};
pub use measure::{CURRENCIES_MAX, Fold, Measure, by_currency};
pub use moves::Moved;
pub use problem::{Problem, ProblemKind};

/// Levels that Autotask's own screens allow: a parent and its subs.
pub const LEVELS_IN_AUTOTASK: u32 = 2;

/// The id of the tenant's own company, which is never moved and never stands below another.
pub const OWN_COMPANY: i64 = 0;

/// Companies as a forest. Rows are numbered as they were given; siblings stay in that order.
///
/// ```
/// use autotask_core::Hierarchy;
/// let forest = Hierarchy::new(&[3, 1, 2], &[Some(1), None, Some(3)]);
/// assert_eq!(forest.order(), [1, 0, 2]);
/// assert_eq!(forest.subtree(&[1.0, 10.0, 100.0]), [101.0, 111.0, 100.0]);
/// ```
#[derive(Clone, Debug)]
pub struct Hierarchy {
    ids: Vec<i64>,
    index: Index,
    /// The parent's row by row, or why there is none: [`TOP`], [`ORPHAN`], [`CYCLE`] less the cycle's number.
    links: Vec<u32>,
    /// Rows, children before their parents; empty once a row has moved.
    taken: Vec<u32>,
    cycles: Vec<Vec<u32>>,
    /// Made when it is asked for: sums do not need it.
    shape: OnceLock<Shape>,
}

/// Why a row stands where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It has no parent.
    Top,
    /// Below its parent.
    Child,
    /// Its parent is not among the rows.
    Orphan,
    /// It is a member of the cycle of this number.
    Cycle(u32),
}

impl Hierarchy {
    /// Builds the forest; `ids` and `parents` have one entry a row. Of two rows with one id the first has the
    /// children, and the other is told as a problem. Linear in the number of rows.
    #[must_use]
    pub fn new(ids: &[i64], parents: &[Option<i64>]) -> Hierarchy {
        let count = ids.len().min(parents.len()).min(ROWS_MAX);
        let ids = ids[..count].to_vec();
        let index = Index::new(&ids);
        let links = Links::of_ids(&index, &ids, &parents[..count]);
        Hierarchy::of_links(ids, index, links)
    }

    /// The same from numbers as JavaScript has them: NaN stands for no parent. `None` when one is not whole or beyond
    /// 2^53, where neighbours cannot be told apart.
    #[must_use]
    pub fn from_numbers(ids: &[f64], parents: &[f64]) -> Option<Hierarchy> {
        let count = ids.len().min(parents.len()).min(ROWS_MAX);
        let (ids, index) = Index::of_numbers(&ids[..count])?;
        let links = Links::of_numbers(&index, &ids, &parents[..count])?;
        Some(Hierarchy::of_links(ids, index, links))
    }

    fn of_links(ids: Vec<i64>, index: Index, links: Links) -> Hierarchy {
        let Links { mut links, children } = links;
        let Peeled { taken, cycles } = peel(&mut links, children);
        Hierarchy { ids, index, links, taken, cycles, shape: OnceLock::new() }
    }

    fn shape(&self) -> &Shape {
        self.shape.get_or_init(|| Shape::new(&self.links, &self.taken))
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.ids.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// The ids, by row.
    #[must_use]
    pub fn ids(&self) -> &[i64] {
        &self.ids
    }

    /// The row of an id; of several with that id the first.
    #[must_use]
    pub fn row(&self, id: i64) -> Option<u32> {
        self.index.row(&self.ids, id)
    }

    /// Every row once, parents before their children, a subtree without interruption.
    #[must_use]
    pub fn order(&self) -> &[u32] {
        &self.shape().order
    }

    /// Where each row stands in [`Hierarchy::order`].
    #[must_use]
    pub fn positions(&self) -> &[u32] {
        &self.shape().at
    }

    /// How far below the top, by row; 0 at the top. Orphans and members of a cycle count as top.
    #[must_use]
    pub fn depth(&self) -> &[u32] {
        &self.shape().depth
    }

    /// The row of a row's parent; none for a top-level row, a member of a cycle, and one whose parent is missing.
    #[must_use]
    pub fn parent(&self, row: usize) -> Option<u32> {
        self.links.get(row).copied().filter(|link| self.is_row(*link))
    }

    /// The parent's row by row, −1 for none.
    #[must_use]
    pub fn parents(&self) -> Vec<i32> {
        self.links.iter().map(|link| i32::try_from(*link).unwrap_or(-1)).collect()
    }

    /// Why a row stands where it stands.
    #[must_use]
    pub fn place(&self, row: usize) -> Place {
        match self.links.get(row) {
            None | Some(&TOP) => Place::Top,
            Some(&ORPHAN) => Place::Orphan,
            Some(link) if self.is_row(*link) => Place::Child,
            Some(link) => Place::Cycle(CYCLE - link),
        }
    }

    /// How many rows are below each row.
    #[must_use]
    pub fn descendants(&self) -> &[u32] {
        &self.shape().below
    }

    /// The members of each cycle, child → parent, from its first row.
    #[must_use]
    pub fn cycles(&self) -> &[Vec<u32>] {
        &self.cycles
    }

    /// The rows directly below a row, in their order.
    pub fn children(&self, row: usize) -> impl Iterator<Item = u32> {
        let (mut at, end) = self.block(row);
        at += 1;
        std::iter::from_fn(move || {
            let child = *self.shape().order.get(at).filter(|_| at < end)?;
            at = self.block(child as usize).1;
            Some(child)
        })
    }

    /// The rows above a row, from its parent to the top.
    pub fn above(&self, row: usize) -> impl Iterator<Item = u32> {
        std::iter::successors(self.parent(row), |row| self.parent(*row as usize))
    }

    /// For a measure by row, its sum over each row and all rows below it; what is not finite counts nothing. A member
    /// of a cycle counts only what hangs below it outside of the cycle.
    #[must_use]
    pub fn subtree(&self, own: &[f64]) -> Vec<f64> {
        Measure::new(own.to_vec()).roll_up(self, Fold::Sum).to_vec()
    }

    /// The places in the order that a row and all below it take.
    fn block(&self, row: usize) -> (usize, usize) {
        let start = self.shape().at[row] as usize;
        (start, start + 1 + self.shape().below[row] as usize)
    }

    fn is_row(&self, link: u32) -> bool {
        (link as usize) < self.ids.len()
    }
}
