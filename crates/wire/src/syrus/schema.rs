//! Every request and answer of syrus, for its `OpenAPI` document.

use crate::{
    schema::{Schemas, add},
    syrus::{conversation, deleted, error, lead, list::List, webhook},
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
    add::<List<conversation::ConversationRecord>>(all);
    add::<conversation::ConversationRecord>(all);
    add::<conversation::ConversationDetail>(all);
    add::<conversation::MessageRecord>(all);
    add::<List<webhook::EndpointRecord>>(all);
    add::<webhook::EndpointRecord>(all);
    add::<webhook::EndpointWithSecret>(all);
    add::<webhook::EndpointCreateBody>(all);
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
