//! The run: one line a step, what became of it, and what there is to decide.

use autotask_core::onboarding::Step as PlanStep;
use leptos::prelude::*;

use super::{question::Decide, result::Outcome};
use crate::{
    components::{announcer::use_announcer, icon::Icon},
    page::Page,
    store::{
        clock,
        onboarding::{
            Phase,
            run::{LineState, kind_of},
            use_onboarding,
        },
    },
};

/// The run with its result.
#[component]
pub fn RunStep() -> impl IntoView {
    let onboarding = use_onboarding();
    let phase = onboarding.phase();
    announce_changes();
    let steps = onboarding.with_run_untracked(|run| run.plan.steps.clone()).unwrap_or_default();
    let count = steps.len();
    let lines = Memo::new(move |_| {
        phase.with(|phase| onboarding.with_run(|run| run.lines(phase, clock::now()))).unwrap_or_default()
    });
    let views = steps
        .into_iter()
        .enumerate()
        .map(|(index, step)| {
            let state = Memo::new(move |_| lines.with(|lines| lines.get(index).cloned()).unwrap_or(LineState::Waiting));
            view! { <RunLine index=index step=step state=state /> }
        })
        .collect_view();
    let is_done = Memo::new(move |_| phase.with(|phase| *phase == Phase::Done));
    view! {
        <div class="body runbody">
            <div class="stack">
                <Progress lines=lines />
                <Show when=move || is_done.get()>
                    <Outcome />
                </Show>
                <section class="panel">
                    <header>
                        <h2>"Steps"</h2>
                        <span class="n">{count}</span>
                    </header>
                    <ol class="ops">{views}</ol>
                    <footer>
                        {move || {
                            if is_done.get() {
                                "Every step was written down as it happened."
                            } else {
                                "You can close this tab. The journal is kept, and the run can be taken up again here or in another browser."
                            }
                        }}
                    </footer>
                </section>
            </div>
        </div>
    }
    .into_any()
}

/// How many steps are done, as words and as a bar.
#[component]
fn Progress(
    /// The state of each step.
    #[prop(into)]
    lines: Signal<Vec<LineState>>,
) -> impl IntoView {
    let onboarding = use_onboarding();
    let phase = onboarding.phase();
    let count =
        move |wanted: fn(&LineState) -> bool| lines.with(|lines| lines.iter().filter(|line| wanted(line)).count());
    let all = move || lines.with(Vec::len).max(1);
    let done = move || count(|line| matches!(line, LineState::Done(_)));
    let failed = move || count(|line| *line == LineState::Failed);
    let skipped = move || count(|line| *line == LineState::Skipped);
    let waiting = move || count(|line| *line == LineState::Waiting);
    let width = move |part: usize| format!("{}%", 100 * part / all());
    let word = move || {
        let word = match phase.get() {
            Phase::Running => "Running",
            Phase::Pausing => "Pausing after this call",
            Phase::Waiting { step, .. } if onboarding.with_run(|run| run.doubt(&step)).flatten().is_some() => {
                "Waiting for what may still come"
            }
            // Such as the limit of calls: nothing is in doubt, and it goes on by itself.
            Phase::Waiting { why, .. } => return ["Waiting: ", &why].concat(),
            Phase::Paused => "Paused",
            Phase::Asking { .. } => "Waits for your decision",
            Phase::Failed { .. } => "Stopped",
            Phase::Done => "Finished",
        };
        word.to_owned()
    };
    let rest = move || {
        let mut parts = Vec::new();
        for (number, word) in [(skipped(), "skipped"), (waiting(), "waiting")] {
            if number > 0 {
                parts.push(format!("{number} {word}"));
            }
        }
        parts.join(", ")
    };
    view! {
        <section class="panel">
            <div class="in stack runhead">
                <div class="row wrap">
                    <b>{move || format!("{} of {} steps done", done(), all())}</b>
                    <span class="t-danger">
                        {move || match failed() {
                            0 => String::new(),
                            number => format!("{number} needs you"),
                        }}
                    </span>
                    <span class="muted">{rest}</span>
                    <span class="push muted">{word}</span>
                </div>
                <div
                    class="progress"
                    role="progressbar"
                    aria-label="Steps done"
                    aria-valuemin="0"
                    aria-valuemax=move || all().to_string()
                    aria-valuenow=move || done().to_string()
                >
                    <i class="ok" style:width=move || width(done())></i>
                    <i class="bad" style:width=move || width(failed())></i>
                </div>
            </div>
        </section>
    }
    .into_any()
}

/// A step.
#[component]
fn RunLine(
    /// The place in the plan.
    index: usize,
    /// The step.
    step: PlanStep,
    /// Where it is.
    #[prop(into)]
    state: Signal<LineState>,
) -> impl IntoView {
    let kind = kind_of(&step);
    let is_company = step.entity == "Companies";
    let title = step.title.clone();
    let class = move || match state.get() {
        LineState::Waiting => "wait",
        LineState::Running => "run",
        LineState::Done(_) => "done",
        LineState::Failed => "fail",
        LineState::Held | LineState::Doubt => "hold",
        LineState::Skipped => "wait",
    };
    let mark = move || {
        let (class, icon) = match state.get() {
            LineState::Waiting => ("muted ico", Icon::Clock),
            LineState::Running => ("t-accent ico", Icon::Spin),
            LineState::Done(_) => ("t-success ico", Icon::Check),
            LineState::Failed => ("t-danger ico", Icon::Alert),
            LineState::Held => ("t-warning ico", Icon::Pause),
            LineState::Doubt => ("t-warning ico", Icon::Clock),
            LineState::Skipped => ("muted ico", Icon::Skip),
        };
        view! { <span class=class>{icon.view()}</span> }
    };
    let words = move || match state.get() {
        LineState::Waiting => view! { <span class="st muted">"Waiting"</span> }.into_any(),
        LineState::Running => view! { <span class="st t-accent">"Running"</span> }.into_any(),
        LineState::Failed => view! { <span class="st t-danger">"Needs you"</span> }.into_any(),
        LineState::Held => view! { <span class="st t-warning">"Paused"</span> }.into_any(),
        LineState::Doubt => view! { <span class="st t-warning">"Looked for"</span> }.into_any(),
        LineState::Skipped => view! { <span class="st muted">"Skipped"</span> }.into_any(),
        LineState::Done(id) if is_company => view! {
            <span class="st muted">
                "Done " <a class="tnum" href=Page::Company(id).path()>
                    {id}
                </a>
            </span>
        }
        .into_any(),
        LineState::Done(id) => view! {
            <span class="st muted">"Done " <span class="tnum">{id}</span></span>
        }
        .into_any(),
    };
    let step_id = StoredValue::new(step.id.clone());
    let is_asked = Memo::new(move |_| matches!(state.get(), LineState::Failed | LineState::Doubt));
    view! {
        <li class=class>
            {mark} <span class="tnum muted">{index + 1}</span> <span class="k">{kind}</span>
            <span class="ell" dir="auto" title=title.clone()>
                {title.clone()}
            </span> {words}
        </li>
        <Show when=move || is_asked.get()>
            <Decide step=step_id.get_value() />
        </Show>
    }
    .into_any()
}

/// Says what changed: what there is to decide, a stop, the end.
fn announce_changes() {
    let announcer = use_announcer();
    let onboarding = use_onboarding();
    let phase = onboarding.phase();
    Effect::new(move |before: Option<Phase>| {
        let now = phase.get();
        if before.is_some_and(|before| before != now) {
            match &now {
                Phase::Asking { .. } => announcer.assertive("The run waits for your decision"),
                Phase::Failed { message, .. } => announcer.assertive(message),
                Phase::Waiting { .. } => announcer.polite("The run waits, and goes on by itself"),
                Phase::Paused => announcer.polite("Paused"),
                Phase::Done => announcer.polite("The client was created"),
                Phase::Running | Phase::Pausing => {}
            }
        }
        now
    });
}
