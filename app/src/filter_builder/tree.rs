//! The state of the builder: rules and groups, some of them not finished yet. Pure, and tested without a browser.

use autotask_core::filter::{Arity, Condition, Context, Operand, check};
use autotask_core::{EntityInfo, Filter, FilterValue, Issue, Op};

use super::values::{to_text, to_value};

/// Identifies a rule or group while it is on screen.
pub type Key = u32;

/// The key of the outermost group, in every tree.
pub const ROOT: Key = 0;

/// The rules and groups.
#[derive(Clone, Debug, PartialEq)]
pub struct Tree {
    /// The outermost group.
    pub root: Group,
    next_key: Key,
}

/// Some rules and groups, of which all or any must hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Its key.
    pub key: Key,
    /// Whether one of them is enough.
    pub is_any: bool,
    /// What it is made of.
    pub items: Vec<Node>,
}

/// A rule or a group.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// A group.
    Group(Group),
    /// A rule.
    Rule(Rule),
    /// A part of the filter that no rule can show, as it is: `not (…)`, names to look up, fields of related rows.
    Verbatim(Key, Filter),
}

/// One comparison, as it is being edited.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its key.
    pub key: Key,
    /// The field; empty until one is chosen.
    pub field: String,
    /// Whether it is a user-defined field.
    pub udf: bool,
    /// The comparison.
    pub op: Op,
    /// The values as they are typed or chosen; for lists any number, else one at most.
    pub values: Vec<String>,
}

impl Node {
    /// Its key.
    pub fn key(&self) -> Key {
        match self {
            Node::Group(group) => group.key,
            Node::Rule(rule) => rule.key,
            Node::Verbatim(key, _) => *key,
        }
    }
}

impl Default for Tree {
    fn default() -> Tree {
        Tree { root: Group { key: ROOT, is_any: false, items: Vec::new() }, next_key: ROOT + 1 }
    }
}

impl Tree {
    /// The tree of a filter.
    pub fn of(filter: &Filter) -> Tree {
        let mut tree = Tree::default();
        // An `or` alone on top is the outermost group itself.
        let (is_any, items) = match filter {
            Filter::And(items) => match items.as_slice() {
                [Filter::Or(alternatives)] => (true, alternatives.as_slice()),
                _ => (false, items.as_slice()),
            },
            Filter::Or(items) => (true, items.as_slice()),
            Filter::Not(_) | Filter::Condition(_) => (false, std::slice::from_ref(filter)),
        };
        tree.root.is_any = is_any;
        tree.root.items = items.iter().map(|item| tree.node(item)).collect();
        tree
    }

    fn node(&mut self, filter: &Filter) -> Node {
        let key = self.take_key();
        let (is_any, items) = match filter {
            Filter::And(items) => (false, items),
            Filter::Or(items) => (true, items),
            Filter::Not(_) => return Node::Verbatim(key, filter.clone()),
            Filter::Condition(condition) if !is_rule(condition) => return Node::Verbatim(key, filter.clone()),
            Filter::Condition(condition) => {
                let values = match &condition.operand {
                    Operand::None => Vec::new(),
                    Operand::One(value) => to_text(value).into_iter().collect(),
                    Operand::Many(values) => values.iter().filter_map(to_text).collect(),
                };
                let Condition { field, udf, op, .. } = condition;
                return Node::Rule(Rule { key, field: field.clone(), udf: *udf, op: *op, values });
            }
        };
        Node::Group(Group { key, is_any, items: items.iter().map(|item| self.node(item)).collect() })
    }

    /// The filter of the finished rules. Unfinished ones, and groups that have nothing else, are left out.
    pub fn filter(&self, info: &EntityInfo) -> Filter {
        let items = filters(&self.root.items, info);
        match self.root.is_any && items.len() > 1 {
            true => Filter::And(vec![Filter::Or(items)]),
            false => Filter::And(items),
        }
    }

    /// How many rules there are, parts that no rule can show included.
    pub fn rule_count(&self) -> usize {
        fn count(items: &[Node]) -> usize {
            items.iter().map(|item| if let Node::Group(group) = item { count(&group.items) } else { 1 }).sum()
        }
        count(&self.root.items)
    }

    /// The part of this key that no rule can show.
    pub fn verbatim(&self, key: Key) -> Option<Filter> {
        let mut open: Vec<&Node> = self.root.items.iter().collect();
        while let Some(node) = open.pop() {
            match node {
                Node::Group(group) => open.extend(&group.items),
                Node::Verbatim(own, filter) if *own == key => return Some(filter.clone()),
                _ => {}
            }
        }
        None
    }

    /// How many rules are not finished.
    pub fn unfinished(&self, info: &EntityInfo) -> usize {
        self.rules().into_iter().filter(|rule| rule.condition(info).is_none()).count()
    }

    /// The rule of this key.
    pub fn rule(&self, key: Key) -> Option<&Rule> {
        self.rules().into_iter().find(|rule| rule.key == key)
    }

    /// The group of this key.
    pub fn group(&self, key: Key) -> Option<&Group> {
        let mut stack = vec![&self.root];
        while let Some(group) = stack.pop() {
            if group.key == key {
                return Some(group);
            }
            stack.extend(group.items.iter().filter_map(|item| match item {
                Node::Group(group) => Some(group),
                Node::Rule(_) | Node::Verbatim(..) => None,
            }));
        }
        None
    }

    /// Adds a rule without a field to a group; answers its key.
    pub fn add_rule(&mut self, group: Key) -> Key {
        let key = self.take_key();
        let rule = Rule { key, field: String::new(), udf: false, op: Op::Eq, values: Vec::new() };
        self.push(group, Node::Rule(rule));
        key
    }

    /// Adds a group of the other kind with one rule to a group; answers the rule's key.
    pub fn add_group(&mut self, parent: Key) -> Key {
        let key = self.take_key();
        let is_any = !self.group(parent).is_some_and(|group| group.is_any);
        self.push(parent, Node::Group(Group { key, is_any, items: Vec::new() }));
        self.add_rule(key)
    }

    /// Removes a rule or a group with all it has.
    pub fn remove(&mut self, key: Key) {
        self.visit(|group| group.items.retain(|item| item.key() != key));
    }

    /// Removes everything.
    pub fn clear(&mut self) {
        self.root.items.clear();
        self.root.is_any = false;
    }

    /// Changes the rule of this key.
    pub fn with_rule(&mut self, key: Key, change: impl FnOnce(&mut Rule)) {
        let mut change = Some(change);
        self.visit(|group| {
            for item in &mut group.items {
                if let Node::Rule(rule) = item
                    && rule.key == key
                    && let Some(change) = change.take()
                {
                    change(rule);
                }
            }
        });
    }

    /// Sets whether one of a group's members is enough.
    pub fn set_any(&mut self, key: Key, is_any: bool) {
        self.visit(|group| {
            if group.key == key {
                group.is_any = is_any;
            }
        });
    }

    fn push(&mut self, parent: Key, node: Node) {
        let mut node = Some(node);
        self.visit(|group| {
            if group.key == parent
                && let Some(node) = node.take()
            {
                group.items.push(node);
            }
        });
    }

    fn take_key(&mut self) -> Key {
        let key = self.next_key;
        self.next_key += 1;
        key
    }

    fn rules(&self) -> Vec<&Rule> {
        fn collect<'a>(items: &'a [Node], rules: &mut Vec<&'a Rule>) {
            for item in items {
                match item {
                    Node::Rule(rule) => rules.push(rule),
                    Node::Group(group) => collect(&group.items, rules),
                    Node::Verbatim(..) => {}
                }
            }
        }
        let mut rules = Vec::new();
        collect(&self.root.items, &mut rules);
        rules
    }

    fn visit(&mut self, mut change: impl FnMut(&mut Group)) {
        fn walk(group: &mut Group, change: &mut impl FnMut(&mut Group)) {
            change(group);
            for item in &mut group.items {
                if let Node::Group(group) = item {
                    walk(group, change);
                }
            }
        }
        walk(&mut self.root, &mut change);
    }
}

/// Whether a rule can show the condition and give it back unchanged.
fn is_rule(condition: &Condition) -> bool {
    let is_shown = |value: &FilterValue| !matches!(value, FilterValue::Null | FilterValue::Name(_) | FilterValue::Me);
    let values = match &condition.operand {
        Operand::None => &[][..],
        Operand::One(value) => std::slice::from_ref(value),
        Operand::Many(values) => values,
    };
    !condition.field.contains('.') && values.iter().all(is_shown)
}

fn filters(items: &[Node], info: &EntityInfo) -> Vec<Filter> {
    items
        .iter()
        .filter_map(|item| match item {
            Node::Rule(rule) => rule.condition(info),
            Node::Verbatim(_, filter) => Some(filter.clone()),
            Node::Group(group) => {
                let items = filters(&group.items, info);
                if items.is_empty() {
                    return None;
                }
                Some(if group.is_any { Filter::Or(items) } else { Filter::And(items) })
            }
        })
        .collect()
}

impl Rule {
    /// The comparison; `None` while the field or a value is missing.
    pub fn condition(&self, info: &EntityInfo) -> Option<Filter> {
        let field = info.find(&self.field, self.udf);
        if self.field.is_empty() {
            return None;
        }
        let values = self.values.iter().filter(|v| !v.trim().is_empty()).map(|v| to_value(v, field));
        let operand = match self.op.arity() {
            Arity::None => Operand::None,
            Arity::One => Operand::One(values.into_iter().next()?),
            Arity::Two | Arity::Many => Operand::Many(values.collect::<Vec<_>>()),
        };
        let needed = if self.op.arity() == Arity::Two { 2 } else { 1 };
        if matches!(&operand, Operand::Many(values) if values.len() < needed) {
            return None;
        }
        Some(Filter::Condition(Condition { field: self.field.clone(), udf: self.udf, op: self.op, operand }))
    }

    /// What is wrong with the rule itself.
    pub fn issue(&self, info: &EntityInfo) -> Option<Issue> {
        let condition = self.condition(info)?;
        check::check_meaning(&Filter::And(vec![condition]), info, &Context::default()).into_iter().next()
    }

    /// Chooses another field; operator and values stay where they still make sense.
    pub fn set_field(&mut self, field: String, udf: bool, info: &EntityInfo) {
        let kind =
            |name: &str, udf: bool| info.find(name, udf).map(|f| (f.data_type, f.is_picklist, f.reference.clone()));
        let keeps_values = kind(&self.field, self.udf) == kind(&field, udf)
            && kind(&field, udf).is_some_and(|(_, p, r)| !p && r.is_none());
        self.field = field;
        self.udf = udf;
        let offered = info.find(&self.field, udf).map(Op::offered_for).unwrap_or_default();
        if !offered.contains(&self.op) {
            self.op = offered.first().copied().unwrap_or(Op::Eq);
        }
        if !keeps_values {
            self.values.clear();
        }
    }

    /// Chooses another operator; of a list that becomes one value the first stays.
    pub fn set_op(&mut self, op: Op) {
        use autotask_core::filter::Arity;
        self.op = op;
        match op.arity() {
            Arity::None => self.values.clear(),
            Arity::One => self.values.truncate(1),
            Arity::Two => self.values.truncate(2),
            Arity::Many => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use autotask_core::filter::{parse::parse, print::print};

    use super::*;

    fn info() -> &'static EntityInfo {
        autotask_core::entity("Companies").expect("known")
    }

    fn tree(text: &str) -> Tree {
        Tree::of(&parse(text, info()).0.expect("valid"))
    }

    fn text(tree: &Tree) -> String {
        print(&tree.filter(info()), info())
    }

    #[test]
    fn a_filter_becomes_rules_and_rules_a_filter() {
        for canonical in [
            "",
            r#"companyType = 1 and (city contains "spring" or companyName beginsWith "A")"#,
            r#"(city = "a" or city = "b")"#,
            "companyType in (1, 3) and phone is empty and isActive = yes",
            "createDate >= 2026-01-01T00:00:00Z",
            "lastActivityDate < -12m and createDate between 2026-01-01 and startOfMonth",
            "surveyCompanyRating between 1 and 2.5",
        ] {
            assert_eq!(text(&tree(canonical)), canonical);
        }
    }

    #[test]
    fn unfinished_rules_are_left_out() {
        let mut tree = tree("isActive = yes");
        let root = tree.root.key;
        let inner = tree.add_group(root);
        assert_eq!(text(&tree), "isActive = yes");
        assert_eq!((tree.rule_count(), tree.unfinished(info())), (2, 1));
        tree.with_rule(inner, |rule| {
            rule.set_field("city".to_owned(), false, info());
            rule.values = vec!["Troy".to_owned()];
        });
        assert_eq!(text(&tree), r#"isActive = yes and any (city = "Troy")"#);
        tree.with_rule(inner, |rule| {
            rule.set_field("createDate".to_owned(), false, info());
            rule.set_op(Op::Between);
            rule.values = vec![String::new(), "today".to_owned()];
        });
        assert_eq!(text(&tree), "isActive = yes", "a bound is missing");
        tree.remove(inner);
        assert_eq!(text(&tree), "isActive = yes");
    }

    #[test]
    fn another_field_keeps_what_still_makes_sense() {
        let mut tree = tree(r#"city contains "a""#);
        let key = tree.root.items[0].key();
        tree.with_rule(key, |rule| rule.set_field("state".to_owned(), false, info()));
        assert_eq!(text(&tree), r#"state contains "a""#);
        tree.with_rule(key, |rule| rule.set_field("companyType".to_owned(), false, info()));
        assert_eq!((tree.rule(key).map(|r| (r.op, r.values.len()))), Some((Op::Eq, 0)));
        tree.with_rule(key, |rule| {
            rule.set_op(Op::In);
            rule.values = vec!["1".to_owned(), "3".to_owned()];
        });
        assert_eq!(text(&tree), "companyType in (1, 3)");
        tree.with_rule(key, |rule| rule.set_op(Op::NotEq));
        assert_eq!(text(&tree), "companyType != 1");
    }

    #[test]
    fn a_rule_says_what_is_wrong_with_it() {
        let mut tree = tree("id = 5");
        let key = tree.root.items[0].key();
        tree.with_rule(key, |rule| rule.values = vec!["five".to_owned()]);
        assert_eq!(tree.rule(key).and_then(|r| r.issue(info())).map(|i| i.code), Some("filter.value_type"));
    }
}
