//! Comboboxes with a list that narrows while typing (APG: editable combobox with list autocomplete).
//!
//! The popup is a native popover: it lies in the top layer, so no scrolling panel or dialog clips it.

use crate::components::dynamic::{dynamic, effect, handler, memo, shared};
use autotask_core::order::sort_by_key;
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;

use super::{
    choice::{Choice, label_of},
    dom::on_any_scroll,
    field::use_control_ids,
    icon::Icon,
    text_input::ControlSize,
};

/// More are not drawn; the list says so and typing narrows it.
const SHOWN_MAX: usize = 200;
/// The popup is at most this high, as in the stylesheet; decides whether it opens upwards.
const POPUP_HEIGHT_PX: f64 = 280.0;

/// One value out of many.
#[component]
pub fn Combobox(
    /// A unique id; a field around it overrules it.
    #[prop(into)]
    id: String,
    /// The choices, in order; those of one group follow each other.
    #[prop(into)]
    choices: Signal<Vec<Choice>>,
    /// The chosen value; the empty string is "nothing chosen".
    #[prop(into)]
    value: Signal<String>,
    /// Called with the chosen value, or with the empty string when the text was deleted and `is_clearable`.
    #[prop(into)]
    on_change: Callback<String>,
    /// Deleting the text clears the value.
    #[prop(optional)]
    is_clearable: bool,
    /// Called with what is typed, for lists that are looked up elsewhere; then nothing is filtered here.
    #[prop(into, optional)]
    on_query: Option<Callback<String>>,
    /// Says "Searching" in the list.
    #[prop(into, optional)]
    is_loading: Signal<bool>,
    /// What stands in the empty field.
    #[prop(into, optional)]
    placeholder: String,
    /// The name for assistive technology where no field gives one.
    #[prop(into, optional)]
    label: Option<String>,
    /// The height.
    #[prop(optional)]
    size: ControlSize,
    /// Quiet: names a thing (a field) instead of holding a value.
    #[prop(optional)]
    is_quiet: bool,
) -> impl IntoView {
    let shown_text = Signal::derive(move || value.with(|value| choices.with(|choices| text_of(choices, value))));
    let pick = Callback::new(move |picked: String| on_change.run(picked));
    let core = Core {
        id,
        choices,
        values: Signal::derive(move || vec![value.get()]),
        shown_text,
        pick,
        clear: is_clearable.then(|| Callback::new(move |()| on_change.run(String::new()))),
        on_query,
        is_loading,
        is_multiple: false,
    };
    core_view(core, placeholder, label, size, is_quiet)
}

/// Several values out of many. Enter and click toggle and leave the list open; Backspace takes the last one away.
#[component]
pub fn MultiCombobox(
    /// A unique id; a field around it overrules it.
    #[prop(into)]
    id: String,
    /// The choices, in order.
    #[prop(into)]
    choices: Signal<Vec<Choice>>,
    /// The chosen values, in the order of choosing.
    #[prop(into)]
    values: Signal<Vec<String>>,
    /// Called with the new list of values.
    #[prop(into)]
    on_change: Callback<Vec<String>>,
    /// Called with what is typed, for lists that are looked up elsewhere.
    #[prop(into, optional)]
    on_query: Option<Callback<String>>,
    /// Says "Searching" in the list.
    #[prop(into, optional)]
    is_loading: Signal<bool>,
    /// What stands in the empty field.
    #[prop(into, optional)]
    placeholder: String,
    /// The name for assistive technology where no field gives one.
    #[prop(into, optional)]
    label: Option<String>,
    /// The height.
    #[prop(optional)]
    size: ControlSize,
) -> impl IntoView {
    let shown_text = Signal::derive(move || {
        choices.with(|choices| {
            values.with(|values| values.iter().map(|value| label_of(choices, value)).collect::<Vec<_>>().join(", "))
        })
    });
    let pick = Callback::new(move |picked: String| {
        let mut values = values.get_untracked();
        match values.iter().position(|value| *value == picked) {
            Some(index) => drop(values.remove(index)),
            None => values.push(picked),
        }
        on_change.run(values);
    });
    let drop_last = Callback::new(move |()| {
        let mut values = values.get_untracked();
        if values.pop().is_some() {
            on_change.run(values);
        }
    });
    let core =
        Core { id, choices, values, shown_text, pick, clear: Some(drop_last), on_query, is_loading, is_multiple: true };
    core_view(core, placeholder, label, size, false)
}

/// What both variants share.
struct Core {
    id: String,
    choices: Signal<Vec<Choice>>,
    values: Signal<Vec<String>>,
    /// What the closed field says.
    shown_text: Signal<String>,
    pick: Callback<String>,
    /// Single: empties the value. Multiple: takes the last one away.
    clear: Option<Callback<()>>,
    on_query: Option<Callback<String>>,
    is_loading: Signal<bool>,
    is_multiple: bool,
}

/// Where the popup lies, in pixels of the window.
#[derive(Clone, Copy, Default, PartialEq)]
struct Place {
    left: f64,
    width: f64,
    /// Distance from the top, or from the bottom where it opens upwards.
    edge: f64,
    is_above: bool,
}

fn core_view(core: Core, placeholder: String, label: Option<String>, size: ControlSize, is_quiet: bool) -> AnyView {
    let Core { id, choices, values, shown_text, pick, clear, on_query, is_loading, is_multiple } = core;
    let ids = use_control_ids(&id);
    let list_id = StoredValue::new([&ids.id, "-list"].concat());

    let is_open = RwSignal::new(false);
    // `None`: nothing typed since it opened, the field shows the value and the list is whole.
    let query = RwSignal::new(None::<String>);
    let active = RwSignal::new(None::<usize>);
    let place = RwSignal::new(Place::default());
    let input = NodeRef::<html::Input>::new();
    let popup = NodeRef::<html::Div>::new();

    let found = memo(move || {
        if !is_open.get() {
            return Vec::new();
        }
        choices.with(|choices| {
            query.with(|query| match query {
                Some(text) if on_query.is_none() => filter(choices, text),
                _ => choices.clone(),
            })
        })
    });

    let measure = move || {
        let Some(input) = input.get_untracked() else { return };
        let frame = input.parent_element().unwrap_or_else(|| input.clone().into());
        place.set(place_below(&frame.get_bounding_client_rect()));
    };
    let open = move || {
        if is_open.get_untracked() {
            return;
        }
        measure();
        is_open.set(true);
        let chosen = values.with_untracked(|values| values.first().cloned());
        active.set(
            chosen.and_then(|value| choices.with_untracked(|list| list.iter().position(|one| one.value == value))),
        );
        if let Some(on_query) = on_query {
            on_query.run(String::new());
        }
    };
    let close = move || {
        is_open.set(false);
        query.set(None);
        active.set(None);
    };
    let choose = move |index: usize| {
        let Some(choice) = found.with_untracked(|found| found.get(index).cloned()) else { return };
        pick.run(choice.value);
        if is_multiple {
            query.set(None);
            let position = choices.with_untracked(|list| list.iter().position(|one| one.label == choice.label));
            active.set(position);
        } else {
            close();
        }
    };

    effect(move || {
        let (Some(popup), is_open) = (popup.get(), is_open.get()) else { return };
        // Both throw only when it is in that state already.
        let _ = if is_open { popup.show_popover() } else { popup.hide_popover() };
    });
    // A list that moves away from its field would be a riddle: it follows while anything else scrolls.
    on_any_scroll(move |event| {
        let target = event.target().and_then(|target| target.dyn_into::<web_sys::Node>().ok());
        let is_inside = popup.get_untracked().is_some_and(|popup| popup.contains(target.as_ref()));
        if is_open.get_untracked() && !is_inside {
            measure();
        }
    });
    let on_window_resize = window_event_listener(ev::resize, move |_| {
        if is_open.get_untracked() {
            measure();
        }
    });
    on_cleanup(move || on_window_resize.remove());
    effect(move || {
        let (Some(index), Some(popup)) = (active.get(), popup.get()) else { return };
        // The option of this index is drawn in the same flush or before; a frame later it surely is.
        request_animation_frame(move || {
            let selector = ["[data-index='", &index.to_string(), "']"].concat();
            if let Ok(Some(option)) = popup.query_selector(&selector) {
                let options = web_sys::ScrollIntoViewOptions::new();
                options.set_block(web_sys::ScrollLogicalPosition::Nearest);
                option.scroll_into_view_with_scroll_into_view_options(&options);
            }
        });
    });

    let move_active = move |step: isize| {
        let count = found.with_untracked(|found| found.len().min(SHOWN_MAX)) as isize;
        if count == 0 {
            return;
        }
        let next = match active.get_untracked() {
            Some(now) => (now as isize + step).rem_euclid(count),
            None if step > 0 => 0,
            None => count - 1,
        };
        active.set(Some(next as usize));
    };
    let on_keydown = move |event: web_sys::KeyboardEvent| {
        let opened = is_open.get_untracked();
        let typed = query.with_untracked(|query| query.as_deref().is_some_and(|text| !text.is_empty()));
        match event.key().as_str() {
            "ArrowDown" if !opened => open(),
            "ArrowUp" if event.alt_key() => close(),
            "ArrowUp" if !opened => open(),
            "ArrowDown" => move_active(1),
            "ArrowUp" => move_active(-1),
            "PageDown" if opened => {
                for _ in 0..8 {
                    move_active_clamped(found, active, 1);
                }
            }
            "PageUp" if opened => {
                for _ in 0..8 {
                    move_active_clamped(found, active, -1);
                }
            }
            // In an editable combobox Home and End belong to the text once there is some.
            "Home" if opened && !typed => active.set(Some(0)),
            "End" if opened && !typed => {
                active.set(found.with_untracked(|found| found.len().min(SHOWN_MAX).checked_sub(1)))
            }
            "Enter" if opened => {
                if let Some(index) = active.get_untracked() {
                    choose(index);
                } else if !is_multiple {
                    close();
                }
            }
            // Esc closes the list first; a dialog around it stays.
            "Escape" if opened => close(),
            "Backspace" if is_multiple && query.with_untracked(|query| query.as_deref().unwrap_or("").is_empty()) => {
                if let Some(clear) = clear {
                    clear.run(());
                }
            }
            "Tab" => {
                close();
                return;
            }
            _ => return,
        }
        event.prevent_default();
        event.stop_propagation();
    };
    let on_input = move |event: ev::Event| {
        let text = event_target_value(&event);
        open();
        if let Some(on_query) = on_query {
            on_query.run(text.clone());
        }
        if text.is_empty()
            && !is_multiple
            && let Some(clear) = clear
        {
            clear.run(());
        }
        // The first match is offered, so that typing and Enter are enough; an empty text offers nothing.
        let is_empty = text.is_empty();
        query.set(Some(text));
        active.set((!is_empty && found.with_untracked(|found| !found.is_empty())).then_some(0));
    };
    // The same for a list that is looked up elsewhere, when its answers come.
    if on_query.is_some() {
        effect(move || {
            let has_typed = query.with(|query| query.as_ref().is_some_and(|text| !text.is_empty()));
            let has_found = found.with(|found| !found.is_empty());
            if has_typed && has_found && active.get_untracked().is_none() {
                active.set(Some(0));
            }
        });
    }
    // While the list of a multiple choice is open the field is for typing only.
    let field_text = move || match query.get() {
        Some(text) => text,
        None if is_multiple && is_open.get() => String::new(),
        None => shown_text.get(),
    };
    let select_text = move || {
        if let Some(input) = input.get_untracked() {
            input.select();
        }
    };
    let active_id = move || active.get().map(|index| option_id(&list_id.read_value(), index));
    let field_placeholder = move || {
        if is_multiple && is_open.get() && !shown_text.with(String::is_empty) {
            shown_text.get()
        } else {
            placeholder.clone()
        }
    };
    let count = move || {
        let count = values.with(Vec::len);
        (count > 1).then(|| view! { <span class="cnt" aria-hidden="true">{count}</span> })
    };
    let list_label = label.clone();
    let labelled_by = ids.labelled_by.clone();

    view! {
        <span
            class=["combo edit", size.as_str(), if is_quiet { " quiet" } else { "" }].concat()
            class:open=is_open
            // The button and the count open it too, without taking the focus out of the text.
            on:mousedown=handler(move |event: web_sys::MouseEvent| {
                if event.target() != event.current_target() {
                    return;
                }
                event.prevent_default();
            })
        >
            <input
                id=ids.id.clone()
                role="combobox"
                type="text"
                autocomplete="off"
                spellcheck="false"
                dir="auto"
                aria-autocomplete="list"
                aria-expanded=move || is_open.get().to_string()
                aria-controls=list_id.get_value()
                aria-activedescendant=shared(active_id)
                aria-label=label
                aria-invalid=ids.invalid
                aria-describedby=ids.described_by
                title=shown_text
                placeholder=shared(field_placeholder)
                prop:value=shared(field_text)
                on:input=handler(on_input)
                on:keydown=handler(on_keydown)
                on:focus=handler(move |_| select_text())
                on:blur=handler(move |_| close())
                on:click=handler(move |_| open())
                node_ref=input
            />
            {is_multiple.then_some(count)}
            <span
                class="chevron"
                aria-hidden="true"
                on:mousedown=handler(move |event: web_sys::MouseEvent| {
                    event.prevent_default();
                    if is_open.get_untracked() {
                        close();
                    } else if let Some(input) = input.get_untracked() {
                        let _ = input.focus();
                        open();
                    }
                })
            >
                {Icon::Down.view()}
            </span>
            <div
                class="listbox"
                popover="manual"
                id=list_id.get_value()
                role="listbox"
                aria-label=list_label
                aria-labelledby=labelled_by
                aria-multiselectable=is_multiple.then_some("true")
                style:left=move || px(place.get().left)
                style:min-width=move || px(place.get().width)
                style:top=move || if place.get().is_above { "auto".to_owned() } else { px(place.get().edge) }
                style:bottom=move || if place.get().is_above { px(place.get().edge) } else { "auto".to_owned() }
                // The focus stays in the text while the mouse chooses.
                on:mousedown=|event| event.prevent_default()
                node_ref=popup
            >
                {dynamic(move || {
                    found
                        .with(|found| {
                            list_view(found, values, active, list_id, is_loading, Callback::new(choose))
                        })
                })}
            </div>
        </span>
    }
    .into_any()
}

/// The options, in groups where they have headings.
fn list_view(
    found: &[Choice],
    values: Signal<Vec<String>>,
    active: RwSignal<Option<usize>>,
    list_id: StoredValue<String>,
    is_loading: Signal<bool>,
    choose: Callback<usize>,
) -> AnyView {
    let mut parts: Vec<AnyView> = Vec::new();
    let shown = &found[..found.len().min(SHOWN_MAX)];
    let mut index = 0;
    for group in shown.chunk_by(|one, next| one.group == next.group) {
        let options = group
            .iter()
            .map(|choice| {
                let view = option_view(choice, index, values, active, list_id, choose);
                index += 1;
                view
            })
            .collect_view();
        let heading = &group[0].group;
        parts.push(if heading.is_empty() {
            options.into_any()
        } else {
            view! {
                <div role="group" aria-label=heading.clone()>
                    <div class="sec" aria-hidden="true">{heading.clone()}</div>
                    {options}
                </div>
            }
            .into_any()
        });
    }
    let rest = found.len() - shown.len();
    let note = move || {
        if is_loading.get() {
            "Searching".to_owned()
        } else if rest > 0 {
            [rest.to_string().as_str(), " more, type to narrow"].concat()
        } else {
            String::new()
        }
    };
    let is_empty = found.is_empty();
    let nothing = move || is_empty && !is_loading.get();
    view! {
        {parts}
        {dynamic(move || nothing().then(|| view! { <div class="note" role="presentation">"Nothing matches"</div> }))}
        {dynamic(move || Some(note()).filter(|note| !note.is_empty()).map(|note| view! { <div class="note" role="presentation">{note}</div> }))}
    }
    .into_any()
}

fn option_view(
    choice: &Choice,
    index: usize,
    values: Signal<Vec<String>>,
    active: RwSignal<Option<usize>>,
    list_id: StoredValue<String>,
    choose: Callback<usize>,
) -> AnyView {
    let own = choice.value.clone();
    let is_chosen = Signal::derive(move || values.with(|values| values.contains(&own)));
    let detail = (!choice.detail.is_empty()).then(|| view! { <span class="meta">{choice.detail.clone()}</span> });
    view! {
        <div
            role="option"
            id=option_id(&list_id.read_value(), index)
            data-index=index.to_string()
            aria-selected=move || is_chosen.get().to_string()
            class:active=move || active.get() == Some(index)
            on:click=handler(move |_| choose.run(index))
            on:mousemove=handler(move |_| {
                if active.get_untracked() != Some(index) {
                    active.set(Some(index));
                }
            })
        >
            <span class="t" dir="auto">{choice.label.clone()}</span>
            {detail}
            <span class="tick">{dynamic(move || is_chosen.get().then(|| Icon::Check.view()))}</span>
        </div>
    }
    .into_any()
}

fn move_active_clamped(found: Memo<Vec<Choice>>, active: RwSignal<Option<usize>>, step: isize) {
    let count = found.with_untracked(|found| found.len().min(SHOWN_MAX));
    if count > 0 {
        let now = active.get_untracked().map_or(-1, |now| now as isize);
        active.set(Some((now + step).clamp(0, count as isize - 1) as usize));
    }
}

fn option_id(list_id: &str, index: usize) -> String {
    [list_id, "-", &index.to_string()].concat()
}

fn text_of(choices: &[Choice], value: &str) -> String {
    if value.is_empty() { String::new() } else { label_of(choices, value) }
}

/// Those whose label holds every typed word, in any letter case, the likeliest first: the label itself, then those
/// that begin with the text, then the rest. Headings would tear that order apart, so while typing there are none.
fn filter(choices: &[Choice], text: &str) -> Vec<Choice> {
    let text = text.trim().to_lowercase();
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut found: Vec<(u8, &Choice)> = choices
        .iter()
        .filter_map(|choice| {
            let label = choice.label.to_lowercase();
            let rank = match label.strip_prefix(&text) {
                Some("") => 0,
                Some(_) => 1,
                None => 2,
            };
            words.iter().all(|word| label.contains(word)).then_some((rank, choice))
        })
        .collect();
    if text.is_empty() {
        return choices.to_vec();
    }
    sort_by_key(&mut found, |(rank, _)| *rank);
    found.into_iter().map(|(_, choice)| Choice { group: String::new(), ..choice.clone() }).collect()
}

fn place_below(frame: &web_sys::DomRect) -> Place {
    let height = window().inner_height().ok().and_then(|height| height.as_f64()).unwrap_or(0.0);
    let below = height - frame.bottom();
    let is_above = below < POPUP_HEIGHT_PX && frame.top() > below;
    let edge = if is_above { height - frame.top() + 4.0 } else { frame.bottom() + 4.0 };
    Place { left: frame.left(), width: frame.width(), edge, is_above }
}

fn px(value: f64) -> String {
    [(value.round() as i32).to_string().as_str(), "px"].concat()
}

#[cfg(test)]
mod tests {
    use super::{Choice, filter};

    #[test]
    fn typing_narrows_and_prefers_beginnings() {
        let choices: Vec<Choice> =
            ["East Berlin", "Berlin", "Bern"].iter().map(|label| Choice::new(*label, *label)).collect();
        let labels = |text| filter(&choices, text).into_iter().map(|choice| choice.label).collect::<Vec<_>>();
        assert_eq!(labels("ber"), ["Berlin", "Bern", "East Berlin"]);
        assert_eq!(labels("lin EAST"), ["East Berlin"]);
        assert_eq!(labels("x"), Vec::<String>::new());
        assert_eq!(labels("").len(), 3);
    }
}
