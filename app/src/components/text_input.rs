//! One line of text.

use crate::components::dynamic::handler;
use leptos::{ev, prelude::*};

use super::{field::use_control_ids, icon::Icon};

/// What is typed; decides the keyboard on a phone and what the browser offers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InputKind {
    #[default]
    Text,
    Email,
    Phone,
    Web,
    Number,
    Date,
    Search,
    Password,
}

impl InputKind {
    /// The `type` attribute. Mail and web addresses stay text: the browser's own check would speak over ours.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Text | Self::Email | Self::Web | Self::Number => "text",
            Self::Phone => "tel",
            Self::Date => "date",
            Self::Search => "search",
            Self::Password => "password",
        }
    }

    const fn input_mode(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "tel",
            Self::Web => "url",
            Self::Number => "decimal",
            Self::Search => "search",
            Self::Text | Self::Date | Self::Password => "text",
        }
    }
}

/// The height of a control.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ControlSize {
    /// In forms.
    #[default]
    Large,
    /// In bars.
    Medium,
    /// In rows, such as a rule of the filter builder.
    Small,
}

impl ControlSize {
    /// The modifier class.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Large => "",
            Self::Medium => " m",
            Self::Small => " s",
        }
    }
}

/// A text input. What was typed stays, also if it is wrong.
#[component]
pub fn TextInput(
    /// The text.
    #[prop(into)]
    value: Signal<String>,
    /// Called with every change.
    #[prop(into)]
    on_input: Callback<String>,
    /// Called when the field is left; the moment to check it.
    #[prop(into, optional)]
    on_blur: Option<Callback<()>>,
    /// Called with every key that is pressed.
    #[prop(into, optional)]
    on_key: Option<Callback<ev::KeyboardEvent>>,
    /// What is typed.
    #[prop(optional)]
    kind: InputKind,
    /// The height.
    #[prop(optional)]
    size: ControlSize,
    /// The name for assistive technology where no [`Field`](super::field::Field) gives one.
    #[prop(into, optional)]
    label: Option<String>,
    /// The id where no field gives one.
    #[prop(into, optional)]
    id: String,
    /// An example, never the label.
    #[prop(into, optional)]
    placeholder: String,
    /// The key that goes here, said to assistive technology.
    #[prop(optional)]
    shortcut: Option<&'static str>,
    /// An icon at the start.
    #[prop(optional)]
    icon: Option<Icon>,
    /// Said to assistive technology; the check itself is elsewhere.
    #[prop(optional)]
    is_required: bool,
    /// The `autocomplete` word; "off" for other people's data.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// The element, for a caller that wants to focus it.
    #[prop(optional)]
    node_ref: NodeRef<leptos::html::Input>,
) -> impl IntoView {
    let ids = use_control_ids(&id);
    view! {
        <span class="inputwrap">
            {icon.map(Icon::view)}
            <input
                class=["input", size.as_str()].concat()
                id=(!ids.id.is_empty()).then_some(ids.id)
                type=kind.as_str()
                inputmode=kind.input_mode()
                autocomplete=autocomplete
                spellcheck=(kind != InputKind::Text).then_some("false")
                dir="auto"
                placeholder=(!placeholder.is_empty()).then_some(placeholder)
                aria-label=label
                aria-keyshortcuts=shortcut
                aria-required=is_required.then_some("true")
                aria-invalid=ids.invalid
                aria-describedby=ids.described_by
                prop:value=value
                on:input=handler(move |event| on_input.run(event_target_value(&event)))
                on:blur=handler(move |_| {
                    if let Some(on_blur) = on_blur {
                        on_blur.run(());
                    }
                })
                on:keydown=handler(move |event| {
                    if let Some(on_key) = on_key {
                        on_key.run(event);
                    }
                })
                node_ref=node_ref
            />
        </span>
    }
    .into_any()
}
