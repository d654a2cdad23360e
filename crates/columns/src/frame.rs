//! Frame: rows as shapes and columns. Rows that columns cannot keep exactly are reported, and kept by the caller.

use crate::shape::Shapes;
use crate::{Cell, Column, Item, Misfit, Scanner};

/// Empty cells that late columns may cost, for each byte that was loaded: a member that only the last of many rows has
/// must not take the memory of a column.
const PADDING_BY_BYTE: usize = 4;
/// Empty cells that are free.
const PADDING_FREE: usize = 1 << 20;

/// Rows as shapes and columns.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    shapes: Shapes,
    columns: Vec<Column>,
    /// The shape of each row.
    rows: Vec<u32>,
    /// The member that holds names and values.
    list: &'static str,
    /// The shape of the row before: most likely the next one's, too.
    last: u32,
    padding: usize,
    bytes: usize,
}

/// What came next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next<'a> {
    /// A row, which is here now.
    Row,
    /// A row whose members no columns can keep: its JSON text, which is an object. It takes a place without cells.
    Odd(&'a str),
    /// Something that is no object.
    NoRow,
}

impl Frame {
    /// Without rows. `list` names the member that holds `{"name":…,"value":…}` entries, which become columns of their own.
    #[must_use]
    pub fn new(list: &'static str) -> Frame {
        Frame { list, ..Frame::default() }
    }

    /// How many rows there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The keys and shapes.
    #[must_use]
    pub fn shapes(&self) -> &Shapes {
        &self.shapes
    }

    /// All columns.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The shape of each row.
    #[must_use]
    pub fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// The column of a member in any letter case; `nested` for one of the list.
    #[must_use]
    pub fn column(&self, name: &str, nested: bool) -> Option<&Column> {
        self.columns.get(self.shapes.column(name, nested)?)
    }

    /// A frame from its parts; `None` when they contradict each other.
    #[must_use]
    pub fn from_parts(list: &'static str, shapes: Shapes, columns: Vec<Column>, rows: Vec<u32>) -> Option<Frame> {
        let is_sound = columns.len() == shapes.columns()
            && rows.iter().all(|shape| (*shape as usize) < shapes.all().len())
            && shapes.all().iter().all(|items| shapes.is_sound(items));
        is_sound.then_some(Frame { shapes, columns, rows, list, ..Frame::default() })
    }

    /// Reads the next element of an array and appends it; `None` for what is no strict JSON.
    pub fn read<'a>(&mut self, scanner: &mut Scanner<'a>) -> Option<Next<'a>> {
        if scanner.peek()? != b'{' {
            scanner.skip()?;
            return Some(Next::NoRow);
        }
        let start = scanner.at;
        let row = self.rows.len();
        if let Some(shape) = self.read_members(scanner, row) {
            self.bytes += scanner.at - start;
            self.rows.push(shape);
            self.last = shape;
            return Some(Next::Row);
        }
        scanner.at = start;
        let text = scanner.skip()?;
        self.push_odd();
        Some(Next::Odd(text))
    }

    /// Appends a row that is kept elsewhere.
    pub fn push_odd(&mut self) {
        let row = self.rows.len();
        self.clear(row);
        let empty = self.shapes.add(Vec::new());
        self.rows.push(empty);
    }

    /// Turns a row into one that is kept elsewhere.
    pub fn make_odd(&mut self, row: usize) {
        self.clear(row);
        self.rows[row] = self.shapes.add(Vec::new());
    }

    fn clear(&mut self, row: usize) {
        for column in &mut self.columns {
            let _ = column.put(row, Cell::Null);
        }
    }

    /// Sets a row, which may be the next one, from its members. `Misfit` when columns cannot keep it: it has no cells then.
    ///
    /// # Errors
    ///
    /// [`Misfit`], and the row is one that is kept elsewhere.
    pub fn put<'m>(&mut self, row: usize, members: impl IntoIterator<Item = Member<'m>>) -> Result<(), Misfit> {
        let was = self.rows.get(row).copied();
        if was.is_some() {
            self.clear(row);
        }
        let done = self.put_members(row, members);
        let shape = match &done {
            Ok(shape) => *shape,
            Err(Misfit) => {
                self.clear(row);
                self.shapes.add(Vec::new())
            }
        };
        match was {
            Some(_) => self.rows[row] = shape,
            None => self.rows.push(shape),
        }
        done.map(|_| ())
    }

    fn put_members<'m>(&mut self, row: usize, members: impl IntoIterator<Item = Member<'m>>) -> Result<u32, Misfit> {
        let mut items = Vec::new();
        for member in members {
            match member {
                Member::Cell(name, cell) => {
                    items.push(Item::Plain(self.put_cell(row, name, false, cell).ok_or(Misfit)?));
                }
                Member::List(name, entries) => {
                    let key = self.shapes.add_key(name, false);
                    self.grow();
                    let mut keys = Vec::with_capacity(entries.len());
                    for (name, cell) in entries {
                        keys.push(self.put_cell(row, name, true, cell).ok_or(Misfit)?);
                    }
                    items.push(Item::Nested(key, keys));
                }
            }
        }
        match self.shapes.find(&items) {
            Some(shape) => Ok(shape),
            None if self.shapes.is_sound(&items) => Ok(self.shapes.add(items)),
            None => Err(Misfit),
        }
    }

    fn put_cell(&mut self, row: usize, name: &str, nested: bool, cell: Cell<'_>) -> Option<u32> {
        let key = self.key(row, name, nested)?;
        let column = self.shapes.key(key)?.column;
        self.columns.get_mut(column as usize)?.put(row, cell).ok()?;
        Some(key)
    }

    /// The number of a key; `None` when a new column for it would cost too much.
    fn key(&mut self, row: usize, name: &str, nested: bool) -> Option<u32> {
        if let Some(key) = self.shapes.find_key(name, nested) {
            return Some(key);
        }
        if self.shapes.column(name, nested).is_none() {
            if self.padding + row > PADDING_FREE + PADDING_BY_BYTE * self.bytes {
                return None;
            }
            self.padding += row;
        }
        let key = self.shapes.add_key(name, nested);
        self.grow();
        Some(key)
    }

    fn grow(&mut self) {
        self.columns.resize_with(self.shapes.columns(), Column::default);
    }

    /// Reads an object's members into a row's cells, and answers its shape; `None` when something is not as expected.
    fn read_members(&mut self, scanner: &mut Scanner<'_>, row: usize) -> Option<u32> {
        scanner.pass(b'{')?;
        let last = self.last;
        // The members so far, once they are others than those of the row before.
        let mut items: Option<Vec<Item>> = None;
        let mut count = 0;
        let mut room = String::new();
        if !scanner.take(b'}') {
            loop {
                scanner.peek()?;
                let expected = if items.is_none() { self.shapes.get(last).get(count) } else { None };
                let is_expected = match expected {
                    Some(Item::Plain(key)) => {
                        let key = self.shapes.key(*key)?;
                        let before = scanner.at;
                        let mut is_next = scanner.goes_on(&key.lead);
                        // The list was null in the row before.
                        if is_next && key.name.eq_ignore_ascii_case(self.list) && scanner.peek() == Some(b'[') {
                            scanner.at = before;
                            is_next = false;
                        }
                        if is_next {
                            let cell = scanner.cell(&mut room)?;
                            self.columns.get_mut(key.column as usize)?.put(row, cell).ok()?;
                        }
                        is_next
                    }
                    Some(Item::Nested(key, entries)) => {
                        let before = scanner.at;
                        let is_next = scanner.goes_on(&self.shapes.key(*key)?.lead)
                            && Self::read_expected(&self.shapes, &mut self.columns, entries, scanner, row, &mut room)?;
                        if !is_next {
                            scanner.at = before;
                        }
                        is_next
                    }
                    None => false,
                };
                if !is_expected {
                    let item = self.read_member(scanner, row, &mut room)?;
                    items.get_or_insert_with(|| self.shapes.get(last)[..count].to_vec()).push(item);
                }
                count += 1;
                if !scanner.take(b',') {
                    break;
                }
            }
            scanner.pass(b'}')?;
        }
        match items {
            None if count == self.shapes.get(last).len() && !self.shapes.all().is_empty() => Some(last),
            items => {
                let items = items.unwrap_or_else(|| self.shapes.get(last)[..count].to_vec());
                match self.shapes.find(&items) {
                    Some(shape) => Some(shape),
                    None => self.shapes.is_sound(&items).then(|| self.shapes.add(items)),
                }
            }
        }
    }

    /// Reads a list whose entries are the same as in the row before; false when they are not.
    fn read_expected(
        shapes: &Shapes,
        columns: &mut [Column],
        entries: &[u32],
        scanner: &mut Scanner<'_>,
        row: usize,
        room: &mut String,
    ) -> Option<bool> {
        if !scanner.take(b'[') {
            return Some(false);
        }
        for (place, key) in entries.iter().enumerate() {
            let key = shapes.key(*key)?;
            if (place > 0 && !scanner.take(b',')) || !scanner.goes_on(&key.lead) {
                return Some(false);
            }
            let cell = scanner.cell(room)?;
            columns.get_mut(key.column as usize)?.put(row, cell).ok()?;
            if !scanner.take(b'}') {
                return Some(false);
            }
        }
        Some(scanner.take(b']'))
    }

    /// Reads a member of which nothing is known before.
    fn read_member(&mut self, scanner: &mut Scanner<'_>, row: usize, room: &mut String) -> Option<Item> {
        let name = scanner.name()?;
        if !name.eq_ignore_ascii_case(self.list) || scanner.peek() != Some(b'[') {
            let cell = scanner.cell(room)?;
            return self.put_cell(row, &name, false, cell).map(Item::Plain);
        }
        let key = self.key(row, &name, false)?;
        let mut entries = Vec::new();
        scanner.take(b'[');
        if !scanner.take(b']') {
            loop {
                // An entry is exactly a name and a value; what is more is kept as it came.
                scanner.pass(b'{')?;
                if scanner.name()? != "name" {
                    return None;
                }
                let mut inner = String::new();
                let Cell::Text(entry) = scanner.cell(&mut inner)? else { return None };
                scanner.pass(b',')?;
                if scanner.name()? != "value" {
                    return None;
                }
                let cell = scanner.cell(room)?;
                entries.push(self.put_cell(row, entry, true, cell)?);
                scanner.pass(b'}')?;
                if !scanner.take(b',') {
                    break;
                }
            }
            scanner.pass(b']')?;
        }
        Some(Item::Nested(key, entries))
    }

    /// Copies a row over another.
    ///
    /// # Errors
    ///
    /// [`Misfit`] when a column is full.
    pub fn copy(&mut self, from: usize, to: usize) -> Result<(), Misfit> {
        for column in &mut self.columns {
            column.copy(from, to)?;
        }
        self.rows[to] = self.rows[from];
        Ok(())
    }

    /// Forgets the rows from `rows` on.
    pub fn truncate(&mut self, rows: usize) {
        self.rows.truncate(rows);
        for column in &mut self.columns {
            column.truncate(rows);
        }
    }
}

/// A member of a row that is put in.
#[derive(Clone, Debug)]
pub enum Member<'m> {
    /// A name and its value.
    Cell(&'m str, Cell<'m>),
    /// The list of names and values.
    List(&'m str, Vec<(&'m str, Cell<'m>)>),
}
