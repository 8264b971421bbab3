//! Leads created, changed and deleted by other systems and by people.

use std::sync::Arc;

use synaptiq_domain::{
    event::EventKind::{LeadCreated, LeadDeleted, LeadUpdated},
    lead::{Contact, LeadDraft, LeadPatch, LeadStatus},
    text::{Email, Phone},
    use_cases::{OnDuplicate, UseCaseError, create_lead, delete_lead, patch_lead},
};

use crate::stage::Stage;

fn draft(email: Option<&str>, phone: Option<&str>, name: &str) -> LeadDraft {
    let contact = Contact {
        email: email.map(|email| Email::parse(email).expect("valid")),
        phone: phone.map(|phone| Phone::parse(phone).expect("valid")),
        name: Some(name.to_owned()),
        ..Contact::default()
    };
    LeadDraft { contact, ..LeadDraft::default() }
}

#[tokio::test]
async fn a_known_address_is_merged_or_refused() {
    let stage = Stage::new().await;
    let first = draft(Some("jane@example.com"), None, "Jane");
    let made = create_lead(&stage.services, stage.scope, first, OnDuplicate::Merge, None).await.expect("made");
    assert!(made.created);
    let again = draft(Some("JANE@Example.com"), Some("+15550234"), "Jane Smith");
    let merged =
        create_lead(&stage.services, stage.scope, again.clone(), OnDuplicate::Merge, None).await.expect("merged");
    assert!(!merged.created && merged.lead.id == made.lead.id);
    assert_eq!(merged.lead.contact.name.as_deref(), Some("Jane Smith"), "given values overwrite");
    let refused = create_lead(&stage.services, stage.scope, again, OnDuplicate::Refuse, None).await;
    let Err(UseCaseError::Conflict { existing, .. }) = refused else { panic!("was not refused") };
    assert_eq!(existing, Some(made.lead.id.prefixed()));
    assert_eq!(stage.kinds().await, [LeadCreated, LeadUpdated]);
}

#[tokio::test]
async fn a_lead_without_address_never_merges_by_phone() {
    let stage = Stage::new().await;
    for name in ["Ann", "Ben"] {
        let made =
            create_lead(&stage.services, stage.scope, draft(None, Some("+15550234"), name), OnDuplicate::Merge, None);
        assert!(made.await.expect("made").created);
    }
    assert_eq!(stage.leads().await.len(), 2);
}

#[tokio::test]
async fn a_hundred_twins_at_once_make_one_lead() {
    let stage = Arc::new(Stage::new().await);
    let twins: Vec<_> = (0..100)
        .map(|_| {
            let stage = Arc::clone(&stage);
            tokio::spawn(async move {
                let draft = draft(Some("jane@example.com"), None, "Jane");
                create_lead(&stage.services, stage.scope, draft, OnDuplicate::Merge, None)
                    .await
                    .expect("made or merged")
                    .created
            })
        })
        .collect();
    let mut created = 0;
    for twin in twins {
        created += usize::from(twin.await.expect("no panic"));
    }
    assert_eq!(created, 1);
    assert_eq!(stage.leads().await.len(), 1);
}

#[tokio::test]
async fn an_address_of_another_lead_is_a_conflict_and_the_last_contact_cannot_go() {
    let stage = Stage::new().await;
    let make = |email: &'static str| {
        create_lead(&stage.services, stage.scope, draft(Some(email), None, "x"), OnDuplicate::Merge, None)
    };
    let one = make("one@example.com").await.expect("made").lead;
    make("two@example.com").await.expect("made");
    let taken = LeadPatch { email: Some(Email::parse("Two@example.com").ok()), ..LeadPatch::default() };
    let refused = patch_lead(&stage.services, stage.scope, one.id, taken, None).await;
    assert!(matches!(refused, Err(UseCaseError::Conflict { .. })));
    let cleared = LeadPatch { email: Some(None), ..LeadPatch::default() };
    let refused = patch_lead(&stage.services, stage.scope, one.id, cleared, None).await;
    assert!(matches!(refused, Err(UseCaseError::Unprocessable { param: Some("email"), .. })));
}

#[tokio::test]
async fn a_patch_that_changes_nothing_tells_nothing() {
    let stage = Stage::new().await;
    let made =
        create_lead(&stage.services, stage.scope, draft(Some("a@example.com"), None, "A"), OnDuplicate::Merge, None);
    let lead = made.await.expect("made").lead;
    stage.later(5);
    let same = LeadPatch { name: Some(Some("A".to_owned())), ..LeadPatch::default() };
    let after = patch_lead(&stage.services, stage.scope, lead.id, same, None).await.expect("patched");
    assert_eq!(after.updated_at, lead.updated_at);
    assert_eq!(stage.kinds().await, [LeadCreated]);
}

#[tokio::test]
async fn a_deleted_lead_is_gone_and_its_address_free() {
    let stage = Stage::new().await;
    let first = stage.say("email:jane@example.com need=100", None).await;
    let id = first.conversation.lead.expect("a lead");
    delete_lead(&stage.services, stage.scope, id, None).await.expect("deleted");
    assert!(stage.leads().await.is_empty());
    assert!(matches!(delete_lead(&stage.services, stage.scope, id, None).await, Err(UseCaseError::NotFound)));
    let again = stage.say("email:jane@example.com", Some(&first.session)).await;
    assert_ne!(again.conversation.lead, Some(id));
    assert!(stage.kinds().await.contains(&LeadDeleted));
}

#[tokio::test]
async fn events_equal_the_status_history_whoever_moves_the_lead() {
    let stage = Arc::new(Stage::new().await);
    let made =
        create_lead(&stage.services, stage.scope, draft(Some("a@example.com"), None, "A"), OnDuplicate::Merge, None);
    let id = made.await.expect("made").lead.id;
    let movers: Vec<_> = (0..16_usize)
        .map(|mover| {
            let stage = Arc::clone(&stage);
            tokio::spawn(async move {
                for step in 0..20 {
                    let status = LeadStatus::ALL[(mover * 7 + step * 5) % LeadStatus::ALL.len()];
                    let patch = LeadPatch { status: Some(Some(status.into())), ..LeadPatch::default() };
                    patch_lead(&stage.services, stage.scope, id, patch, None).await.expect("moved");
                }
            })
        })
        .collect();
    for mover in movers {
        mover.await.expect("no panic");
    }
    let history: Vec<_> =
        stage.leads().await[0].status_history.iter().skip(1).map(|step| step.status.as_str().to_owned()).collect();
    let told: Vec<String> = stage
        .events()
        .await
        .iter()
        .flat_map(|event| event.data.changes.clone())
        .filter(|change| change.field == "status")
        .filter_map(|change| change.to.as_str().map(str::to_owned))
        .collect();
    assert_eq!(told, history);
}
