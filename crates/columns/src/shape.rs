//! Shape: which members a row has, in which order and spelling. Rows of one answer share theirs, so that a row is little
//! more than its values, and the next row's members are known before they are read.

use std::hash::{Hash, Hasher};

use rustc_hash::FxHasher;

use crate::Bits;
use crate::lookup::Lookup;

/// Up to so many keys are looked through one by one.
const KEYS_FEW: usize = 200;

/// A member as rows spell it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The name as it was written.
    pub name: Box<str>,
    /// Whether it stands in the list of names and values, and not in the row itself.
    pub nested: bool,
    /// Its column; several spellings may share one.
    pub column: u32,
    /// What stands before the value in compact JSON: `"city":`, or `{"name":"Seats","value":`.
    pub(crate) lead: Box<[u8]>,
}

/// A member of a shape, by the number of its key.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Item {
    /// A member with a value.
    Plain(u32),
    /// The member that holds names and values: its key, and the keys of the entries.
    Nested(u32, Vec<u32>),
}

/// All keys and shapes that were seen.
#[derive(Clone, Debug, Default)]
pub struct Shapes {
    keys: Vec<Key>,
    /// The keys by their spelling.
    key_of: Lookup,
    /// The first key of each column, by its name in any letter case. A table of its own: of one name there may be
    /// thousands of spellings, which would all stand in one place.
    column_of: Lookup,
    columns: u32,
    shapes: Vec<Vec<Item>>,
    shape_of: Lookup,
}

fn name_hash(name: &str, nested: bool) -> u64 {
    let mut hasher = FxHasher::default();
    (name, nested).hash(&mut hasher);
    hasher.finish()
}

/// The same for all spellings of a name.
fn lower_hash(name: &str, nested: bool) -> u64 {
    name_hash(&name.to_ascii_lowercase(), nested)
}

fn shape_hash(items: &[Item]) -> u64 {
    let mut hasher = FxHasher::default();
    items.hash(&mut hasher);
    hasher.finish()
}

impl Shapes {
    /// How many columns the keys have.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns as usize
    }

    /// The column of a name in any letter case.
    #[must_use]
    pub fn column(&self, name: &str, nested: bool) -> Option<usize> {
        // Few names are found sooner one by one.
        let is_it = |key: &Key| key.nested == nested && key.name.eq_ignore_ascii_case(name);
        let key = if self.keys.len() <= KEYS_FEW {
            self.keys.iter().find(|key| is_it(key))
        } else {
            let key = self.column_of.find(lower_hash(name, nested), |key| is_it(&self.keys[key as usize]));
            key.and_then(|key| self.key(key))
        };
        key.map(|key| key.column as usize)
    }

    /// A key by its number.
    #[must_use]
    pub fn key(&self, key: u32) -> Option<&Key> {
        self.keys.get(key as usize)
    }

    /// All keys.
    #[must_use]
    pub fn keys(&self) -> &[Key] {
        &self.keys
    }

    /// A key by its spelling, if it was seen.
    #[must_use]
    pub fn find_key(&self, name: &str, nested: bool) -> Option<u32> {
        let is_it = |key: u32| self.keys[key as usize].nested == nested && &*self.keys[key as usize].name == name;
        self.key_of.find(name_hash(name, nested), is_it)
    }

    /// The number of a key, which it gets now if it is new; a new name gets a new column.
    pub fn add_key(&mut self, name: &str, nested: bool) -> u32 {
        if let Some(key) = self.find_key(name, nested) {
            return key;
        }
        let known = self.column(name, nested).and_then(|column| u32::try_from(column).ok());
        let column = known.unwrap_or(self.columns);
        let quoted = serde_json::to_string(name).unwrap_or_default();
        let lead = if nested { format!("{{\"name\":{quoted},\"value\":") } else { format!("{quoted}:") };
        let key = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
        self.keys.push(Key { name: name.into(), nested, column, lead: lead.into_bytes().into() });
        let of = |key: u32| (&*self.keys[key as usize].name, self.keys[key as usize].nested);
        self.key_of.add(name_hash(name, nested), key, &|key| name_hash(of(key).0, of(key).1));
        if known.is_none() {
            self.columns += 1;
            self.column_of.add(lower_hash(name, nested), key, &|key| lower_hash(of(key).0, of(key).1));
        }
        key
    }

    /// The number of a shape, if it was seen.
    #[must_use]
    pub fn find(&self, items: &[Item]) -> Option<u32> {
        self.shape_of.find(shape_hash(items), |shape| self.shapes[shape as usize] == items)
    }

    /// The number of a shape, which it gets now if it is new.
    pub fn add(&mut self, items: Vec<Item>) -> u32 {
        if let Some(shape) = self.find(&items) {
            return shape;
        }
        let shape = u32::try_from(self.shapes.len()).unwrap_or(u32::MAX);
        self.shape_of.add(shape_hash(&items), shape, &|shape| shape_hash(&self.shapes[shape as usize]));
        self.shapes.push(items);
        shape
    }

    /// The members of a shape.
    #[must_use]
    pub fn get(&self, shape: u32) -> &[Item] {
        self.shapes.get(shape as usize).map_or(&[], Vec::as_slice)
    }

    /// All shapes.
    #[must_use]
    pub fn all(&self) -> &[Vec<Item>] {
        &self.shapes
    }

    /// Whether the members of a shape are all different ones, in any letter case.
    #[must_use]
    pub fn is_sound(&self, items: &[Item]) -> bool {
        let (mut members, mut lists) = (Bits::default(), 0);
        let add = |key: u32, seen: &mut Bits| {
            let column = self.key(key).map(|key| key.column as usize);
            column.is_some_and(|column| {
                !seen.get(column) && {
                    seen.set(column, true);
                    true
                }
            })
        };
        items.iter().all(|item| match item {
            Item::Plain(key) => add(*key, &mut members),
            Item::Nested(key, entries) => {
                let mut seen = Bits::default();
                lists += 1;
                lists == 1 && add(*key, &mut members) && entries.iter().all(|entry| add(*entry, &mut seen))
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_a_name_share_a_column_also_among_many() {
        let mut shapes = Shapes::default();
        for number in 0..2 * KEYS_FEW {
            let name = format!("name{number}");
            let key = shapes.add_key(&name, false);
            assert_eq!((shapes.add_key(&name, false), shapes.find_key(&name, false)), (key, Some(key)));
            let other = shapes.add_key(&name.to_ascii_uppercase(), false);
            let nested = shapes.add_key(&name, true);
            assert!(other != key && nested != key);
            assert_eq!(shapes.column(&format!("Name{number}"), false), Some(2 * number));
            assert_eq!(shapes.key(other).map(|key| key.column as usize), Some(2 * number));
            assert_eq!(shapes.column(&name, true), Some(2 * number + 1));
        }
        assert_eq!((shapes.columns(), shapes.keys().len()), (4 * KEYS_FEW, 6 * KEYS_FEW));
        assert_eq!((shapes.column("name", false), shapes.find_key("NAME0", true)), (None, None));
    }
}
