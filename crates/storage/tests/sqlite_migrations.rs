//! What migrations make of rows that are there already.

use std::{fs, path::Path};

use diesel::{
    Connection as _, QueryableByName, RunQueryDsl as _, SqliteConnection, connection::SimpleConnection as _, sql_query,
    sql_types::Text,
};
use synaptiq_domain::{
    conversation::{Channel, Conversation, Handoff, HandoffPriority, HandoffReason, Intent},
    event::{ActivityFacts, Event, EventData, EventKind},
    lead::{Contact, Lead, LeadStatus, LeadStory, Score},
    money::Money,
};
use synaptiq_testkit::fixtures::{self, at};

/// Runs the migrations whose folders come before a name, or from it on.
fn migrate(conn: &mut SqliteConnection, until: &str, before: bool) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations/sqlite");
    let mut folders: Vec<_> =
        fs::read_dir(root).expect("migrations").map(|entry| entry.expect("an entry").path()).collect();
    folders.sort();
    for folder in folders {
        let name = folder.file_name().and_then(|name| name.to_str()).expect("a name").to_owned();
        if (name.as_str() < until) == before {
            let sql = fs::read_to_string(folder.join("up.sql")).expect("an up.sql");
            conn.batch_execute(&sql).unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
}

#[derive(QueryableByName)]
struct Kept {
    #[diesel(sql_type = Text)]
    id: String,
    #[diesel(sql_type = Text)]
    description: String,
    #[diesel(sql_type = Text)]
    facts: String,
}

/// Events of a person who came, qualified, was handed over and bought, as they were stored whole.
fn history() -> Vec<Event> {
    let contact = Contact {
        title: Some("CTO".to_owned()),
        company: Some("L'Étoile \"Inc.\"".to_owned()),
        ..fixtures::lead(1).contact
    };
    let before = Lead { contact, score: Score::clamped(22), status: LeadStatus::New, ..fixtures::lead(1) };
    let mut after = Lead { score: Score::clamped(64), archived: !before.archived, ..before.clone() };
    after.qualification_reason = Some("budget “20’000” (+20)".to_owned());
    after.move_to(LeadStatus::Qualified, at(2));
    let mut bought = after.clone();
    bought.move_to(LeadStatus::Converted, at(3));
    let mut conversation = Conversation { channel: Channel::Slack, ..fixtures::conversation(1, fixtures::id(1)) };
    conversation.facts.seats = Some(50);
    conversation.handoff = Some(Handoff {
        reason: HandoffReason::visitor_asked(),
        priority: HandoffPriority::High,
        summary: String::new(),
        at: at(2),
    });
    let threshold = Score::clamped(60);
    let mut told = Vec::new();
    for (before, after) in [(None, &before), (Some(&before), &after), (Some(&after), &bought)] {
        told.extend(LeadStory { before, after, threshold, merged: None }.events());
    }
    let merged_from = Some(fixtures::id(9));
    told.push((EventKind::LeadUpdated, EventData { merged_from, ..EventData::default() }));
    let of_talk = || EventData { conversation: Some(Box::new(conversation.clone())), ..EventData::default() };
    let high = EventData {
        intent: Some(Intent::EnterprisePricing),
        confidence: Some(0.94),
        estimated_deal_size: Some(Money::from_minor(4_500_050)),
        ..of_talk()
    };
    told.push((EventKind::IntentHighValue, high));
    told.extend(
        EventKind::ALL.iter().filter(|kind| !kind.as_str().starts_with("lead.")).map(|kind| (*kind, of_talk())),
    );
    told.push((EventKind::LeadDeleted, EventData::default()));
    (1..).zip(told).map(|(n, (kind, data))| Event { kind, data, ..fixtures::event(n, &fixtures::lead(1)) }).collect()
}

#[test]
fn events_that_were_kept_whole_are_told_by_the_same_facts_afterwards() {
    let mut conn = SqliteConnection::establish(":memory:").expect("a database in memory");
    migrate(&mut conn, "2026-11-21-000120_activity", true);
    let mut history = history();
    let test = EventData { is_test: true, ..EventData::default() };
    history.push(Event { data: test, ..fixtures::event(900, &fixtures::lead(1)) });
    for Event { id, kind, lead, conversation: _, data, at } in &history {
        sql_query("INSERT INTO events VALUES ('t', ?, ?, ?, NULL, ?, ?)")
            .bind::<Text, _>(id.ulid())
            .bind::<Text, _>(kind.as_str())
            .bind::<diesel::sql_types::Nullable<Text>, _>(lead.map(synaptiq_domain::id::Id::ulid))
            .bind::<Text, _>(serde_json::to_string(data).expect("JSON"))
            .bind::<diesel::sql_types::BigInt, _>(at.micros())
            .execute(&mut conn)
            .expect("a row of before");
    }
    history.pop();
    migrate(&mut conn, "2026-11-21-000120_activity", false);
    let kept: Vec<Kept> =
        sql_query("SELECT id, description, facts FROM events ORDER BY id").load(&mut conn).expect("what is kept");
    assert_eq!(kept.len(), history.len(), "but for the test of a webhook");
    for (kept, event) in kept.iter().zip(&history) {
        let activity = event.activity();
        assert_eq!(kept.id, event.id.ulid());
        let facts: ActivityFacts = serde_json::from_str(&kept.facts).expect("facts");
        assert_eq!(facts, activity.facts, "{:?}", event.kind);
        assert_eq!(kept.facts, serde_json::to_string(&facts).expect("JSON"), "as they are written today");
        let is_told_less = matches!(
            event.kind,
            EventKind::LeadQualified
                | EventKind::LeadUpdated
                | EventKind::ConversationCompleted
                | EventKind::ConversationHandoff
                | EventKind::MessageSent
        );
        if is_told_less {
            let first = activity.description.split([' ', ':']).next().expect("a word");
            assert!(kept.description.contains(first) || event.kind == EventKind::MessageSent, "{}", kept.description);
            assert!(kept.description.ends_with('.') && !kept.description.ends_with(".."), "{}", kept.description);
        } else {
            assert_eq!(kept.description, activity.description);
        }
    }
    let qualified = kept.iter().find(|kept| kept.description.starts_with("Lead qualified")).expect("it is told");
    assert_eq!(qualified.description, "Lead qualified: CTO at L'Étoile \"Inc.\", budget “20’000” (+20).");
}
