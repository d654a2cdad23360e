//! Short messages above the status bar. One whose action stands nowhere else stays until it is dismissed.

use std::time::Duration;

use crate::{
    components::dynamic::{Item, handler, keyed},
    page::Page,
};
use leptos::prelude::*;

use super::{
    announcer::{Announcer, use_announcer},
    icon::Icon,
    icon_button::IconButton,
    tone::Tone,
};

/// How long a toast without an action stays.
const SHOWN_FOR: Duration = Duration::from_secs(8);
/// How long one stays whose action stands on the page too.
pub const SHOWN_LONGER: Duration = Duration::from_secs(20);
/// More would cover the list; the oldest goes first.
const TOASTS_MAX: usize = 3;

/// A message.
#[derive(Clone)]
pub struct Toast {
    /// What happened.
    pub text: String,
    /// What the icon says.
    pub tone: Tone,
    /// What can be done about it.
    pub action: Option<Action>,
    /// How long it stays; `None` until it is dismissed.
    pub shown_for: Option<Duration>,
    /// What it is about, for [`Toasts::withdraw`]; empty for nothing that could change.
    pub about: String,
}

/// The button of a message.
#[derive(Clone)]
pub struct Action {
    /// What it says.
    pub words: &'static str,
    /// What it does.
    pub run: Callback<()>,
    /// The page where that is done, if not on every page: the button is then a link.
    pub leads_to: Option<Page>,
}

/// The toasts on screen. Get it with [`use_toasts`].
#[derive(Clone, Copy)]
pub struct Toasts {
    shown: RwSignal<Vec<(u32, Toast)>>,
    next_id: StoredValue<u32>,
    announcer: Announcer,
}

impl Toasts {
    /// Shows a message and says it politely.
    pub fn show(&self, toast: Toast) {
        let id = self.next_id.get_value();
        self.next_id.set_value(id + 1);
        self.announcer.polite(&toast.text);
        let shown_for = toast.shown_for;
        self.shown.update(|shown| {
            shown.push((id, toast));
            if shown.len() > TOASTS_MAX {
                shown.remove(0);
            }
        });
        if let Some(time) = shown_for {
            let toasts = *self;
            set_timeout(move || toasts.dismiss(id), time);
        }
    }

    /// Shows a plain message.
    pub fn say(&self, tone: Tone, text: impl Into<String>) {
        let shown_for = Some(SHOWN_FOR);
        self.show(Toast { text: text.into(), tone, action: None, shown_for, about: String::new() });
    }

    /// Takes away what is said of something that is no longer so.
    pub fn withdraw(&self, about: &str) {
        self.shown.update(|shown| shown.retain(|(_, toast)| toast.about != about));
    }

    fn dismiss(&self, id: u32) {
        self.shown.update(|shown| shown.retain(|(known, _)| *known != id));
    }
}

/// Makes the toasts known to everything below; the announcer must be there already.
pub fn provide_toasts() {
    provide_context(Toasts { shown: RwSignal::default(), next_id: StoredValue::new(0), announcer: use_announcer() });
}

/// The toasts of the app.
pub fn use_toasts() -> Toasts {
    expect_context()
}

/// The place where toasts appear.
#[component]
pub fn ToastRegion() -> impl IntoView {
    let toasts = use_toasts();
    let one = move |id: u32, toast: Toast| {
        let icon = match toast.tone {
            Tone::Success => Icon::Check,
            Tone::Warning => Icon::Warning,
            Tone::Danger => Icon::Alert,
            _ => Icon::Info,
        };
        let action = toast.action.map(|Action { words, run, leads_to }| {
            let on_click = handler(move |_| {
                run.run(());
                toasts.dismiss(id);
            });
            match leads_to {
                Some(page) => view! { <a class="btn btn--s" href=page.path() on:click=on_click>{words}</a> }.into_any(),
                None => {
                    view! { <button type="button" class="btn btn--s" on:click=on_click>{words}</button> }.into_any()
                }
            }
        });
        view! {
            <li class=["toast ", toast.tone.as_str()].concat()>
                {icon.view()} <span>{toast.text}</span> {action}
                <IconButton icon=Icon::Close label="Dismiss" is_small=true on_click=move |()| toasts.dismiss(id) />
            </li>
        }
        .into_any()
    };
    view! {
        <ul class="toasts" aria-label="Messages">
            {keyed(move || {
                let item = |(id, toast)| Item::new(u64::from(id), move || one(id, toast));
                toasts.shown.get().into_iter().map(item).collect()
            })}
        </ul>
    }
    .into_any()
}
