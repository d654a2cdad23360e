//! Address: what of the page stands in its address, so that a link shows the same.

use crate::components::dynamic::memo;
use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_query_map},
};

use autotask_core::request::encode_component;

use crate::page::Page;

/// Which numbers are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Values {
    /// The company's own.
    Own,
    /// Those of the company and everything below.
    Subtree,
    /// Both, side by side.
    #[default]
    Both,
}

impl Values {
    /// The word in the address.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Own => "own",
            Self::Subtree => "subtree",
            Self::Both => "both",
        }
    }

    /// Reads the word; anything else is the usual.
    pub fn from_word(word: &str) -> Self {
        match word {
            "own" => Self::Own,
            "subtree" => Self::Subtree,
            _ => Self::Both,
        }
    }
}

/// What the address says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// What is searched for.
    pub search: String,
    /// Also companies without parent and children.
    pub with_all: bool,
    /// Which numbers are shown.
    pub values: Values,
    /// The company to go to.
    pub focus: Option<i64>,
}

impl Address {
    /// The address in full; what is as usual is left out.
    pub fn path(&self) -> String {
        let mut parts = Vec::new();
        if !self.search.is_empty() {
            parts.push(["q=", &encode_component(&self.search)].concat());
        }
        if self.with_all {
            parts.push("show=all".to_owned());
        }
        if self.values != Values::default() {
            parts.push(["values=", self.values.as_str()].concat());
        }
        if let Some(focus) = self.focus {
            parts.push(["focus=", &focus.to_string()].concat());
        }
        let path = Page::Hierarchy.path();
        if parts.is_empty() { path } else { [path, parts.join("&")].join("?") }
    }
}

/// The address of the page. Reactive.
pub fn use_address() -> Memo<Address> {
    let query = use_query_map();
    memo(move || {
        query.with(|query| Address {
            search: query.get("q").unwrap_or_default(),
            with_all: query.get_str("show") == Some("all"),
            values: Values::from_word(query.get_str("values").unwrap_or_default()),
            focus: query.get_str("focus").and_then(|focus| focus.parse().ok()),
        })
    })
}

/// Sets the address in place, without a new entry in the history.
pub fn use_set_address() -> Callback<Address> {
    let navigate = use_navigate();
    Callback::new(move |address: Address| {
        navigate(&address.path(), NavigateOptions { replace: true, scroll: false, ..NavigateOptions::default() });
    })
}

#[cfg(test)]
mod tests {
    use super::{Address, Values};

    #[test]
    fn what_is_usual_is_left_out() {
        assert_eq!(Address::default().path(), "/hierarchy");
        let address = Address { search: "a & b".to_owned(), with_all: true, values: Values::Own, focus: Some(0) };
        assert_eq!(address.path(), "/hierarchy?q=a%20%26%20b&show=all&values=own&focus=0");
    }
}
