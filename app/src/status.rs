//! What the status bar says. Pages fill the slots; one that is empty takes no room.

use crate::components::dynamic::effect;
use leptos::prelude::*;

/// Calls made and allowed in the rolling hour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    /// Calls made.
    pub used: u32,
    /// Calls allowed.
    pub limit: u32,
}

impl Budget {
    /// 0 to 100.
    pub fn percent(self) -> u32 {
        self.used.saturating_mul(100).checked_div(self.limit).map_or(100, |percent| percent.min(100))
    }

    /// Quiet below half, amber from there, red at the limit.
    pub fn class(self) -> &'static str {
        match self.percent() {
            0..50 => "",
            50..100 => "warn",
            _ => "bad",
        }
    }
}

/// The slots of the status bar.
#[derive(Clone, Copy)]
pub struct Status {
    /// What is loaded and how old it is: "2,000 companies, loaded 12:03".
    pub data: RwSignal<String>,
    /// What is selected or counted in the view.
    pub view: RwSignal<String>,
    /// Which page's words these are, counted: a page that goes takes only its own with it.
    turn: StoredValue<u32>,
    /// The other end: "Zone webservices16".
    pub connection: RwSignal<String>,
    /// Calls of the hour; `None` until known.
    pub budget: RwSignal<Option<Budget>>,
}

/// Makes the status known to everything below.
pub fn provide_status() {
    provide_context(Status {
        data: RwSignal::default(),
        view: RwSignal::default(),
        turn: StoredValue::new(0),
        connection: RwSignal::default(),
        budget: RwSignal::default(),
    });
}

/// The status bar of the app.
pub fn use_status() -> Status {
    expect_context()
}

/// Fills the slot about the view as long as the calling component lives.
pub fn use_view_status(text: impl Fn() -> String + 'static) {
    let status = use_status();
    let turn = status.turn.get_value().wrapping_add(1);
    status.turn.set_value(turn);
    effect(move || status.view.set(text()));
    on_cleanup(move || {
        // The next page may be there before this one has gone.
        if status.turn.get_value() == turn {
            status.view.set(String::new());
        }
    });
}

#[cfg(test)]
mod tests {
    use super::Budget;

    #[test]
    fn the_gauge_turns_amber_at_half_and_red_at_the_limit() {
        let class = |used| Budget { used, limit: 10_000 }.class();
        assert_eq!(
            [class(0), class(4_999), class(5_000), class(10_000), class(u32::MAX)],
            ["", "", "warn", "bad", "bad"]
        );
        assert_eq!(Budget { used: 0, limit: 0 }.percent(), 100);
    }
}
