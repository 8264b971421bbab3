//! Promises of reading conversations.
#![expect(missing_docs, reason = "the name of a promise says all of it")]

use std::collections::BTreeSet;

use synaptiq_domain::{
    changes::{Change, Changes},
    conversation::{
        Channel, Conversation, ConversationQuery, ConversationSort, ConversationStatus, Handoff, HandoffPriority,
        HandoffReason, Intent, KnownFacts, Message, MessageRange, Role, VisitorId,
    },
    lead::Utm,
    money::JsonMap,
    paging::{Order, Page, Paging, Position},
    ports::store::{LeadHistory, LeadKey, TurnFile, TurnKey},
    qualification::Criterion,
    text::Email,
};

use crate::{
    contract::{Trial, dice::Dice, leads::any_paging},
    fixtures::{self, at},
};

const SORTS: [ConversationSort; 3] =
    [ConversationSort::StartedAt, ConversationSort::LastMessageAt, ConversationSort::MessageCount];
const ORDERS: [Order; 2] = [Order::Ascending, Order::Descending];

/// A conversation as chance has it: few values each, so that there are many ties.
fn any_conversation(trial: &Trial, dice: &mut Dice, n: u32) -> Conversation {
    let mut conversation = trial.conversation(n);
    conversation.visitor = any_visitor(dice);
    conversation.lead = dice.maybe(2, |dice| fixtures::id(dice.below(2)));
    conversation.channel = dice.pick(&Channel::ALL);
    conversation.status = dice.pick(&ConversationStatus::ALL);
    conversation.message_count = dice.below(4);
    conversation.started_at = at(i64::from(dice.below(6)));
    conversation.last_message_at = at(i64::from(dice.below(6)));
    conversation
}

fn any_visitor(dice: &mut Dice) -> VisitorId {
    VisitorId::parse(dice.pick(&["anna", "Anna", "a%", "visitor 1"])).expect("a visitor's id")
}

async fn add_any_conversations(trial: &Trial, dice: &mut Dice, numbers: std::ops::Range<u32>) -> Vec<Conversation> {
    let all: Vec<_> = numbers.map(|n| any_conversation(trial, dice, n)).collect();
    let conversations = all.iter().cloned().map(Change::created).collect();
    trial.commit(Changes { conversations, ..Changes::default() }).await;
    all.into_iter().map(|conversation| Conversation { version: 1, ..conversation }).collect()
}

fn any_query(trial: &Trial, dice: &mut Dice) -> ConversationQuery {
    ConversationQuery {
        lead: dice.maybe(5, |dice| fixtures::id(dice.below(3))),
        visitor: dice.maybe(5, any_visitor),
        assistant: dice.maybe(5, |dice| dice.pick(&[trial.home.assistant.id, trial.other.assistant.id])),
        status: dice.maybe(2, |dice| dice.pick(&ConversationStatus::ALL)),
        channel: dice.maybe(4, |dice| dice.pick(&Channel::ALL)),
        started_after: dice.maybe(4, |dice| at(i64::from(dice.below(7)))),
        started_before: dice.maybe(4, |dice| at(i64::from(dice.below(7)))),
        last_message_after: dice.maybe(4, |dice| at(i64::from(dice.below(7)))),
        idle_since: at(i64::from(dice.below(7))),
        sort: dice.pick(&SORTS),
        order: dice.pick(&ORDERS),
        paging: any_paging(dice),
    }
}

pub async fn a_list_of_conversations_agrees_with_its_query(trial: &Trial) {
    let mut dice = Dice::new(3);
    trial.add_lead(fixtures::lead(0)).await;
    trial.add_lead(fixtures::lead(1)).await;
    let all = add_any_conversations(trial, &mut dice, 0..60).await;
    let mut shown = 0;
    for _ in 0..300 {
        let query = any_query(trial, &mut dice);
        let page = trial.store.list_conversations(trial.scope(), &query).await.expect("a read");
        let matching = all.iter().filter(|conversation| query.matches(conversation)).cloned().collect();
        let position_of = |row: &Conversation| Position::new(query.sort.value_of(row), row.id);
        shown += page.items.len();
        assert_eq!(page, Page::of_all(matching, query.order, query.paging, position_of), "{query:?}");
    }
    assert!(shown > 300, "the queries show something: {shown}");
}

pub async fn the_latest_conversations_of_a_lead_come_latest_first_and_no_more_than_asked_for(trial: &Trial) {
    let mut dice = Dice::new(5);
    trial.add_lead(fixtures::lead(0)).await;
    trial.add_lead(fixtures::lead(1)).await;
    let all = add_any_conversations(trial, &mut dice, 0..40).await;
    for (lead, limit) in [(0, 3), (0, 100), (1, 1), (2, 10)] {
        let lead = fixtures::id(lead);
        let mut expected: Vec<_> = all.iter().filter(|row| row.lead == Some(lead)).cloned().collect();
        expected.sort_by_key(|row| std::cmp::Reverse((row.last_message_at, row.id)));
        expected.truncate(limit as usize);
        let found = trial.store.recent_conversations(trial.scope(), lead, limit).await.expect("a read");
        assert_eq!(found, expected, "{lead} {limit}");
        let history = trial.store.load_lead_history(trial.scope(), lead, limit).await.expect("a read");
        let file = trial.store.load_lead(trial.scope(), &LeadKey::Id(lead)).await.expect("a read");
        assert_eq!(history, file.map(|file| LeadHistory { file, conversations: expected }), "{lead} {limit}");
        let elsewhere = trial.store.recent_conversations(trial.other.scope(), lead, limit).await.expect("a read");
        assert_eq!(elsewhere, [], "another tenant sees none of them");
    }
}

pub async fn an_idle_conversation_is_listed_as_expired_before_anyone_says_so(trial: &Trial) {
    let (idle, _) = trial.add_conversation(trial.conversation(1), 1).await;
    let waiting = Conversation { status: ConversationStatus::HandedOff, ..trial.conversation(2) };
    let (waiting, _) = trial.add_conversation(waiting, 1).await;
    let (lively, _) = trial.add_conversation(trial.conversation(10), 1).await;
    for (status, expected) in [
        (ConversationStatus::Active, vec![lively]),
        (ConversationStatus::Expired, vec![idle]),
        (ConversationStatus::HandedOff, vec![waiting]),
        (ConversationStatus::Closed, vec![]),
    ] {
        let query = ConversationQuery { status: Some(status), idle_since: at(10), ..ConversationQuery::default() };
        let page = trial.store.list_conversations(trial.scope(), &query).await.expect("a read");
        assert_eq!(page.items, expected, "{status:?}");
    }
}

pub async fn a_cursor_shows_every_conversation_once_while_others_come_and_go(trial: &Trial) {
    let mut dice = Dice::new(4);
    trial.add_lead(fixtures::lead(0)).await;
    trial.add_lead(fixtures::lead(1)).await;
    let mut fresh = 0;
    for sort in SORTS {
        for order in ORDERS {
            let known = add_any_conversations(trial, &mut dice, fresh..fresh + 20).await;
            fresh += 20;
            let paging = Paging::Page { page: 1, limit: 3 };
            let mut query = ConversationQuery { sort, order, paging, ..ConversationQuery::default() };
            let mut seen = Vec::new();
            loop {
                let page = trial.store.list_conversations(trial.scope(), &query).await.expect("a read");
                seen.extend(page.items.iter().map(|conversation| conversation.id));
                let Some(position) = page.next else { break };
                query.paging = Paging::After { position, limit: 3 };
                add_any_conversations(trial, &mut dice, fresh..fresh + 2).await;
                fresh += 2;
                if let Some(last) = page.items.last().filter(|_| dice.one_in(2)) {
                    let conversations = vec![Change::deleted(last.clone())];
                    trial.commit(Changes { conversations, ..Changes::default() }).await;
                }
            }
            let distinct: BTreeSet<_> = seen.iter().copied().collect();
            assert_eq!(distinct.len(), seen.len(), "nothing twice by {sort:?} {order:?}");
            let missed: Vec<_> = known.iter().map(|row| row.id).filter(|id| !distinct.contains(id)).collect();
            assert_eq!(missed, [], "nothing missed by {sort:?} {order:?}");
        }
    }
}

pub async fn a_session_finds_its_conversation_in_its_own_tenant_alone(trial: &Trial) {
    for (n, status) in (1..).zip(ConversationStatus::ALL) {
        let conversation = Conversation { status, ..trial.conversation(n) };
        let (conversation, _) = trial.add_conversation(conversation, 1).await;
        let session = conversation.session;
        let key = TurnKey { session: Some(session), ..TurnKey::default() };
        let found = trial.store.find_session(trial.scope(), session).await.expect("a read");
        assert_eq!(found.as_ref(), Some(&conversation), "whatever its status: {status:?}");
        let turn = trial.store.load_turn(trial.scope(), &key).await.expect("a read");
        assert_eq!(turn.conversation.map(|file| file.conversation).as_ref(), Some(&conversation));
        for scope in [trial.other.scope(), trial.home.sandbox()] {
            assert_eq!(trial.store.find_session(scope, session).await.expect("a read"), None);
            assert_eq!(trial.store.load_turn(scope, &key).await.expect("a read"), TurnFile::default());
        }
    }
    assert_eq!(trial.store.find_session(trial.scope(), fixtures::session(99)).await.expect("a read"), None);
}

pub async fn a_turn_is_loaded_by_session_or_by_id(trial: &Trial) {
    let (conversation, messages) = trial.add_conversation(trial.conversation(1), 7).await;
    let (_, _) = trial.add_conversation(trial.conversation(2), 3).await;
    let by_session = TurnKey { session: Some(conversation.session), history: 3, ..TurnKey::default() };
    let by_id = TurnKey { conversation: Some(conversation.id), history: 3, ..TurnKey::default() };
    let by_both = TurnKey { session: by_session.session, ..by_id.clone() };
    for key in [by_session, by_id, by_both] {
        let turn = trial.store.load_turn(trial.scope(), &key).await.expect("a read");
        let file = turn.conversation.expect("the conversation");
        assert_eq!((&file.conversation, file.lead), (&conversation, None));
        assert_eq!(file.history, messages[4..], "the last messages, oldest first");
        assert_eq!(turn.by_email, None);
    }
    let nothing = trial.store.load_turn(trial.scope(), &TurnKey::default()).await.expect("a read");
    assert_eq!(nothing, TurnFile::default());
}

pub async fn a_turn_comes_with_all_that_its_score_rests_on(trial: &Trial) {
    let (alone, piece) = trial.add_evidence(1, None, Criterion::Need).await;
    let key = |conversation: &Conversation| TurnKey { conversation: Some(conversation.id), ..TurnKey::default() };
    let turn = trial.store.load_turn(trial.scope(), &key(&alone)).await.expect("a read");
    let file = turn.conversation.expect("the conversation");
    assert_eq!((file.lead, file.evidence), (None, vec![piece]), "without a lead its own evidence alone");
    assert_eq!(file.history, [], "no history unless asked for");

    let lead = trial.add_lead(fixtures::lead(1)).await;
    let (tied, one) = trial.add_evidence(2, Some(&lead), Criterion::Need).await;
    let (_, two) = trial.add_evidence(3, Some(&lead), Criterion::Budget).await;
    let turn = trial.store.load_turn(trial.scope(), &key(&tied)).await.expect("a read");
    let mut file = turn.conversation.expect("the conversation");
    file.evidence.sort_by_key(|piece| piece.conversation);
    assert_eq!((file.lead, file.evidence), (Some(lead), vec![one, two]), "of all the lead's conversations");
}

pub async fn a_turn_knows_who_has_the_address_already(trial: &Trial) {
    let lead = trial.add_lead(fixtures::lead(1)).await;
    let (_, piece) = trial.add_evidence(1, Some(&lead), Criterion::Need).await;
    let (conversation, _) = trial.add_conversation(trial.conversation(2), 1).await;
    let spelling = lead.contact.email.as_ref().expect("an address").as_str().to_lowercase();
    let key =
        TurnKey { session: Some(conversation.session), email: Email::parse(&spelling).ok(), ..TurnKey::default() };
    let turn = trial.store.load_turn(trial.scope(), &key).await.expect("a read");
    let by_email = turn.by_email.expect("the lead");
    assert_eq!((by_email.lead, by_email.evidence), (lead, vec![piece]));
    assert_eq!(turn.conversation.map(|file| file.lead), Some(None), "it is not the conversation's lead");
    let elsewhere = trial.store.load_turn(trial.other.scope(), &key).await.expect("a read");
    assert_eq!(elsewhere, TurnFile::default());
}

pub async fn messages_come_in_order_of_position_from_either_end(trial: &Trial) {
    let (conversation, messages) = trial.add_conversation(trial.conversation(1), 12).await;
    trial.add_conversation(trial.conversation(2), 5).await;
    let newest_first: Vec<Message> = messages.iter().rev().cloned().collect();
    for (order, all) in [(Order::Ascending, &messages), (Order::Descending, &newest_first)] {
        for (offset, limit) in [(0, 100), (0, 5), (5, 5), (10, 5), (11, 1), (12, 5), (99, 5), (u32::MAX, u32::MAX)] {
            let range = MessageRange { offset, limit, order };
            let read = trial.store.list_messages(trial.scope(), conversation.id, range).await.expect("a read");
            let expected: Vec<_> = all.iter().skip(offset as usize).take(limit as usize).cloned().collect();
            assert_eq!(read, expected, "{range:?}");
        }
    }
    let range = MessageRange { offset: 0, limit: 9, order: Order::Ascending };
    let unknown = trial.store.list_messages(trial.scope(), fixtures::id(99), range).await.expect("a read");
    assert_eq!(unknown, [], "no such conversation");
}

pub async fn messages_after_a_position_come_oldest_first(trial: &Trial) {
    let (conversation, messages) = trial.add_conversation(trial.conversation(1), 6).await;
    for (after, limit, expected) in
        [(0, 99, &messages[..]), (2, 3, &messages[2..5]), (5, 9, &messages[5..]), (6, 9, &[]), (u32::MAX, 9, &[])]
    {
        let read = trial.store.messages_after(trial.scope(), conversation.id, after, limit).await.expect("a read");
        assert_eq!(read, expected, "after {after}");
    }
    let unknown = trial.store.messages_after(trial.scope(), fixtures::id(99), 0, 9).await.expect("a read");
    assert_eq!(unknown, []);
}

pub async fn a_deleted_conversation_takes_its_messages_and_evidence(trial: &Trial) {
    let lead = trial.add_lead(fixtures::lead(1)).await;
    let (conversation, _) = trial.add_evidence(1, Some(&lead), Criterion::Need).await;
    let (kept, piece) = trial.add_evidence(2, Some(&lead), Criterion::Budget).await;
    let changes = Changes { conversations: vec![Change::deleted(conversation.clone())], ..Changes::default() };
    trial.commit(changes).await;
    assert_eq!(trial.stored(&conversation).await, None);
    assert_eq!(trial.store.find_session(trial.scope(), conversation.session).await.expect("a read"), None);
    let messages = trial.store.messages_after(trial.scope(), conversation.id, 0, 9).await.expect("a read");
    assert_eq!(messages, []);
    assert_eq!(trial.quotes(&lead).await, [piece.quote], "the lead keeps the evidence of the other one");
    assert_eq!(trial.lead(&lead).await.as_ref(), Some(&lead));
    let messages = trial.store.messages_after(trial.scope(), kept.id, 0, 9).await.expect("a read");
    assert_eq!(messages.len(), 1);
    let again = Conversation { version: 0, ..conversation };
    trial.commit(Changes { conversations: vec![Change::created(again)], ..Changes::default() }).await;
    assert_eq!(trial.quotes(&lead).await.len(), 1, "it does not come back with another conversation of that id");
}

pub async fn nothing_is_added_to_a_conversation_that_is_gone(trial: &Trial) {
    let lead = fixtures::lead(1);
    let message = fixtures::message(fixtures::id(99), 1);
    let evidence = fixtures::evidence(&message, Criterion::Need);
    for changes in [
        Changes { messages: vec![message], ..Changes::default() },
        Changes { evidence: vec![evidence], ..Changes::default() },
    ] {
        let changes = Changes { leads: vec![Change::created(lead.clone())], ..changes };
        let outcome = trial.store.commit(trial.scope(), changes).await;
        assert!(outcome.is_err(), "{outcome:?}");
        assert_eq!(trial.lead(&lead).await, None, "nor is the rest");
    }
}

pub async fn a_conversation_with_everything_in_it_reads_back_the_same(trial: &Trial) {
    let lead = trial.add_lead(fixtures::lead(1)).await;
    let full = Conversation {
        lead: Some(lead.id),
        channel: Channel::Whatsapp,
        status: ConversationStatus::HandedOff,
        handoff: Some(Handoff {
            reason: HandoffReason::visitor_asked(),
            priority: HandoffPriority::Urgent,
            summary: "Wants a person.".to_owned(),
            at: at(5),
        }),
        assigned_to: Some(trial.home.member.id),
        intents: vec![Intent::HumanRequest, Intent::PricingInquiry],
        responses: 3,
        response_millis: 4_200,
        was_handed_off: true,
        ended_at: Some(at(7)),
        ..trial.conversation(1)
    };
    let (full, _) = trial.add_conversation(full, 0).await;
    assert_eq!(trial.stored(&full).await.as_ref(), Some(&full));
    let bare = Conversation {
        language: None,
        facts: KnownFacts::default(),
        source_url: None,
        utm: Utm::default(),
        first_message: None,
        metadata: JsonMap::new(),
        ..trial.conversation(2)
    };
    let (bare, _) = trial.add_conversation(bare, 0).await;
    assert_eq!(trial.stored(&bare).await.as_ref(), Some(&bare));
    let mut message = fixtures::message(bare.id, 1);
    message.role = Role::Agent;
    message.member = Some(trial.home.member.id);
    message.interrupted = true;
    message.confidence = Some(0.1 + 0.2);
    trial.commit(Changes { messages: vec![message.clone()], ..Changes::default() }).await;
    assert_eq!(trial.store.messages_after(trial.scope(), bare.id, 0, 9).await.expect("a read"), [message]);
}
