//! How many answers there were, and how they are shown.

use std::ops::Add;

use corpora::Corpus;

/// The columns of the table.
pub(crate) const HEAD: &str = "                  schemas  refused  messages  generated  fallback  payloads   mutations  accepted   refused    limits     wrong";

/// The answers to some payloads.
#[derive(Default)]
pub(crate) struct Tally {
    /// Payloads that are valid, and accepted.
    pub(crate) accepted: usize,
    /// Payloads that are not, and refused.
    pub(crate) refused: usize,
    /// Payloads that are valid, and refused for a documented limit.
    pub(crate) limits: usize,
    /// Answers that are wrong.
    pub(crate) wrong: Vec<String>,
    /// What else there is to say.
    pub(crate) notes: Vec<String>,
}

impl Tally {
    pub(crate) fn wrong(answer: String) -> Self {
        Self { wrong: vec![answer], ..Self::default() }
    }

    pub(crate) fn asked(&self) -> usize {
        self.accepted + self.refused + self.limits + self.wrong.len()
    }

    /// The row of a corpus: its schema files, those left out, its messages, those that are generated, those that need a
    /// fallback validator, its payloads, and the answers to mutations of the payloads of generated messages.
    pub(crate) fn row(&self, corpus: &Corpus) -> String {
        let schemas = corpus.schemas().unwrap();
        let messages = schemas.iter().filter(|(_, file)| corpus.layout.topic(&file.origin).is_some()).count();
        let numbers = [
            schemas.iter().count(),
            corpus.refused.len(),
            messages,
            corpus.roads.len(),
            corpus.roads.iter().filter(|road| road.falls_back).count(),
            corpus.payloads().unwrap().len(),
            self.asked(),
            self.accepted,
            self.refused,
            self.limits,
            self.wrong.len(),
        ];
        let widths = [8, 9, 10, 11, 10, 10, 12, 10, 10, 10, 10];
        let columns = numbers.iter().zip(widths).map(|(number, width)| format!("{number:>width$}"));
        format!("{:17}{}{}", corpus.name(), columns.collect::<String>(), share(corpus, messages))
    }
}

/// Returns how much the types decide without a fallback validator.
fn share(corpus: &Corpus, messages: usize) -> String {
    let alone = corpus.roads.iter().filter(|road| !road.falls_back).count();
    format!(
        "\n  {alone} of {messages} messages are decided without a fallback validator; {} lines name {} of them",
        corpus.lines, corpus.fallbacks
    )
}

impl Add for Tally {
    type Output = Self;

    fn add(mut self, other: Self) -> Self {
        self.accepted += other.accepted;
        self.refused += other.refused;
        self.limits += other.limits;
        self.wrong.extend(other.wrong);
        self.notes.extend(other.notes);
        self
    }
}
