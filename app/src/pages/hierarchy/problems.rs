//! Problems: what is wrong with the trees, in words that name companies. Pure.

use autotask_core::hierarchy::{LEVELS_IN_AUTOTASK, Problem, ProblemKind};
use autotask_core::order::sort_by_key;

use crate::{
    components::{icon::Icon, tone::Tone},
    store::hierarchy::Forest,
};

/// Something wrong, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What sort it is.
    pub kind: Kind,
    /// What is wrong, by name.
    pub text: String,
    /// The company to go to.
    pub id: i64,
}

/// The sorts of findings, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Companies that are each other's parents, or their own.
    Cycle,
    /// A parent that is not there.
    MissingParent,
    /// An active company below an inactive one.
    InactiveParent,
    /// The tenant's own company below another.
    OwnCompany,
    /// Deeper than Autotask's screens allow.
    TooDeep,
}

impl Kind {
    /// What it is called.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Cycle => "Cycle",
            Self::MissingParent => "Missing parent",
            Self::InactiveParent => "Inactive parent",
            Self::OwnCompany => "Your company",
            Self::TooDeep => "Too deep",
        }
    }

    /// What so many of them are, after their number.
    pub const fn summary(self) -> &'static str {
        match self {
            Self::Cycle => "circles of companies that are each other’s parents",
            Self::MissingParent => "companies name a parent that is gone or that you cannot read",
            Self::InactiveParent => "active companies stand below an inactive one",
            Self::OwnCompany => "place where your own company stands below another",
            Self::TooDeep => "companies are on level 3 or deeper; Autotask’s own screens show 2",
        }
    }

    /// How bad it is.
    pub const fn tone(self) -> Tone {
        match self {
            Self::Cycle | Self::MissingParent => Tone::Danger,
            Self::InactiveParent | Self::OwnCompany | Self::TooDeep => Tone::Warning,
        }
    }

    /// Its icon.
    pub const fn icon(self) -> Icon {
        match self {
            Self::Cycle | Self::MissingParent => Icon::Alert,
            Self::InactiveParent | Self::OwnCompany | Self::TooDeep => Icon::Warning,
        }
    }
}

/// All findings, the worst first. While companies are missing, a missing parent is no finding.
pub fn findings(forest: &Forest) -> Vec<Finding> {
    let active: Vec<bool> = forest.companies.iter().map(|company| company.is_active).collect();
    let problems = forest.hierarchy.problems(LEVELS_IN_AUTOTASK, &active);
    let mut findings: Vec<Finding> = problems.iter().filter_map(|problem| finding(forest, problem)).collect();
    sort_by_key(&mut findings, |finding| finding.kind);
    findings
}

fn finding(forest: &Forest, problem: &Problem) -> Option<Finding> {
    let id = *problem.ids.first()?;
    let name = forest.name(id);
    let (kind, text) = match problem.kind {
        ProblemKind::SelfParent => (Kind::Cycle, [&name, " is its own parent"].concat()),
        ProblemKind::Cycle => {
            let path: Vec<String> = problem.ids.iter().chain([&id]).map(|id| forest.name(*id)).collect();
            (Kind::Cycle, path.join(" → "))
        }
        ProblemKind::Orphan if !forest.is_complete => return None,
        ProblemKind::Orphan => {
            let parent = forest.row(id).and_then(|row| forest.companies[row].parent).unwrap_or_default();
            let words = [" names parent ", &parent.to_string(), ", which is gone or which you cannot read"].concat();
            (Kind::MissingParent, [name, words].concat())
        }
        ProblemKind::InactiveParent => {
            let parent = forest.name(*problem.ids.get(1)?);
            (Kind::InactiveParent, [&name, " is active, its parent ", &parent, " is not"].concat())
        }
        ProblemKind::OwnCompany => {
            (Kind::OwnCompany, [&name, " is your own company and cannot have a parent"].concat())
        }
        // Two answers can name one company when it is written to between the pages.
        ProblemKind::Duplicate => return None,
        ProblemKind::Depth => {
            let level = forest.row(id).map_or(0, |row| forest.level(row));
            let words = [" is on level ", &level.to_string(), "; Autotask’s own screens show 2"].concat();
            (Kind::TooDeep, [name, words].concat())
        }
    };
    Some(Finding { kind, text, id })
}

#[cfg(test)]
mod tests {
    use super::{Kind, findings};
    use crate::store::hierarchy::test_forest as forest;

    #[test]
    fn findings_name_companies_and_the_worst_come_first() {
        let forest = forest(&[
            (1, "Top", None),
            (2, "Middle", Some(1)),
            (3, "Deep", Some(2)),
            (4, "Lost", Some(99)),
            (5, "North", Some(6)),
            (6, "South", Some(5)),
            (7, "Self", Some(7)),
        ]);
        let found: Vec<_> = findings(&forest).into_iter().map(|one| (one.kind, one.text, one.id)).collect();
        assert_eq!(
            found,
            [
                (Kind::Cycle, "North → South → North".to_owned(), 5),
                (Kind::Cycle, "Self is its own parent".to_owned(), 7),
                (Kind::MissingParent, "Lost names parent 99, which is gone or which you cannot read".to_owned(), 4),
                (Kind::TooDeep, "Deep is on level 3; Autotask’s own screens show 2".to_owned(), 3),
            ]
        );
    }
}
