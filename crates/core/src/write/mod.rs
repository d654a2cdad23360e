//! Writes: what a change changes, in words and as a PATCH; what became of it; how to take it back.
//!
//! ```text
//! before, after ──Patch::between──► Patch ──record──► PATCH
//!                     │                └──inverse──► Patch, for undo
//!                     └──diff──► changes in words
//! sent, before, read back ──verify──► changed · ignored · other, per field
//! what one saw, what is there now ──conflicts──► fields that somebody else changed meanwhile
//! ```
//!
//! Autotask answers 200 to a PATCH whose fields it ignores (protocol.md §4.3), and has neither versions nor conditions:
//! what was written is only known by reading it again, and who wrote first only by comparing the fields one changes.

mod diff;
mod patch;
mod path;
mod same;
mod verify;

pub use diff::{Change, diff};
pub use patch::{Conflict, Patch, Slot, conflicts};
pub use path::{label_of, name_of, path_of};
pub use same::{is_blank, is_same};
pub use verify::{FieldOutcome, Verdict, verify};

use crate::entity::EntityInfo;
use crate::field::FieldInfo;
use crate::record::{Record, USER_DEFINED_FIELDS};

/// A field of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Name {
    /// As the entity spells it, else as the row does.
    name: String,
    /// Whether it stands in `userDefinedFields`.
    is_udf: bool,
}

impl Name {
    fn is(&self, name: &str, is_udf: bool) -> bool {
        self.is_udf == is_udf && self.name.eq_ignore_ascii_case(name)
    }

    fn path(&self) -> String {
        path_of(&self.name, self.is_udf)
    }

    fn field<'i>(&self, info: &'i EntityInfo) -> Option<&'i FieldInfo> {
        info.find(&self.name, self.is_udf)
    }
}

/// The fields that a row carries, user-defined ones last, in its order and each once; the id is none of them.
fn names(info: &EntityInfo, row: &Record) -> Vec<Name> {
    let mut names: Vec<Name> = Vec::new();
    let own = row
        .iter()
        .map(|(name, _)| (name, false))
        .filter(|(name, _)| !name.eq_ignore_ascii_case(USER_DEFINED_FIELDS) && !name.eq_ignore_ascii_case("id"));
    for (name, is_udf) in own.chain(row.user_defined_fields().map(|(name, _)| (name, true))) {
        if !names.iter().any(|known| known.is(name, is_udf)) {
            let known = info.find(name, is_udf).map(|field| field.name.to_string());
            names.push(Name { name: known.unwrap_or_else(|| name.to_owned()), is_udf });
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Map, Value, json};

    use super::*;
    use crate::entity;

    fn companies() -> &'static EntityInfo {
        entity("Companies").expect("known")
    }

    fn record(json: Value) -> Record {
        Record::from(json.as_object().cloned().expect("an object"))
    }

    #[test]
    fn a_patch_sends_what_changes_and_clears_what_is_blank() {
        let before = record(json!({"id":7,"companyName":"Acme","phone":"1","city":"Troy","isActive":1,"taxID":null,
            "userDefinedFields":[{"name":"Seats","value":"4.0000"},{"name":"Tier","value":"A"}]}));
        let after = record(json!({"CompanyName":"Acme Ltd","phone":"1","city":" ","isActive":true,"taxID":"",
            "userDefinedFields":[{"name":"Tier","value":"B"},{"name":"seats","value":"4.0000"}]}));
        let patch = Patch::between(companies(), &before, &after);
        assert_eq!(
            Value::from(patch.record()),
            json!({"id":7,"companyName":"Acme Ltd","city":null,"userDefinedFields":[{"name":"Tier","value":"B"}]})
        );
        assert_eq!(
            Value::from(patch.without("City").without("udf.tier").without("phone").record()),
            json!({"id":7,"companyName":"Acme Ltd"})
        );
        assert_eq!(patch.paths().collect::<Vec<_>>(), ["companyName", "city", "udf.Tier"]);
        assert_eq!((patch.slot("CITY", false), patch.slot("phone", false)), (Slot::Null, Slot::Unset));
        assert_eq!(
            Value::from(patch.inverse(&before).record()),
            json!({"id":7,"companyName":"Acme","city":"Troy","userDefinedFields":[{"name":"Tier","value":"A"}]})
        );
    }

    #[test]
    fn only_the_fields_one_changes_can_be_in_conflict() {
        let base = record(json!({"id":7,"city":"Troy","phone":"1","lastActivityDate":"2026-01-01T00:00:00Z"}));
        let patch = Patch::between(companies(), &base, &record(json!({"city":"Rome","phone":"2"})));
        let now = |city: &str, phone: &str| {
            record(json!({"id":7,"city":city,"phone":phone,"lastActivityDate":"2026-11-01T00:00:00Z"}))
        };
        assert_eq!(conflicts(companies(), &patch, &base, &now("Troy", "1")), []);
        assert_eq!(conflicts(companies(), &patch, &base, &now("Rome", "1")), [], "somebody wrote the same");
        let found = conflicts(companies(), &patch, &base, &now("Bonn", "1"));
        assert_eq!(
            serde_json::to_value(found).expect("JSON"),
            json!([{"field":"city","base":"Troy","theirs":"Bonn","yours":"Rome"}])
        );
    }

    #[test]
    fn of_a_patch_that_somebody_wrote_only_what_is_expected_is_compared() {
        let own = |name: &str, value: Value| json!([{ "name": name, "value": value }]);
        let row =
            record(json!({"id":7,"city":"Rome","phone":null,"fax":"1","userDefinedFields":own("Tier", json!("B"))}));
        let base = record(json!({"CITY":"Rome","phone":"1","fax":null,"userDefinedFields":own("tier", json!("A"))}));
        let patch = Patch::over(companies(), &row, &base);
        assert_eq!(patch.paths().collect::<Vec<_>>(), ["city", "phone", "fax", "udf.Tier"]);
        assert_eq!(patch.slot("phone", false), Slot::Null);
        let now = |city: &str, tier: &str| {
            record(
                json!({"id":7,"city":city,"phone":"1","fax":"1","webAddress":"x","userDefinedFields":own("Tier", json!(tier))}),
            )
        };
        assert_eq!(conflicts(companies(), &patch, &base, &now("Rome", "A")), []);
        let found = conflicts(companies(), &patch, &base, &now("Bonn", "C"));
        assert_eq!(
            serde_json::to_value(found).expect("JSON"),
            json!([
                {"field":"city","base":"Rome","theirs":"Bonn","yours":"Rome"},
                {"field":"udf.Tier","base":"A","theirs":"C","yours":"B"},
            ]),
            "one who writes what was there all the same writes over somebody"
        );
    }

    #[test]
    fn what_became_of_a_write() {
        let sent = record(
            json!({"id":7,"companyName":"Acme Inc","createDate":"2020-01-01T00:00:00Z","city":"Bad Neuenahr-Ahrweiler am Rhein","isActive":false,"phone":"1"}),
        );
        let before = record(
            json!({"id":7,"companyName":"Acme","createDate":"2019-01-01T00:00:00Z","city":"Bonn","isActive":true,"phone":"1"}),
        );
        let after = record(
            json!({"id":7,"companyName":"Acme Inc","createDate":"2019-01-01T00:00:00Z","city":"Bad Neuenahr-Ahrweiler am Rhe","isActive":0,"phone":"1"}),
        );
        let verdicts: Vec<Verdict> =
            verify(companies(), &sent, &before, &after).into_iter().map(|field| field.outcome).collect();
        assert_eq!(verdicts, [Verdict::Changed, Verdict::Ignored, Verdict::Other, Verdict::Changed, Verdict::Changed]);
    }

    #[test]
    fn changes_are_told_in_words() {
        let before = record(
            json!({"ownerResourceID":4,"isActive":1,"createDate":"2026-01-02T00:00:00Z","x":1,"userDefinedFields":[{"name":"Tier","value":"A"}]}),
        );
        let after = record(
            json!({"ownerResourceID":5,"isActive":false,"parentCompanyID":9,"createDate":"2026-01-02","x":[2],"userDefinedFields":[{"name":"Tier","value":null}]}),
        );
        let name_of = |entity: &str, id: i64| (id == 5).then(|| format!("Mara of {entity}"));
        let texts: Vec<String> =
            diff(companies(), &before, &after, &name_of).into_iter().map(|change| change.text).collect();
        assert_eq!(
            texts,
            [
                "Owner: #4 → Mara of Resources",
                "Active: Yes → No",
                "Parent company: #9 added",
                "x: 1 → [2]",
                "Tier: A removed"
            ]
        );
    }

    fn value() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            prop::sample::select(vec![
                "",
                " ",
                "a",
                "A",
                "1",
                "0.50",
                "true",
                "2026-01-02",
                "2026-01-02T00:00:00Z",
                "2026-01-02T00:00:00.5Z"
            ])
            .prop_map(Value::from),
            (0..3_i64).prop_map(Value::from),
            Just(json!(0.5)),
            any::<bool>().prop_map(Value::from),
            Just(json!([1])),
        ]
    }

    fn row() -> impl Strategy<Value = Record> {
        let names = [
            "companyName",
            "City",
            "isActive",
            "companyType",
            "createDate",
            "ownerResourceID",
            "taxID",
            "nonsense",
            "currencyID",
        ];
        let own = prop::collection::vec((prop::sample::select(names.to_vec()), value()), 0..6);
        let udfs = prop::collection::vec((prop::sample::select(vec!["Seats", "Tier"]), value()), 0..3);
        (own, udfs).prop_map(|(own, udfs)| {
            let mut row = Record::new().with("id", 7);
            own.into_iter().for_each(|(name, value)| row.set(name, value));
            let udfs: Map<String, Value> = udfs.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
            let entry = |(name, value)| json!({"name": name, "value": value});
            if !udfs.is_empty() {
                row.set(USER_DEFINED_FIELDS, udfs.into_iter().map(entry).collect::<Vec<_>>());
            }
            row
        })
    }

    /// What Autotask makes of a PATCH that it takes.
    fn patched(row: &Record, patch: &Record) -> Record {
        let mut now = row.clone();
        for (name, value) in patch.iter().filter(|(name, _)| *name != USER_DEFINED_FIELDS) {
            now.set(name, value.clone());
        }
        let mut udfs: Vec<(String, Value)> =
            row.user_defined_fields().map(|(n, v)| (n.to_owned(), v.clone())).collect();
        for (name, value) in patch.user_defined_fields() {
            udfs.retain(|(known, _)| known != name);
            udfs.push((name.to_owned(), value.clone()));
        }
        now.set(
            USER_DEFINED_FIELDS,
            udfs.into_iter().map(|(name, value)| json!({"name": name, "value": value})).collect::<Vec<_>>(),
        );
        now
    }

    proptest! {
        #[test]
        fn a_patch_leads_there_and_its_inverse_back(before in row(), wanted in row(), other in row()) {
            let info = companies();
            let nothing = |from: &Record, to: &Record| Patch::between(info, from, to).is_empty();
            let patch = Patch::between(info, &before, &wanted);
            let after = patched(&before, &patch.record());
            prop_assert!(nothing(&after, &wanted), "{after:?}");
            prop_assert_eq!(patch.is_empty(), diff(info, &before, &wanted, &|_, _| None).is_empty());
            prop_assert!(verify(info, &patch.record(), &before, &after).iter().all(|field| field.outcome == Verdict::Changed));
            prop_assert!(verify(info, &patch.record(), &before, &before).iter().all(|field| field.outcome == Verdict::Ignored));
            let undo = patch.inverse(&before);
            prop_assert!(nothing(&patched(&after, &undo.record()), &before));
            prop_assert_eq!(conflicts(info, &undo, &after, &after), []);
            // Whatever else has changed, a field that is not sent is left to it.
            let merged = patched(&other, &patch.record());
            for name in names(info, &other) {
                if patch.slot(&name.name, name.is_udf) == Slot::Unset {
                    prop_assert_eq!(other.value(&name.name, name.is_udf), merged.value(&name.name, name.is_udf));
                }
            }
        }

        #[test]
        fn being_the_same_knows_no_direction(one in value(), other in value(), index in any::<prop::sample::Index>()) {
            let field = index.get(&companies().fields);
            prop_assert!(is_same(Some(field), Some(&one), Some(&one)));
            prop_assert_eq!(is_same(Some(field), Some(&one), Some(&other)), is_same(Some(field), Some(&other), Some(&one)));
        }
    }
}
