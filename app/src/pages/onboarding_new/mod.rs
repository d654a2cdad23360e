//! The onboarding wizard: company, sites, contacts, contract, billing, review, run. The draft is kept while one types.
//!
//! ```text
//! address ──► step ──► fields ──► Form ──► Draft (kept) ──► core: plan ──► issues at their fields
//!                                              └─ Review ──► core: plan ──► Run, driven by the store
//! ```

mod billing_step;
mod checking;
mod company_step;
mod contacts_step;
mod contract_step;
mod duplicates;
mod field_view;
mod focus;
mod foot;
mod form;
mod head;
mod keeping;
mod layout;
mod lines;
mod link_field;
mod mending;
mod question;
mod rail;
mod result;
mod review_problems;
mod review_rail;
mod review_step;
mod run_step;
mod services;
mod sites_step;
mod start;
mod steps_list;
mod stuck;
mod warnings;

use leptos::prelude::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_params_map},
};

use crate::{
    components::{
        dynamic::{dynamic, memo},
        error_summary::ErrorSummary,
        leaving::Leaving,
        page_head::PageHead,
        skeleton::Skeleton,
    },
    page::Page,
    pages::{onboarding::NOT_FOR_YOU, reading::not_for_you},
    session::use_session,
    store::{
        metadata::{MetadataState, use_metadata},
        onboarding::{Step, use_onboarding},
        owners::Owners,
    },
};
use billing_step::BillingStep;
use company_step::CompanyStep;
use contacts_step::ContactsStep;
use contract_step::ContractStep;
use duplicates::{Duplicates, use_duplicates};
use foot::Foot;
use form::{Form, use_form};
use head::Head;
use mending::{Mending, use_mending};
use rail::DuplicatesRail;
use review_rail::ReviewRail;
use review_step::ReviewStep;
use run_step::RunStep;
use services::Services;
use sites_step::SitesStep;
use start::Start;
use steps_list::StepsList;
use stuck::{MetadataBand, RefusalBand};

/// The entities that the wizard always writes.
const ENTITIES: [&str; 3] = ["Companies", "CompanyLocations", "Contacts"];

/// The entities whose lists the form needs now: a contract's only where there may be one. Reactive.
fn entities(form: &Form) -> impl Iterator<Item = &'static str> + use<> {
    let has_contract = form.contract.with(Option::is_some) || form.step.get() == Step::Contract;
    ENTITIES.into_iter().chain(has_contract.then_some("Contracts"))
}

/// The address of a step.
pub fn step_path(step: Step) -> String {
    [&Page::OnboardingNew.path(), "/", step.slug()].concat()
}

/// How often a step was to be finished while something was wrong; each time the summary takes the focus.
#[derive(Clone, Copy)]
struct Attempts(RwSignal<u32>);

/// Looks for duplicates, unless they are known.
#[derive(Clone, Copy)]
struct Look(Callback<()>);

fn use_attempt() -> RwSignal<u32> {
    expect_context::<Attempts>().0
}

fn use_look() -> Callback<()> {
    expect_context::<Look>().0
}

/// The page.
#[component]
pub fn OnboardingNewPage() -> impl IntoView {
    let session = use_session();
    let may = memo(move || session.may("create", "Companies"));
    dynamic(move || if may.get() { wizard() } else { refused() })
}

/// For whom the server does not let create a client: the wizard would end in a refusal.
fn refused() -> AnyView {
    view! {
        <PageHead title=Page::OnboardingNew.title() />
        <div class="body">{not_for_you(NOT_FOR_YOU)}</div>
    }
    .into_any()
}

fn wizard() -> AnyView {
    let slug = use_params_map().with_untracked(|params| params.get("step"));
    if slug.is_none() {
        return view! { <Start /> }.into_any();
    }
    let onboarding = use_onboarding();
    let form = Form::new(onboarding.draft_untracked().unwrap_or_default());
    provide_context(form);
    provide_context(Mending::new());
    provide_context(Owners::load());
    let services = Services::new();
    provide_context(services);
    // Review calls the lines of a contract by their services; a run has their names.
    if form.contract.with_untracked(Option::is_some) && onboarding.with_run_untracked(|_| ()).is_none() {
        services.ask();
    }
    let duplicates = Duplicates::new(form);
    provide_context(duplicates);
    provide_context(Attempts(RwSignal::new(0)));
    let metadata = use_metadata();
    provide_context(Leaving::new(Callback::new(move |controls: Vec<String>| {
        for control in controls {
            form.checking.left(&control);
        }
        let schema = untrack(|| metadata.schema());
        form.checking.check(&form, &schema, &[]);
        // What a run has created itself is no duplicate.
        if onboarding.with_run_untracked(|_| ()).is_none() {
            duplicates.look(&schema);
        }
    })));
    provide_context(Look(Callback::new(move |()| duplicates.look(&untrack(|| metadata.schema())))));
    keeping::keep_draft(form);
    follow_address(form);

    // Picklists decide what can be chosen: nothing is drawn before they are here, or known not to come.
    let is_waiting = Memo::new(move |_| entities(&form).any(|name| metadata.state(name) == MetadataState::Loading));
    let step = Memo::new(move |_| form.step.get());
    let content = |(is_waiting, step): (bool, Step)| match (is_waiting, step) {
        (true, _) => view! { <div class="body"><Skeleton what="fields" /></div> }.into_any(),
        (false, Step::Run) => view! { <RunStep /> }.into_any(),
        (false, step) => view! { <StepFrame step=step /> }.into_any(),
    };
    view! {
        <Head />
        // A list of one: each step gets elements of its own, scrolled to the top and without a past.
        <For each=move || [(is_waiting.get(), step.get())] key=|face| *face children=content />
        <Show when=move || step.get() != Step::Run && !is_waiting.get()>
            <Foot />
        </Show>
    }
    .into_any()
}

/// A step with the list of steps and what stands beside it.
#[component]
fn StepFrame(
    /// The step.
    step: Step,
) -> impl IntoView {
    let form = use_form();
    let attempt = use_attempt();
    let mending = use_mending();
    let summary = (step != Step::Review).then(|| {
        let entries = Memo::new(move |_| form.checking.summary(step));
        view! { <ErrorSummary entries=entries attempt=attempt /> }
    });
    let fields = match step {
        Step::Company => view! { <CompanyStep /> }.into_any(),
        Step::Sites => view! { <SitesStep /> }.into_any(),
        Step::Contacts => view! { <ContactsStep /> }.into_any(),
        Step::Contract => view! { <ContractStep /> }.into_any(),
        Step::Billing => view! { <BillingStep /> }.into_any(),
        Step::Review | Step::Run => view! { <ReviewStep /> }.into_any(),
    };
    let rail = match step {
        Step::Company if mending.get_untracked().is_none() => view! { <DuplicatesRail /> }.into_any(),
        Step::Review => view! { <ReviewRail /> }.into_any(),
        _ => ().into_any(),
    };
    let is_mending = mending.get_untracked().is_some();
    let class = match step {
        _ if is_mending => "wiz mending",
        Step::Company | Step::Review => "wiz",
        _ => "wiz railless",
    };
    view! {
        <div class=class>
            {(!is_mending).then(|| view! { <div class="side"><StepsList /></div> })}
            <div class="form">
                // Enter in a field finishes nothing: Next and Ctrl+Enter do.
                <form class="stack" novalidate on:submit=|event| event.prevent_default()>
                    <MetadataBand />
                    {is_mending.then(|| view! { <RefusalBand /> })}
                    {summary}
                    {fields}
                </form>
            </div>
            {rail}
        </div>
    }
    .into_any()
}

/// The step of the address becomes the step that is shown, unless a run allows only its own.
fn follow_address(form: Form) {
    let onboarding = use_onboarding();
    let params = use_params_map();
    let mending = use_mending();
    let duplicates = use_duplicates();
    let metadata = use_metadata();
    let navigate = use_navigate();
    Effect::new(move |_| {
        let slug = params.with(|params| params.get("step")).unwrap_or_default();
        let has_run = onboarding.with_run_untracked(|_| ()).is_some();
        let mended = mending.get_untracked();
        let go = |step: Step| {
            navigate(&step_path(step), NavigateOptions { replace: true, ..NavigateOptions::default() });
        };
        let step = match Step::from_slug(&slug) {
            None => return go(Step::Company),
            Some(Step::Run) if !has_run => return go(Step::Company),
            Some(Step::Run) => Step::Run,
            Some(step) if has_run && mended.as_ref().is_none_or(|row| row.step != step) => return go(Step::Run),
            Some(step) => step,
        };
        if step == Step::Run {
            mending.set(None);
        }
        form.step.set(step);
        form.visited.update(|visited| {
            visited.insert(step);
        });
        if step != Step::Run {
            form.changed();
        }
        if step == Step::Review {
            for earlier in Step::LISTED.into_iter().filter(|earlier| *earlier != Step::Review) {
                form.checking.attempt(earlier);
            }
            duplicates.look(&untrack(|| metadata.schema()));
        }
    });
    // With what the instance's own metadata says, anything may be wrong that was not, and the other way round.
    Effect::new(move |_| {
        let schema = metadata.schema();
        form.step.track();
        form.checking.check(&form, &schema, &[]);
        if form.step.get_untracked() != Step::Run && onboarding.with_run_untracked(|_| ()).is_none() {
            duplicates.look(&schema);
        }
    });
}
