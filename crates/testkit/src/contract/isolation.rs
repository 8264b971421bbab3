//! Promises that keep tenants apart: a foreign id is simply not found (security T2, T3).
#![expect(missing_docs, reason = "the name of a promise says all of it")]

use std::slice;

use synaptiq_domain::{
    access::{Assistant, Member, TenantScope},
    changes::{Change, Changes},
    conversation::{Conversation, ConversationQuery, MessageRange},
    knowledge::Document,
    lead::{Lead, LeadQuery},
    paging::Order,
    ports::store::{LeadKey, TurnFile, TurnKey},
    qualification::Criterion,
    webhook::{Delivery, DeliveryQuery, Endpoint},
};

use crate::{contract::Trial, fixtures};

/// One of everything in the home company.
struct Belongings {
    lead: Lead,
    conversation: Conversation,
    document: Document,
    endpoint: Endpoint,
    delivery: Delivery,
}

impl Belongings {
    async fn of_home(trial: &Trial) -> Self {
        let lead = trial.add_lead(fixtures::lead(1)).await;
        let (conversation, _) = trial.add_evidence(1, Some(&lead), Criterion::Need).await;
        let document = fixtures::document(1);
        trial
            .commit(Changes {
                documents: vec![Change::created(document.clone())],
                passages: vec![fixtures::passage(&document, 0)],
                keys: vec![Change::created(fixtures::key(1, trial.home.tenant.id))],
                receipt: Some(fixtures::receipt(1)),
                ..Changes::default()
            })
            .await;
        let endpoint = trial.add_endpoint(trial.scope(), fixtures::endpoint(1)).await;
        let delivery = trial.add_deliveries(trial.scope(), &endpoint, [1]).await.remove(0);
        Self { lead, conversation, document, endpoint, delivery }
    }

    /// Asserts that nothing of the data can be read in a scope.
    async fn assert_no_data_in(&self, trial: &Trial, scope: TenantScope) {
        let store = &trial.store;
        let (lead, conversation, endpoint) = (self.lead.id, self.conversation.id, self.endpoint.id);
        let email = self.lead.contact.email.clone().expect("an address");
        assert_eq!(store.find_lead(scope, lead).await.expect("a read"), None);
        for key in [LeadKey::Id(lead), LeadKey::Email(email.clone())] {
            assert_eq!(store.load_lead(scope, &key).await.expect("a read"), None);
        }
        assert_eq!(store.list_leads(scope, &LeadQuery::default()).await.expect("a read").total, Some(0));
        let session = self.conversation.session;
        for key in [
            TurnKey { session: Some(session), ..TurnKey::default() },
            TurnKey { conversation: Some(conversation), ..TurnKey::default() },
            TurnKey { email: Some(email), ..TurnKey::default() },
        ] {
            assert_eq!(store.load_turn(scope, &key).await.expect("a read"), TurnFile::default());
        }
        assert_eq!(store.find_conversation(scope, conversation).await.expect("a read"), None);
        assert_eq!(store.find_session(scope, session).await.expect("a read"), None);
        for query in [ConversationQuery::default(), ConversationQuery { lead: Some(lead), ..Default::default() }] {
            assert_eq!(store.list_conversations(scope, &query).await.expect("a read").total, Some(0));
        }
        assert_eq!(store.recent_conversations(scope, lead, 9).await.expect("a read"), []);
        assert_eq!(store.load_lead_history(scope, lead, 9).await.expect("a read"), None);
        let range = MessageRange { offset: 0, limit: 9, order: Order::Ascending };
        assert_eq!(store.list_messages(scope, conversation, range).await.expect("a read"), []);
        assert_eq!(store.messages_after(scope, conversation, 0, 9).await.expect("a read"), []);
        assert_eq!(store.find_endpoint(scope, endpoint).await.expect("a read"), None);
        assert_eq!(store.list_endpoints(scope).await.expect("a read"), []);
        assert_eq!(store.find_delivery(scope, endpoint, self.delivery.id).await.expect("a read"), None);
        let deliveries = store.list_deliveries(scope, endpoint, &DeliveryQuery::default()).await.expect("a read");
        assert_eq!(deliveries.total, Some(0));
        assert_eq!(store.find_receipt(scope, fixtures::receipt(1).key).await.expect("a read"), None);
        let view = store.tenant_view(scope).await.expect("a read").expect("the tenant is there");
        assert_eq!(view.endpoints, []);
    }
}

pub async fn t3_no_read_finds_what_belongs_to_another_tenant(trial: &Trial) {
    let home = Belongings::of_home(trial).await;
    let (store, foreign) = (&trial.store, trial.other.scope());
    home.assert_no_data_in(trial, foreign).await;
    let passage = (home.document.id, 0);
    assert_eq!(store.find_document(foreign, home.document.id).await.expect("a read"), None);
    assert_eq!(store.list_documents(foreign).await.expect("a read"), []);
    assert_eq!(store.find_passages(foreign, &[passage]).await.expect("a read"), []);
    assert_eq!(store.passages_after(foreign, None, 9).await.expect("a read"), []);
    assert_eq!(store.list_keys(foreign).await.expect("a read"), []);
    let view = store.tenant_view(foreign).await.expect("a read").expect("the tenant is there");
    assert_eq!(view.assistants, [Assistant { version: 1, ..trial.other.assistant.clone() }]);
    assert_eq!(view.members, slice::from_ref(&trial.other.member));
}

pub async fn a_sandbox_and_its_tenant_do_not_see_each_others_data(trial: &Trial) {
    let home = Belongings::of_home(trial).await;
    home.assert_no_data_in(trial, trial.home.sandbox()).await;
    // The same address and the same receipt's key are free there, and stay there.
    let twin = Lead { id: fixtures::id(50), ..fixtures::lead(1) };
    let changes = Changes {
        leads: vec![Change::created(twin.clone())],
        receipt: Some(fixtures::receipt(2)),
        ..Changes::default()
    };
    trial.commit_in(trial.home.sandbox(), changes).await;
    assert_eq!(trial.lead(&twin).await, None);
    assert_eq!(trial.store.find_receipt(trial.scope(), fixtures::receipt(2).key).await.expect("a read"), None);
    let found = trial.store.find_lead(trial.home.sandbox(), twin.id).await.expect("a read");
    assert_eq!(found, Some(Lead { version: 1, ..twin }));
}

pub async fn t2_no_commit_changes_what_belongs_to_another_tenant(trial: &Trial) {
    let home = Belongings::of_home(trial).await;
    let message = fixtures::message(home.conversation.id, 2);
    let evidence = fixtures::evidence(&message, Criterion::Budget);
    let (assistant, member) = (Assistant { version: 1, ..trial.home.assistant.clone() }, trial.home.member.clone());
    let attacks = [
        Changes { leads: vec![Change::deleted(home.lead.clone())], ..Changes::default() },
        Changes { leads: vec![Change::updated(home.lead.clone(), home.lead.clone())], ..Changes::default() },
        Changes { conversations: vec![Change::deleted(home.conversation.clone())], ..Changes::default() },
        Changes { messages: vec![message], ..Changes::default() },
        Changes { evidence: vec![evidence], ..Changes::default() },
        Changes { documents: vec![Change::deleted(home.document.clone())], ..Changes::default() },
        Changes { passages: vec![fixtures::passage(&home.document, 1)], ..Changes::default() },
        Changes { endpoints: vec![Change::deleted(home.endpoint.clone())], ..Changes::default() },
        Changes { deliveries: vec![Change::deleted(home.delivery.clone())], ..Changes::default() },
        Changes { assistants: vec![Change::deleted(assistant.clone())], ..Changes::default() },
        Changes {
            members: vec![Change::updated(member.clone(), Member { email: None, ..member })],
            ..Changes::default()
        },
    ];
    for attack in attacks {
        let outcome = trial.store.commit(trial.other.scope(), attack.clone()).await;
        assert!(outcome.is_err(), "{attack:?}");
    }
    assert_eq!(trial.lead(&home.lead).await.as_ref(), Some(&home.lead));
    assert_eq!(trial.quotes(&home.lead).await.len(), 1);
    assert_eq!(trial.stored(&home.conversation).await, Some(home.conversation.clone()));
    let store = &trial.store;
    let messages = store.messages_after(trial.scope(), home.conversation.id, 0, 9).await.expect("a read");
    assert_eq!(messages.len(), 1);
    let document = store.find_document(trial.scope(), home.document.id).await.expect("a read");
    assert_eq!(document, Some(home.document));
    assert_eq!(store.passages_after(trial.scope(), None, 9).await.expect("a read").len(), 1);
    let delivery = store.find_delivery(trial.scope(), home.endpoint.id, home.delivery.id).await.expect("a read");
    assert_eq!(delivery, Some(home.delivery));
    let view = store.tenant_view(trial.scope()).await.expect("a read").expect("the tenant");
    assert_eq!((&view.assistants[..], &view.endpoints[..]), (&[assistant][..], &[home.endpoint][..]));
    assert_eq!(view.members, slice::from_ref(&trial.home.member));
}

pub async fn a_commit_in_a_sandbox_writes_data_there_and_content_to_the_tenant(trial: &Trial) {
    let sandbox = trial.home.sandbox();
    let (lead, document) = (fixtures::lead(1), fixtures::document(1));
    let changes = Changes {
        leads: vec![Change::created(lead.clone())],
        documents: vec![Change::created(document.clone())],
        ..Changes::default()
    };
    trial.commit_in(sandbox, changes).await;
    assert_eq!(trial.lead(&lead).await, None);
    assert!(trial.store.find_lead(sandbox, lead.id).await.expect("a read").is_some());
    let found = trial.store.find_document(trial.scope(), document.id).await.expect("a read");
    assert_eq!(found, Some(document));
}
