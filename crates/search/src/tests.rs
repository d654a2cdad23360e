//! Tests of the search as a whole: against a naive one, and with what nobody types.

use proptest::prelude::*;

use super::*;

fn index(rows: &[Vec<Option<String>>], kinds: &[Kind]) -> SearchIndex {
    let fields: Vec<SearchField> =
        (0_u8..).zip(kinds).map(|(n, kind)| SearchField { kind: *kind, weight: 20 - n }).collect();
    let mut index = SearchIndex::new(&fields);
    for (row, texts) in (0..).zip(rows) {
        assert!(index.put(row, i64::from(row) + 100, texts.iter().map(Option::as_deref)));
    }
    index
}

fn names(names: &[&str]) -> SearchIndex {
    let rows: Vec<Vec<Option<String>>> = names.iter().map(|name| vec![Some((*name).to_owned())]).collect();
    index(&rows, &[Kind::Name])
}

fn rows_of(index: &SearchIndex, text: &str) -> Vec<u32> {
    index.search(&Query::of(text), Options::default()).hits.iter().map(|hit| hit.row).collect()
}

const ALL: Options = Options { limit: usize::MAX, typos: false };

#[test]
fn the_better_the_place_the_earlier_the_row() {
    let index = names(&["a dent", "Accident", "Dental", "Dnet", "dent", "my dent", "Dente"]);
    assert_eq!(rows_of(&index, "dent"), [4, 2, 6, 0, 5, 1, 3]);
    let found = index.search(&Query::of("dent"), Options::default());
    assert_eq!(found.hits.iter().map(|hit| hit.score).collect::<Vec<_>>(), [100, 80, 80, 60, 60, 40, 20]);
    assert_eq!(found.total, 7);
    let few = index.search(&Query::of("dent"), Options { limit: 2, typos: true });
    assert_eq!((few.hits.len(), few.total), (2, 6), "enough rows match, so mistakes are not looked for");
}

#[test]
fn a_phrase_counts_where_it_is_a_phrase() {
    let index = names(&["Nova Acme", "Acme Nova Ltd", "Acme Nova", "Acme of Nova"]);
    assert_eq!(rows_of(&index, "acme nova"), [2, 1, 3, 0]);
    assert_eq!(rows_of(&index, "nova acme"), [0, 2, 1, 3]);
    assert_eq!(rows_of(&index, "nvoa acme"), [2, 1, 3, 0], "a mistake in one of two words");
}

#[test]
fn a_phone_number_typed_in_parts_is_one_number() {
    let rows = [["Dallas", "(555) 123-4567"], ["Austin", "(123) 555-0000"], ["555 123 Club", "1"]];
    let rows: Vec<Vec<Option<String>>> = rows.map(|row| row.map(|text| Some(text.to_owned())).to_vec()).to_vec();
    let index = index(&rows, &[Kind::Name, Kind::Phone]);
    assert_eq!(rows_of(&index, "(555) 123"), [0]);
    assert_eq!(rows_of(&index, "555 123"), [2, 0]);
    assert_eq!(rows_of(&index, "000 123"), [1], "no such number, but both parts are there");
    assert_eq!(rows_of(&index, "1"), [2], "one digit is looked for in names only");
    assert_eq!(rows_of(&index, "555.123.4568"), [0; 0], "another digit is another number");
}

#[test]
fn rows_are_replaced_and_removed_one_by_one() {
    let mut index = SearchIndex::new(&[SearchField { kind: Kind::Name, weight: 20 }]);
    for round in 0..50 {
        for row in 0..100_u32 {
            index.put(row, i64::from(row), [Some(format!("name {round} of {row}, {}", "x".repeat(40)).as_str())]);
        }
    }
    assert_eq!(index.len(), 100);
    assert!(index.text.len() < 3 * (1 << 16), "old texts are given back: {}", index.text.len());
    assert_eq!(rows_of(&index, "name 49 of 77"), [77]);
    assert_eq!(rows_of(&index, "48"), [48]);
    assert!(index.remove(77) && !index.remove(77) && !index.remove(1000));
    assert_eq!(rows_of(&index, "name 49 of 77"), [0; 0]);
    let mut fresh = SearchIndex::new(&[SearchField { kind: Kind::Name, weight: 20 }]);
    for row in (0..100_u32).filter(|row| *row != 77) {
        fresh.put(row, i64::from(row), [Some(format!("name 49 of {row}, {}", "x".repeat(40)).as_str())]);
    }
    assert_eq!((&index.counts, &index.rows_with), (&fresh.counts, &fresh.rows_with));
}

#[test]
fn what_nobody_types_finds_nothing_and_breaks_nothing() {
    let index = names(&["Acme", "\0", "🙂🙂", "", "a\u{301}\u{fffd}"]);
    let long = "x ".repeat(5_000_000);
    for text in ["", " ", "\u{301}", "\n\t", &long, "\u{10ffff}", "zzz\0", "%_*?.[](", "\"\"\""] {
        assert_eq!(rows_of(&index, text), [0; 0], "{:?}", text.get(..9));
    }
    assert_eq!(rows_of(&index, "\0"), [1]);
    assert_eq!(rows_of(&index, "🙂"), [2]);
    assert_eq!(rows_of(&index, "\u{fffd}"), [4]);
    assert_eq!(index.search(&Query::of("a"), Options { limit: 0, typos: true }).hits, []);
    assert_eq!(SearchIndex::new(&[]).search(&Query::of("a"), Options::default()), Found::default());
    let mut none = SearchIndex::new(&[]);
    none.put(3, 9, [Some("a")]);
    assert_eq!(none.search(&Query::of("a"), Options::default()), Found::default());
}

#[test]
fn letters_typed_one_by_one_give_what_a_full_search_gives() {
    let rows: Vec<String> =
        (0..3000).map(|n| format!("{} {}", ["Acme", "Bravo", "Xa"][n % 3], n * 7919 % 1000)).collect();
    let index = names(&rows.iter().map(String::as_str).collect::<Vec<_>>());
    for letter in ["a", "b", "x", "7"] {
        let few = index.search(&Query::of(letter), Options { limit: 20, typos: false });
        let all = index.search(&Query::of(letter), ALL);
        assert_eq!((few.total, &few.hits[..]), (all.hits.len(), &all.hits[..20]), "{letter}");
    }
}

/// Rows of a name, a phone number and a web address.
fn arb_rows() -> impl Strategy<Value = Vec<Vec<Option<String>>>> {
    let name = prop_oneof!["[abA éß]{0,10}", "\\PC{0,8}", "[abc]{1,4}( [abc]{1,4}){0,3}"];
    let web = "(https?://)?(www\\.)?[ab]{0,3}\\.[ab]{1,2}/?";
    let row = (prop::option::of(name), prop::option::of("[(]?[0-2]{0,4}[)]? ?[0-2]{0,4}"), prop::option::of(web));
    prop::collection::vec(row.prop_map(|(name, phone, web)| vec![name, phone, web]), 0..12)
}

const KINDS: [Kind; 3] = [Kind::Name, Kind::Phone, Kind::Web];

proptest! {
    #[test]
    fn rows_are_those_a_naive_search_finds(rows in arb_rows(), text in "[abcé ß0-2]{0,4}|\\PC{0,3}|[012]{3,4}|www\\.a|[(]0[0-2]{3}[)]") {
        let index = index(&rows, &KINDS);
        let query = Query::of(&text);
        let found = index.search(&query, ALL);
        let has = |word: &query::Word, row: &[Option<String>]| {
            KINDS.iter().zip(row).any(|(kind, field)| {
                let (Some(form), Some(field)) = (word.form(*kind), field) else { return false };
                let folded = String::from_utf8(kind.read(field).bytes).expect("UTF-8");
                folded.contains(std::str::from_utf8(form).expect("UTF-8"))
            })
        };
        let matching = |words: &[query::Word]| -> Vec<u32> {
            (0_u32..).zip(&rows).filter(|(_, row)| words.iter().all(|word| has(word, row))).map(|(row, _)| row).collect()
        };
        let mut naive = match query.whole.as_ref().filter(|_| query.is_phone) {
            Some(whole) => matching(std::slice::from_ref(whole)),
            None => Vec::new(),
        };
        if naive.is_empty() && !query.is_empty() {
            naive = matching(&query.words);
        }
        let mut ours: Vec<u32> = found.hits.iter().map(|hit| hit.row).collect();
        ours.sort_unstable();
        prop_assert_eq!(&ours, &naive);
        prop_assert_eq!(found.total, naive.len());
        prop_assert!(found.hits.windows(2).all(|pair| pair[0].score >= pair[1].score));
        let few = index.search(&query, Options { limit: 3, typos: false });
        prop_assert_eq!(few.total, found.total);
        prop_assert_eq!(&few.hits[..], &found.hits[..found.hits.len().min(3)]);
    }

    #[test]
    fn rows_in_no_order_are_those_of_a_search(rows in arb_rows(), text in "[abcé ß0-2]{0,6}|[012]{3,4}|[abc]{4,6}( [abc]{1,5})?", typos: bool) {
        let index = index(&rows, &KINDS);
        let query = Query::of(&text);
        let found = index.search(&query, Options { limit: usize::MAX, typos });
        let mut ranked: Vec<u32> = found.hits.iter().map(|hit| hit.row).collect();
        ranked.sort_unstable();
        let mut ours = index.rows_with(&query, typos);
        ours.sort_unstable();
        prop_assert_eq!(ours, ranked);
        for hit in found.hits {
            prop_assert_eq!(index.spans_in(hit.row, &query), hit.spans);
        }
    }

    #[test]
    fn marks_are_what_was_typed(rows in arb_rows(), text in "[abcé]{1,6}( [abc]{1,5})?|[012]{3,5}", typos: bool) {
        let index = index(&rows, &KINDS);
        let query = Query::of(&text);
        for hit in index.search(&query, Options { limit: usize::MAX, typos }).hits {
            prop_assert!(!hit.spans.is_empty());
            for span in hit.spans {
                let original = rows[hit.row as usize][span.field].as_deref().expect("a text");
                let kind = KINDS[span.field];
                let folded = kind.read(original);
                let slice = String::from_utf8(folded.bytes[span.start..span.end].to_vec()).expect("UTF-8");
                let is_near = query.words.iter().chain(&query.whole).filter_map(|word| word.form(kind)).any(|form| {
                    let form = std::str::from_utf8(form).expect("UTF-8");
                    slice == form || (typos && strsim::osa_distance(form, &slice) == 1)
                });
                prop_assert!(is_near, "{:?} in {:?}", slice, original);
                let place = folded.original(span.start..span.end);
                let marked = original.get(place).expect("on borders of characters");
                prop_assert!(Folded::of(marked).bytes.len() >= slice.len(), "{:?}", marked);
            }
        }
    }

    #[test]
    fn one_mistake_is_forgiven(name in "[a-f]{5,9}", at in 1_usize..4, how in 0..4) {
        let mut letters: Vec<char> = name.chars().collect();
        match how {
            0 => _ = letters.remove(at),
            1 => letters[at] = 'z',
            2 => letters.insert(at, 'z'),
            _ => letters.swap(at, at + 1),
        }
        let typed: String = letters.into_iter().collect();
        // A word of four letters may not have lost one.
        prop_assume!(typed.len() > 4);
        prop_assert_eq!(rows_of(&names(&["other", &format!("My {name} Inc")]), &typed), [1]);
    }
}
