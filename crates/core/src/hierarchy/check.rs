//! Check: whether a company may get another parent, why not, and what would change.

use serde::{Serialize, Serializer};

use super::{Fold, Hierarchy, Measure, OWN_COMPANY, Place, problem};
use crate::issue::Issue;

/// Most companies of each of the two ways to the top whose roll-ups are told; the nearest ones.
const CHANGES_MAX: usize = 100;

/// What a move is held against.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    /// How many levels are wanted, `u32::MAX` for any number: deeper ones are a warning.
    pub levels: u32,
    /// Which companies are active, by row; empty where it is not known.
    pub active: &'a [bool],
}

/// The answer to a question for a move.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct MoveCheck {
    /// Whether nothing forbids it.
    pub ok: bool,
    /// What forbids it, what speaks against it.
    pub issues: Vec<Issue>,
    /// What it would change.
    pub impact: Impact,
}

/// What a move changes.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Impact {
    /// How many companies move: this one and all below it.
    pub companies: u32,
    /// Where it stands; absent for a company that is not there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Standing>,
    /// Where it would stand; absent for a move that is refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Standing>,
    /// The companies whose roll-ups change, from the old parent upwards, then from the new one; at most 100 each.
    pub roll_ups: Vec<RollUpChange>,
}

/// A place in the forest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// The ids from the top down to the company.
    pub path: Vec<i64>,
    /// The company's level, 1 at the top.
    pub level: u32,
    /// The deepest level that it or anything below it has.
    pub deepest: u32,
}

/// How the roll-ups of one company change, before and after.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RollUpChange {
    /// The company.
    pub id: i64,
    /// How many companies its tree has, itself included.
    pub companies: [u32; 2],
    /// The sums that differ, by measure.
    #[serde(serialize_with = "as_object")]
    pub sums: Vec<(String, [f64; 2])>,
    /// The maxima that differ, by measure; none where there is no number.
    #[serde(serialize_with = "as_object")]
    pub maxima: Vec<(String, [Option<f64>; 2])>,
}

impl Hierarchy {
    /// Whether a company may become a child of another, or with `None` stand at the top, and what that changes.
    ///
    /// Refused: companies that are not there, the own company as a child, a company below itself. Warnings: a level
    /// beyond the rule, an inactive parent. A parent that it has already is a notice.
    #[must_use]
    pub fn check_move(
        &self,
        id: i64,
        parent: Option<i64>,
        rules: &Rules<'_>,
        measures: &mut [(String, Measure)],
    ) -> MoveCheck {
        let Some(row) = self.row(id) else {
            return MoveCheck { ok: false, issues: vec![unknown(id)], impact: Impact::default() };
        };
        let (size, height) = self.size_and_height(row);
        let before = self.standing(row, self.parent(row as usize), height);
        let mut impact = Impact { companies: size, before: Some(before), ..Impact::default() };
        let above = match self.new_parent(row, parent) {
            Ok(above) => above,
            Err(issue) => return MoveCheck { ok: false, issues: vec![issue], impact },
        };
        let is_same = match self.place(row as usize) {
            Place::Top | Place::Child => above == self.parent(row as usize),
            Place::Orphan | Place::Cycle(_) => false,
        };
        let after = self.standing(row, above, height);
        let mut issues = Vec::new();
        let mut tell = |issue: Issue| issues.push(issue.at("parentCompanyID"));
        if is_same {
            let message = parent.map_or_else(
                || format!("company {id} stands at the top already"),
                |parent| format!("company {id} is below company {parent} already"),
            );
            tell(Issue::notice("hierarchy.same_parent", message));
        } else {
            impact.roll_ups = self.changes(row, above, size, measures);
        }
        if after.deepest > rules.levels {
            let which = if size == 1 { format!("company {id}") } else { format!("company {id} or one below it") };
            let message = format!("{which} would be on level {}; {}", after.deepest, problem::allowed(rules.levels));
            tell(Issue::warning("hierarchy.depth", message));
        }
        let is = |row: Option<u32>, state| row.is_some_and(|row| rules.active.get(row as usize) == Some(&state));
        if is(Some(row), true) && is(above, false) {
            let message = format!("company {id} is active, company {} is not", parent.unwrap_or_default());
            tell(Issue::warning("hierarchy.inactive_parent", message));
        }
        impact.after = Some(after);
        MoveCheck { ok: true, issues, impact }
    }

    /// The row that would be above, unless that is forbidden.
    fn new_parent(&self, row: u32, parent: Option<i64>) -> Result<Option<u32>, Issue> {
        let error = |code, message: String| Err(Issue::error(code, message).at("parentCompanyID"));
        let id = self.ids[row as usize];
        let Some(parent) = parent else { return Ok(None) };
        let Some(above) = self.row(parent) else { return Err(unknown(parent)) };
        if id == OWN_COMPANY {
            return error("hierarchy.own_company", "your own company (id 0) cannot have a parent".to_owned());
        }
        if row == above {
            return error("hierarchy.self", "a company cannot be its own parent".to_owned());
        }
        // Within a cycle every member, and all that hangs below one, is below every other.
        let root = self.above(above as usize).last().unwrap_or(above);
        let is_cycle = match (self.place(row as usize), self.place(root as usize)) {
            (Place::Cycle(one), Place::Cycle(other)) => one == other,
            _ => self.is_above(row, above),
        };
        if is_cycle {
            return error("hierarchy.cycle", format!("company {parent} is below company {id}"));
        }
        Ok(Some(above))
    }

    /// How many companies move along, this one included, and how many levels they take below it. Whoever takes a
    /// company out of a cycle takes the other members along: each stands below the next.
    fn size_and_height(&self, row: u32) -> (u32, u32) {
        let own = |row: u32| {
            let (start, end) = self.block(row as usize);
            let depths = self.shape().order[start..end].iter().map(|row| self.shape().depth[*row as usize]);
            (self.shape().below[row as usize] + 1, depths.max().unwrap_or(0) - self.shape().depth[row as usize])
        };
        let Place::Cycle(number) = self.place(row as usize) else { return own(row) };
        let members = &self.cycles()[number as usize];
        let at = members.iter().position(|member| *member == row).unwrap_or(0);
        // From the company down: each member's child is the one before it.
        let down = members[..=at].iter().rev().chain(members[at + 1..].iter().rev());
        down.zip(0_u32..)
            .map(|(member, level)| (own(*member), level))
            .fold((0, 0), |(size, height), (own, level)| (size + own.0, height.max(level + own.1)))
    }

    fn standing(&self, row: u32, above: Option<u32>, height: u32) -> Standing {
        let mut path = vec![self.ids[row as usize]];
        if let Some(above) = above {
            path.push(self.ids[above as usize]);
            path.extend(self.above(above as usize).map(|row| self.ids[row as usize]));
        }
        path.reverse();
        let level = above.map_or(0, |above| self.shape().depth[above as usize] + 1) + 1;
        Standing { path, level, deepest: level + height }
    }

    /// What changes above the old and above the new place. Who is above both keeps its roll-ups.
    fn changes(
        &self,
        row: u32,
        above: Option<u32>,
        size: u32,
        measures: &mut [(String, Measure)],
    ) -> Vec<RollUpChange> {
        let old: Vec<u32> = self.above(row as usize).collect();
        let new: Vec<u32> =
            above.into_iter().chain(above.into_iter().flat_map(|row| self.above(row as usize))).collect();
        let shared = old.iter().rev().zip(new.iter().rev()).take_while(|(one, other)| one == other).count();
        let left = &old[..(old.len() - shared).min(CHANGES_MAX)];
        let joined = &new[..(new.len() - shared).min(CHANGES_MAX)];
        let mut changes: Vec<RollUpChange> = Vec::new();
        for (row, sign) in left.iter().map(|row| (*row, -1_i64)).chain(joined.iter().map(|row| (*row, 1))) {
            let now = self.shape().below[row as usize] + 1;
            let then = u32::try_from(i64::from(now) + sign * i64::from(size)).unwrap_or(now);
            let id = self.ids[row as usize];
            changes.push(RollUpChange { id, companies: [now, then], sums: Vec::new(), maxima: Vec::new() });
        }
        for (name, measure) in measures {
            for fold in [Fold::Sum, Fold::Max] {
                let values = self.values(row, fold, measure, (left, joined));
                for (change, [now, then]) in changes.iter_mut().zip(values) {
                    let some = |value: f64| Some(value).filter(|value| !value.is_nan());
                    if some(now) == some(then) {
                        continue;
                    }
                    match fold {
                        Fold::Max => change.maxima.push((name.clone(), [some(now), some(then)])),
                        Fold::Sum | Fold::Count => change.sums.push((name.clone(), [now, then])),
                    }
                }
            }
        }
        changes
    }

    /// One roll-up of those that the row leaves and those that it joins, before and after.
    fn values(&self, row: u32, fold: Fold, measure: &mut Measure, (left, joined): (&[u32], &[u32])) -> Vec<[f64; 2]> {
        let rolled = measure.roll_up(self, fold);
        let mut moving = rolled[row as usize];
        if let Place::Cycle(number) = self.place(row as usize) {
            let others = self.cycles()[number as usize].iter().filter(|member| **member != row);
            moving = others.fold(moving, |all, member| fold.join(all, rolled[*member as usize]));
        }
        let now: Vec<f64> = left.iter().chain(joined).map(|row| rolled[*row as usize]).collect();
        let mut values = Vec::with_capacity(now.len());
        // Nothing can be taken out of a maximum, and out of a sum of fractions not exactly: folded anew without it.
        let (mut child, mut without) = (row, None);
        for (above, now) in left.iter().zip(&now) {
            let rest = measure.fold_row(self, fold, *above as usize, |other| other != child);
            let then = without.map_or(rest, |without| fold.join(rest, without));
            values.push([*now, then]);
            (child, without) = (*above, Some(then));
        }
        values.extend(now[left.len()..].iter().map(|now| [*now, fold.join(*now, moving)]));
        values
    }
}

fn unknown(id: i64) -> Issue {
    Issue::error("hierarchy.unknown", format!("company {id} is not among the rows")).at("parentCompanyID")
}

fn as_object<T: Serialize, S: Serializer>(members: &[(String, T)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(members.iter().map(|(name, value)| (name, value)))
}
