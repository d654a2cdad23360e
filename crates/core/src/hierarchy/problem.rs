//! Problem: what is wrong with a forest, with the companies concerned.

use serde::Serialize;

use super::{Hierarchy, OWN_COMPANY, Place};

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
    /// The tenant's own company below another.
    OwnCompany,
    /// A second row with the same id.
    Duplicate,
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
    /// What is wrong, cycles first, the rest in the order of the forest. `levels` is how many levels are allowed,
    /// `u32::MAX` for any; `active` says by row which companies are active, an empty slice that it is not known.
    #[must_use]
    pub fn problems(&self, levels: u32, active: &[bool]) -> Vec<Problem> {
        let mut problems: Vec<Problem> = self.cycles().iter().map(|members| self.cycle(members)).collect();
        for &row in self.order() {
            let number = row;
            let row = row as usize;
            let id = self.ids[row];
            let mut tell = |kind, ids, message| problems.push(Problem { kind, ids, message });
            if self.row(id) != Some(number) {
                let message = format!("company {id} is there twice; the first row has its children");
                tell(ProblemKind::Duplicate, vec![id], message);
            }
            if self.place(row) == Place::Orphan {
                let message = format!("the parent of company {id} does not exist or cannot be read");
                tell(ProblemKind::Orphan, vec![id], message);
            }
            if id == OWN_COMPANY && self.place(row) != Place::Top {
                let message = "your own company (id 0) has a parent".to_owned();
                tell(ProblemKind::OwnCompany, vec![id], message);
            }
            if self.depth()[row] >= levels {
                let level = self.depth()[row] + 1;
                let message = format!("company {id} is on level {level}; {}", allowed(levels));
                tell(ProblemKind::Depth, vec![id], message);
            }
            if let Some(parent) = self.parent(row).map(|parent| parent as usize)
                && active.get(row) == Some(&true)
                && active.get(parent) == Some(&false)
            {
                let message = format!("company {id} is active, its parent {} is not", self.ids[parent]);
                tell(ProblemKind::InactiveParent, vec![id, self.ids[parent]], message);
            }
        }
        problems
    }

    fn cycle(&self, members: &[u32]) -> Problem {
        let ids: Vec<i64> = members.iter().map(|&row| self.ids[row as usize]).collect();
        if let [id] = ids.as_slice() {
            return Problem { kind: ProblemKind::SelfParent, message: format!("company {id} is its own parent"), ids };
        }
        let path: Vec<_> = ids.iter().chain(ids.first()).map(i64::to_string).collect();
        let message = format!("companies are each other's parents: {}", path.join(" → "));
        Problem { kind: ProblemKind::Cycle, message, ids }
    }
}

/// The rule of levels, in words.
pub(super) fn allowed(levels: u32) -> String {
    if levels == super::LEVELS_IN_AUTOTASK {
        format!("Autotask's screens allow {levels}")
    } else {
        format!("at most {levels} are wanted")
    }
}
