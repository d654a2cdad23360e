//! Quality: the built-in rules, and an audit of tables.

use std::cell::{Ref, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use autotask_core::EntityInfo;
use autotask_core::quality::{self, Input, ReadRules, Report, Rows};
use wasm_bindgen::prelude::*;

use crate::context::Context;
use crate::convert::{kept, read_value, refusal, to_json};
use crate::schema::Schema;
use crate::table::Table;

/// The built-in rules.
#[wasm_bindgen(js_name = auditRules)]
#[must_use]
pub fn audit_rules() -> String {
    to_json(&quality::built_in())
}

/// Tables to be audited, and then what was found.
#[wasm_bindgen]
#[derive(Default)]
pub struct Audit {
    tables: Vec<(Arc<EntityInfo>, Rc<RefCell<autotask_core::Table>>)>,
    report: Report,
}

#[wasm_bindgen]
impl Audit {
    /// Without tables.
    #[wasm_bindgen(constructor)]
    #[must_use]
    pub fn new() -> Audit {
        Audit::default()
    }

    /// Adds a table, read with its own metadata.
    #[wasm_bindgen(js_name = addTable)]
    pub fn add_table(&mut self, table: &Table) {
        self.tables.push((table.info(), table.shared()));
    }

    /// Adds a table, read with other metadata.
    ///
    /// # Errors
    ///
    /// The issue that there is no such entity.
    #[wasm_bindgen(js_name = addTableWith)]
    pub fn add_table_with(&mut self, schema: &Schema, table: &Table) -> Result<(), String> {
        let info = kept(&schema.inner, table.entity()).map_err(|issue| refusal(vec![issue]))?;
        self.tables.push((info, table.shared()));
        Ok(())
    }

    /// Runs the rules, given as JSON, or the built-in ones; answers the report without ids.
    #[must_use]
    pub fn run(&mut self, context: &Context, rules: Option<String>) -> String {
        let ReadRules { rules, issues } = match rules {
            None => ReadRules { rules: quality::built_in(), issues: Vec::new() },
            Some(json) => match read_value(json.as_bytes()) {
                Ok(json) => quality::read(&json),
                Err(issue) => ReadRules { rules: Vec::new(), issues: vec![issue] },
            },
        };
        let borrowed: Vec<(&EntityInfo, Ref<'_, autotask_core::Table>)> =
            self.tables.iter().map(|(info, table)| (&**info, table.borrow())).collect();
        let rows: Vec<Rows<'_>> = borrowed.iter().map(|(info, table)| Rows { info, table }).collect();
        let mut report = context.run(|context| quality::audit(&rules, &Input { rows: &rows, context: *context }));
        report.issues.splice(0..0, issues);
        self.report = report;
        to_json(&self.report)
    }

    /// The ids that the rule at this place of the report has found.
    #[must_use]
    #[allow(clippy::cast_precision_loss, reason = "Autotask's ids stay below 2^53")]
    pub fn ids(&self, rule: usize) -> Vec<f64> {
        let finding = self.report.rules.get(rule);
        finding.map(|finding| finding.ids.iter().map(|id| *id as f64).collect()).unwrap_or_default()
    }
}
