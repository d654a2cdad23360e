//! Forest: the companies as compact rows in order of their names, with the hierarchy over them. Pure.

use autotask_core::{
    Hierarchy, Instant, Record,
    hierarchy::{OWN_COMPANY, Place},
    order::sort_by,
    text::fold,
};

/// The fields that a row is made of.
pub const FIELDS: [&str; 7] =
    ["id", "companyName", "companyType", "isActive", "ownerResourceID", "parentCompanyID", "lastActivityDate"];

/// What the tree shows of a company.
#[derive(Clone, Debug, PartialEq)]
pub struct Company {
    /// The id; 0 is the tenant's own company.
    pub id: i64,
    /// The name.
    pub name: Box<str>,
    /// The name as it is compared.
    pub folded: Box<str>,
    /// The number of its type.
    pub company_type: Option<i64>,
    /// Whether it is active.
    pub is_active: bool,
    /// Who looks after it.
    pub owner: Option<i64>,
    /// The id of its parent.
    pub parent: Option<i64>,
    /// When something last happened.
    pub last_activity: Option<Instant>,
}

impl Company {
    /// Reads a row; `None` for one without an id.
    pub fn read(row: &Record) -> Option<Self> {
        let id = row.id()?;
        let name = row.text("companyName").map(str::trim).filter(|name| !name.is_empty());
        let name = name.map_or_else(|| ["#", &id.to_string()].concat(), str::to_owned);
        Some(Self {
            id,
            folded: fold(&name).into(),
            name: name.into(),
            company_type: row.int("companyType"),
            is_active: row.flag("isActive").unwrap_or(true),
            owner: row.int("ownerResourceID"),
            parent: row.int("parentCompanyID"),
            last_activity: row.instant("lastActivityDate"),
        })
    }
}

/// All companies that are known, as trees.
#[derive(Clone, Debug)]
pub struct Forest {
    /// The own company, then the others in order of their names; rows of the hierarchy.
    pub companies: Vec<Company>,
    /// Who stands below whom.
    pub hierarchy: Hierarchy,
    /// How many children each has.
    pub children: Vec<u32>,
    /// Whether all companies are here: only then is a missing parent really missing.
    pub is_complete: bool,
    /// How many companies have a parent or children.
    pub in_trees: usize,
    /// How many trees there are; a cycle is one, and so is each company whose parent is missing.
    pub trees: usize,
}

impl Forest {
    /// Builds the trees.
    pub fn new(mut companies: Vec<Company>, is_complete: bool) -> Self {
        sort_by(&mut companies, |one, other| {
            // The tenant's own company stands first.
            let order = |company: &Company| company.id != OWN_COMPANY;
            order(one).cmp(&order(other)).then_with(|| one.folded.cmp(&other.folded)).then(one.id.cmp(&other.id))
        });
        let ids: Vec<i64> = companies.iter().map(|company| company.id).collect();
        let parents: Vec<Option<i64>> = companies.iter().map(|company| company.parent).collect();
        let hierarchy = Hierarchy::new(&ids, &parents);
        let mut children = vec![0; companies.len()];
        for parent in (0..companies.len()).filter_map(|row| hierarchy.parent(row)) {
            children[parent as usize] += 1;
        }
        let mut forest = Self { companies, hierarchy, children, is_complete, in_trees: 0, trees: 0 };
        let rows = 0..forest.companies.len();
        forest.in_trees = rows.clone().filter(|row| forest.is_in_tree(*row)).count();
        let roots = rows.filter(|row| match forest.hierarchy.place(*row) {
            Place::Top => forest.children[*row] > 0,
            Place::Orphan => true,
            Place::Child | Place::Cycle(_) => false,
        });
        forest.trees = roots.count() + forest.hierarchy.cycles().len();
        forest
    }

    /// Whether a row has a parent or children.
    pub fn is_in_tree(&self, row: usize) -> bool {
        self.hierarchy.place(row) != Place::Top || self.children[row] > 0
    }

    /// The row of an id.
    pub fn row(&self, id: i64) -> Option<usize> {
        self.hierarchy.row(id).map(|row| row as usize)
    }

    /// The level as people count: 1 at the top.
    pub fn level(&self, row: usize) -> u32 {
        self.hierarchy.depth()[row] + 1
    }

    /// The name behind an id; `#7` where it is not among the rows.
    pub fn name(&self, id: i64) -> String {
        self.row(id).map_or_else(|| ["#", &id.to_string()].concat(), |row| self.companies[row].name.to_string())
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::{Company, Forest};
    use autotask_core::Record;

    /// A forest from (id, name, parent).
    pub(crate) fn forest(rows: &[(i64, &str, Option<i64>)]) -> Forest {
        let companies = rows.iter().filter_map(|(id, name, parent)| {
            Company::read(&Record::new().with("id", *id).with("companyName", *name).with("parentCompanyID", *parent))
        });
        Forest::new(companies.collect(), true)
    }

    #[test]
    fn rows_stand_in_order_of_their_names_and_trees_are_counted() {
        let forest = forest(&[
            (1, "zeta", None),
            (2, "Alpha", Some(1)),
            (3, "beta", None),
            (4, "Gamma", Some(99)),
            (5, "delta", Some(6)),
            (6, "epsilon", Some(5)),
        ]);
        let names: Vec<&str> = forest.companies.iter().map(|company| &*company.name).collect();
        assert_eq!(names, ["Alpha", "beta", "delta", "epsilon", "Gamma", "zeta"]);
        assert_eq!((forest.in_trees, forest.trees), (5, 3));
        assert_eq!(forest.level(0), 2);
        assert_eq!(forest.name(99), "#99");
    }

    #[test]
    fn a_company_without_a_name_is_called_by_its_id() {
        let forest = forest(&[(7, " ", None)]);
        assert_eq!(forest.name(7), "#7");
    }
}
