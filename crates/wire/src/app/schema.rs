//! Every request and answer of app, for its `OpenAPI` document.

use crate::{
    app::{auth, chat, error, health, lead, transcript},
    chat::ChatRequestBody,
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
    add::<lead::LeadRecord>(all);
    add::<ChatRequestBody>(all);
    add::<chat::ChatAnswer>(all);
    add::<chat::MessageStart>(all);
    add::<chat::MessageDelta>(all);
    add::<transcript::Transcript>(all);
    add::<transcript::TranscriptMessage>(all);
    add::<transcript::TranscriptStatus>(all);
    std::mem::take(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::checks::assert_complete;

    #[test]
    fn every_reference_leads_to_a_schema() {
        assert_complete(&schemas());
    }
}
