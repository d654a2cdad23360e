//! Rows: one row of any entity, between SQLite and JSON.

use autotask_core::text::fold;
use autotask_core::{DataType, Instant};
use rusqlite::types::{Value as Cell, ValueRef};
use rusqlite::{Connection, OptionalExtension, params, params_from_iter};

use super::lines;
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

/// A cell as it stands in answers, alone.
pub(crate) fn to_json(cell: ValueRef<'_>, data_type: DataType) -> serde_json::Value {
    let mut json = Vec::new();
    lines::write_cell(&mut json, cell, data_type);
    // It was just written.
    serde_json::from_slice(&json).unwrap_or_default()
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
