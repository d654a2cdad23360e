//! Find: a query over an index. The rows of the rarest word are gathered, the other words are looked for in those.

use autotask_columns::needle::scan_behind;
use autotask_columns::order::sort_by;

use crate::gather::{Gather, Hit};
use crate::index::{MARKER, SearchIndex};
use crate::kind::Kind;
use crate::pattern::Pattern;
use crate::query::{Query, Word};
use crate::rank::{Class, Ranked, Top, score};

/// How many rows an answer has where nobody says.
pub const LIMIT_DEFAULT: usize = 50;

/// How to search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Most rows that are answered.
    pub limit: usize,
    /// Whether words may have one mistake, when fewer than `limit` rows match without.
    pub typos: bool,
}

impl Default for Options {
    fn default() -> Options {
        Options { limit: LIMIT_DEFAULT, typos: true }
    }
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Found {
    /// The best rows, best first: by score, then by folded name, then by id.
    pub hits: Vec<Match>,
    /// How many rows match in all. Those with a mistake count when mistakes were looked for.
    pub total: usize,
}

/// A row that matches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Its number.
    pub row: u32,
    /// Its id.
    pub id: i64,
    /// How well it matches: 81 to 100 where a field is the query, 61 where one begins with it, 41 where a word does, 21
    /// where it is elsewhere, 1 with a mistake; the better the field, the higher.
    pub score: u8,
    /// Where the words are: in each field the best place of each word, by field and place.
    pub spans: Vec<Span>,
}

/// A place in a folded text; [`crate::Kind`] knows where that is in the original.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Span {
    /// The number of the field.
    pub field: usize,
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

impl SearchIndex {
    /// The rows in which every word of the query is, best first. A query without words finds nothing.
    #[must_use]
    pub fn search(&self, query: &Query, options: Options) -> Found {
        if query.is_empty() || self.is_empty() {
            return Found::default();
        }
        if let Some(whole) = query.whole.as_ref().filter(|_| query.is_phone) {
            let found = self.run(std::slice::from_ref(whole), None, options);
            if found.total > 0 {
                return found;
            }
        }
        self.run(&query.words, query.whole.as_ref(), options)
    }

    /// All rows in which every word of the query is, in no order: for a list that has an order of its own. With `typos`
    /// also those in which words have one mistake.
    #[must_use]
    pub fn rows_with(&self, query: &Query, typos: bool) -> Vec<u32> {
        if query.is_empty() || self.is_empty() {
            return Vec::new();
        }
        let options = Options { limit: usize::MAX, typos };
        if let Some(whole) = query.whole.as_ref().filter(|_| query.is_phone) {
            let rows = self.ready(std::slice::from_ref(whole), None, options).rows();
            if !rows.is_empty() {
                return rows;
            }
        }
        self.ready(&query.words, None, options).rows()
    }

    /// Where the words are in one row, as [`Match::spans`]; nothing where a word is missing. With a mistake only where
    /// there is none without.
    #[must_use]
    pub fn spans_in(&self, row: u32, query: &Query) -> Vec<Span> {
        let Some(slot) = self.slot(row) else { return Vec::new() };
        let options = Options { limit: usize::MAX, typos: true };
        let spans = |words: &[Word]| {
            let search = self.ready(words, None, options);
            let has_all = search.words.iter().all(|word| word.best_in(self, slot, true).is_some());
            has_all.then(|| search.matched(Ranked { score: 0, slot }, true).spans)
        };
        let whole = query.whole.as_ref().filter(|_| query.is_phone);
        whole.and_then(|whole| spans(std::slice::from_ref(whole))).or_else(|| spans(&query.words)).unwrap_or_default()
    }

    fn run(&self, words: &[Word], whole: Option<&Word>, options: Options) -> Found {
        self.ready(words, whole, options).find()
    }

    /// The words made ready, the rarest first.
    fn ready(&self, words: &[Word], whole: Option<&Word>, options: Options) -> Search<'_> {
        let mut search = Search {
            index: self,
            words: words.iter().map(|word| Pattern::new(word, self)).collect(),
            whole: whole.map(|word| Pattern::new(word, self)),
            options,
        };
        // The longest word is the rarest, more or less; where lengths are equal the first.
        let rarest = (0..words.len()).rev().max_by_key(|at| words[*at].text.len()).unwrap_or_default();
        if rarest > 0 {
            search.words.swap(0, rarest);
        }
        search
    }
}

struct Search<'a> {
    index: &'a SearchIndex,
    /// The rarest first.
    words: Vec<Pattern>,
    whole: Option<Pattern>,
    options: Options,
}

impl Search<'_> {
    fn find(&self) -> Found {
        let limit = self.options.limit;
        if let Some(found) = self.first_letter() {
            return found;
        }
        let rarest = &self.words[0];
        let is_alone = self.words.len() == 1;
        let mut gather = Gather::new(self.index, if is_alone { limit } else { usize::MAX });
        gather.pattern(rarest);
        let (mut hits, total) = gather.finish();
        let found = self.rank(&hits, total, false);
        let may_be_mistyped = self.words.iter().any(|word| word.mistyped.is_some());
        if !self.options.typos || found.total >= limit || !may_be_mistyped {
            return found;
        }
        Gather::mistyped(self.index, rarest, &mut hits);
        let total = hits.len();
        self.rank(&hits, total, true)
    }

    fn rows(&self) -> Vec<u32> {
        let Some((rarest, others)) = self.words.split_first() else { return Vec::new() };
        let mut gather = Gather::new(self.index, usize::MAX);
        gather.pattern(rarest);
        let (mut hits, _) = gather.finish();
        let typos = self.options.typos;
        if typos {
            Gather::mistyped(self.index, rarest, &mut hits);
        }
        let has_others = |slot: u32| others.iter().all(|word| word.best_in(self.index, slot, typos).is_some());
        hits.into_iter().filter(|hit| has_others(hit.slot)).map(|hit| self.index.id_and_row(hit.slot).1).collect()
    }

    /// One letter is nearly everywhere: as long as enough fields begin with it, the rest is only counted.
    fn first_letter(&self) -> Option<Found> {
        let [Pattern { forms, .. }] = self.words.as_slice() else { return None };
        let [form] = forms.as_slice() else { return None };
        let [byte] = form.needle.bytes() else { return None };
        let text = self.index.text.as_slice();
        let mut gather = Gather::new(self.index, self.options.limit);
        scan_behind(text, MARKER, *byte, |at| {
            if form.fields.has_field(usize::from(text[at - 1] - MARKER)) {
                gather.take(at, at + 1);
            }
        });
        let (hits, count) = gather.finish();
        let is_counted = self
            .index
            .fields
            .iter()
            .enumerate()
            .all(|(number, field)| form.fields.has_field(number) != (field.kind == Kind::Phone));
        let total = self.index.rows_with[usize::from(*byte)] as usize;
        (count >= self.options.limit && is_counted).then(|| self.rank(&hits, total, false))
    }

    fn rank(&self, hits: &[Hit], total: usize, typos: bool) -> Found {
        let index = self.index;
        let mut top = Top::new(index, self.options.limit);
        let is_alone = self.words.len() == 1;
        let mut matching = 0;
        for hit in hits {
            let weight = |at: usize| index.weight(index.field_at(at).0);
            let (mut class, mut weights) = (hit.class, u32::from(weight(hit.at as usize)));
            let has_others = self.words[1..].iter().all(|word| {
                let place = word.best_in(index, hit.slot, typos);
                if let Some(place) = place {
                    class = class.min(place.class);
                    weights += u32::from(weight(place.start));
                }
                place.is_some()
            });
            if !has_others {
                continue;
            }
            matching += 1;
            let words = u32::try_from(self.words.len()).unwrap_or(1);
            let mut best = score(class, u8::try_from(weights / words).unwrap_or(1));
            if let Some(place) = self.whole.as_ref().and_then(|whole| whole.best_in(index, hit.slot, false)) {
                best = best.max(score(place.class, weight(place.start)));
            }
            top.offer(Ranked { score: best, slot: hit.slot });
        }
        let hits = top.finish().into_iter().map(|ranked| self.matched(ranked, typos)).collect();
        Found { hits, total: if is_alone { total } else { matching } }
    }

    fn matched(&self, ranked: Ranked, typos: bool) -> Match {
        let (id, row) = self.index.id_and_row(ranked.slot);
        let mut spans: Vec<Span> = Vec::new();
        for word in &self.words {
            let mut best: [Option<(Class, Span)>; crate::index::FIELDS_MAX] = Default::default();
            word.places_in(self.index, ranked.slot, typos, &mut |place| {
                let (field, from) = self.index.field_at(place.start);
                let span = Span { field, start: place.start - from, end: place.end - from };
                let is_better = |(class, own): (Class, Span)| (place.class, own.start) > (class, span.start);
                if best[field].is_none_or(is_better) {
                    best[field] = Some((place.class, span));
                }
            });
            spans.extend(best.into_iter().flatten().map(|(_, span)| span));
        }
        if spans.len() > 1 {
            sort_by(&mut spans, Span::cmp);
            spans.dedup();
        }
        Match { row, id, score: ranked.score, spans }
    }
}
