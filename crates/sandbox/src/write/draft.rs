//! Draft: the members of a write's body that mean something, as cells.

use autotask_core::record::{USER_DEFINED_FIELDS, whole};
use autotask_core::{DataType, FieldInfo, Instant};
use rusqlite::types::Value as Cell;
use serde_json::{Map, Value};

use super::lenient::{self, Place};
use crate::answer::Refusal;
use crate::routes::Call;
use crate::routes::conversion_failed;
use crate::store::rows::Row;
use crate::tenant::Table;

/// What a draft does to a row.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// Fields that are given once at create may be set.
    Create,
    /// Only what was sent changes.
    Update,
    /// What may be written and was not sent becomes null.
    Replace,
}

/// What a body says.
pub(super) struct Draft {
    pub(super) id: Option<i64>,
    fields: Vec<(usize, Cell)>,
    udfs: Vec<(usize, Option<String>)>,
}

impl Draft {
    /// Reads a body. Names match in any letter case; the last of several wins.
    pub(super) fn read(call: &Call<'_>, table: &Table) -> Result<Draft, Refusal> {
        if call.body.iter().all(u8::is_ascii_whitespace) {
            // Decision: not recorded; the same framework's words as for a missing filter.
            return Err(Refusal::application("Value cannot be null.\r\nParameter name: entity"));
        }
        let Value::Object(map) = lenient::json(call.body)? else {
            return Err(Refusal::application(lenient::not_an_object(call.body)));
        };
        let strict = call.settings.strict;
        let mut draft = Draft { id: None, fields: Vec::new(), udfs: Vec::new() };
        for (key, value) in &map {
            let Some(at) = table.position(key) else {
                if key.eq_ignore_ascii_case(USER_DEFINED_FIELDS) {
                    draft.read_udfs(value, table, strict)?;
                } else if strict {
                    return Err(Refusal::Application(format!(
                        "Unable to find {key} in the {} Entity. Autotask would ignore it; this sandbox is strict.",
                        table.info.singular
                    )));
                }
                continue;
            };
            let field = &table.info.fields[at];
            let cell = lenient::cell(value, field, &Place { text: call.body, key })?;
            if at == table.id {
                draft.id = whole(value);
                continue;
            }
            if strict && field.is_read_only && !table.info.is_given_at_create(field) {
                return Err(Refusal::Application(format!(
                    "{} is read-only. Autotask would ignore it; this sandbox is strict.",
                    field.name
                )));
            }
            draft.fields.retain(|(known, _)| *known != at);
            draft.fields.push((at, cell));
        }
        Ok(draft)
    }

    fn read_udfs(&mut self, value: &Value, table: &Table, strict: bool) -> Result<(), Refusal> {
        // Decision: what Autotask says to another shape is not known; it is nothing that it could keep.
        let shapeless = || match strict {
            true => Err(Refusal::application(
                "userDefinedFields must be a list such as [{\"name\":\"Seats\",\"value\":\"5\"}]; this sandbox is strict.",
            )),
            false => Ok(()),
        };
        let entries = match value {
            Value::Array(entries) => entries.as_slice(),
            Value::Null => &[],
            _ => return shapeless(),
        };
        for entry in entries {
            let named = entry.as_object().and_then(|entry| Some((entry, member(entry, "name")?.as_str()?)));
            let Some((entry, name)) = named else {
                shapeless()?;
                continue;
            };
            let Some(at) = table.udf_position(name) else {
                // Decision: what Autotask says to an unknown name is not known; unknown members it ignores.
                if strict {
                    return Err(Refusal::Application(format!(
                        "Unable to find {name} in the {} Entity. Autotask would ignore it; this sandbox is strict.",
                        table.info.singular
                    )));
                }
                continue;
            };
            let field = &table.info.user_defined_fields[at];
            let text = match member(entry, "value") {
                None | Some(Value::Null) => None,
                Some(Value::String(text)) => Some(text.clone()),
                Some(other) => Some(other.to_string()),
            };
            let text = match text {
                Some(text) if !text.is_empty() => Some(udf_text(&text, field)?),
                other => other.filter(|_| field.data_type == DataType::String),
            };
            self.udfs.retain(|(known, _)| *known != at);
            self.udfs.push((at, text));
        }
        Ok(())
    }

    /// Whether the body changes the field of a row that is there; read-only members are passed over.
    pub(super) fn changes(&self, table: &Table, at: usize) -> bool {
        !table.info.fields[at].is_read_only && self.fields.iter().any(|(known, _)| *known == at)
    }

    /// Puts what was sent into a row, as far as it may be written.
    pub(super) fn fill(&self, row: &mut Row<'_>, mode: Mode) {
        let table = row.table;
        let writable = |field: &FieldInfo| match mode {
            Mode::Create => !field.is_read_only || table.info.is_given_at_create(field),
            Mode::Update | Mode::Replace => !field.is_read_only,
        };
        if mode == Mode::Replace {
            for (at, field) in table.info.fields.iter().enumerate() {
                // Decision: a row without `isActive` would be neither one nor the other, so that one stays.
                if writable(field) && at != table.id && field.name != "isActive" && !is_parent(table, field) {
                    row.cells[at] = Cell::Null;
                }
            }
            row.udfs.iter_mut().for_each(|value| *value = None);
        }
        for (at, cell) in &self.fields {
            let field = &table.info.fields[*at];
            let keeps = field.name == "isActive" && *cell == Cell::Null && mode != Mode::Create;
            if writable(field) && !keeps {
                row.cells[*at] = cell.clone();
            }
        }
        for (at, value) in &self.udfs {
            row.udfs[*at].clone_from(value);
        }
    }
}

/// Whether the field holds the parent's id, which the URL says.
fn is_parent(table: &Table, field: &FieldInfo) -> bool {
    table.info.parent.is_some_and(|parent| parent.field == field.name)
}

/// A user-defined value as it is kept: numbers with four decimals, dates as instants.
fn udf_text(text: &str, field: &FieldInfo) -> Result<String, Refusal> {
    let refused = || Refusal::Application(conversion_failed(text, field.data_type));
    match field.data_type {
        DataType::Integer | DataType::Long | DataType::Decimal | DataType::Double => {
            let number = text.trim().parse::<f64>().ok().filter(|n| n.is_finite()).ok_or_else(refused)?;
            Ok(format!("{number:.4}"))
        }
        DataType::DateTime => Instant::parse(text).map(|i| lenient::to_milliseconds(i).to_string()).ok_or_else(refused),
        _ => Ok(text.to_owned()),
    }
}

fn member<'a>(map: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}
