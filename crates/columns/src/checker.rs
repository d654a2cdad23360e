//! Checker: row after row, each held against the rules of its fields.

use crate::{Rule, Scanner, Token};

/// Names that are remembered; a row with further ones is doubtful.
const NAMES_MAX: usize = 4096;

/// What a member's name means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// The field of this number.
    Field(usize),
    /// Nothing that could be wrong.
    Ignored,
    /// A row that has it must be looked at.
    Doubtful,
}

/// What is known of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is fine.
    Fine,
    /// It has to be looked at. Perhaps it is not even JSON.
    Doubtful,
}

/// Holds rows against rules.
pub struct Checker<'r> {
    rules: &'r [Rule],
    meaning: &'r dyn Fn(&str) -> Meaning,
    /// Two fields whose numbers must differ, the first from 0 too: a company is not its own parent.
    different: Option<(usize, usize)>,
    /// The numbers of the names, in the order of the names.
    names: Vec<usize>,
    /// By number of a name: the name with its closing quote, and what it means.
    known: Vec<(String, Meaning)>,
    /// The names of the last row, in order: most rows are like the one before.
    order: Vec<usize>,
    /// The row in which each field was seen last.
    seen: Vec<u32>,
    row: u32,
    demanded: usize,
}

impl<'r> Checker<'r> {
    /// For fields with these rules; `meaning` tells of each name once what it means.
    #[must_use]
    pub fn new(
        rules: &'r [Rule],
        different: Option<(usize, usize)>,
        meaning: &'r dyn Fn(&str) -> Meaning,
    ) -> Checker<'r> {
        Checker {
            rules,
            meaning,
            different,
            names: Vec::new(),
            known: Vec::new(),
            order: Vec::new(),
            seen: vec![0; rules.len()],
            row: 0,
            demanded: rules.iter().filter(|rule| rule.is_demanded).count(),
        }
    }

    /// Passes an object; `None` where the text is not strict JSON.
    pub fn row(&mut self, scanner: &mut Scanner<'_>) -> Option<Verdict> {
        scanner.pass(b'{')?;
        self.row = self.row.wrapping_add(1).max(1);
        let (mut is_fine, mut demanded, mut place) = (true, 0, 0);
        let mut numbers = (None, None);
        if scanner.take(b'}') {
            return Some(if self.demanded == 0 { Verdict::Fine } else { Verdict::Doubtful });
        }
        loop {
            let member = self.member(scanner, place)?;
            place += 1;
            let token = scanner.value()?;
            match member {
                Meaning::Field(field) => {
                    let rule = &self.rules[field];
                    is_fine &= rule.is_fine(token);
                    // What is given twice is told apart by whoever looks closely.
                    is_fine &= std::mem::replace(&mut self.seen[field], self.row) != self.row;
                    demanded += usize::from(rule.is_demanded);
                    if let (Some((one, other)), Token::Whole(number)) = (self.different, token) {
                        if field == one {
                            numbers.0 = Some(number);
                        } else if field == other {
                            numbers.1 = Some(number);
                        }
                    }
                }
                Meaning::Ignored => is_fine &= token != Token::Unusual,
                Meaning::Doubtful => is_fine = false,
            }
            if !scanner.take(b',') {
                break;
            }
        }
        scanner.pass(b'}')?;
        self.order.truncate(place);
        if self.different.is_some() && (numbers.0 == Some(0) || (numbers.0.is_some() && numbers.0 == numbers.1)) {
            is_fine = false;
        }
        Some(if is_fine && demanded == self.demanded { Verdict::Fine } else { Verdict::Doubtful })
    }

    fn member(&mut self, scanner: &mut Scanner<'_>, place: usize) -> Option<Meaning> {
        if scanner.peek()? != b'"' {
            return None;
        }
        if let Some(&number) = self.order.get(place) {
            let (name, member) = &self.known[number];
            let start = scanner.at;
            scanner.at += 1;
            if scanner.goes_on(name.as_bytes()) {
                scanner.pass(b':')?;
                return Some(*member);
            }
            scanner.at = start;
        }
        let Token::Text(name) = scanner.key()? else { return Some(Meaning::Doubtful) };
        let quoted = |number: &usize| self.known[*number].0.strip_suffix('"').unwrap_or_default().cmp(name);
        let number = match self.names.binary_search_by(quoted) {
            Ok(at) => self.names[at],
            Err(_) if self.known.len() == NAMES_MAX => return Some(Meaning::Doubtful),
            Err(at) => {
                let number = self.known.len();
                self.known.push(([name, "\""].concat(), (self.meaning)(name)));
                self.names.insert(at, number);
                number
            }
        };
        self.order.truncate(place);
        if self.order.len() == place {
            self.order.push(number);
        }
        Some(self.known[number].1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Kind;

    #[test]
    fn rows_in_any_order_of_their_members() {
        let rule = |kind, is_demanded| Rule { kind, not_blank: is_demanded, is_demanded };
        let rules = [rule(Kind::Whole(99), true), rule(Kind::Text(3), false)];
        let meaning = |name: &str| match name {
            "id" => Meaning::Field(0),
            "name" => Meaning::Field(1),
            "old" => Meaning::Doubtful,
            _ => Meaning::Ignored,
        };
        let mut checker = Checker::new(&rules, None, &meaning);
        let mut check = |text: &str| checker.row(&mut Scanner::new(text));
        for (text, verdict) in [
            (r#"{"id":1,"name":"abc"}"#, Some(Verdict::Fine)),
            (r#"{"name":"äöü","id":2}"#, Some(Verdict::Fine)),
            (r#"{ "id" : 3 , "x":[1,{}],"name":null}"#, Some(Verdict::Fine)),
            (r#"{"id":1,"id":1}"#, Some(Verdict::Doubtful)),
            (r#"{"id":1,"name":"abcd"}"#, Some(Verdict::Doubtful)),
            (r#"{"id":100}"#, Some(Verdict::Doubtful)),
            (r#"{"id":null}"#, Some(Verdict::Doubtful)),
            (r#"{"name":"a"}"#, Some(Verdict::Doubtful)),
            (r#"{"id":1,"old":1}"#, Some(Verdict::Doubtful)),
            (r#"{"id":1,"x":"\n"}"#, Some(Verdict::Doubtful)),
            (r#"{"i\u0064":1}"#, Some(Verdict::Doubtful)),
            ("{}", Some(Verdict::Doubtful)),
            (r#"{"id":1"#, None),
            (r#"{"id":1,}"#, None),
            (r#"{id:1}"#, None),
        ] {
            assert_eq!(check(text), verdict, "{text}");
        }
    }
}
