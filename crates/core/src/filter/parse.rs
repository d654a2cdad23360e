//! Parse: filter text to the tree, with every problem at its place.
//!
//! ```text
//! filter    := [ or ]                                   empty = every row
//! or        := and { "or" and }
//! and       := not { "and" not }
//! not       := "not" not | [ "all" | "any" ] "(" [ or ] ")" | condition
//! condition := field ( cmp value | "between" value "and" value | list-op "(" value { "," value } ")" | null-op )
//! field     := [ relation "." ] ( name | `label` ) | "udf." ( name | string )
//! value     := string | number | "#" id | "yes" | "no" | "true" | "false" | date | instant | relative | "me" | word
//! ```
//!
//! After a problem it resynchronises at `and`, `or` or a parenthesis and goes on.

use super::typed::{ProblemKind, Typed};
use super::{Arity, Condition, Context, FILTER_DEPTH_MAX, Filter, FilterValue, Op, Operand, Relative};
use crate::alias::field_alias;
use crate::calendar::Day;
use crate::entity::EntityInfo;
use crate::field::{DataType, FieldInfo};
use crate::instant::Instant;
use crate::issue::{Issue, Position};
use crate::number;
use crate::text::{fold, nearest};

/// Longest text that is read, in bytes.
pub const TEXT_BYTES_MAX: usize = 1 << 20;

/// Most issues that one text gets. Nobody reads more, and each takes time to place.
const ISSUES_MAX: usize = 100;

const KEYWORDS: [&str; 13] =
    ["and", "or", "not", "in", "is", "between", "yes", "no", "true", "false", "null", "all", "any"];

/// Where the parts of a condition stand, as (first byte, byte after the last).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConditionSpan {
    /// The field.
    pub field: (usize, usize),
    /// The operator.
    pub op: (usize, usize),
    /// The value or the list; empty and behind the operator where there is none.
    pub value: (usize, usize),
}

/// A filter text that was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parsed {
    /// What was understood; with errors only a part of what was meant.
    pub filter: Filter,
    /// Where each condition of the filter stands, in the order of [`Filter::conditions`].
    pub spans: Vec<ConditionSpan>,
    /// Every problem, each at its place, in the order of the text.
    pub issues: Vec<Issue>,
}

impl Parsed {
    /// The filter, if there is no error.
    #[must_use]
    pub fn filter(&self) -> Option<&Filter> {
        (!crate::issue::has_errors(&self.issues)).then_some(&self.filter)
    }
}

/// Reads filter text and checks it against the entity: every problem, of the words and of the meaning, at its place.
///
/// Names to look up, `me`, relative dates and fields of related rows are no problem here, whatever the context lacks.
#[must_use]
pub fn read(text: &str, info: &EntityInfo, context: &Context<'_>) -> Parsed {
    let mut parsed = parse_parts(text, info);
    let problems = Typed::with(&parsed.filter, info, context).err().unwrap_or_default();
    let open = ISSUES_MAX.saturating_sub(parsed.issues.len());
    for problem in problems.iter().filter(|problem| !problem.kind.is_lack()).take(open.max(1)) {
        let mut issue = problem.issue();
        if let ProblemKind::OperatorNotForType { name, op, data_type } = &problem.kind {
            // Who writes text is answered in its words, not in those of the API.
            issue.message = format!("`{}` cannot be used on `{name}`, which holds {}", op.text(), data_type.noun());
            let fitting = Op::ALL.into_iter().filter(|op| op.is_for(*data_type));
            issue.expected = fitting.map(|op| op.text().to_owned()).collect();
        }
        let member = issue.path.take().unwrap_or_default();
        let Some(span) = leaf(&parsed.filter, &problem.path).and_then(|leaf| parsed.spans.get(leaf)) else { continue };
        let (start, end) = match member.rsplit('.').next() {
            Some("field") => span.field,
            Some("op") => span.op,
            _ => span.value,
        };
        // Where the words are wrong, what is wrong with their meaning only follows from it.
        let is_known =
            |known: &Issue| known.is_error() && known.position.is_some_and(|p| p.start < end && start < p.end);
        if !parsed.issues.iter().any(is_known) {
            issue.position = Some(Position::of(text, start, end));
            parsed.issues.push(issue);
        }
    }
    crate::order::sort_by_key(&mut parsed.issues, |issue| issue.position.map(|p| (p.start, p.end)));
    parsed
}

/// How many conditions stand before the one at this path.
fn leaf(filter: &Filter, path: &[usize]) -> Option<usize> {
    let mut node = filter;
    let mut before = 0;
    for &index in path {
        let items = match node {
            Filter::And(items) | Filter::Or(items) => items.as_slice(),
            Filter::Not(inner) => std::slice::from_ref(&**inner),
            Filter::Condition(_) => return None,
        };
        before += items.iter().take(index).map(|item| item.conditions().count()).sum::<usize>();
        node = items.get(index)?;
    }
    matches!(node, Filter::Condition(_)).then_some(before)
}

pub(crate) fn is_keyword(word: &str) -> bool {
    KEYWORDS.iter().any(|k| k.eq_ignore_ascii_case(word))
}

/// Reads filter text. The filter is what was understood; it is `None` when there is an error.
///
/// Labels of picklists become their numbers. Fields and values are looked at only as far as reading needs it:
/// `check` says the rest.
#[must_use]
pub fn parse(text: &str, info: &EntityInfo) -> (Option<Filter>, Vec<Issue>) {
    let parsed = parse_parts(text, info);
    (parsed.filter().cloned(), parsed.issues)
}

fn parse_parts(text: &str, info: &EntityInfo) -> Parsed {
    if text.len() > TEXT_BYTES_MAX {
        let issue = Issue::error(
            "filter.too_long",
            format!("the filter is {} bytes long; {TEXT_BYTES_MAX} at most", text.len()),
        );
        return Parsed { issues: vec![issue], ..Parsed::default() };
    }
    let mut parser =
        Parser { text, info, tokens: Vec::new(), at: 0, issues: Vec::new(), spans: Vec::new(), gave_up: false };
    parser.tokens = parser.lex();
    let read = if parser.tokens.is_empty() { Part::Bare(Filter::everything()) } else { parser.either(0) };
    if let Some(token) = parser.peek().cloned() {
        let what =
            if token.kind == Kind::Close { "this parenthesis closes nothing" } else { "`and` or `or` is missing here" };
        parser.error("filter.expected", what, &token);
        // `city = New York`: a word beside a word.
        let before = parser.at.checked_sub(1).and_then(|at| parser.tokens.get(at));
        let is_word = |token: &Token| matches!(&token.kind, Kind::Word(word) if !is_keyword(word));
        if is_word(&token)
            && before.is_some_and(is_word)
            && let Some(issue) = parser.issues.last_mut()
        {
            issue.hint = Some("put a text of several words in quotes".to_owned());
        }
    }
    // The tree has an `and` on top; a group in parentheses is one member of it.
    let filter = match read {
        Part::Bare(Filter::And(items)) => Filter::And(items),
        Part::Bare(other) | Part::Group(other) => Filter::And(vec![other]),
    };
    Parsed { filter, spans: parser.spans, issues: parser.issues }
}

/// What was read, and whether it stood in parentheses of its own.
enum Part {
    Bare(Filter),
    Group(Filter),
}

impl Part {
    fn filter(self) -> Filter {
        match self {
            Part::Bare(filter) | Part::Group(filter) => filter,
        }
    }
}

/// The tokens of a text, without regard to what is wrong with it.
pub(super) fn lex(text: &str, info: &EntityInfo) -> Vec<Token> {
    if text.len() > TEXT_BYTES_MAX {
        return Vec::new();
    }
    Parser { text, info, tokens: Vec::new(), at: 0, issues: Vec::new(), spans: Vec::new(), gave_up: false }.lex()
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Kind {
    Word(String),
    Quoted(String),
    Backquoted(String),
    Number(FilterValue),
    Instant(String),
    Date(Day),
    Relative(Relative),
    Sign(&'static str),
    Open,
    Close,
    Comma,
    Dot,
}

#[derive(Clone, Debug)]
pub(super) struct Token {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
}

impl Token {
    pub(super) fn is_word(&self, word: &str) -> bool {
        matches!(&self.kind, Kind::Word(w) if w.eq_ignore_ascii_case(word))
    }
}

struct Parser<'a> {
    text: &'a str,
    info: &'a EntityInfo,
    tokens: Vec<Token>,
    at: usize,
    issues: Vec<Issue>,
    spans: Vec<ConditionSpan>,
    /// Whether the rest of the text was passed over, so that nothing can be missing in it.
    gave_up: bool,
}

impl Parser<'_> {
    fn lex(&mut self) -> Vec<Token> {
        let text = self.text;
        let mut tokens = Vec::new();
        let mut at = 0;
        while let Some(c) = text[at..].chars().next() {
            let start = at;
            let rest = &text[at..];
            let kind = match c {
                c if c.is_whitespace() => {
                    at += c.len_utf8();
                    continue;
                }
                '-' if rest.starts_with("--") => {
                    at += rest.find('\n').unwrap_or(rest.len());
                    continue;
                }
                '(' => Kind::Open,
                ')' => Kind::Close,
                ',' => Kind::Comma,
                '.' => Kind::Dot,
                '=' | '!' | '<' | '>' => {
                    let sign = ["!=", "<>", "<=", ">=", "==", "=", "<", ">"].into_iter().find(|s| rest.starts_with(s));
                    let Some(sign) = sign else {
                        at += 1;
                        self.problem("filter.expected", "`!` means nothing alone; `!=` is not equal", start, at);
                        continue;
                    };
                    at += sign.len();
                    tokens.push(Token { kind: Kind::Sign(sign), start, end: at });
                    continue;
                }
                '"' | '\'' => {
                    let (value, length) = self.quoted(rest, c, start);
                    at += length;
                    tokens.push(Token { kind: Kind::Quoted(value), start, end: at });
                    continue;
                }
                '`' => {
                    let inner = &rest[1..];
                    let length = inner.find('`').unwrap_or_else(|| {
                        self.problem("filter.expected", "the closing backquote is missing", start, text.len());
                        inner.len()
                    });
                    at += (length + 2).min(rest.len());
                    tokens.push(Token { kind: Kind::Backquoted(inner[..length].to_owned()), start, end: at });
                    continue;
                }
                c if c.is_ascii_digit()
                    || (matches!(c, '-' | '+' | '#') && rest[1..].starts_with(|d: char| d.is_ascii_digit())) =>
                {
                    let length =
                        rest.find(|c: char| !(c.is_ascii_alphanumeric() || "-+.:#".contains(c))).unwrap_or(rest.len());
                    at += length;
                    let kind = self.number_or_date(&rest[..length], start);
                    tokens.push(Token { kind, start, end: at });
                    continue;
                }
                c if c.is_alphabetic() || c == '_' => {
                    let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(rest.len());
                    let shifted = length + shift_length(&rest[length..]);
                    if shifted > length
                        && let Some(relative) = Relative::parse(&rest[..shifted])
                    {
                        at += shifted;
                        tokens.push(Token { kind: Kind::Relative(relative), start, end: at });
                        continue;
                    }
                    at += length;
                    tokens.push(Token { kind: Kind::Word(rest[..length].to_owned()), start, end: at });
                    continue;
                }
                '&' | '|' => {
                    let word = if c == '&' { "and" } else { "or" };
                    at += rest.len() - rest.trim_start_matches(c).len();
                    let issue = Issue::notice("filter.alias", format!("`{}` was read as `{word}`", &text[start..at]));
                    self.push(issue, start, at);
                    tokens.push(Token { kind: Kind::Word(word.to_owned()), start, end: at });
                    continue;
                }
                other => {
                    at += other.len_utf8();
                    self.problem(
                        "filter.expected",
                        &format!("`{other}` means nothing here; put text in quotes"),
                        start,
                        at,
                    );
                    continue;
                }
            };
            at += c.len_utf8();
            tokens.push(Token { kind, start, end: at });
        }
        tokens
    }

    /// The text within quotes and the length of it all, quotes included.
    fn quoted(&mut self, rest: &str, quote: char, start: usize) -> (String, usize) {
        let mut value = String::new();
        let mut chars = rest.char_indices().skip(1);
        while let Some((at, c)) = chars.next() {
            match c {
                c if c == quote => return (value, at + 1),
                '\\' => match chars.next() {
                    Some((_, 'n')) => value.push('\n'),
                    Some((_, 't')) => value.push('\t'),
                    Some((_, 'u')) => {
                        let code: String = chars
                            .by_ref()
                            .map(|(_, c)| c)
                            .skip_while(|c| *c == '{')
                            .take_while(|c| c.is_ascii_hexdigit())
                            .take(7)
                            .collect();
                        match u32::from_str_radix(&code, 16).ok().and_then(char::from_u32) {
                            Some(c) => value.push(c),
                            None => self.problem(
                                "filter.expected",
                                "write a character as `\\u{20ac}`",
                                start + at,
                                start + at + 2,
                            ),
                        }
                    }
                    Some((_, c)) => value.push(c),
                    None => break,
                },
                c => value.push(c),
            }
        }
        self.problem("filter.expected", "the closing quote is missing", start, start + rest.len());
        (value, rest.len())
    }

    fn number_or_date(&mut self, word: &str, start: usize) -> Kind {
        let plain = word.strip_prefix('#').unwrap_or(word);
        if let Ok(whole) = plain.parse() {
            return Kind::Number(FilterValue::Int(whole));
        }
        if let Some(day) = Day::parse(word) {
            return Kind::Date(day);
        }
        if Instant::parse(word).is_some() {
            return Kind::Instant(word.to_owned());
        }
        if word.starts_with(['-', '+'])
            && let Some(relative) = Relative::parse(word)
        {
            return Kind::Relative(relative);
        }
        match number::read(plain) {
            Some(number) => Kind::Number(FilterValue::Number(number)),
            None => {
                let is_shift = word.starts_with(['-', '+']) && word.ends_with(|c: char| c.is_ascii_alphabetic());
                let (code, what) = if is_shift {
                    (
                        "filter.bad_date",
                        format!("`{word}` is no relative date; write it as `-30d`, with h, d, w, m, q or y"),
                    )
                } else if word.matches('-').count() > 1 {
                    ("filter.bad_date", format!("`{word}` is no date"))
                } else {
                    ("filter.value_type", format!("`{word}` is no number"))
                };
                self.problem(code, &what, start, start + word.len());
                Kind::Number(FilterValue::Int(0))
            }
        }
    }

    fn either(&mut self, depth: usize) -> Part {
        let first = self.all(depth);
        if !self.peek().is_some_and(|t| t.is_word("or")) {
            return first;
        }
        let mut items = vec![first.filter()];
        while self.take_word("or") {
            items.push(self.all(depth).filter());
        }
        Part::Bare(Filter::Or(items))
    }

    fn all(&mut self, depth: usize) -> Part {
        let first = self.negation(depth);
        if !self.peek().is_some_and(|t| t.is_word("and")) {
            return first;
        }
        let mut items = vec![first.filter()];
        while self.take_word("and") {
            items.push(self.negation(depth).filter());
        }
        Part::Bare(Filter::And(items))
    }

    fn negation(&mut self, depth: usize) -> Part {
        let first = self.at;
        while self.take_word("not") {}
        let count = self.at - first;
        if count == 0 {
            return self.primary(depth);
        }
        if depth + count >= FILTER_DEPTH_MAX {
            let token = self.tokens[first].clone();
            self.error("filter.too_deep", &format!("groups nest deeper than {FILTER_DEPTH_MAX} levels"), &token);
            self.resynchronise();
            return Part::Bare(Filter::everything());
        }
        let mut filter = self.primary(depth + count).filter();
        for _ in 0..count {
            filter = Filter::not(filter);
        }
        Part::Bare(filter)
    }

    fn primary(&mut self, depth: usize) -> Part {
        let group = match self.peek() {
            Some(t) if t.is_word("all") && self.is_open_at(1) => Some("all"),
            Some(t) if t.is_word("any") && self.is_open_at(1) => Some("any"),
            Some(t) if t.kind == Kind::Open => Some(""),
            _ => None,
        };
        let Some(group) = group else { return Part::Bare(self.condition()) };
        if !group.is_empty() {
            self.at += 1;
        }
        let open = self.tokens[self.at].clone();
        self.at += 1;
        if depth + 1 >= FILTER_DEPTH_MAX {
            self.error("filter.too_deep", &format!("groups nest deeper than {FILTER_DEPTH_MAX} levels"), &open);
            // What is inside cannot be read without recursion; the rest of the text is passed over.
            self.at = self.tokens.len();
            self.gave_up = true;
            return Part::Bare(Filter::everything());
        }
        let inner = match self.peek() {
            Some(t) if t.kind == Kind::Close => None,
            _ => Some(self.either(depth + 1).filter()),
        };
        match self.peek() {
            Some(t) if t.kind == Kind::Close => self.at += 1,
            None if self.gave_up => {}
            other => {
                let token = other.cloned().unwrap_or(open);
                self.error("filter.expected", "the closing parenthesis is missing", &token);
                self.resynchronise();
            }
        }
        Part::Group(match group {
            "all" => Filter::And(inner.into_iter().collect()),
            "any" => Filter::Or(inner.into_iter().collect()),
            _ => inner.unwrap_or_else(Filter::everything),
        })
    }

    fn condition(&mut self) -> Filter {
        let nothing = Filter::everything();
        let place = |from: &Parser<'_>, first: usize| {
            let start = from.tokens.get(first).map_or(from.text.len(), |t| t.start);
            let last = from.tokens.get(from.at.saturating_sub(1)).map_or(start, |t| t.end);
            (start, last.max(start))
        };
        let first = self.at;
        let Some((name, udf, field)) = self.field() else {
            self.resynchronise();
            return nothing;
        };
        let field_span = place(self, first);
        let first = self.at;
        let Some(op) = self.operator(&name, field.as_ref()) else {
            self.resynchronise();
            return nothing;
        };
        let op_span = place(self, first);
        let first = self.at;
        let operand = match op.arity() {
            Arity::None => Some(Operand::None),
            Arity::One => self.value(op, field.as_ref()).map(Operand::One),
            Arity::Two => self.bounds(op, field.as_ref()).map(Operand::Many),
            Arity::Many => self.list(op, field.as_ref()).map(Operand::Many),
        };
        if operand.is_some() {
            let value = if op.arity() == Arity::None { (op_span.1, op_span.1) } else { place(self, first) };
            self.spans.push(ConditionSpan { field: field_span, op: op_span, value });
        }
        match operand {
            // As everywhere for people: a comparison with null asks whether there is a value.
            Some(Operand::One(FilterValue::Null)) if matches!(op, Op::Eq | Op::NotEq) => {
                let op = if op == Op::Eq { Op::NotExist } else { Op::Exist };
                let issue =
                    Issue::notice("filter.alias", format!("a comparison with null was read as `{}`", op.text()));
                let (start, end) = self.tokens.get(self.at - 1).map_or((0, 0), |t| (t.start, t.end));
                self.push(issue, start, end);
                Filter::Condition(Condition { field: name, udf, op, operand: Operand::None })
            }
            Some(operand) => Filter::Condition(Condition { field: name, udf, op, operand }),
            None => {
                self.resynchronise();
                nothing
            }
        }
    }

    fn field(&mut self) -> Option<(String, bool, Option<FieldInfo>)> {
        let Some(token) = self.peek().cloned() else {
            self.error_at_end("filter.expected", "a field is missing");
            return None;
        };
        match &token.kind {
            Kind::Word(word) if word.eq_ignore_ascii_case("udf") && self.kind_at(1) == Some(&Kind::Dot) => {
                self.at += 2;
                let name = match self.peek().map(|t| t.kind.clone()) {
                    Some(Kind::Word(name) | Kind::Quoted(name) | Kind::Backquoted(name)) => name,
                    _ => {
                        self.error(
                            "filter.expected",
                            "the name of a user-defined field is missing after `udf.`",
                            &token,
                        );
                        return None;
                    }
                };
                self.at += 1;
                let field = self.info.user_defined_field(&name).cloned();
                Some((field.as_ref().map_or(name, |f| f.name.to_string()), true, field))
            }
            Kind::Word(word) if !is_keyword(word) && self.kind_at(1) == Some(&Kind::Dot) => {
                let word = word.clone();
                self.at += 2;
                self.related(&word, &token)
            }
            Kind::Word(word) if !is_keyword(word) => {
                self.at += 1;
                match self.info.field(word).or_else(|| self.info.short_field(word)) {
                    Some(field) => Some((field.name.to_string(), false, Some(field.clone()))),
                    None if field_alias(self.info, word).is_some() => {
                        let field = field_alias(self.info, word)?.clone();
                        let issue = Issue::notice("filter.alias", format!("`{word}` was read as `{}`", field.name))
                            .hint("Autotask does not know the word");
                        self.push(issue, token.start, token.end);
                        Some((field.name.to_string(), false, Some(field)))
                    }
                    None => {
                        let mut issue = Issue::error(
                            "filter.unknown_field",
                            format!("unknown field `{word}` on {}", self.info.name),
                        );
                        issue.hint = self.info.nearest_field(word, false).map(|n| format!("did you mean `{n}`?"));
                        self.push(issue, token.start, token.end);
                        Some((word.clone(), false, None))
                    }
                }
            }
            Kind::Backquoted(label) => {
                self.at += 1;
                let wanted = fold(label);
                let named: Vec<&FieldInfo> = self
                    .info
                    .fields
                    .iter()
                    .chain(self.info.user_defined_fields.iter())
                    .filter(|f| fold(&f.label) == wanted || f.is_named(label))
                    .collect();
                match named.as_slice() {
                    [field] => Some((field.name.to_string(), field.is_udf, Some((*field).clone()))),
                    [] => {
                        self.error(
                            "filter.unknown_field",
                            &format!("no field of {} is called `{label}`", self.info.name),
                            &token,
                        );
                        None
                    }
                    several => {
                        let names: Vec<_> = several.iter().map(|f| format!("`{}`", f.name)).collect();
                        self.error(
                            "filter.ambiguous_field",
                            &format!("{} are all called `{label}`; write the API name", names.join(", ")),
                            &token,
                        );
                        None
                    }
                }
            }
            _ => {
                self.error("filter.expected", "a field is expected here", &token);
                None
            }
        }
    }

    /// The field behind `company.`.
    fn related(&mut self, word: &str, first: &Token) -> Option<(String, bool, Option<FieldInfo>)> {
        let info = self.info;
        let Some(Kind::Word(rest) | Kind::Backquoted(rest)) = self.peek().map(|t| t.kind.clone()) else {
            self.error("filter.expected", &format!("the name of a field is missing after `{word}.`"), first);
            return None;
        };
        let end = self.tokens[self.at].end;
        self.at += 1;
        let name = format!("{word}.{rest}");
        let Some(relation) = info.relation(&name) else {
            let mut issue = Issue::error(
                "filter.unknown_field",
                format!("`{word}` is no reference of {}, so `{name}` means nothing", info.name),
            );
            let references = info.fields.iter().filter(|f| f.reference.is_some());
            let references: Vec<_> = references.map(|f| info.short_name(&f.name)).collect();
            issue.hint = nearest(word, references).map(|n| format!("did you mean `{n}.{rest}`?"));
            self.push(issue, first.start, end);
            return Some((name, false, None));
        };
        let short = info.short_name(&relation.field.name);
        let wanted = fold(&rest);
        let target = relation.entity;
        let field = target
            .field(&rest)
            .or_else(|| target.short_field(&rest))
            .or_else(|| target.fields.iter().find(|f| fold(&f.label) == wanted));
        match field {
            Some(field) => Some((format!("{short}.{}", field.name), false, Some(field.clone()))),
            None => {
                let mut issue =
                    Issue::error("filter.unknown_field", format!("unknown field `{rest}` on {}", target.name));
                issue.hint = target.nearest_field(&rest, false).map(|n| format!("did you mean `{short}.{n}`?"));
                self.push(issue, first.start, end);
                Some((name, false, None))
            }
        }
    }

    fn bounds(&mut self, op: Op, field: Option<&FieldInfo>) -> Option<Vec<FilterValue>> {
        let low = self.value(op, field)?;
        if !self.take_word("and") {
            self.error_here("filter.expected", "`between` needs two values with `and` between them");
            return None;
        }
        Some(vec![low, self.value(op, field)?])
    }

    fn operator(&mut self, field_name: &str, field: Option<&FieldInfo>) -> Option<Op> {
        let Some(token) = self.peek().cloned() else {
            self.error_at_end("filter.expected", &format!("an operator is missing after `{field_name}`"));
            return None;
        };
        if let Kind::Sign(sign) = token.kind {
            self.at += 1;
            return Op::from_alias(sign);
        }
        for (spelling, op) in Op::spellings() {
            let words: Vec<&str> = spelling.split(' ').collect();
            if words.iter().enumerate().all(|(i, w)| self.tokens.get(self.at + i).is_some_and(|t| t.is_word(w))) {
                self.at += words.len();
                return Some(op);
            }
        }
        let mut issue = match &token.kind {
            Kind::Word(word) => {
                let mut issue = Issue::error("filter.unknown_operator", format!("unknown operator `{word}`"));
                issue.hint = match field {
                    // `isActive and …`: who writes so means that it is so.
                    Some(f) if is_keyword(word) && (f.data_type == DataType::Boolean || f.is_flag) => {
                        Some(format!("write `{} = yes`", f.name))
                    }
                    _ => nearest(word, Op::ALL.map(Op::text)).map(|n| format!("did you mean `{n}`?")),
                };
                issue
            }
            _ => Issue::error("filter.expected", format!("an operator is expected after `{field_name}`")),
        };
        issue.expected = Op::ALL
            .into_iter()
            .filter(|op| field.is_none_or(|f| op.is_for(f.data_type)))
            .map(|op| op.text().to_owned())
            .collect();
        self.push(issue, token.start, token.end);
        None
    }

    fn list(&mut self, op: Op, field: Option<&FieldInfo>) -> Option<Vec<FilterValue>> {
        let Some(open) = self.peek().cloned().filter(|t| t.kind == Kind::Open) else {
            self.error_here("filter.expected", &format!("`{}` needs a list in parentheses", op.text()));
            return None;
        };
        self.at += 1;
        let mut values = Vec::new();
        if self.peek().is_some_and(|t| t.kind == Kind::Close) {
            self.at += 1;
            self.error("filter.empty_list", "the list is empty", &open);
            return None;
        }
        let mut is_sound = true;
        loop {
            match self.value(op, field) {
                Some(value) => values.push(value),
                None => {
                    is_sound = false;
                    self.skip_in_list();
                }
            }
            match self.peek().map(|t| t.kind.clone()) {
                Some(Kind::Comma) => self.at += 1,
                Some(Kind::Close) => {
                    self.at += 1;
                    return is_sound.then_some(values);
                }
                Some(_) => {
                    self.error_here("filter.expected", "`,` or `)` is expected in the list");
                    is_sound = false;
                    self.skip_in_list();
                    let ends = self.peek().is_none_or(|t| t.kind == Kind::Close);
                    self.at += 1;
                    if ends {
                        return None;
                    }
                }
                None => {
                    if is_sound {
                        self.error_at_end("filter.expected", "`,` or `)` is expected in the list");
                    }
                    return None;
                }
            }
        }
    }

    /// Goes on to the next comma of the list, or to its end.
    fn skip_in_list(&mut self) {
        while self.peek().is_some_and(|t| !matches!(t.kind, Kind::Comma | Kind::Close)) {
            self.at += 1;
        }
    }

    fn value(&mut self, op: Op, field: Option<&FieldInfo>) -> Option<FilterValue> {
        let Some(token) = self.peek().cloned() else {
            self.error_at_end("filter.expected", &format!("a value is missing after `{}`", op.text()));
            return None;
        };
        let value = match &token.kind {
            Kind::Number(value) => value.clone(),
            Kind::Instant(text) => FilterValue::Text(text.clone()),
            Kind::Date(day) if field.is_none_or(|f| f.data_type == DataType::DateTime) => FilterValue::Date(*day),
            Kind::Date(_) => FilterValue::Text(self.text[token.start..token.end].to_owned()),
            Kind::Relative(relative) => FilterValue::Relative(*relative),
            Kind::Quoted(text) => self.labelled(text, field, &token)?,
            // On a list of texts `Yes` is the label that reads so.
            Kind::Word(word)
                if field.is_some_and(|f| {
                    f.data_type == DataType::String && f.picklist.iter().any(|p| fold(&p.label) == fold(word))
                }) =>
            {
                self.labelled(word, field, &token)?
            }
            Kind::Word(word) if matches!(word.to_ascii_lowercase().as_str(), "yes" | "true") => FilterValue::Bool(true),
            Kind::Word(word) if matches!(word.to_ascii_lowercase().as_str(), "no" | "false") => {
                FilterValue::Bool(false)
            }
            Kind::Word(word) if word.eq_ignore_ascii_case("null") => FilterValue::Null,
            Kind::Word(word)
                if word.eq_ignore_ascii_case("me")
                    && field.is_some_and(|f| f.reference.as_deref() == Some("Resources")) =>
            {
                FilterValue::Me
            }
            Kind::Word(word) if !is_keyword(word) => self.labelled(word, field, &token)?,
            _ => {
                self.error("filter.expected", &format!("a value is missing after `{}`", op.text()), &token);
                return None;
            }
        };
        self.at += 1;
        Some(value)
    }

    /// Text, or for a picklist of numbers the number with that label.
    fn labelled(&mut self, text: &str, field: Option<&FieldInfo>, token: &Token) -> Option<FilterValue> {
        let is_number = |f: &&FieldInfo| f.data_type.is_number();
        if field.is_some_and(|f| f.data_type == DataType::DateTime) {
            let day = Day::parse(text).map(FilterValue::Date);
            let relative = || Relative::parse(text).map(FilterValue::Relative);
            return Some(day.or_else(relative).unwrap_or_else(|| FilterValue::Text(text.to_owned())));
        }
        if field.filter(is_number).is_some_and(|f| f.reference.is_some()) && text.trim().parse::<i64>().is_err() {
            return Some(FilterValue::Name(text.to_owned()));
        }
        let Some(field) = field.filter(|f| f.is_picklist && f.data_type != DataType::String) else {
            return Some(FilterValue::Text(text.to_owned()));
        };
        let wanted = fold(text);
        let mut found =
            field.picklist.iter().filter(|p| fold(&p.label) == wanted).filter_map(crate::field::PicklistValue::number);
        match (found.next(), found.next()) {
            (Some(number), None) => Some(FilterValue::Int(number)),
            (Some(a), Some(b)) => {
                self.error(
                    "filter.ambiguous_label",
                    &format!("`{text}` is the label of #{a} and of #{b}; write the number"),
                    token,
                );
                None
            }
            (None, _) if text.trim().parse::<i64>().is_ok() => Some(FilterValue::Text(text.to_owned())),
            (None, _) => {
                let mut issue =
                    Issue::error("filter.unknown_label", format!("`{text}` is no value of {}", field.label));
                issue.hint =
                    nearest(text, field.picklist.iter().map(|p| &*p.label)).map(|n| format!("did you mean \"{n}\"?"));
                issue.expected = field.picklist.iter().filter(|p| p.is_active).map(|p| p.label.to_string()).collect();
                self.push(issue, token.start, token.end);
                None
            }
        }
    }

    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn kind_at(&self, ahead: usize) -> Option<&Kind> {
        self.tokens.get(self.at + ahead).map(|t| &t.kind)
    }

    fn is_open_at(&self, ahead: usize) -> bool {
        self.kind_at(ahead) == Some(&Kind::Open)
    }

    fn take_word(&mut self, word: &str) -> bool {
        let taken = self.peek().is_some_and(|t| t.is_word(word));
        self.at += usize::from(taken);
        taken
    }

    /// Goes on to the next `and`, `or` or closing parenthesis of this level.
    fn resynchronise(&mut self) {
        let mut depth = 0_usize;
        while let Some(token) = self.peek() {
            match &token.kind {
                Kind::Open => depth += 1,
                Kind::Close if depth == 0 => return,
                Kind::Close => depth -= 1,
                Kind::Word(_) if depth == 0 && (token.is_word("and") || token.is_word("or")) => return,
                _ => {}
            }
            self.at += 1;
        }
    }

    fn error(&mut self, code: &'static str, message: &str, token: &Token) {
        self.problem(code, message, token.start, token.end);
    }

    fn error_here(&mut self, code: &'static str, message: &str) {
        match self.peek().cloned() {
            Some(token) => self.error(code, message, &token),
            None => self.error_at_end(code, message),
        }
    }

    fn error_at_end(&mut self, code: &'static str, message: &str) {
        let end = self.text.trim_end().len();
        self.problem(code, message, end, end);
    }

    fn problem(&mut self, code: &'static str, message: &str, start: usize, end: usize) {
        self.push(Issue::error(code, message), start, end);
    }

    fn push(&mut self, mut issue: Issue, start: usize, end: usize) {
        // The first error has its place however many notices there are: without it the filter would seem good.
        let is_first_error = issue.is_error() && !crate::issue::has_errors(&self.issues);
        if self.issues.len() < ISSUES_MAX || is_first_error {
            issue.position = Some(Position::of(self.text, start, end));
            self.issues.push(issue);
        }
    }
}

/// The bytes of a shift such as `-1q` right here; 0 if there is none.
fn shift_length(rest: &str) -> usize {
    let Some(after) = rest.strip_prefix(['+', '-']) else { return 0 };
    let digits = after.len() - after.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let letters = after[digits..].find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(after.len() - digits);
    if digits == 0 || letters == 0 { 0 } else { 1 + digits + letters }
}

#[cfg(test)]
mod tests {
    use super::super::print::print;
    use super::*;
    use crate::entity;
    use proptest::prelude::*;

    fn companies() -> &'static EntityInfo {
        entity("Companies").expect("known")
    }

    #[track_caller]
    fn check_parse(text: &str, canonical: &str) {
        let (filter, issues) = parse(text, companies());
        assert_eq!(issues, [], "{text}");
        assert_eq!(print(&filter.expect("no issues"), companies()), canonical);
    }

    #[track_caller]
    fn check_error(text: &str, code: &str, column: usize) {
        let (filter, issues) = parse(text, companies());
        assert_eq!(filter, None);
        let found: Vec<_> = issues.iter().map(|i| (i.code, i.position.map_or(0, |p| p.column))).collect();
        assert!(found.contains(&(code, column)), "{text}: {found:?}");
    }

    #[test]
    fn examples_of_the_language() {
        check_parse("", "");
        check_parse("-- nothing\n", "");
        check_parse("companyType = Customer and isActive = yes", "companyType = 1 and isActive = yes");
        check_parse(
            "COMPANYNAME contains 'acme' OR companyName starts with \"A\"",
            "(companyName contains \"acme\" or companyName beginsWith \"A\")",
        );
        check_parse(
            "`Company type` is any of (Lead, Prospect) and `Owner` = #29744150",
            "companyType in (2, 3) and ownerResourceID = 29744150",
        );
        check_parse("phone is not empty and parentCompanyID isNull", "phone is not empty and parentCompanyID is empty");
        check_parse("createDate >= 2026-01-01T00:00:00Z", "createDate >= 2026-01-01T00:00:00Z");
        check_parse("udf.\"Customer Ranking\" = Golden", "udf.\"Customer Ranking\" = \"Golden\"");
        check_parse("city != \"a \\\"b\\\" \\\\ \\u{20ac}\"", "city != \"a \\\"b\\\" \\\\ €\"");
        check_parse(
            "city = a and (phone = b or (fax = c and fax = d))",
            "city = \"a\" and (phone = \"b\" or (fax = \"c\" and fax = \"d\"))",
        );
    }

    #[test]
    fn null_means_empty() {
        let (filter, issues) = parse("city = null and phone != NULL", companies());
        assert_eq!(print(&filter.expect("no errors"), companies()), "city is empty and phone is not empty");
        assert_eq!(issues.iter().map(|i| i.code).collect::<Vec<_>>(), ["filter.alias", "filter.alias"]);
    }

    #[test]
    fn errors_stand_where_they_are() {
        check_error("companyTipe = Customer and city contains", "filter.unknown_field", 1);
        check_error("companyTipe = Customer and city contains", "filter.expected", 41);
        check_error("companyType = Custmer", "filter.unknown_label", 15);
        check_error("city is like me", "filter.expected", 14);
        check_error("city frobs x", "filter.unknown_operator", 6);
        check_error("(city = a", "filter.expected", 1);
        check_error("city = a)", "filter.expected", 9);
        check_error("city = a city = b", "filter.expected", 10);
        check_error("city in ()", "filter.empty_list", 9);
        check_error("city = \"a", "filter.expected", 8);
        check_error("createDate = 2026-02-30", "filter.bad_date", 14);
        check_error("city = a\nand phone ! b", "filter.expected", 11);
    }

    #[test]
    fn depth_and_length_are_bounded() {
        check_error(&"(".repeat(100_000), "filter.too_deep", FILTER_DEPTH_MAX);
        let long = " ".repeat(TEXT_BYTES_MAX + 1);
        assert_eq!(parse(&long, companies()).1[0].code, "filter.too_long");
    }

    #[test]
    fn a_mebibyte_of_errors_takes_no_longer_than_a_hundred() {
        for text in ["$", "a ", "city = ) ", "udf.x "] {
            let (filter, issues) = parse(&text.repeat(TEXT_BYTES_MAX / text.len()), companies());
            assert_eq!(filter, None, "{text}");
            assert!((1..=ISSUES_MAX).contains(&issues.len()), "{text}: {}", issues.len());
        }
        let (filter, issues) = parse(&format!("{}city", "city = null and ".repeat(1000)), companies());
        assert_eq!((filter, issues.len()), (None, ISSUES_MAX + 1), "an error behind many notices");
    }

    fn value() -> impl Strategy<Value = FilterValue> {
        prop_oneof![
            any::<i64>().prop_map(FilterValue::Int),
            "\\PC{0,12}".prop_map(FilterValue::Text),
            any::<bool>().prop_map(FilterValue::Bool)
        ]
    }

    fn condition() -> impl Strategy<Value = Filter> {
        let field = prop_oneof![Just(("companyName", false)), Just(("city", false)), Just(("Ranking ö \"x\"", true))];
        let operand = prop_oneof![
            (
                prop_oneof![Just(Op::Eq), Just(Op::NotEq), Just(Op::Contains), Just(Op::Lt)],
                value().prop_map(Operand::One)
            ),
            (prop_oneof![Just(Op::In), Just(Op::NotIn)], prop::collection::vec(value(), 1..4).prop_map(Operand::Many)),
            (prop_oneof![Just(Op::Exist), Just(Op::NotExist)], Just(Operand::None)),
        ];
        (field, operand).prop_map(|((field, udf), (op, operand))| {
            Filter::Condition(Condition { field: field.to_owned(), udf, op, operand })
        })
    }

    pub(crate) fn tree() -> impl Strategy<Value = Filter> {
        let inner = condition().prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Filter::And),
                prop::collection::vec(inner, 0..4).prop_map(Filter::Or),
            ]
        });
        prop::collection::vec(inner, 0..4).prop_map(Filter::And)
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(filter in tree()) {
            let text = print(&filter, companies());
            let (read, issues) = parse(&text, companies());
            prop_assert_eq!(issues, vec![], "{}", text);
            let read = read.expect("no issues");
            prop_assert_eq!(print(&read, companies()), text.clone());
            prop_assert_eq!(&read, &filter, "{}", text);
        }

        #[test]
        fn no_text_panics(text in "[a-z =!<>()'\"`#.,0-9üand-]{0,60}") {
            let _ = parse(&text, companies());
        }
    }
}
