//! Receivers that fail at any point get the same bytes in the end, and hold nobody else up
//! (security W2, W3).

use synaptiq_domain::webhook::{DeliveryStatus, SignatureScheme};
use synaptiq_webhook::signing;

use crate::{
    receiver::{Act, Receiver},
    support::{Names, SECRET, Stage, until},
};

#[tokio::test]
async fn w2_a_receiver_that_fails_at_any_point_gets_the_same_bytes_in_the_end() {
    let close = |bytes: &str| Act::AnswerAndClose(bytes.as_bytes().to_vec());
    // What each try meets, and how its error begins.
    let unreached = [
        (&[][..], "the name does not resolve"),
        (&["127.0.0.99"][..], "no connection: "),
        (&["10.0.0.1"][..], "the address must not lead to a private"),
    ];
    let reached = [
        (Act::HangUp, "the connection failed: "),
        (close(""), "the connection failed: "),
        (close("HTTP/1.1 20"), "the connection failed: "),
        (close("HTTP/1.1 200 OK\r\nX-Half: he"), "the connection failed: "),
        (close("this is not HTTP\r\n\r\n"), "the connection failed: "),
        (close("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf"), "the connection failed: "),
        (close("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab"), "the connection failed: "),
        (Act::Hang, "no answer within the time allowed"),
        (Act::Drip("HTTP/1.1 200 OK\r\nX-Slow: ".to_owned()), "no answer within the time allowed"),
        (Act::Drip("HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n".to_owned()), "no answer within the time allowed"),
        (close("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n"), "the receiver answered 302"),
        (close("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"), "the receiver answered 404"),
        (Act::status(500), "the receiver answered 500"),
    ];
    let errors: Vec<&str> =
        unreached.iter().map(|(_, error)| *error).chain(reached.iter().map(|(_, error)| *error)).collect();
    let script = reached.into_iter().map(|(act, _)| act).chain([Act::status(200)]).collect();
    let receiver = Receiver::start(script).await;
    let names = unreached
        .iter()
        .fold(Names::default(), |names, (addresses, _)| names.then("hooks.example", addresses))
        .then("hooks.example", &["127.0.0.1"]);

    let mut stage = Stage::new(names, &["127.0.0.0/8"]);
    let schedule = vec!["1s"; errors.len()].join(",");
    let id = stage.deliver_to(&format!("http://hooks.example:{}/", receiver.port()), &schedule);
    let body = stage.ledger.delivery(id).body;
    stage.start();
    for (number, error) in errors.iter().enumerate() {
        let tried = stage.wait(id, |delivery| delivery.attempts.len() == number + 1).await;
        let attempt = tried.attempts.last().unwrap();
        let text = attempt.error.as_deref().unwrap();
        assert!(text.starts_with(error), "try {}: {text:?} should begin with {error:?}", number + 1);
        assert_eq!(tried.status, DeliveryStatus::Pending);
        stage.clock.advance(1);
    }
    let delivered = stage.wait(id, |delivery| delivery.status == DeliveryStatus::Delivered).await;
    assert_eq!(delivered.attempts.len(), errors.len() + 1);
    stage.stop().await;

    // All but the three that never got there and the one that was hung up on.
    let requests = receiver.requests();
    assert_eq!(requests.len(), errors.len() + 1 - 4);
    for request in requests {
        assert_eq!(request.body, body);
        let at = synaptiq_domain::time::Timestamp::from_seconds(
            request.header("x-synaptiq-timestamp").unwrap().parse().unwrap(),
        );
        let signature = signing::synaptiq_signature(SignatureScheme::Timestamped, SECRET.as_bytes(), at, &body);
        assert_eq!(request.header("x-synaptiq-signature"), Some(signature));
    }
}

#[tokio::test]
async fn w3_one_hanging_endpoint_never_delays_another() {
    let hanging = Receiver::start(vec![Act::Hang]).await;
    let healthy = Receiver::start(vec![Act::status(200)]).await;
    let mut stage = Stage::patient(&["127.0.0.0/8"]);
    stage.settings.in_flight = 8;
    stage.settings.per_endpoint = 4;
    let (stuck, lively) = (stage.endpoint(&hanging.url()), stage.endpoint(&healthy.url()));
    // The hanging endpoint's deliveries are all older than the others.
    let waiting: Vec<_> = (0..40).map(|_| stage.delivery(&stuck)).collect();
    let served: Vec<_> = (0..40).map(|_| stage.delivery(&lively)).collect();
    stage.start();
    for id in served {
        stage.wait(id, |delivery| delivery.status == DeliveryStatus::Delivered).await;
    }
    // All of that happened while the other endpoint was answering nothing.
    assert!(waiting.iter().all(|id| stage.ledger.delivery(*id).attempts.is_empty()));
    until("its share of sends hangs", || hanging.requests().len() == 4).await;
    assert_eq!(hanging.most_open(), 4);
}

#[tokio::test]
async fn many_deliveries_to_many_endpoints_arrive_once_each() {
    let receivers = [
        Receiver::start(vec![Act::status(200)]).await,
        Receiver::start(vec![Act::status(200)]).await,
        Receiver::start(vec![Act::status(200)]).await,
    ];
    let mut stage = Stage::patient(&["127.0.0.0/8"]);
    let mut ids = Vec::new();
    for receiver in &receivers {
        let endpoint = stage.endpoint(&receiver.url());
        ids.extend((0..100).map(|_| stage.delivery(&endpoint)));
    }
    stage.start();
    for id in &ids {
        stage.wait(*id, |delivery| delivery.status == DeliveryStatus::Delivered).await;
    }
    stage.stop().await;
    for receiver in &receivers {
        let mut bodies: Vec<_> = receiver.requests().into_iter().map(|request| request.body).collect();
        bodies.sort_unstable();
        bodies.dedup();
        assert_eq!((bodies.len(), receiver.requests().len()), (100, 100));
    }
}
