//! Tells open streams that a conversation has changed. A signal that is lost costs time alone: a
//! stream also looks by itself now and then.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use synaptiq_domain::{access::TenantScope, conversation::Conversation, id::Id};
use tokio::sync::{Notify, futures::OwnedNotified};

type Key = (u128, u128);

/// Who waits for which conversation. There are as many entries as conversations with open streams,
/// whose number the server limits.
#[derive(Debug, Default)]
pub struct ConversationFeed {
    waiting: Mutex<HashMap<Key, (Arc<Notify>, usize)>>,
}

impl ConversationFeed {
    /// Wakes every stream of a conversation.
    pub fn changed(&self, scope: TenantScope, conversation: Id<Conversation>) {
        let waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((notify, _)) = waiting.get(&key(scope, conversation)) {
            notify.notify_waiters();
        }
    }

    /// Waits for changes of a conversation until the subscription is dropped.
    pub fn subscribe(self: &Arc<Self>, scope: TenantScope, conversation: Id<Conversation>) -> Subscription {
        let key = key(scope, conversation);
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let (notify, users) = waiting.entry(key).or_default();
        *users += 1;
        Subscription { feed: Arc::clone(self), key, notify: Arc::clone(notify) }
    }
}

fn key(scope: TenantScope, conversation: Id<Conversation>) -> Key {
    (scope.data().bits(), conversation.bits())
}

/// One stream's interest in one conversation.
#[derive(Debug)]
pub struct Subscription {
    feed: Arc<ConversationFeed>,
    key: Key,
    notify: Arc<Notify>,
}

impl Subscription {
    /// A future that ends with the next change from the moment it is made. Make it before looking,
    /// so that no change falls between looking and waiting.
    pub fn next(&self) -> OwnedNotified {
        Arc::clone(&self.notify).notified_owned()
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        let mut waiting = self.feed.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, users)) = waiting.get_mut(&self.key) {
            *users -= 1;
            if *users == 0 {
                waiting.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_change_between_looking_and_waiting_is_not_missed() {
        let feed = Arc::new(ConversationFeed::default());
        let (scope, conversation) = (TenantScope::live(Id::from_bits(1)), Id::from_bits(2));
        let subscription = feed.subscribe(scope, conversation);
        let next = subscription.next();
        feed.changed(scope, conversation);
        next.await;
    }

    #[tokio::test]
    async fn t5_another_tenants_conversation_of_the_same_id_wakes_no_one() {
        let feed = Arc::new(ConversationFeed::default());
        let subscription = feed.subscribe(TenantScope::live(Id::from_bits(1)), Id::from_bits(2));
        let next = subscription.next();
        feed.changed(TenantScope::live(Id::from_bits(9)), Id::from_bits(2));
        assert!(futures_util::FutureExt::now_or_never(next).is_none());
    }

    #[test]
    fn p2_a_conversation_that_no_one_watches_is_forgotten() {
        let feed = Arc::new(ConversationFeed::default());
        let scope = TenantScope::live(Id::from_bits(1));
        let (first, second) = (feed.subscribe(scope, Id::from_bits(2)), feed.subscribe(scope, Id::from_bits(2)));
        drop(first);
        assert_eq!(feed.waiting.lock().expect("unpoisoned").len(), 1);
        drop(second);
        assert!(feed.waiting.lock().expect("unpoisoned").is_empty());
    }
}
