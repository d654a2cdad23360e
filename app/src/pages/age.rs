//! Age: how long ago something was, in words.

/// "3 minutes ago".
pub fn age(milliseconds: f64) -> String {
    let minutes = (milliseconds / 60_000.0).max(0.0) as u64;
    let (number, unit) = match minutes {
        0 => return "just now".to_owned(),
        1..60 => (minutes, "minute"),
        60..1440 => (minutes / 60, "hour"),
        _ => (minutes / 1440, "day"),
    };
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {unit}{plural} ago")
}

#[cfg(test)]
mod tests {
    use super::age;

    #[test]
    fn an_age_is_said_in_its_largest_unit() {
        let minutes = |number: f64| age(number * 60_000.0);
        assert_eq!(
            [minutes(-5.0), minutes(1.2), minutes(59.0), minutes(60.0), minutes(4000.0)],
            ["just now", "1 minute ago", "59 minutes ago", "1 hour ago", "2 days ago"]
        );
    }
}
