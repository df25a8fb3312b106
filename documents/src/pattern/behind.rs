//! Conditions in what is looked behind at. The engine reads that backwards: of a part without a fixed length it tries the longest text
//! alone, and so what stands before it must not ask for another one.

use super::tree::Node;

/// Returns whether the engine would miss texts.
pub(super) fn is_missed(body: &Node) -> bool {
    match body {
        Node::Group { body, .. } => is_missed(body),
        Node::Alternation(branches) => branches.iter().any(is_missed),
        Node::Concat(parts) => {
            let behind = parts.iter().rposition(|part| length(part).is_none());
            behind.is_some_and(|behind| parts[..behind].iter().any(has_condition))
        }
        _ => false,
    }
}

fn has_condition(node: &Node) -> bool {
    match node {
        Node::Boundary { .. } | Node::Look { .. } | Node::Reference(_) => true,
        Node::Group { body, .. } | Node::Repeat { body, .. } => has_condition(body),
        Node::Concat(parts) | Node::Alternation(parts) => parts.iter().any(has_condition),
        _ => false,
    }
}

/// The number of characters that a part reads, if there is one.
fn length(node: &Node) -> Option<u32> {
    match node {
        Node::Char(_) | Node::Any | Node::Class(_) => Some(1),
        Node::Empty | Node::Start | Node::End | Node::Boundary { .. } | Node::Look { .. } => Some(0),
        Node::Reference(_) => None,
        Node::Group { body, .. } => length(body),
        Node::Repeat { body, min, max, .. } => match length(body)? {
            0 => Some(0),
            one => one.checked_mul(*min).filter(|_| *max == Some(*min)),
        },
        Node::Concat(parts) => parts.iter().try_fold(0_u32, |sum, part| sum.checked_add(length(part)?)),
        Node::Alternation(branches) => {
            let (first, rest) = branches.split_first()?;
            length(first).filter(|first| rest.iter().all(|branch| length(branch) == Some(*first)))
        }
    }
}
