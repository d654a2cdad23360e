//! Tests of the forest as a whole, and of moves against a forest that is built anew.

use proptest::prelude::*;

use super::*;

fn forest(rows: &[(i64, Option<i64>)]) -> Hierarchy {
    let (ids, parents): (Vec<_>, Vec<_>) = rows.iter().copied().unzip();
    Hierarchy::new(&ids, &parents)
}

const ANY: Rules<'static> = Rules { levels: LEVELS_IN_AUTOTASK, active: &[] };

#[test]
fn a_tree_with_roll_ups() {
    let h = forest(&[(3, Some(1)), (1, None), (2, Some(1)), (4, Some(3)), (0, None)]);
    assert_eq!(h.order(), [1, 0, 3, 2, 4]);
    assert_eq!(h.depth(), [1, 0, 1, 2, 0]);
    assert_eq!(h.descendants(), [1, 3, 0, 0, 0]);
    assert_eq!(h.parents(), [1, -1, 1, 0, -1]);
    assert_eq!(h.subtree(&[1.0, 10.0, 100.0, 1000.0, 5.0]), [1001.0, 1111.0, 100.0, 1000.0, 5.0]);
    assert_eq!(h.children(1).collect::<Vec<_>>(), [0, 2]);
    assert_eq!(h.above(3).collect::<Vec<_>>(), [0, 1]);
    assert_eq!(h.problems(3, &[]), []);
    assert!(Hierarchy::new(&[], &[]).is_empty());
}

#[test]
fn numbers_of_javascript() {
    let h = |ids: &[f64], parents: &[f64]| Hierarchy::from_numbers(ids, parents).map(|h| h.parents());
    assert_eq!(h(&[3.0, 1.0, 2.0, 7.0], &[1.0, f64::NAN, 99.0, 2.0]), Some(vec![1, -1, -1, 2]));
    assert_eq!(h(&[3e9, -1.0, 9e15, 3e9], &[-1.0, 3e9, f64::NAN, 5.0]).map(|h| h.len()), Some(4));
    assert_eq!(h(&[], &[]), Some(vec![]));
    for odd in [1.5, f64::INFINITY, -f64::INFINITY, 1e300, 9_007_199_254_740_992.0] {
        assert_eq!(h(&[1.0, odd], &[f64::NAN, 1.0]), None, "{odd}");
        assert_eq!(h(&[1.0, 2.0], &[f64::NAN, odd]), None, "{odd}");
        assert_eq!(h(&[1.0, 1e12], &[f64::NAN, odd]), None, "{odd}");
    }
    assert_eq!(h(&[1.0, f64::NAN], &[1.0, 1.0]), None);
}

#[test]
fn cycles_orphans_and_depth_are_found_and_nothing_is_dropped() {
    // 1 → 2 → 3 → 1 with 4 below 2; 5 is its own parent; 6's parent is missing; 7 below 6; 9 → 8 → 7
    let h = forest(&[
        (1, Some(2)),
        (2, Some(3)),
        (3, Some(1)),
        (4, Some(2)),
        (5, Some(5)),
        (6, Some(99)),
        (7, Some(6)),
        (8, Some(7)),
    ]);
    assert_eq!(h.order().len(), 8);
    let kinds: Vec<_> = h.problems(2, &[]).into_iter().map(|p| (p.kind, p.ids)).collect();
    assert_eq!(
        kinds,
        [
            (ProblemKind::Cycle, vec![1, 2, 3]),
            (ProblemKind::SelfParent, vec![5]),
            (ProblemKind::Orphan, vec![6]),
            (ProblemKind::Depth, vec![8]),
        ]
    );
    assert_eq!(h.place(3), Place::Child);
    assert_eq!(h.place(4), Place::Cycle(1));
    assert_eq!(h.depth()[3], 1);
    assert_eq!(h.problems(2, &[])[0].message, "companies are each other's parents: 1 → 2 → 3 → 1");
    assert_eq!(h.problems(2, &[])[3].message, "company 8 is on level 3; Autotask's screens allow 2");
}

#[test]
fn an_inactive_parent_a_second_row_and_the_own_company_below_another() {
    let h = forest(&[(1, None), (2, Some(1)), (1, Some(2)), (0, Some(1))]);
    let kinds: Vec<_> = h.problems(9, &[false, true, true, true]).into_iter().map(|p| (p.kind, p.ids)).collect();
    assert_eq!(
        kinds,
        [
            (ProblemKind::InactiveParent, vec![2, 1]),
            (ProblemKind::Duplicate, vec![1]),
            (ProblemKind::OwnCompany, vec![0]),
            (ProblemKind::InactiveParent, vec![0, 1]),
        ]
    );
    assert_eq!(h.children(0).collect::<Vec<_>>(), [1, 3], "the first row of an id has the children");
}

#[test]
fn moves_that_would_make_a_cycle_are_refused() {
    let h = forest(&[(1, None), (2, Some(1)), (3, Some(2)), (0, None), (7, Some(8)), (8, Some(7)), (9, Some(8))]);
    let code = |id, parent| h.check_move(id, parent, &ANY, &mut []).issues.first().map(|i| i.code);
    assert_eq!(code(3, Some(1)), None);
    assert_eq!(code(3, None), None);
    assert_eq!(code(1, Some(3)), Some("hierarchy.cycle"));
    assert_eq!(code(1, Some(1)), Some("hierarchy.self"));
    assert_eq!(code(0, Some(1)), Some("hierarchy.own_company"));
    assert_eq!(code(7, Some(8)), Some("hierarchy.cycle"));
    assert_eq!(code(7, Some(9)), Some("hierarchy.cycle"), "what hangs below a cycle is below each member");
    assert_eq!(code(7, Some(1)), Some("hierarchy.depth"));
    assert_eq!(code(7, None), Some("hierarchy.depth"), "8 comes along, and 9 below it");
    assert_eq!(code(9, None), None);
    assert_eq!(code(42, None), Some("hierarchy.unknown"));
    assert_eq!(code(1, Some(42)), Some("hierarchy.unknown"));
    assert_eq!(code(2, Some(1)), Some("hierarchy.same_parent"));
    assert_eq!(code(1, None), Some("hierarchy.same_parent"));
}

#[test]
fn what_a_move_changes() {
    let h = forest(&[(1, None), (2, Some(1)), (3, Some(2)), (4, Some(2)), (5, Some(1)), (6, None)]);
    let mut measures = [
        ("tickets".to_owned(), Measure::new(vec![1.0, 10.0, 100.0, 0.1, f64::NAN, 7.0])),
        ("last".to_owned(), Measure::new(vec![5.0, 9.0, 1.0, 2.0, 3.0, f64::NAN])),
    ];
    let rules = Rules { levels: 2, active: &[true, true, true, true, true, false] };
    let check = h.check_move(2, Some(6), &rules, &mut measures);
    assert!(check.ok);
    let codes: Vec<_> = check.issues.iter().map(|i| (i.code, i.message.as_str())).collect();
    assert_eq!(
        codes,
        [
            ("hierarchy.depth", "company 2 or one below it would be on level 3; Autotask's screens allow 2"),
            ("hierarchy.inactive_parent", "company 2 is active, company 6 is not"),
        ]
    );
    let standing = |path: &[i64], level, deepest| Some(Standing { path: path.to_vec(), level, deepest });
    assert_eq!(check.impact.companies, 3);
    assert_eq!(check.impact.before, standing(&[1, 2], 2, 3));
    assert_eq!(check.impact.after, standing(&[6, 2], 2, 3));
    let change = |id, companies, sums, maxima| RollUpChange {
        id,
        companies,
        sums: vec![("tickets".to_owned(), sums)],
        maxima: vec![("last".to_owned(), maxima)],
    };
    assert_eq!(
        check.impact.roll_ups.iter().map(|change| change.maxima.len()).collect::<Vec<_>>(),
        [2, 2],
        "each measure has both"
    );
    let mut found = check.impact.roll_ups;
    found.iter_mut().for_each(|change| {
        change.sums.retain(|(name, _)| name == "tickets");
        change.maxima.retain(|(name, _)| name == "last");
    });
    assert_eq!(
        found,
        [change(1, [5, 2], [111.1, 1.0], [Some(9.0), Some(5.0)]), change(6, [1, 4], [7.0, 117.1], [None, Some(9.0)]),]
    );
    let within = h.check_move(3, Some(5), &ANY, &mut measures);
    assert_eq!(
        within.impact.roll_ups.iter().map(|change| (change.id, change.companies)).collect::<Vec<_>>(),
        [(2, [3, 2]), (5, [1, 2])],
        "1 is above both"
    );
}

#[test]
fn a_member_of_a_cycle_takes_the_others_along() {
    let mut h = forest(&[(1, Some(2)), (2, Some(3)), (3, Some(1)), (4, Some(1)), (5, None)]);
    let check = h.check_move(2, Some(5), &ANY, &mut [("one".to_owned(), Measure::new(vec![1.0; 5]))]);
    assert_eq!(check.impact.companies, 4);
    assert_eq!(check.impact.roll_ups[0].sums[0].1, [1.0, 5.0]);
    let after = check.impact.after.expect("allowed");
    h.move_to(1, Some(5));
    assert_eq!(h.descendants()[4], 4);
    assert_eq!(h.depth().iter().max().map(|depth| depth + 1), Some(after.deepest));
    assert_eq!(h.parents(), [1, 4, 0, 0, -1]);
    assert_eq!(h.cycles().len(), 0);
}

#[test]
fn the_own_company_can_be_put_to_the_top_again() {
    let h = forest(&[(1, None), (0, Some(1))]);
    assert!(h.check_move(0, None, &ANY, &mut []).ok);
}

#[test]
fn chains_stars_and_rings_of_a_million() {
    const COUNT: i64 = 1_000_000;
    let ids: Vec<i64> = (0..COUNT).collect();
    let chain: Vec<Option<i64>> = ids.iter().map(|i| (*i > 0).then(|| i - 1)).collect();
    let h = Hierarchy::new(&ids, &chain);
    assert_eq!((h.descendants()[0], h.depth()[999_999]), (999_999, 999_999));
    assert_eq!(h.subtree(&vec![1.0; ids.len()])[0], 1_000_000.0);
    assert!(!h.check_move(1, Some(999_999), &ANY, &mut []).ok);
    let ring: Vec<Option<i64>> = ids.iter().map(|i| Some((i + 1) % COUNT)).collect();
    let h = Hierarchy::new(&ids, &ring);
    assert_eq!(h.cycles().len(), 1);
    assert_eq!(h.cycles()[0].len(), 1_000_000);
    assert_eq!(h.check_move(5, None, &ANY, &mut []).impact.companies, 1_000_000);
    let star: Vec<Option<i64>> = ids.iter().map(|i| (*i > 0).then_some(0)).collect();
    let mut h = Hierarchy::new(&ids, &star);
    h.move_to(999_999, Some(1));
    assert_eq!((h.order()[2], h.depth()[999_999]), (999_999, 2));
}

/// Everything that can be asked of a forest.
#[track_caller]
fn assert_same(one: &Hierarchy, other: &Hierarchy) {
    assert_eq!(one.order(), other.order());
    assert_eq!(one.positions(), other.positions());
    assert_eq!(one.depth(), other.depth());
    assert_eq!(one.descendants(), other.descendants());
    assert_eq!(one.parents(), other.parents());
    assert_eq!(one.cycles(), other.cycles());
    assert!((0..one.len()).all(|row| one.place(row) == other.place(row)));
}

/// Whether roll-ups are the same; sums of fractions but for their rounding.
fn are_near(one: &[f64], other: &[f64]) -> bool {
    let is_near =
        |(one, other): (&f64, &f64)| one == other || (one.is_nan() && other.is_nan()) || (one - other).abs() < 1e-6;
    one.len() == other.len() && one.iter().zip(other).all(is_near)
}

/// Numbers as they occur: none, infinite, fractions that round.
fn numbers() -> impl Strategy<Value = f64> {
    prop_oneof![
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(-0.0),
        -1e6..1e6_f64,
        (0_i32..100).prop_map(|n| f64::from(n) / 10.0)
    ]
}

/// Rows with parents among them, outside of them, and none; mostly upwards, so that trees get deep.
fn rows() -> impl Strategy<Value = Vec<(Option<i64>, f64)>> {
    (0_usize..40).prop_flat_map(|count| {
        let parent = |row: usize| {
            prop_oneof![
                1 => Just(None),
                6 => (0..=row).prop_map(|parent| i64::try_from(parent).ok()),
                2 => (0_i64..45).prop_map(Some),
            ]
        };
        (0..count).map(|row| (parent(row), numbers())).collect::<Vec<_>>()
    })
}

/// Ids in no order and with gaps, so that both sorts of index are met.
fn id_of(row: i64, scale: i64) -> i64 {
    (row * 7 % 45 - 3) * scale
}

proptest! {
    #[test]
    fn every_row_stands_once_and_after_its_parent(rows in rows(), scale in prop_oneof![Just(1_i64), Just(1_000_003)]) {
        let (parents, own): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
        let ids: Vec<i64> = (0..).take(parents.len()).map(|row| id_of(row, scale)).collect();
        let given: Vec<Option<i64>> = parents.iter().map(|p| p.map(|row| id_of(row, scale))).collect();
        let h = Hierarchy::new(&ids, &given);
        let mut seen = vec![false; ids.len()];
        for &row in h.order() {
            prop_assert!(!std::mem::replace(&mut seen[row as usize], true));
            prop_assert!(h.parent(row as usize).is_none_or(|parent| seen[parent as usize]));
        }
        prop_assert!(seen.iter().all(|seen| *seen));
        let up = |row: usize| parents[row].and_then(|row| usize::try_from(row).ok()).filter(|row| *row < ids.len());
        let mut members = 0;
        for row in 0..ids.len() {
            // A member of a cycle is a row to which walking up comes back.
            let way: Vec<usize> = std::iter::successors(up(row), |row| up(*row)).take(ids.len()).collect();
            let ring = way.iter().position(|other| *other == row).map(|at| &way[..=at]);
            match (h.place(row), ring) {
                (Place::Cycle(number), Some(ring)) => {
                    members += 1;
                    let mut found: Vec<usize> = h.cycles()[number as usize].iter().map(|row| *row as usize).collect();
                    prop_assert_eq!(found[0], *ring.iter().min().expect("a member"));
                    let start = ring.iter().position(|row| *row == found[0]).expect("a member");
                    found.rotate_right((start + 1) % ring.len());
                    prop_assert_eq!(found.len(), ring.len());
                }
                (place, None) => prop_assert!(!matches!(place, Place::Cycle(_))),
                (place, Some(_)) => prop_assert!(false, "row {} is in a cycle, not {:?}", row, place),
            }
            let is_member = |row: usize| matches!(h.place(row), Place::Cycle(_));
            let is_in_subtree = |other: usize| {
                let way = std::iter::successors(Some(other), |row| up(*row).filter(|_| !is_member(*row)));
                way.take(ids.len() + 1).any(|above| above == row)
            };
            let values: Vec<f64> =
                (0..ids.len()).filter(|other| is_in_subtree(*other)).map(|other| own[other]).filter(|v| v.is_finite()).collect();
            let mut measure = Measure::new(own.clone());
            let sum = measure.roll_up(&h, Fold::Sum)[row];
            prop_assert!((sum - values.iter().sum::<f64>()).abs() < 1e-6, "{} {:?}", sum, values);
            prop_assert_eq!(measure.roll_up(&h, Fold::Count)[row], values.len() as f64);
            let max = measure.roll_up(&h, Fold::Max)[row];
            prop_assert_eq!(Some(max).filter(|max| !max.is_nan()), values.iter().copied().reduce(f64::max));
        }
        prop_assert_eq!(h.cycles().iter().map(Vec::len).sum::<usize>(), members);
    }

    #[test]
    fn a_move_gives_what_building_anew_gives(
        rows in rows(),
        moves in prop::collection::vec((0_i64..42, prop::option::weighted(0.8, 0_i64..42)), 1..30),
    ) {
        let (mut parents, own): (Vec<_>, Vec<_>) = rows.into_iter().unzip();
        let ids: Vec<i64> = (0..).take(parents.len()).collect();
        let mut moved = Hierarchy::new(&ids, &parents);
        let mut measure = Measure::new(own.clone());
        Fold::ALL.iter().for_each(|fold| { measure.roll_up(&moved, *fold); });
        for (id, parent) in moves {
            let Some(row) = moved.row(id) else { continue };
            let check = moved.check_move(id, parent, &ANY, &mut [("own".to_owned(), measure.clone())]);
            let done = moved.move_to(row, parent).expect("a row");
            measure.moved(&moved, &done);
            parents[row as usize] = parent;
            let anew = Hierarchy::new(&ids, &parents);
            assert_same(&moved, &anew);
            let mut fresh = Measure::new(own.clone());
            for fold in Fold::ALL {
                let (kept, fresh) = (measure.roll_up(&moved, fold).to_vec(), fresh.roll_up(&anew, fold));
                prop_assert!(are_near(&kept, fresh), "{fold:?} {kept:?} {fresh:?}");
                prop_assert!(fold == Fold::Sum || kept.iter().zip(fresh).all(|(a, b)| a == b || a.is_nan()));
            }
            if let Some(after) = check.impact.after {
                prop_assert_eq!(after.level, moved.depth()[row as usize] + 1);
                prop_assert_eq!(check.impact.companies, moved.descendants()[row as usize] + 1);
                for change in check.impact.roll_ups {
                    let row = moved.row(change.id).expect("a row") as usize;
                    prop_assert_eq!(change.companies[1], moved.descendants()[row] + 1);
                    for (_, [_, sum]) in change.sums {
                        prop_assert!((sum - measure.roll_up(&moved, Fold::Sum)[row]).abs() < 1e-6);
                    }
                    for (_, [_, max]) in change.maxima {
                        let now = Some(measure.roll_up(&moved, Fold::Max)[row]).filter(|max| !max.is_nan());
                        prop_assert_eq!(max, now);
                    }
                }
            } else if check.issues[0].code == "hierarchy.cycle" || check.issues[0].code == "hierarchy.self" {
                prop_assert!(matches!(moved.place(row as usize), Place::Cycle(_)));
            }
        }
    }

    #[test]
    fn no_numbers_break_it(ids in prop::collection::vec(any::<f64>(), 0..20), parents in prop::collection::vec(any::<f64>(), 0..20)) {
        if let Some(h) = Hierarchy::from_numbers(&ids, &parents) {
            prop_assert_eq!(h.order().len(), ids.len().min(parents.len()));
        }
    }

    #[test]
    fn numbers_are_read_as_ids_are(rows in rows(), scale in prop_oneof![Just(1_i64), Just(1_000_003)]) {
        let ids: Vec<i64> = (0..).take(rows.len()).map(|row| id_of(row, scale) - row % 2).collect();
        let parents: Vec<Option<i64>> = rows.iter().map(|(p, _)| p.map(|row| id_of(row, scale))).collect();
        let number = |id: i64| id as f64;
        let numbers: Vec<f64> = ids.iter().map(|id| number(*id)).collect();
        let above: Vec<f64> = parents.iter().map(|p| p.map_or(f64::NAN, number)).collect();
        let h = Hierarchy::from_numbers(&numbers, &above).expect("all are whole");
        prop_assert_eq!(h.ids(), &ids[..]);
        assert_same(&h, &Hierarchy::new(&ids, &parents));
    }
}
