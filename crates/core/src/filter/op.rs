//! Op: Autotask's thirteen comparisons and six of our own, and the table that parser, printer, checker and pickers
//! are made from.

use crate::field::{DataType, FieldInfo};

/// How many values an operator takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arity {
    /// None.
    None,
    /// One.
    One,
    /// Two bounds.
    Two,
    /// A list.
    Many,
}

/// A comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// Equal.
    Eq,
    /// Not equal, and not null.
    NotEq,
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
    /// Text begins with.
    BeginsWith,
    /// Text ends with.
    EndsWith,
    /// Text contains.
    Contains,
    /// Has a value.
    Exist,
    /// Has no value.
    NotExist,
    /// One of a list.
    In,
    /// None of a list, and not null.
    NotIn,
    /// From one bound to another, both included. Ours: sent as two comparisons.
    Between,
    /// Text that does not contain, and not null. Ours, as all below: evaluated here, since Autotask has no such word.
    NotContains,
    /// Text that does not begin with, and not null.
    NotBeginsWith,
    /// Text that does not end with, and not null.
    NotEndsWith,
    /// The digits of a phone number contain these.
    DigitsContain,
    /// The digits of a phone number begin with these.
    DigitsBeginWith,
}

struct Row {
    op: Op,
    wire: &'static str,
    text: &'static str,
    also: &'static [&'static str],
    arity: Arity,
    label: &'static str,
}

const fn row(
    op: Op,
    wire: &'static str,
    text: &'static str,
    also: &'static [&'static str],
    arity: Arity,
    label: &'static str,
) -> Row {
    Row { op, wire, text, also, arity, label }
}

/// `also`: further spellings that circulate, read but never written, since Autotask drops what it does not know.
#[rustfmt::skip]
const TABLE: [Row; 19] = [
    //  variant         wire          text            read too                                                 values       label
    row(Op::Eq,         "eq",         "=",            &["is", "equals", "equal", "=="],                         Arity::One,  "is"),
    row(Op::NotEq,      "noteq",      "!=",           &["ne", "neq", "<>", "is not", "notEqual", "notEquals"],  Arity::One,  "is not"),
    row(Op::Gt,         "gt",         ">",            &["greaterThan", "after"],                                Arity::One,  "is greater than"),
    row(Op::Gte,        "gte",        ">=",           &["ge", "greaterThanOrEqual", "on or after"],             Arity::One,  "is at least"),
    row(Op::Lt,         "lt",         "<",            &["lessThan", "before"],                                  Arity::One,  "is less than"),
    row(Op::Lte,        "lte",        "<=",           &["le", "lessThanOrEqual", "on or before"],               Arity::One,  "is at most"),
    row(Op::BeginsWith, "beginsWith", "beginsWith",   &["begins with", "startsWith", "starts with"],            Arity::One,  "starts with"),
    row(Op::EndsWith,   "endsWith",   "endsWith",     &["ends with"],                                           Arity::One,  "ends with"),
    row(Op::Contains,   "contains",   "contains",     &["like"],                                                Arity::One,  "contains"),
    row(Op::Exist,      "exist",      "is not empty", &["exists", "isNotNull", "notNull"],                      Arity::None, "has a value"),
    row(Op::NotExist,   "notExist",   "is empty",     &["notExists", "isNull", "noteExist"],                    Arity::None, "is empty"),
    row(Op::In,         "in",         "in",           &["is any of"],                                           Arity::Many, "is any of"),
    row(Op::NotIn,      "notIn",      "not in",       &["is none of", "nin"],                                   Arity::Many, "is none of"),
    row(Op::Between,         "between",         "between",             &["is between"],                                                       Arity::Two, "is between"),
    row(Op::NotContains,     "notContains",     "does not contain",    &["not contains", "doesNotContain", "not like"],                       Arity::One, "does not contain"),
    row(Op::NotBeginsWith,   "notBeginsWith",   "does not begin with", &["does not start with", "not begins with", "not starts with", "notStartsWith"], Arity::One, "does not start with"),
    row(Op::NotEndsWith,     "notEndsWith",     "does not end with",   &["not ends with"],                                                    Arity::One, "does not end with"),
    row(Op::DigitsContain,   "digitsContain",   "digits contain",      &[],                                                                   Arity::One, "digits contain"),
    row(Op::DigitsBeginWith, "digitsBeginWith", "digits begin with",   &["digits start with", "digitsStartWith"],                             Arity::One, "digits start with"),
];

impl Op {
    /// All operators, in the order pickers show them.
    pub const ALL: [Op; 19] = [
        Op::Eq,
        Op::NotEq,
        Op::Contains,
        Op::NotContains,
        Op::BeginsWith,
        Op::NotBeginsWith,
        Op::EndsWith,
        Op::NotEndsWith,
        Op::DigitsContain,
        Op::DigitsBeginWith,
        Op::Gt,
        Op::Gte,
        Op::Lt,
        Op::Lte,
        Op::Between,
        Op::In,
        Op::NotIn,
        Op::NotExist,
        Op::Exist,
    ];

    fn row(self) -> &'static Row {
        // INVARIANT: the rows stand in the order of the variants; a test walks both.
        &TABLE[self as usize]
    }

    /// Whether Autotask has it; it silently drops a condition with any other word.
    #[must_use]
    pub fn is_on_server(self) -> bool {
        self as usize <= Op::NotIn as usize
    }

    /// Autotask's spelling: `noteq`. For an operator of our own its name in a tree as JSON.
    #[must_use]
    pub fn wire(self) -> &'static str {
        self.row().wire
    }

    /// The canonical spelling in filter text: `!=`.
    #[must_use]
    pub fn text(self) -> &'static str {
        self.row().text
    }

    /// How many values it takes.
    #[must_use]
    pub fn arity(self) -> Arity {
        self.row().arity
    }

    /// What a picker calls it, by what the field holds: "is not", "after".
    #[must_use]
    pub fn label(self, data_type: DataType) -> &'static str {
        match (data_type, self) {
            (DataType::DateTime, Op::Eq) => "is exactly",
            (DataType::DateTime, Op::Gt) => "after",
            (DataType::DateTime, Op::Gte) => "on or after",
            (DataType::DateTime, Op::Lt) => "before",
            (DataType::DateTime, Op::Lte) => "on or before",
            _ => self.row().label,
        }
    }

    /// Reads exactly what Autotask reads: its own spellings, in any letter case.
    #[must_use]
    pub fn from_wire(word: &str) -> Option<Op> {
        TABLE.iter().find(|row| row.op.is_on_server() && row.wire.eq_ignore_ascii_case(word)).map(|row| row.op)
    }

    /// Reads exactly an operator of our own as a tree in JSON has it.
    #[must_use]
    pub fn from_own(word: &str) -> Option<Op> {
        TABLE.iter().find(|row| !row.op.is_on_server() && row.wire.eq_ignore_ascii_case(word)).map(|row| row.op)
    }

    /// Reads a spelling that circulates but that Autotask does not know.
    #[must_use]
    pub fn from_alias(word: &str) -> Option<Op> {
        TABLE
            .iter()
            .find(|row| row.text.eq_ignore_ascii_case(word) || row.also.iter().any(|a| a.eq_ignore_ascii_case(word)))
            .map(|row| row.op)
    }

    /// Every spelling with its operator, longest first, for the text parser.
    pub(crate) fn spellings() -> Vec<(&'static str, Op)> {
        let mut all: Vec<_> = TABLE
            .iter()
            .flat_map(|row| [row.text, row.wire].into_iter().chain(row.also.iter().copied()).map(move |s| (s, row.op)))
            .collect();
        crate::order::sort_by_key(&mut all, |(spelling, _)| std::cmp::Reverse(spelling.split(' ').count()));
        all
    }

    /// Whether it means something on this kind of field.
    #[must_use]
    pub fn is_for(self, data_type: DataType) -> bool {
        match self {
            Op::Eq | Op::NotEq | Op::In | Op::NotIn | Op::Exist | Op::NotExist => true,
            Op::Gt | Op::Gte | Op::Lt | Op::Lte => !matches!(data_type, DataType::Boolean | DataType::Bytes),
            Op::Between => data_type.is_number() || data_type == DataType::DateTime,
            Op::BeginsWith
            | Op::EndsWith
            | Op::Contains
            | Op::NotContains
            | Op::NotBeginsWith
            | Op::NotEndsWith
            | Op::DigitsContain
            | Op::DigitsBeginWith => matches!(data_type, DataType::String),
        }
    }

    /// What a picker offers for a field: those that are for its type and that a person would look for.
    #[must_use]
    pub fn offered_for(field: &FieldInfo) -> Vec<Op> {
        let listed = field.is_picklist || field.reference.is_some();
        let boolean = field.data_type == DataType::Boolean || field.is_flag;
        let text = field.data_type == DataType::String;
        Op::ALL
            .into_iter()
            .filter(|op| op.is_for(field.data_type))
            .filter(|op| op.is_on_server() || (*op == Op::Between && !listed && !boolean))
            .filter(|op| match op {
                Op::Gt | Op::Gte | Op::Lt | Op::Lte => !listed && !boolean && !text,
                Op::NotEq | Op::In | Op::NotIn => !boolean,
                _ => true,
            })
            .filter(|op| !(field.data_type == DataType::DateTime && matches!(op, Op::In | Op::NotIn)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_complete_ordered_and_without_double_words() {
        let mut words = std::collections::BTreeSet::new();
        for (index, row) in TABLE.iter().enumerate() {
            assert_eq!(row.op as usize, index, "{}", row.wire);
            assert!(!row.label.is_empty());
            for word in [row.wire, row.text].iter().chain(row.also) {
                let fresh = words.insert(word.to_ascii_lowercase());
                assert!(fresh || row.wire.eq_ignore_ascii_case(word), "{word} stands twice");
            }
        }
        for op in Op::ALL {
            let read = if op.is_on_server() { Op::from_wire } else { Op::from_own };
            assert_eq!(read(op.wire()), Some(op));
            assert_eq!(read(&op.wire().to_uppercase()), Some(op));
            assert_eq!(Op::from_alias(op.text()), Some(op));
        }
        assert_eq!(Op::from_wire("ne"), None, "Autotask does not know it");
        assert_eq!(Op::from_alias("ne"), Some(Op::NotEq));
        assert_eq!(Op::from_wire("notContains"), None, "it is ours");
    }
}
