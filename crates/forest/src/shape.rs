//! Shape: order and depth of a forest, made when they are asked for.
//!
//! From the number of rows below each row follows how far behind its parent it stands, and from that, parents first,
//! its place. Each pass touches a few arrays of numbers, and no step waits for the one before it, as following lists
//! of children would.

/// Orders of the rows; all but `order` by row.
#[derive(Clone, Debug, Default)]
pub struct Shape {
    /// Rows, parents before their children, siblings in the order of their rows.
    pub order: Vec<u32>,
    /// Where a row stands in `order`.
    pub at: Vec<u32>,
    /// How far below the top a row is.
    pub depth: Vec<u32>,
    /// How many rows are below.
    pub below: Vec<u32>,
}

impl Shape {
    /// The shape of links to parents, with the rows in an order in which children stand before their parents.
    #[must_use]
    pub fn new(links: &[u32], taken: &[u32]) -> Shape {
        let count = links.len();
        let mut below = vec![0_u32; count];
        for &row in taken {
            let size = below[row as usize] + 1;
            // A link that is no row is beyond the last one, here and in all that follows.
            if let Some(below) = below.get_mut(links[row as usize] as usize) {
                *below += size;
            }
        }
        let (mut at, mut filled) = (vec![0_u32; count], vec![0_u32; count]);
        let mut at_top = 0;
        for ((link, place), below) in links.iter().zip(&mut at).zip(&below) {
            match filled.get_mut(*link as usize) {
                Some(filled) => {
                    *place = *filled + 1;
                    *filled += below + 1;
                }
                None => {
                    *place = at_top;
                    at_top += below + 1;
                }
            }
        }
        let (mut order, mut depth) = (filled, vec![0_u32; count]);
        for &row in taken.iter().rev() {
            let link = links[row as usize] as usize;
            if let Some(&above) = at.get(link) {
                at[row as usize] += above;
                depth[row as usize] = depth[link] + 1;
            }
            order[at[row as usize] as usize] = row;
        }
        Shape { order, at, depth, below }
    }

    /// Brings a row, and all below it, to a place of the order, and to the depth that goes with its parent.
    pub fn carry(&mut self, (start, end): (usize, usize), parent: Option<u32>, target: usize) {
        let old_depth = self.depth[self.order[start] as usize];
        let new_depth = parent.map_or(0, |parent| self.depth[parent as usize] + 1);
        for &row in &self.order[start..end] {
            let depth = &mut self.depth[row as usize];
            *depth = *depth - old_depth + new_depth;
        }
        let carried = self.order[start..end].to_vec();
        let changed = if target <= start {
            self.order.copy_within(target..start, target + carried.len());
            self.order[target..][..carried.len()].copy_from_slice(&carried);
            target..end
        } else {
            // Before the row itself and before what follows it is the same place.
            let target = target.max(end);
            self.order.copy_within(end..target, start);
            self.order[..target][target - carried.len()..].copy_from_slice(&carried);
            start..target
        };
        for (at, &row) in (0_u32..).zip(&self.order).skip(changed.start).take(changed.len()) {
            self.at[row as usize] = at;
        }
    }
}
