//! Findings: the rules by severity and count, those that found nothing folded, and those that did not run.

use autotask_core::{
    Issue, Severity,
    quality::{Finding, Rule},
};
use leptos::prelude::*;

use super::words::{number, of, severity_words};
use crate::{
    components::{badge::Badge, icon::Icon},
    page::Page,
    pages::nouns::nouns,
    store::quality::Audit,
};

/// The rules that found something, worst first.
pub fn sorted(audit: &Audit) -> Vec<&Finding> {
    let mut found: Vec<&Finding> = audit.report.rules.iter().filter(|finding| finding.count > 0).collect();
    autotask_core::order::sort_by(&mut found, |one, other| {
        other.severity.cmp(&one.severity).then(other.count.cmp(&one.count))
    });
    found
}

/// All rules that ran.
pub fn findings_panel(audit: &Audit) -> AnyView {
    let found = sorted(audit);
    let total: usize = found.iter().map(|finding| finding.count).sum();
    let quiet: Vec<&Finding> = audit.report.rules.iter().filter(|finding| finding.count == 0).collect();
    let body = if found.is_empty() {
        view! {
            <p class="in row qclean">
                <span class="t-success">{Icon::Check.view()}</span>
                "Every rule that ran found nothing."
            </p>
        }
        .into_any()
    } else {
        let groups = found.chunk_by(|one, other| one.severity == other.severity);
        let groups = groups.map(|group| group_view(audit, group)).collect_view();
        view! {
            <table class="table qrules">
                <thead>
                    <tr>
                        <th scope="col">"Rule"</th>
                        <th scope="col" class="num">"Found"</th>
                        <th scope="col">"Of"</th>
                    </tr>
                </thead>
                {groups}
            </table>
        }
        .into_any()
    };
    view! {
        <section class="panel" aria-labelledby="quality-findings">
            <header>
                <h2 id="quality-findings">"Findings"</h2>
                <span class="n">{number(total)}</span>
            </header>
            {body}
            {quiet_view(audit, &quiet)}
        </section>
    }
    .into_any()
}

/// The rules of one severity.
fn group_view(audit: &Audit, findings: &[&Finding]) -> AnyView {
    let severity = findings.first().map_or(Severity::Notice, |finding| finding.severity);
    let (_, many, tone) = severity_words(severity);
    let count: usize = findings.iter().map(|finding| finding.count).sum();
    view! {
        <tbody>
            <tr class="severity">
                <th scope="rowgroup" colspan="3">
                    <span class="row">
                        <Badge tone=tone text=many />
                        <span class="muted tnum">{number(count)}</span>
                    </span>
                </th>
            </tr>
            {findings.iter().filter_map(|finding| Some(line(audit.rule(&finding.rule)?, finding))).collect_view()}
        </tbody>
    }
    .into_any()
}

fn line(rule: &Rule, finding: &Finding) -> AnyView {
    view! {
        <tr>
            <th scope="row">
                <a class="name" href=Page::QualityRule(rule.id.clone()).path()>
                    {rule.title.clone()}
                </a>
                <p class="muted">{rule.why.clone()}</p>
            </th>
            <td class="num strong">{number(finding.count)}</td>
            <td class="muted">{[&number(finding.of), " ", nouns(finding.entity).many].concat()}</td>
        </tr>
    }
    .into_any()
}

/// The rules that found nothing, folded, and those that have nothing to look for in this instance.
fn quiet_view(audit: &Audit, quiet: &[&Finding]) -> Option<AnyView> {
    let found_nothing =
        quiet.iter().filter_map(|finding| Some((audit.rule(&finding.rule)?, of(0, finding.of, finding.entity))));
    let is_idle = |issue: &&Issue| issue.code == "quality.nothing_to_check";
    let idle = audit.report.issues.iter().filter(is_idle).filter_map(|issue| {
        let rule = rule_of(audit, issue)?;
        Some((rule, reason(rule, &issue.message)))
    });
    let lines: Vec<AnyView> = found_nothing.chain(idle).map(|(rule, words)| quiet_line(rule, words)).collect();
    let words = match lines.len() {
        0 => return None,
        1 => "1 rule found nothing".to_owned(),
        count => [&count.to_string(), " rules found nothing"].concat(),
    };
    Some(
        view! {
            <details class="qfold">
                <summary>{Icon::Right.view()} {words}</summary>
                <ul>{lines}</ul>
            </details>
        }
        .into_any(),
    )
}

fn quiet_line(rule: &Rule, words: String) -> AnyView {
    view! {
        <li>
            <span class="t-success">{Icon::Check.view()}</span>
            <a class="name" href=Page::QualityRule(rule.id.clone()).path()>
                {rule.title.clone()}
            </a>
            <span class="muted">{words}</span>
        </li>
    }
    .into_any()
}

/// The rules that did not run, or looked at less, with the reason; and those about rows that are not read here.
pub fn unchecked_panel(audit: &Audit) -> Option<AnyView> {
    let issues = audit.report.issues.iter().filter(|issue| issue.code != "quality.nothing_to_check");
    let with_reason = issues.filter_map(|issue| {
        let rule = rule_of(audit, issue)?;
        Some((heading(rule), reason(rule, &issue.message)))
    });
    let unread = audit.unread.iter().map(|rule| (heading(rule), String::new()));
    let lines: Vec<(String, String)> = with_reason.chain(unread).collect();
    if lines.is_empty() {
        return None;
    }
    let count = lines.len();
    let line = |(heading, reason): (String, String)| {
        let reason = (!reason.is_empty()).then(|| view! { <p class="muted">{reason}</p> });
        view! { <li>{heading} {reason}</li> }
    };
    Some(
        view! {
            <section class="panel" aria-labelledby="quality-unchecked">
                <header>
                    <h2 id="quality-unchecked">"Not checked"</h2>
                    <span class="n">{number(count)}</span>
                </header>
                <ul class="in qunchecked">{lines.into_iter().map(line).collect_view()}</ul>
                <footer>"This page reads companies, contacts and sites; notes and opportunities are not read yet."</footer>
            </section>
        }
        .into_any(),
    )
}

/// The rule that an issue is about.
fn rule_of<'a>(audit: &'a Audit, issue: &Issue) -> Option<&'a Rule> {
    audit.rules.iter().find(|rule| is_about(issue, rule))
}

/// Whether an issue is about this rule: its path is the rule's id, or goes on with a dot.
pub fn is_about(issue: &Issue, rule: &Rule) -> bool {
    let rest = issue.path.as_deref().and_then(|path| path.strip_prefix(&*rule.id));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

fn heading(rule: &Rule) -> String {
    match rule.entity {
        "Companies" | "Contacts" | "CompanyLocations" => [nouns(rule.entity).titles, ": ", &rule.title].concat(),
        _ => rule.title.clone(),
    }
}

/// What an issue says of a rule, without the rule's name, as a sentence.
pub fn reason(rule: &Rule, message: &str) -> String {
    let rest = [" did not run: ", " looked at less: "]
        .into_iter()
        .find_map(|words| message.strip_prefix(&*["`", &rule.id, "`", words].concat()));
    let rest = rest.unwrap_or(message);
    let mut characters = rest.chars();
    let first = characters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    [&first, characters.as_str(), "."].concat()
}

#[cfg(test)]
mod tests {
    use autotask_core::quality::built_in;

    use super::reason;

    #[test]
    fn a_reason_is_a_sentence_without_the_rule() {
        let rule = built_in().into_iter().next().expect("rules");
        let message = ["`", &rule.id, "` did not run: there are no rows of Contacts"].concat();
        assert_eq!(reason(&rule, &message), "There are no rows of Contacts.");
        assert_eq!(reason(&rule, "x"), "X.");
    }
}
