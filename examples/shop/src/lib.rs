//! The messages of a shop, generated from `schemas/`, and the service that bills its orders.

use thoth_messaging::Kafka;
use thoth_messaging::app::{App, Outcome};

include!(concat!(env!("OUT_DIR"), "/messages.rs"));

/// Issues the invoice for an order. The outcome is sent to the topic of its type, under the key of its schema.
pub async fn bill(order: OrderPlaced) -> Outcome {
    if order.total > 10_000.0 {
        return Outcome::dead_letter("orders over 10,000 are billed by hand");
    }
    Outcome::reply(InvoiceIssued { order_id: order.order_id, amount: order.total })
}

/// The service. `main` runs it on a cluster, and the tests run it in their process.
pub fn app(kafka: &Kafka) -> App {
    App::new(kafka).group("billing").handle(bill)
}

#[cfg(doctest)]
mod guide {
    //! Examples of the README and the guide are tests here.

    #[doc = include_str!("../../../README.md")]
    struct Readme;
    #[doc = include_str!("../../../docs/clients.md")]
    struct Clients;
    #[doc = include_str!("../../../docs/services.md")]
    struct Services;
    #[doc = include_str!("../../../docs/exactly-once.md")]
    struct ExactlyOnce;
    #[doc = include_str!("../../../docs/testing.md")]
    struct Testing;
}
