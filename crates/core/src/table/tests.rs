use proptest::prelude::*;
use serde_json::Value;

use super::*;
use crate::entity::EntityInfo;
use crate::filter::Typed;
use crate::{Filter, Op, entity};

fn companies() -> &'static EntityInfo {
    entity("Companies").expect("known")
}

fn sorted(table: &Table, field: &str, descending: bool) -> Vec<i64> {
    let mut rows = table.all();
    table.sort(&mut rows, &[SortKey { field: field.to_owned(), descending }], companies(), &|_, id| {
        Some(format!("owner {}", 9 - id))
    });
    rows.into_iter().filter_map(|r| table.row(r)?.id()).collect()
}

#[test]
fn answers_arrays_and_lines_are_loaded_by_id() {
    let mut table = Table::new();
    let loaded = table.load(br#"{"items":[{"id":1,"companyName":"b"},{"id":2},{"name":"no id"},7],"pageDetails":{}}"#);
    assert_eq!((loaded.added, loaded.updated, loaded.skipped, loaded.issues.len()), (2, 0, 2, 2));
    assert_eq!(loaded.issues[0].path.as_deref(), Some("items[2]"));
    let loaded = table.load(b"{\"id\":1,\"companyName\":\"c\"}\n\n{\"id\":3}\n{\"id\":}\n");
    assert_eq!((loaded.added, loaded.updated, loaded.skipped), (1, 1, 1));
    assert_eq!(table.by_id(1).expect("here").text("companyName"), Some("c"));
    assert_eq!(table.load(b"[{\"id\":4}]").added, 1);
    assert_eq!(table.len(), 4);
}

#[test]
fn what_is_no_table_is_an_issue() {
    for bytes in
        [&b"{\"items\":[{\"id\":1}"[..], b"nonsense", b"7", b"", &[0xff], br#"{"errors":["x"]}"#, br#"{"items":7}"#]
    {
        let loaded = Table::new().load(bytes);
        assert_eq!((loaded.added, loaded.issues.len()), (0, 1), "{}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn a_removed_row_leaves_the_others_numbers_alone() {
    let mut table = Table::new();
    table.load(br#"[{"id":5},{"id":6},{"id":7}]"#);
    assert_eq!(table.remove([6, 99]), 1);
    assert_eq!(table.all(), [0, 2]);
    assert_eq!(table.row(1), None);
    assert_eq!(table.put(Record::new().with("id", 6)), Some((3, true)));
}

#[test]
fn filter_and_sort_read_values_as_what_they_are() {
    let mut table = Table::new();
    table.load(
        r#"[{"id":10,"companyName":"émile","companyType":1,"createDate":"2026-01-02T00:00:00Z"},
            {"id":9,"companyName":"Zoo","companyType":4,"createDate":"2025-01-02T00:00:00.5Z"},
            {"id":100,"companyName":"acme","companyType":3},{"id":1,"companyName":null}]"#
            .as_bytes(),
    );
    assert_eq!(sorted(&table, "id", false), [1, 9, 10, 100]);
    assert_eq!(sorted(&table, "companyName", false), [100, 9, 10, 1]);
    assert_eq!(sorted(&table, "companyName", true), [10, 9, 100, 1], "rows without a value stay last");
    assert_eq!(sorted(&table, "companyType", false), [10, 9, 100, 1], "Customer, Dead, Prospect");
    assert_eq!(sorted(&table, "createDate", false), [9, 10, 100, 1]);
    table.load(br#"[{"id":10,"ownerResourceID":2},{"id":9,"ownerResourceID":1}]"#);
    assert_eq!(sorted(&table, "ownerResourceID", false), [10, 9, 100, 1], "by name, not by id");
    table.load(r#"[{"id":9,"companyName":"Zoo"},{"id":10,"companyName":"\u00e9mile"}]"#.as_bytes());
    let filter = Filter::and([Filter::condition("companyName", Op::Contains, "O")]);
    assert_eq!(table.filter(&Typed::of(&filter, companies()).expect("valid")), [1]);
}

proptest! {
    /// Also where a column has numbers that only 64 bits hold beside fractions, signed zeros, and rows kept elsewhere.
    #[test]
    fn numbers_are_sorted_by_what_they_are(numbers in prop::collection::vec(number_text(), 0..40), is_odd in any::<bool>()) {
        let mut rows: Vec<String> = (1..).zip(&numbers).map(|(id, number)| format!("{{\"id\":{id},\"x\":{number}}}")).collect();
        rows.extend(is_odd.then(|| r#"{"id":99,"ID":99}"#.to_owned()));
        let mut table = Table::new();
        table.load(format!("[{}]", rows.join(",")).as_bytes());
        let value = |id: i64| numbers[usize::try_from(id - 1).expect("counted from 1")].parse::<Value>().expect("a number");
        let ids = sorted(&table, "x", false);
        for pair in ids.iter().filter(|id| **id != 99).collect::<Vec<_>>().windows(2) {
            let (one, other) = (value(*pair[0]), value(*pair[1]));
            let is_sorted = match (one.as_i64(), other.as_i64()) {
                (Some(a), Some(b)) => (a, pair[0]) <= (b, pair[1]),
                (Some(a), None) => other.as_f64().is_some_and(|b| i128::from(a) <= b.floor() as i128),
                (None, Some(b)) => one.as_f64().is_some_and(|a| a.ceil() as i128 <= i128::from(b)),
                (None, None) => one.as_f64() <= other.as_f64(),
            };
            prop_assert!(is_sorted, "{one} before {other}");
        }
    }
}

fn number_text() -> impl Strategy<Value = String> {
    prop_oneof![
        (-3_i64..3).prop_map(|number| number.to_string()),
        prop::sample::select(vec![
            "-0.0",
            "0.0",
            "0.5",
            "9007199254740992",
            "9007199254740993",
            "9007199254740994",
            "9007199254740992.0",
            "-9223372036854775808",
            "9223372036854775807",
            "9223372036854775807.0",
            "1e300"
        ])
        .prop_map(str::to_owned),
        any::<i64>().prop_map(|number| number.to_string()),
    ]
}
