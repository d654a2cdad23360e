//! Roll-ups: the number of a row and those of all rows below it as one.

/// How numbers become one. What is not finite (NaN above all) counts as no number: it spoils no sum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fold {
    /// Added; 0 where there is no number.
    Sum,
    /// The greatest; NaN where there is no number.
    Max,
    /// How many there are.
    Count,
}

impl Fold {
    /// All of them.
    pub const ALL: [Fold; 3] = [Fold::Sum, Fold::Max, Fold::Count];

    /// The roll-up of a row without children.
    #[must_use]
    pub fn start(self, own: f64) -> f64 {
        match self {
            Fold::Sum => start_of_sum(own),
            Fold::Max => start_of_max(own),
            Fold::Count => start_of_count(own),
        }
    }

    /// Two roll-ups as one.
    #[must_use]
    pub fn join(self, all: f64, one: f64) -> f64 {
        match self {
            Fold::Sum | Fold::Count => add(all, one),
            Fold::Max => greater(all, one),
        }
    }
}

/// The roll-ups of all rows. `children_first` are the rows in an order in which children stand before their parents; a
/// link that is no row adds to nothing.
#[must_use]
pub fn roll_up(links: &[u32], children_first: &[u32], own: &[f64], fold: Fold) -> Vec<f64> {
    match fold {
        Fold::Sum => pass(links, children_first, own, start_of_sum, add),
        Fold::Max => pass(links, children_first, own, start_of_max, greater),
        Fold::Count => pass(links, children_first, own, start_of_count, add),
    }
}

fn pass(
    links: &[u32],
    children_first: &[u32],
    own: &[f64],
    start: impl Fn(f64) -> f64,
    join: impl Fn(f64, f64) -> f64,
) -> Vec<f64> {
    let mut rolled: Vec<f64> = own.iter().map(|own| start(*own)).collect();
    for &row in children_first {
        // Its children are in already, so that it is whole when it is passed on.
        let value = rolled[row as usize];
        if let Some(above) = rolled.get_mut(links[row as usize] as usize) {
            *above = join(*above, value);
        }
    }
    rolled
}

fn start_of_sum(own: f64) -> f64 {
    if own.is_finite() { own } else { 0.0 }
}

fn start_of_max(own: f64) -> f64 {
    if own.is_finite() { own } else { f64::NAN }
}

fn start_of_count(own: f64) -> f64 {
    f64::from(u8::from(own.is_finite()))
}

fn add(all: f64, one: f64) -> f64 {
    all + one
}

fn greater(all: f64, one: f64) -> f64 {
    if one > all || all.is_nan() { one } else { all }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ORPHAN, TOP};

    #[test]
    fn what_is_no_number_counts_nothing() {
        let links = [TOP, 0, 0, ORPHAN];
        let own = [f64::NAN, -2.0, f64::INFINITY, f64::NAN];
        let roll = |fold| roll_up(&links, &[3, 2, 1, 0], &own, fold);
        assert_eq!(roll(Fold::Sum), [-2.0, -2.0, 0.0, 0.0]);
        assert_eq!(roll(Fold::Count), [1.0, 1.0, 0.0, 0.0]);
        assert_eq!(roll(Fold::Max)[..2], [-2.0, -2.0]);
        assert!(roll(Fold::Max)[2..].iter().all(|value| value.is_nan()));
    }
}
