//! The rows that are drawn, used again and again: a row that scrolls out at one end comes back at the other with
//! new content. That costs a tenth of making rows anew, in script and in style recalculation.
//!
//! A moment after the scrolling the rows stand in the page in the order of their lines, as assistive technology
//! reads them. The row with the focus is never moved, so the focus stays in it.

use autotask_core::order::sort_by_key;
use std::{collections::BTreeSet, time::Duration};

use leptos::{html, leptos_dom::helpers::TimeoutHandle, prelude::*, reactive::owner::WeakOwner};
use web_sys::Node;

/// How long nothing must change before the rows are put in the order of their lines.
const REST: Duration = Duration::from_millis(120);

/// One drawn row.
#[derive(Clone, Copy)]
pub(super) struct Slot {
    /// Its place in the pool.
    pub id: usize,
    /// The line it shows; 0 while it is not needed.
    pub line: RwSignal<usize>,
    /// Its element.
    pub element: NodeRef<html::Div>,
}

/// The pool of one grid.
#[derive(Clone, Copy)]
pub(super) struct RowPool {
    /// All rows ever needed; only grows, to at most as many as were drawn at once.
    pub slots: RwSignal<Vec<Slot>>,
    layer: NodeRef<html::Div>,
    timer: StoredValue<Option<TimeoutHandle>>,
    /// Signals of slots must outlive the effect that makes them. Weak, since the owner has this value.
    owner: StoredValue<WeakOwner>,
}

impl RowPool {
    /// A pool whose rows stand in `layer`. Call it where the component is made.
    pub(super) fn new(layer: NodeRef<html::Div>) -> Self {
        let owner = Owner::current().expect("a component has an owner");
        let owner = StoredValue::new(owner.downgrade());
        let pool = Self { slots: RwSignal::default(), layer, timer: StoredValue::new(None), owner };
        on_cleanup(move || pool.cancel());
        pool
    }

    /// Shows exactly these lines, which are in ascending order.
    pub(super) fn show(&self, lines: &[usize]) {
        let mut slots = self.slots.get_untracked();
        let mut is_shown = vec![false; lines.len()];
        let mut free = Vec::new();
        for slot in &slots {
            match lines.binary_search(&slot.line.get_untracked()) {
                Ok(index) => is_shown[index] = true,
                Err(_) => free.push(*slot),
            }
        }
        let mut missing = lines.iter().zip(is_shown).filter(|(_, is_shown)| !is_shown).map(|(line, _)| *line);
        for slot in free {
            let line = missing.next().unwrap_or(0);
            if let (Some(element), Some(layer)) = (slot.element.get_untracked(), self.layer.get_untracked()) {
                if line == 0 {
                    element.remove();
                } else if element.parent_node().is_none() {
                    // Fails only for a node that cannot have children.
                    let _ = layer.append_child(&element);
                }
            }
            if line != slot.line.get_untracked() {
                slot.line.set(line);
            }
        }
        let known = slots.len();
        for line in missing {
            let Some(owner) = self.owner.try_get_value().and_then(|owner| owner.upgrade()) else { return };
            slots.push(owner.with(|| Slot { id: slots.len(), line: RwSignal::new(line), element: NodeRef::new() }));
        }
        if slots.len() > known {
            self.slots.set(slots);
        }
        self.place_later();
    }

    /// Puts the rows in order as soon as nothing has changed for a moment. Moving a row in the page costs the
    /// recalculation of all its styles, and while it scrolls nobody reads the order.
    pub(super) fn place_later(&self) {
        self.cancel();
        let pool = *self;
        self.timer.set_value(set_timeout_with_handle(move || pool.place(), REST).ok());
    }

    /// To be called when the grid goes.
    pub(super) fn cancel(&self) {
        if let Some(timer) = self.timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    }

    fn place(&self) {
        let Some(layer) = self.layer.try_get_untracked().flatten() else { return };
        let mut shown: Vec<(usize, Slot)> = self.slots.with_untracked(|slots| {
            slots.iter().map(|slot| (slot.line.get_untracked(), *slot)).filter(|(line, _)| *line > 0).collect()
        });
        // Out of the page first what stands in the wrong order: then the rows that stay are neighbours.
        let stays = rows_that_stay(&self.in_page_order(&layer), self.focused_line());
        for (line, slot) in &shown {
            if let (false, Some(element)) = (stays.contains(line), slot.element.get_untracked()) {
                element.remove();
            }
        }
        sort_by_key(&mut shown, |(line, _)| std::cmp::Reverse(*line));
        // The framework's marker, where it draws new rows, goes to the front: behind the rows it would be the
        // neighbour of another one each time.
        if let Some(marker) = layer.last_child().filter(|last| last.node_type() != Node::ELEMENT_NODE) {
            let _ = layer.insert_before(&marker, layer.first_child().as_ref());
        }
        let mut next: Option<Node> = None;
        for (_, slot) in shown {
            let Some(element) = slot.element.get_untracked() else { continue };
            let node: &Node = &element;
            let is_in_place = node.parent_node().as_ref() == Some(&layer) && node.next_sibling() == next;
            if !is_in_place {
                // Fails only where `next` is no child of the layer, and it always is.
                let _ = layer.insert_before(node, next.as_ref());
            }
            next = Some(node.clone());
        }
    }

    /// The lines in the order in which their elements stand.
    fn in_page_order(&self, layer: &web_sys::Element) -> Vec<usize> {
        let children = layer.children();
        let line = |index| children.item(index)?.get_attribute("data-line")?.parse().ok();
        (0..children.length()).filter_map(line).filter(|line| *line > 0).collect()
    }

    /// The line that has the focus within.
    fn focused_line(&self) -> Option<usize> {
        let focused = document().active_element()?;
        self.slots.with_untracked(|slots| {
            let slot =
                slots.iter().find(|slot| slot.element.get_untracked().is_some_and(|row| row.contains(Some(&focused))));
            slot.map(|slot| slot.line.get_untracked())
        })
    }
}

/// The longest ascending part of `lines`, so that the fewest rows move; the focused line is always in it, since an
/// element that moves loses the focus.
fn rows_that_stay(lines: &[usize], focused: Option<usize>) -> BTreeSet<usize> {
    let focused_at = focused.and_then(|focused| lines.iter().position(|line| *line == focused));
    let agrees = |(index, line): (usize, usize)| match (focused_at, focused) {
        (Some(at), Some(focused)) => index == at || (index < at) == (line < focused),
        _ => true,
    };
    let lines: Vec<usize> =
        lines.iter().copied().enumerate().filter(|one| agrees(*one)).map(|(_, line)| line).collect();
    // For each length the index of the smallest line that ends such a part, and for each line its predecessor.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(lines.len());
    for (index, line) in lines.iter().enumerate() {
        let length = ends.partition_point(|end| lines[*end] < *line);
        before.push(length.checked_sub(1).map(|length| ends[length]));
        if length == ends.len() {
            ends.push(index);
        } else {
            ends[length] = index;
        }
    }
    std::iter::successors(ends.last().copied(), |index| before[*index]).map(|index| lines[index]).collect()
}

#[cfg(test)]
mod tests {
    use super::rows_that_stay;

    fn stays(lines: &[usize], focused: Option<usize>) -> Vec<usize> {
        rows_that_stay(lines, focused).into_iter().collect()
    }

    #[test]
    fn after_a_scroll_only_the_recycled_rows_move() {
        assert_eq!(stays(&[9, 10, 3, 4, 5, 6, 7, 8], None), [3, 4, 5, 6, 7, 8]);
        assert_eq!(stays(&[3, 4, 5, 6, 1, 2], None), [3, 4, 5, 6]);
        assert_eq!(stays(&[1, 2, 3], None), [1, 2, 3]);
        assert!(stays(&[], None).is_empty());
    }

    #[test]
    fn the_focused_row_never_moves() {
        assert_eq!(stays(&[9, 10, 3, 4, 5, 6, 7, 8], Some(9)), [9, 10]);
        assert_eq!(stays(&[50, 51, 2, 52, 53], Some(2)), [2, 52, 53]);
    }
}
