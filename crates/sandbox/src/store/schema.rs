//! Schema: EntityInfo → tables. A column per field, a folded shadow for each text that a filter may name, and one
//! side table for user-defined fields.
//!
//! | field | column |
//! | --- | --- |
//! | text | `TEXT`, and `"~name"` with the folded text |
//! | whole numbers, booleans (0 and 1) | `INTEGER` |
//! | decimals | `REAL` |
//! | instants | `INTEGER`, ticks of 100 ns since 1970 |

use std::fmt::Write;

use autotask_core::DataType;
use autotask_core::entities::ALL;

use crate::tenant::has_shadow;

/// `ATCR`, so that a sandbox's file is told from any other.
pub(crate) const APPLICATION_ID: i32 = 0x4154_4352;
/// Raise it when the meaning of the tables changes in a way the column list does not show.
const FORMAT: u32 = 1;

/// An identifier in SQL.
pub(crate) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// The shadow column of a text field.
pub(crate) fn folded(name: &str) -> String {
    format!("\"~{}\"", name.replace('"', "\"\""))
}

/// Columns that are searched much, beyond the parents' ids. Text is indexed as equality compares it.
const INDEXED: [(&str, &str); 11] = [
    ("Companies", "companyName"),
    ("Companies", "companyNumber"),
    ("Companies", "phone"),
    ("Companies", "parentCompanyID"),
    ("Companies", "isActive"),
    ("Companies", "ownerResourceID"),
    ("Contacts", "emailAddress"),
    ("Contacts", "lastName"),
    ("Contacts", "companyLocationID"),
    ("Contacts", "isActive"),
    ("Tickets", "ticketNumber"),
];

/// The statements that make the tables.
pub(crate) fn tables() -> String {
    let mut sql = String::new();
    for info in ALL.iter().filter(|info| info.field("id").is_some()) {
        let _ = write!(sql, "CREATE TABLE {} (", quoted(info.name));
        for (index, field) in info.fields.iter().enumerate() {
            let kind = match field.data_type {
                _ if field.name == "id" => "INTEGER PRIMARY KEY",
                DataType::String | DataType::Bytes => "TEXT",
                DataType::Integer | DataType::Long | DataType::Boolean | DataType::DateTime => "INTEGER",
                DataType::Decimal | DataType::Double => "REAL",
            };
            let comma = if index == 0 { "" } else { ", " };
            let _ = write!(sql, "{comma}{} {kind}", quoted(&field.name));
        }
        for field in info.fields.iter().filter(|f| has_shadow(f)) {
            let _ = write!(sql, ", {} TEXT", folded(&field.name));
        }
        sql.push_str(");\n");
    }
    sql.push_str(
        "CREATE TABLE \"_udf\" (\"row\" INTEGER NOT NULL, \"definition\" INTEGER NOT NULL, \"text\" TEXT NOT NULL, \
         \"folded\" TEXT NOT NULL, \"number\" REAL, \"instant\" INTEGER, PRIMARY KEY (\"row\", \"definition\")) \
         WITHOUT ROWID;\n\
         CREATE TABLE \"_ids\" (\"entity\" TEXT PRIMARY KEY, \"next\" INTEGER NOT NULL) WITHOUT ROWID;\n\
         CREATE TABLE \"_world\" (\"kind\" TEXT NOT NULL, \"id\" INTEGER NOT NULL, \"of\" INTEGER, \"how\" TEXT NOT NULL);\n",
    );
    sql.push_str(&crate::webhooks::tables());
    sql
}

/// The statements that make the indexes and triggers, which come after the rows since that is faster.
pub(crate) fn indexes() -> String {
    let mut sql = String::new();
    for info in ALL.iter().filter(|info| info.field("id").is_some()) {
        if let Some(parent) = info.parent {
            let _ = writeln!(
                sql,
                "CREATE INDEX \"{0}.{1}\" ON {2} ({3});",
                info.name,
                parent.field,
                quoted(info.name),
                quoted(parent.field)
            );
        }
    }
    for (entity, column) in INDEXED {
        let is_text = ALL.iter().any(|info| info.name == entity && info.field(column).is_some_and(has_shadow));
        let indexed = if is_text { format!("rtrim({}, ' ')", folded(column)) } else { quoted(column) };
        let _ = writeln!(sql, "CREATE INDEX \"{entity}.{column}\" ON {} ({indexed});", quoted(entity));
    }
    sql.push_str("CREATE INDEX \"_udf.definition\" ON \"_udf\" (\"definition\");\n");
    sql.push_str(&crate::webhooks::triggers());
    sql
}

/// The number that a file carries: it changes with the format and with every column.
pub(crate) fn version() -> i32 {
    // FNV-1a, 32 bits: the same on every machine and with every compiler.
    let hash = (tables() + &indexes())
        .bytes()
        .fold(0x811c_9dc5_u32 ^ FORMAT, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    i32::from_ne_bytes((hash & 0x7fff_ffff).to_ne_bytes())
}
