//! A matching of the most pairs between two sets.

/// The most pairs of a left and a right element that stand in a relation, each element in one of them at most, ordered by
/// the left ones. `related[left]` is the right elements that an element is related to.
pub(super) fn maximum(related: &[Vec<usize>]) -> Vec<(usize, usize)> {
    let rights = related.iter().flatten().max().map_or(0, |most| most + 1);
    let mut matched: Vec<Option<usize>> = vec![None; rights];
    for left in 0..related.len() {
        augment(left, related, &mut matched, &mut vec![false; rights]);
    }
    let mut pairs: Vec<_> = matched.into_iter().enumerate().filter_map(|(right, left)| Some((left?, right))).collect();
    pairs.sort_unstable();
    pairs
}

/// Finds an element for one more, where others may have to move.
fn augment(left: usize, related: &[Vec<usize>], matched: &mut [Option<usize>], tried: &mut [bool]) -> bool {
    for &right in &related[left] {
        if std::mem::replace(&mut tried[right], true) {
            continue;
        }
        if matched[right].is_none_or(|other| augment(other, related, matched, tried)) {
            matched[right] = Some(left);
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::maximum;

    #[test]
    fn elements_move_to_make_room_for_others() {
        assert_eq!(maximum(&[vec![0, 1], vec![0]]), [(0, 1), (1, 0)]);
        assert_eq!(maximum(&[vec![0, 1], vec![0, 2], vec![0]]), [(0, 1), (1, 2), (2, 0)]);
        assert_eq!(maximum(&[vec![0], vec![0]]), [(0, 0)]);
        assert_eq!(maximum(&[vec![], vec![]]), []);
    }
}
