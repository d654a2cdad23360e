//! What SQL finds is what the filter's own meaning says of the same rows, on generated trees.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use crate::common::{Api, config};
use autotask_core::filter::body::{self, Reading};
use autotask_core::filter::typed::Typed;
use autotask_core::{DataType, EntityInfo, FieldInfo, Op, Record};
use autotask_sandbox::{Config, Limits};
use proptest::prelude::*;
use proptest::test_runner::TestCaseError;
use serde_json::{Value, json};

/// Fields in which the added rows hold what is easily got wrong.
const SLIPPERY: [&str; 7] = ["companyName", "city", "state", "fax", "firstName", "lastName", "parentCompanyID"];

struct World {
    api: Api,
    entities: Vec<(Arc<EntityInfo>, Vec<Record>)>,
    /// Values that stand in rows, by entity and field.
    seen: HashMap<(String, String), Vec<Value>>,
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().build().expect("a runtime")
}

/// Companies and seed of each world.
const WORLDS: [(u32, u64); 3] = [(70, 1), (41, 7), (112, 2_026)];

fn world(which: usize) -> &'static World {
    static WORLD: [OnceLock<World>; 3] = [const { OnceLock::new() }; 3];
    WORLD[which].get_or_init(|| runtime().block_on(make(WORLDS[which])))
}

/// How many filters; `cargo xtask test --long` asks for more.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(450)
}

/// A small world with rows added on which filters slip.
async fn make((companies, seed): (u32, u64)) -> World {
    let api = Api::with(Config { seed, limits: Limits::NONE, ..config(companies) });
    for (name, more) in [
        ("Trailing   ", json!({"city": " leading"})),
        ("trailing", json!({"city": "", "fax": " "})),
        ("TRAILING\t", json!({"state": "STRASSE", "city": "straße"})),
        ("Straße", json!({"city": "GROẞ", "state": "straẞe "})),
        ("İstanbul ıi", json!({"city": "istanbul"})),
        (
            "ΣΊΣΥΦΟΣ σίσυφος",
            json!({"city": "ς", "userDefinedFields": [{"name": "Account code", "value": "ΣΑΣ "}, {"name": "Seats", "value": "-0.5"}]}),
        ),
        (
            "100%_[a]",
            json!({"city": "%", "userDefinedFields": [{"name": "Account code", "value": ""}, {"name": "Seats", "value": "0"}]}),
        ),
        ("nul\u{0}x", json!({"city": "nul\u{0}"})),
        ("\u{10ffff}\u{10ffff}", json!({"city": "\u{d7ff}\u{e000}", "assetValue": 12.5})),
        (
            "🦀 Rust",
            json!({"city": "🦀", "surveyCompanyRating": 4.5, "userDefinedFields": [{"name": "Renewal date", "value": "2026-11-21"}]}),
        ),
    ] {
        let id = api.company(name, more).await;
        let contact = json!({"firstName": name.chars().take(20).collect::<String>(), "lastName": "X ", "isActive": id % 2, "emailAddress": null});
        api.post(&format!("/Companies/{id}/Contacts"), contact).await.item_id();
    }
    let names = ["Companies", "Contacts", "CompanyLocations", "Services", "Countries"];
    let schema = api.schema(&names).await;
    let mut entities = Vec::new();
    let mut seen: HashMap<(String, String), Vec<Value>> = HashMap::new();
    for name in names {
        let info = schema.entity(name).expect("known");
        let rows: Vec<Record> = api
            .everything(name)
            .await
            .into_iter()
            .map(|row| Record::from(row.as_object().expect("a row").clone()))
            .collect();
        for field in info.fields.iter().chain(info.user_defined_fields.iter()) {
            let values = rows.iter().filter_map(|row| row.value(&field.name, field.is_udf)).cloned().collect();
            seen.insert((name.to_owned(), field.name.to_string()), values);
        }
        entities.push((info, rows));
    }
    World { api, entities, seen }
}

/// A tree as numbers, which any shrinking leaves valid.
#[derive(Clone, Debug)]
enum Tree {
    Group(bool, Vec<Tree>),
    Leaf { field: prop::sample::Index, op: prop::sample::Index, values: Vec<Operand>, scramble: bool, slippery: bool },
}

#[derive(Clone, Debug)]
enum Operand {
    Null,
    /// A value of some row, cut or changed.
    Seen(prop::sample::Index, u8, prop::sample::Index),
    Text(String),
    Int(i64),
    Number(f64),
    Bool(bool),
}

fn operand() -> impl Strategy<Value = Operand> {
    prop_oneof![
        1 => Just(Operand::Null),
        10 => (any::<prop::sample::Index>(), 0_u8..8, any::<prop::sample::Index>()).prop_map(|(a, b, c)| Operand::Seen(a, b, c)),
        2 => "[a-zA-Z ßẞΣςıİ%_0-9]{0,4}".prop_map(Operand::Text),
        2 => (-3_i64..40).prop_map(Operand::Int),
        1 => (-3.0_f64..3.0).prop_map(Operand::Number),
        1 => any::<bool>().prop_map(Operand::Bool),
    ]
}

fn tree() -> impl Strategy<Value = Tree> {
    let values = prop_oneof![9 => prop::collection::vec(operand(), 1..5), 1 => Just(vec![Operand::Null])];
    let leaf = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), values, any::<bool>(), any::<bool>())
        .prop_map(|(field, op, values, scramble, slippery)| Tree::Leaf { field, op, values, scramble, slippery });
    leaf.prop_recursive(4, 24, 5, |inner| {
        (any::<bool>(), prop::collection::vec(inner, 1..5)).prop_map(|(or, items)| Tree::Group(or, items))
    })
}

impl World {
    fn json(&self, tree: &Tree, info: &EntityInfo, udf: &mut Option<String>) -> Value {
        match tree {
            Tree::Group(or, items) => {
                let items: Vec<Value> = items.iter().map(|item| self.json(item, info, udf)).collect();
                json!({"op": if *or { "or" } else { "and" }, "items": items})
            }
            Tree::Leaf { field, op, values, scramble, slippery } => {
                let fields: Vec<_> = info
                    .fields
                    .iter()
                    .chain(info.user_defined_fields.iter())
                    .filter(|f| f.is_queryable && (!f.is_udf || udf.as_ref().is_none_or(|one| one == &f.name)))
                    .collect();
                let hard: Vec<_> =
                    fields.iter().copied().filter(|f| f.is_udf || SLIPPERY.contains(&&*f.name)).collect();
                let fields = if *slippery && !hard.is_empty() { hard } else { fields };
                let field = fields[field.index(fields.len())];
                if field.is_udf {
                    *udf = Some(field.name.to_string());
                }
                let ops: Vec<Op> = Op::ALL.into_iter().filter(|op| op.is_for(field.data_type)).collect();
                let op = ops[op.index(ops.len())];
                let name = if *scramble { field.name.to_uppercase() } else { field.name.to_string() };
                let values: Vec<Value> =
                    values.iter().map(|value| self.value(value, info.name, field, *slippery)).collect();
                let mut node = json!({"op": op.wire(), "field": name, "udf": field.is_udf});
                match op {
                    Op::Exist | Op::NotExist => {}
                    Op::In | Op::NotIn => node["value"] = Value::Array(values),
                    _ => node["value"] = values[0].clone(),
                }
                node
            }
        }
    }

    fn value(&self, operand: &Operand, entity: &str, field: &FieldInfo, slippery: bool) -> Value {
        let data_type = field.data_type;
        let seen = &self.seen[&(entity.to_owned(), field.name.to_string())];
        // The rows that were added come last.
        let seen = if slippery { &seen[seen.len().saturating_sub(12)..] } else { seen };
        match operand {
            Operand::Null => Value::Null,
            Operand::Seen(which, change, cut) if !seen.is_empty() => match &seen[which.index(seen.len())] {
                Value::String(text) if data_type == DataType::String => {
                    let chars: Vec<char> = text.chars().collect();
                    let at = cut.index(chars.len() + 1);
                    Value::String(match change {
                        0 => text.to_uppercase(),
                        1 => text.to_lowercase(),
                        2 => format!("{text}  "),
                        3 => chars[..at].iter().collect(),
                        4 => chars[at..].iter().collect(),
                        5 => chars[at..].iter().take(3).collect(),
                        _ => text.clone(),
                    })
                }
                other => other.clone(),
            },
            Operand::Text(text) if data_type == DataType::String => json!(text),
            Operand::Number(number) if matches!(data_type, DataType::Decimal | DataType::Double) => json!(number),
            Operand::Bool(flag) if data_type == DataType::Boolean => json!(flag),
            Operand::Int(number) => match data_type {
                DataType::Boolean => json!(number & 1),
                DataType::DateTime => {
                    json!(format!("2025-{:02}-{:02}", 1 + number.rem_euclid(12), 1 + number.rem_euclid(28)))
                }
                DataType::String => json!(number.to_string()),
                _ => json!(number),
            },
            _ => match data_type {
                DataType::Boolean => json!(true),
                DataType::DateTime => json!("2024-06-30T12:00:00.1234567"),
                DataType::String | DataType::Bytes => json!("a"),
                _ => json!("7"),
            },
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases()))]

    #[test]
    fn sql_finds_what_the_filter_means(trees in prop::collection::vec(tree(), 1..3), which in any::<prop::sample::Index>(), book in 0_usize..3) {
        let world = world(book);
        // Companies and contacts, where the slippery rows are, more often than the others.
        let (info, rows) = &world.entities[[0, 0, 0, 1, 1, 2, 3, 4][which.index(8)]];
        let mut udf = None;
        let nodes: Vec<Value> = trees.iter().map(|tree| world.json(tree, info, &mut udf)).collect();
        let filter = Value::Array(nodes);
        let read = body::read(&filter, Reading::Wire);
        prop_assert!(read.issues.is_empty(), "{:?}", read.issues);
        let tree = read.filter.ok_or_else(|| TestCaseError::reject("nothing left"))?;
        let typed = Typed::of(&tree, info).map_err(|problems| TestCaseError::fail(format!("{problems:?}")))?;
        let meant: Vec<i64> = rows.iter().filter(|row| typed.matches(row)).filter_map(Record::id).collect();
        let found: Vec<i64> = runtime()
            .block_on(world.api.all(info.name, filter.clone()))
            .iter()
            .filter_map(|row| row["id"].as_i64())
            .collect();
        prop_assert_eq!(&found, &meant, "{} {}", info.name, filter);
        let count = runtime().block_on(world.api.post(&format!("/{}/query/count", info.name), json!({ "filter": filter }))).ok();
        prop_assert_eq!(count["queryCount"].as_u64(), u64::try_from(meant.len()).ok());
    }
}
