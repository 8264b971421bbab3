//! The guarded client: what it says, what it reads, when it gives up (security O3, O4).

use std::{process::Command, sync::Arc, time::Duration};

use synaptiq_domain::ports::{OutboundAnswer, OutboundRequest, SendError, Sender as _};
use tokio::{io::AsyncWriteExt as _, net::TcpListener};

use crate::{
    receiver::{Act, Receiver},
    support::{Names, impatient, post, sender, until},
};

const LOOPBACK: &[&str] = &["127.0.0.0/8"];

#[tokio::test]
async fn what_is_sent_arrives_as_it_was_given() {
    let receiver = Receiver::start(vec![Act::status(204)]).await;
    let body: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let request = OutboundRequest {
        url: format!("{}?a=b%20c&d", receiver.url()),
        headers: vec![
            ("X-Synaptiq-Timestamp".to_owned(), "17".to_owned()),
            ("webhook-id".to_owned(), "evt_1".to_owned()),
        ],
        body: body.clone(),
    };
    let answer = sender(Names::default(), LOOPBACK).send(request).await.unwrap();
    assert_eq!(answer, OutboundAnswer { status: 204, retry_after: None });
    let request = &receiver.requests()[0];
    assert!(request.head.starts_with("POST /hook?a=b%20c&d HTTP/1.1\r\n"), "{}", request.head);
    assert_eq!(request.body, body);
    assert_eq!(request.header("x-synaptiq-timestamp").as_deref(), Some("17"));
    assert_eq!(request.header("webhook-id").as_deref(), Some("evt_1"));
    assert_eq!(request.header("host"), Some(format!("{}:{}", receiver.address(), receiver.port())));
    assert_eq!(request.header("user-agent"), Some(format!("Synaptiq/{}", env!("CARGO_PKG_VERSION"))));
}

#[tokio::test]
async fn o4_an_answer_is_never_asked_for_or_read_in_compressed_form() {
    // What claims to be gzip is none: whoever inflated it would fail.
    let receiver = Receiver::start(vec![Act::Answer(
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 8\r\n\r\nnot gzip".to_owned(),
    )])
    .await;
    let answer = sender(Names::default(), LOOPBACK).send(post(&receiver.url())).await.unwrap();
    assert_eq!(answer.status, 200);
    assert_eq!(receiver.requests()[0].header("accept-encoding"), None);
}

#[tokio::test]
async fn o4_an_endless_answer_is_cut_off_and_its_status_counts() {
    for head in ["HTTP/1.1 200 OK\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n"] {
        let receiver = Receiver::start(vec![Act::Flood(head.to_owned())]).await;
        let answer = sender(Names::default(), LOOPBACK).send(post(&receiver.url())).await.unwrap();
        assert_eq!(answer.status, 200);
        until("the receiver notices that it was cut off", || receiver.cut_off() == 1).await;
    }
}

#[tokio::test]
async fn o4_an_answer_whose_head_never_ends_is_no_answer() {
    let receiver = Receiver::start(vec![Act::Flood("HTTP/1.1 200 OK\r\nX-Long: ".to_owned())]).await;
    let answer = sender(Names::default(), LOOPBACK).send(post(&receiver.url())).await;
    assert!(matches!(answer, Err(SendError::Broken(_))), "{answer:?}");
}

#[tokio::test]
async fn o4_an_answer_that_drips_or_hangs_ends_with_the_time_allowed() {
    for act in [
        Act::Drip("HTTP/1.1 200 OK\r\nContent-Length: 9000\r\n\r\n".to_owned()),
        Act::Drip("HTTP/1.1 200 OK\r\nX-Slow: ".to_owned()),
        Act::Hang,
    ] {
        let receiver = Receiver::start(vec![act.clone()]).await;
        let answer = impatient(Names::default(), LOOPBACK).send(post(&receiver.url())).await;
        assert_eq!(answer, Err(SendError::TimedOut), "{act:?}");
        if !matches!(act, Act::Hang) {
            until("the receiver notices that it was cut off", || receiver.cut_off() == 1).await;
        }
    }
}

#[tokio::test]
async fn o4_a_receiver_that_never_finishes_its_tls_handshake_is_no_connection() {
    let receiver = Receiver::start(vec![Act::Hang]).await;
    let url = receiver.url().replace("http://", "https://");
    let answer = impatient(Names::default(), LOOPBACK).send(post(&url)).await;
    assert_eq!(answer, Err(SendError::Connect("no answer within the time allowed".to_owned())));
}

#[tokio::test]
async fn a_receiver_that_is_not_there_is_no_connection() {
    let vacant = {
        let listener = TcpListener::bind("127.0.0.77:0").await.unwrap();
        listener.local_addr().unwrap()
    };
    let answer = sender(Names::default(), LOOPBACK).send(post(&format!("http://{vacant}/"))).await;
    let Err(SendError::Connect(reason)) = answer else { panic!("{answer:?}") };
    assert!(reason.to_lowercase().contains("refused"), "{reason}");
}

#[tokio::test]
async fn retry_after_is_read_from_the_answer() {
    let receiver = Receiver::start(vec![Act::Answer(
        "HTTP/1.1 503 Busy\r\nRetry-After: 120\r\nContent-Length: 0\r\n\r\n".to_owned(),
    )])
    .await;
    let answer = sender(Names::default(), LOOPBACK).send(post(&receiver.url())).await.unwrap();
    assert_eq!(answer, OutboundAnswer { status: 503, retry_after: Some(Duration::from_secs(120)) });
}

#[tokio::test]
async fn sends_to_one_destination_share_its_connection() {
    let receiver = Receiver::start(vec![Act::status(200)]).await;
    let sender = sender(Names::default(), LOOPBACK);
    for _ in 0..5 {
        sender.send(post(&receiver.url())).await.unwrap();
    }
    assert_eq!((receiver.requests().len(), receiver.connections()), (5, 1));
}

#[test]
fn o2_a_proxy_of_the_environment_is_not_used() {
    // The environment belongs to the process, so another one is asked: its sends must arrive
    // although nobody listens where its environment says the proxy is.
    let nowhere = "http://127.0.0.1:1";
    let ran = Command::new(std::env::current_exe().unwrap())
        .args(["outbound::retry_after_is_read_from_the_answer", "--exact"])
        .envs(
            ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"]
                .map(|key| (key, nowhere)),
        )
        .env_remove("no_proxy")
        .env_remove("NO_PROXY")
        .env_remove("REQUEST_METHOD")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stdout);
    assert!(ran.status.success() && said.contains("1 passed"), "{said}");
}

/// A TLS receiver that answers 200, and a client configuration that trusts its certificate for
/// `name`.
async fn tls_receiver(name: &str) -> (u16, rustls::ClientConfig) {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = rustls::pki_types::PrivateKeyDer::try_from(made.signing_key.serialize_der()).unwrap();
    let server = rustls::ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key)
        .unwrap();
    let mut roots = rustls::RootCertStore::empty();
    roots.add(certificate).unwrap();
    let client = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let acceptor = tokio_rustls::TlsAcceptor::from(Arc::new(server));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(mut stream) = acceptor.accept(stream).await {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n").await;
                let _ = stream.shutdown().await;
            }
        }
    });
    (port, client)
}

#[tokio::test]
async fn tls_is_verified_against_the_name_although_the_address_was_resolved_before() {
    let (port, trust) = tls_receiver("hooks.example").await;
    let names = Names::default().always("hooks.example", &["127.0.0.1"]).always("other.example", &["127.0.0.1"]);
    let trusting = sender(names.clone(), LOOPBACK).trusting(trust);
    let answer = trusting.send(post(&format!("https://hooks.example:{port}/"))).await.unwrap();
    assert_eq!(answer.status, 200);

    let wrong_name = trusting.send(post(&format!("https://other.example:{port}/"))).await;
    let Err(SendError::Connect(reason)) = wrong_name else { panic!("{wrong_name:?}") };
    assert!(reason.contains("certificate"), "{reason}");

    // The machine's own trust knows no such issuer.
    let unknown = sender(names, LOOPBACK).send(post(&format!("https://hooks.example:{port}/"))).await;
    let Err(SendError::Connect(reason)) = unknown else { panic!("{unknown:?}") };
    assert!(reason.contains("certificate"), "{reason}");
}
