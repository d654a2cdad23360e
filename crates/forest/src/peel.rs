//! Peel: leaves are taken off until none is left; what stays then are the members of cycles.
//!
//! The order that comes of it, children before their parents, is all that a roll-up needs.

use crate::CYCLE;

/// Rows in an order in which children stand before their parents; members of cycles stand last.
#[derive(Clone, Debug, Default)]
pub struct Peeled {
    /// The rows.
    pub taken: Vec<u32>,
    /// The members of each cycle, child → parent, from the first row.
    pub cycles: Vec<Vec<u32>>,
}

/// Takes the rows off. `waiting` is how many children each row has. The links of members of cycles become the cycle's
/// number, [`CYCLE`] less 0, 1, 2 ….
#[must_use]
pub fn peel(links: &mut [u32], mut waiting: Vec<u32>) -> Peeled {
    let count = links.len();
    // One row more, which is above all that have no parent and never without children: no step below has to ask. A
    // branch that half of the rows take is the most expensive thing here.
    waiting.push(u32::MAX);
    let mut taken = vec![0_u32; count + 1];
    let mut end = 0;
    for (row, waiting) in (0_u32..).zip(&waiting) {
        taken[end] = row;
        end += usize::from(*waiting == 0);
    }
    let mut at = 0;
    while at < end {
        let above = links[taken[at] as usize].min(u32::try_from(count).unwrap_or(u32::MAX));
        let children = &mut waiting[above as usize];
        *children -= 1;
        taken[end] = above;
        end += usize::from(*children == 0);
        at += 1;
    }
    taken.truncate(end);
    let cycles = if end < count { take_cycles(links, &mut waiting, &mut taken) } else { Vec::new() };
    Peeled { taken, cycles }
}

/// Takes the members of cycles, which are all that still wait for children.
fn take_cycles(links: &mut [u32], waiting: &mut [u32], taken: &mut Vec<u32>) -> Vec<Vec<u32>> {
    let (mut cycles, mut number) = (Vec::new(), 0);
    for first in (0_u32..).take(links.len()) {
        let mut members = Vec::new();
        let mut row = first;
        while waiting[row as usize] != 0 {
            waiting[row as usize] = 0;
            members.push(row);
            row = links[row as usize];
        }
        if members.is_empty() {
            continue;
        }
        members.iter().for_each(|row| links[*row as usize] = CYCLE - number);
        number += 1;
        taken.extend(&members);
        cycles.push(members);
    }
    cycles
}
