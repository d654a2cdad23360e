//! The peer of the sandbox's benchmark: the same SQL through SQLite alone, as the sandbox opens it, every value of
//! every row read and dropped.
//!
//! Called by `benches/sandbox.mjs` with the database; takes a JSON line `{"sql": …, "values": […], "udfs": …,
//! "times": n}` from its input at a time and answers with one: `{"ids": […], "microseconds": […]}`.

use std::error::Error;
use std::io::{BufRead, Write};
use std::time::Instant;

use rusqlite::config::DbConfig;
use rusqlite::types::Value as Cell;
use rusqlite::{Connection, OpenFlags, params_from_iter};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn Error>> {
    let path = std::env::args().nth(1).ok_or("give a database")?;
    // As the sandbox has it; without the flag each look at a cell takes a lock.
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.pragma_update(None, "cache_size", -65_536)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    for line in std::io::stdin().lock().lines() {
        let asked: Value = serde_json::from_str(&line?)?;
        let times = asked["times"].as_u64().unwrap_or(1);
        let mut microseconds = Vec::new();
        let mut ids = Vec::new();
        for _ in 0..times {
            let began = Instant::now();
            ids = run(&connection, &asked)?;
            microseconds.push(began.elapsed().as_micros());
        }
        let microseconds: Vec<u64> =
            microseconds.into_iter().map(|one| u64::try_from(one).unwrap_or(u64::MAX)).collect();
        println!("{}", json!({ "ids": ids, "microseconds": microseconds }));
        std::io::stdout().flush()?;
    }
    Ok(())
}

fn run(connection: &Connection, asked: &Value) -> Result<Vec<i64>, Box<dyn Error>> {
    let values: Vec<Cell> = asked["values"].as_array().into_iter().flatten().map(cell).collect();
    let mut statement = connection.prepare_cached(asked["sql"].as_str().ok_or("no SQL")?)?;
    let columns = statement.column_count();
    let mut rows = statement.query(params_from_iter(values))?;
    let mut ids = Vec::new();
    while let Some(row) = rows.next()? {
        ids.push(row.get(0)?);
        for column in 1..columns {
            std::hint::black_box(row.get_ref(column)?);
        }
    }
    match asked["udfs"].as_str() {
        Some("walk") => walk(connection, &ids)?,
        Some("list") => list(connection, &ids)?,
        _ => {}
    }
    Ok(ids)
}

/// The user-defined fields as the sandbox reads them: from row to row, beginning anew where the next one is far.
fn walk(connection: &Connection, ids: &[i64]) -> rusqlite::Result<()> {
    let mut statement = connection.prepare_cached(
        "SELECT \"row\", \"definition\", \"text\" FROM \"_udf\" WHERE \"row\" >= ?1 ORDER BY \"row\", \"definition\"",
    )?;
    let mut index = 0;
    while let Some(from) = ids.get(index) {
        let mut rows = statement.query([from])?;
        let mut steps = 0;
        while let Some(row) = rows.next()? {
            let at: i64 = row.get(0)?;
            while ids.get(index).is_some_and(|id| *id < at) {
                (index, steps) = (index + 1, 0);
            }
            match ids.get(index) {
                None => break,
                Some(id) if *id == at => {
                    std::hint::black_box(row.get_ref(2)?);
                }
                Some(_) if steps == 16 => break,
                Some(_) => steps += 1,
            }
        }
        if rows.next()?.is_none() {
            break;
        }
    }
    Ok(())
}

/// The user-defined fields as one asks for them in a hurry: by a list of ids.
fn list(connection: &Connection, ids: &[i64]) -> rusqlite::Result<()> {
    let list: Vec<String> = ids.iter().map(i64::to_string).collect();
    let sql = format!("SELECT \"row\", \"definition\", \"text\" FROM \"_udf\" WHERE \"row\" IN ({})", list.join(","));
    let mut statement = connection.prepare(&sql)?;
    let mut rows = statement.query([])?;
    while let Some(row) = rows.next()? {
        std::hint::black_box(row.get_ref(2)?);
    }
    Ok(())
}

fn cell(value: &Value) -> Cell {
    match value {
        Value::String(text) => Cell::Text(text.clone()),
        Value::Number(number) => number.as_i64().map_or(Cell::Null, Cell::Integer),
        _ => Cell::Null,
    }
}
