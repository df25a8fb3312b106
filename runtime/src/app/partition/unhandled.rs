//! The end of a record without success: a copy on a retry topic, or a dead letter.

use std::sync::Arc;
use std::time::Duration;

use super::task::{MessageTask, TaskEnd};
use crate::app::attempt::Retries;
use crate::app::dead_letter::{DeadLetter, Destination, FailureCause, LetterForm, error_chain};
use crate::app::error::AppError;
use crate::app::observe::Event;
use crate::app::policy::Policy;
use crate::app::retry_topics::{Tier, copy};
use crate::app::transaction::Settlement;
use crate::client::SendError;

impl MessageTask<'_, '_> {
    /// Settles the record after its last attempt on its topic: by the next retry topic, or else by its dead letter.
    pub(super) async fn give_up(&mut self, cause: &FailureCause, attempts: u32, backoff: Option<Duration>) -> TaskEnd {
        let policy = Arc::clone(self.policy());
        let Some(tier) = policy.retry_topic(backoff) else {
            return self.dead_letter(cause, attempts, LetterForm::default()).await;
        };
        self.slot.release();
        if !self.ticket.called().await {
            return TaskEnd::Abandoned;
        }
        let mut tries = 1;
        loop {
            let refused = match self.send_copy(cause, attempts, backoff, tier).await {
                Ok(end) => return end,
                Err(refused) => refused,
            };
            self.notify(&Event::CopyRefused { record: &self.record, error: &error_chain(&refused) });
            if !refused.is_retriable() {
                return self.dead_letter(cause, attempts, LetterForm::default()).await;
            }
            if self.wait_to_send(&mut tries).await.is_none() {
                return TaskEnd::Abandoned;
            }
        }
    }

    /// Sends the copy and acknowledges the record; or adds both to the transaction.
    async fn send_copy(
        &self,
        cause: &FailureCause,
        attempts: u32,
        backoff: Option<Duration>,
        tier: &Tier,
    ) -> Result<TaskEnd, SendError> {
        let (group, now) = (&self.shared.group, self.shared.clock.time_of_day());
        let (origin, in_all) = (self.worker.handler.origin(&self.record), self.in_all(attempts));
        let copy = copy(tier, &self.record, &origin, cause, in_all, group, now);
        if let Some(transaction) = &self.shared.transaction {
            let settlement = Settlement::Postponed { cause: cause.clone(), in_all, backoff, tier: tier.clone() };
            let added = transaction.add(&self.record, attempts, vec![copy], settlement).await;
            return added.map(|added| self.added(&added));
        }
        self.shared.sink.send(Ok(copy)).await?;
        self.record.acknowledge();
        let (error, topic, delay) = (&cause.error, &tier.topic, tier.delay);
        self.notify(&Event::Postponed { record: &self.record, attempts: in_all, error, topic, delay });
        Ok(self.acknowledged())
    }

    /// Settles the record by its dead letter, however long that takes.
    pub(super) async fn dead_letter(&mut self, cause: &FailureCause, attempts: u32, mut form: LetterForm) -> TaskEnd {
        let policy = Arc::clone(self.policy());
        if policy.dead_letter_topic.is_none() && policy.dead_letters != Destination::Skip {
            return TaskEnd::Stop(AppError::Unhandled { place: self.record.to_string(), error: cause.to_string() });
        }
        self.slot.release();
        if !self.ticket.called().await {
            return TaskEnd::Abandoned;
        }
        let mut tries = 1;
        loop {
            let refused = match self.send_dead_letter(cause, attempts, form, &policy).await {
                Ok(end) => return end,
                Err(refused) => refused,
            };
            if let Some(next) = form.after(&refused, policy.parking.is_some()) {
                self.notify(&Event::DeadLetterDelayed { record: &self.record, error: &error_chain(&refused) });
                form = next;
                continue;
            }
            if !refused.is_retriable() {
                return TaskEnd::Stop(AppError::refused_dead_letter(&self.record, cause, refused));
            }
            self.notify(&Event::DeadLetterDelayed { record: &self.record, error: &error_chain(&refused) });
            if self.wait_to_send(&mut tries).await.is_none() {
                return TaskEnd::Abandoned;
            }
        }
    }

    /// Sends the dead letter, if there is one, and acknowledges the record; or adds both to the transaction.
    async fn send_dead_letter(
        &self,
        cause: &FailureCause,
        attempts: u32,
        form: LetterForm,
        policy: &Policy,
    ) -> Result<TaskEnd, SendError> {
        let topic = if form.is_parked { &policy.parking } else { &policy.dead_letter_topic }.as_ref();
        let group = &self.shared.group;
        let (origin, in_all) = (self.worker.handler.origin(&self.record), self.in_all(attempts));
        let letter = topic.map(|topic| DeadLetter::write(topic, &self.record, &origin, cause, in_all, group, form));
        if let Some(transaction) = &self.shared.transaction {
            let has_parking = policy.parking.is_some();
            let (cause, topic) = (cause.clone(), topic.cloned());
            let settlement = Settlement::DeadLetter { cause, in_all, topic, form, has_parking };
            let messages = letter.into_iter().collect();
            return transaction.add(&self.record, attempts, messages, settlement).await.map(|added| self.added(&added));
        }
        if let Some(letter) = letter {
            self.shared.sink.send(Ok(letter)).await?;
        }
        self.record.acknowledge();
        let (topic, FailureCause { reason, error, .. }) = (topic.map(AsRef::as_ref), cause);
        self.notify(&Event::DeadLetter { record: &self.record, attempts: in_all, reason: *reason, error, topic });
        Ok(self.acknowledged())
    }

    /// Waits before the next try to send what was not delivered; `None` if it is stopped before.
    async fn wait_to_send(&mut self, tries: &mut u32) -> Option<()> {
        let until = self.after(Retries::default().backoff(*tries));
        *tries = tries.saturating_add(1);
        self.sleep_until(until).await
    }
}
