//! Source: the filter as text or as JSON, to be written by hand. It becomes the filter as soon as nothing is wrong with it.

use autotask_core::filter::{body, check::check_meaning, parse, print::pretty};
use autotask_core::{EntityInfo, Filter, Issue, json};
use leptos::{html, prelude::*, task::spawn_local};

use super::Builder;
use super::completion::{self, Completer};
use super::context::filter_context;
use super::tree::Tree;
use crate::components::{
    dynamic::{dynamic, effect, handler},
    icon::Icon,
    toast::use_toasts,
    tone::Tone,
};

/// Which language is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// Filter text.
    Text,
    /// JSON: Autotask's, or the tree with what Autotask does not have.
    Json,
}

impl Language {
    fn print(self, filter: &Filter, info: &EntityInfo) -> String {
        match self {
            Language::Text => pretty(filter, info),
            Language::Json => serde_json::to_string_pretty(&body::nodes(filter, info)).unwrap_or_default(),
        }
    }

    fn read(self, text: &str, info: &EntityInfo) -> (Option<Filter>, Vec<Issue>) {
        if self == Language::Text {
            let parsed = parse::read(text, info, &filter_context());
            return (parsed.filter().cloned(), parsed.issues);
        }
        if text.trim().is_empty() {
            return (Some(Filter::everything()), Vec::new());
        }
        let (json, plain) = match body::parse(text.as_bytes()) {
            Ok(json) => json,
            Err(issue) => return (None, vec![issue]),
        };
        let read = body::read_and_check(&json, info, |filter| check_meaning(filter, info, &filter_context()));
        let mut issues = read.issues;
        if let Some(plain) = plain {
            json::place(&mut issues, &plain);
        }
        let has_errors = autotask_core::issue::has_errors(&issues);
        (read.filter.filter(|_| !has_errors), issues)
    }
}

/// A field of text with everything that is wrong with it beneath, each at its place.
pub fn source_view(builder: Builder, language: Language) -> AnyView {
    let of_tree = move || {
        let info = builder.info.get();
        builder.tree.with(|tree| language.print(&tree.filter(&info), &info))
    };
    let text = RwSignal::new(untrack(of_tree));
    let read = Memo::new(move |_| builder.info.with(|info| text.with(|text| language.read(text, info))));
    // A change from elsewhere, such as Back, takes the place of what was written, if that means something else.
    effect(move || {
        let now = of_tree();
        let info = builder.info.get_untracked();
        let own = read.get_untracked().0.map(|filter| language.print(&filter, &info));
        if own.is_some_and(|own| own != now) {
            text.set(now);
        }
    });
    let apply = move || {
        if let (Some(filter), _) = read.get_untracked() {
            builder.change(|tree| *tree = Tree::of(&filter));
        }
    };
    let area = NodeRef::<html::Textarea>::new();
    let completer = (language == Language::Text).then(|| Completer::new(builder, area, text));
    let on_key = move |event: web_sys::KeyboardEvent| {
        if completer.is_some_and(|completer| completer.on_key(&event)) {
            event.prevent_default();
            event.stop_propagation();
        } else if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
            event.prevent_default();
            apply();
        }
    };
    let has_errors = move || read.with(|(filter, _)| filter.is_none());
    let is_applied = move || {
        let info = builder.info.get();
        read.with(|(filter, _)| filter.as_ref().map(|filter| language.print(filter, &info))) == Some(of_tree())
    };
    let state = move || {
        match (has_errors(), is_applied()) {
        (true, _) => {
            view! { <span class="t-danger row">{Icon::Alert.view()} "Not applied: the last good filter stays"</span> }
                .into_any()
        }
        (false, true) => view! { <span class="muted">"Applied"</span> }.into_any(),
        (false, false) if completer.is_some() => {
            view! { <span class="muted"><kbd>"Ctrl Enter"</kbd> " applies it, " <kbd>"Ctrl Space"</kbd> " proposes words"</span> }
                .into_any()
        }
        (false, false) => view! { <span class="muted"><kbd>"Ctrl Enter"</kbd> " applies it"</span> }.into_any(),
    }
    };
    let issues = move || {
        let lines = text.with(|text| text.clone());
        let issues = read.with(|(_, issues)| issues.clone());
        (!issues.is_empty()).then(|| {
            let items = issues.into_iter().map(|issue| issue_view(&lines, issue, area)).collect_view();
            view! { <ul class="issues" id="source-issues">{items}</ul> }
        })
    };
    let label = match language {
        Language::Text => "Filter as text",
        Language::Json => "Filter as JSON",
    };
    let toasts = use_toasts();
    let on_copy = move |_| {
        let text = text.get_untracked();
        spawn_local(async move {
            let copied = wasm_bindgen_futures::JsFuture::from(window().navigator().clipboard().write_text(&text)).await;
            match copied {
                Ok(_) => toasts.say(Tone::Success, "Filter copied"),
                Err(_) => toasts.say(Tone::Warning, "The browser does not allow copying; select the text instead"),
            }
        });
    };
    view! {
        <div class="source">
            <textarea
                class="scroll"
                rows=if language == Language::Text { "3" } else { "8" }
                spellcheck="false"
                autocapitalize="off"
                aria-label=label
                aria-describedby="source-issues"
                aria-invalid=move || has_errors().to_string()
                prop:value=move || text.get()
                aria-autocomplete=completer.map(|_| "list")
                aria-haspopup=completer.map(|_| "listbox")
                aria-controls=move || completer.filter(|completer| completer.has_list()).map(|_| completion::LIST)
                aria-activedescendant=move || completer.and_then(Completer::active_id)
                on:input=handler(move |event| {
                    text.set(event_target_value(&event));
                    if let Some(completer) = completer {
                        completer.on_input();
                    }
                })
                on:keydown=handler(on_key)
                on:blur=handler(move |_| {
                    if let Some(completer) = completer {
                        completer.close();
                    }
                    apply();
                })
                node_ref=area
            ></textarea>
            {completer.map(Completer::view)}
            <div class="row">
                {dynamic(state)}
                <span class="push"></span>
                <button type="button" class="btn btn--s" on:click=handler(on_copy)>
                    {Icon::Copy.view()}
                    "Copy"
                </button>
            </div>
            <div aria-live="polite">{dynamic(issues)}</div>
        </div>
    }
    .into_any()
}

/// One issue: what is wrong, the line with carets under the place, what to do. A click goes to the place.
fn issue_view(text: &str, issue: Issue, area: NodeRef<html::Textarea>) -> AnyView {
    let place = match (issue.position, &issue.path) {
        (Some(p), _) if p.line > 1 => format!("Line {}, column {}", p.line, p.column),
        (Some(p), _) => format!("Column {}", p.column),
        (None, Some(path)) => path.clone(),
        (None, None) => String::new(),
    };
    let hint = issue.hint.map(|hint| view! { <span class="muted">{hint}</span> });
    let position = issue.position.map(|position| (position, position.in_utf16(text)));
    let caret = position.map(|(p, _)| carets(text, p));
    let go = move |_| {
        if let (Some(area), Some((_, units))) = (area.get_untracked(), position) {
            let _ = area.focus();
            let _ = area.set_selection_range(units.start as u32, units.end as u32);
        }
    };
    let class = if issue.severity == autotask_core::issue::Severity::Error { "t-danger" } else { "muted" };
    view! {
        <li>
            <p>
                {if position.is_some() {
                    view! { <button type="button" class="btn btn--ghost btn--s" on:click=handler(go)>{place}</button> }.into_any()
                } else {
                    view! { <code>{place}</code> }.into_any()
                }} " " <span class=class>{issue.message}</span> " " {hint}
            </p>
            {caret.map(|caret| view! { <pre class="caret" aria-hidden="true">{caret}</pre> })}
        </li>
    }
    .into_any()
}

/// The line of a place, shortened around it, and carets under the place.
fn carets(text: &str, place: autotask_core::Position) -> String {
    const AROUND: usize = 40;
    let line: Vec<char> = text.split('\n').nth(place.line - 1).unwrap_or_default().chars().collect();
    let column = (place.column - 1).min(line.len());
    let marked =
        text.get(place.start..place.end).map_or(1, |marked| marked.split('\n').next().unwrap_or("").chars().count());
    let from = column.saturating_sub(AROUND);
    let until = (column + marked + AROUND).min(line.len()).max(column);
    let mut out = String::new();
    if from > 0 {
        out.push('…');
    }
    let lead = out.chars().count() + column - from;
    out.extend(&line[from..until]);
    if until < line.len() {
        out.push('…');
    }
    out.push('\n');
    out.push_str(&" ".repeat(lead));
    out.push_str(&"^".repeat(marked.clamp(1, AROUND * 2)));
    out
}

#[cfg(test)]
mod tests {
    use super::carets;
    use autotask_core::Position;

    #[test]
    fn carets_stand_under_the_place() {
        assert_eq!(carets("citty = a", Position::of("citty = a", 0, 5)), "citty = a\n^^^^^");
        assert_eq!(carets("a\nü = ", Position::of("a\nü = ", 7, 7)), "ü = \n    ^");
        let long = format!("{}x{}", "a".repeat(100), "b".repeat(100));
        let drawn = carets(&long, Position::of(&long, 100, 101));
        let (line, marks) = drawn.split_once('\n').expect("two lines");
        assert_eq!(line.chars().nth(marks.chars().count() - 1), Some('x'));
        assert!(line.chars().count() < 90);
    }
}
