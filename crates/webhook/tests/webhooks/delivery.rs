//! One delivery from its lease to its settlement: what is signed, when it is tried again, and what
//! the team can read afterwards (contract § 10).

use std::sync::atomic::Ordering;

use synaptiq_domain::{
    id::Id,
    ports::Clock as _,
    time::Timestamp,
    webhook::{Attempt, DeliveryStatus, SealedSecret, SecretRotation, SignatureScheme},
};
use synaptiq_webhook::signing;

use crate::{
    receiver::{Act, Received, Receiver},
    support::{Names, SECRET, Stage, published, seal, until},
};

const LOOPBACK: &[&str] = &["127.0.0.0/8"];

fn sent_at(request: &Received) -> Timestamp {
    Timestamp::from_seconds(request.header("x-synaptiq-timestamp").unwrap().parse().unwrap())
}

fn answer(status: u16, retry_after: &str) -> Act {
    Act::Answer(format!("HTTP/1.1 {status} Scripted\r\nRetry-After: {retry_after}\r\nContent-Length: 0\r\n\r\n"))
}

#[tokio::test]
async fn a_delivery_is_signed_for_receivers_of_both_kinds_and_recorded() {
    let receiver = Receiver::start(vec![Act::status(202)]).await;
    let mut stage = Stage::patient(LOOPBACK);
    let id = stage.deliver_to(&receiver.url(), "1m");
    stage.start();
    let delivered = stage.wait(id, |delivery| delivery.status == DeliveryStatus::Delivered).await;

    let request = &receiver.requests()[0];
    assert_eq!(request.body, delivered.body);
    assert_eq!(sent_at(request), stage.clock.now());
    let signature =
        signing::synaptiq_signature(SignatureScheme::Timestamped, SECRET.as_bytes(), sent_at(request), &request.body);
    assert_eq!(request.header("x-synaptiq-signature"), Some(signature));
    let webhook_id = request.header("webhook-id").unwrap();
    assert_eq!(webhook_id, delivered.event.prefixed());
    let signature = signing::standard_signature(SECRET.as_bytes(), &webhook_id, sent_at(request), &request.body);
    assert_eq!(request.header("webhook-signature"), Some(signature));
    assert_eq!(request.header("content-type").as_deref(), Some("application/json"));

    assert_eq!((delivered.tries_used, delivered.next_attempt_at), (1, None));
    let [attempt] = &delivered.attempts[..] else { panic!("{:?}", delivered.attempts) };
    assert_eq!((attempt.at, attempt.status_code, &attempt.error), (stage.clock.now(), Some(202), &None));
    stage.stop().await;
}

#[tokio::test]
async fn an_endpoint_of_the_body_scheme_signs_the_body_alone() {
    let receiver = Receiver::start(vec![Act::status(200)]).await;
    let mut stage = Stage::patient(LOOPBACK);
    let mut endpoint = stage.endpoint(&receiver.url());
    endpoint.signature_scheme = SignatureScheme::Body;
    stage.ledger.put_endpoint(endpoint.clone());
    let id = stage.delivery(&endpoint);
    stage.start();
    stage.wait(id, |delivery| delivery.status == DeliveryStatus::Delivered).await;
    let request = &receiver.requests()[0];
    let signature =
        signing::synaptiq_signature(SignatureScheme::Body, SECRET.as_bytes(), Timestamp::default(), &request.body);
    assert_eq!(request.header("x-synaptiq-signature"), Some(signature));
}

#[tokio::test]
async fn during_a_rotation_the_vendors_header_keeps_the_old_secret_and_the_standard_one_has_both() {
    let receiver = Receiver::start(vec![Act::status(200)]).await;
    let mut stage = Stage::patient(LOOPBACK);
    let mut endpoint = stage.endpoint(&receiver.url());
    let activates_at = stage.clock.now().plus(time::Duration::hours(24));
    endpoint.rotation = Some(SecretRotation { next: seal("whsec_new"), activates_at });
    stage.ledger.put_endpoint(endpoint.clone());
    let before = stage.delivery(&endpoint);
    stage.start();
    stage.wait(before, |delivery| delivery.status == DeliveryStatus::Delivered).await;
    stage.clock.advance(24 * 3_600);
    let after = stage.delivery(&endpoint);
    stage.wait(after, |delivery| delivery.status == DeliveryStatus::Delivered).await;

    let [overlapping, alone] = &receiver.requests()[..] else { panic!("two requests") };
    let vendor = |secret: &str, request: &Received| {
        let scheme = SignatureScheme::Timestamped;
        Some(signing::synaptiq_signature(scheme, secret.as_bytes(), sent_at(request), &request.body))
    };
    let standard = |secret: &str, request: &Received| {
        let id = request.header("webhook-id").unwrap();
        signing::standard_signature(secret.as_bytes(), &id, sent_at(request), &request.body)
    };
    assert_eq!(overlapping.header("x-synaptiq-signature"), vendor(SECRET, overlapping));
    let both = format!("{} {}", standard(SECRET, overlapping), standard("whsec_new", overlapping));
    assert_eq!(overlapping.header("webhook-signature"), Some(both));
    assert_eq!(alone.header("x-synaptiq-signature"), vendor("whsec_new", alone));
    assert_eq!(alone.header("webhook-signature"), Some(standard("whsec_new", alone)));
}

#[tokio::test]
async fn w1_without_the_key_that_sealed_the_secret_nothing_is_sent() {
    let receiver = Receiver::start(vec![Act::status(200)]).await;
    let mut stage = Stage::patient(LOOPBACK);
    let mut endpoint = stage.endpoint(&receiver.url());
    endpoint.secret = SealedSecret(b"sealed with another key".to_vec());
    stage.ledger.put_endpoint(endpoint.clone());
    let id = stage.delivery(&endpoint);
    stage.start();
    let tried = stage.wait(id, |delivery| delivery.attempts.len() == 1).await;
    assert_eq!(tried.status, DeliveryStatus::Pending);
    assert_eq!(tried.attempts[0].error.as_deref(), Some("the endpoint's secret cannot be read"));
    assert_eq!(receiver.connections(), 0);
}

#[tokio::test]
async fn the_published_schedule_is_kept_to_the_last_try_and_then_the_delivery_failed() {
    let receiver = Receiver::start(vec![Act::status(500)]).await;
    let mut stage = Stage::patient(LOOPBACK);
    stage.settings.schedules = published();
    let id = stage.delivery(&stage.endpoint(&receiver.url()));
    stage.start();
    for (tries, wait) in [(1, 60), (2, 300), (3, 1_800), (4, 7_200), (5, 86_400)] {
        let tried = stage.wait(id, |delivery| delivery.attempts.len() == tries).await;
        assert_eq!(tried.status, DeliveryStatus::Pending);
        let due = tried.next_attempt_at.unwrap();
        assert_eq!(due.since(stage.clock.now()), time::Duration::seconds(wait));
        // One second before it is due nothing happens, however often the relay looks.
        stage.clock.advance(wait - 1);
        stage.idle().await;
        assert_eq!(stage.ledger.delivery(id).attempts.len(), tries);
        stage.clock.advance(1);
    }
    let failed = stage.wait(id, |delivery| delivery.status == DeliveryStatus::Failed).await;
    assert_eq!((failed.attempts.len(), failed.tries_used, failed.next_attempt_at), (6, 6, None));
    assert!(failed.attempts.iter().all(|attempt| attempt.status_code == Some(500)));
    assert_eq!(failed.attempts[0].error.as_deref(), Some("the receiver answered 500"));
    let waits: Vec<i64> = failed.attempts.windows(2).map(|two| two[1].at.since(two[0].at).whole_seconds()).collect();
    assert_eq!(waits, [60, 300, 1_800, 7_200, 86_400]);
}

#[tokio::test]
async fn retry_after_lengthens_a_wait_up_to_the_next_step_and_never_shortens_it() {
    for (asked, wait) in [("1", 10), ("45", 45), ("9999", 60)] {
        let receiver = Receiver::start(vec![answer(503, asked), Act::status(200)]).await;
        let mut stage = Stage::patient(LOOPBACK);
        let id = stage.deliver_to(&receiver.url(), "10s,1m,1h");
        stage.start();
        let tried = stage.wait(id, |delivery| delivery.attempts.len() == 1).await;
        let due = tried.next_attempt_at.unwrap();
        assert_eq!(due.since(stage.clock.now()).whole_seconds(), wait, "Retry-After: {asked}");
    }
}

#[tokio::test]
async fn a_receiver_that_is_gone_switches_its_endpoint_off_and_nothing_more_is_sent() {
    let receiver = Receiver::start(vec![Act::status(410)]).await;
    let mut stage = Stage::patient(LOOPBACK);
    let endpoint = stage.endpoint(&receiver.url());
    let first = stage.delivery(&endpoint);
    stage.start();
    let failed = stage.wait(first, |delivery| delivery.status == DeliveryStatus::Failed).await;
    assert_eq!((failed.attempts.len(), failed.attempts[0].status_code), (1, Some(410)));
    let endpoint = stage.ledger.endpoint(endpoint.id);
    assert!(!endpoint.active);
    assert_eq!(endpoint.disabled_reason.as_deref(), Some("the receiver answered 410 Gone"));

    // What was already on its way stays visible as failed, to be replayed one day.
    let second = stage.delivery(&endpoint);
    let failed = stage.wait(second, |delivery| delivery.status == DeliveryStatus::Failed).await;
    assert_eq!(failed.attempts[0].error.as_deref(), Some("the endpoint is switched off"));
    assert_eq!(receiver.requests().len(), 1);
}

#[tokio::test]
async fn a_delivery_that_is_cancelled_while_it_is_sent_stays_cancelled() {
    let receiver = Receiver::start(vec![Act::Hang]).await;
    let mut stage = Stage::patient(LOOPBACK);
    let id = stage.deliver_to(&receiver.url(), "1s");
    stage.start();
    until("it is being sent", || receiver.requests().len() == 1).await;
    stage.ledger.cancel(id);
    receiver.release();
    stage.stop().await;
    let cancelled = stage.ledger.delivery(id);
    assert_eq!((cancelled.status, cancelled.attempts.len()), (DeliveryStatus::Cancelled, 0));
}

#[tokio::test]
async fn a_relay_that_lost_its_lease_changes_nothing() {
    let receiver = Receiver::start(vec![Act::Hang]).await;
    let mut stage = Stage::patient(LOOPBACK);
    let id = stage.deliver_to(&receiver.url(), "1s");
    stage.start();
    until("it is being sent", || receiver.requests().len() == 1).await;
    // Someone else took it over meanwhile, tried it and will try it again.
    let mut taken_over = stage.ledger.delivery(id);
    let error = Some("the receiver answered 500".to_owned());
    let attempt = Attempt { at: stage.clock.now(), status_code: Some(500), error, duration_ms: 3 };
    taken_over.attempts.push(attempt);
    taken_over.tries_used = 1;
    taken_over.next_attempt_at = Some(stage.clock.now().plus(time::Duration::hours(1)));
    stage.ledger.put(taken_over.clone());
    receiver.release();
    stage.stop().await;
    assert_eq!(stage.ledger.delivery(id), taken_over);
}

#[tokio::test]
async fn a_store_that_fails_for_a_while_loses_no_delivery_and_sends_none_twice() {
    let receiver = Receiver::start(vec![Act::status(200)]).await;
    let mut stage = Stage::patient(LOOPBACK);
    stage.ledger.failures.store(2, Ordering::SeqCst);
    stage.ledger.unsettled.store(2, Ordering::SeqCst);
    let id = stage.deliver_to(&receiver.url(), "1s");
    stage.start();
    let delivered = stage.wait(id, |delivery| delivery.status == DeliveryStatus::Delivered).await;
    assert_eq!((delivered.attempts.len(), receiver.requests().len()), (1, 1));
    assert_eq!(stage.ledger.unsettled.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn a_relay_that_is_woken_does_not_wait_for_its_next_look() {
    let receiver = Receiver::start(vec![Act::status(200)]).await;
    let mut stage = Stage::new(Names::default(), LOOPBACK);
    stage.settings.poll = std::time::Duration::from_secs(3_600);
    stage.start();
    // The relay has looked, found nothing, and sleeps for an hour.
    until("the relay has looked", || stage.ledger.looks.load(Ordering::SeqCst) == 1).await;
    let id = stage.delivery(&stage.endpoint(&receiver.url()));
    stage.wake.notify_one();
    stage.wait(id, |delivery| delivery.status == DeliveryStatus::Delivered).await;
}

#[tokio::test]
async fn w2_a_receiver_that_answers_in_the_end_has_seen_the_same_bytes_and_id_each_time() {
    let receiver = Receiver::start(vec![Act::status(500), Act::status(503), Act::status(200)]).await;
    let mut stage = Stage::patient(LOOPBACK);
    let id = stage.deliver_to(&receiver.url(), "1s,1s,1s");
    let body = stage.ledger.delivery(id).body;
    stage.start();
    for tries in 1..3 {
        stage.wait(id, |delivery| delivery.attempts.len() == tries).await;
        stage.clock.advance(1);
    }
    stage.wait(id, |delivery| delivery.status == DeliveryStatus::Delivered).await;
    let requests = receiver.requests();
    assert_eq!(requests.len(), 3);
    let webhook_id = Id::prefixed(stage.ledger.delivery(id).event);
    assert!(requests.iter().all(|request| request.body == body));
    assert!(requests.iter().all(|request| request.header("webhook-id").as_ref() == Some(&webhook_id)));
}
