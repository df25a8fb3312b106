//! Ways of an app.

use std::time::Duration;

use thoth_messaging::Kafka;
use thoth_messaging::app::{App, Context, DeadLetters};
use tokio::time;

use super::measure::{Failure, Figures, Meter};
use super::receipts::told_to_end;
use crate::messages::{Item, Receipt};

/// The time that a handler with work takes.
pub(super) const WORK: Duration = Duration::from_millis(3);

fn base(kafka: &Kafka, messages: u64) -> (App<Meter>, Meter) {
    let meter = Meter::to(messages);
    (App::new(kafka).state(meter.clone()).dead_letters(DeadLetters::stop()), meter)
}

pub(super) async fn app(
    kafka: &Kafka,
    messages: u64,
    set: impl FnOnce(App<Meter>) -> App<Meter>,
) -> Result<Figures, Failure> {
    let (app, meter) = base(kafka, messages);
    let app = app.handle(async |item: Item, context: Context<Meter>| {
        context.state().add(item.number);
    });
    set(app)
        .run_until({
            let meter = meter.clone();
            async move { meter.all().await }
        })
        .await?;
    meter.figures()
}

/// The replies are counted by who reads them, and tells when to end.
pub(super) async fn reply(
    kafka: &Kafka,
    messages: u64,
    set: impl FnOnce(App<Meter>) -> App<Meter>,
) -> Result<Figures, Failure> {
    let (app, meter) = base(kafka, messages);
    let app = app.handle(async |Item { lane, number, text }: Item, context: Context<Meter>| {
        context.state().add(number);
        Receipt { lane, number, text }
    });
    set(app).run_until(told_to_end()).await?;
    meter.figures_until_now()
}

pub(super) async fn work(kafka: &Kafka, messages: u64) -> Result<Figures, Failure> {
    let (app, meter) = base(kafka, messages);
    let app = app.handle(async |item: Item, context: Context<Meter>| {
        context.state().begin();
        time::sleep(WORK).await;
        context.state().add(item.number);
    });
    app.run_until({
        let meter = meter.clone();
        async move { meter.all().await }
    })
    .await?;
    meter.figures()
}
