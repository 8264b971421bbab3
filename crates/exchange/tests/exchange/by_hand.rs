//! Files that people write: what they leave out follows from what they say.

use synaptiq_domain::{
    conversation::ConversationStatus,
    event::{ActivityQuery, EventKind},
    id::Id,
    lead::{Lead, LeadQuery, LeadStatus},
    paging::Paging,
    time::Timestamp,
};
use synaptiq_exchange::import::{FileForm, OnError};

use crate::stage::Stage;

const LEAD: &str = "lead_01HQ3VXK9BWMN4F6T2P8R5GYSC";
const CONVERSATION: &str = "conv_01HQ7ABC2DEF3GH14JK15MN06P";

fn at(text: &str) -> Timestamp {
    Timestamp::parse_rfc3339(text).expect("a time")
}

async fn lead(stage: &Stage) -> Lead {
    let found = stage.services.store.find_lead(stage.scope, Id::parse(LEAD).expect("an id")).await;
    found.expect("a read").expect("it is there")
}

async fn feed(stage: &Stage) -> Vec<(EventKind, String)> {
    let query = ActivityQuery {
        kinds: EventKind::ALL.to_vec(),
        lead: None,
        from: at("2000-01-01T00:00:00Z"),
        to: at("2100-01-01T00:00:00Z"),
        paging: Paging::Page { page: 1, limit: 100 },
    };
    let page = stage.services.store.list_activity(stage.scope, &query).await.expect("a read");
    page.items.into_iter().rev().map(|line| (line.kind, line.description)).collect()
}

/// A lead and a conversation with nothing but documented fields.
fn documented() -> Vec<String> {
    vec![
        format!(
            r#"{{"object":"lead","id":"{LEAD}","email":"maria@cloudsoft.io","status":"converted","score":87,"createdAt":"2026-03-01T09:00:00Z","statusHistory":[{{"status":"new","at":"2026-03-01T09:00:00Z"}},{{"status":"booked","at":"2026-03-02T09:00:00Z"}},{{"status":"converted","at":"2026-03-05T09:00:00Z"}}]}}"#
        ),
        format!(
            r#"{{"object":"conversation","id":"{CONVERSATION}","leadId":"{LEAD}","visitorId":"v1","channel":"slack","status":"active","startedAt":"2026-03-01T08:50:00Z","messages":[{{"role":"user","content":"Hello","createdAt":"2026-03-01T08:50:00Z"}},{{"role":"assistant","content":"Hi","createdAt":"2026-03-01T08:50:02Z"}},{{"role":"user","content":"Price?","createdAt":"2026-03-01T08:51:00Z"}},{{"role":"agent","content":"One moment","createdAt":"2026-03-01T08:51:01Z"}},{{"role":"assistant","content":"149","createdAt":"2026-03-01T08:51:03.500Z","intent":"pricing_inquiry","confidence":0.9}}],"handoff":{{"reason":"pricing","priority":"high","at":"2026-03-01T08:51:00Z"}}}}"#
        ),
        format!(
            r#"{{"object":"meeting","leadId":"{LEAD}","startsAt":"2026-03-10T09:00:00Z","status":"booked","bookedAt":"2026-03-02T09:00:00Z"}}"#
        ),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_hand_made_file_leaves_out_follows_from_what_it_says() {
    let stage = Stage::on_sqlite().await;
    stage.import(documented().join("\n").as_bytes()).await.expect("in order");
    let lead = lead(&stage).await;
    assert_eq!(lead.qualified_at, Some(at("2026-03-02T09:00:00Z")), "booked counts as qualified");
    assert_eq!(lead.first_conversation.map(|first| first.at), Some(at("2026-03-01T08:50:00Z")));
    let id = Id::parse(CONVERSATION).expect("an id");
    let talk = stage.services.store.find_conversation(stage.scope, id).await.expect("a read").expect("it is there");
    assert_eq!((talk.responses, talk.response_millis), (2, 2_000 + 3_500), "from question to answer");
    assert_eq!((talk.message_count, talk.was_handed_off), (5, true));
    let kinds: Vec<EventKind> = feed(&stage).await.into_iter().map(|(kind, _)| kind).collect();
    let mut expected = vec![
        EventKind::ConversationStarted,
        EventKind::ConversationHandoff,
        EventKind::LeadCreated,
        EventKind::MeetingBooked,
        EventKind::LeadConverted,
    ];
    assert_eq!(kinds, expected);
    expected.clear();
    let recount = stage.services.store.recount(stage.scope).await.expect("a read");
    assert_eq!(recount.differences, []);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_over_age_active_conversation_is_stored_as_expired() {
    let stage = Stage::in_memory().await;
    let line = r#"{"object":"conversation","visitorId":"v","status":"active","createdAt":"2020-01-01T00:00:00Z","messages":[{"role":"user","content":"x","createdAt":"2020-01-01T00:05:00Z"}]}"#;
    stage.import(line.as_bytes()).await.expect("in order");
    let lines = stage.lines().await;
    let stored = lines.iter().find(|line| line.contains(r#""object":"conversation""#)).expect("it is there");
    assert!(stored.contains(r#""status":"expired""#) && stored.contains(r#""endedAt":"2020-01-01T00:05:00.000Z""#));
    assert_eq!(ConversationStatus::Expired.as_str(), "expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_given_event_takes_the_place_of_the_one_that_follows_whichever_comes_first() {
    let given = format!(
        r#"{{"object":"event","type":"conversion.completed","leadId":"{LEAD}","occurredAt":"2026-03-05T09:00:00Z","description":"Signed."}}"#
    );
    for position in [0, 1, 3] {
        let stage = Stage::on_sqlite().await;
        let mut lines = documented();
        lines.insert(position, given.clone());
        for _ in 0..2 {
            stage.import(lines.join("\n").as_bytes()).await.expect("in order");
        }
        let told = feed(&stage).await;
        let conversions: Vec<_> = told.iter().filter(|(kind, _)| *kind == EventKind::LeadConverted).collect();
        assert_eq!(conversions, [&(EventKind::LeadConverted, "Signed.".to_owned())]);
        assert_eq!(told.len(), 5);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_lines_without_ids_are_as_many_records_and_the_same_file_twice_changes_nothing() {
    let stage = Stage::on_sqlite().await;
    let line = r#"{"object":"lead","phone":"+41 44 668 18 00","createdAt":"2026-03-01T09:00:00Z","name":"Twin"}"#;
    // The same line with its fields in another order is the same line.
    let other = r#"{"name":"Twin", "createdAt":"2026-03-01T09:00:00Z","phone":"+41 44 668 18 00","object":"lead"}"#;
    let file = [line, other, line].join("\n");
    let first = stage.import(file.as_bytes()).await.expect("in order");
    assert_eq!((first.added.leads, first.added.events), (3, 3));
    let exported = stage.export().await;
    let second = stage.import(file.as_bytes()).await.expect("in order");
    assert_eq!((second.rows, second.already_there), (0, 3));
    assert_eq!(stage.export().await, exported);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_without_an_id_fills_what_the_lead_with_its_address_does_not_say() {
    let stage = Stage::on_sqlite().await;
    let file = format!(
        "{{\"object\":\"lead\",\"id\":\"{LEAD}\",\"email\":\"Ada@Example.com\",\"name\":\"Ada\",\"createdAt\":\"2026-03-01T09:00:00Z\",\"customFields\":{{\"a\":1}}}}\n\
         {{\"object\":\"lead\",\"email\":\"ada@example.com\",\"name\":\"Other\",\"company\":\"Engines\",\"createdAt\":\"2026-03-02T09:00:00Z\",\"customFields\":{{\"a\":2,\"b\":3}},\"tags\":[\"x\"]}}\n"
    );
    let summary = stage.import(file.as_bytes()).await.expect("in order");
    assert_eq!((summary.added.leads, summary.filled), (1, 1));
    let lead = lead(&stage).await;
    assert_eq!((lead.contact.name.as_deref(), lead.contact.company.as_deref()), (Some("Ada"), Some("Engines")));
    assert_eq!(serde_json::Value::Object(lead.custom_fields.clone()), serde_json::json!({"a": 1, "b": 3}));
    assert_eq!(feed(&stage).await.len(), 1, "one lead was created");
    let second = stage.import(file.as_bytes()).await.expect("in order");
    assert_eq!((second.rows, second.filled), (0, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lead_with_an_id_whose_address_another_holds_is_refused_with_the_reason() {
    let stage = Stage::on_sqlite().await;
    let other = "lead_01HQ3VXK9BWMN4F6T2P8R5GYSD";
    let line = |id: &str| {
        format!(r#"{{"object":"lead","id":"{id}","email":"ada@example.com","createdAt":"2026-03-01T09:00:00Z"}}"#)
    };
    let file = [line(LEAD), line(other)].join("\n");
    let (outcome, listed) = stage.import_as(FileForm::Lines, OnError::Skip, file.as_bytes()).await;
    assert_eq!(outcome.expect("skipped").refused, 1);
    assert_eq!((listed[0].line, listed[0].field.as_str()), (2, "email"));
    assert!(listed[0].reason.contains(LEAD), "{}", listed[0].reason);
    let query = LeadQuery::default();
    let leads = stage.services.store.list_leads(stage.scope, &query).await.expect("a read").items;
    assert_eq!(
        leads.iter().map(|lead| (lead.id.prefixed(), lead.status)).collect::<Vec<_>>(),
        [(LEAD.to_owned(), LeadStatus::New)]
    );
}
