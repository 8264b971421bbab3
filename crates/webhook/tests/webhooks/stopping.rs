//! The relay ends without losing anything, and survives what it did not expect.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use synaptiq_domain::{
    ports::{Clock as _, OutboundAnswer, OutboundRequest, SendError, Sender},
    webhook::DeliveryStatus,
};

use crate::{
    receiver::{Act, Receiver},
    support::{Stage, until},
};

const LOOPBACK: &[&str] = &["127.0.0.0/8"];

#[tokio::test]
async fn a_stop_lets_sends_that_are_under_way_finish_and_begins_no_more() {
    let receiver = Receiver::start(vec![Act::Hang]).await;
    let mut stage = Stage::patient(LOOPBACK);
    stage.settings.per_endpoint = 1;
    let endpoint = stage.endpoint(&receiver.url());
    let (first, second) = (stage.delivery(&endpoint), stage.delivery(&endpoint));
    stage.start();
    until("the first is being sent", || receiver.requests().len() == 1).await;
    let ended = stage.begin_to_stop();
    receiver.release();
    ended.await.unwrap();
    assert_eq!(stage.ledger.delivery(first).status, DeliveryStatus::Delivered);
    let waiting = stage.ledger.delivery(second);
    assert_eq!((waiting.status, waiting.attempts.len()), (DeliveryStatus::Pending, 0));
    assert_eq!(receiver.requests().len(), 1);
}

#[tokio::test]
async fn a_stop_gives_back_what_hangs_for_whoever_comes_next() {
    let receiver = Receiver::start(vec![Act::Hang, Act::status(200)]).await;
    let mut stage = Stage::patient(LOOPBACK);
    stage.settings.grace = Duration::from_millis(50);
    let id = stage.deliver_to(&receiver.url(), "1h");
    stage.start();
    until("it is being sent", || receiver.requests().len() == 1).await;
    stage.stop().await;
    let given_back = stage.ledger.delivery(id);
    // The try is on record and does not count towards the schedule.
    assert_eq!((given_back.status, given_back.tries_used), (DeliveryStatus::Pending, 0));
    assert_eq!(given_back.attempts[0].error.as_deref(), Some("the server stopped before there was an answer"));
    assert_eq!(given_back.next_attempt_at, Some(stage.clock.now()));
    // Neither the clock nor the lease has to move for the next relay to send it.
    stage.start();
    stage.wait(id, |delivery| delivery.status == DeliveryStatus::Delivered).await;
    let bodies: Vec<_> = receiver.requests().into_iter().map(|request| request.body).collect();
    assert_eq!(bodies, [given_back.body.clone(), given_back.body]);
}

/// Panics at the first send; then all is well.
#[derive(Default)]
struct Clumsy(AtomicU32);

#[async_trait]
impl Sender for Clumsy {
    async fn send(&self, _: OutboundRequest) -> Result<OutboundAnswer, SendError> {
        assert!(self.0.fetch_add(1, Ordering::SeqCst) > 0, "a panic that the test wants");
        Ok(OutboundAnswer { status: 200, retry_after: None })
    }
}

#[tokio::test]
async fn a_send_that_panics_is_sent_again_when_its_lease_ends_and_the_relay_goes_on() {
    let mut stage = Stage::with(Arc::new(Clumsy::default()));
    let unlucky = stage.deliver_to("http://93.184.216.34/", "1s");
    stage.start();
    until("it was claimed", || stage.ledger.claims.load(Ordering::SeqCst) > 0).await;
    let next = stage.deliver_to("http://93.184.216.34/", "1s");
    stage.wait(next, |delivery| delivery.status == DeliveryStatus::Delivered).await;
    assert_eq!(stage.ledger.delivery(unlucky).attempts.len(), 0);
    stage.clock.advance(61);
    stage.wait(unlucky, |delivery| delivery.status == DeliveryStatus::Delivered).await;
}
