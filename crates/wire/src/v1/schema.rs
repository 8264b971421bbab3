//! Every request and answer of v1, for its `OpenAPI` document.

use crate::{
    chat::KeyChatRequestBody,
    document, endpoint,
    paging::List,
    schema::{Schemas, add},
    v1::{analytics, chat, conversation, deleted, erasure, error, key, knowledge, lead, webhook},
};

/// The schemas of every request and answer, by name.
pub fn schemas() -> Schemas {
    let mut all = Schemas::new();
    let all = &mut all;
    add::<error::ErrorBody>(all);
    add::<deleted::Deleted>(all);
    add::<List<lead::LeadRecord>>(all);
    add::<lead::LeadRecord>(all);
    add::<lead::LeadDetail>(all);
    add::<lead::LeadCreateBody>(all);
    add::<lead::LeadPatchBody>(all);
    add::<lead::BulkRequestBody>(all);
    add::<lead::BulkAnswer>(all);
    add::<KeyChatRequestBody>(all);
    add::<chat::ChatAnswer>(all);
    add::<chat::MessageStart>(all);
    add::<chat::MessageDelta>(all);
    add::<List<conversation::ConversationRecord>>(all);
    add::<conversation::ConversationRecord>(all);
    add::<conversation::ConversationDetail>(all);
    add::<conversation::MessageRecord>(all);
    add::<conversation::AgentMessageBody>(all);
    add::<conversation::HandoffBody>(all);
    add::<List<webhook::EndpointRecord>>(all);
    add::<webhook::EndpointRecord>(all);
    add::<webhook::EndpointWithSecret>(all);
    add::<endpoint::EndpointCreateBody>(all);
    add::<endpoint::EndpointPatchBody>(all);
    add::<endpoint::RotateBody>(all);
    add::<List<webhook::DeliveryRecord>>(all);
    add::<webhook::DeliveryRecord>(all);
    add::<List<knowledge::DocumentRecord>>(all);
    add::<knowledge::DocumentRecord>(all);
    add::<document::DocumentCreateBody>(all);
    add::<knowledge::SearchAnswer>(all);
    add::<List<key::KeyRecord>>(all);
    add::<key::KeyRecord>(all);
    add::<key::KeyWithSecret>(all);
    add::<key::KeyCreateBody>(all);
    add::<analytics::OverviewAnswer>(all);
    add::<analytics::FunnelAnswer>(all);
    add::<List<analytics::ActivityRecord>>(all);
    add::<analytics::ActivityRecord>(all);
    add::<erasure::ErasureRecord>(all);
    add::<erasure::ErasureBody>(all);
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

    #[test]
    fn names_are_those_of_the_domain() {
        let all = schemas();
        for name in [
            "Lead",
            "LeadDetail",
            "LeadList",
            "DeliveryList",
            "Conversation",
            "Message",
            "Webhook",
            "Delivery",
            "Document",
            "ApiKey",
            "ErrorBody",
        ] {
            assert!(all.contains_key(name), "{name} is not among {:?}", all.keys().collect::<Vec<_>>());
        }
    }
}
