//! Complete: what could stand at the cursor of a filter text that is being written.

use super::op::{Arity, Op};
use super::parse::{Kind, Token, lex};
use super::print::quoted;
use super::relative::Relative;
use crate::entity::EntityInfo;
use crate::field::{DataType, FieldInfo};
use crate::text::fold;

/// Most proposals that are given.
const PROPOSALS_MAX: usize = 50;

/// What sort of thing is proposed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CompletionKind {
    /// A field.
    Field,
    /// An operator.
    Operator,
    /// A value.
    Value,
    /// A word of the language.
    Keyword,
}

/// Something that could stand at the cursor.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Completion {
    /// What sort it is.
    pub kind: CompletionKind,
    /// What to write.
    pub insert: String,
    /// What people call it.
    pub label: String,
    /// More about it: what a field holds, a picklist value's number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The first byte that it takes the place of.
    pub from: usize,
    /// The byte after the last.
    pub to: usize,
}

/// What the text before the cursor leaves open.
enum Open<'a> {
    Field,
    Operator(Option<&'a FieldInfo>),
    /// A value; whether in a list.
    Value(Option<&'a FieldInfo>, bool),
    /// `and` between the bounds of `between`.
    BoundsAnd(Option<&'a FieldInfo>),
    List(Option<&'a FieldInfo>),
    ListEnd(Option<&'a FieldInfo>),
    Connector,
}

/// Proposals for the place of the cursor, a byte offset, best first: those that begin with what is written there
/// before those that only contain it.
#[must_use]
pub fn complete(text: &str, cursor: usize, info: &EntityInfo) -> Vec<Completion> {
    let cursor = text.floor_char_boundary(cursor);
    let before = &text[..cursor];
    let mut tokens = lex(before, info);
    // What is being written: the word that ends at the cursor, or a text whose quote is still open.
    let (from, typed) = match tokens.last() {
        Some(Token { kind: Kind::Word(word), start, end }) if *end == cursor => (*start, word.clone()),
        Some(Token { kind: Kind::Quoted(word), start, end })
            if *end == cursor && !before[start + 1..].ends_with(['"', '\'']) =>
        {
            (*start, word.clone())
        }
        _ => (cursor, String::new()),
    };
    if from < cursor {
        tokens.pop();
    }
    let (open, operator) = open_at(&tokens, info);
    // An operator of several words is being written from its first word on.
    let (from, typed) = match (&open, operator.and_then(|at| tokens.get(at))) {
        (Open::Operator(_), Some(first)) => (first.start, before[first.start..].to_owned()),
        _ => (from, typed),
    };
    let mut proposals = Proposals { typed: fold(&typed), from, to: cursor, found: Vec::new() };
    match open {
        Open::Field => {
            for field in info.fields.iter().chain(info.user_defined_fields.iter()) {
                let insert = if field.is_udf { format!("udf.\"{}\"", field.name) } else { field.name.to_string() };
                proposals.add(CompletionKind::Field, insert, &field.label, Some(field.data_type.as_str().to_owned()));
            }
            proposals.add(CompletionKind::Keyword, "not".to_owned(), "not", None);
        }
        Open::Operator(field) => {
            for op in Op::ALL.into_iter().filter(|op| field.is_none_or(|f| op.is_for(f.data_type))) {
                let label = field.map_or_else(|| op.text(), |f| op.label(f.data_type));
                let here = (!op.is_on_server() && op != Op::Between).then(|| "runs here".to_owned());
                proposals.add(CompletionKind::Operator, op.text().to_owned(), label, here);
            }
        }
        Open::Value(field, _) => values(&mut proposals, field),
        Open::BoundsAnd(_) => proposals.add(CompletionKind::Keyword, "and".to_owned(), "and", None),
        Open::List(_) => proposals.add(CompletionKind::Keyword, "(".to_owned(), "(", None),
        Open::ListEnd(_) => {
            for word in [",", ")"] {
                proposals.add(CompletionKind::Keyword, word.to_owned(), word, None);
            }
        }
        Open::Connector => {
            for word in ["and", "or"] {
                proposals.add(CompletionKind::Keyword, word.to_owned(), word, None);
            }
        }
    }
    proposals.best()
}

fn values(proposals: &mut Proposals, field: Option<&FieldInfo>) {
    let Some(field) = field else { return };
    if field.data_type == DataType::Boolean || field.is_flag {
        for (word, label) in [("yes", "Yes"), ("no", "No")] {
            proposals.add(CompletionKind::Value, word.to_owned(), label, None);
        }
    }
    for value in field.picklist.iter().filter(|value| value.is_active) {
        let is_word = value.label.chars().all(char::is_alphanumeric) && !super::parse::is_keyword(&value.label);
        let insert = if is_word { value.label.to_string() } else { quoted(&value.label) };
        proposals.add(CompletionKind::Value, insert, &value.label, Some(format!("#{}", value.value)));
    }
    if field.reference.as_deref() == Some("Resources") {
        proposals.add(CompletionKind::Value, "me".to_owned(), "Me", None);
    }
    if field.data_type == DataType::DateTime {
        for word in Relative::WORDS.into_iter().chain(["-7d", "-30d", "-3m", "-12m"]) {
            proposals.add(CompletionKind::Value, word.to_owned(), word, None);
        }
    }
}

/// Follows the tokens to the end, without regard to what is wrong before. Also the first token of an operator that is
/// not finished.
fn open_at<'a>(tokens: &[Token], info: &'a EntityInfo) -> (Open<'a>, Option<usize>) {
    let mut open = Open::Field;
    let mut unfinished = None;
    // How many bounds of a `between` are still to come.
    let mut bounds = 0;
    let mut at = 0;
    while let Some(token) = tokens.get(at) {
        at += 1;
        open = match (open, &token.kind) {
            (Open::Field, Kind::Word(word)) if ["not", "all", "any"].iter().any(|w| word.eq_ignore_ascii_case(w)) => {
                Open::Field
            }
            (Open::Field, Kind::Word(word)) if matches!(tokens.get(at).map(|t| &t.kind), Some(Kind::Dot)) => {
                let rest = tokens.get(at + 1).map(|t| &t.kind);
                at += 2;
                match rest {
                    Some(Kind::Word(name) | Kind::Quoted(name) | Kind::Backquoted(name)) => {
                        Open::Operator(if word.eq_ignore_ascii_case("udf") {
                            info.user_defined_field(name)
                        } else {
                            None
                        })
                    }
                    _ => Open::Field,
                }
            }
            (Open::Field, Kind::Word(word)) => Open::Operator(info.field(word).or_else(|| info.short_field(word))),
            (Open::Field, Kind::Backquoted(label)) => {
                let wanted = fold(label);
                Open::Operator(info.fields.iter().find(|f| fold(&f.label) == wanted))
            }
            (Open::Field, _) => Open::Field,
            (Open::Operator(field), _) => {
                let found = Op::spellings().into_iter().find_map(|(spelling, op)| {
                    let words: Vec<&str> = spelling.split(' ').collect();
                    let is_here = words.iter().enumerate().all(|(index, word)| {
                        tokens.get(at - 1 + index).is_some_and(|t| match &t.kind {
                            Kind::Sign(sign) => sign == word,
                            _ => t.is_word(word),
                        })
                    });
                    is_here.then_some((op, words.len()))
                });
                unfinished = found.is_none().then(|| unfinished.unwrap_or(at - 1));
                match found {
                    Some((op, words)) => {
                        at += words - 1;
                        bounds = usize::from(op.arity() == Arity::Two);
                        match op.arity() {
                            Arity::None => Open::Connector,
                            Arity::One | Arity::Two => Open::Value(field, false),
                            Arity::Many => Open::List(field),
                        }
                    }
                    None => Open::Operator(field),
                }
            }
            (Open::Value(field, _), _) if bounds == 1 => Open::BoundsAnd(field),
            (Open::Value(_, false), _) => Open::Connector,
            (Open::Value(field, true), Kind::Comma) => Open::Value(field, true),
            (Open::Value(field, true), _) => Open::ListEnd(field),
            (Open::BoundsAnd(field), _) => {
                bounds = 0;
                Open::Value(field, false)
            }
            (Open::List(field), _) => Open::Value(field, true),
            (Open::ListEnd(field), Kind::Comma) => Open::Value(field, true),
            (Open::ListEnd(_), Kind::Close) => Open::Connector,
            (Open::ListEnd(field), _) => Open::ListEnd(field),
            (Open::Connector, Kind::Close) => Open::Connector,
            (Open::Connector, _) => Open::Field,
        };
    }
    (open, unfinished)
}

struct Proposals {
    typed: String,
    from: usize,
    to: usize,
    /// With how well they fit, the best lowest.
    found: Vec<(u8, Completion)>,
}

impl Proposals {
    fn add(&mut self, kind: CompletionKind, insert: String, label: &str, detail: Option<String>) {
        let (name, title) = (fold(&insert), fold(label));
        let fits = |text: &str| text.trim_start_matches('"').starts_with(&self.typed);
        let rank = match () {
            () if fits(&name) => 0,
            () if fits(&title) => 1,
            () if name.contains(&self.typed) || title.contains(&self.typed) => 2,
            () => return,
        };
        let completion = Completion { kind, insert, label: label.to_owned(), detail, from: self.from, to: self.to };
        self.found.push((rank, completion));
    }

    fn best(mut self) -> Vec<Completion> {
        crate::order::sort_by_key(&mut self.found, |(rank, _)| *rank);
        self.found.into_iter().map(|(_, completion)| completion).take(PROPOSALS_MAX).collect()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::entity;

    /// The first proposals at `|`.
    fn at(text: &str) -> Vec<String> {
        let cursor = text.find('|').expect("a cursor");
        let found = complete(&text.replace('|', ""), cursor, entity("Companies").expect("known"));
        assert!(found.iter().all(|c| c.from <= cursor && c.to == cursor), "{found:?}");
        found.into_iter().take(3).map(|c| c.insert).collect()
    }

    #[test]
    fn proposals_fit_the_place() {
        assert_eq!(at("comp|"), ["companyCategoryID", "companyName", "companyNumber"]);
        assert_eq!(at("not (cit|"), ["city", "billToCity"]);
        assert_eq!(at("companyType |")[0], "=");
        assert_eq!(at("companyType = cu|"), ["Customer"]);
        assert_eq!(at("companyType in (Lead, pro|"), ["Prospect"]);
        assert_eq!(at("companyType in (Lead |"), [",", ")"]);
        assert_eq!(at("isActive = |"), ["yes", "no"]);
        assert_eq!(at("owner is |"), ["me"]);
        assert_eq!(at("createDate between start|")[0], "startOfWeek");
        assert_eq!(at("createDate between today |"), ["and"]);
        assert_eq!(at("createDate between today and tom|"), ["tomorrow"]);
        assert_eq!(at("createDate between today and tomorrow |"), ["and", "or"]);
        assert_eq!(at("city is not empty a|"), ["and"]);
        assert_eq!(at("city = a and pho|")[0], "phone");
        assert_eq!(at("city does not con|"), ["does not contain"], "an operator of several words is one");
        assert_eq!(at("city does |").len(), 3);
        assert_eq!(at("city \u{2603}|").len(), 3);
    }

    #[test]
    fn a_label_that_needs_quotes_is_proposed_as_any_text_and_read_again() {
        let mut schema = crate::schema::Schema::new();
        // An accent of its own, after the letter.
        let label = "Cafe\u{301} \"Nord\"";
        let values = serde_json::json!([{ "value": "1", "label": label, "isActive": true }]);
        let field = serde_json::json!({
            "name": "companyType", "dataType": "integer", "isPickList": true, "picklistValues": values,
        });
        assert!(schema.load_fields("Companies", &serde_json::json!({ "fields": [field] })).is_empty());
        let info = schema.info("Companies").expect("known");
        let text = "companyType = ";
        let inserts: Vec<String> = complete(text, text.len(), info).into_iter().map(|found| found.insert).collect();
        assert_eq!(inserts, ["\"Cafe\u{301} \\\"Nord\\\"\""]);
        let whole = [text, &inserts[0]].concat();
        let (read, _) = crate::filter::parse::parse(&whole, info);
        assert_eq!(crate::filter::print::print(&read.expect("a filter"), info), "companyType = 1");
    }

    proptest! {
        #[test]
        fn no_text_and_no_cursor_panics(text in "[a-z ()'\"`.,=0-9ü-]{0,40}", cursor in 0_usize..60) {
            let _ = complete(&text, cursor, entity("Companies").expect("known"));
        }
    }
}
