//! Rows: one row of any entity, between SQLite and JSON.

use autotask_core::text::fold;
use autotask_core::{DataType, FieldInfo, Instant};
use rusqlite::types::{Value as Cell, ValueRef};
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use super::schema::quoted;
use super::sql::Where;
use crate::tenant::{Table, has_shadow};

/// A whole row, its cells in the order of the entity's fields.
#[derive(Clone, Debug)]
pub(crate) struct Row<'t> {
    pub(crate) table: &'t Table,
    pub(crate) cells: Vec<Cell>,
    /// The values of the user-defined fields, in the order of the entity's.
    pub(crate) udfs: Vec<Option<String>>,
}

impl<'t> Row<'t> {
    /// A row of nulls.
    pub(crate) fn new(table: &'t Table) -> Row<'t> {
        Row {
            table,
            cells: vec![Cell::Null; table.info.fields.len()],
            udfs: vec![None; table.info.user_defined_fields.len()],
        }
    }

    pub(crate) fn id(&self) -> i64 {
        match self.cells[self.table.id] {
            Cell::Integer(id) => id,
            _ => -1,
        }
    }

    /// A cell; null when there is no such field.
    pub(crate) fn get(&self, name: &str) -> &Cell {
        self.table.position(name).map_or(&Cell::Null, |at| &self.cells[at])
    }

    pub(crate) fn int(&self, name: &str) -> Option<i64> {
        match self.get(name) {
            Cell::Integer(value) => Some(*value),
            _ => None,
        }
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Cell::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(crate) fn is_true(&self, name: &str) -> bool {
        self.int(name).is_some_and(|value| value != 0)
    }

    pub(crate) fn is_null(&self, name: &str) -> bool {
        matches!(self.get(name), Cell::Null)
    }

    /// Sets a cell; a field that the entity does not have is passed over.
    pub(crate) fn set(&mut self, name: &str, value: impl Into<Cell>) {
        if let Some(at) = self.table.position(name) {
            self.cells[at] = value.into();
        }
    }

    pub(crate) fn set_text(&mut self, name: &str, text: &str) {
        self.set(name, text.to_owned());
    }

    pub(crate) fn set_instant(&mut self, name: &str, instant: Instant) {
        self.set(name, instant.0);
    }

    /// Sets a text cut to what the field holds, and never to an empty one.
    pub(crate) fn set_cut(&mut self, name: &str, text: Option<&str>) {
        let Some(at) = self.table.position(name) else { return };
        let length = self.table.info.fields[at].length;
        let cut = |text: &str| match length {
            0 => text.to_owned(),
            _ => text.chars().take(usize::try_from(length).unwrap_or(usize::MAX)).collect(),
        };
        self.cells[at] = text.map_or(Cell::Null, |text| Cell::Text(cut(text)));
    }

    pub(crate) fn set_udf(&mut self, name: &str, value: impl Into<String>) {
        if let Some(at) = self.table.udf_position(name) {
            self.udfs[at] = Some(value.into());
        }
    }
}

/// Which parts of a row an answer shows.
pub(crate) struct Shown {
    /// Positions of fields, `id` first.
    pub(crate) fields: Vec<usize>,
    /// Positions of user-defined fields.
    pub(crate) udfs: Vec<usize>,
    /// Whether base64 data is shown, which lists leave out.
    pub(crate) data: bool,
}

impl Shown {
    /// Everything.
    pub(crate) fn all(table: &Table) -> Shown {
        let others = (0..table.info.fields.len()).filter(|at| *at != table.id);
        Shown {
            fields: std::iter::once(table.id).chain(others).collect(),
            udfs: (0..table.info.user_defined_fields.len()).collect(),
            data: false,
        }
    }
}

/// The rows of an answer as JSON. Bytes at once, since trees of half a million members for a page of 500 companies
/// cost three times what SQLite takes to find them.
#[derive(Default)]
pub(crate) struct Lines {
    /// The ids, in the order in which the rows were found.
    pub(crate) ids: Vec<i64>,
    json: Vec<u8>,
    /// Where each row ends in `json`, before the user-defined fields.
    ends: Vec<usize>,
    /// What follows each row: its user-defined fields.
    tails: Vec<Vec<u8>>,
}

impl Lines {
    pub(crate) fn len(&self) -> usize {
        self.ids.len()
    }

    /// Writes the rows with commas between, the first `count` of them, the last one first if `reversed`.
    pub(crate) fn write(&self, out: &mut Vec<u8>, count: usize, reversed: bool) {
        out.reserve(self.json.len() + self.tails.iter().map(Vec::len).sum::<usize>() + self.len());
        for index in 0..count.min(self.len()) {
            let at = if reversed { count.min(self.len()) - 1 - index } else { index };
            let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
            if index > 0 {
                out.push(b',');
            }
            out.extend_from_slice(&self.json[start..self.ends[at]]);
            out.extend_from_slice(&self.tails[at]);
        }
    }
}

/// The rows that match, by id.
pub(crate) fn list(
    connection: &Connection,
    table: &Table,
    shown: &Shown,
    condition: &Where,
    descending: bool,
    limit: Option<u32>,
) -> rusqlite::Result<Lines> {
    let fields: Vec<&FieldInfo> = shown.fields.iter().map(|at| &table.info.fields[*at]).collect();
    let columns: Vec<String> = fields.iter().map(|field| quoted(&field.name)).collect();
    // Most cells of a row are null, and those are one piece.
    let keys: Vec<(String, String)> = fields
        .iter()
        .map(|field| key(&field.name))
        .map(|key| {
            let null = [&key, "null,"].concat();
            (key, null)
        })
        .collect();
    let sql = format!(
        "SELECT \"id\", {} FROM {} WHERE {} ORDER BY \"id\"{}{}",
        columns.join(", "),
        quoted(table.info.name),
        condition.sql,
        if descending { " DESC" } else { "" },
        limit.map(|limit| format!(" LIMIT {limit}")).unwrap_or_default(),
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(&condition.values))?;
    let mut lines = Lines::default();
    while let Some(row) = rows.next()? {
        lines.ids.push(row.get(0)?);
        let json = &mut lines.json;
        json.push(b'{');
        for (index, (field, (key, null))) in fields.iter().zip(&keys).enumerate() {
            let is_hidden = field.data_type == DataType::Bytes && !shown.data;
            match row.get_ref(index + 1)? {
                ValueRef::Null => json.extend_from_slice(null.as_bytes()),
                _ if is_hidden => json.extend_from_slice(null.as_bytes()),
                cell => {
                    json.extend_from_slice(key.as_bytes());
                    write_cell(json, cell, field.data_type);
                    json.push(b',');
                }
            }
        }
        lines.ends.push(json.len());
    }
    write_udf_lists(connection, table, shown, &mut lines)?;
    Ok(lines)
}

/// `"companyName":`
fn key(name: &str) -> String {
    [serde_json::Value::from(name).to_string().as_str(), ":"].concat()
}

fn write_cell(json: &mut Vec<u8>, cell: ValueRef<'_>, data_type: DataType) {
    match (cell, data_type) {
        (ValueRef::Integer(0), DataType::Boolean) => json.extend_from_slice(b"false"),
        (ValueRef::Integer(_), DataType::Boolean) => json.extend_from_slice(b"true"),
        (ValueRef::Integer(ticks), DataType::DateTime) => {
            json.push(b'"');
            Instant(ticks).write_to(json);
            json.push(b'"');
        }
        (ValueRef::Integer(number), _) => write_json(json, &number),
        (ValueRef::Real(number), _) => write_json(json, &number),
        (ValueRef::Text(text), _) => match std::str::from_utf8(text) {
            Ok(text) => write_json(json, text),
            // Somebody else wrote into the file.
            Err(_) => write_json(json, &String::from_utf8_lossy(text)),
        },
        _ => json.extend_from_slice(b"null"),
    }
}

/// A cell as it stands in answers, alone.
pub(crate) fn to_json(cell: ValueRef<'_>, data_type: DataType) -> serde_json::Value {
    let mut json = Vec::new();
    write_cell(&mut json, cell, data_type);
    // It was just written.
    serde_json::from_slice(&json).unwrap_or_default()
}

fn write_json<T: serde::Serialize + ?Sized>(json: &mut Vec<u8>, value: &T) {
    // Writing texts and numbers into memory cannot fail.
    let _ = serde_json::to_writer(json, value);
}

/// Gives each line its user-defined fields, all read at once.
fn write_udf_lists(connection: &Connection, table: &Table, shown: &Shown, lines: &mut Lines) -> rusqlite::Result<()> {
    // (row, definition) and the value, sorted.
    let mut known: Vec<((i64, i64), String)> = Vec::new();
    if !shown.udfs.is_empty() && lines.len() > 0 {
        let ids: Vec<String> = lines.ids.iter().map(i64::to_string).collect();
        let sql = format!(
            "SELECT \"row\", \"definition\", \"text\" FROM \"_udf\" WHERE \"row\" IN ({}) ORDER BY 1, 2",
            ids.join(",")
        );
        let mut statement = connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            known.push(((row.get(0)?, row.get(1)?), row.get(2)?));
        }
    }
    let names: Vec<String> = shown
        .udfs
        .iter()
        .map(|at| {
            ["{\"name\":", key(&table.info.user_defined_fields[*at].name).trim_end_matches(':'), ",\"value\":"].concat()
        })
        .collect();
    for id in &lines.ids {
        let mut tail = b"\"userDefinedFields\":[".to_vec();
        for (index, (at, name)) in shown.udfs.iter().zip(&names).enumerate() {
            if index > 0 {
                tail.push(b',');
            }
            tail.extend_from_slice(name.as_bytes());
            match known.binary_search_by_key(&(*id, table.definitions[*at]), |(key, _)| *key) {
                Ok(found) => write_json(&mut tail, &known[found].1),
                Err(_) => tail.extend_from_slice(b"null"),
            }
            tail.push(b'}');
        }
        tail.extend_from_slice(b"]}");
        lines.tails.push(tail);
    }
    Ok(())
}

fn read_udfs(connection: &Connection, table: &Table, id: i64) -> rusqlite::Result<Vec<Option<String>>> {
    let mut out = vec![None; table.definitions.len()];
    let mut statement =
        connection.prepare_cached("SELECT \"definition\", \"text\" FROM \"_udf\" WHERE \"row\" = ?1")?;
    let mut rows = statement.query(params![id])?;
    while let Some(row) = rows.next()? {
        let definition: i64 = row.get(0)?;
        if let Some(at) = table.definitions.iter().position(|known| *known == definition) {
            out[at] = Some(row.get(1)?);
        }
    }
    Ok(out)
}

/// How many rows match.
pub(crate) fn count(connection: &Connection, table: &Table, condition: &Where) -> rusqlite::Result<i64> {
    let sql = format!("SELECT count(*) FROM {} WHERE {}", quoted(table.info.name), condition.sql);
    connection.prepare_cached(&sql)?.query_row(params_from_iter(&condition.values), |row| row.get(0))
}

/// Whether any row matches.
pub(crate) fn exists(connection: &Connection, table: &Table, condition: &Where) -> rusqlite::Result<bool> {
    let sql = format!("SELECT 1 FROM {} WHERE {} LIMIT 1", quoted(table.info.name), condition.sql);
    connection.prepare_cached(&sql)?.exists(params_from_iter(&condition.values))
}

/// The row of this id.
pub(crate) fn get<'t>(connection: &Connection, table: &'t Table, id: i64) -> rusqlite::Result<Option<Row<'t>>> {
    Ok(select(connection, table, &Where::equals("id", id))?.pop())
}

/// The whole rows that match, by id.
pub(crate) fn select<'t>(
    connection: &Connection,
    table: &'t Table,
    condition: &Where,
) -> rusqlite::Result<Vec<Row<'t>>> {
    let sql =
        format!("SELECT {} FROM {} WHERE {} ORDER BY \"id\"", table.select, quoted(table.info.name), condition.sql);
    let mut statement = connection.prepare_cached(&sql)?;
    let mut rows = statement.query(params_from_iter(&condition.values))?;
    let mut out = Vec::new();
    while let Some(row) = rows.next()? {
        let cells = (0..table.info.fields.len()).map(|at| row.get(at)).collect::<Result<_, _>>()?;
        let mut row = Row { table, cells, udfs: Vec::new() };
        row.udfs = read_udfs(connection, table, row.id())?;
        out.push(row);
    }
    Ok(out)
}

/// Puts a new row in.
pub(crate) fn insert(connection: &Connection, row: &Row<'_>) -> rusqlite::Result<()> {
    connection.prepare_cached(&row.table.insert)?.execute(params_from_iter(cells_and_shadows(row)))?;
    write_udfs(connection, row)
}

/// Writes all cells of a row that is there.
pub(crate) fn update(connection: &Connection, row: &Row<'_>) -> rusqlite::Result<()> {
    connection.prepare_cached(&row.table.update)?.execute(params_from_iter(cells_and_shadows(row)))?;
    if row.table.definitions.is_empty() {
        return Ok(());
    }
    let mut statement = connection.prepare_cached("DELETE FROM \"_udf\" WHERE \"row\" = ?1 AND \"definition\" = ?2")?;
    for definition in &row.table.definitions {
        statement.execute(params![row.id(), definition])?;
    }
    write_udfs(connection, row)
}

/// Takes a row out.
pub(crate) fn delete(connection: &Connection, table: &Table, id: i64) -> rusqlite::Result<()> {
    connection.prepare_cached(&format!("DELETE FROM {} WHERE \"id\" = ?1", quoted(table.info.name)))?.execute([id])?;
    let mut statement = connection.prepare_cached("DELETE FROM \"_udf\" WHERE \"row\" = ?1 AND \"definition\" = ?2")?;
    for definition in &table.definitions {
        statement.execute(params![id, definition])?;
    }
    Ok(())
}

fn cells_and_shadows<'r>(row: &'r Row<'_>) -> impl Iterator<Item = Cell> + 'r {
    let shadows = row.table.info.fields.iter().zip(&row.cells).filter(|(field, _)| has_shadow(field)).map(
        |(_, cell)| match cell {
            Cell::Text(text) => Cell::Text(fold(text)),
            _ => Cell::Null,
        },
    );
    row.cells.iter().cloned().chain(shadows)
}

fn write_udfs(connection: &Connection, row: &Row<'_>) -> rusqlite::Result<()> {
    for (at, value) in row.udfs.iter().enumerate() {
        let Some(text) = value else { continue };
        let number = match row.table.info.user_defined_fields[at].data_type {
            DataType::Integer | DataType::Long | DataType::Decimal | DataType::Double => {
                text.trim().parse::<f64>().ok().filter(|n| n.is_finite())
            }
            _ => None,
        };
        let instant = match row.table.info.user_defined_fields[at].data_type {
            DataType::DateTime => Instant::parse(text).map(|instant| instant.0),
            _ => None,
        };
        connection
            .prepare_cached(
                "INSERT INTO \"_udf\" (\"row\", \"definition\", \"text\", \"folded\", \"number\", \"instant\") \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![row.id(), row.table.definitions[at], text, fold(text), number, instant])?;
    }
    Ok(())
}

/// The id of the next new row of an entity; ids are never used twice.
pub(crate) fn next_id(connection: &Connection, table: &Table) -> rusqlite::Result<i64> {
    let name = table.info.name;
    let kept: Option<i64> = connection
        .prepare_cached("SELECT \"next\" FROM \"_ids\" WHERE \"entity\" = ?1")?
        .query_row([name], |row| row.get(0))
        .optional()?;
    let highest: Option<i64> = connection
        .prepare_cached(&format!("SELECT max(\"id\") FROM {}", quoted(name)))?
        .query_row([], |row| row.get(0))?;
    let next = kept.unwrap_or_else(|| crate::world::first_id(name)).max(highest.map_or(0, |id| id.saturating_add(1)));
    connection
        .prepare_cached("INSERT OR REPLACE INTO \"_ids\" (\"entity\", \"next\") VALUES (?1, ?2)")?
        .execute(params![name, next.saturating_add(1)])?;
    Ok(next)
}
