//! Removing a person, asked for or because of their tenant's retention.

use std::sync::Arc;

use synaptiq_domain::{
    access::SystemScope,
    conversation::{Conversation, ConversationStatus},
    erasure::{Erased, Person},
    id::Id,
    lead::LeadPatch,
    ports::{
        StoreError,
        store::{ConversationStore as _, CounterStore as _, ErasureStore as _, WebhookStore as _},
    },
    use_cases::{
        Services, UseCaseError, apply_retention, close_conversation, erase_person, patch_lead, replay_delivery,
        set_retention,
    },
    webhook::DeliveryQuery,
};
use synaptiq_testkit::fakes::Unsteady;

use crate::stage::Stage;

const SYSTEM: SystemScope = SystemScope::assume();

fn person(word: &str) -> Person {
    Person::parse(word).expect("a word")
}

async fn erase(stage: &Stage, word: &str) -> Erased {
    erase_person(&stage.services, SYSTEM, stage.scope, &person(word), None).await.expect("erased")
}

async fn stored(stage: &Stage, id: Id<Conversation>) -> Conversation {
    stage.store.find_conversation(stage.scope, id).await.expect("a read").expect("it is there")
}

#[tokio::test]
async fn d6_a_person_is_gone_and_can_come_back_as_somebody_new() {
    let stage = Stage::new().await;
    let first = stage.say("email:jane@example.com name:Jane need=100", None).await;
    stage.say("budget=100", Some(&first.session)).await;
    let told = stage.events().await.len();
    let before = stage.store.recount(stage.scope).await.expect("a recount");
    let erased = erase(&stage, "JANE@example.com").await;
    assert_eq!((erased.leads, erased.conversations, erased.messages), (1, 1, 4));
    assert!(erased.quotes > 0 && erased.events > 0 && erased.deliveries > 0, "{erased:?}");
    assert!(stage.leads().await.is_empty(), "hidden from lists");
    let conversation = stored(&stage, first.conversation.id).await;
    assert_eq!(conversation.status, ConversationStatus::Closed);
    assert!(stage.messages(conversation.id).await.iter().all(|message| message.content.is_empty()));
    assert_eq!(stage.store.recount(stage.scope).await.expect("a recount").rows, before.rows);
    assert_eq!(erase(&stage, "jane@example.com").await, Erased::default(), "nothing is known of her");
    // Her session has ended with her.
    let again = stage.say("email:jane@example.com", Some(&first.session)).await;
    assert_ne!(again.conversation.id, conversation.id);
    assert_eq!(stage.leads().await.len(), 1, "her address was free");
    let deliveries = stage.store.list_endpoints(stage.scope).await.expect("a read")[0].id;
    let list =
        stage.store.list_deliveries(stage.scope, deliveries, &DeliveryQuery::default()).await.expect("a read").items;
    assert!(list.iter().filter(|delivery| delivery.body.is_empty()).count() == told, "no body tells of her");
}

#[tokio::test]
async fn d6_an_erasure_that_was_cut_short_is_completed_by_asking_again() {
    for cut_after in 0..12 {
        let stage = Stage::new().await;
        let first = stage.say("email:jane@example.com name:Jane need=100", None).await;
        for at in 0..60 {
            stage.say(&format!("message {at}"), Some(&first.session)).await;
        }
        let unsteady = Arc::new(Unsteady::new(Arc::clone(&stage.store) as _));
        let services = Services { store: Arc::clone(&unsteady) as _, ..stage.services.clone() };
        // Commits work until one fails in a way that no retry mends.
        let mut erased = 0;
        for failing in 0.. {
            if failing == cut_after {
                unsteady.fail_next([StoreError::Full]);
            }
            let commits = unsteady.commits();
            let outcome = erase_person(&services, SYSTEM, stage.scope, &person("jane@example.com"), None).await;
            erased += unsteady.commits() - commits;
            if outcome.is_ok() {
                break;
            }
            assert!(matches!(outcome, Err(UseCaseError::StorageFull)), "{outcome:?}");
        }
        assert!(erased > 0);
        let found = stage.store.find_person(stage.scope, &person("jane@example.com")).await.expect("a read");
        assert!(found.is_empty(), "cut after {cut_after}: {found:?}");
        let conversation = stored(&stage, first.conversation.id).await;
        assert!(conversation.erased_at.is_some() && conversation.visitor.as_str().starts_with("erased_"));
        assert!(stage.messages(conversation.id).await.iter().all(|message| message.content.is_empty()));
    }
}

#[tokio::test]
async fn d6_nothing_can_be_written_into_what_was_erased() {
    let stage = Stage::new().await;
    let first = stage.say("email:jane@example.com", None).await;
    let lead = stage.leads().await[0].id;
    erase(&stage, &lead.prefixed()).await;
    let patch = LeadPatch { name: Some(Some("Jane".to_owned())), ..LeadPatch::default() };
    let refused = patch_lead(&stage.services, stage.scope, lead, patch, None).await;
    assert!(matches!(refused, Err(UseCaseError::Conflict { .. })), "{refused:?}");
    let endpoint = stage.store.list_endpoints(stage.scope).await.expect("a read")[0].id;
    let delivery = stage
        .store
        .list_deliveries(stage.scope, endpoint, &DeliveryQuery::default())
        .await
        .expect("a read")
        .items
        .remove(0)
        .id;
    let refused = replay_delivery(&stage.services, stage.scope, endpoint, delivery, None).await;
    assert!(matches!(refused, Err(UseCaseError::Conflict { .. })), "{refused:?}");
    close_conversation(&stage.services, stage.scope, first.conversation.id, None).await.expect("it stays as it is");
    assert_eq!(stored(&stage, first.conversation.id).await.summary, "");
}

#[tokio::test]
async fn what_is_older_than_its_tenant_keeps_it_is_emptied_once_and_the_rest_stays() {
    let stage = Stage::new().await;
    let old = stage.say("email:old@example.com", None).await;
    close_conversation(&stage.services, stage.scope, old.conversation.id, None).await.expect("closed");
    stage.later(60 * 24 * 40);
    let new = stage.say("email:new@example.com", None).await;
    assert!(!apply_retention(&stage.services, SYSTEM, true).await.expect("nothing is set"), "kept for ever");
    set_retention(&stage.services, stage.scope, |retention| retention.conversations_after_days = Some(30))
        .await
        .expect("set");
    assert!(apply_retention(&stage.services, SYSTEM, true).await.expect("applied"));
    assert!(!apply_retention(&stage.services, SYSTEM, true).await.expect("applied"), "once");
    assert!(stored(&stage, old.conversation.id).await.erased_at.is_some());
    assert_eq!(stored(&stage, new.conversation.id).await.erased_at, None);
    assert_eq!(stage.leads().await.len(), 2, "leads are kept for ever");
    set_retention(&stage.services, stage.scope, |retention| retention.leads_after_days = Some(30)).await.expect("set");
    assert!(apply_retention(&stage.services, SYSTEM, false).await.expect("applied"));
    let left = stage.leads().await;
    assert_eq!(left.len(), 1);
    assert_eq!(left[0].contact.email.as_ref().map(synaptiq_domain::text::Email::as_str), Some("new@example.com"));
    assert_eq!(stage.store.recount(stage.scope).await.expect("a recount").differences, []);
}
