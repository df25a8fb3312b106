//! A reader of zstd files with several frames.

use std::io::{self, BufRead, Read};

use ruzstd::decoding::{FrameDecoder, StreamingDecoder};

/// All frames of a zstd file, one after the other. The library reads one, and the rest would be lost in silence.
pub(crate) struct Frames<R: BufRead> {
    state: State<R>,
}

enum State<R: BufRead> {
    Between(R),
    Within(Box<StreamingDecoder<R, FrameDecoder>>),
    /// At the end, or after an error.
    Done,
}

impl<R: BufRead> Frames<R> {
    pub(crate) fn new(compressed: R) -> Self {
        Self { state: State::Between(compressed) }
    }
}

impl<R: BufRead> Read for Frames<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            match std::mem::replace(&mut self.state, State::Done) {
                State::Between(mut rest) => {
                    if rest.fill_buf()?.is_empty() {
                        return Ok(0);
                    }
                    let frame = StreamingDecoder::new(rest).map_err(io::Error::other)?;
                    self.state = State::Within(Box::new(frame));
                }
                State::Within(mut frame) => match frame.read(buffer)? {
                    0 => self.state = State::Between(frame.into_inner()),
                    read => {
                        self.state = State::Within(frame);
                        return Ok(read);
                    }
                },
                State::Done => return Ok(0),
            }
        }
    }
}
