//! The content of one cell of a drawn row, written by hand and only where it differs from what stands there.
//!
//! A key in a search may change every cell in sight. As views of the framework, each with an effect of its own, they
//! take longer to build than the search takes; here a cell that shows the same costs one comparison, and another text
//! one call.

use std::ops::Range;

use leptos::{prelude::*, tachys::view::any_view::AnyViewState};
use web_sys::{Element, Node};

use super::{
    avatar::initials,
    badge::badge_class,
    grid_parts::{CellView, Lead},
};

/// All that decides how a cell looks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct CellContent {
    /// What it shows.
    pub cell: CellView,
    /// Where its text leads; only the first cell of a row has one.
    pub href: Option<String>,
    /// Whether it names the row.
    pub is_name: bool,
    /// An empty text stays empty, since the row is no record that lacks a value.
    pub is_blank: bool,
}

/// Which elements the text of a cell stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// A bar: the value has not arrived yet.
    Pending,
    /// Nothing.
    Blank,
    /// A dash, with a hidden word.
    Dash,
    /// A link that names the row.
    Link,
    /// The name of a row that leads nowhere.
    Name,
    /// A text.
    Plain,
    /// A muted text.
    Muted,
}

impl CellContent {
    fn form(&self) -> Form {
        match &self.cell {
            cell if cell.is_pending => Form::Pending,
            cell if cell.text.is_empty() && self.is_blank => Form::Blank,
            cell if cell.text.is_empty() => Form::Dash,
            _ if self.href.is_some() => Form::Link,
            _ if self.is_name => Form::Name,
            cell if cell.is_muted => Form::Muted,
            _ => Form::Plain,
        }
    }

    /// What stands before the text; a cell whose value has not arrived has only its bar.
    fn lead(&self) -> Option<AnyView> {
        if self.cell.is_pending {
            return None;
        }
        let avatar = |class: &'static str| {
            let text = &self.cell.text;
            (!text.is_empty())
                .then(|| view! { <span class=class data-initials=initials(text) aria-hidden="true"></span> }.into_any())
        };
        match &self.cell.lead {
            Lead::None => None,
            Lead::Glyph(glyph) => Some(glyph.view()),
            Lead::Icon(icon) => Some(icon.view()),
            Lead::Avatar => avatar("avatar"),
            Lead::AvatarMe => avatar("avatar me"),
        }
    }

    fn own(&self) -> Option<&str> {
        self.cell.own.as_deref().filter(|_| !self.cell.is_pending)
    }

    fn badge(&self) -> Option<(String, &str)> {
        let (tone, text) = self.cell.badge.as_ref().filter(|_| !self.cell.is_pending)?;
        Some((badge_class(*tone), text))
    }

    /// Whether the other one has the same before its text.
    fn has_lead_of(&self, other: &CellContent) -> bool {
        let names_person = matches!(self.cell.lead, Lead::Avatar | Lead::AvatarMe);
        self.cell.lead == other.cell.lead
            && self.cell.is_pending == other.cell.is_pending
            && (!names_person || self.cell.text == other.cell.text)
    }
}

/// A cell, and what was last written into it. Other children that it has stay before its content.
pub(super) struct DrawnCell {
    cell: Element,
    shown: Option<(CellContent, Form)>,
    lead: Option<AnyViewState>,
    /// The children of the cell that the text stands in.
    text: Vec<Element>,
    /// The element whose children are the text and its marks.
    target: Option<Element>,
    /// The element of the own share.
    own: Option<Element>,
    badge: Option<Element>,
}

impl DrawnCell {
    /// A cell without content.
    pub(super) fn new(cell: Element) -> Self {
        Self { cell, shown: None, lead: None, text: Vec::new(), target: None, own: None, badge: None }
    }

    /// Shows this and nothing else.
    pub(super) fn show(&mut self, content: CellContent) {
        let form = content.form();
        let before = self.shown.take();
        if before.as_ref().is_some_and(|(before, _)| *before == content) {
            self.shown = before;
            return;
        }
        let old = before.as_ref().map(|(content, _)| content);
        self.show_badge(old, &content);
        if before.as_ref().map(|(_, form)| *form) != Some(form) || self.own.is_some() != content.own().is_some() {
            self.make_text(form, content.own().is_some());
            self.show_text(None, &content);
        } else {
            self.show_text(old, &content);
        }
        if old.is_none_or(|old| !content.has_lead_of(old)) {
            self.show_lead(&content);
        }
        self.shown = Some((content, form));
    }

    fn show_lead(&mut self, content: &CellContent) {
        match (content.lead(), &mut self.lead) {
            (Some(lead), Some(state)) => lead.rebuild(state),
            (Some(lead), None) => {
                let mut state = lead.build();
                let next = self.text.first().or(self.badge.as_ref()).map(AsRef::as_ref);
                state.mount(&self.cell, next);
                self.lead = Some(state);
            }
            (None, state) => {
                if let Some(mut state) = state.take() {
                    state.unmount();
                }
            }
        }
    }

    fn show_badge(&mut self, old: Option<&CellContent>, content: &CellContent) {
        let badge = content.badge();
        if old.is_some_and(|old| old.badge() == badge) {
            return;
        }
        if let Some(old) = self.badge.take() {
            old.remove();
        }
        if let Some((class, text)) = badge {
            let badge = element("span", &[("class", &class)]);
            badge.set_text_content(Some(text));
            append(&self.cell, &badge);
            self.badge = Some(badge);
        }
    }

    /// Makes the elements for the text, without it.
    fn make_text(&mut self, form: Form, has_own: bool) {
        for element in self.text.drain(..) {
            element.remove();
        }
        let name = [("class", "name"), ("dir", "auto")];
        let (parts, has_text) = match form {
            Form::Blank => (Vec::new(), false),
            Form::Pending => (vec![element("span", &[("class", "skel"), ("aria-hidden", "true")])], false),
            Form::Dash => {
                let dash = element("span", &[("class", "none"), ("aria-hidden", "true")]);
                dash.set_text_content(Some("–"));
                let word = element("span", &[("class", "vh")]);
                word.set_text_content(Some("empty"));
                (vec![dash, word], false)
            }
            Form::Link => (vec![element("a", &[name[0], name[1], ("tabindex", "-1")])], true),
            Form::Name => (vec![element("span", &name)], true),
            Form::Plain => (vec![element("span", &[("dir", "auto")])], true),
            Form::Muted => (vec![element("span", &[("class", "muted"), ("dir", "auto")])], true),
        };
        self.target = parts.first().filter(|_| has_text).cloned();
        self.own = has_own.then(|| element("i", &[]));
        self.text = match &self.own {
            Some(own) => {
                let (both, rest) = (element("span", &[("class", "both")]), element("i", &[]));
                parts.iter().for_each(|part| append(&rest, part));
                append(&both, own);
                append(&both, &rest);
                vec![both]
            }
            None => parts,
        };
        for element in &self.text {
            insert(&self.cell, element, self.badge.as_ref().map(AsRef::as_ref));
        }
    }

    fn show_text(&self, old: Option<&CellContent>, content: &CellContent) {
        if let Some(own) = &self.own {
            own.set_text_content(content.own());
        }
        let Some(target) = &self.target else { return };
        let CellContent { cell, href, .. } = content;
        let is_other_text = old.is_none_or(|old| old.cell.text != cell.text);
        if let Some(href) = href.as_ref().filter(|_| old.is_none_or(|old| old.href != *href)) {
            set(target, "href", href);
        }
        if content.is_name && is_other_text {
            set(target, "title", &cell.text);
        }
        if is_other_text || old.is_none_or(|old| old.cell.marks != cell.marks) {
            write(target, &pieces(&cell.text, &cell.marks));
        }
    }
}

/// Makes the texts and marks the children of the element, and uses those that it has.
fn write(target: &Element, pieces: &[(bool, &str)]) {
    let mut next = target.first_child();
    for (is_mark, text) in pieces {
        match next.take() {
            // The text of a mark, or the text itself.
            Some(node) if (node.node_type() == Node::ELEMENT_NODE) == *is_mark => {
                let holder = if *is_mark { node.first_child() } else { Some(node.clone()) };
                if let Some(holder) = holder {
                    holder.set_node_value(Some(text));
                }
                next = node.next_sibling();
            }
            other => {
                let node: Node = if *is_mark {
                    let mark = element("mark", &[]);
                    mark.set_text_content(Some(text));
                    mark.into()
                } else {
                    document().create_text_node(text).into()
                };
                insert(target, &node, other.as_ref());
                next = other;
            }
        }
    }
    while let Some(node) = next {
        next = node.next_sibling();
        // Fails only for what is no child, and it is.
        let _ = target.remove_child(&node);
    }
}

/// The text in pieces, each with whether it is marked; a mark that is not on borders of characters is left out.
fn pieces<'t>(text: &'t str, marks: &[Range<usize>]) -> Vec<(bool, &'t str)> {
    let mut pieces = Vec::with_capacity(2 * marks.len() + 1);
    let mut end = 0;
    for mark in marks {
        if let (Some(before), Some(found)) = (text.get(end..mark.start), text.get(mark.clone())) {
            pieces.push((false, before));
            pieces.push((true, found));
            end = mark.end;
        }
    }
    pieces.push((false, text.get(end..).unwrap_or_default()));
    pieces.retain(|(_, text)| !text.is_empty());
    pieces
}

fn element(name: &str, attributes: &[(&str, &str)]) -> Element {
    let element = document().create_element(name).expect("the name of an element");
    for (name, value) in attributes {
        set(&element, name, value);
    }
    element
}

fn set(element: &Element, name: &str, value: &str) {
    // Fails only for names that no attribute can have.
    let _ = element.set_attribute(name, value);
}

fn append(parent: &Element, child: &Element) {
    insert(parent, child, None);
}

fn insert(parent: &Element, child: &Node, next: Option<&Node>) {
    // Fails only where `next` is no child of the parent, and it always is.
    let _ = parent.insert_before(child, next);
}

#[cfg(test)]
mod tests {
    use super::{CellContent, CellView, Form, Range, pieces};

    #[test]
    fn a_text_is_cut_at_its_marks() {
        assert_eq!(pieces("Acme Dental", &[]), [(false, "Acme Dental")]);
        assert_eq!(pieces("Acme Dental", &[Range { start: 0, end: 4 }]), [(true, "Acme"), (false, " Dental")]);
        assert_eq!(pieces("Acme Dental", &[Range { start: 5, end: 11 }]), [(false, "Acme "), (true, "Dental")]);
        assert_eq!(pieces("aab", &[0..1, 1..2]), [(true, "a"), (true, "a"), (false, "b")]);
    }

    #[test]
    fn a_mark_that_does_not_fit_leaves_the_text_whole() {
        for mark in [1..2, 0..9, Range { start: 2, end: 0 }] {
            assert_eq!(pieces("Öl", std::slice::from_ref(&mark)), [(false, "Öl")], "{mark:?}");
        }
        assert_eq!(pieces("Öl", &[1..2, 2..3]), [(false, "Ö"), (true, "l")]);
    }

    #[test]
    fn what_a_cell_holds_decides_its_form() {
        let of = |cell: CellView| CellContent { cell, ..CellContent::default() };
        let text = || CellView::text("Acme");
        assert_eq!(of(CellView::pending()).form(), Form::Pending);
        assert_eq!(of(CellView::default()).form(), Form::Dash);
        assert_eq!(CellContent { is_blank: true, ..CellContent::default() }.form(), Form::Blank);
        assert_eq!(of(text()).form(), Form::Plain);
        assert_eq!(of(text().muted()).form(), Form::Muted);
        let name = CellContent { is_name: true, ..of(text()) };
        assert_eq!(name.form(), Form::Name);
        assert_eq!(CellContent { href: Some("/companies/1".to_owned()), ..name }.form(), Form::Link);
    }
}
