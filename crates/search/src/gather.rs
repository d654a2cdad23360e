//! Gather: the rows of an index in which a word is, each with its best place.

use autotask_columns::order::sort_by;

use crate::index::{SearchIndex, narrow};
use crate::pattern::Pattern;
use crate::rank::{Class, class_at};

/// A row, the best place of the word in it, and how it stands there. Of equal places it is the first, which is in the
/// field that weighs most.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit {
    pub(crate) slot: u32,
    pub(crate) at: u32,
    pub(crate) class: Class,
}

/// Collects places that come in ascending order.
pub(crate) struct Gather<'a> {
    index: &'a SearchIndex,
    /// So many rows are wanted: with as many of a better class the others are only counted.
    limit: usize,
    hits: Vec<Hit>,
    /// How many of each class there are among `hits`.
    of_class: [usize; 5],
    least: Class,
    /// How many are of a better class than `least`.
    better: usize,
    total: usize,
    current: Option<Hit>,
    slot: usize,
    /// Where the slot ends.
    end: usize,
}

const CLASSES: [Class; 5] = [Class::Typo, Class::Substring, Class::WordPrefix, Class::Prefix, Class::Exact];

impl<'a> Gather<'a> {
    pub(crate) fn new(index: &'a SearchIndex, limit: usize) -> Gather<'a> {
        Gather {
            index,
            limit,
            hits: Vec::new(),
            of_class: [0; 5],
            least: Class::Typo,
            better: 0,
            total: 0,
            current: None,
            slot: 0,
            end: index.starts.get(1).map_or(index.text.len(), |end| *end as usize),
        }
    }

    /// Every place of the word.
    pub(crate) fn pattern(&mut self, pattern: &Pattern) {
        let index = self.index;
        let text = index.text.as_slice();
        let [form] = pattern.forms.as_slice() else {
            return self.several(pattern);
        };
        let length = form.needle.bytes().len();
        form.needle.scan(text, 0, text.len(), |at| {
            if form.fields.has(index, at) {
                self.take(at, at + length);
            }
        });
    }

    /// A word that stands differently in different fields: what is found for each form, one row after another.
    fn several(&mut self, pattern: &Pattern) {
        let mut places: Vec<(usize, usize)> = Vec::new();
        for form in &pattern.forms {
            form.needle.scan_rare(&self.index.text, 0, self.index.text.len(), &mut |at| {
                if form.fields.has(self.index, at) {
                    places.push((at, at + form.needle.bytes().len()));
                }
            });
        }
        sort_by(&mut places, Ord::cmp);
        for (start, end) in places {
            self.take(start, end);
        }
    }

    /// A place; each begins at or after the one before.
    #[inline]
    pub(crate) fn take(&mut self, start: usize, end: usize) {
        let class = class_at(&self.index.text, start, end);
        if start < self.end
            && let Some(current) = &mut self.current
        {
            if class > current.class {
                *current = Hit { at: narrow(start), class, ..*current };
            }
            return;
        }
        self.flush();
        self.seek(start);
        self.current = Some(Hit { slot: narrow(self.slot), at: narrow(start), class });
    }

    pub(crate) fn finish(mut self) -> (Vec<Hit>, usize) {
        self.flush();
        (self.hits, self.total)
    }

    /// Adds the rows in which the word has a mistake to those in which it has none.
    pub(crate) fn mistyped(index: &SearchIndex, pattern: &Pattern, hits: &mut Vec<Hit>) {
        let Some((mistyped, fields)) = &pattern.mistyped else { return };
        let mut places: Vec<u32> = Vec::new();
        mistyped.scan(&index.text, 0, index.text.len(), &mut |start, _| {
            if fields.has(index, start) {
                places.push(narrow(start));
            }
        });
        autotask_columns::order::sort_by_key(&mut places, |place| *place);
        let mut gather = Gather::new(index, usize::MAX);
        let mut better = hits.iter().map(|hit| hit.slot).peekable();
        for at in places {
            if at as usize >= gather.end || gather.current.is_none() {
                gather.flush();
                gather.seek(at as usize);
                let slot = narrow(gather.slot);
                while better.next_if(|other| *other < slot).is_some() {}
                let is_better = better.peek() == Some(&slot);
                gather.current = (!is_better).then_some(Hit { slot, at, class: Class::Typo });
            }
        }
        let (found, _) = gather.finish();
        hits.extend(found);
    }

    /// Goes to the slot of a place, which is not before the current one.
    fn seek(&mut self, at: usize) {
        let starts = self.index.starts.as_slice();
        if at < self.end {
            return;
        }
        // Hits are near each other, or so far that halving a growing step finds the next sooner.
        let mut low = self.slot + 1;
        let mut step = 1;
        for _ in 0..4 {
            let end = starts.get(low + 1).map_or(self.index.text.len(), |end| *end as usize);
            if at < end {
                (self.slot, self.end) = (low, end);
                return;
            }
            low += 1;
        }
        while starts.get(low + step).is_some_and(|start| *start as usize <= at) {
            low += step;
            step *= 2;
        }
        let high = (low + step).min(starts.len());
        low += starts[low + 1..high.max(low + 1)].partition_point(|start| *start as usize <= at);
        self.slot = low;
        self.end = starts.get(low + 1).map_or(self.index.text.len(), |end| *end as usize);
    }

    fn flush(&mut self) {
        let Some(hit) = self.current.take() else { return };
        if !self.index.is_current(hit.slot) {
            return;
        }
        self.total += 1;
        if hit.class < self.least {
            return;
        }
        self.hits.push(hit);
        self.of_class[hit.class as usize] += 1;
        self.better += usize::from(hit.class > self.least);
        if self.better >= self.limit
            && let Some(next) = CLASSES.get(self.least as usize + 1)
        {
            self.least = *next;
            self.better -= self.of_class[*next as usize];
        }
    }
}
