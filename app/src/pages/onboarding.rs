//! Onboarding: what it does, the draft there is, and the clients that were created last.

use leptos::{prelude::*, task::spawn_local};
use leptos_router::hooks::use_navigate;

use super::{
    age::age,
    onboarding_new::step_path,
    reading::{new_client_button, not_for_you},
};
use crate::{
    components::{
        dialog::Dialog,
        dynamic::{dynamic, memo, optional},
        empty::Empty,
        icon::Icon,
        page_head::PageHead,
    },
    page::Page,
    session::use_session,
    store::{
        clock,
        onboarding::{Created, Draft, Phase, Run, Step, kept, shared_drafts, shared_runs, use_onboarding},
    },
};

/// What this is.
const WHAT: &str = "A new client with its sites, contacts, contract and billing is created in Autotask in one sitting, checked for duplicates before anything is sent.";

/// What is said to whom the server does not let create a client.
pub const NOT_FOR_YOU: &str = "Clients are onboarded by editors and administrators";

/// So many runs of the server are looked at, whether they are finished.
const LOOKED_AT: usize = 20;

/// The page.
#[component]
pub fn OnboardingPage() -> impl IntoView {
    let onboarding = use_onboarding();
    let draft = Memo::new(move |_| {
        let is_done = onboarding.phase().with(|phase| *phase == Phase::Done);
        onboarding.draft().filter(|draft| !is_done && !draft.is_blank())
    });
    let recent = Memo::new(move |_| onboarding.recent());
    let nothing = move || draft.with(Option::is_none) && recent.with(Vec::is_empty);

    let session = use_session();
    let may = memo(move || session.may("create", "Companies"));
    let new_client = || new_client_button("Onboard a client");
    let content = move || {
        view! {
            <Show when=nothing>
                <Empty icon=Icon::Onboarding title="No client was onboarded here yet" text=WHAT>
                    {new_client()}
                </Empty>
            </Show>
            <div class="stack onboarded">
                <Show when=move || !nothing()>
                    <p class="muted">{WHAT}</p>
                </Show>
                {move || draft.get().map(|draft| view! { <DraftPanel draft=draft /> })}
                <DraftsElsewhere />
                <Elsewhere />
                <Show when=move || !recent.with(Vec::is_empty)>
                    <section class="panel">
                        <header>
                            <h2>"Created in this browser"</h2>
                            <span class="n">{move || recent.with(Vec::len)}</span>
                        </header>
                        <ul class="createds">{move || recent.get().into_iter().map(created_line).collect_view()}</ul>
                    </section>
                </Show>
            </div>
        }
        .into_any()
    };
    view! {
        <PageHead title=Page::Onboarding.title()>
            <Show when=move || may.get() && draft.with(Option::is_none) && !nothing()>{new_client}</Show>
        </PageHead>
        <div class="body">{dynamic(move || if may.get() { content() } else { not_for_you(NOT_FOR_YOU) })}</div>
    }
    .into_any()
}

/// The client that is being entered or created.
#[component]
fn DraftPanel(
    /// The draft.
    draft: Draft,
) -> impl IntoView {
    let onboarding = use_onboarding();
    let is_open = RwSignal::new(false);
    let is_begun = draft.run.is_some();
    let (kind, href, act) = match is_begun {
        true => ("Being created", step_path(Step::Run), "Go to the run"),
        false => ("Draft", step_path(draft.step), "Continue"),
    };
    let place = if is_begun { "Not finished".to_owned() } else { ["At the step ", draft.step.title()].concat() };
    let detail = [&place, ", saved ", &age(kept::now() - draft.saved_at)].concat();
    let text = if is_begun {
        "What was created stays in Autotask. This browser forgets the run; the server keeps it, and it can be taken up again from this page."
    } else {
        "Everything entered is forgotten. Nothing was created in Autotask."
    };
    let title = if is_begun { "Forget this run?" } else { "Discard this draft?" };
    let verb = if is_begun { "Forget the run" } else { "Discard draft" };
    view! {
        <section class="panel">
            <header>
                <h2>{kind}</h2>
            </header>
            <div class="in row wrap draftline">
                <div>
                    <h3 dir="auto">{draft.title()}</h3>
                    <p class="muted small">{detail}</p>
                </div>
                <div class="actions push">
                    <a class="btn btn--primary" href=href>
                        {act}
                    </a>
                    <Show when=move || !onboarding.is_running()>
                        <button type="button" class="btn" on:click=move |_| is_open.set(true)>
                            {verb}
                        </button>
                    </Show>
                </div>
            </div>
            <footer>"One client is entered at a time: finish or discard this one to begin another."</footer>
        </section>
        <Dialog
            is_open=is_open
            title=title
            actions=move || {
                view! {
                    <button type="button" class="btn" autofocus on:click=move |_| is_open.set(false)>
                        "Keep it"
                    </button>
                    <button type="button" class="btn btn--danger" on:click=move |_| onboarding.discard()>
                        {verb}
                    </button>
                }
            }
        >
            <p>{text}</p>
        </Dialog>
    }
    .into_any()
}

/// The clients that other browsers enter: drafts on the server that are not this browser's; nothing while there are none.
#[component]
fn DraftsElsewhere() -> impl IntoView {
    let onboarding = use_onboarding();
    let lines = RwSignal::new(Vec::<shared_drafts::Line>::new());
    let navigate = use_navigate();
    spawn_local(async move {
        let Ok(all) = shared_drafts::list().await else { return };
        lines.try_set(all);
    });
    let shown = move || {
        let own = onboarding.draft().and_then(|draft| draft.share).map(|share| share.id);
        let is_other = |line: &shared_drafts::Line| line.draft.share.as_ref().map(|share| &share.id) != own.as_ref();
        lines.get().into_iter().filter(is_other).collect::<Vec<_>>()
    };
    let is_busy = Memo::new(move |_| onboarding.draft().is_some_and(|draft| !draft.is_blank()));
    let line_view = move |line: shared_drafts::Line| {
        let navigate = navigate.clone();
        let title = line.draft.title();
        let kept = ["At the step ", line.draft.step.title(), ", saved ", &age(kept::now() - line.updated_at)].concat();
        let take_up = move || {
            let step = line.draft.step;
            onboarding.take_draft(line.draft.clone());
            navigate(&step_path(step), leptos_router::NavigateOptions::default());
        };
        elsewhere_line(title, kept, is_busy, take_up)
    };
    let lines = move || shown().into_iter().map(&line_view).collect();
    let free = "If both browsers change it from then on, each goes on with a draft of its own.";
    elsewhere_panel("Drafts from other browsers", free, is_busy, lines, || None)
}

/// The runs that other browsers have begun and not finished; nothing while there are none.
#[component]
fn Elsewhere() -> impl IntoView {
    let onboarding = use_onboarding();
    let lines = RwSignal::new(Vec::<shared_runs::Line>::new());
    let failure = RwSignal::new(None::<String>);
    let navigate = use_navigate();
    spawn_local(async move {
        let Ok(all) = shared_runs::list().await else { return };
        for line in all.into_iter().take(LOOKED_AT) {
            let is_open = |run: Run| run.phase(clock::now()) != Phase::Done;
            if shared_runs::run(&line.id).await.ok().flatten().is_some_and(is_open) && !lines.is_disposed() {
                lines.update(|lines| lines.push(line));
            }
        }
    });
    let shown = move || {
        let own = onboarding.draft().and_then(|draft| draft.run).map(|run| run.plan.run_id);
        lines.get().into_iter().filter(|line| own.as_ref() != Some(&line.id)).collect::<Vec<_>>()
    };
    let is_busy = Memo::new(move |_| {
        onboarding.draft().is_some_and(|draft| !draft.is_blank() && draft.run.is_none()) || onboarding.is_running()
    });
    let line_view = move |line: shared_runs::Line| {
        let navigate = navigate.clone();
        let title = line.title.clone();
        let worked = ["Worked on ", &age(kept::now() - line.updated_at)].concat();
        let take_up = move || {
            let (line, navigate) = (line.clone(), navigate.clone());
            spawn_local(async move {
                match onboarding.take_up(line).await {
                    Ok(()) => navigate(&step_path(Step::Run), leptos_router::NavigateOptions::default()),
                    Err(why) => failure.set(Some(why)),
                }
            });
        };
        elsewhere_line(title, worked, is_busy, take_up)
    };
    let lines = move || shown().into_iter().map(&line_view).collect();
    let free = "Whoever works on it there only looks on from then.";
    elsewhere_panel("Not finished, begun in another browser", free, is_busy, lines, move || failure.get())
}

/// What was begun elsewhere, with the way to go on with it here.
fn elsewhere_line(title: String, detail: String, is_busy: Memo<bool>, take_up: impl Fn() + 'static) -> AnyView {
    view! {
        <li class="row wrap">
            <span class="name" dir="auto">{title}</span>
            <span class="muted small">{detail}</span>
            <button type="button" class="btn push" disabled=is_busy on:click=move |_| take_up()>
                "Go on here"
            </button>
        </li>
    }
    .into_any()
}

/// A panel of such lines, while there are any. `free` says what going on does; `failure` why it did not work.
fn elsewhere_panel(
    title: &'static str,
    free: &'static str,
    is_busy: Memo<bool>,
    lines: impl Fn() -> Vec<AnyView> + Send + 'static,
    failure: impl Fn() -> Option<String> + Send + Sync + Copy + 'static,
) -> AnyView {
    let id = title.replace([' ', ','], "-").to_lowercase();
    let panel = move |lines: Vec<AnyView>| {
        view! {
            <section class="panel" aria-labelledby=id.clone()>
                <header>
                    <h2 id=id.clone()>{title}</h2>
                </header>
                <ul class="createds">{lines}</ul>
                {move || failure().map(|why| view! { <p class="t-danger" role="alert">{why}</p> })}
                <footer>
                    {move || if is_busy.get() { "Finish or discard the client that is entered here first." } else { free }}
                </footer>
            </section>
        }
    };
    optional(move || {
        let lines = lines();
        (!lines.is_empty()).then(|| panel(lines))
    })
}

fn created_line(created: Created) -> AnyView {
    view! {
        <li>
            <a class="name" href=Page::Company(created.id).path() dir="auto">
                {created.name}
            </a>
            <span class="muted tnum">{created.id}</span>
            <span class="muted small push">{age(kept::now() - created.at)}</span>
        </li>
    }
    .into_any()
}
