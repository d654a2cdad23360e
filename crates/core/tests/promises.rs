//! What the filter language promises, each as a property over trees and rows.

use std::collections::{BTreeMap, HashMap};

use autotask_core::calendar::{Day, Unit, Zone};
use autotask_core::filter::body::{self, Reading};
use autotask_core::filter::typed::limits;
use autotask_core::filter::{Condition, Context, Operand, Relative, Typed, parse, plan, print};
use autotask_core::{EntityInfo, Filter, FilterValue, Instant, Op, Record, Schema, Table};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Clocks five hours behind UTC, and four from March 2026 on.
struct NewYork;

impl Zone for NewYork {
    fn offset_seconds(&self, instant: Instant) -> i32 {
        if Some(instant) < Instant::parse("2026-03-08T07:00:00Z") { -18_000 } else { -14_400 }
    }
}

fn schema() -> Schema {
    let mut schema = Schema::new();
    let fields = json!({"fields": [
        {"name": "Ranking ö", "type": "string", "isQueryable": true},
        {"name": "Score", "type": "number", "isQueryable": true},
    ]});
    assert_eq!(schema.load_user_defined_fields("Companies", &fields), []);
    schema
}

/// Everything that the trees below need, given.
struct House {
    schema: Schema,
    resolved: HashMap<String, i64>,
    companies: Table,
}

impl House {
    fn new(rows: &[Record]) -> House {
        let mut companies = Table::new();
        for row in rows {
            companies.put(row.clone());
        }
        let resolved = HashMap::from([("Mara Lind".to_owned(), 4), ("Ö".to_owned(), 5)]);
        House { schema: schema(), resolved, companies }
    }

    fn with<T>(&self, run: impl FnOnce(&EntityInfo, &Context<'_>) -> T) -> T {
        let info = self.schema.entity("Companies").expect("known");
        let tables = [("Companies".to_owned(), &self.companies)];
        let context = Context {
            now: Instant::parse("2026-03-08T06:30:00Z"),
            zone: &NewYork,
            me: Some(4),
            resolved: Some(&self.resolved),
            tables: Some(&tables),
            ..Context::default()
        };
        run(&info, &context)
    }
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        prop::sample::select(vec![
            "a",
            "A ",
            "ab",
            "B",
            "ß",
            "Ä",
            "",
            "me",
            "today",
            "not",
            "2026-03-08",
            "-1d",
            "5",
            "1.5",
            "a\"b\\"
        ])
        .prop_map(str::to_owned),
        "\\PC{0,6}",
    ]
}

fn day() -> impl Strategy<Value = Day> {
    (-5_i32..6).prop_map(|shift| Day::parse("2026-03-08").and_then(|d| d.plus(shift, Unit::Day)).expect("in range"))
}

fn instant() -> impl Strategy<Value = String> {
    (-120_i64..120, 0_i64..2).prop_map(|(hours, tick)| {
        let instant = Instant::parse("2026-03-08T05:00:00Z").expect("valid");
        Instant(instant.plus_seconds(hours * 3600).0 - tick * 10_000).to_string()
    })
}

fn relative() -> impl Strategy<Value = Relative> {
    let texts = [
        "now",
        "-3h",
        "today",
        "yesterday",
        "tomorrow",
        "-2d",
        "+1w",
        "-1m",
        "startOfMonth",
        "endOfWeek",
        "startOfYear+2m",
    ];
    prop::sample::select(texts.to_vec()).prop_map(|text| Relative::parse(text).expect("relative"))
}

#[derive(Clone, Copy, Debug)]
enum Sort {
    Text,
    Phone,
    Number,
    Reference,
    Boolean,
    Date,
}

/// Fields as the printer writes them, with what they hold.
const FIELDS: [(&str, bool, Sort); 13] = [
    ("companyName", false, Sort::Text),
    ("city", false, Sort::Text),
    ("phone", false, Sort::Phone),
    ("Ranking ö", true, Sort::Text),
    ("Score", true, Sort::Number),
    ("id", false, Sort::Number),
    ("assetValue", false, Sort::Number),
    ("ownerResourceID", false, Sort::Reference),
    ("isActive", false, Sort::Boolean),
    ("createDate", false, Sort::Date),
    ("lastActivityDate", false, Sort::Date),
    ("parent.city", false, Sort::Text),
    ("parent.createDate", false, Sort::Date),
];

fn value(sort: Sort) -> BoxedStrategy<FilterValue> {
    match sort {
        Sort::Text | Sort::Phone => word().prop_map(FilterValue::Text).boxed(),
        Sort::Number => prop_oneof![
            (-2_i64..6).prop_map(FilterValue::Int),
            prop::sample::select(vec![0.5, -1.25, 3.0, 1e-7, 0.1]).prop_map(FilterValue::Number),
        ]
        .boxed(),
        Sort::Reference => prop_oneof![
            (0_i64..7).prop_map(FilterValue::Int),
            Just(FilterValue::Me),
            prop::sample::select(vec!["Mara Lind", "Ö"]).prop_map(|name| FilterValue::Name(name.to_owned())),
        ]
        .boxed(),
        Sort::Boolean => any::<bool>().prop_map(FilterValue::Bool).boxed(),
        Sort::Date => prop_oneof![
            day().prop_map(FilterValue::Date),
            relative().prop_map(FilterValue::Relative),
            instant().prop_map(FilterValue::Text),
        ]
        .boxed(),
    }
}

fn condition() -> impl Strategy<Value = Filter> {
    prop::sample::select(FIELDS.to_vec()).prop_flat_map(|(field, udf, sort)| {
        let ops: Vec<Op> = match sort {
            Sort::Text => vec![
                Op::Eq,
                Op::NotEq,
                Op::Contains,
                Op::BeginsWith,
                Op::EndsWith,
                Op::NotContains,
                Op::NotBeginsWith,
                Op::NotEndsWith,
                Op::Gt,
                Op::Lte,
                Op::In,
                Op::NotIn,
                Op::Exist,
                Op::NotExist,
            ],
            Sort::Phone => vec![Op::DigitsContain, Op::DigitsBeginWith, Op::Eq, Op::Contains],
            Sort::Boolean => vec![Op::Eq, Op::NotEq, Op::Exist, Op::NotExist],
            Sort::Reference => vec![Op::Eq, Op::NotEq, Op::In, Op::NotIn, Op::Exist, Op::NotExist],
            Sort::Number | Sort::Date => vec![
                Op::Eq,
                Op::NotEq,
                Op::Gt,
                Op::Gte,
                Op::Lt,
                Op::Lte,
                Op::Between,
                Op::In,
                Op::NotIn,
                Op::Exist,
                Op::NotExist,
            ],
        };
        prop::sample::select(ops).prop_flat_map(move |op| {
            let operand = match op {
                Op::Exist | Op::NotExist => Just(Operand::None).boxed(),
                Op::In | Op::NotIn => prop::collection::vec(value(sort), 1..4).prop_map(Operand::Many).boxed(),
                Op::Between => prop::collection::vec(value(sort), 2..=2).prop_map(Operand::Many).boxed(),
                _ => value(sort).prop_map(Operand::One).boxed(),
            };
            operand.prop_map(move |operand| Filter::Condition(Condition { field: field.to_owned(), udf, op, operand }))
        })
    })
}

fn tree() -> impl Strategy<Value = Filter> {
    let inner = condition().prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Filter::And),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Filter::Or),
            inner.prop_map(Filter::not),
        ]
    });
    prop::collection::vec(inner, 0..4).prop_map(Filter::And)
}

fn row(id: i64) -> impl Strategy<Value = Record> {
    let maybe = |text: BoxedStrategy<Value>| prop_oneof![1 => Just(Value::Null), 4 => text];
    (
        (
            maybe(word().prop_map(Value::from).boxed()),
            maybe(word().prop_map(Value::from).boxed()),
            maybe(prop::sample::select(vec!["+1 (555) 010-5", "5", "none", ""]).prop_map(Value::from).boxed()),
            maybe(prop::sample::select(vec![json!(0.5), json!(3), json!(-1.25), json!(0.1)]).boxed()),
        ),
        (
            maybe((0_i64..7).prop_map(Value::from).boxed()),
            maybe(any::<bool>().prop_map(Value::from).boxed()),
            maybe(instant().prop_map(Value::from).boxed()),
            maybe(instant().prop_map(Value::from).boxed()),
            maybe((0_i64..6).prop_map(Value::from).boxed()),
            maybe(word().prop_map(Value::from).boxed()),
            maybe((-1_i64..4).prop_map(Value::from).boxed()),
        ),
    )
        .prop_map(move |((name, city, phone, asset), (owner, active, created, last, parent, ranking, score))| {
            let udfs = json!([{"name": "Ranking ö", "value": ranking}, {"name": "Score", "value": score}]);
            let json = json!({
                "id": id, "companyName": name, "city": city, "phone": phone, "assetValue": asset, "ownerResourceID": owner,
                "isActive": active, "createDate": created, "lastActivityDate": last, "parentCompanyID": parent,
                "userDefinedFields": udfs,
            });
            Record::from(json.as_object().expect("a row").clone())
        })
}

fn rows() -> impl Strategy<Value = Vec<Record>> {
    (0..6_i64).map(row).collect::<Vec<_>>()
}

/// A value where another kind is expected, or written in another way.
fn odd_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(json!("3")),
        Just(json!("True")),
        Just(json!(1)),
        Just(json!(3.0)),
        Just(json!(0.5)),
        Just(json!(false)),
        Just(json!("2026-03-08")),
        Just(json!("2026-03-08T05:00:00+01:00")),
        Just(json!("2026-03-08T05:00:00.1234567")),
        Just(json!(9_007_199_254_740_993_i64)),
        Just(json!(u64::MAX)),
        Just(json!(5_000_000_000_i64)),
        Just(json!([1, {"a": null}])),
        Just(json!({"name": "x"})),
        Just(json!([{"name": "Score", "value": "4"}])),
        Just(json!([{"name": "Score", "value": 4}, {"name": "score", "value": 5}])),
        Just(json!([{"Name": "Score", "Value": 4}, 7])),
        word().prop_map(Value::from),
    ]
}

/// Rows as they should be, and rows with members missing, added, spelt or typed otherwise. Ids may come twice.
fn wild_rows() -> impl Strategy<Value = Vec<Record>> {
    let change = || (0_usize..14, prop::option::of(odd_value()), any::<bool>());
    let wild = (0_i64..6).prop_flat_map(row).prop_flat_map(move |row| {
        (Just(row), prop::collection::vec(change(), 0..3)).prop_map(|(row, changes)| {
            let mut members: Vec<(String, Value)> = row.into_map().into_iter().collect();
            for (at, value, upper) in changes {
                match (members.get_mut(at), value) {
                    (Some(member), Some(value)) if !member.0.eq_ignore_ascii_case("id") => member.1 = value,
                    (Some(member), None) if !member.0.eq_ignore_ascii_case("id") && !upper => {
                        members.remove(at);
                    }
                    (Some(member), None) if upper => member.0 = member.0.to_uppercase(),
                    (None, Some(value)) => members.push((format!("extra{}", at % 2), value)),
                    _ => {}
                }
            }
            Record::from(members.into_iter().collect::<serde_json::Map<_, _>>())
        })
    });
    prop::collection::vec(prop_oneof![2 => (0_i64..6).prop_flat_map(row), 1 => wild], 0..12)
}

/// The table of some rows, filled one by one and by bytes, compact or not.
fn tables(rows: &[Record]) -> Vec<Table> {
    let mut one_by_one = Table::new();
    for row in rows {
        one_by_one.put(row.clone());
    }
    let mut compact = Table::new();
    assert_eq!(
        compact
            .load(&serde_json::to_vec(&json!({"items": rows, "pageDetails": {"next": [null]}})).expect("JSON"))
            .issues,
        []
    );
    let mut pretty = Table::new();
    let (first, rest) = rows.split_at(rows.len() / 2);
    for part in [first, rest] {
        assert_eq!(pretty.load(&serde_json::to_vec_pretty(part).expect("JSON")).issues, []);
    }
    vec![one_by_one, compact, pretty]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 768, ..ProptestConfig::default() })]

    #[test]
    fn what_is_printed_is_read_back_as_the_same_tree(filter in tree()) {
        House::new(&[]).with(|info, _| {
            let text = print::print(&filter, info);
            let (read, issues) = parse::parse(&text, info);
            prop_assert_eq!(issues, vec![], "{}", text);
            prop_assert_eq!(read.as_ref(), Some(&filter), "{}", text);
            prop_assert_eq!(print::print(&read.expect("no issues"), info), text);
            let pretty = print::pretty(&filter, info);
            let (read, issues) = parse::parse(&pretty, info);
            prop_assert_eq!((read.as_ref(), issues), (Some(&filter), vec![]), "{}", pretty);
            Ok(())
        })?;
    }

    #[test]
    fn a_tree_survives_its_own_json(filter in tree()) {
        House::new(&[]).with(|info, _| {
            let nodes = body::nodes(&filter, info);
            let read = body::read(&Value::from(nodes.clone()), Reading::Lenient(info));
            prop_assert_eq!(read.issues, vec![]);
            prop_assert_eq!(body::nodes(&read.filter.expect("a filter"), info), nodes);
            Ok(())
        })?;
    }

    #[test]
    fn a_well_formed_filter_has_no_problem(filter in tree()) {
        House::new(&[]).with(|info, context| {
            let text = print::print(&filter, info);
            let parsed = parse::read(&text, info, context);
            prop_assert_eq!(&parsed.issues, &vec![], "{}", text);
            prop_assert_eq!(parsed.spans.len(), filter.conditions().count());
            Ok(())
        })?;
    }

    #[test]
    fn the_server_part_holds_every_match_and_the_rest_leaves_exactly_them(filter in tree(), rows in rows()) {
        House::new(&rows).with(|info, context| {
            let plan = plan(&filter, info, context);
            prop_assert_eq!(&plan.issues, &vec![]);
            prop_assert_eq!(limits(&plan.server), vec![]);
            // What is sent is what Autotask knows, and nothing else.
            let sent = body::read(&Value::from(body::write(&plan.server, info)), Reading::WireStrict);
            prop_assert_eq!(&sent.issues, &vec![]);
            let sent = sent.filter.expect("a filter");
            let server = Typed::of(&sent, info).map_err(|p| TestCaseError::fail(format!("{p:?}")))?;
            let whole = everywhere(&filter, info, context);
            let local = plan.local.as_ref().map(|local| everywhere(local, info, context));
            for row in &rows {
                let looked_up = plan.lookups.iter().all(|lookup| {
                    let found = Typed::of(&lookup.filter, lookup.entity).expect("a server filter");
                    let parent = row.int(&lookup.into);
                    parent.and_then(|id| rows.iter().find(|r| r.id() == Some(id))).is_some_and(|r| found.matches(r))
                });
                let comes = server.matches(row) && looked_up;
                let stays = comes && local.as_ref().is_none_or(|local| local(row));
                prop_assert_eq!(stays, whole(row), "{} → {:?}", print::print(&filter, info), plan);
            }
            Ok(())
        })?;
    }

    #[test]
    fn not_is_two_valued(filter in tree(), rows in rows()) {
        House::new(&rows).with(|info, context| {
            let (plain, negated) = (everywhere(&filter, info, context), everywhere(&Filter::not(filter.clone()), info, context));
            for row in &rows {
                prop_assert_ne!(plain(row), negated(row));
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_table_gives_back_its_rows_and_filters_as_eval_does(filter in tree(), rows in wild_rows()) {
        let mut last = BTreeMap::new();
        for row in &rows {
            last.insert(row.id().expect("an id"), row.clone());
        }
        House::new(&rows).with(|info, context| {
            let typed = Typed::with(&filter, info, context).map_err(|p| TestCaseError::fail(format!("{p:?}")))?;
            let mut tables = tables(&rows);
            let restored = Table::restore(&tables[1].snapshot());
            tables.push(restored.map_err(|issue| TestCaseError::fail(format!("{issue:?}")))?);
            for table in tables {
                prop_assert_eq!(table.len(), last.len());
                for (id, row) in &last {
                    let here = table.by_id(*id).map(Value::from);
                    prop_assert_eq!(here.map(|v| v.to_string()), Some(Value::from(row.clone()).to_string()));
                }
                let mut found: Vec<i64> = table.filter(&typed).into_iter().filter_map(|row| table.id(row)).collect();
                found.sort_unstable();
                let wanted: Vec<i64> = last.iter().filter(|(_, row)| typed.matches(row)).map(|(id, _)| *id).collect();
                prop_assert_eq!(found, wanted, "{}", print::print(&filter, info));
            }
            Ok(())
        })?;
    }

    #[test]
    fn a_damaged_snapshot_is_refused(rows in wild_rows(), at in any::<prop::sample::Index>(), bit in 0..8_u8) {
        let table = &tables(&rows)[1];
        let bytes = table.snapshot();
        prop_assert_eq!(Table::restore(&bytes).map(|table| table.snapshot()), Ok(bytes.clone()));
        let mut changed = bytes.clone();
        changed[at.index(bytes.len())] ^= 1 << bit;
        prop_assert!(Table::restore(&changed).is_err());
        prop_assert!(Table::restore(&bytes[..at.index(bytes.len())]).is_err());
    }

    #[test]
    fn no_text_panics_and_every_problem_has_a_place(text in "([a-z]{0,4}|city|createDate|owner|parent|not|and|or|between|in|is|[ =!<>()'\"`#.,0-9ü+-]){0,30}") {
        House::new(&[]).with(|info, context| {
            let parsed = parse::read(&text, info, context);
            for issue in &parsed.issues {
                let place = issue.position.expect("a place");
                prop_assert!(place.start <= place.end && place.end <= text.len(), "{:?}", issue);
            }
            if let Some(filter) = parsed.filter() {
                // What was read can be printed, read again and planned.
                let printed = print::print(filter, info);
                prop_assert_eq!(print::print(parse::read(&printed, info, context).filter().expect("read again"), info), printed);
                let _ = plan(filter, info, context);
            }
            Ok(())
        })?;
    }
}

/// Evaluates a filter here.
fn everywhere<'a>(filter: &Filter, info: &'a EntityInfo, context: &Context<'_>) -> impl Fn(&Record) -> bool + use<'a> {
    let typed = Typed::with(filter, info, context).expect("a well-formed filter");
    move |row| typed.matches(row)
}
