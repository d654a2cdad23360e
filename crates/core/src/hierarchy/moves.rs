//! Moves: a company gets another parent, and only what that touches is changed.

use std::sync::OnceLock;

use autotask_forest::{Links, ORPHAN, Peeled, TOP, peel};

use super::{Hierarchy, Place};

/// What a move did, for [`super::Measure::moved`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moved {
    /// The row that was above before.
    pub before: Option<u32>,
    /// The row that is above now.
    pub after: Option<u32>,
    /// Whether the forest was built anew, because a cycle was opened or closed.
    pub is_rebuilt: bool,
}

impl Hierarchy {
    /// Gives a row another parent; `None` stands for the top, an id that is not there makes an orphan. Any move is
    /// done, also one that [`Hierarchy::check_move`] refuses; `None` when there is no such row.
    ///
    /// What is below comes along. The work is that of the rows which move, those above them, the new siblings, and
    /// the stretch of the order between the two places; only a move that opens or closes a cycle builds the forest
    /// anew. The result is the same either way.
    pub fn move_to(&mut self, row: u32, parent: Option<i64>) -> Option<Moved> {
        let moving = row as usize;
        let before = self.parent(moving);
        let old = *self.links.get(moving)?;
        let new = parent.map_or(TOP, |id| self.row(id).unwrap_or(ORPHAN));
        if old == new {
            return Some(Moved { before, after: before, is_rebuilt: false });
        }
        let is_below = |other: u32| other == row || self.is_above(row, other);
        if matches!(self.place(moving), Place::Cycle(_)) || (self.is_row(new) && is_below(new)) {
            self.rebuild_with(row, new);
            return Some(Moved { before, after: self.parent(moving), is_rebuilt: true });
        }
        let target = self.target(row, new);
        let old_way: Vec<u32> = self.above(moving).collect();
        self.links[moving] = new;
        self.taken = Vec::new();
        let new_way: Vec<u32> = self.above(moving).collect();
        let parent = self.parent(moving);
        let block = self.block(moving);
        if let Some(shape) = self.shape.get_mut() {
            let size = shape.below[moving] + 1;
            old_way.iter().for_each(|above| shape.below[*above as usize] -= size);
            new_way.iter().for_each(|above| shape.below[*above as usize] += size);
            shape.carry(block, parent, target);
        }
        Some(Moved { before, after: self.parent(moving), is_rebuilt: false })
    }

    /// Whether the first row is above the second.
    pub(super) fn is_above(&self, row: u32, other: u32) -> bool {
        let (start, end) = self.block(row as usize);
        (start + 1..end).contains(&(self.shape().at[other as usize] as usize))
    }

    /// The place in today's order before which a row stands as a child of its new parent.
    fn target(&self, row: u32, link: u32) -> usize {
        let order = self.order();
        let (mut at, end) = if self.is_row(link) { self.block(link as usize) } else { (0, order.len()) };
        at += usize::from(self.is_row(link));
        while at < end && order[at] < row {
            at = self.block(order[at] as usize).1;
        }
        at
    }

    fn rebuild_with(&mut self, row: u32, link: u32) {
        // Members of cycles get their parents back.
        for members in std::mem::take(&mut self.cycles) {
            for (member, parent) in members.iter().zip(members.iter().cycle().skip(1)) {
                self.links[*member as usize] = *parent;
            }
        }
        self.links[row as usize] = link;
        let Links { mut links, children } = Links::of(std::mem::take(&mut self.links));
        let Peeled { taken, cycles } = peel(&mut links, children);
        (self.links, self.taken, self.cycles, self.shape) = (links, taken, cycles, OnceLock::new());
    }
}
