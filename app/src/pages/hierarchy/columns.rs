//! Columns: what the tree says of each company.

use crate::components::grid_parts::Column;

use super::address::Values;

/// The columns, in order.
pub fn columns(values: Values) -> Vec<Column> {
    let count = |key, title, both_px| {
        if values == Values::Both {
            Column::new(key, title, both_px).own_and_total()
        } else {
            Column::new(key, title, 92).number()
        }
    };
    vec![
        Column::new("name", "Company", 318).grow(2),
        Column::new("owner", "Owner", 150).grow(1),
        count("contacts", "Contacts", 108),
        count("sites", "Sites", 88),
        count("below", "Subsidiaries", 150),
        Column::new("type", "Type", 108).grow(0),
        Column::new("lastActivity", "Last activity", 112).grow(0),
    ]
}

/// The number of a column, by what it shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shows {
    Name,
    Owner,
    Contacts,
    Sites,
    Subsidiaries,
    Type,
    LastActivity,
}

impl Shows {
    /// What the column of this number shows.
    pub const fn at(column: usize) -> Self {
        match column {
            0 => Self::Name,
            1 => Self::Owner,
            2 => Self::Contacts,
            3 => Self::Sites,
            4 => Self::Subsidiaries,
            5 => Self::Type,
            _ => Self::LastActivity,
        }
    }
}
