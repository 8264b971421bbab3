//! Promises of the activity feed.
#![expect(missing_docs, reason = "the name of a promise says all of it")]

use std::collections::BTreeSet;

use synaptiq_domain::{
    access::TenantScope,
    changes::{Change, Changes},
    conversation::{Channel, Conversation, Handoff, HandoffPriority, HandoffReason, Intent},
    event::{Activity, ActivityQuery, Event, EventData, EventKind, FieldChange},
    lead::{Lead, LeadStatus, Score},
    money::Money,
    paging::{Order, Page, Paging, Position},
    time::Day,
};

use crate::{
    contract::{Trial, dice::Dice, leads::any_paging},
    fixtures::{self, at},
};

/// Everything that anybody could be shown, in parts of this size.
fn everything(limit: u32) -> ActivityQuery {
    ActivityQuery {
        kinds: EventKind::ALL.to_vec(),
        lead: None,
        from: Day(0).start(),
        to: at(1_000_000),
        paging: Paging::Page { page: 1, limit },
    }
}

async fn list(trial: &Trial, scope: TenantScope, query: &ActivityQuery) -> Page<Activity> {
    trial.store.list_activity(scope, query).await.expect("a read")
}

fn position_of(activity: &Activity) -> Position {
    Position::new(activity.at.micros(), activity.id)
}

/// An event as chance has it: few values each, so that there are many ties.
fn any_event(dice: &mut Dice, n: u32) -> Event {
    let lead = Lead { score: Score::clamped(i64::from(dice.below(100))), ..fixtures::lead(dice.below(4)) };
    Event {
        kind: dice.pick(EventKind::ALL),
        lead: dice.maybe(2, |_| lead.id),
        conversation: dice.maybe(2, |dice| fixtures::id(dice.below(3))),
        at: at(i64::from(dice.below(8))),
        ..fixtures::event(n, &lead)
    }
}

fn any_query(dice: &mut Dice) -> ActivityQuery {
    let mut kinds = EventKind::ALL.to_vec();
    kinds.retain(|_| !dice.one_in(3));
    ActivityQuery {
        kinds,
        lead: dice.maybe(3, |dice| fixtures::id(dice.below(5))),
        from: at(i64::from(dice.below(4))),
        to: at(i64::from(2 + dice.below(8))),
        paging: any_paging(dice),
    }
}

pub async fn a_part_of_the_feed_agrees_with_its_query(trial: &Trial) {
    let mut dice = Dice::new(11);
    let events: Vec<Event> = (0..80).map(|n| any_event(&mut dice, n)).collect();
    let all: Vec<Activity> = events.iter().map(Event::activity).collect();
    trial.commit(Changes { events, ..Changes::default() }).await;
    let mut shown = 0;
    for _ in 0..300 {
        let query = any_query(&mut dice);
        let matching = all.iter().filter(|activity| query.matches(activity)).cloned().collect();
        let page = list(trial, trial.scope(), &query).await;
        shown += page.items.len();
        assert_eq!(page, Page::of_all(matching, Order::Descending, query.paging, position_of), "{query:?}");
    }
    assert!(shown > 300, "the queries show something: {shown}");
    let nothing = ActivityQuery { kinds: Vec::new(), ..everything(9) };
    assert_eq!(list(trial, trial.scope(), &nothing).await.total, Some(0));
}

pub async fn a_cursor_shows_every_line_once_while_more_is_told(trial: &Trial) {
    let mut dice = Dice::new(12);
    let events: Vec<Event> = (0..60).map(|n| any_event(&mut dice, n)).collect();
    let first: BTreeSet<_> = events.iter().map(|event| event.id).collect();
    trial.commit(Changes { events, ..Changes::default() }).await;
    let mut query = everything(7);
    let mut seen = Vec::new();
    let mut late = 100;
    loop {
        let page = list(trial, trial.scope(), &query).await;
        seen.extend(page.items.iter().map(|activity| activity.id));
        let Some(position) = page.next else { break };
        query.paging = Paging::After { position, limit: 7 };
        let events = vec![any_event(&mut dice, late)];
        late += 1;
        trial.commit(Changes { events, ..Changes::default() }).await;
    }
    let known: Vec<_> = seen.iter().copied().filter(|id| first.contains(id)).collect();
    assert_eq!(known.len(), first.len(), "none twice");
    assert_eq!(known.into_iter().collect::<BTreeSet<_>>(), first, "and none left out");
}

pub async fn a_line_with_everything_in_it_reads_back_the_same(trial: &Trial) {
    let lead = fixtures::lead(1);
    let mut conversation = Conversation { channel: Channel::Whatsapp, ..trial.conversation(1) };
    conversation.handoff = Some(Handoff {
        reason: HandoffReason::parse("wants “a contract”\nby Friday").expect("a reason"),
        priority: HandoffPriority::Urgent,
        summary: String::new(),
        at: at(1),
    });
    let status = FieldChange {
        field: "status".to_owned(),
        from: LeadStatus::New.as_str().into(),
        to: LeadStatus::Qualified.as_str().into(),
    };
    let data = EventData {
        lead: Some(Box::new(lead.clone())),
        conversation: Some(Box::new(conversation.clone())),
        changes: vec![status],
        previous_score: Score::new(22),
        reason: Some("budget “20’000” (+20)".to_owned()),
        intent: Some(Intent::EnterprisePricing),
        confidence: Some(0.94),
        estimated_deal_size: Some(Money::from_minor(1_999_999)),
        merged_from: Some(fixtures::id(7)),
        ..EventData::default()
    };
    let events: Vec<Event> = (1..)
        .zip(EventKind::ALL)
        .map(|(n, kind)| Event {
            kind: *kind,
            conversation: Some(conversation.id),
            data: data.clone(),
            ..fixtures::event(n, &lead)
        })
        .collect();
    let mut told: Vec<Activity> = events.iter().map(Event::activity).collect();
    told.reverse();
    trial.commit(Changes { events, ..Changes::default() }).await;
    assert_eq!(list(trial, trial.scope(), &everything(99)).await.items, told, "newest first");
}

pub async fn a_merge_moves_the_lines_to_the_survivor(trial: &Trial) {
    let (survivor, absorbed) = (trial.add_lead(fixtures::lead(1)).await, trial.add_lead(fixtures::lead(2)).await);
    let events = vec![fixtures::event(1, &survivor), fixtures::event(2, &absorbed)];
    trial.commit(Changes { events, ..Changes::default() }).await;
    trial.absorb(&absorbed, &survivor).await;
    let of = |lead: &Lead| ActivityQuery { lead: Some(lead.id), ..everything(9) };
    assert_eq!(list(trial, trial.scope(), &of(&survivor)).await.total, Some(2));
    assert_eq!(list(trial, trial.scope(), &of(&absorbed)).await.total, Some(0));
}

pub async fn an_event_of_a_refused_commit_is_not_told(trial: &Trial) {
    let lead = fixtures::lead(1);
    let events = vec![fixtures::event(1, &lead)];
    let stale = Change::updated(lead.clone(), lead);
    trial.refuses("there is no such lead", Changes { leads: vec![stale], events, ..Changes::default() }).await;
    assert_eq!(list(trial, trial.scope(), &everything(9)).await.total, Some(0));
}

pub async fn the_feeds_of_a_sandbox_and_of_another_tenant_are_their_own(trial: &Trial) {
    let events = vec![fixtures::event(1, &fixtures::lead(1))];
    trial.commit(Changes { events, ..Changes::default() }).await;
    for scope in [trial.home.sandbox(), trial.other.scope()] {
        assert_eq!(list(trial, scope, &everything(9)).await.total, Some(0));
    }
    assert_eq!(list(trial, trial.scope(), &everything(9)).await.total, Some(1));
}
