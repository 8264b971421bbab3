//! The daily counters under any history: whatever is done through the use cases, after every step
//! they are what a recount finds and what a model says that knows neither.

mod script;
mod world;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use proptest::prelude::*;
use synaptiq_domain::{
    access::TenantScope,
    analytics::{CounterKey, DayFigures, Figures},
    conversation::Channel,
    history::Record,
    ports::Store,
    time::Day,
    use_cases::recount,
};
use synaptiq_storage::{Access, MemoryStore, OpenOptions, SqliteStore};

use crate::{
    script::{Answer, Said, Step, step},
    world::{World, counters_of},
};

fn sqlite_store() -> (tempfile::TempDir, SqliteStore) {
    let folder = tempfile::tempdir().expect("a folder");
    let options = OpenOptions { path: folder.path().join("synaptiq.db"), access: Access::Server, create: true };
    let store = SqliteStore::open(&options).expect("a new database");
    (folder, store)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn after_every_step_the_counters_are_what_the_rows_say(steps in prop::collection::vec(step(), 1..50)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let (_folder, sqlite) = sqlite_store();
            let stores: [Arc<dyn Store>; 2] = [Arc::new(MemoryStore::new()), Arc::new(sqlite)];
            let mut last = Vec::new();
            for store in stores {
                let mut world = World::new(store).await;
                for (at, step) in steps.iter().enumerate() {
                    world.run(step).await;
                    let counters = world.counters().await;
                    prop_assert_eq!(&counters, &world.expected().await, "after step {}: {:?}", at, step);
                    let found = recount(&world.services, world.scope, false).await.expect("a recount");
                    prop_assert_eq!(found.differences, vec![], "after step {}: {:?}", at, step);
                }
                last.push(world);
            }
            let counters = last[0].counters().await;
            prop_assert_eq!(&counters, &last[1].counters().await, "both stores count the same");
            // Moved to another store, last things first and some of them twice, it counts the same there.
            let (_other_folder, sqlite) = sqlite_store();
            let others: [Arc<dyn Store>; 2] = [Arc::new(sqlite), Arc::new(MemoryStore::new())];
            for (world, other) in last.iter().zip(others) {
                move_backwards(&*world.services.store, &*other, world.scope).await;
                prop_assert_eq!(&counters, &counters_of(&*other, world.scope).await, "moved");
                prop_assert_eq!(other.recount(world.scope).await.expect("a recount").differences, vec![]);
            }
            Ok(())
        })?;
    }
}

/// Moves a history to another store in batches, from its end to its beginning.
async fn move_backwards(from: &dyn Store, to: &dyn Store, scope: TenantScope) {
    let read: Arc<Mutex<Vec<Record>>> = Arc::default();
    let kept = Arc::clone(&read);
    let sink = Box::new(move |records: Vec<Record>| {
        kept.lock().expect("no panic").extend(records);
        true
    });
    from.read_history(scope, sink).await.expect("a read");
    let mut records: Vec<Record> = read.lock().expect("no panic").clone();
    records.reverse();
    for batch in records.chunks(7) {
        to.add_history(scope, batch.to_vec()).await.expect("added");
    }
    to.add_history(scope, records.into_iter().take(9).collect()).await.expect("added");
}

/// A script that is sure to do what the figures are about, so that chance need not.
#[tokio::test]
async fn a_visitor_who_asks_waits_and_is_handed_over_counts_as_all_of_that() {
    let mut world = World::new(Arc::new(MemoryStore::new())).await;
    let say = |channel, email, asks_for_a_person, model| {
        let place = Some(1);
        Step::Say(Said { visitor: 1, place, email, phone: false, grade: 80, asks_for_a_person, channel, model })
    };
    let script = [
        Step::Come { visitor: None, place: 2 },
        say(2, None, false, Answer::Model { millis: 1_250 }),
        say(2, Some(1), false, Answer::Unreachable { millis: 300 }),
        say(2, None, true, Answer::BuiltIn),
        Step::Move { lead: 0, status: 4 },
        Step::GiveBack(0),
    ];
    for step in &script {
        world.run(step).await;
        assert_eq!(world.counters().await, world.expected().await, "after {step:?}");
    }
    let mut sum = Figures::default();
    for figures in world.counters().await.values() {
        sum += figures;
    }
    let expected = Figures {
        visitors: 2,
        conversations: 1,
        messages: 7,
        responses: 3,
        response_millis: 1_550,
        handoffs: 1,
        leads: 1,
        score_sum: 80,
        qualified: 1,
        booked: 1,
        pipeline: sum.pipeline,
        ..Figures::default()
    };
    assert_eq!(sum, expected);
    assert!(sum.pipeline > 0);
    assert!(world.counters().await.keys().all(|key| key.source.is_none() || key.channel == Some(Channel::Whatsapp)));
}

#[tokio::test]
async fn a_repair_makes_many_wrong_counters_right_and_says_what_was_wrong() {
    let (_folder, sqlite) = sqlite_store();
    let world = World::new(Arc::new(sqlite)).await;
    let wrong: Vec<_> = (0..450)
        .map(|day| DayFigures {
            key: CounterKey { day: Day(20_000 + day), channel: Some(Channel::Slack), source: None },
            figures: Figures { messages: 1, ..Figures::default() },
        })
        .collect();
    world.services.store.adjust_counters(world.scope, &wrong).await.expect("adjusted");
    let found = recount(&world.services, world.scope, true).await.expect("a recount");
    assert_eq!((found.differences.len(), found.counters, found.rows), (450, 450, 0));
    let again = recount(&world.services, world.scope, true).await.expect("a recount");
    assert_eq!(again.differences, []);
    assert_eq!(world.counters().await, BTreeMap::new());
}
