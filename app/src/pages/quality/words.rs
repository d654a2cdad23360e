//! Words: counts, severities and scores as people read them.

use autotask_core::{Severity, display::grouped, number::write_plain};

use crate::{
    components::tone::Tone,
    pages::nouns::nouns,
    store::quality::{Activity, Audit},
};

/// "2,001".
pub fn number(count: usize) -> String {
    grouped(&count.to_string())
}

/// "1 company", "2,001 companies".
pub fn counted(count: usize, entity: &str) -> String {
    let nouns = nouns(entity);
    [number(count).as_str(), " ", if count == 1 { nouns.one } else { nouns.many }].concat()
}

/// "14 of 512 companies".
pub fn of(count: usize, all: usize, entity: &str) -> String {
    [&number(count), " of ", &counted(all, entity)].concat()
}

/// What a severity is called, one and many, and its tone.
pub fn severity_words(severity: Severity) -> (&'static str, &'static str, Tone) {
    match severity {
        Severity::Error => ("Error", "Errors", Tone::Danger),
        Severity::Warning => ("Warning", "Warnings", Tone::Warning),
        Severity::Notice => ("Notice", "Notices", Tone::Info),
    }
}

/// "87.4", always with one digit so that columns line up; a dash where nothing was looked at.
pub fn score_text(score: Option<f64>) -> String {
    let Some(score) = score.map(write_plain) else { return "–".to_owned() };
    if score.contains('.') { score } else { [&score, ".0"].concat() }
}

/// What the colour of a score says.
pub fn score_tone(score: Option<f64>) -> Tone {
    match score {
        Some(score) if score >= 90.0 => Tone::Success,
        Some(score) if score >= 70.0 => Tone::Warning,
        Some(_) => Tone::Danger,
        None => Tone::Neutral,
    }
}

/// What an audit covers, to be followed by its age: "All 2,001 companies, 7,012 contacts and 4,020 sites, ".
pub fn cover(audit: &Audit) -> String {
    let count = |entity| counted(audit.count(entity), entity);
    ["All ", &count("Companies"), ", ", &count("Contacts"), " and ", &count("CompanyLocations"), ", "].concat()
}

/// What goes on.
pub fn activity_text(activity: Activity) -> String {
    match activity {
        Activity::Starting => "Asking how much there is".to_owned(),
        Activity::Reading { entity, done, total, .. } => {
            let (done, total) = (grouped(&done.to_string()), grouped(&total.to_string()));
            ["Reading ", nouns(entity).many, ", ", &done, " of ", &total].concat()
        }
        Activity::Checking { done, total } => {
            ["Checking, rule ", &(done + 1).min(total).to_string(), " of ", &total.to_string()].concat()
        }
    }
}

/// How far it is, in hundredths.
pub fn activity_percent(activity: Activity) -> u8 {
    match activity {
        Activity::Starting => 0,
        Activity::Reading { percent, .. } => percent,
        Activity::Checking { .. } => 100,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_say_of_what() {
        assert_eq!(of(14, 2001, "Companies"), "14 of 2,001 companies");
        assert_eq!(counted(1, "CompanyLocations"), "1 site");
        let reading = Activity::Reading { entity: "Contacts", done: 3500, total: 7012, percent: 60 };
        assert_eq!(activity_text(reading), "Reading contacts, 3,500 of 7,012");
        assert_eq!(activity_text(Activity::Checking { done: 40, total: 40 }), "Checking, rule 40 of 40");
    }

    #[test]
    fn scores_are_shown_with_one_digit_and_a_tone() {
        assert_eq!([Some(100.0), Some(87.4), None].map(score_text), ["100.0", "87.4", "–"]);
        assert_eq!(
            [Some(90.0), Some(89.9), Some(69.9), None].map(score_tone),
            [Tone::Success, Tone::Warning, Tone::Danger, Tone::Neutral]
        );
    }
}
