//! Batches of records, on their way from the reader to the threads that check them.

/// Some records of one source.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) bytes: Vec<u8>,
    pub(super) shape: Shape,
    /// The place where the batch starts, where lines don't tell.
    pub(super) line: u64,
    pub(super) column: u64,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Shape {
    /// A record in each line.
    #[default]
    Lines,
    /// One record.
    Whole,
    /// One record, of which there is more than is read.
    TooLong,
    /// No record: what stands around the items of an array is not JSON.
    NoArray,
}

/// Takes batches.
pub(super) struct BatchSink<'f> {
    /// The most bytes that a record may have.
    pub(super) limit: usize,
    /// Gives a buffer for a batch; nothing where no more are taken.
    pub(super) next: &'f mut dyn FnMut() -> Option<Vec<u8>>,
    /// Takes a batch. Whether more are taken.
    pub(super) give: &'f mut dyn FnMut(Batch) -> bool,
}

/// No more batches are taken.
pub(super) struct Ended;

impl BatchSink<'_> {
    /// Gives away records that start at the beginning of a source or of a line.
    pub(super) fn give(&mut self, bytes: Vec<u8>, shape: Shape) -> Result<(), Ended> {
        let batch = Batch { bytes, shape, line: 1, column: 1 };
        if (self.give)(batch) { Ok(()) } else { Err(Ended) }
    }
}
