//! Promises of erasure: a person is found by every word for them, and what is emptied tells nothing.
#![expect(missing_docs, reason = "the name of a promise says all of it")]

use synaptiq_domain::{
    access::TenantScope,
    analytics::{Visit, VisitNote},
    changes::{Change, Changes},
    conversation::{Channel, Conversation, ConversationStatus, Message, MessageRange, VisitorId},
    erasure::{Erasure, Person, PersonTraces, Trace},
    event::{ActivityQuery, EventKind},
    id::Id,
    lead::{Contact, Lead},
    paging::{Order, Paging},
    qualification::Criterion,
    receipt::Receipt,
    text::Phone,
    time::Timestamp,
    webhook::DeliveryStatus,
};

use crate::{
    contract::Trial,
    fixtures::{self, at},
};

const ALL: u32 = 100;

fn person(word: &str) -> Person {
    Person::parse(word).expect("a word for somebody")
}

async fn found(trial: &Trial, word: &str) -> PersonTraces {
    trial.store.find_person(trial.scope(), &person(word)).await.expect("a read")
}

async fn traces(trial: &Trial, of: &Trace, limit: u32) -> Erasure {
    trial.store.traces(trial.scope(), of, limit).await.expect("a read")
}

async fn empty(trial: &Trial, part: Erasure) {
    trial.commit(Changes { erasures: vec![part], ..Changes::default() }).await;
}

/// A lead without a number that others share.
fn lead(n: u32) -> Lead {
    let contact = Contact { phone: None, ..fixtures::lead(n).contact };
    Lead { contact, ..fixtures::lead(n) }
}

/// A conversation of a lead or of nobody, with one message.
async fn talk(trial: &Trial, n: u32, lead: Option<Id<Lead>>, visitor: &str, words: &str) -> Conversation {
    let visitor = VisitorId::parse(visitor).expect("a name");
    let conversation = Conversation { lead, visitor, message_count: 1, ..trial.conversation(n) };
    let message = Message { content: words.to_owned(), ..fixtures::message(conversation.id, 1) };
    trial
        .commit(Changes {
            conversations: vec![Change::created(conversation.clone())],
            messages: vec![message],
            ..Changes::default()
        })
        .await;
    Conversation { version: 1, ..conversation }
}

async fn note_visits(trial: &Trial, scope: TenantScope, visits: &[(&str, Timestamp)]) {
    let note = |(visitor, at): &(&str, Timestamp)| VisitNote {
        visit: Visit {
            visitor: VisitorId::parse(visitor).expect("a name"),
            channel: Channel::WebChat,
            at: *at,
            page: Some("/secret".to_owned()),
        },
        takes_over: None,
    };
    trial.commit_in(scope, Changes { visits: visits.iter().map(note).collect(), ..Changes::default() }).await;
}

pub async fn d6_a_person_is_found_by_address_number_and_id(trial: &Trial) {
    let ada = trial.add_lead(lead(1)).await;
    let twin = Contact { phone: Phone::parse("+41 (44) 668-18-00").ok(), ..lead(2).contact };
    let twin = trial.add_lead(Lead { contact: twin, ..lead(2) }).await;
    let first = talk(trial, 10, Some(ada.id), "v-ada", "hello").await;
    let nameless = talk(trial, 11, None, "v-ada", "before she said who she is").await;
    talk(trial, 12, Some(twin.id), "v-twin", "hello").await;
    talk(trial, 13, None, "v-nobody", "hello").await;
    let expected = PersonTraces {
        leads: vec![ada.id],
        conversations: vec![first.id, nameless.id],
        visitors: vec![first.visitor.clone()],
    };
    let address = ada.contact.email.as_ref().expect("an address").as_str();
    for word in [address.to_owned(), address.to_uppercase(), ada.id.prefixed(), ada.id.uuid()] {
        assert_eq!(found(trial, &word).await, expected, "{word}");
    }
    assert_eq!(found(trial, "0041 44 668 18 00").await.leads, [twin.id], "by its digits");
    for word in ["nobody@example.com", "+41 44 668 18 01", &fixtures::lead(99).contact.name.expect("a name")] {
        assert!(found(trial, word).await.is_empty(), "{word}");
    }
}

pub async fn d6_a_person_is_found_by_what_a_site_calls_them(trial: &Trial) {
    let ada = trial.add_lead(lead(1)).await;
    let first = talk(trial, 10, None, "v-1", "hello").await;
    let later = talk(trial, 11, Some(ada.id), "v-1", "hello again").await;
    let elsewhere = talk(trial, 12, Some(ada.id), "v-2", "from my phone").await;
    note_visits(trial, trial.scope(), &[("v-3", at(0))]).await;
    let traces = found(trial, "v-1").await;
    assert_eq!((traces.leads, traces.conversations), (vec![ada.id], vec![first.id, later.id, elsewhere.id]));
    assert_eq!(traces.visitors.iter().map(VisitorId::as_str).collect::<Vec<_>>(), ["v-1", "v-2"]);
    let visitor = found(trial, "v-3").await;
    assert_eq!(visitor.visitors.iter().map(VisitorId::as_str).collect::<Vec<_>>(), ["v-3"], "who only looked");
    assert!(found(trial, "V-1").await.is_empty(), "to the letter");
}

pub async fn d6_whoever_was_absorbed_is_found_with_the_survivor(trial: &Trial) {
    let [first, second, last] = [1, 2, 3].map(lead);
    let (first, second, last) = (trial.add_lead(first).await, trial.add_lead(second).await, trial.add_lead(last).await);
    trial.absorb(&first, &second).await;
    let second = trial.lead(&second).await.expect("the survivor");
    trial.absorb(&second, &last).await;
    for lead in [&first, &second, &last] {
        let address = lead.contact.email.as_ref().expect("an address").as_str();
        assert_eq!(found(trial, address).await.leads, [first.id, second.id, last.id], "{address}");
    }
    let absorbed = trial.store.absorbed_leads(trial.scope(), last.id).await.expect("a read");
    let mut ids: Vec<Id<Lead>> = absorbed.iter().map(|lead| lead.id).collect();
    ids.sort();
    assert_eq!(ids, [first.id, second.id]);
    assert!(absorbed.iter().all(|lead| lead.merged_into.is_some()));
    assert_eq!(trial.store.absorbed_leads(trial.scope(), first.id).await.expect("a read"), []);
}

pub async fn d6_a_lead_that_was_deleted_is_found_by_what_it_left_behind(trial: &Trial) {
    let endpoint = trial.add_endpoint(trial.scope(), fixtures::endpoint(1)).await;
    let ada = trial.add_lead(lead(1)).await;
    let address = ada.contact.email.clone().expect("an address");
    let told = talk(trial, 10, Some(ada.id), "v-ada", &format!("I am {}", address.as_str().to_uppercase())).await;
    let event = fixtures::event(1, &ada);
    let body = format!(r#"{{"email":"{}"}}"#, address.as_str()).into_bytes();
    let delivery = synaptiq_domain::webhook::Delivery { body, ..fixtures::delivery(1, endpoint.id, &event) };
    trial
        .commit(Changes { events: vec![event], deliveries: vec![Change::created(delivery)], ..Changes::default() })
        .await;
    trial.commit(Changes { leads: vec![Change::deleted(ada.clone())], ..Changes::default() }).await;
    let traces = found(trial, address.as_str()).await;
    assert_eq!((traces.leads, traces.conversations), (vec![ada.id], vec![told.id]));
}

/// A lead with a conversation of five messages, evidence, events, deliveries and kept answers.
async fn storied(trial: &Trial) -> (Lead, Conversation) {
    let endpoint = trial.add_endpoint(trial.scope(), fixtures::endpoint(1)).await;
    let lead = trial.add_lead(lead(1)).await;
    let conversation = Conversation { lead: Some(lead.id), ..trial.conversation(1) };
    let (conversation, messages) = trial.add_conversation(conversation, 5).await;
    let quotes = [&messages[0], &messages[2]].map(|message| fixtures::evidence(message, Criterion::Need));
    let of_lead = fixtures::event(1, &lead);
    let of_talk =
        synaptiq_domain::event::Event { lead: None, conversation: Some(conversation.id), ..fixtures::event(2, &lead) };
    let deliveries = [fixtures::delivery(1, endpoint.id, &of_lead), fixtures::delivery(2, endpoint.id, &of_talk)];
    trial
        .commit(Changes {
            evidence: quotes.into(),
            events: vec![of_lead, of_talk],
            deliveries: deliveries.map(Change::created).into(),
            ..Changes::default()
        })
        .await;
    for (n, of_lead) in [(1, true), (2, false)] {
        let receipt = Receipt {
            lead: of_lead.then_some(lead.id),
            conversation: (!of_lead).then_some(conversation.id),
            ..fixtures::receipt(n)
        };
        trial.commit(Changes { receipt: Some(receipt), ..Changes::default() }).await;
    }
    (lead, conversation)
}

pub async fn d6_traces_are_named_part_by_part_until_they_are_emptied(trial: &Trial) {
    let (lead, conversation) = storied(trial).await;
    let of = Trace::Conversation(conversation.id);
    let first = traces(trial, &of, 2).await;
    assert_eq!(first.messages, [(conversation.id, 1), (conversation.id, 2)], "at most as many as asked for");
    assert!(!first.is_rest(2));
    let counted = |part: &Erasure| (part.messages.len(), part.quotes.len(), part.events.len(), part.deliveries.len());
    assert_eq!(counted(&traces(trial, &of, ALL).await), (5, 2, 1, 1));
    assert_eq!(counted(&traces(trial, &Trace::Lead(lead.id), ALL).await), (0, 0, 1, 1));
    empty(trial, first).await;
    assert_eq!(traces(trial, &of, ALL).await.messages.len(), 3, "what is emptied is not named again");
    for of in [of, Trace::Lead(lead.id)] {
        let rest = traces(trial, &of, ALL).await;
        assert!(rest.is_rest(ALL), "{rest:?}");
        empty(trial, rest.clone()).await;
        empty(trial, rest).await;
        assert!(traces(trial, &of, ALL).await.is_empty(), "twice is once");
    }
}

pub async fn d6_the_answer_to_a_whole_goes_with_whoever_a_part_of_it_names(trial: &Trial) {
    let (named, other) = (fixtures::id(3), fixtures::id(4));
    let whole = fixtures::receipt(1);
    let naming = |n, lead, part_of| Receipt { lead: Some(lead), part_of, ..fixtures::receipt(n) };
    let begun = Receipt { lead: Some(named), ..fixtures::begun_receipt(5) };
    let own = naming(2, named, None);
    let rows = [naming(3, named, Some(whole.key)), naming(4, other, Some(whole.key))];
    for kept in [&whole, &own, &rows[0], &rows[1], &begun] {
        trial.commit(Changes { receipt: Some(kept.clone()), ..Changes::default() }).await;
    }
    let of = Trace::Lead(named);
    let mut expected = vec![whole.key, own.key, rows[0].key, begun.key];
    expected.sort_unstable();
    let mut part = traces(trial, &of, ALL).await;
    part.receipts.sort_unstable();
    assert_eq!(part.receipts, expected);
    assert!(trial.store.traces(trial.other.scope(), &of, ALL).await.expect("a read").is_empty(), "nobody else's");
    empty(trial, part).await;
    assert!(traces(trial, &of, ALL).await.is_empty());
    for (key, is_left) in [(whole.key, false), (rows[1].key, true)] {
        let kept = trial.store.find_receipt(trial.scope(), key).await.expect("a read");
        assert_eq!(kept.is_some(), is_left, "{key:?}");
    }
}

pub async fn d6_what_is_emptied_tells_nothing_and_is_still_counted(trial: &Trial) {
    let (lead, conversation) = storied(trial).await;
    let before = trial.store.recount(trial.scope()).await.expect("a recount");
    for of in [Trace::Conversation(conversation.id), Trace::Lead(lead.id)] {
        let part = traces(trial, &of, ALL).await;
        empty(trial, part).await;
    }
    let after = lead.erased(at(500));
    trial.change_lead(lead.clone(), after).await;
    let shut = trial.stored(&conversation).await.expect("it is there");
    let gone = shut.erased(VisitorId::erased(7), fixtures::session(900), at(500));
    trial.commit(Changes { conversations: vec![Change::updated(shut, gone)], ..Changes::default() }).await;
    let range = MessageRange { offset: 0, limit: ALL, order: Order::Ascending };
    let messages = trial.store.list_messages(trial.scope(), conversation.id, range).await.expect("a read");
    assert_eq!(messages.len(), 5);
    for (message, position) in messages.into_iter().zip(1..) {
        let expected =
            Message { content: String::new(), citations: Vec::new(), ..fixtures::message(conversation.id, position) };
        assert_eq!(message, expected, "its place, time and intent stay");
    }
    assert_eq!(trial.quotes(&lead).await, ["", ""], "graded as before, in nobody's words");
    let query = ActivityQuery {
        kinds: EventKind::ALL.to_vec(),
        lead: None,
        from: at(0),
        to: at(1_000_000),
        paging: Paging::default(),
    };
    let feed = trial.store.list_activity(trial.scope(), &query).await.expect("a read");
    assert!(!feed.items.is_empty() && feed.items.iter().all(|line| line.description.is_empty()), "{feed:?}");
    for n in [1, 2] {
        let receipt = trial.store.find_receipt(trial.scope(), fixtures::receipt(n).key).await.expect("a read");
        assert_eq!(receipt, None, "kept answers go altogether");
    }
    let stored = trial.lead(&lead).await.expect("the bare row stays");
    assert!(stored.archived && stored.erased_at == Some(at(500)) && stored.contact == Contact::default());
    assert_eq!(trial.stored(&conversation).await.and_then(|conversation| conversation.erased_at), Some(at(500)));
    let recount = trial.store.recount(trial.scope()).await.expect("a recount");
    assert_eq!((recount.differences, recount.rows), (Vec::new(), before.rows), "all of it is counted as before");
}

pub async fn d6_emptying_cancels_what_is_pending_whoever_has_it_in_hand(trial: &Trial) {
    let (lead, _) = storied(trial).await;
    let due = trial
        .store
        .claim_deliveries(trial.system(), at(900), at(1_000), 9, 9)
        .await
        .expect("a claim")
        .into_iter()
        .find(|due| due.delivery.lead == Some(lead.id))
        .expect("the lead's delivery is due");
    let part = traces(trial, &Trace::Lead(lead.id), ALL).await;
    empty(trial, part).await;
    let mut settled = due.delivery.clone();
    settled.attempts.push(fixtures::attempt(at(901), 200));
    settled.status = DeliveryStatus::Delivered;
    settled.next_attempt_at = None;
    let settlement = synaptiq_domain::ports::store::Settlement { delivery: settled, disable_endpoint: None };
    let taken = trial.store.settle_delivery(trial.system(), due.scope, settlement).await.expect("an answer");
    assert!(!taken, "whoever had it in hand cannot write its body back");
    let stored =
        trial.store.find_delivery(trial.scope(), due.endpoint.id, due.delivery.id).await.expect("a read").expect("it");
    assert_eq!((stored.status, stored.body, stored.next_attempt_at), (DeliveryStatus::Cancelled, Vec::new(), None));
}

pub async fn d6_an_emptied_lead_holds_its_address_no_longer(trial: &Trial) {
    let ada = trial.add_lead(lead(1)).await;
    trial.change_lead(ada.clone(), ada.erased(at(5))).await;
    let again = Lead { id: fixtures::id(2), ..lead(1) };
    let again = trial.add_lead(again).await;
    let address = ada.contact.email.as_ref().expect("an address").as_str();
    assert_eq!(found(trial, address).await.leads, [again.id], "somebody new, or the same person again");
}

pub async fn d6_visits_get_other_names_and_stay_visits(trial: &Trial) {
    let day = |n: i64| at(n * 86_400);
    note_visits(trial, trial.scope(), &[("ada", day(0)), ("ada", day(1)), ("ada", day(400)), ("bob", day(1))]).await;
    let of = Trace::Visitor(VisitorId::parse("ada").expect("a name"));
    assert_eq!(traces(trial, &of, 2).await.visits.len(), 2, "at most as many as asked for");
    let mut part = traces(trial, &of, ALL).await;
    assert_eq!(part.visits.len(), 3);
    for (visit, n) in part.visits.iter_mut().zip(1..) {
        visit.renamed = VisitorId::erased(n);
    }
    empty(trial, part).await;
    assert!(traces(trial, &of, ALL).await.is_empty());
    let old = traces(trial, &Trace::VisitsBefore(day(2).day()), ALL).await;
    let names: Vec<&str> = old.visits.iter().map(|visit| visit.visitor.as_str()).collect();
    assert_eq!(names, ["bob"], "whoever is named still, before that day");
    let recount = trial.store.recount(trial.scope()).await.expect("a recount");
    assert_eq!(recount.differences, [], "a visitor of a day stays one");
    let figures = trial.store.daily_figures(trial.scope(), day(0).day(), day(400).day()).await.expect("a read");
    assert_eq!(figures.iter().map(|counter| counter.figures.visitors).sum::<i64>(), 4);
}

pub async fn d6_nothing_of_another_tenant_is_found_or_emptied(trial: &Trial) {
    let ada = lead(1);
    let conversation = Conversation { lead: Some(ada.id), message_count: 1, ..trial.conversation(1) };
    let message = fixtures::message(conversation.id, 1);
    let changes = || Changes {
        leads: vec![Change::created(ada.clone())],
        conversations: vec![Change::created(conversation.clone())],
        messages: vec![message.clone()],
        evidence: vec![fixtures::evidence(&message, Criterion::Need)],
        ..Changes::default()
    };
    for scope in [trial.other.scope(), trial.home.sandbox()] {
        trial.commit_in(scope, changes()).await;
        note_visits(trial, scope, &[("ada", at(0))]).await;
    }
    let address = ada.contact.email.as_ref().expect("an address").as_str();
    for word in [address, &ada.id.prefixed(), conversation.visitor.as_str(), "ada"] {
        assert!(found(trial, word).await.is_empty(), "{word}");
    }
    let of = Trace::Conversation(conversation.id);
    assert!(traces(trial, &of, ALL).await.is_empty());
    trial.commit(changes()).await;
    let part = traces(trial, &of, ALL).await;
    empty(trial, part).await;
    for scope in [trial.other.scope(), trial.home.sandbox()] {
        let left = trial.store.traces(scope, &of, ALL).await.expect("a read");
        assert_eq!((left.messages.len(), left.quotes.len()), (1, 1), "theirs is untouched");
    }
}

pub async fn what_is_old_comes_oldest_first_and_once_emptied_never_again(trial: &Trial) {
    let mut leads = Vec::new();
    for n in [3, 1, 2, 9] {
        leads.push(trial.add_lead(lead(n)).await);
    }
    trial.absorb(&leads[0], &leads[3]).await;
    let before = at(5);
    let old = async |limit| trial.store.leads_inactive_since(trial.scope(), before, limit).await.expect("a read");
    assert_eq!(old(ALL).await, [leads[1].id, leads[2].id], "the absorbed one goes with its survivor");
    assert_eq!(old(1).await, [leads[1].id]);
    trial.change_lead(leads[1].clone(), leads[1].erased(at(8))).await;
    assert_eq!(old(ALL).await, [leads[2].id]);
    for (n, status) in [
        (4, ConversationStatus::Closed),
        (1, ConversationStatus::HandedOff),
        (2, ConversationStatus::Active),
        (3, ConversationStatus::Expired),
        (8, ConversationStatus::Closed),
    ] {
        trial.add_conversation(Conversation { status, ..trial.conversation(n) }, 0).await;
    }
    let silent =
        async |limit| trial.store.conversations_silent_since(trial.scope(), before, limit).await.expect("a read");
    assert_eq!(silent(ALL).await, [1, 3, 4].map(fixtures::id), "one that goes on is not old");
    assert_eq!(silent(2).await, [1, 3].map(fixtures::id));
    let stored = trial.stored(&trial.conversation(1)).await.expect("it is there");
    let gone = stored.erased(VisitorId::erased(1), fixtures::session(901), at(8));
    trial.commit(Changes { conversations: vec![Change::updated(stored, gone)], ..Changes::default() }).await;
    assert_eq!(silent(ALL).await, [3, 4].map(fixtures::id));
}

pub async fn a_wiped_store_is_as_it_was(trial: &Trial) {
    let (lead, conversation) = storied(trial).await;
    trial.store.wipe(trial.system()).await.expect("wiped");
    assert_eq!(trial.lead(&lead).await, Some(lead));
    assert_eq!(trial.stored(&conversation).await.map(|stored| stored.message_count), Some(5));
    assert_eq!(trial.store.recount(trial.scope()).await.expect("a recount").differences, []);
}
