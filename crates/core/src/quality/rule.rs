//! Rule: what makes a row a finding, as data that a person can read and write.

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::checks::Check;
use super::same::Compare;
use crate::hierarchy::ProblemKind;
use crate::issue::Severity;

/// What makes a row a finding: it is in the scope, and everything that the rule names holds of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Rule {
    /// Stable: `company.owner`.
    pub id: String,
    /// Whose rows: `Companies`.
    pub entity: &'static str,
    /// What a finding is called: "No account manager".
    pub title: String,
    /// How bad a finding is.
    pub severity: Severity,
    /// Why it matters, for a person.
    pub why: String,
    /// The rows that the rule is about, as filter text; without it all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Which of them are findings, as filter text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
    /// What a filter cannot say of a text: at least one of the fields fails the check.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub check: Option<NamedCheck>,
    /// Rows of another entity of which at least one must point here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with: Option<Related>,
    /// Rows of another entity of which none may point here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub without: Option<Related>,
    /// At least one other row of the scope is the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub same: Option<Same>,
    /// What is wrong with the row's place among the companies.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hierarchy: Vec<ProblemKind>,
    /// How a finding is mended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
}

/// A check by its name.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NamedCheck {
    /// Which one.
    #[serde(rename = "is")]
    pub check: Check,
    /// The fields that are looked at; `udf.Name` for one of the tenant's own. Empty where the check knows them itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<String>,
}

/// Rows of another entity that point at the row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Related {
    /// The other entity: `Contacts`.
    pub entity: &'static str,
    /// Its field that holds the row's id: `companyID`.
    pub field: String,
    /// Which of its rows count, as filter text; without it all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<String>,
}

/// When two rows are the same.
#[derive(Clone, Debug, PartialEq)]
pub enum Same {
    /// When [`crate::duplicates`] takes them for entries of one thing.
    Duplicates,
    /// When they are equal in all these fields; all of them must have a value.
    Fields(Vec<SameKey>),
}

/// The word for [`Same::Duplicates`].
pub(super) const DUPLICATES: &str = "duplicates";

impl Serialize for Same {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Same::Duplicates => serializer.serialize_str(DUPLICATES),
            Same::Fields(keys) => keys.serialize(serializer),
        }
    }
}

/// A field by which rows are the same, and how its values are compared.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SameKey {
    /// The field.
    pub field: String,
    /// How.
    pub compare: Compare,
}

/// How a finding is mended.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fix {
    /// What to do, for a person.
    pub advice: String,
    /// Where the same values mend every finding: what to write.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub set: Map<String, Value>,
}
