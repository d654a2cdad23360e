//! Hierarchy: a forest from (id, parent). Cycles and missing parents are found, and no row is ever dropped.
//!
//! Nothing here recurses: a chain of a million companies is as good as a star.

use std::collections::HashMap;

use serde::Serialize;

use crate::issue::Issue;

/// Levels that Autotask's own screens allow: a parent and its subs.
pub const LEVELS_IN_AUTOTASK: u32 = 2;

/// Companies as a forest. Rows are numbered as they were given; siblings stay in that order.
#[derive(Clone, Debug)]
pub struct Hierarchy {
    ids: Vec<i64>,
    row_of: HashMap<i64, u32>,
    /// The parent's row; none for a top-level row, a member of a cycle, and one whose parent is missing.
    parent: Vec<Option<u32>>,
    place: Vec<Place>,
    order: Vec<u32>,
    depth: Vec<u32>,
    descendants: Vec<u32>,
    cycles: Vec<Vec<u32>>,
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

/// What is wrong with a forest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum ProblemKind {
    /// Companies that are each other's ancestors.
    Cycle,
    /// A parent that is not there.
    Orphan,
    /// A company that is its own parent.
    #[serde(rename = "self")]
    SelfParent,
    /// Deeper than Autotask's screens allow.
    Depth,
    /// An active company below an inactive one.
    InactiveParent,
}

/// Something wrong, with the companies concerned.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Problem {
    /// What sort it is.
    pub kind: ProblemKind,
    /// The companies concerned; of a cycle all members, in the order child → parent.
    pub ids: Vec<i64>,
    /// In words.
    pub message: String,
}

impl Hierarchy {
    /// Builds the forest; `ids` and `parents` have one entry a row. Of two rows with one id the first has the
    /// children. Linear in the number of rows.
    #[must_use]
    pub fn new(ids: &[i64], parents: &[Option<i64>]) -> Hierarchy {
        let count = ids.len().min(parents.len());
        let ids = ids[..count].to_vec();
        let mut row_of = HashMap::with_capacity(count);
        for (row, id) in (0_u32..).zip(&ids) {
            row_of.entry(*id).or_insert(row);
        }
        let linked: Vec<Option<u32>> =
            parents[..count].iter().map(|p| p.and_then(|id| row_of.get(&id).copied())).collect();
        let cycles = cycles(&linked);
        let mut place: Vec<Place> = (0..count)
            .map(|row| match (linked[row], parents[row]) {
                (Some(_), _) => Place::Child,
                (None, Some(_)) => Place::Orphan,
                (None, None) => Place::Top,
            })
            .collect();
        for (number, members) in (0_u32..).zip(&cycles) {
            for &row in members {
                place[row as usize] = Place::Cycle(number);
            }
        }
        let parent = linked.into_iter().zip(&place).map(|(p, place)| p.filter(|_| *place == Place::Child)).collect();
        let mut forest = Hierarchy {
            ids,
            row_of,
            parent,
            place,
            order: Vec::new(),
            depth: vec![0; count],
            descendants: vec![0; count],
            cycles,
        };
        forest.walk();
        forest
    }

    /// Fills order, depth and descendants from the parents.
    fn walk(&mut self) {
        let count = self.ids.len();
        // First child and next sibling, kept in the order of the rows.
        let (mut first, mut next) = (vec![u32::MAX; count], vec![u32::MAX; count]);
        let mut stack = Vec::new();
        for row in (0..count).rev() {
            let number = u32::try_from(row).unwrap_or(u32::MAX);
            match self.parent[row] {
                Some(parent) => {
                    next[row] = first[parent as usize];
                    first[parent as usize] = number;
                }
                None => stack.push(number),
            }
        }
        self.order.reserve(count);
        while let Some(row) = stack.pop() {
            self.order.push(row);
            let mut children = Vec::new();
            let mut child = first[row as usize];
            while child != u32::MAX {
                self.depth[child as usize] = self.depth[row as usize] + 1;
                children.push(child);
                child = next[child as usize];
            }
            stack.extend(children.into_iter().rev());
        }
        for &row in self.order.iter().rev() {
            if let Some(parent) = self.parent[row as usize] {
                self.descendants[parent as usize] += self.descendants[row as usize] + 1;
            }
        }
    }

    /// The ids, by row.
    #[must_use]
    pub fn ids(&self) -> &[i64] {
        &self.ids
    }

    /// The row of an id.
    #[must_use]
    pub fn row(&self, id: i64) -> Option<u32> {
        self.row_of.get(&id).copied()
    }

    /// Every row once, parents before their children, a subtree without interruption.
    #[must_use]
    pub fn order(&self) -> &[u32] {
        &self.order
    }

    /// How far below the top, by row; 0 at the top. Orphans and members of a cycle count as top.
    #[must_use]
    pub fn depth(&self) -> &[u32] {
        &self.depth
    }

    /// The parent's row, by row.
    #[must_use]
    pub fn parents(&self) -> &[Option<u32>] {
        &self.parent
    }

    /// Why each row stands where it stands.
    #[must_use]
    pub fn places(&self) -> &[Place] {
        &self.place
    }

    /// How many rows are below each row.
    #[must_use]
    pub fn descendants(&self) -> &[u32] {
        &self.descendants
    }

    /// The members of each cycle, child → parent.
    #[must_use]
    pub fn cycles(&self) -> &[Vec<u32>] {
        &self.cycles
    }

    /// For a measure by row, its sum over each row and all rows below it. A member of a cycle counts only what
    /// hangs below it outside of the cycle.
    #[must_use]
    pub fn subtree(&self, own: &[f64]) -> Vec<f64> {
        let mut sums: Vec<f64> =
            (0..self.ids.len()).map(|row| own.get(row).copied().filter(|v| !v.is_nan()).unwrap_or(0.0)).collect();
        for &row in self.order.iter().rev() {
            if let Some(parent) = self.parent[row as usize] {
                sums[parent as usize] += sums[row as usize];
            }
        }
        sums
    }

    /// What is wrong. `levels` is how many levels are allowed; `active` says by row which companies are active,
    /// an empty slice that it is not known.
    #[must_use]
    pub fn problems(&self, levels: u32, active: &[bool]) -> Vec<Problem> {
        let mut problems = Vec::new();
        for cycle in &self.cycles {
            let ids: Vec<i64> = cycle.iter().map(|&row| self.ids[row as usize]).collect();
            let problem = if let [id] = ids.as_slice() {
                Problem { kind: ProblemKind::SelfParent, message: format!("company {id} is its own parent"), ids }
            } else {
                let path: Vec<_> = ids.iter().chain(ids.first()).map(i64::to_string).collect();
                Problem {
                    kind: ProblemKind::Cycle,
                    message: format!("companies are each other's parents: {}", path.join(" → ")),
                    ids,
                }
            };
            problems.push(problem);
        }
        for &row in &self.order {
            let row = row as usize;
            let id = self.ids[row];
            if self.place[row] == Place::Orphan {
                problems.push(Problem {
                    kind: ProblemKind::Orphan,
                    ids: vec![id],
                    message: format!("the parent of company {id} does not exist or cannot be read"),
                });
            }
            if self.depth[row] >= levels {
                problems.push(Problem {
                    kind: ProblemKind::Depth,
                    ids: vec![id],
                    message: format!(
                        "company {id} is on level {}; Autotask's screens allow {levels}",
                        self.depth[row] + 1
                    ),
                });
            }
            if let Some(parent) = self.parent[row].map(|p| p as usize)
                && active.get(row) == Some(&true)
                && active.get(parent) == Some(&false)
            {
                problems.push(Problem {
                    kind: ProblemKind::InactiveParent,
                    ids: vec![id, self.ids[parent]],
                    message: format!("company {id} is active, its parent {} is not", self.ids[parent]),
                });
            }
        }
        problems
    }

    /// Whether a company may become a child of another, or with `None` stand at the top.
    #[must_use]
    pub fn can_move(&self, id: i64, parent: Option<i64>) -> Vec<Issue> {
        let error = |code, message: String| vec![Issue::error(code, message).at("parentCompanyID")];
        let Some(row) = self.row(id) else {
            return error("hierarchy.unknown", format!("company {id} is not among the rows"));
        };
        let Some(parent) = parent else { return Vec::new() };
        let Some(mut above) = self.row(parent) else {
            return error("hierarchy.unknown", format!("company {parent} is not among the rows"));
        };
        if id == 0 {
            return error("hierarchy.own_company", "your own company (id 0) cannot have a parent".to_owned());
        }
        if row == above {
            return error("hierarchy.self", "a company cannot be its own parent".to_owned());
        }
        // Within a cycle every member is above every other.
        if let (Place::Cycle(a), Place::Cycle(b)) = (self.place[row as usize], self.place[above as usize])
            && a == b
        {
            return error("hierarchy.cycle", format!("company {parent} is below company {id}"));
        }
        while let Some(up) = self.parent[above as usize] {
            if up == row {
                return error("hierarchy.cycle", format!("company {parent} is below company {id}"));
            }
            above = up;
        }
        Vec::new()
    }
}

/// The members of every cycle, each child → parent.
fn cycles(parent: &[Option<u32>]) -> Vec<Vec<u32>> {
    const UNSEEN: u32 = 0;
    let mut seen_in_walk = vec![UNSEEN; parent.len()];
    let mut cycles = Vec::new();
    for (walk, start) in (1_u32..).zip(0..parent.len()) {
        let mut row = start;
        while seen_in_walk[row] == UNSEEN {
            seen_in_walk[row] = walk;
            match parent[row] {
                Some(up) => row = up as usize,
                None => break,
            }
        }
        // Came back to a row of this very walk: everything from there on is a cycle.
        if seen_in_walk[row] == walk && parent[row].is_some() {
            let mut members = Vec::new();
            let mut at = row;
            loop {
                members.push(u32::try_from(at).unwrap_or(u32::MAX));
                match parent[at] {
                    Some(up) if up as usize != row => at = up as usize,
                    _ => break,
                }
            }
            cycles.push(members);
        }
    }
    cycles
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn forest(rows: &[(i64, Option<i64>)]) -> Hierarchy {
        let (ids, parents): (Vec<_>, Vec<_>) = rows.iter().copied().unzip();
        Hierarchy::new(&ids, &parents)
    }

    #[test]
    fn a_tree_with_roll_ups() {
        let h = forest(&[(3, Some(1)), (1, None), (2, Some(1)), (4, Some(3)), (0, None)]);
        assert_eq!(h.order(), [1, 0, 3, 2, 4]);
        assert_eq!(h.depth(), [1, 0, 1, 2, 0]);
        assert_eq!(h.descendants(), [1, 3, 0, 0, 0]);
        assert_eq!(h.subtree(&[1.0, 10.0, 100.0, 1000.0, 5.0]), [1001.0, 1111.0, 100.0, 1000.0, 5.0]);
        assert_eq!(h.problems(3, &[]), []);
    }

    #[test]
    fn cycles_orphans_and_depth_are_found_and_nothing_is_dropped() {
        // 1 → 2 → 3 → 1 with 4 below 2; 5 is its own parent; 6's parent is missing; 7 below 6; 9 → 8 → 7
        let h = forest(&[
            (1, Some(2)),
            (2, Some(3)),
            (3, Some(1)),
            (4, Some(2)),
            (5, Some(5)),
            (6, Some(99)),
            (7, Some(6)),
            (8, Some(7)),
        ]);
        assert_eq!(h.order().len(), 8);
        let kinds: Vec<_> = h.problems(2, &[]).into_iter().map(|p| (p.kind, p.ids)).collect();
        assert_eq!(
            kinds,
            [
                (ProblemKind::Cycle, vec![1, 2, 3]),
                (ProblemKind::SelfParent, vec![5]),
                (ProblemKind::Orphan, vec![6]),
                (ProblemKind::Depth, vec![8]),
            ]
        );
        assert_eq!(h.places()[3], Place::Child);
        assert_eq!(h.depth()[3], 1);
        assert_eq!(h.problems(2, &[])[0].message, "companies are each other's parents: 1 → 2 → 3 → 1");
    }

    #[test]
    fn an_active_company_below_an_inactive_one() {
        let h = forest(&[(1, None), (2, Some(1))]);
        assert_eq!(h.problems(2, &[false, true])[0].kind, ProblemKind::InactiveParent);
    }

    #[test]
    fn moves_that_would_make_a_cycle_are_refused() {
        let h = forest(&[(1, None), (2, Some(1)), (3, Some(2)), (0, None), (7, Some(8)), (8, Some(7))]);
        let code = |id, parent| h.can_move(id, parent).first().map(|i| i.code);
        assert_eq!(code(3, Some(1)), None);
        assert_eq!(code(3, None), None);
        assert_eq!(code(1, Some(3)), Some("hierarchy.cycle"));
        assert_eq!(code(1, Some(1)), Some("hierarchy.self"));
        assert_eq!(code(0, Some(1)), Some("hierarchy.own_company"));
        assert_eq!(code(7, Some(8)), Some("hierarchy.cycle"));
        assert_eq!(code(7, Some(1)), None);
        assert_eq!(code(42, None), Some("hierarchy.unknown"));
    }

    #[test]
    fn a_chain_and_a_cycle_of_a_hundred_thousand_do_not_overflow() {
        let n: i64 = 100_000;
        let ids: Vec<i64> = (0..n).collect();
        let chain: Vec<Option<i64>> = ids.iter().map(|i| (*i > 0).then(|| i - 1)).collect();
        let h = Hierarchy::new(&ids, &chain);
        assert_eq!(h.descendants()[0], 99_999);
        let ring: Vec<Option<i64>> = ids.iter().map(|i| Some((i + 1) % n)).collect();
        assert_eq!(Hierarchy::new(&ids, &ring).cycles()[0].len(), 100_000);
    }

    proptest! {
        #[test]
        fn every_row_stands_once_and_after_its_parent(parents in prop::collection::vec(prop::option::of(0_i64..40), 0..40)) {
            let ids: Vec<i64> = (0..).take(parents.len()).collect();
            let h = Hierarchy::new(&ids, &parents);
            let mut at = vec![usize::MAX; ids.len()];
            for (position, &row) in h.order().iter().enumerate() {
                prop_assert_eq!(at[row as usize], usize::MAX);
                at[row as usize] = position;
            }
            prop_assert!(at.iter().all(|p| *p != usize::MAX));
            for (row, parent) in h.parents().iter().enumerate() {
                if let Some(parent) = parent {
                    prop_assert!(at[*parent as usize] < at[row]);
                }
            }
            // Each row is a member of a cycle exactly when walking up from it comes back to it.
            for row in 0..ids.len() {
                let mut up = parents[row];
                let mut steps = 0;
                while let Some(id) = up.filter(|id| usize::try_from(*id).is_ok_and(|i| i < ids.len()) && steps <= ids.len()) {
                    if id == ids[row] { break; }
                    up = parents[usize::try_from(id).unwrap_or(0)];
                    steps += 1;
                }
                let in_cycle = up == Some(ids[row]);
                prop_assert_eq!(matches!(h.places()[row], Place::Cycle(_)), in_cycle, "row {}", row);
            }
        }
    }
}
