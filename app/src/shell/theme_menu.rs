//! The theme switch: a native popover with one radio button for each theme.

use crate::components::dynamic::handler;
use leptos::prelude::*;

use crate::{
    components::icon::Icon,
    theme::{Theme, use_theme},
};

/// The theme switch.
#[component]
pub fn ThemeMenu() -> impl IntoView {
    let theme = use_theme();
    let choice = move |one: Theme| {
        view! {
            <label class="menu__item">
                <input
                    class="check"
                    type="radio"
                    name="theme"
                    value=one.as_str()
                    prop:checked=move || theme.get() == one
                    on:change=handler(move |_| theme.set(one))
                />
                {one.label()}
            </label>
        }
    };
    view! {
        <button type="button" class="iconbtn" aria-label="Theme" title="Theme" popovertarget="theme-menu">
            {Icon::Theme.view()}
        </button>
        <div class="menu" id="theme-menu" popover="auto">
            <fieldset>
                <legend>"Theme"</legend>
                {Theme::ALL.into_iter().map(choice).collect_view()}
            </fieldset>
        </div>
    }
    .into_any()
}
