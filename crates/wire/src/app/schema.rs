//! Every request and answer of app, for its `OpenAPI` document.

use crate::{
    app::{analytics, auth, chat, conversation, error, health, knowledge, lead, success, transcript, webhook, widget},
    chat::ChatRequestBody,
    document::DocumentCreateBody,
    endpoint,
    schema::{Schemas, add},
};

/// The schemas of every request and answer, by name.
pub fn schemas() -> Schemas {
    let mut all = Schemas::new();
    let all = &mut all;
    add::<error::ErrorBody>(all);
    add::<auth::LoginBody>(all);
    add::<auth::LoggedIn>(all);
    add::<auth::LoggedOut>(all);
    add::<health::Health>(all);
    add::<success::Success>(all);
    add::<lead::LeadRecord>(all);
    add::<lead::LeadsAnswer>(all);
    add::<lead::LeadAnswer>(all);
    add::<lead::LeadCreateBody>(all);
    add::<lead::LeadPatchBody>(all);
    add::<conversation::ConversationsAnswer>(all);
    add::<conversation::ConversationAnswer>(all);
    add::<ChatRequestBody>(all);
    add::<chat::ChatAnswer>(all);
    add::<chat::MessageStart>(all);
    add::<chat::MessageDelta>(all);
    add::<transcript::Transcript>(all);
    add::<transcript::TranscriptMessage>(all);
    add::<transcript::TranscriptStatus>(all);
    add::<success::Success>(all);
    add::<knowledge::DocumentList>(all);
    add::<knowledge::AddedAnswer>(all);
    add::<knowledge::UploadForm>(all);
    add::<DocumentCreateBody>(all);
    add::<analytics::Overview>(all);
    add::<analytics::FunnelAnswer>(all);
    add::<analytics::ActivityAnswer>(all);
    add::<webhook::EndpointList>(all);
    add::<webhook::EndpointAnswer>(all);
    add::<webhook::DeliveryList>(all);
    add::<webhook::DeliveryAnswer>(all);
    add::<endpoint::EndpointCreateBody>(all);
    add::<endpoint::EndpointPatchBody>(all);
    add::<endpoint::RotateBody>(all);
    add::<widget::Widget>(all);
    std::mem::take(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::checks::{assert_complete, assert_patterns_are_the_published_ones};

    #[test]
    fn every_reference_leads_to_a_schema() {
        assert_complete(&schemas());
    }

    #[test]
    fn every_pattern_is_one_of_those_that_parsers_are_held_against() {
        assert_patterns_are_the_published_ones(&schemas());
    }
}
