//! Promises of moving history in and out.
#![expect(missing_docs, reason = "the name of a promise says all of it")]

use std::sync::{Arc, Mutex};

use synaptiq_domain::{
    access::TenantScope,
    analytics::{Recount, Visit},
    changes::{Change, Changes},
    conversation::{Channel, Conversation, VisitorId},
    event::{Activity, ActivityFacts, EventKind},
    history::{Meeting, MeetingStatus, Record, RecordOutcome, Refusal, derived_activities},
    id::Id,
    lead::{FirstConversation, Lead, LeadStatus, StatusChange},
    paging::Paging,
    qualification::Criterion,
    webhook::{DeliveryQuery, Endpoint},
};

use crate::{
    contract::{Trial, dice::Dice},
    fixtures::{self, at, id},
};

async fn add(trial: &Trial, records: Vec<Record>) -> Vec<RecordOutcome> {
    trial.store.add_history(trial.scope(), records).await.expect("a batch")
}

async fn read(trial: &Trial, scope: TenantScope) -> Vec<Record> {
    let found = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&found);
    let sink = move |page: Vec<Record>| {
        kept.lock().expect("no panic").extend(page);
        true
    };
    trial.store.read_history(scope, Box::new(sink)).await.expect("a read");
    std::mem::take(&mut *found.lock().expect("no panic"))
}

async fn recount(trial: &Trial) -> Recount {
    trial.store.recount(trial.scope()).await.expect("a read")
}

/// The lead's record, without a first conversation of its own.
fn lead(n: u32) -> Record {
    Record::Lead(Box::new(Lead { first_conversation: None, ..fixtures::lead(n) }))
}

/// A conversation of three messages with evidence, begun so many seconds after the beginning.
fn conversation(trial: &Trial, n: u32, lead: Option<u32>, seconds: i64) -> Record {
    let conversation = Conversation {
        lead: lead.map(id),
        message_count: 3,
        responses: 1,
        response_millis: 1_500,
        was_handed_off: n.is_multiple_of(2),
        started_at: at(seconds),
        channel: if n.is_multiple_of(2) { Channel::Slack } else { Channel::WebChat },
        ..trial.conversation(n)
    };
    let messages: Vec<_> = (1..=3).map(|position| fixtures::message(conversation.id, position)).collect();
    let evidence =
        vec![fixtures::evidence(&messages[0], Criterion::Need), fixtures::evidence(&messages[2], Criterion::Budget)];
    Record::Conversation { conversation: Box::new(conversation), messages, evidence }
}

fn visit(n: u32, seconds: i64) -> Record {
    let visitor = VisitorId::parse(&format!("visitor-{n}")).expect("an id");
    Record::Visit(Visit { visitor, channel: Channel::WebChat, at: at(seconds), page: Some("/pricing".to_owned()) })
}

fn meeting(n: u32, lead: u32) -> Record {
    Record::Meeting(Meeting {
        id: id(n),
        lead: id(lead),
        starts_at: at(9_000),
        ends_at: n.is_multiple_of(2).then(|| at(9_900)),
        status: MeetingStatus::NoShow,
        booked_at: at(100),
    })
}

fn activity(n: u32, lead: u32, kind: EventKind, seconds: i64) -> Activity {
    Activity {
        id: id(n),
        kind,
        lead: Some(id(lead)),
        conversation: None,
        description: format!("Said by hand, “{n}”."),
        facts: ActivityFacts {
            new_status: Some(LeadStatus::Qualified),
            confidence: Some(0.1),
            ..ActivityFacts::default()
        },
        at: at(seconds),
    }
}

/// Some records of every kind, each list in order.
fn everything(trial: &Trial) -> Vec<Record> {
    let mut all: Vec<Record> = (1..=4).map(lead).collect();
    all.extend((11..=16).map(|n| conversation(trial, n, (n % 2 == 0).then_some(n - 11), i64::from(n))));
    all.extend([visit(1, 0), visit(2, 5), visit(1, 86_400)]);
    all.extend([meeting(31, 1), meeting(32, 2)]);
    all.extend((41..=43).map(|n| Record::Activity(activity(n, 1, EventKind::LeadQualified, i64::from(n)))));
    all
}

/// What the store makes of a record: the first version, and a lead's first conversation.
fn as_stored(record: Record, first: impl Fn(&Lead) -> Option<FirstConversation>) -> Record {
    match record {
        Record::Lead(lead) => {
            let first_conversation = first(&lead);
            Record::Lead(Box::new(Lead { version: 1, first_conversation, ..*lead }))
        }
        Record::Conversation { conversation, messages, evidence } => {
            let conversation = Box::new(Conversation { version: 1, ..*conversation });
            Record::Conversation { conversation, messages, evidence }
        }
        other => other,
    }
}

pub async fn history_reads_back_as_it_was_added_kind_by_kind_in_order(trial: &Trial) {
    let all = everything(trial);
    let mut shuffled = all.clone();
    // Conversations before their leads would raise the leads' versions; the kinds stay in order.
    shuffled[4..10].reverse();
    shuffled[10..13].reverse();
    shuffled[15..].reverse();
    // Leads are read before conversations, so that the first conversations are known here.
    let first = |lead: &Lead| {
        let n = 11 + u32::try_from(lead.id.bits() & 0xff).expect("small");
        let channel = if n.is_multiple_of(2) { Channel::Slack } else { Channel::WebChat };
        (n <= 16 && n.is_multiple_of(2)).then(|| FirstConversation { channel, at: at(i64::from(n)) })
    };
    // The conversations come first of all, so that no lead changes after it was added.
    let (leads, rest) = shuffled.split_at(4);
    for records in [rest.to_vec(), leads.to_vec()] {
        let outcomes = add(trial, records).await;
        assert!(outcomes.iter().all(|outcome| *outcome == RecordOutcome::Added), "{outcomes:?}");
    }
    let expected: Vec<Record> = all.into_iter().map(|record| as_stored(record, first)).collect();
    assert_eq!(read(trial, trial.scope()).await, expected);
    assert!(read(trial, trial.other.scope()).await.is_empty(), "another tenant has none of it");
}

pub async fn adding_a_batch_twice_is_adding_it_once(trial: &Trial) {
    let all = everything(trial);
    add(trial, all.clone()).await;
    let (before, counted) = (read(trial, trial.scope()).await, recount(trial).await);
    let outcomes = add(trial, all).await;
    assert!(outcomes.iter().all(|outcome| *outcome == RecordOutcome::AlreadyThere), "{outcomes:?}");
    assert_eq!(read(trial, trial.scope()).await, before);
    assert_eq!(recount(trial).await, counted);
}

pub async fn the_counters_of_added_history_are_those_of_a_recount(trial: &Trial) {
    let mut dice = Dice::new(17);
    let mut all = Vec::new();
    for n in 1..=30 {
        let mut lead = Lead { first_conversation: None, ..fixtures::lead(n) };
        lead.created_at = at(i64::from(dice.below(5)) * 86_400);
        let booked = at(i64::from(dice.below(5)) * 86_400);
        lead.qualified_at = dice.maybe(2, |_| booked);
        lead.status_history.push(StatusChange { status: LeadStatus::Booked, at: booked });
        all.push(Record::Lead(Box::new(lead)));
        all.push(conversation(trial, 100 + n, Some(1 + dice.below(40)), i64::from(dice.below(5)) * 86_400));
        all.push(visit(dice.below(9), i64::from(dice.below(5)) * 86_400));
    }
    // In any order, in batches of any size, some of them twice.
    for _ in 0..3 {
        let mut left = all.clone();
        while !left.is_empty() {
            let at = usize::try_from(dice.below(u32::try_from(left.len()).expect("few"))).expect("small");
            let batch = left.split_off(at);
            add(trial, batch).await;
        }
    }
    let recount = recount(trial).await;
    assert_eq!(recount.differences, [], "counters are what the rows say");
    assert!(recount.counters > 5 && recount.rows >= 60, "{recount:?}");
}

pub async fn a_leads_first_conversation_is_the_earliest_whichever_came_first(trial: &Trial) {
    let early = FirstConversation { channel: Channel::Slack, at: at(20) };
    let stored = |records: Vec<Record>| async move {
        add(trial, records).await;
    };
    // Before the lead, with it, and after it.
    stored(vec![conversation(trial, 50, Some(1), 40), conversation(trial, 52, Some(1), 20)]).await;
    stored(vec![lead(1), conversation(trial, 51, Some(1), 30)]).await;
    assert_eq!(trial.lead(&fixtures::lead(1)).await.and_then(|lead| lead.first_conversation), Some(early));
    stored(vec![lead(2), conversation(trial, 61, Some(2), 30)]).await;
    stored(vec![conversation(trial, 62, Some(2), 20), conversation(trial, 63, Some(2), 25)]).await;
    let changed = trial.lead(&fixtures::lead(2)).await.expect("it is there");
    assert_eq!(changed.first_conversation, Some(early));
    assert!(changed.version > 1, "whoever read the lead before is stale");
    assert_eq!(recount(trial).await.differences, []);
}

pub async fn a_conversation_that_names_an_absorbed_lead_is_the_survivors(trial: &Trial) {
    let survivor = trial.add_lead(fixtures::lead(1)).await;
    let absorbed = trial.add_lead(fixtures::lead(2)).await;
    trial.absorb(&absorbed, &survivor).await;
    add(trial, vec![conversation(trial, 51, Some(2), 5)]).await;
    let stored = trial.stored(&trial.conversation(51)).await.expect("it is there");
    assert_eq!(stored.lead, Some(survivor.id));
}

pub async fn a_refused_record_keeps_no_other_from_being_added(trial: &Trial) {
    let holder = trial.add_lead(fixtures::lead(1)).await;
    let mut twin = Lead { first_conversation: None, ..fixtures::lead(2) };
    twin.contact.email.clone_from(&holder.contact.email);
    let follows = derived_activities(trial.scope().data(), &Record::Lead(Box::new(twin.clone())));
    let mut records = vec![lead(3), Record::Lead(Box::new(twin.clone()))];
    records.extend(follows.into_iter().map(Record::Activity));
    records.push(lead(4));
    let refused = RecordOutcome::Refused(Refusal::EmailTaken(holder.id));
    let outcomes = add(trial, records).await;
    assert_eq!(outcomes, [RecordOutcome::Added, refused, refused, RecordOutcome::Added]);
    assert_eq!(trial.lead(&twin).await, None);
    assert_eq!(trial.lead(&holder).await, Some(holder), "nothing of it was changed");
    let lines = read(trial, trial.scope()).await.into_iter().filter(|record| matches!(record, Record::Activity(_)));
    assert_eq!(lines.count(), 0, "nothing is told of a lead that is not there");
}

pub async fn a_given_activity_takes_the_place_of_a_derived_one_whichever_came_first(trial: &Trial) {
    let tenant = trial.scope().data();
    for (n, given_comes_first) in [(1, true), (2, false)] {
        let given = activity(40 + n, n, EventKind::LeadQualified, 77);
        let derived = Activity { id: given.derived_id(tenant), description: "It follows.".to_owned(), ..given.clone() };
        let other = Activity { at: at(78), ..derived.clone() };
        let other = Activity { id: other.derived_id(tenant), ..other };
        let mut records = vec![Record::Activity(derived), Record::Activity(given.clone())];
        if given_comes_first {
            records.reverse();
        }
        records.push(Record::Activity(other.clone()));
        for _ in 0..2 {
            for record in &records {
                add(trial, vec![record.clone()]).await;
            }
        }
        let told: Vec<Record> = read(trial, trial.scope())
            .await
            .into_iter()
            .filter(|record| matches!(record, Record::Activity(line) if line.lead == given.lead))
            .collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told.contains(&Record::Activity(given)) && told.contains(&Record::Activity(other)), "{told:?}");
    }
}

pub async fn meetings_follow_their_lead_into_a_merge_and_go_with_it(trial: &Trial) {
    let survivor = trial.add_lead(fixtures::lead(1)).await;
    let absorbed = trial.add_lead(fixtures::lead(2)).await;
    add(trial, vec![meeting(31, 1), meeting(32, 2), meeting(33, 3)]).await;
    trial.absorb(&absorbed, &survivor).await;
    let of = |records: Vec<Record>| -> Vec<(Id<Meeting>, Id<Lead>)> {
        let meetings = records.into_iter().filter_map(|record| match record {
            Record::Meeting(meeting) => Some((meeting.id, meeting.lead)),
            _ => None,
        });
        meetings.collect()
    };
    assert_eq!(of(read(trial, trial.scope()).await), [(id(31), id(1)), (id(32), id(1)), (id(33), id(3))]);
    trial.commit(Changes { leads: vec![Change::deleted(survivor)], ..Changes::default() }).await;
    assert_eq!(of(read(trial, trial.scope()).await), [(id(33), id(3))]);
}

pub async fn no_delivery_is_made_of_history(trial: &Trial) {
    let endpoint: Endpoint = trial.add_endpoint(trial.scope(), fixtures::endpoint(1)).await;
    add(trial, everything(trial)).await;
    let query = DeliveryQuery { paging: Paging::default(), ..DeliveryQuery::default() };
    let found = trial.store.list_deliveries(trial.scope(), endpoint.id, &query).await.expect("a read");
    assert!(found.items.is_empty());
}

pub async fn reading_shows_one_moment_and_ends_when_the_sink_has_enough(trial: &Trial) {
    // More leads than one page has.
    let leads: Vec<Lead> = (1..=1_200).map(fixtures::lead).collect();
    let changes = Changes { leads: leads.iter().cloned().map(Change::created).collect(), ..Changes::default() };
    trial.commit(changes).await;
    let (store, scope, runtime) = (Arc::clone(&trial.store), trial.scope(), tokio::runtime::Handle::current());
    let seen = Arc::new(Mutex::new(0_usize));
    let count = Arc::clone(&seen);
    let mut pages = 0;
    let sink = move |page: Vec<Record>| {
        if pages == 0 {
            let changes = Changes { leads: vec![Change::created(fixtures::lead(5_000))], ..Changes::default() };
            runtime.block_on(store.commit(scope, changes)).expect("writes go on");
        }
        pages += 1;
        *count.lock().expect("no panic") += page.len();
        true
    };
    trial.store.read_history(trial.scope(), Box::new(sink)).await.expect("a read");
    assert_eq!(*seen.lock().expect("no panic"), 1_200, "what came meanwhile is not shown");
    let calls = Arc::new(Mutex::new(0));
    let count = Arc::clone(&calls);
    let enough = move |_: Vec<Record>| {
        *count.lock().expect("no panic") += 1;
        false
    };
    trial.store.read_history(trial.scope(), Box::new(enough)).await.expect("a read");
    assert_eq!(*calls.lock().expect("no panic"), 1);
}
