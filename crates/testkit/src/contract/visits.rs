//! Promises of the secrets by which visitors without a name are told apart on a day.
#![expect(missing_docs, reason = "the name of a promise says all of it")]

use synaptiq_domain::time::Day;

use crate::contract::Trial;

async fn key(trial: &Trial, day: i32, fresh: u8) -> [u8; 32] {
    trial.store.visit_key(Day(day), [fresh; 32]).await.expect("a secret")
}

pub async fn everybody_who_asks_for_a_days_secret_gets_the_same(trial: &Trial) {
    let asked = futures_util::future::join_all((1..=20).map(|fresh| key(trial, 5, fresh))).await;
    assert!((1..=20).contains(&asked[0][0]), "somebody's own");
    assert!(asked.iter().all(|given| *given == asked[0]));
    assert_eq!(key(trial, 5, 99).await, asked[0]);
    assert_eq!(key(trial, 6, 99).await, [99; 32], "another day has another one");
}

pub async fn the_secrets_of_past_days_are_deleted_and_no_others(trial: &Trial) {
    for day in [3, 4, 5] {
        key(trial, day, 1).await;
    }
    trial.store.delete_visit_keys(Day(5)).await.expect("a write");
    assert_eq!([key(trial, 3, 2).await, key(trial, 4, 2).await, key(trial, 5, 2).await], [[2; 32], [2; 32], [1; 32]]);
    trial.store.delete_visit_keys(Day(3)).await.expect("there is nothing to do");
    assert_eq!(key(trial, 3, 3).await, [2; 32]);
}
