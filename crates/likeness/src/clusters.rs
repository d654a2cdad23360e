//! Clusters: rows that are all duplicates of one among them. No chain of lookalikes joins rows that are not alike.

use super::pairs::Pair;
use autotask_columns::order::sort_by_key;

/// A centre and the rows that are its duplicates.
pub struct Cluster {
    /// The row that is most like the others.
    pub centre: u32,
    /// Each with its score beside the centre, in the order of their ids.
    pub members: Vec<(u32, u32)>,
}

/// Joins pairs. The row with the strongest pairs becomes a centre first and takes its duplicates, then the strongest
/// of the rest. Rows are told apart by their ids alone, so that their order does not matter.
#[must_use]
pub fn clusters(pairs: &[Pair], ids: &[i64]) -> Vec<Cluster> {
    let mut strength = vec![0_u64; ids.len()];
    for pair in pairs {
        for row in [pair.one, pair.other] {
            strength[row as usize] += u64::from(pair.score);
        }
    }
    let links = Links::of(pairs, ids.len());
    let mut rows: Vec<u32> = (0..u32::try_from(ids.len()).unwrap_or(u32::MAX)).collect();
    rows.retain(|row| strength[*row as usize] > 0);
    let rank = |row: u32| (u64::MAX - strength[row as usize], ids[row as usize], row);
    sort_by_key(&mut rows, |row| rank(*row));
    let mut centre_of: Vec<Option<u32>> = vec![None; ids.len()];
    let mut is_centre = vec![false; ids.len()];
    for row in &rows {
        if centre_of[*row as usize].is_none() {
            is_centre[*row as usize] = true;
            centre_of[*row as usize] = Some(*row);
            for (other, _) in links.of_row(*row) {
                centre_of[*other as usize].get_or_insert(*row);
            }
        }
    }
    // A row that came first to a centre may be nearer to a later one.
    let mut found: Vec<(u32, u32, u32)> = Vec::new();
    for row in rows.iter().filter(|row| !is_centre[**row as usize]) {
        let centres = links.of_row(*row).iter().filter(|(other, _)| is_centre[*other as usize]);
        let best = centres.max_by_key(|(other, score)| (*score, std::cmp::Reverse(rank(*other))));
        if let Some((centre, score)) = best {
            found.push((*centre, *row, *score));
        }
    }
    sort_by_key(&mut found, |(centre, row, _)| (ids[*centre as usize], *centre, ids[*row as usize], *row));
    let mut clusters: Vec<Cluster> = Vec::new();
    for (centre, row, score) in found {
        match clusters.last_mut().filter(|last| last.centre == centre) {
            Some(cluster) => cluster.members.push((row, score)),
            None => clusters.push(Cluster { centre, members: vec![(row, score)] }),
        }
    }
    clusters
}

/// The pairs by row.
struct Links {
    ends: Vec<u32>,
    links: Vec<(u32, u32)>,
}

impl Links {
    fn of(pairs: &[Pair], rows: usize) -> Links {
        let mut starts = vec![0_u32; rows + 1];
        for pair in pairs {
            starts[pair.one as usize + 1] += 1;
            starts[pair.other as usize + 1] += 1;
        }
        for row in 0..rows {
            starts[row + 1] += starts[row];
        }
        let mut links = vec![(0, 0); pairs.len() * 2];
        for pair in pairs {
            for (row, other) in [(pair.one, pair.other), (pair.other, pair.one)] {
                let at = &mut starts[row as usize];
                links[*at as usize] = (other, pair.score);
                *at += 1;
            }
        }
        Links { ends: starts, links }
    }

    fn of_row(&self, row: u32) -> &[(u32, u32)] {
        let start = (row as usize).checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.links[start as usize..self.ends[row as usize] as usize]
    }
}
