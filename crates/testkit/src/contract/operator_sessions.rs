//! Promises of the operator's logins.
#![expect(missing_docs, reason = "the name of a promise says all of it")]

use synaptiq_domain::{access::OperatorSession, ports::StoreError};

use crate::{contract::Trial, fixtures::at};

/// More than any of these promises needs.
const MANY: u32 = 100;

/// The `n`th login, made at second `n` with the token number `token` for ten seconds.
fn session(n: u8, token: u8) -> OperatorSession {
    let second = i64::from(n);
    OperatorSession { hash: [n; 32], token: [token; 32], created_at: at(second), expires_at: at(second + 10) }
}

async fn begin(trial: &Trial, session: &OperatorSession, most: u32) {
    trial.store.begin_operator_session(trial.system(), session, most).await.expect("a write");
}

/// The numbers of the sessions that are there, of those from 1 to 9.
async fn present(trial: &Trial) -> Vec<u8> {
    let mut found = Vec::new();
    for n in 1..=9 {
        if trial.store.find_operator_session(trial.system(), [n; 32]).await.expect("a read").is_some() {
            found.push(n);
        }
    }
    found
}

pub async fn k6_a_login_is_found_by_its_hash_until_it_is_ended(trial: &Trial) {
    let find = async |n: u8| trial.store.find_operator_session(trial.system(), [n; 32]).await.expect("a read");
    let end = async |n: u8| trial.store.end_operator_session(trial.system(), [n; 32]).await.expect("a write");
    assert_eq!(find(1).await, None);
    for n in [1, 2] {
        begin(trial, &session(n, 1), MANY).await;
    }
    assert_eq!(find(1).await, Some(session(1, 1)));
    assert!(end(1).await);
    assert_eq!((find(1).await, find(2).await), (None, Some(session(2, 1))));
    assert!(!end(1).await, "it is over already");
}

pub async fn k6_a_login_with_another_token_ends_those_before(trial: &Trial) {
    for n in [1, 2] {
        begin(trial, &session(n, 1), MANY).await;
    }
    begin(trial, &session(3, 2), MANY).await;
    assert_eq!(present(trial).await, [3]);
}

pub async fn of_too_many_logins_the_oldest_are_ended(trial: &Trial) {
    for n in [2, 1, 3, 4] {
        begin(trial, &session(n, 1), MANY).await;
    }
    begin(trial, &session(5, 1), 3).await;
    assert_eq!(present(trial).await, [3, 4, 5]);
    begin(trial, &session(6, 1), 1).await;
    assert_eq!(present(trial).await, [6]);
}

pub async fn a_logins_hash_is_taken_once(trial: &Trial) {
    begin(trial, &session(1, 1), MANY).await;
    let again = OperatorSession { token: [2; 32], ..session(1, 1) };
    let refused = trial.store.begin_operator_session(trial.system(), &again, MANY).await;
    assert!(matches!(refused, Err(StoreError::Stale)), "{refused:?}");
    let found = trial.store.find_operator_session(trial.system(), [1; 32]).await.expect("a read");
    assert_eq!(found, Some(session(1, 1)), "nothing was changed");
}

pub async fn k6_logins_that_are_over_are_swept_part_by_part(trial: &Trial) {
    for n in 1..=4 {
        begin(trial, &session(n, 1), MANY).await;
    }
    let sweep = async |second: i64, limit: u32| {
        trial.store.sweep_operator_sessions(trial.system(), at(second), limit).await.expect("a write")
    };
    assert_eq!(sweep(10, 9).await, 0);
    assert_eq!((sweep(13, 2).await, present(trial).await.len()), (2, 2));
    assert_eq!((sweep(13, 2).await, present(trial).await), (1, vec![4]), "at its end it is over");
    assert_eq!(sweep(13, 2).await, 0);
}
