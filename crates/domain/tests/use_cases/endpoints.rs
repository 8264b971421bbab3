//! Webhook endpoints: how many a tenant may have.

use std::sync::Arc;

use futures_util::future::join_all;
use synaptiq_domain::{
    event::EventKind,
    ports::store::AccessStore as _,
    use_cases::{Services, UseCaseError, create_endpoint},
    webhook::{EndpointDraft, Profile, SignatureScheme},
};
use synaptiq_testkit::fakes::Unsteady;

use crate::stage::Stage;

#[tokio::test]
async fn p2_a_tenant_never_has_more_than_a_hundred_webhooks_however_many_are_made_at_once() {
    let stage = Stage::new().await;
    // Its commits take their time, as those of a disk do.
    let services = Services { store: Arc::new(Unsteady::new(stage.store.clone())), ..stage.services.clone() };
    let draft = EndpointDraft {
        url: "https://example.com/hook".to_owned(),
        description: None,
        events: vec![EventKind::LeadCreated],
        assistant: None,
        secret: None,
        profile: Profile::Synaptiq,
        signature_scheme: SignatureScheme::Timestamped,
        active: true,
    };
    let create = || create_endpoint(&services, stage.scope, draft.clone(), None);
    // The stage has one already.
    for _ in 0..89 {
        create().await.expect("there is room");
    }
    let made = join_all((0..40).map(|_| create())).await;
    assert_eq!(made.iter().filter(|made| made.is_ok()).count(), 10);
    let view = stage.store.tenant_view(stage.scope).await.expect("a read").expect("a tenant");
    assert_eq!(view.endpoints.len(), 100);
    for refused in made.into_iter().filter_map(Result::err) {
        let UseCaseError::Unprocessable { message, .. } = refused else { panic!("{refused:?}") };
        assert_eq!(message, "a tenant has at most 100 webhooks");
    }
}
