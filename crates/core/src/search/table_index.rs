//! TableIndex: the index beside a [`Table`], made at the first search and brought up to date before each.

use std::ops::Range;

use autotask_search::{Options, Query, SearchField, SearchIndex, Span};

use super::fields::{SearchedText, searched_texts};
use crate::entity::EntityInfo;
use crate::table::{Loaded, Table, TextMember};

/// An index over the rows of one table. It does not watch the table: whoever changes that says so.
#[derive(Clone, Debug)]
pub struct TableIndex {
    texts: Vec<SearchedText>,
    index: SearchIndex,
    /// What may have happened since.
    pending: Pending,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Pending {
    Nothing,
    /// Rows came.
    Added,
    /// Rows came or went.
    Rows,
    /// Rows may say something else, nobody knows which.
    Texts,
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The best rows, best first: by score, then by folded name, then by id.
    pub hits: Vec<Hit>,
    /// How many rows match in all.
    pub total: usize,
}

/// A row that matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Its number.
    pub row: u32,
    /// Its id.
    pub id: i64,
    /// How well it matches, 1 to 100; see [`autotask_search::Match`].
    pub score: u8,
    /// What to highlight, by field and place.
    pub marks: Vec<Mark>,
}

/// A place in the text of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// The member.
    pub field: &'static str,
    /// Where it begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
}

/// What places in texts are counted in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Units {
    /// As Rust does.
    Bytes,
    /// As JavaScript does.
    Utf16,
}

impl Answer {
    /// The answer as JSON: `{"hits":[{"row":…,"id":…,"score":…,"marks":[{"field":…,"start":…,"end":…}]}],"total":…}`.
    /// Written by hand, since at each key it takes as long as the search.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut json = String::with_capacity(64 + 160 * self.hits.len());
        json.push_str(r#"{"hits":["#);
        for (number, hit) in self.hits.iter().enumerate() {
            json.push_str(if number == 0 { "{" } else { ",{" });
            put_number(&mut json, r#""row":"#, hit.row.into());
            put_number(&mut json, r#","id":"#, hit.id);
            put_number(&mut json, r#","score":"#, hit.score.into());
            json.push_str(r#","marks":["#);
            for (number, mark) in hit.marks.iter().enumerate() {
                // Members are words of letters and digits.
                json.push_str(if number == 0 { r#"{"field":""# } else { r#",{"field":""# });
                json.push_str(mark.field);
                put_number(&mut json, r#"","start":"#, mark.start as i64);
                put_number(&mut json, r#","end":"#, mark.end as i64);
                json.push('}');
            }
            json.push_str("]}");
        }
        put_number(&mut json, r#"],"total":"#, self.total as i64);
        json.push('}');
        json
    }
}

/// Writes a member that is a number.
fn put_number(json: &mut String, name: &str, number: i64) {
    json.push_str(name);
    json.push_str(&number.to_string());
}

impl TableIndex {
    /// An index for rows of this entity, made at the first search.
    #[must_use]
    pub fn new(info: &EntityInfo) -> TableIndex {
        let texts = searched_texts(info);
        let index = empty(&texts);
        TableIndex { texts, index, pending: Pending::Texts }
    }

    /// Says what a load did. New rows are added before the next search; rows that were replaced cost a new index.
    pub fn loaded(&mut self, loaded: &Loaded) {
        if loaded.updated > 0 {
            self.pending = Pending::Texts;
        } else if loaded.added > 0 {
            self.pending = self.pending.max(Pending::Added);
        }
    }

    /// Says that rows were added or removed.
    pub fn resized(&mut self) {
        self.pending = self.pending.max(Pending::Rows);
    }

    /// Says which rows were replaced: only those are read again.
    pub fn replaced(&mut self, table: &Table, rows: impl IntoIterator<Item = u32>) {
        if self.pending == Pending::Texts {
            return;
        }
        let members = members(&self.texts, table);
        for row in rows {
            match table.id(row) {
                Some(id) => self.put(row, id, &members),
                None => _ = self.index.remove(row),
            }
        }
    }

    /// The rows that match what was typed, best first, with places in these units.
    pub fn search(&mut self, table: &Table, text: &str, options: Options, units: Units) -> Answer {
        self.refresh(table);
        let found = self.index.search(&Query::of(text), options);
        let members = members(&self.texts, table);
        let hits = found.hits.into_iter().map(|hit| Hit {
            row: hit.row,
            id: hit.id,
            score: hit.score,
            marks: self.marks(hit.row, &members, &hit.spans, units),
        });
        Answer { hits: hits.collect(), total: found.total }
    }

    /// All rows that match, in no order: for a list that has an order of its own. With `typos` also those in which words
    /// have one mistake.
    pub fn rows_with(&mut self, table: &Table, text: &str, typos: bool) -> Vec<u32> {
        self.refresh(table);
        self.index.rows_with(&Query::of(text), typos)
    }

    /// What to highlight in one row, of what was there at the last search.
    #[must_use]
    pub fn marks_in(&self, table: &Table, row: u32, text: &str, units: Units) -> Vec<Mark> {
        let spans = self.index.spans_in(row, &Query::of(text));
        if spans.is_empty() { Vec::new() } else { self.marks(row, &members(&self.texts, table), &spans, units) }
    }

    /// Makes the index what the table is. A search does so by itself; where nobody types yet is a better moment.
    pub fn refresh(&mut self, table: &Table) {
        match self.pending {
            Pending::Nothing => return,
            Pending::Added => self.append(table),
            Pending::Rows => {
                for row in 0..self.index.rows() {
                    if !table.has_row(row) {
                        self.index.remove(row);
                    }
                }
                self.append(table);
            }
            Pending::Texts => {
                self.index = empty(&self.texts);
                self.append(table);
            }
        }
        self.pending = Pending::Nothing;
    }

    /// Takes the rows behind the last.
    fn append(&mut self, table: &Table) {
        let members = members(&self.texts, table);
        for row in self.index.rows()..u32::try_from(table.row_count()).unwrap_or(u32::MAX) {
            if let Some(id) = table.id(row) {
                self.put(row, id, &members);
            }
        }
    }

    fn put(&mut self, row: u32, id: i64, members: &[Vec<Member<'_>>]) {
        // Only a title has several members, and it is the first.
        let title = members.first().and_then(|members| joined(members, row));
        let texts = members.iter().map(|members| match members.as_slice() {
            [(_, only)] => only.get(row),
            _ => title.as_deref(),
        });
        self.index.put(row, id, texts);
    }

    fn marks(&self, row: u32, members: &[Vec<Member<'_>>], spans: &[Span], units: Units) -> Vec<Mark> {
        let mut marks = Vec::with_capacity(spans.len());
        for of_field in spans.chunk_by(|one, other| one.field == other.field) {
            let Some(field) = of_field.first().map(|span| span.field) else { continue };
            let (Some(text), Some(members)) = (self.texts.get(field), members.get(field)) else { continue };
            let title = joined(members, row);
            let whole = match members.as_slice() {
                [(_, only)] => only.get(row),
                _ => title.as_deref(),
            };
            let Some(whole) = whole else { continue };
            for span in of_field {
                let place = text.field.kind.original(whole, span.start..span.end);
                // Of a name in two members a mark may be in both.
                let mut from = 0;
                for (member, part) in parts(members, row) {
                    let own = place.start.max(from)..place.end.min(from + part.len());
                    if own.start < own.end {
                        let own = in_units(part, own.start - from..own.end - from, units);
                        marks.push(Mark { field: member, start: own.start, end: own.end });
                    }
                    from += part.len() + 1;
                }
            }
        }
        marks
    }
}

fn empty(texts: &[SearchedText]) -> SearchIndex {
    let fields: Vec<SearchField> = texts.iter().map(|text| text.field).collect();
    SearchIndex::new(&fields)
}

/// A member of a table by its name.
type Member<'t> = (&'static str, TextMember<'t>);

/// The members of each searched text.
fn members<'t>(texts: &[SearchedText], table: &'t Table) -> Vec<Vec<Member<'t>>> {
    texts.iter().map(|text| text.members.iter().map(|name| (*name, table.texts(name))).collect()).collect()
}

/// What a row has of the members of a searched text.
fn parts<'t>(members: &[Member<'t>], row: u32) -> impl Iterator<Item = (&'static str, &'t str)> {
    members.iter().filter_map(move |(name, member)| Some((*name, member.get(row)?)))
}

/// The text of several members; `None` for that of one, which need not be copied.
fn joined(members: &[Member<'_>], row: u32) -> Option<String> {
    let parts = || parts(members, row).map(|(_, part)| part);
    (members.len() > 1 && parts().next().is_some()).then(|| parts().collect::<Vec<_>>().join(" "))
}

fn in_units(text: &str, place: Range<usize>, units: Units) -> Range<usize> {
    let count = |to: usize| match units {
        Units::Utf16 if !text.is_ascii() => text.get(..to).map_or(0, |before| before.encode_utf16().count()),
        Units::Utf16 | Units::Bytes => to,
    };
    count(place.start)..count(place.end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entity;

    fn table(entity_name: &str, rows: &str) -> (Table, TableIndex) {
        let mut table = Table::new();
        assert!(table.load(rows.as_bytes()).issues.is_empty());
        (table, TableIndex::new(entity(entity_name).expect("known")))
    }

    /// The ids, and what is marked in the first row.
    fn search(table: &Table, index: &mut TableIndex, text: &str) -> (Vec<i64>, Vec<(String, String)>) {
        let answer = index.search(table, text, Options::default(), Units::Bytes);
        assert_eq!(answer.total, answer.hits.len());
        let marked = answer.hits.first().map(|hit| {
            let row = table.row(hit.row).expect("there");
            let slice = |mark: &Mark| row.text(mark.field).expect("text")[mark.start..mark.end].to_owned();
            hit.marks.iter().map(|mark| (mark.field.to_owned(), slice(mark))).collect()
        });
        (answer.hits.iter().map(|hit| hit.id).collect(), marked.unwrap_or_default())
    }

    fn marked(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(field, text)| ((*field).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn companies_are_found_by_all_that_people_know_of_them() {
        let (table, mut index) = table(
            "Companies",
            r#"[{"id":1,"companyName":"Bäckerei Straße","companyNumber":"C0042","city":"Köln"},
                {"id":2,"companyName":"Acme","phone":"(555) 010-9988","webAddress":"https://www.acme.com/"},
                {"id":3,"companyName":null,"city":"Acmetown"},{"id":4}]"#,
        );
        let mut ask = |text: &str| search(&table, &mut index, text);
        assert_eq!(ask("backerei koln"), (vec![1], marked(&[("companyName", "Bäckerei"), ("city", "Köln")])));
        assert_eq!(ask("STRASSE"), (vec![1], marked(&[("companyName", "Straße")])));
        assert_eq!(ask("c0042"), (vec![1], marked(&[("companyNumber", "C0042")])));
        assert_eq!(ask("(555) 010"), (vec![2], marked(&[("phone", "555) 010")])));
        assert_eq!(ask("5550109"), (vec![2], marked(&[("phone", "555) 010-9")])));
        assert_eq!(ask("acme.com"), (vec![2], marked(&[("webAddress", "acme.com")])));
        assert_eq!(ask("http://www.acme.com"), (vec![2], marked(&[("webAddress", "acme.com")])));
        assert_eq!(ask("acme"), (vec![2, 3], marked(&[("companyName", "Acme"), ("webAddress", "acme")])));
        assert_eq!(ask("backrei"), (vec![1], marked(&[("companyName", "Bäckerei")])));
        assert_eq!(ask("acme koln").0, [0_i64; 0]);
        assert_eq!(ask("").0, [0_i64; 0]);
    }

    #[test]
    fn a_name_in_two_members_is_one() {
        let (table, mut index) = table(
            "Contacts",
            r#"[{"id":1,"firstName":"Mara","lastName":"Lindqvist","emailAddress":"mara@acme.com"},
                {"id":2,"lastName":"Mara"},{"id":3,"firstName":"Tamara","lastName":"Lind"}]"#,
        );
        let mut ask = |text: &str| search(&table, &mut index, text);
        assert_eq!(
            ask("mara lindqv"),
            (vec![1], marked(&[("firstName", "Mara"), ("lastName", "Lindqv"), ("emailAddress", "mara")]))
        );
        assert_eq!(ask("lindqvist, mara").0, [1]);
        assert_eq!(ask("mara").0, [2, 1, 3], "all of it, its beginning, within");
        assert_eq!(ask("mara@acme.com").1, marked(&[("emailAddress", "mara@acme.com")]));
    }

    #[test]
    fn a_list_in_its_own_order_gets_rows_and_marks() {
        let (table, mut index) = table(
            "Companies",
            r#"[{"id":1,"companyName":"Acme","city":"Köln"},{"id":2,"companyName":"Köln Dental"},{"id":3,"companyName":"Acme"}]"#,
        );
        assert_eq!(index.rows_with(&table, "koln", false), [0, 1]);
        assert_eq!(index.rows_with(&table, "dentla", false), [0; 0]);
        assert_eq!(index.rows_with(&table, "dentla", true), [1]);
        let marks = |row: u32, text: &str| index.marks_in(&table, row, text, Units::Bytes);
        assert_eq!(marks(0, "koln"), [Mark { field: "city", start: 0, end: 5 }]);
        assert_eq!(marks(1, "dentla"), [Mark { field: "companyName", start: 6, end: 12 }]);
        assert_eq!((marks(2, "koln"), marks(9, "acme"), marks(0, "")), (vec![], vec![], vec![]));
    }

    #[test]
    fn places_are_counted_as_javascript_does() {
        let (table, mut index) = table("Companies", r#"[{"id":1,"companyName":"🙂 Söhne"}]"#);
        let hit = &index.search(&table, "sohne", Options::default(), Units::Utf16).hits[0];
        assert_eq!(hit.marks, [Mark { field: "companyName", start: 3, end: 8 }]);
    }

    #[test]
    fn an_answer_is_written_as_json() {
        let (table, mut index) =
            table("Companies", r#"[{"id":-1,"companyName":"a b"},{"id":9007199254740993,"companyName":"ab"}]"#);
        let mut json = |text: &str| index.search(&table, text, Options::default(), Units::Utf16).to_json();
        let first = r#"{"row":0,"id":-1,"score":80,"marks":[{"field":"companyName","start":0,"end":1}]}"#;
        let second =
            r#"{"row":1,"id":9007199254740993,"score":80,"marks":[{"field":"companyName","start":0,"end":1}]}"#;
        assert_eq!(json("a"), format!(r#"{{"hits":[{first},{second}],"total":2}}"#));
        assert_eq!(json("x"), r#"{"hits":[],"total":0}"#);
    }

    #[test]
    fn the_index_follows_its_table() {
        let (mut table, mut index) =
            table("Companies", r#"[{"id":1,"companyName":"one"},{"id":2,"companyName":"two"}]"#);
        assert_eq!(search(&table, &mut index, "two").0, [2]);
        index.loaded(&table.load(br#"[{"id":3,"companyName":"two more"}]"#));
        assert_eq!(search(&table, &mut index, "two").0, [2, 3]);
        table.remove([2]);
        index.resized();
        assert_eq!(search(&table, &mut index, "two").0, [3]);
        index.loaded(&table.load(br#"[{"id":1,"companyName":"two too"},{"id":2,"companyName":"again"}]"#));
        assert_eq!(search(&table, &mut index, "two").0, [3, 1]);
        assert_eq!(search(&table, &mut index, "again").0, [2]);
        table.load(br#"[{"id":3,"companyName":"three"}]"#);
        index.replaced(&table, [2]);
        assert_eq!(search(&table, &mut index, "two").0, [1]);
        assert_eq!(search(&table, &mut index, "three").0, [3]);
    }
}
