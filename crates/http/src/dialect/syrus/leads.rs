//! Leads (contract § 6).

use synaptiq_domain::{
    lead::{LeadQuery, SpokeWith},
    use_cases::UseCaseError,
};
use synaptiq_wire::syrus::{
    conversation::{ConversationDetail, FIRST_MESSAGES},
    lead::{self, LeadDetail, LeadRecord, LeadsWanted},
    list::List,
};

use super::chatbots;
use crate::{answer::Answer, fault::Refused, request::Call};

/// `GET /leads`
pub(super) async fn list(call: Call) -> Result<Answer, Refused> {
    let LeadsWanted { mut query, chatbot_slug } = lead::read_query(&call.query())?;
    if let Some(slug) = chatbot_slug {
        let view = chatbots::tenant(&call).await?;
        let Some(chatbot) = chatbots::with_slug(&view, &slug) else {
            return Ok(Answer::ok(&List::<LeadRecord>::empty(query.paging)));
        };
        let spoke_with = SpokeWith { assistant: chatbot.id, or_with_none: chatbot.is_default };
        query = LeadQuery { spoke_with: Some(spoke_with), ..query };
    }
    let page = call.services().store.list_leads(call.scope(), &query).await?;
    Ok(Answer::ok(&lead::list(&page, &query)))
}

/// `GET /leads/{id}`: with the latest conversation and what was said in it.
pub(super) async fn get(call: Call) -> Result<Answer, Refused> {
    let (store, scope) = (&call.services().store, call.scope());
    let found = store.find_lead(scope, call.id(0)).await?.ok_or(UseCaseError::NotFound)?;
    let latest = store.recent_conversations(scope, found.id, 1).await?.pop();
    let conversation = match latest {
        Some(latest) => {
            let view = chatbots::tenant(&call).await?;
            let messages = store.list_messages(scope, latest.id, FIRST_MESSAGES).await?;
            let idle_since = call.services().idle_since();
            Some(ConversationDetail::of(&latest, view.assistant(latest.assistant), Some(&messages), idle_since))
        }
        None => None,
    };
    Ok(Answer::ok(&LeadDetail { lead: (&found).into(), conversation }))
}
