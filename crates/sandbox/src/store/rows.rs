//! Rows: one row of any entity, between SQLite and JSON.

use std::collections::HashMap;
use std::io::Write as _;

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

/// A row of an answer: its id, and its JSON. Text at once, since trees of half a million members for a page of 500
/// companies cost three times what SQLite takes to find them.
pub(crate) struct Line {
    pub(crate) id: i64,
    pub(crate) json: String,
}

/// The rows that match, by id.
pub(crate) fn list(
    connection: &Connection,
    table: &Table,
    shown: &Shown,
    condition: &Where,
    descending: bool,
    limit: Option<u32>,
) -> rusqlite::Result<Vec<Line>> {
    let fields: Vec<&FieldInfo> = shown.fields.iter().map(|at| &table.info.fields[*at]).collect();
    let columns: Vec<String> = fields.iter().map(|field| quoted(&field.name)).collect();
    let keys: Vec<String> = fields.iter().map(|field| key(&field.name)).collect();
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
    let mut out: Vec<Line> = Vec::new();
    while let Some(row) = rows.next()? {
        let id: i64 = row.get(0)?;
        // Rows of an entity are about as long as each other.
        let mut json = Vec::with_capacity(out.last().map_or(256, |line| line.json.len() + 128));
        json.push(b'{');
        for (index, field) in fields.iter().enumerate() {
            json.extend_from_slice(keys[index].as_bytes());
            match field.data_type {
                DataType::Bytes if !shown.data => json.extend_from_slice(b"null"),
                data_type => write_cell(&mut json, row.get_ref(index + 1)?, data_type),
            }
            json.push(b',');
        }
        json.extend_from_slice(b"\"userDefinedFields\":[");
        out.push(Line { id, json: text(json) });
    }
    write_udf_lists(connection, table, shown, &mut out)?;
    Ok(out)
}

/// A cell as answers have it.
pub(crate) fn to_json(cell: ValueRef<'_>, data_type: DataType) -> serde_json::Value {
    let mut json = Vec::new();
    write_cell(&mut json, cell, data_type);
    serde_json::from_slice(&json).unwrap_or_default()
}

/// `"companyName":`
fn key(name: &str) -> String {
    [serde_json::Value::from(name).to_string().as_str(), ":"].concat()
}

fn write_cell(json: &mut Vec<u8>, cell: ValueRef<'_>, data_type: DataType) {
    // Writing into memory cannot fail, and what is written are texts and numbers.
    let _ = match (cell, data_type) {
        (ValueRef::Integer(number), DataType::Boolean) => write!(json, "{}", number != 0),
        (ValueRef::Integer(ticks), DataType::DateTime) => write!(json, "\"{}\"", Instant(ticks)),
        (ValueRef::Integer(number), _) => write!(json, "{number}"),
        (ValueRef::Real(number), _) => serde_json::to_writer(json, &number).map_err(Into::into),
        (ValueRef::Text(text), _) => serde_json::to_writer(json, &String::from_utf8_lossy(text)).map_err(Into::into),
        _ => json.write_all(b"null"),
    };
}

/// What was written from texts is text.
fn text(json: Vec<u8>) -> String {
    String::from_utf8(json).unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// Completes each line with its user-defined fields, all read at once.
fn write_udf_lists(connection: &Connection, table: &Table, shown: &Shown, lines: &mut [Line]) -> rusqlite::Result<()> {
    let mut known: HashMap<(i64, i64), String> = HashMap::new();
    if !shown.udfs.is_empty() {
        let ids: Vec<String> = lines.iter().map(|line| line.id.to_string()).collect();
        let sql =
            format!("SELECT \"row\", \"definition\", \"text\" FROM \"_udf\" WHERE \"row\" IN ({})", ids.join(","));
        let mut statement = connection.prepare(&sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            known.insert((row.get(0)?, row.get(1)?), serde_json::Value::String(row.get(2)?).to_string());
        }
    }
    let names: Vec<String> = shown
        .udfs
        .iter()
        .map(|at| {
            [
                "{\"name\":",
                &serde_json::Value::from(&*table.info.user_defined_fields[*at].name).to_string(),
                ",\"value\":",
            ]
            .concat()
        })
        .collect();
    for line in lines {
        for (index, (at, name)) in shown.udfs.iter().zip(&names).enumerate() {
            if index > 0 {
                line.json.push(',');
            }
            line.json.push_str(name);
            line.json.push_str(known.get(&(line.id, table.definitions[*at])).map_or("null", String::as_str));
            line.json.push('}');
        }
        line.json.push_str("]}");
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
