//! Turns with the built-in assistant.

use serde_json::{Value, json};
use synaptiq_domain::{
    conversation::{ConversationStatus, HandoffPriority, HandoffReason, Role},
    event::EventKind::{self, *},
    lead::{LeadPatch, LeadStatus},
    money::Money,
    use_cases::{
        AgentMessage, HandoffCommand, NamedMember, UseCaseError, close_conversation, expire_idle_conversations,
        hand_off, patch_lead, return_to_assistant, send_agent_message,
    },
};

use crate::stage::{Stage, command};

fn lead_events(kinds: &[EventKind]) -> Vec<EventKind> {
    kinds.iter().copied().filter(|kind| kind.as_str().starts_with("lead.")).collect()
}

#[tokio::test]
async fn a_lead_is_new_with_its_address_and_qualifying_with_the_next_message() {
    let stage = Stage::new().await;
    let first = stage.say("hello", None).await;
    assert!(stage.leads().await.is_empty(), "no address, no lead");
    let second = stage.say("email:jane@example.com name:Jane", Some(&first.session)).await;
    assert_eq!(second.conversation.id, first.conversation.id);
    let lead = &stage.leads().await[0];
    assert_eq!((lead.status, lead.contact.name.as_deref()), (LeadStatus::New, Some("Jane")));
    stage.say("go on", Some(&first.session)).await;
    assert_eq!(stage.leads().await[0].status, LeadStatus::Qualifying);
    assert_eq!(lead_events(&stage.kinds().await), [LeadCreated, LeadUpdated]);
}

#[tokio::test]
async fn what_was_said_before_the_address_counts_when_the_lead_is_created() {
    let stage = Stage::new().await;
    let first = stage.say("need=100 budget=100 timeline=100", None).await;
    assert_eq!(first.conversation.lead_score.get(), 80, "a number even before there is a lead");
    stage.say("email:jane@example.com", Some(&first.session)).await;
    let lead = &stage.leads().await[0];
    assert_eq!((lead.status, lead.score.get()), (LeadStatus::Qualified, 80));
    let events = stage.events().await;
    let created = events.iter().find(|event| event.kind == LeadCreated).and_then(|event| event.data.lead.clone());
    assert_eq!(created.map(|lead| (lead.status, lead.score.get())), Some((LeadStatus::New, 80)));
    assert_eq!(lead_events(&stage.kinds().await), [LeadCreated, LeadQualified]);
}

#[tokio::test]
async fn a_qualified_lead_is_told_once_however_long_it_goes_on() {
    let stage = Stage::new().await;
    let session = stage.say("email:jane@example.com", None).await.session;
    for text in ["need=100", "budget=100", "timeline=100", "authority=100", "need=0", "need=100"] {
        stage.say(text, Some(&session)).await;
    }
    let qualified = stage.kinds().await.into_iter().filter(|kind| *kind == LeadQualified).count();
    assert_eq!(qualified, 1);
    let history: Vec<_> = stage.leads().await[0].status_history.iter().map(|step| step.status).collect();
    assert_eq!(history, [LeadStatus::New, LeadStatus::Qualifying, LeadStatus::Qualified]);
}

#[tokio::test]
async fn a_phone_lead_that_gives_a_known_address_is_merged_into_that_lead() {
    let stage = Stage::new().await;
    let known = stage.say("email:jane@example.com need=100", None).await;
    let other = stage.say("phone:+15550234 budget=100", None).await;
    let absorbed = other.conversation.lead.expect("a phone lead");
    let merged = stage.say("email:JANE@example.com timeline=100", Some(&other.session)).await;
    assert_eq!(merged.conversation.lead, known.conversation.lead, "the survivor keeps its id");
    let leads = stage.leads().await;
    assert_eq!(leads.len(), 1, "the absorbed lead is hidden");
    assert_eq!(leads[0].score.get(), 80, "evidence of both conversations counts");
    assert_eq!(leads[0].contact.phone.as_ref().map(synaptiq_domain::text::Phone::as_str), Some("+15550234"));
    let file = stage.services.store.find_lead(stage.scope, absorbed).await.expect("reads").expect("still answers");
    assert_eq!(Some(file.id), known.conversation.lead);
    let told: Vec<_> =
        stage.events().await.into_iter().filter(|event| event.data.merged_from == Some(absorbed)).collect();
    assert_eq!(told.len(), 1, "the only event of a merge");
}

#[tokio::test]
async fn v3_a_visitor_who_names_a_known_address_changes_nothing_that_is_stored() {
    let stage = Stage::new().await;
    stage.say("email:jane@example.com name:Jane", None).await;
    let stranger = stage.say("email:jane@example.com name:Mallory", None).await;
    assert!(!stranger.content.contains("Jane"));
    assert_eq!(stage.leads().await[0].contact.name.as_deref(), Some("Jane"));
}

#[tokio::test]
async fn the_ai_is_silent_while_a_person_has_the_conversation() {
    let stage = Stage::new().await;
    let first = stage.say("intent=human_request", None).await;
    assert_eq!(first.conversation.status, ConversationStatus::HandedOff);
    let waiting = stage.say("still there?", Some(&first.session)).await;
    assert_eq!(waiting.message.role, Role::User, "the answer's id is the visitor's message");
    assert_eq!(waiting.content, "A person was asked, in en");
    let id = first.conversation.id;
    let message = AgentMessage { content: "Hi, this is Ann.".to_owned(), member: None };
    let spoke = send_agent_message(&stage.services, stage.scope, id, message, None).await.expect("sent");
    assert!(spoke.conversation.assigned_to.is_some());
    return_to_assistant(&stage.services, stage.scope, id, None).await.expect("returned");
    let answered = stage.say("thanks", Some(&first.session)).await;
    assert_eq!(answered.message.role, Role::Assistant);
    let roles: Vec<_> = stage.messages(id).await.iter().map(|message| (message.position, message.role)).collect();
    let expected = [Role::User, Role::Assistant, Role::User, Role::Agent, Role::User, Role::Assistant];
    assert_eq!(roles, (1..).zip(expected).collect::<Vec<_>>(), "the notice is not stored");
    let handoffs = stage.kinds().await.into_iter().filter(|kind| *kind == ConversationHandoff).count();
    assert_eq!(handoffs, 1);
}

#[tokio::test]
async fn an_idle_conversation_is_expired_for_reads_at_once_and_committed_by_the_sweeper_once() {
    let stage = Stage::new().await;
    let first = stage.say("hello", None).await;
    stage.later(31);
    let again = stage.say("hello again", Some(&first.session)).await;
    assert_ne!(again.conversation.id, first.conversation.id, "an expired session begins a new conversation");
    assert_ne!(again.session, first.session);
    let system = synaptiq_domain::access::SystemScope::assume();
    assert_eq!(expire_idle_conversations(&stage.services, system).await.expect("swept"), 1);
    assert_eq!(expire_idle_conversations(&stage.services, system).await.expect("swept"), 0);
    let completed = stage.kinds().await.into_iter().filter(|kind| *kind == ConversationCompleted).count();
    assert_eq!(completed, 1);
}

#[tokio::test]
async fn v2_a_session_of_another_visitor_is_an_unknown_session() {
    let stage = Stage::new().await;
    let first = stage.say("hello", None).await;
    let mut theirs = command("hello", Some(&first.session));
    theirs.visitor = synaptiq_domain::conversation::VisitorId::parse("visitor_2").ok();
    let outcome =
        synaptiq_domain::use_cases::chat(&stage.services, stage.scope, theirs, None, None).await.expect("an answer");
    assert_ne!(outcome.conversation.id, first.conversation.id);
}

#[tokio::test]
async fn a_public_conversation_begins_with_the_greeting_that_the_visitor_saw() {
    let stage = Stage::new().await;
    let greeted = synaptiq_domain::use_cases::ChatCommand { greets: true, ..command("hello", None) };
    let outcome =
        synaptiq_domain::use_cases::chat(&stage.services, stage.scope, greeted, None, None).await.expect("an answer");
    let messages = stage.messages(outcome.conversation.id).await;
    assert_eq!((messages[0].role, messages[0].content.as_str()), (Role::Assistant, "Hello in en"));
    assert_eq!(outcome.conversation.message_count, 3);
}

#[tokio::test]
async fn a_closed_conversation_takes_no_more_messages_of_people() {
    let stage = Stage::new().await;
    let first = stage.say("hello", None).await;
    let id = first.conversation.id;
    for _ in 0..2 {
        let closed = close_conversation(&stage.services, stage.scope, id, None).await.expect("closed");
        assert_eq!(closed.status, ConversationStatus::Closed);
    }
    let message = AgentMessage { content: "too late".to_owned(), member: None };
    let refused = send_agent_message(&stage.services, stage.scope, id, message, None).await;
    assert!(matches!(refused, Err(UseCaseError::Conflict { .. })));
    let completed = stage.kinds().await.into_iter().filter(|kind| *kind == ConversationCompleted).count();
    assert_eq!(completed, 1, "closing twice is told once");
}

#[tokio::test]
async fn high_value_is_told_when_a_large_deal_asks_for_a_price() {
    let stage = Stage::new().await;
    let session = stage.say("intent=pricing_inquiry seats:5", None).await.session;
    assert!(!stage.kinds().await.contains(&IntentHighValue), "5 seats at 600 are 3,000");
    stage.say("intent=demo_request seats:50", Some(&session)).await;
    let high: Vec<_> = stage.events().await.into_iter().filter(|event| event.kind == IntentHighValue).collect();
    assert_eq!(high.len(), 1);
    assert_eq!(high[0].data.estimated_deal_size.map(Money::minor), Some(3_000_000));
}

#[tokio::test]
async fn not_now_nurtures_and_a_student_is_disqualified() {
    let stage = Stage::new().await;
    stage.say("email:later@example.com need=100 budget=100 timeline=100 not_now=100", None).await;
    stage.say("email:student@example.com need=100 budget=100 timeline=100 student=100", None).await;
    let statuses: Vec<_> = stage.leads().await.iter().map(|lead| lead.status).collect();
    assert_eq!(statuses, [LeadStatus::Disqualified, LeadStatus::Nurturing]);
    assert!(!stage.kinds().await.contains(&LeadQualified));
}

#[tokio::test]
async fn v3_a_deal_size_that_is_stored_is_not_a_strangers_to_overwrite() {
    let stage = Stage::new().await;
    let first = stage.say("email:cfo@example.com seats:50", None).await;
    stage.say("seats:60", Some(&first.session)).await;
    assert_eq!(stage.leads().await[0].estimated_deal_size.map(Money::minor), Some(3_600_000), "one's own may grow");
    stage.say("email:cfo@example.com seats:2", None).await;
    assert_eq!(stage.leads().await[0].estimated_deal_size.map(Money::minor), Some(3_600_000));
}

#[tokio::test]
async fn a_status_set_by_hand_survives_a_merge_and_is_not_told_again() {
    let stage = Stage::new().await;
    stage.say("email:jane@example.com", None).await;
    let other = stage.say("phone:+15550234", None).await;
    let absorbed = other.conversation.lead.expect("a phone lead");
    let patch = LeadPatch { status: Some(Some(LeadStatus::Converted.into())), ..LeadPatch::default() };
    patch_lead(&stage.services, stage.scope, absorbed, patch, None).await.expect("converted");
    stage.say("email:jane@example.com", Some(&other.session)).await;
    let lead = &stage.leads().await[0];
    assert_eq!((lead.status, lead.status_by_hand), (LeadStatus::Converted, true));
    let converted = stage.kinds().await.into_iter().filter(|kind| *kind == LeadConverted).count();
    assert_eq!(converted, 1, "it was told when it happened");
}

#[tokio::test]
async fn high_value_is_told_when_the_deal_grows_under_the_same_question() {
    let stage = Stage::new().await;
    let session = stage.say("intent=pricing_inquiry", None).await.session;
    stage.say("intent=pricing_inquiry seats:500", Some(&session)).await;
    stage.say("intent=pricing_inquiry", Some(&session)).await;
    let high = stage.kinds().await.into_iter().filter(|kind| *kind == IntentHighValue).count();
    assert_eq!(high, 1);
}

#[tokio::test]
async fn high_value_is_told_when_the_budget_comes_after_the_question() {
    let stage = Stage::new().await;
    let session = stage.say("intent=pricing_inquiry", None).await.session;
    stage.say("intent=other seats:500", Some(&session)).await;
    stage.say("intent=pricing_inquiry", Some(&session)).await;
    let high: Vec<_> = stage.events().await.into_iter().filter(|event| event.kind == IntentHighValue).collect();
    assert_eq!(high.len(), 1);
    assert_eq!(high[0].data.intent, Some(synaptiq_domain::conversation::Intent::PricingInquiry));
    assert_eq!(high[0].data.confidence, Some(0.9), "how sure it was when they asked");
}

#[tokio::test]
async fn a_second_handoff_replaces_what_it_names() {
    let stage = Stage::new().await;
    let id = stage.say("hello", None).await.conversation.id;
    for (reason, summary) in [("first", None), ("second", Some("call them"))] {
        let command = HandoffCommand {
            reason: HandoffReason::parse(reason).expect("a reason"),
            priority: HandoffPriority::High,
            summary: summary.map(str::to_owned),
            member: None,
        };
        hand_off(&stage.services, stage.scope, id, command, None).await.expect("handed off");
    }
    let handoff =
        stage.services.store.find_conversation(stage.scope, id).await.expect("reads").and_then(|now| now.handoff);
    let handoff = handoff.expect("a handoff");
    assert_eq!((handoff.reason.as_str(), handoff.summary.as_str()), ("second", "call them"));
}

#[tokio::test]
async fn whoever_takes_handoffs_is_told_again_when_one_changes_and_never_when_it_does_not() {
    let stage = Stage::new().await;
    let id = stage.say("hello", None).await.conversation.id;
    let member = {
        let message = AgentMessage { content: "Hi".to_owned(), member: None };
        let other = stage.say("hello", None).await.conversation.id;
        let spoke = send_agent_message(&stage.services, stage.scope, other, message, None).await.expect("sent");
        spoke.conversation.assigned_to
    };
    let asked = HandoffCommand {
        reason: HandoffReason::parse("wants a contract").expect("a reason"),
        priority: HandoffPriority::Normal,
        summary: None,
        member: None,
    };
    let urgent = HandoffCommand { priority: HandoffPriority::Urgent, ..asked.clone() };
    let given = HandoffCommand { member: member.map(|id| NamedMember { id, field: "memberId" }), ..urgent.clone() };
    for command in [&asked, &asked, &urgent, &urgent, &given, &given] {
        hand_off(&stage.services, stage.scope, id, command.clone(), None).await.expect("handed off");
    }
    let told: Vec<Vec<(String, Value, Value)>> = stage
        .events()
        .await
        .into_iter()
        .filter(|event| event.kind == ConversationHandoff && event.conversation == Some(id))
        .map(|event| event.data.changes.into_iter().map(|change| (change.field, change.from, change.to)).collect())
        .collect();
    let member = member.expect("whoever writes has the conversation").prefixed();
    let expected = [
        vec![],
        vec![("priority".to_owned(), json!("normal"), json!("urgent"))],
        vec![("assignedTo".to_owned(), Value::Null, json!(member))],
    ];
    assert_eq!(told, expected);
}
