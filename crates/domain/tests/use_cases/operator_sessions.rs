//! The operator's logins begin, are few, and end.

use synaptiq_domain::{
    access::{OPERATOR_SESSION_LIFETIME, OperatorSession, SystemScope},
    use_cases::{begin_operator_session, end_operator_session, operator, operator_of_session, sweep_old},
};

use crate::stage::Stage;

/// SHA-256 of what is stored of the admin token.
const TOKEN: [u8; 32] = [1; 32];

async fn log_in(stage: &Stage) -> String {
    let begun = begin_operator_session(&stage.services, SystemScope::assume(), TOKEN).await.expect("begins");
    begun.secret.reveal().to_owned()
}

async fn opens(stage: &Stage, secret: &str) -> bool {
    let found = operator_of_session(&stage.services, SystemScope::assume(), secret, TOKEN).await.expect("a read");
    if let Some(principal) = &found {
        assert_eq!(*principal, operator(&stage.services).await.expect("the operator"), "no more and no less");
    }
    found.is_some()
}

async fn is_stored(stage: &Stage, secret: &str) -> bool {
    let hash = OperatorSession::hash_of(secret).expect("one of ours");
    let found = stage.services.store.find_operator_session(SystemScope::assume(), hash).await;
    found.expect("a read").is_some()
}

#[tokio::test]
async fn k6_a_login_is_the_operator_until_it_is_ended() {
    let stage = Stage::new().await;
    let (one, other) = (log_in(&stage).await, log_in(&stage).await);
    assert!(one != other && opens(&stage, &one).await && opens(&stage, &other).await);
    assert!(end_operator_session(&stage.services, SystemScope::assume(), &one).await.expect("a write"));
    assert!(!opens(&stage, &one).await && opens(&stage, &other).await);
    for text in ["", "ops_", "sk_live_x", &one] {
        assert!(!end_operator_session(&stage.services, SystemScope::assume(), text).await.expect("a write"), "{text}");
    }
}

#[tokio::test]
async fn k6_a_login_that_is_over_opens_nothing_and_is_swept() {
    let stage = Stage::new().await;
    let old = log_in(&stage).await;
    stage.later(1);
    let young = log_in(&stage).await;
    stage.later(OPERATOR_SESSION_LIFETIME.whole_minutes() - 1);
    assert!(!opens(&stage, &old).await && opens(&stage, &young).await);
    assert!(is_stored(&stage, &old).await, "nobody swept it yet");
    sweep_old(&stage.services, SystemScope::assume()).await.expect("sweeps");
    assert!(!is_stored(&stage, &old).await && opens(&stage, &young).await);
}

#[tokio::test]
async fn p2_there_are_at_most_a_hundred_logins() {
    let stage = Stage::new().await;
    let first = log_in(&stage).await;
    let mut later = Vec::new();
    for _ in 0..99 {
        stage.later(1);
        later.push(log_in(&stage).await);
    }
    assert!(opens(&stage, &first).await);
    stage.later(1);
    later.push(log_in(&stage).await);
    assert!(!opens(&stage, &first).await, "the oldest made room");
    for secret in &later {
        assert!(opens(&stage, secret).await);
    }
}
