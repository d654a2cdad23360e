//! Snapshots: a table as bytes, to be kept and restored without reading JSON again. Little endian throughout:
//!
//! ```text
//! "ATCT" version hash │ rows │ ids │ alive │ keys │ shapes │ shape of each row │ columns │ odd rows as JSON
//! ```
//!
//! The hash over all that follows finds what was cut short or changed; what it does not find is looked at while reading.

use std::hash::Hasher;

use autotask_columns::shape::Shapes;
use autotask_columns::{Bits, Column, Data, Frame, Item, Texts};
use rustc_hash::FxHashMap;
use serde_json::Value;

use super::Table;
use crate::issue::Issue;
use crate::order::sort_by_key;
use crate::record::{Record, USER_DEFINED_FIELDS};

const MAGIC: [u8; 4] = *b"ATCT";
/// Grows whenever the layout changes.
const VERSION: u32 = 1;
const HEAD: usize = 16;

impl Table {
    /// The table as bytes; [`Table::restore`] makes the same table of them.
    #[must_use]
    pub fn snapshot(&self) -> Vec<u8> {
        let mut out = Writer(Vec::new());
        out.0.extend(MAGIC);
        out.number(VERSION);
        out.0.extend([0; 8]);
        out.list(&self.ids.iter().map(|id| id.to_le_bytes()).collect::<Vec<_>>());
        out.bits(&self.alive);
        let shapes = self.frame.shapes();
        out.length(shapes.keys().len());
        for key in shapes.keys() {
            out.0.push(key.nested.into());
            out.text(&key.name);
        }
        out.length(shapes.all().len());
        for items in shapes.all() {
            out.length(items.len());
            for item in items {
                match item {
                    Item::Plain(key) => {
                        out.0.push(0);
                        out.number(*key);
                    }
                    Item::Nested(key, entries) => {
                        out.0.push(1);
                        out.number(*key);
                        out.numbers(entries);
                    }
                }
            }
        }
        out.numbers(self.frame.rows());
        for column in self.frame.columns() {
            out.column(column);
        }
        out.length(self.odd.len());
        let mut odd: Vec<_> = self.odd.iter().collect();
        sort_by_key(&mut odd, |(row, _)| **row);
        for (row, record) in odd {
            out.number(*row);
            out.text(&serde_json::to_string(record).unwrap_or_default());
        }
        let hash = hash(&out.0[HEAD..]).to_le_bytes();
        out.0[8..HEAD].copy_from_slice(&hash);
        out.0
    }

    /// The table that a snapshot was made of.
    ///
    /// # Errors
    ///
    /// `snapshot.other` for bytes that are no snapshot, `snapshot.version` for one of another version, and
    /// `snapshot.damaged` for one that was cut short or changed.
    pub fn restore(bytes: &[u8]) -> Result<Table, Issue> {
        if bytes.len() < HEAD || bytes[..4] != MAGIC {
            return Err(Issue::error("snapshot.other", "these bytes are no snapshot of a table"));
        }
        let mut input = Reader(&bytes[4..]);
        let version = input.number();
        if version != Some(VERSION) {
            return Err(Issue::error(
                "snapshot.version",
                format!("the snapshot is of version {}, this is version {VERSION}", version.unwrap_or_default()),
            )
            .hint("load the rows again"));
        }
        let hashed = input.eight();
        let is_whole = hashed == Some(hash(input.0).to_le_bytes());
        is_whole.then(|| read(input)).flatten().ok_or_else(|| {
            Issue::error("snapshot.damaged", "the snapshot was cut short or changed").hint("load the rows again")
        })
    }
}

fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = rustc_hash::FxHasher::default();
    hasher.write(bytes);
    hasher.finish()
}

fn read(mut input: Reader<'_>) -> Option<Table> {
    let ids: Vec<i64> = input.list()?.into_iter().map(i64::from_le_bytes).collect();
    let alive = input.bits()?;
    let mut shapes = Shapes::default();
    for expected in 0..input.length(2)? {
        let nested = input.byte()? == 1;
        let name = input.text()?;
        if shapes.add_key(name, nested) as usize != expected {
            return None;
        }
    }
    let known = |key: u32, nested: bool, shapes: &Shapes| shapes.key(key).is_some_and(|key| key.nested == nested);
    for expected in 0..input.length(4)? {
        let count = input.length(5)?;
        let mut items = Vec::with_capacity(count);
        for _ in 0..count {
            let is_list = input.byte()? == 1;
            let key = input.number()?;
            let entries = if is_list { input.numbers()? } else { Vec::new() };
            if !known(key, false, &shapes) || !entries.iter().all(|entry| known(*entry, true, &shapes)) {
                return None;
            }
            items.push(if is_list { Item::Nested(key, entries) } else { Item::Plain(key) });
        }
        if shapes.add(items) as usize != expected {
            return None;
        }
    }
    let rows = input.numbers()?;
    let columns = (0..shapes.columns()).map(|_| input.column()).collect::<Option<Vec<_>>>()?;
    let is_within = |bits: &Bits| bits.indices().last().is_none_or(|last| (*last as usize) < ids.len());
    if rows.len() != ids.len() || !is_within(&alive) || !columns.iter().all(|column| is_within(column.valid())) {
        return None;
    }
    let mut odd = FxHashMap::default();
    for _ in 0..input.length(4)? {
        let row = input.number()?;
        let Value::Object(record) = serde_json::from_str(input.text()?).ok()? else { return None };
        let record = Record::from(record);
        if record.id() != ids.get(row as usize).copied() {
            return None;
        }
        odd.insert(row, record);
    }
    let frame = Frame::from_parts(USER_DEFINED_FIELDS, shapes, columns, rows)?;
    let mut table = Table { frame, alive, odd, ..Table::default() };
    table.row_of.reserve(ids.len());
    for row in table.alive.indices() {
        if table.row_of.insert(*ids.get(row as usize)?, row).is_some() {
            return None;
        }
    }
    table.ids = ids;
    input.0.is_empty().then_some(table)
}

struct Writer(Vec<u8>);

impl Writer {
    fn number(&mut self, number: u32) {
        self.0.extend(number.to_le_bytes());
    }

    /// Lengths are below 2^32, as rows and texts are.
    fn length(&mut self, length: usize) {
        self.number(u32::try_from(length).unwrap_or(u32::MAX));
    }

    fn text(&mut self, text: &str) {
        self.length(text.len());
        self.0.extend(text.as_bytes());
    }

    fn list<const N: usize>(&mut self, list: &[[u8; N]]) {
        self.length(list.len());
        self.0.extend(list.as_flattened());
    }

    fn numbers(&mut self, numbers: &[u32]) {
        self.length(numbers.len());
        self.0.extend(numbers.iter().flat_map(|number| number.to_le_bytes()));
    }

    fn bits(&mut self, bits: &Bits) {
        self.length(bits.words().len());
        self.0.extend(bits.words().iter().flat_map(|word| word.to_le_bytes()));
    }

    fn texts(&mut self, texts: &Texts) {
        let (text, ends, codes) = texts.parts();
        self.text(text);
        self.numbers(ends);
        self.numbers(codes);
    }

    fn column(&mut self, column: &Column) {
        self.bits(column.valid());
        match column.data() {
            Data::Empty => self.0.push(0),
            Data::Bool(values) => {
                self.0.push(1);
                self.bits(values);
            }
            Data::Int32(values) => {
                self.0.push(2);
                self.list(&values.iter().map(|value| value.to_le_bytes()).collect::<Vec<_>>());
            }
            Data::Int64(values) => {
                self.0.push(3);
                self.list(&values.iter().map(|value| value.to_le_bytes()).collect::<Vec<_>>());
            }
            Data::Float(values, whole) => {
                self.0.push(4);
                self.list(&values.iter().map(|value| value.to_le_bytes()).collect::<Vec<_>>());
                self.bits(whole);
            }
            Data::Time(ticks, forms) => {
                self.0.push(5);
                self.list(&ticks.iter().map(|value| value.to_le_bytes()).collect::<Vec<_>>());
                self.list(&forms.iter().map(|form| [*form]).collect::<Vec<_>>());
            }
            Data::Text(texts) => {
                self.0.push(6);
                self.texts(texts);
            }
            Data::Json(texts) => {
                self.0.push(7);
                self.texts(texts);
            }
        }
    }
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(taken)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1).map(|bytes| bytes[0])
    }

    fn eight(&mut self) -> Option<[u8; 8]> {
        self.take(8)?.try_into().ok()
    }

    fn number(&mut self) -> Option<u32> {
        self.take(4)?.try_into().ok().map(u32::from_le_bytes)
    }

    /// A length of things that take at least so many bytes each: one that cannot be is found before room is made for it.
    fn length(&mut self, least: usize) -> Option<usize> {
        let length = self.number()? as usize;
        (length.checked_mul(least)? <= self.0.len()).then_some(length)
    }

    fn text(&mut self) -> Option<&'a str> {
        let length = self.length(1)?;
        std::str::from_utf8(self.take(length)?).ok()
    }

    fn list<const N: usize>(&mut self) -> Option<Vec<[u8; N]>> {
        let length = self.length(N)?;
        let bytes = self.take(length * N)?;
        Some(bytes.as_chunks::<N>().0.to_vec())
    }

    fn numbers(&mut self) -> Option<Vec<u32>> {
        Some(self.list()?.into_iter().map(u32::from_le_bytes).collect())
    }

    fn bits(&mut self) -> Option<Bits> {
        Some(Bits::from_words(self.list()?.into_iter().map(u64::from_le_bytes).collect()))
    }

    fn texts(&mut self) -> Option<Texts> {
        let text = self.text()?.to_owned();
        Texts::from_parts(text, self.numbers()?, self.numbers()?)
    }

    fn column(&mut self) -> Option<Column> {
        let valid = self.bits()?;
        let data = match self.byte()? {
            0 => Data::Empty,
            1 => Data::Bool(self.bits()?),
            2 => Data::Int32(self.list()?.into_iter().map(i32::from_le_bytes).collect()),
            3 => Data::Int64(self.list()?.into_iter().map(i64::from_le_bytes).collect()),
            4 => {
                let values: Vec<f64> = self.list()?.into_iter().map(f64::from_le_bytes).collect();
                let whole = self.bits()?;
                values.iter().all(|value| value.is_finite()).then_some(Data::Float(values, whole))?
            }
            5 => {
                let ticks = self.list()?.into_iter().map(i64::from_le_bytes).collect();
                Data::Time(ticks, self.list::<1>()?.into_iter().map(|[form]| form & 15).collect())
            }
            6 => Data::Text(self.texts()?),
            7 => Data::Json(self.texts()?),
            _ => return None,
        };
        Column::from_parts(valid, data)
    }
}
