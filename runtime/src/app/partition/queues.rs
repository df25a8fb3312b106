//! The queues of a partition, which keep its order: one for the partition, or one for each key.
//!
//! The head of a queue *begins*: its handler is called. Its replies are then *under way*, and the next one begins. If a reply is
//! not delivered, or a record fails behind one that is under way, the queue *stands*: nothing of it begins until all that is
//! under way is reported. Then what is not delivered is put back, with what is behind it, and begins again in its order.

use std::collections::{HashMap, VecDeque};
use std::hash::{BuildHasherDefault, Hasher};
use std::mem;
use std::sync::Arc;

/// The order of a record among others.
pub(super) enum Place<'a> {
    /// Behind all others of the partition.
    InPartition,
    /// Behind those of its key.
    InKey(&'a [u8]),
    /// Nowhere: it has no key.
    Alone,
}

/// Identifies a queue, until it is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct QueueId(u64);

/// Hashes ids: they are numbers in a row, which nobody chooses.
#[derive(Default)]
struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(self.0 ^ u64::from(*byte));
        }
    }

    fn write_u64(&mut self, number: u64) {
        // The highest bits count as well.
        self.0 = number.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    }
}

/// The queue of a partition.
const PARTITION: QueueId = QueueId(0);

/// Queues of `W`, what waits, of which an `U`, what is not delivered, can be made again.
pub(super) struct Queues<W, U> {
    by_id: HashMap<QueueId, Queue<W, U>, BuildHasherDefault<IdHasher>>,
    by_key: HashMap<Arc<[u8]>, QueueId>,
    /// The queues whose head may begin, each once.
    ready: VecDeque<QueueId>,
    last: QueueId,
    /// The number of records that have begun and not ended.
    begun: usize,
    max_begun: usize,
}

struct Queue<W, U> {
    key: Option<Arc<[u8]>>,
    waiting: VecDeque<W>,
    is_ready: bool,
    /// The handler of one is being called, or it waits for its next attempt.
    is_running: bool,
    /// The number of those that are under way: it is not known yet whether their replies are delivered.
    under_way: usize,
    /// Nothing begins until what is under way is reported.
    stands: bool,
    /// From the first one on whose replies are not delivered.
    undelivered: Vec<U>,
}

impl<W, U> Queues<W, U> {
    /// Creates queues of which so many records may have begun at once.
    pub(super) fn new(max_begun: usize) -> Self {
        Self {
            by_id: HashMap::default(),
            by_key: HashMap::new(),
            ready: VecDeque::new(),
            last: PARTITION,
            begun: 0,
            max_begun,
        }
    }

    pub(super) fn push(&mut self, place: &Place<'_>, item: W) {
        let id = match place {
            Place::InPartition => PARTITION,
            Place::InKey(key) => self.id_of(key),
            Place::Alone => self.next_id(),
        };
        self.by_id.entry(id).or_insert_with(|| Queue::new(None)).waiting.push_back(item);
        self.go_on(id);
    }

    fn id_of(&mut self, key: &[u8]) -> QueueId {
        if let Some(id) = self.by_key.get(key) {
            return *id;
        }
        let (id, key) = (self.next_id(), Arc::<[u8]>::from(key));
        self.by_key.insert(Arc::clone(&key), id);
        self.by_id.insert(id, Queue::new(Some(key)));
        id
    }

    fn next_id(&mut self) -> QueueId {
        self.last = QueueId(self.last.0 + 1);
        self.last
    }

    /// Begins the next record.
    pub(super) fn begin(&mut self) -> Option<(QueueId, W)> {
        if self.begun >= self.max_begun {
            return None;
        }
        while let Some(id) = self.ready.pop_front() {
            let Some(queue) = self.by_id.get_mut(&id) else { continue };
            queue.is_ready = false;
            // It may stand meanwhile.
            if queue.may_begin()
                && let Some(item) = queue.waiting.pop_front()
            {
                queue.is_running = true;
                self.begun += 1;
                return Some((id, item));
            }
        }
        None
    }

    /// Begins up to so many records more of a queue of which one is running.
    pub(super) fn begin_more(&mut self, id: QueueId, max: usize) -> Vec<W> {
        let Some(queue) = self.by_id.get_mut(&id) else { return Vec::new() };
        let more: Vec<W> = queue.waiting.drain(..queue.waiting.len().min(max)).collect();
        self.begun += more.len();
        more
    }

    /// Ends all records of a queue that were begun together.
    pub(super) fn end_together(&mut self, id: QueueId, records: usize) {
        self.begun -= records.saturating_sub(1);
        self.end(id);
    }

    /// Ends the record of a queue that is running.
    pub(super) fn end(&mut self, id: QueueId) {
        let Some(queue) = self.by_id.get_mut(&id) else { return };
        queue.is_running = false;
        self.begun -= 1;
        self.go_on(id);
    }

    /// Ends the record that is running, if nothing of its queue is under way. Returns whether it did.
    pub(super) fn end_alone(&mut self, id: QueueId) -> bool {
        let is_alone = !self.has_under_way(id);
        if is_alone {
            self.end(id);
        }
        is_alone
    }

    /// Tells whether a record of the queue is under way, or not delivered.
    pub(super) fn has_under_way(&self, id: QueueId) -> bool {
        self.by_id.get(&id).is_some_and(|queue| queue.under_way > 0 || !queue.undelivered.is_empty())
    }

    /// Sets the replies of the record that is running under way.
    pub(super) fn send(&mut self, id: QueueId) {
        let Some(queue) = self.by_id.get_mut(&id) else { return };
        queue.is_running = false;
        queue.under_way += 1;
        self.go_on(id);
    }

    /// Ends a record whose replies are delivered. Returns false where one before it stands: then it is
    /// [not delivered](Self::not_delivered) either.
    pub(super) fn delivered(&mut self, id: QueueId) -> bool {
        let Some(queue) = self.by_id.get_mut(&id).filter(|queue| queue.undelivered.is_empty()) else { return false };
        queue.under_way -= 1;
        self.begun -= 1;
        self.go_on(id);
        true
    }

    /// Sets the record that is running under way, and has the queue stand: it failed, and is to be reported as not delivered.
    pub(super) fn fail(&mut self, id: QueueId) {
        if let Some(queue) = self.by_id.get_mut(&id) {
            queue.stands = true;
        }
        self.send(id);
    }

    /// Has the queue stand at a record, or behind one before it.
    pub(super) fn not_delivered(&mut self, id: QueueId, undelivered: U) {
        let Some(queue) = self.by_id.get_mut(&id) else { return };
        queue.under_way -= 1;
        queue.stands = true;
        queue.undelivered.push(undelivered);
    }

    /// Takes what is not delivered, in its order, once nothing of the queue is under way. What has not ended is then
    /// [put back](Self::put_back).
    pub(super) fn take_undelivered(&mut self, id: QueueId) -> Vec<U> {
        let Some(queue) = self.by_id.get_mut(&id).filter(|queue| !queue.is_running && queue.under_way == 0) else {
            return Vec::new();
        };
        queue.stands = false;
        self.begun -= queue.undelivered.len();
        mem::take(&mut queue.undelivered)
    }

    /// Puts records at the head of a queue whose undelivered ones were taken.
    pub(super) fn put_back(&mut self, id: QueueId, items: impl DoubleEndedIterator<Item = W>) {
        let Some(queue) = self.by_id.get_mut(&id) else { return };
        items.rev().for_each(|item| queue.waiting.push_front(item));
        self.go_on(id);
    }

    /// Makes a queue ready, or removes it, if it is either.
    fn go_on(&mut self, id: QueueId) {
        let Some(queue) = self.by_id.get_mut(&id).filter(|queue| queue.may_begin()) else { return };
        if !queue.waiting.is_empty() {
            if !mem::replace(&mut queue.is_ready, true) {
                self.ready.push_back(id);
            }
        } else if queue.under_way == 0
            && let Some(Queue { key: Some(key), .. }) = self.by_id.remove(&id)
        {
            self.by_key.remove(&key);
        }
    }
}

impl<W, U> Queue<W, U> {
    fn new(key: Option<Arc<[u8]>>) -> Self {
        Self {
            key,
            waiting: VecDeque::new(),
            is_ready: false,
            is_running: false,
            under_way: 0,
            stands: false,
            undelivered: Vec::new(),
        }
    }

    fn may_begin(&self) -> bool {
        !self.is_running && !self.stands
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Numbers = Queues<u32, u32>;

    fn queues(place: &Place<'_>, numbers: std::ops::Range<u32>) -> Numbers {
        let mut queues = Numbers::new(usize::MAX);
        numbers.for_each(|number| queues.push(place, number));
        queues
    }

    fn begin(queues: &mut Numbers) -> Option<u32> {
        queues.begin().map(|(_, number)| number)
    }

    #[test]
    fn a_partition_begins_one_record_after_the_other() {
        let mut queues = queues(&Place::InPartition, 0..2);
        assert_eq!((begin(&mut queues), begin(&mut queues)), (Some(0), None));
        queues.end(PARTITION);
        assert_eq!((begin(&mut queues), begin(&mut queues)), (Some(1), None));
    }

    #[test]
    fn keys_begin_together_and_each_in_its_order() {
        let mut queues = Numbers::new(usize::MAX);
        for (key, number) in [(b"a", 1), (b"a", 2), (b"b", 3)] {
            queues.push(&Place::InKey(key), number);
        }
        queues.push(&Place::Alone, 4);
        queues.push(&Place::Alone, 5);
        let (first, number) = queues.begin().unwrap();
        assert_eq!(number, 1);
        assert_eq!([(); 4].map(|()| begin(&mut queues)), [Some(3), Some(4), Some(5), None]);
        queues.end(first);
        assert_eq!(begin(&mut queues), Some(2));
    }

    #[test]
    fn what_is_empty_takes_no_memory() {
        let mut queues = Numbers::new(usize::MAX);
        for number in 0_u32..100 {
            queues.push(&Place::InKey(&number.to_be_bytes()), number);
            queues.push(&Place::Alone, number);
        }
        while let Some((id, number)) = queues.begin() {
            if number % 2 == 0 {
                queues.end(id);
            } else {
                queues.send(id);
                assert!(queues.delivered(id));
            }
        }
        assert!(queues.by_id.is_empty() && queues.by_key.is_empty() && queues.ready.is_empty());
        assert_eq!(queues.begun, 0);
    }

    #[test]
    fn the_next_one_begins_while_replies_are_under_way_up_to_the_limit() {
        let mut queues = queues(&Place::InPartition, 0..5);
        queues.max_begun = 2;
        for number in 0..2 {
            assert_eq!(begin(&mut queues), Some(number));
            queues.send(PARTITION);
        }
        assert_eq!(begin(&mut queues), None);
        assert!(queues.delivered(PARTITION));
        assert_eq!((begin(&mut queues), begin(&mut queues)), (Some(2), None));
    }

    #[test]
    fn from_the_first_one_that_is_not_delivered_on_all_begin_again_once_nothing_is_under_way() {
        let mut queues = queues(&Place::InPartition, 0..5);
        for number in 0..3 {
            assert_eq!(begin(&mut queues), Some(number));
            queues.send(PARTITION);
        }
        assert_eq!(begin(&mut queues), Some(3));
        assert!(queues.delivered(PARTITION));
        queues.not_delivered(PARTITION, 1);
        assert!(!queues.delivered(PARTITION), "it is behind one that stands");
        queues.not_delivered(PARTITION, 2);
        assert!(queues.take_undelivered(PARTITION).is_empty(), "one is running");
        queues.send(PARTITION);
        assert_eq!(begin(&mut queues), None);
        assert!(queues.take_undelivered(PARTITION).is_empty(), "one is under way");
        queues.not_delivered(PARTITION, 3);
        let undelivered = queues.take_undelivered(PARTITION);
        assert_eq!((undelivered.as_slice(), queues.begun), ([1, 2, 3].as_slice(), 0));
        queues.put_back(PARTITION, undelivered.into_iter());
        for number in 1..5 {
            assert_eq!(begin(&mut queues), Some(number));
            queues.end(PARTITION);
        }
    }

    #[test]
    fn what_fails_behind_others_that_are_under_way_holds_up_those_behind_it() {
        let mut queues = queues(&Place::InPartition, 0..3);
        assert_eq!(begin(&mut queues), Some(0));
        assert!(!queues.has_under_way(PARTITION), "it runs");
        queues.send(PARTITION);
        assert_eq!(begin(&mut queues), Some(1));
        assert!(queues.has_under_way(PARTITION) && !queues.end_alone(PARTITION));
        queues.fail(PARTITION);
        assert_eq!(begin(&mut queues), None);
        assert!(queues.delivered(PARTITION), "it precedes the one that failed");
        queues.not_delivered(PARTITION, 1);
        assert_eq!(queues.take_undelivered(PARTITION), [1]);
        queues.put_back(PARTITION, [1].into_iter());
        assert_eq!(begin(&mut queues), Some(1));
        assert!(queues.end_alone(PARTITION));
        assert_eq!(begin(&mut queues), Some(2));
    }

    #[test]
    fn a_key_that_stands_holds_up_no_other_one() {
        let mut queues = Numbers::new(usize::MAX);
        queues.push(&Place::InKey(b"a"), 1);
        let (a, _) = queues.begin().unwrap();
        queues.send(a);
        queues.not_delivered(a, 1);
        queues.push(&Place::InKey(b"a"), 2);
        queues.push(&Place::InKey(b"b"), 3);
        assert_eq!((begin(&mut queues), begin(&mut queues)), (Some(3), None));
        // It settled by itself, as with a dead letter.
        assert_eq!(queues.take_undelivered(a), [1]);
        queues.put_back(a, std::iter::empty());
        assert_eq!(begin(&mut queues), Some(2));
    }
}
