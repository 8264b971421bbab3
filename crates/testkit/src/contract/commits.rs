//! Promises of the one way to write.
#![expect(missing_docs, reason = "the name of a promise says all of it")]

use synaptiq_domain::{
    access::{ApiKey, Assistant, Tenant},
    changes::{Change, Changes},
    conversation::{Conversation, Message},
    lead::{Contact, Lead, Score},
    ports::{StoreError, store::LeadKey},
    qualification::Criterion,
    receipt::{Fingerprint, RECEIPT_LIFETIME, Receipt, ReceiptState},
    text::Email,
    webhook::Endpoint,
};

use crate::{contract::Trial, fixtures};

fn leads(changes: impl IntoIterator<Item = Change<Lead>>) -> Changes {
    Changes { leads: changes.into_iter().collect(), ..Changes::default() }
}

fn receipt(receipt: Receipt) -> Changes {
    Changes { receipt: Some(receipt), ..Changes::default() }
}

pub async fn a_commit_is_all_or_nothing(trial: &Trial) {
    let known = trial.add_lead(fixtures::lead(1)).await;
    let company = &trial.home;
    let fresh = fixtures::lead(2);
    let conversation = Conversation { lead: Some(fresh.id), ..trial.conversation(3) };
    let message = fixtures::message(conversation.id, 1);
    let document = fixtures::document(4);
    let endpoint = fixtures::endpoint(5);
    let event = fixtures::event(6, &fresh);
    let delivery = fixtures::delivery(7, endpoint.id, &event);
    let receipt = fixtures::receipt(8);
    let key = fixtures::key(9, company.tenant.id);
    let member = fixtures::member(10);
    let whole = Changes {
        tenants: vec![Change::updated(
            Tenant { version: 1, ..company.tenant.clone() },
            Tenant { name: "Renamed".to_owned(), ..company.tenant.clone() },
        )],
        assistants: vec![Change::created(Assistant { is_default: false, ..fixtures::assistant(11) })],
        members: vec![Change::created(member)],
        keys: vec![Change::created(key.clone())],
        leads: vec![
            Change::created(fresh.clone()),
            Change::updated(known.clone(), Lead { score: Score::clamped(99), ..known.clone() }),
        ],
        conversations: vec![Change::created(conversation.clone())],
        messages: vec![message.clone()],
        evidence: vec![fixtures::evidence(&message, Criterion::Need)],
        documents: vec![Change::created(document.clone())],
        passages: vec![fixtures::passage(&document, 0)],
        endpoints: vec![Change::created(endpoint.clone())],
        events: vec![event],
        deliveries: vec![Change::created(delivery.clone())],
        receipt: Some(receipt.clone()),
        ..Changes::default()
    };
    // Whichever part is the bad one, nothing of the rest may remain.
    let stale = Lead { version: known.version + 1, ..known.clone() };
    let taken = Lead { contact: known.contact.clone(), ..fixtures::lead(12) };
    let mut bad_lead = whole.clone();
    bad_lead.leads.push(Change::created(taken));
    let mut bad_version = whole.clone();
    bad_version.leads[1] = Change::updated(stale, known.clone());
    let mut bad_message = whole.clone();
    bad_message.messages.push(message);
    let absent = fixtures::delivery(13, endpoint.id, &whole.events[0]);
    let mut bad_delivery = whole.clone();
    bad_delivery.deliveries.push(Change::updated(absent.clone(), absent));
    let mut bad_key = whole.clone();
    bad_key.keys.push(Change::created(ApiKey { hash: key.hash, ..fixtures::key(14, company.tenant.id) }));
    for (why, changes) in [
        ("a lead's address is taken", bad_lead),
        ("a lead's version is another", bad_version),
        ("a position is taken", bad_message),
        ("a delivery is not there", bad_delivery),
        ("a key's hash is taken", bad_key),
    ] {
        trial.refuses(why, changes).await;
        let (store, scope) = (&trial.store, trial.scope());
        let view = store.tenant_view(scope).await.expect("a read").expect("the tenant is there");
        assert_eq!(view.tenant.name, company.tenant.name, "{why}");
        assert_eq!((view.assistants.len(), view.members.len(), view.endpoints.len()), (1, 1, 0), "{why}");
        assert_eq!(store.list_keys(scope).await.expect("a read"), [], "{why}");
        assert_eq!(store.find_credential(key.hash).await.expect("a read"), None, "{why}");
        assert_eq!(trial.lead(&fresh).await, None, "{why}");
        assert_eq!(trial.lead(&known).await.as_ref(), Some(&known), "{why}");
        assert_eq!(trial.stored(&conversation).await, None, "{why}");
        assert_eq!(store.messages_after(scope, conversation.id, 0, 9).await.expect("a read"), [], "{why}");
        assert_eq!(store.list_documents(scope).await.expect("a read"), [], "{why}");
        assert_eq!(store.passages_after(scope, None, 9).await.expect("a read"), [], "{why}");
        assert_eq!(store.next_delivery_at(trial.system()).await.expect("a read"), None, "{why}");
        assert_eq!(store.find_receipt(scope, receipt.key).await.expect("a read"), None, "{why}");
    }
    trial.commit(whole).await;
    assert!(trial.lead(&fresh).await.is_some(), "without the bad part it is fine");
    assert_eq!(trial.lead(&known).await.map(|lead| lead.score), Some(Score::clamped(99)));
    assert_eq!(trial.store.find_receipt(trial.scope(), receipt.key).await.expect("a read"), Some(receipt));
}

pub async fn a_version_other_than_the_stored_one_is_stale(trial: &Trial) {
    let first = trial.add_lead(fixtures::lead(1)).await;
    let second = trial.change_lead(first.clone(), Lead { score: Score::clamped(50), ..first.clone() }).await;
    let lower = leads([Change::updated(first.clone(), first.clone())]);
    trial.refuses("a lead read before the last change", lower).await;
    let higher = leads([Change::updated(Lead { version: 3, ..second.clone() }, second.clone())]);
    trial.refuses("a lead from the future", higher).await;
    trial.refuses("a deletion of what was read before the last change", leads([Change::deleted(first)])).await;
    assert_eq!(trial.lead(&second).await.as_ref(), Some(&second));

    let (conversation, _) = trial.add_conversation(trial.conversation(1), 0).await;
    let stale = Conversation { version: 0, ..conversation.clone() };
    let changes = Changes { conversations: vec![Change::updated(stale, conversation.clone())], ..Changes::default() };
    trial.refuses("a conversation", changes).await;
    let endpoint = trial.add_endpoint(trial.scope(), fixtures::endpoint(1)).await;
    let stale = Endpoint { version: 2, ..endpoint.clone() };
    let changes = Changes { endpoints: vec![Change::updated(stale, endpoint)], ..Changes::default() };
    trial.refuses("an endpoint", changes).await;
    let (tenant, assistant) = (trial.home.tenant.clone(), trial.home.assistant.clone());
    let changes = Changes { tenants: vec![Change::updated(tenant.clone(), tenant)], ..Changes::default() };
    trial.refuses("a tenant", changes).await;
    let changes = Changes { assistants: vec![Change::updated(assistant.clone(), assistant)], ..Changes::default() };
    trial.refuses("an assistant", changes).await;
}

pub async fn what_is_written_is_what_was_given_with_the_version_one_higher(trial: &Trial) {
    // Whatever version `after` claims, the store counts by itself.
    let lead = fixtures::lead(1);
    trial.commit(leads([Change::created(Lead { version: 77, ..lead.clone() })])).await;
    let stored = Lead { version: 1, ..lead };
    assert_eq!(trial.lead(&stored).await.as_ref(), Some(&stored));
    let after = Lead { version: 5, archived: true, ..stored.clone() };
    trial.commit(leads([Change::updated(stored, after.clone())])).await;
    let stored = Lead { version: 2, ..after };
    assert_eq!(trial.lead(&stored).await, Some(stored));

    let (conversation, messages) = trial.add_conversation(trial.conversation(1), 4).await;
    assert_eq!(trial.stored(&conversation).await.as_ref(), Some(&conversation));
    let read = trial.store.messages_after(trial.scope(), conversation.id, 0, 9).await.expect("a read");
    assert_eq!(read, messages);
}

pub async fn an_aggregate_that_is_new_must_not_be_there(trial: &Trial) {
    let lead = trial.add_lead(fixtures::lead(1)).await;
    let twin = Lead { contact: fixtures::lead(2).contact, ..lead.clone() };
    trial.refuses("a lead", leads([Change::created(twin)])).await;
    assert_eq!(trial.lead(&lead).await, Some(lead));
    let member = trial.home.member.clone();
    trial.refuses("a member", Changes { members: vec![Change::created(member)], ..Changes::default() }).await;
    let document = fixtures::document(1);
    let changes = Changes { documents: vec![Change::created(document)], ..Changes::default() };
    trial.commit(changes.clone()).await;
    trial.refuses("a document", changes).await;
    let endpoint = trial.add_endpoint(trial.scope(), fixtures::endpoint(1)).await;
    let delivery = trial.add_deliveries(trial.scope(), &endpoint, [1]).await.remove(0);
    trial.refuses("a delivery", Changes { deliveries: vec![Change::created(delivery)], ..Changes::default() }).await;
}

pub async fn an_aggregate_that_was_read_must_still_be_there(trial: &Trial) {
    let lead = Lead { version: 1, ..fixtures::lead(1) };
    trial.refuses("a changed lead", leads([Change::updated(lead.clone(), lead.clone())])).await;
    trial.refuses("a deleted lead", leads([Change::deleted(lead.clone())])).await;
    assert_eq!(trial.lead(&lead).await, None);
    let member = fixtures::member(9);
    let changes = Changes { members: vec![Change::updated(member.clone(), member)], ..Changes::default() };
    trial.refuses("a member", changes).await;
    let key = fixtures::key(9, trial.home.tenant.id);
    let changes = Changes { keys: vec![Change::updated(key.clone(), key)], ..Changes::default() };
    trial.refuses("a key", changes).await;
    let document = fixtures::document(9);
    let changes = Changes { documents: vec![Change::deleted(document)], ..Changes::default() };
    trial.refuses("a document", changes).await;
    let endpoint = trial.add_endpoint(trial.scope(), fixtures::endpoint(1)).await;
    let delivery = fixtures::delivery(9, endpoint.id, &fixtures::event(9, &lead));
    let changes = Changes { deliveries: vec![Change::updated(delivery.clone(), delivery)], ..Changes::default() };
    trial.refuses("a delivery", changes).await;
}

pub async fn of_two_commits_that_read_the_same_version_one_is_stale(trial: &Trial) {
    let lead = trial.add_lead(fixtures::lead(1)).await;
    let attempts: Vec<_> = (0..16)
        .map(|number| {
            let after = Lead { score: Score::clamped(number), ..lead.clone() };
            let (store, scope, before) = (trial.store.clone(), trial.scope(), lead.clone());
            tokio::spawn(async move { store.commit(scope, leads([Change::updated(before, after)])).await })
        })
        .collect();
    let mut committed = 0;
    for attempt in attempts {
        match attempt.await.expect("no commit panics") {
            Ok(()) => committed += 1,
            Err(StoreError::Stale) => {}
            Err(error) => panic!("neither committed nor stale: {error}"),
        }
    }
    assert_eq!(committed, 1);
    assert_eq!(trial.lead(&lead).await.map(|lead| lead.version), Some(2));
}

pub async fn an_e_mail_is_unique_in_a_tenant_without_case(trial: &Trial) {
    let lead = trial.add_lead(fixtures::lead(1)).await;
    let address = lead.contact.email.as_ref().expect("an address").as_str().to_uppercase();
    let mut twin = fixtures::lead(2);
    twin.contact.email = Email::parse(&address).ok();
    trial.refuses("a new lead with the address", leads([Change::created(twin.clone())])).await;
    let second = trial.add_lead(Lead { contact: fixtures::lead(2).contact, ..twin.clone() }).await;
    let renamed = Lead { contact: twin.contact.clone(), ..second.clone() };
    trial.refuses("another lead that takes the address", leads([Change::updated(second, renamed)])).await;
    let twins = [5, 6].map(|n| {
        let mut lead = fixtures::lead(n);
        lead.contact.email = Some(fixtures::email(55));
        Change::created(lead)
    });
    trial.refuses("two new leads with one address", leads(twins)).await;
    trial.commit_in(trial.other.scope(), leads([Change::created(twin)])).await;
    let respelled =
        Lead { contact: Contact { email: Email::parse(&address).ok(), ..lead.contact.clone() }, ..lead.clone() };
    trial.change_lead(lead, respelled).await;
    for n in [3, 4] {
        let mut without = fixtures::lead(n);
        without.contact.email = None;
        trial.add_lead(without).await;
    }
}

pub async fn an_address_is_free_again_when_its_lead_is_deleted_absorbed_or_renamed(trial: &Trial) {
    for (n, fate) in [(10, "deleted"), (20, "absorbed"), (30, "renamed")] {
        let lead = trial.add_lead(fixtures::lead(n)).await;
        let survivor = trial.add_lead(fixtures::lead(n + 1)).await;
        let mut heir = fixtures::lead(n + 2);
        heir.contact.email.clone_from(&lead.contact.email);
        match fate {
            "deleted" => trial.commit(leads([Change::deleted(lead.clone())])).await,
            "absorbed" => {
                let absorbed = Lead { merged_into: Some(survivor.id), ..lead.clone() };
                trial.change_lead(lead.clone(), absorbed).await;
            }
            _ => {
                let mut renamed = lead.clone();
                renamed.contact.email = Some(fixtures::email(n + 3));
                trial.change_lead(lead.clone(), renamed).await;
            }
        }
        let heir = trial.add_lead(heir).await;
        let key = LeadKey::Email(lead.contact.email.expect("an address"));
        let found = trial.store.load_lead(trial.scope(), &key).await.expect("a read");
        assert_eq!(found.map(|file| file.lead.id), Some(heir.id), "the first one was {fate}");
    }
}

pub async fn a_survivor_may_take_the_address_of_the_lead_it_absorbs(trial: &Trial) {
    // In whichever order the changes are listed.
    for (n, survivor_first) in [(10, true), (20, false)] {
        let absorbed = trial.add_lead(fixtures::lead(n)).await;
        let survivor = trial.add_lead(fixtures::lead(n + 1)).await;
        let mut changes = [
            Change::updated(survivor.clone(), Lead { contact: absorbed.contact.clone(), ..survivor.clone() }),
            Change::updated(absorbed.clone(), Lead { merged_into: Some(survivor.id), ..absorbed.clone() }),
        ];
        if !survivor_first {
            changes.reverse();
        }
        trial.commit(leads(changes)).await;
        let key = LeadKey::Email(absorbed.contact.email.clone().expect("an address"));
        let found = trial.store.load_lead(trial.scope(), &key).await.expect("a read");
        assert_eq!(found.map(|file| file.lead.id), Some(survivor.id));
    }
}

pub async fn a_receipts_key_is_unique_in_a_tenant(trial: &Trial) {
    let (answered, begun) = (fixtures::receipt(1), fixtures::begun_receipt(2));
    for kept in [&answered, &begun] {
        trial.commit(receipt(kept.clone())).await;
    }
    trial.refuses("a second answer", receipt(answered.clone())).await;
    trial.refuses("a beginning after the answer", receipt(fixtures::begun_receipt(1))).await;
    let twin = Receipt { created_at: fixtures::at(99), ..begun.clone() };
    let twin =
        Receipt { state: ReceiptState::Begun { resume: vec![1], owner: 8, lease_until: fixtures::at(999) }, ..twin };
    trial.refuses("a twin that begins", receipt(twin)).await;
    for kept in [answered, begun] {
        let read = trial.store.find_receipt(trial.scope(), kept.key).await.expect("a read");
        assert_eq!(read.as_ref(), Some(&kept));
        trial.commit_in(trial.other.scope(), receipt(kept)).await;
    }
}

pub async fn an_answer_takes_the_place_of_its_beginning(trial: &Trial) {
    trial.commit(receipt(fixtures::begun_receipt(1))).await;
    let answered = fixtures::receipt(1);
    let foreign = Receipt { fingerprint: Fingerprint::new("POST", "/elsewhere", "", b""), ..answered.clone() };
    trial.refuses("the answer to another request", receipt(foreign)).await;
    let answered = Receipt { lead: Some(fixtures::id(3)), conversation: Some(fixtures::id(4)), ..answered };
    trial.commit(receipt(answered.clone())).await;
    let read = trial.store.find_receipt(trial.scope(), answered.key).await.expect("a read");
    assert_eq!(read, Some(answered));
}

pub async fn a_receipt_gives_way_when_it_has_outlived_its_time(trial: &Trial) {
    for (n, old) in [(1, fixtures::receipt(1)), (2, fixtures::begun_receipt(2))] {
        trial.commit(receipt(old.clone())).await;
        let end = old.created_at.plus(RECEIPT_LIFETIME);
        let next = |created_at| Receipt {
            fingerprint: Fingerprint::new("POST", "/elsewhere", "", b""),
            created_at,
            ..fixtures::begun_receipt(n)
        };
        trial.refuses("another request within the time", receipt(next(end))).await;
        let next = next(end.plus(time::Duration::microseconds(1)));
        trial.commit(receipt(next.clone())).await;
        let read = trial.store.find_receipt(trial.scope(), next.key).await.expect("a read");
        assert_eq!(read, Some(next));
    }
}

pub async fn a_keys_hash_is_unique_in_every_tenant(trial: &Trial) {
    let key = fixtures::key(1, trial.home.tenant.id);
    trial.commit(Changes { keys: vec![Change::created(key.clone())], ..Changes::default() }).await;
    let twin = ApiKey { hash: key.hash, ..fixtures::key(2, trial.other.tenant.id) };
    trial.refuses("a key with the hash", Changes { keys: vec![Change::created(twin)], ..Changes::default() }).await;
    let found = trial.store.find_credential(key.hash).await.expect("a read");
    assert_eq!(found.map(|credential| credential.key), Some(key));
}

pub async fn a_position_is_taken_once_in_a_conversation(trial: &Trial) {
    let (conversation, messages) = trial.add_conversation(trial.conversation(1), 2).await;
    let (elsewhere, _) = trial.add_conversation(trial.conversation(2), 0).await;
    let second = Message { position: 2, ..fixtures::message(conversation.id, 3) };
    trial.refuses("a taken position", Changes { messages: vec![second.clone()], ..Changes::default() }).await;
    let read = trial.store.messages_after(trial.scope(), conversation.id, 0, 9).await.expect("a read");
    assert_eq!(read, messages);
    let same_place = Message { conversation: elsewhere.id, ..second };
    trial.commit(Changes { messages: vec![same_place], ..Changes::default() }).await;
}

pub async fn an_assistants_slug_is_unique_in_a_tenant(trial: &Trial) {
    let twin = Assistant { slug: trial.home.assistant.slug.clone(), is_default: false, ..fixtures::assistant(7) };
    let changes = Changes { assistants: vec![Change::created(twin)], ..Changes::default() };
    trial.refuses("an assistant with the slug", changes.clone()).await;
    trial.commit_in(trial.other.scope(), changes).await;
}
