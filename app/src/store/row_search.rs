//! RowSearch: which rows of a list match what was typed, at each key. Its code comes when the first rows are here, so that
//! they need not wait for it.

use std::collections::VecDeque;
use std::ops::Range;
use std::sync::{Arc, Mutex};

use autotask_core::search::{Mark, Options, Query, TableIndex, Units};
use autotask_core::table::Loaded;
use autotask_core::{EntityInfo, Table};
use leptos::wasm_split::{SplitLoaderError, wasm_split};

/// So many rows come in the order in which they match; the others follow in the order of the list. Ordering all of
/// 100,000 rows that have an "a" would take longer than the next key.
pub const BEST_MAX: usize = 200;
/// Searches that are remembered: who takes letters back sees again what was there, and need not wait for a wider search
/// than the one before.
const RECENT_MAX: usize = 32;

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Matches {
    /// How many rows match.
    pub total: usize,
    /// Whether none has the words as typed, and these have one mistake in them.
    pub is_near: bool,
}

/// The search of a list, as the main part of the app knows it.
pub(super) trait Finder: Send + Sync {
    /// Begins anew with an empty table.
    fn restart(&mut self);
    /// Takes rows that were added. While pages come is the moment for it: nobody waits for an index then.
    fn add(&mut self, table: &Table, added: usize, replaced: Vec<u32>);
    /// Looks for a text among all rows, which come in the order of the list. `is_ranked`: the best rows first.
    fn find(&mut self, table: &Table, order: &[u32], text: &str, is_ranked: bool);
    /// What was found; `None` when nothing is looked for.
    fn matches(&self) -> Option<Matches>;
    /// The rows that were found, in the order in which they are shown; `None` when nothing is looked for. At first only
    /// the best ones, until [`Finder::complete`].
    fn rows(&self) -> Option<&[u32]>;
    /// Adds the rows that stand behind the best ones, of the table and the order that were searched.
    fn complete(&mut self, table: &Table, order: &[u32]);
    /// Where the words are in a text of a row, in bytes, in ascending order.
    fn marks(&self, table: &Table, row: u32, field: &str) -> Vec<Range<usize>>;
}

/// Fetches the code and makes the search of a list of this entity.
pub(super) async fn finder(info: Arc<EntityInfo>) -> Result<Box<dyn Finder>, SplitLoaderError> {
    make_finder(info).await
}

#[wasm_split(row_search, wasm_split_path = leptos::wasm_split, fallible)]
fn make_finder(info: Arc<EntityInfo>) -> Result<Box<dyn Finder>, SplitLoaderError> {
    Ok(Box::new(RowSearch::new(&info)))
}

/// The answer to a text that was looked for, the best rows first and only those.
struct Ranked {
    text: String,
    rows: Vec<u32>,
    matches: Matches,
}

/// The index beside the table of a list, and what was last looked for in it.
struct RowSearch {
    /// One without rows, to begin with.
    empty: TableIndex,
    index: TableIndex,
    text: String,
    rows: Vec<u32>,
    matches: Option<Matches>,
    /// Whether `rows` are the best ones only. Nobody sees the others at a key, and finding them takes as long again.
    is_begun: bool,
    /// The last searches among the rows as they are, the latest at the end.
    recent: VecDeque<Ranked>,
    /// The marks of the row that was asked for last: each of its cells asks.
    marked: Mutex<Option<(u32, Vec<Mark>)>>,
}

impl RowSearch {
    fn new(info: &EntityInfo) -> RowSearch {
        let empty = TableIndex::new(info);
        RowSearch {
            index: empty.clone(),
            empty,
            text: String::new(),
            rows: Vec::new(),
            matches: None,
            is_begun: false,
            recent: VecDeque::new(),
            marked: Mutex::default(),
        }
    }

    /// The answer to the text, taken out of those that are remembered if it is among them.
    fn ranked(&mut self, table: &Table) -> Ranked {
        if let Some(known) = self.recent.iter().position(|ranked| ranked.text == self.text)
            && let Some(ranked) = self.recent.remove(known)
        {
            return ranked;
        }
        if self.recent.len() == RECENT_MAX {
            self.recent.pop_front();
        }
        let mut search = |typos| self.index.search(table, &self.text, Options { limit: BEST_MAX, typos }, Units::Bytes);
        let mut answer = search(false);
        // A row that is only similar must not stand among those that have the words.
        let is_near = answer.total == 0;
        if is_near {
            answer = search(true);
        }
        Ranked {
            text: self.text.clone(),
            rows: answer.hits.iter().map(|hit| hit.row).collect(),
            matches: Matches { total: answer.total, is_near: is_near && answer.total > 0 },
        }
    }
}

impl Finder for RowSearch {
    fn restart(&mut self) {
        self.index = self.empty.clone();
        self.recent.clear();
        self.marked = Mutex::default();
    }

    fn add(&mut self, table: &Table, added: usize, replaced: Vec<u32>) {
        self.index.loaded(&Loaded { added, ..Loaded::default() });
        self.index.refresh(table);
        self.index.replaced(table, replaced);
        self.recent.clear();
        self.marked = Mutex::default();
    }

    fn find(&mut self, table: &Table, order: &[u32], text: &str, is_ranked: bool) {
        text.clone_into(&mut self.text);
        self.marked = Mutex::default();
        self.rows.clear();
        self.matches = None;
        self.is_begun = false;
        // Blanks alone, for example, ask for nothing.
        if Query::of(text).is_empty() {
            return;
        }
        if is_ranked {
            let ranked = self.ranked(table);
            self.rows.extend(&ranked.rows);
            self.is_begun = ranked.matches.total > self.rows.len();
            self.matches = Some(ranked.matches);
            self.recent.push_back(ranked);
        } else {
            let index = &mut self.index;
            let mut is_near = false;
            let mut found = index.rows_with(table, &self.text, false);
            if found.is_empty() {
                found = index.rows_with(table, &self.text, true);
                is_near = !found.is_empty();
            }
            let found = members(&found, table);
            self.rows.extend(order.iter().filter(|row| is_member(&found, **row)));
            self.matches = Some(Matches { total: self.rows.len(), is_near });
        }
    }

    fn complete(&mut self, table: &Table, order: &[u32]) {
        let Some(matches) = self.matches.filter(|_| std::mem::take(&mut self.is_begun)) else { return };
        let mut others = members(&self.index.rows_with(table, &self.text, matches.is_near), table);
        for row in &self.rows {
            if let Some(member) = others.get_mut(*row as usize) {
                *member = false;
            }
        }
        self.rows.extend(order.iter().filter(|row| is_member(&others, **row)));
    }

    fn matches(&self) -> Option<Matches> {
        self.matches
    }

    fn rows(&self) -> Option<&[u32]> {
        self.matches.map(|_| self.rows.as_slice())
    }

    fn marks(&self, table: &Table, row: u32, field: &str) -> Vec<Range<usize>> {
        if self.matches.is_none() {
            return Vec::new();
        }
        let Ok(mut marked) = self.marked.lock() else { return Vec::new() };
        if marked.as_ref().is_none_or(|(own, _)| *own != row) {
            *marked = Some((row, self.index.marks_in(table, row, &self.text, Units::Bytes)));
        }
        let marks = marked.iter().flat_map(|(_, marks)| marks);
        marks.filter(|mark| mark.field == field).map(|mark| mark.start..mark.end).collect()
    }
}

fn members(rows: &[u32], table: &Table) -> Vec<bool> {
    let mut members = vec![false; table.row_count()];
    for row in rows {
        if let Some(member) = members.get_mut(*row as usize) {
            *member = true;
        }
    }
    members
}

fn is_member(members: &[bool], row: u32) -> bool {
    members.get(row as usize) == Some(&true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use autotask_core::entity;

    /// `count` companies called "Acme 0000" and so on, and one "Bravo"; the order of the list is the reverse.
    fn list(count: usize) -> (Table, RowSearch, Vec<u32>) {
        let mut rows: Vec<String> =
            (0..count).map(|n| format!(r#"{{"id":{n},"companyName":"Acme {n:04}","city":"Köln"}}"#)).collect();
        rows.push(format!(r#"{{"id":{count},"companyName":"Bravo Acme"}}"#));
        let mut table = Table::new();
        assert_eq!(table.load(format!("[{}]", rows.join(",")).as_bytes()).added, count + 1);
        let mut search = RowSearch::new(entity("Companies").expect("known"));
        search.add(&table, count + 1, Vec::new());
        (table, search, (0..=u32::try_from(count).expect("small")).rev().collect())
    }

    #[test]
    fn the_best_come_first_and_no_row_is_lost() {
        let (table, mut search, order) = list(1000);
        search.find(&table, &order, "acme", true);
        assert_eq!(search.matches(), Some(Matches { total: 1001, is_near: false }));
        assert_eq!(search.rows().map(<[u32]>::len), Some(BEST_MAX), "nobody waits for the others");
        search.complete(&table, &order);
        let rows = search.rows().expect("searched");
        assert_eq!(rows[..3], [0, 1, 2], "by name");
        assert_eq!(rows[BEST_MAX..BEST_MAX + 2], [1000, 999], "the rest in the order of the list");
        let mut all = rows.to_vec();
        all.sort_unstable();
        assert_eq!(all, (0..=1000).collect::<Vec<_>>());
    }

    #[test]
    fn what_was_looked_for_before_is_found_again_until_rows_change() {
        let (mut table, mut search, order) = list(300);
        let seen = |search: &mut RowSearch, table: &Table, text: &str| {
            search.find(table, &order, text, true);
            let total = search.matches().map(|matches| matches.total);
            search.complete(table, &order);
            (total, search.rows().map(<[u32]>::to_vec))
        };
        let texts = ["a", "ac", "acm", "acme", "acm", "ac", "a", "brvao"];
        let first: Vec<_> = texts.iter().map(|text| seen(&mut search, &table, text)).collect();
        let fresh = |search: &mut RowSearch| search.recent.clear();
        for (text, before) in texts.iter().zip(&first) {
            fresh(&mut search);
            assert_eq!(seen(&mut search, &table, text), *before, "{text}");
        }
        for number in 0..2 * RECENT_MAX {
            seen(&mut search, &table, &format!("acme {number}"));
        }
        assert_eq!(search.recent.len(), RECENT_MAX);
        seen(&mut search, &table, "bravo");
        table.load(br#"[{"id":0,"companyName":"Bravo two"}]"#);
        search.add(&table, 0, vec![0]);
        assert_eq!(seen(&mut search, &table, "bravo").0, Some(2));
    }

    #[test]
    fn as_many_rows_come_as_were_counted() {
        let (table, mut search, order) = list(1000);
        for text in ["a", "e", "0", "acme koln", "acme 00", "acme", "koln", "00", "bravo", "acmee koln", "no such"] {
            search.find(&table, &order, text, true);
            let total = search.matches().map(|matches| matches.total);
            search.complete(&table, &order);
            let mut rows = search.rows().map(<[u32]>::to_vec).unwrap_or_default();
            assert_eq!(Some(rows.len()), total, "{text}");
            rows.sort_unstable();
            rows.dedup();
            assert_eq!(Some(rows.len()), total, "{text}: each once");
        }
    }

    #[test]
    fn an_order_that_was_chosen_stays() {
        let (table, mut search, order) = list(3);
        search.find(&table, &order, "koln", false);
        assert_eq!(search.rows(), Some(&[2, 1, 0][..]));
        assert_eq!(search.marks(&table, 2, "city"), [Range { start: 0, end: 5 }]);
        assert!(search.marks(&table, 2, "companyName").is_empty());
    }

    #[test]
    fn similar_rows_are_shown_only_where_none_has_the_words() {
        let (table, mut search, order) = list(3);
        for is_ranked in [true, false] {
            search.find(&table, &order, "brvao", is_ranked);
            assert_eq!((search.rows(), search.matches()), (Some(&[3][..]), Some(Matches { total: 1, is_near: true })));
            search.find(&table, &order, "no such company", is_ranked);
            assert_eq!(search.matches(), Some(Matches { total: 0, is_near: false }));
            search.find(&table, &order, " ", is_ranked);
            assert_eq!((search.rows(), search.matches()), (None, None));
        }
    }

    #[test]
    fn rows_that_come_and_rows_that_change_are_found() {
        let (mut table, mut search, order) = list(1);
        assert_eq!(table.load(br#"[{"id":0,"companyName":"Nova"},{"id":9,"companyName":"Nova two"}]"#).added, 1);
        search.add(&table, 1, vec![0]);
        search.find(&table, &order, "nova", true);
        assert_eq!(search.rows(), Some(&[0, 2][..]));
        search.find(&table, &order, "acme 0000", true);
        assert_eq!(search.matches().map(|matches| matches.total), Some(0));
    }
}
