//! Plan: which part of a filter Autotask can run, what has to be looked up first, and what is left to do here.
//!
//! ```text
//! filter ──► server part: every matching row satisfies it      ──► rows ──► local rest ──► result
//!        ├─► look-ups: ids of related rows, for an `in` beside it
//!        └─► for each node: where it runs, and why not on the server
//! ```

use serde::{Serialize, Serializer};

use super::lower::lower;
use super::typed::{Problem, ProblemKind, Typed, limits, or_conditions, udf_names};
use super::{Condition, Context, FILTER_DEPTH_MAX, Filter, FilterValue, OR_CONDITIONS_MAX, Op, Operand, UDFS_MAX};
use crate::entity::EntityInfo;
use crate::field::{DataType, FieldInfo};
use crate::issue::Issue;

/// Where a node runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// Autotask runs all of it.
    Server,
    /// All of it runs here.
    Local,
    /// Autotask leaves some rows out, the rest is done here; or something is looked up first.
    Split,
}

/// Why a node does not run on the server as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Autotask has no such operator.
    NoSuchOperator,
    /// Autotask orders text by its language, which differs from the order here.
    TextOrder,
    /// Autotask refuses to filter by the field.
    NotQueryable,
    /// Autotask takes one user-defined field in a query.
    ManyUdfs,
    /// Autotask takes 500 conditions in a query.
    ManyConditions,
    /// The field belongs to a related row.
    RelatedField,
    /// Another branch of the same `or` runs here, so all of it must.
    LocalBranch,
    /// It nests deeper than Autotask is asked to go.
    TooDeep,
}

impl Reason {
    /// The reason in words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Reason::NoSuchOperator => "Autotask has no such operator",
            Reason::TextOrder => "Autotask orders text by language",
            Reason::NotQueryable => "Autotask cannot filter by this field",
            Reason::ManyUdfs => "Autotask takes one user-defined field in a query",
            Reason::ManyConditions => "Autotask takes 500 conditions in a query",
            Reason::RelatedField => "the field belongs to a related row",
            Reason::LocalBranch => "another branch of the same `or` runs here",
            Reason::TooDeep => "the groups nest too deep",
        }
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.words())
    }
}

/// Where one node of the filter runs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct NodePlan {
    /// The way to the node: which item of each group, from the top.
    pub path: Vec<usize>,
    /// Where it runs.
    #[serde(rename = "where")]
    pub place: Place,
    /// Why not on the server alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

/// Ids to look up before the query.
#[derive(Clone, Debug, PartialEq)]
pub struct Lookup {
    /// The entity of the related rows.
    pub entity: &'static EntityInfo,
    /// Which of them; Autotask can run it.
    pub filter: Filter,
    /// The reference field: their ids go into an `in` on it, beside the server part.
    pub into: String,
}

/// How a filter is run.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// What Autotask runs: every row that matches the filter satisfies it, and it holds only what Autotask knows.
    pub server: Filter,
    /// What has to be looked up before.
    pub lookups: Vec<Lookup>,
    /// What is left to do here with the rows that come; `None` when they are the result.
    pub local: Option<Filter>,
    /// Where each node runs.
    pub nodes: Vec<NodePlan>,
    /// What keeps it from being run at all.
    pub issues: Vec<Issue>,
}

impl Plan {
    /// Where the filter as a whole runs.
    #[must_use]
    pub fn place(&self) -> Place {
        match (&self.local, self.server.is_everything() && self.lookups.is_empty()) {
            (None, _) if self.lookups.is_empty() => Place::Server,
            (Some(_), true) => Place::Local,
            _ => Place::Split,
        }
    }

    /// The plan after its look-ups: the ids that each of them found, in their order.
    #[must_use]
    pub fn with_ids(mut self, found: &[Vec<i64>]) -> Plan {
        let mut items = self.server.top_level().to_vec();
        for (lookup, ids) in self.lookups.drain(..).zip(found) {
            items.push(match ids.is_empty() {
                true => Filter::condition("id", Op::Lt, 0),
                false => Filter::is_in(lookup.into, ids.iter().copied()),
            });
        }
        self.server = Filter::And(items);
        self
    }

    /// Conditions of the server part that count against Autotask's 500.
    #[must_use]
    pub fn conditions(&self) -> usize {
        or_conditions(&self.server)
    }

    /// User-defined fields of the server part.
    #[must_use]
    pub fn udfs(&self) -> usize {
        udf_names(&self.server).len()
    }

    /// The server part as the queries to send: one, unless a list is longer than Autotask takes. Their results
    /// together, without rows that came twice, are the result of the server part.
    #[must_use]
    pub fn queries(&self) -> Vec<Filter> {
        let items = self.server.top_level();
        let is_long = |item: &&Filter| matches!(list_of(item), Some(values) if values.len() > OR_CONDITIONS_MAX);
        let Some(at) = items.iter().position(|item| is_long(&item)) else { return vec![self.server.clone()] };
        let Filter::Condition(condition) = &items[at] else { return vec![self.server.clone()] };
        let values = list_of(&items[at]).unwrap_or_default();
        let others = self.conditions() - values.len();
        let room = OR_CONDITIONS_MAX.saturating_sub(others).max(1);
        let query = |chunk: &[FilterValue]| {
            let operand = Operand::Many(chunk.to_vec());
            let mut items = items.to_vec();
            items[at] = Filter::Condition(Condition { operand, ..condition.clone() });
            Filter::And(items)
        };
        values.chunks(room).map(query).collect()
    }
}

/// The values of a lone `in`.
fn list_of(filter: &Filter) -> Option<&[FilterValue]> {
    match filter {
        Filter::Condition(Condition { op: Op::In, operand: Operand::Many(values), .. }) => Some(values),
        _ => None,
    }
}

/// Says where a filter runs. With issues among the answers nothing runs: the server part is everything, and the
/// filter itself the rest.
#[must_use]
pub fn plan(filter: &Filter, info: &EntityInfo, context: &Context<'_>) -> Plan {
    let problems = Typed::with(filter, info, context).err().unwrap_or_default();
    // Rows of related entities may be looked up.
    let keeps = |p: &&Problem| !matches!(p.kind, ProblemKind::NoRows { .. });
    let issues: Vec<Issue> = problems.iter().filter(keeps).map(Problem::issue).collect();
    if !issues.is_empty() {
        let local = Some(filter.clone());
        return Plan { server: Filter::everything(), lookups: Vec::new(), local, nodes: Vec::new(), issues };
    }
    let mut planner = Planner { info, context, nodes: Vec::new(), path: Vec::new() };
    let mut server: Vec<Filter> = Vec::new();
    let mut local = Vec::new();
    let mut lookups = Vec::new();
    let mut has_long_list = false;
    for (index, item) in filter.top_level().iter().enumerate() {
        let is_group = matches!(filter, Filter::And(_));
        let first_node = planner.nodes.len();
        if is_group {
            planner.path.push(index);
        }
        let part = planner.part(item, false);
        if is_group {
            planner.path.pop();
        }
        let reason = part.server.as_ref().and_then(|one| {
            let is_long = matches!(list_of(one), Some(values) if values.len() > OR_CONDITIONS_MAX);
            if is_long && !has_long_list {
                has_long_list = true;
                return None;
            }
            let all = Filter::And(
                server
                    .iter()
                    .filter(|f| list_of(f).is_none_or(|v| v.len() <= OR_CONDITIONS_MAX))
                    .chain([one])
                    .cloned()
                    .collect(),
            );
            let over = limits(&all).into_iter().map(|problem| match problem.kind {
                ProblemKind::TooManyUdfs { .. } => Reason::ManyUdfs,
                _ => Reason::ManyConditions,
            });
            over.chain((depth(one) >= FILTER_DEPTH_MAX).then_some(Reason::TooDeep)).next()
        });
        match reason {
            Some(reason) => {
                local.push(item.clone());
                for node in &mut planner.nodes[first_node..] {
                    (node.place, node.reason) = (Place::Local, node.reason.or(Some(reason)));
                }
            }
            None => {
                server.extend(part.server);
                local.extend(part.local);
                lookups.extend(part.lookups);
            }
        }
    }
    let local = match local.len() {
        0 => None,
        _ => Some(Filter::And(local)),
    };
    let mut nodes = planner.nodes;
    crate::order::sort_by(&mut nodes, |a, b| a.path.cmp(&b.path));
    let server = match join(server, true) {
        Filter::And(items) => Filter::And(items),
        other => Filter::And(vec![other]),
    };
    debug_assert!(udf_names(&server).len() <= UDFS_MAX, "the limits were kept");
    Plan { server, lookups, local, nodes, issues }
}

/// How deep groups nest in it.
fn depth(filter: &Filter) -> usize {
    let mut open = vec![(filter, 1)];
    let mut deepest = 0;
    while let Some((filter, depth)) = open.pop() {
        deepest = deepest.max(depth);
        match filter {
            Filter::And(items) | Filter::Or(items) => open.extend(items.iter().map(|item| (item, depth + 1))),
            Filter::Not(inner) => open.push((inner, depth + 1)),
            Filter::Condition(_) => {}
        }
    }
    deepest
}

/// What became of a node.
struct Part {
    /// What every row that matches the node satisfies; `None` is every row.
    server: Option<Filter>,
    /// What is left to do; `None` when the server part and the look-ups are the node.
    local: Option<Filter>,
    lookups: Vec<Lookup>,
}

impl Part {
    fn exact(filter: Filter) -> Part {
        Part { server: Some(filter), local: None, lookups: Vec::new() }
    }

    fn is_exact(&self) -> bool {
        self.local.is_none() && self.lookups.is_empty()
    }
}

struct Planner<'a> {
    info: &'a EntityInfo,
    context: &'a Context<'a>,
    nodes: Vec<NodePlan>,
    path: Vec<usize>,
}

impl Planner<'_> {
    /// Plans a node or, where `negated`, the rows that do not match it.
    fn part(&mut self, filter: &Filter, negated: bool) -> Part {
        let first = self.nodes.len();
        let part = match filter {
            Filter::And(items) => self.group(filter, items, !negated, negated),
            Filter::Or(items) => self.group(filter, items, negated, negated),
            Filter::Not(inner) => {
                self.path.push(0);
                let part = self.part(inner, !negated);
                self.path.pop();
                part
            }
            Filter::Condition(condition) => return self.condition(condition, negated),
        };
        let place = match (&part.server, part.is_exact()) {
            (_, true) => Place::Server,
            (None, _) if part.lookups.is_empty() => Place::Local,
            _ => Place::Split,
        };
        let reason = self.nodes[first..].iter().find_map(|node| node.reason).filter(|_| place != Place::Server);
        self.nodes.push(NodePlan { path: self.path.clone(), place, reason });
        part
    }

    fn group(&mut self, whole: &Filter, items: &[Filter], is_all: bool, negated: bool) -> Part {
        let first = self.nodes.len();
        let mut parts = Vec::with_capacity(items.len());
        for (index, item) in items.iter().enumerate() {
            self.path.push(index);
            parts.push(self.part(item, negated));
            self.path.pop();
        }
        if is_all {
            let mut all = Part { server: None, local: None, lookups: Vec::new() };
            let (mut server, mut local) = (Vec::new(), Vec::new());
            for part in parts {
                server.extend(part.server);
                local.extend(part.local);
                all.lookups.extend(part.lookups);
            }
            all.server = Some(join(server, true));
            all.local = (!local.is_empty()).then_some(Filter::And(local));
            return all;
        }
        if parts.iter().all(Part::is_exact) {
            let branches = parts.into_iter().map(|part| part.server.unwrap_or_default()).collect();
            return Part::exact(join(branches, false));
        }
        for node in &mut self.nodes[first..] {
            (node.place, node.reason) = (Place::Local, node.reason.or(Some(Reason::LocalBranch)));
        }
        Part { server: None, local: Some(negate_if(whole, negated)), lookups: Vec::new() }
    }

    fn condition(&mut self, condition: &Condition, negated: bool) -> Part {
        let node = Filter::Condition(condition.clone());
        let rest = || Some(negate_if(&node, negated));
        let Some(field) = self.info.find(&condition.field, condition.udf) else {
            let part = self.related(condition, negated);
            let place = if part.lookups.is_empty() { Place::Local } else { Place::Split };
            self.note(place, Some(Reason::RelatedField));
            return part;
        };
        // Problems were found before; what is left over runs here.
        let plain = lower(condition, field, self.context).ok().flatten().unwrap_or_else(|| node.clone());
        match reason_for(&plain, field, negated) {
            None => {
                self.note(Place::Server, None);
                Part::exact(if negated { negation(&plain) } else { plain })
            }
            Some(reason) => {
                // A comparison never matches a row without a value, and Autotask can leave those out.
                let server =
                    (!negated && field.is_queryable && !field.is_udf && condition.op.arity() != super::Arity::None)
                        .then(|| Filter::empty(condition.field.clone(), false));
                self.note(if server.is_some() { Place::Split } else { Place::Local }, Some(reason));
                Part { server, local: rest(), lookups: Vec::new() }
            }
        }
    }

    /// A field of a related row: its ids are looked up, if Autotask can be asked for them.
    fn related(&self, condition: &Condition, negated: bool) -> Part {
        let local = Filter::Condition(condition.clone());
        let nothing =
            |local: &Filter| Part { server: None, local: Some(negate_if(local, negated)), lookups: Vec::new() };
        let Some(relation) = self.info.relation(&condition.field).filter(|_| !negated) else { return nothing(&local) };
        let inner = Filter::Condition(Condition { field: relation.rest.clone(), ..condition.clone() });
        let plan = plan(&inner, relation.entity, self.context);
        if plan.server.is_everything() || !plan.lookups.is_empty() || !plan.issues.is_empty() {
            return nothing(&local);
        }
        let into = relation.field.name.to_string();
        let lookup = Lookup { entity: relation.entity, filter: plan.server, into };
        Part { server: None, local: plan.local.map(|_| local), lookups: vec![lookup] }
    }

    fn note(&mut self, place: Place, reason: Option<Reason>) {
        self.nodes.push(NodePlan { path: self.path.clone(), place, reason });
    }
}

fn negate_if(filter: &Filter, negated: bool) -> Filter {
    if negated { Filter::not(filter.clone()) } else { filter.clone() }
}

/// Why Autotask cannot run these plain comparisons of one field, or their negation; `None` when it can.
fn reason_for(plain: &Filter, field: &FieldInfo, negated: bool) -> Option<Reason> {
    if !field.is_queryable {
        return Some(Reason::NotQueryable);
    }
    let is_text = matches!(field.data_type, DataType::String | DataType::Bytes);
    plain.conditions().find_map(|condition| match condition.op {
        op if !op.is_on_server() => Some(Reason::NoSuchOperator),
        Op::Contains | Op::BeginsWith | Op::EndsWith if negated => Some(Reason::NoSuchOperator),
        Op::Gt | Op::Gte | Op::Lt | Op::Lte if is_text => Some(Reason::TextOrder),
        _ => None,
    })
}

/// The rows that do not match plain comparisons that Autotask knows, as comparisons that it knows.
fn negation(filter: &Filter) -> Filter {
    let condition = match filter {
        Filter::And(items) => return join(items.iter().map(negation).collect(), false),
        Filter::Or(items) => return join(items.iter().map(negation).collect(), true),
        Filter::Not(inner) => return (**inner).clone(),
        Filter::Condition(condition) => condition,
    };
    let with = |op: Op| Filter::Condition(Condition { op, ..condition.clone() });
    let exists = |op: Op| Filter::Condition(Condition { op, operand: Operand::None, ..condition.clone() });
    let or_empty = |op: Op| Filter::Or(vec![with(op), exists(Op::NotExist)]);
    let is_null = matches!(condition.operand, Operand::One(FilterValue::Null));
    match condition.op {
        // A comparison with null matches no row, so every row is left.
        _ if is_null => Filter::everything(),
        Op::Eq => or_empty(Op::NotEq),
        Op::NotEq => or_empty(Op::Eq),
        Op::Gt => or_empty(Op::Lte),
        Op::Gte => or_empty(Op::Lt),
        Op::Lt => or_empty(Op::Gte),
        Op::Lte => or_empty(Op::Gt),
        Op::In => or_empty(Op::NotIn),
        Op::NotIn => or_empty(Op::In),
        Op::Exist => exists(Op::NotExist),
        Op::NotExist => exists(Op::Exist),
        _ => Filter::not(filter.clone()),
    }
}

/// A group without groups of its own kind in it, and without groups of one.
fn join(items: Vec<Filter>, is_all: bool) -> Filter {
    let mut flat = Vec::with_capacity(items.len());
    for item in items {
        match item {
            Filter::And(inner) if is_all => flat.extend(inner),
            Filter::Or(inner) if !is_all && !inner.is_empty() => flat.extend(inner),
            other => flat.push(other),
        }
    }
    // Every row matches one of these: `a or everything`.
    if !is_all && flat.iter().any(Filter::is_everything) {
        return Filter::everything();
    }
    match (flat.len(), is_all) {
        (1, _) => flat.remove(0),
        (_, true) => Filter::And(flat),
        // No row: an empty `or` is not something to ask Autotask for.
        (0, false) => Filter::condition("id", Op::Lt, 0),
        (_, false) => Filter::Or(flat),
    }
}
