//! Pattern: a word made ready for one index: what to look for in which fields.

use autotask_columns::needle::Needle;

use crate::index::SearchIndex;
use crate::kind::Kind;
use crate::query::Word;
use crate::rank::{Class, class_at};
use crate::typo::Mistyped;

pub(crate) struct Pattern {
    pub(crate) forms: Vec<Form>,
    /// The word with one mistake, and the fields in which that is looked for.
    pub(crate) mistyped: Option<(Mistyped, Fields)>,
}

/// What to look for in some fields.
pub(crate) struct Form {
    pub(crate) needle: Needle,
    pub(crate) fields: Fields,
}

/// A set of fields.
#[derive(Clone, Copy)]
pub(crate) struct Fields {
    bits: u16,
    /// Nothing can be found in other fields, so that nobody need ask in which field a hit is.
    is_all: bool,
}

/// A place where a word is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Place {
    pub(crate) class: Class,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Fields {
    #[inline]
    pub(crate) fn has(self, index: &SearchIndex, at: usize) -> bool {
        self.is_all || self.has_field(index.field_at(at).0)
    }

    pub(crate) fn has_field(self, field: usize) -> bool {
        self.bits & (1 << field) != 0
    }
}

impl Pattern {
    pub(crate) fn new(word: &Word, index: &SearchIndex) -> Pattern {
        let mut forms: Vec<Form> = Vec::new();
        let mut phones = 0_u16;
        let all = (0..index.fields.len()).fold(0_u16, |bits, field| bits | 1 << field);
        for (number, field) in index.fields.iter().enumerate() {
            let bit = 1 << number;
            if field.kind == Kind::Phone {
                phones |= bit;
            }
            let Some(bytes) = word.form(field.kind) else { continue };
            match forms.iter_mut().find(|form| form.needle.bytes() == bytes) {
                Some(form) => form.fields.bits |= bit,
                None => forms.push(Form {
                    needle: Needle::new(bytes.to_vec(), &index.counts),
                    fields: Fields { bits: bit, is_all: false },
                }),
            }
        }
        for form in &mut forms {
            let is_digits = form.needle.bytes().iter().all(u8::is_ascii_digit);
            form.fields.is_all = form.fields.bits | if is_digits { 0 } else { phones } == all;
        }
        let mistyped = Some(word).filter(|word| word.may_be_mistyped());
        let mistyped = mistyped.and_then(|word| Mistyped::of(&word.text, &index.counts));
        // A word without digits cannot be in a phone number.
        Pattern { forms, mistyped: mistyped.map(|mistyped| (mistyped, Fields { bits: all, is_all: true })) }
    }

    /// The best place in this row; with a mistake only if there is none without.
    pub(crate) fn best_in(&self, index: &SearchIndex, slot: u32, typos: bool) -> Option<Place> {
        let mut best: Option<Place> = None;
        self.places_in(index, slot, typos, &mut |place| {
            let is_better = |best: Place| (place.class, best.start) > (best.class, place.start);
            if best.is_none_or(is_better) {
                best = Some(place);
            }
        });
        best
    }

    /// Every place in this row; those with a mistake only if there is none without.
    ///
    /// A row has few places: what a call for each costs is less than a second copy of the scans in a download.
    pub(crate) fn places_in(&self, index: &SearchIndex, slot: u32, typos: bool, found: &mut dyn FnMut(Place)) {
        let text = index.text.as_slice();
        let (from, to) = index.span(slot);
        let mut any = false;
        for form in &self.forms {
            form.needle.scan_rare(text, from, to, &mut |start| {
                if form.fields.has(index, start) {
                    let end = start + form.needle.bytes().len();
                    any = true;
                    found(Place { class: class_at(text, start, end), start, end });
                }
            });
        }
        if let Some((mistyped, fields)) = self.mistyped.as_ref().filter(|_| typos && !any) {
            mistyped.scan(text, from, to, &mut |start, end| {
                if fields.has(index, start) {
                    found(Place { class: Class::Typo, start, end });
                }
            });
        }
    }
}
