//! Conversations (contract § 8).

use synaptiq_domain::{conversation::ConversationQuery, use_cases::UseCaseError};
use synaptiq_wire::syrus::{
    conversation::{self, ConversationDetail, ConversationRecord, ConversationsWanted},
    list::List,
};

use super::chatbots;
use crate::{answer::Answer, fault::Refused, request::Call};

/// `GET /conversations`
pub(super) async fn list(call: Call) -> Result<Answer, Refused> {
    let ConversationsWanted { mut query, chatbot_slug } =
        conversation::read_query(&call.query(), call.services().idle_since())?;
    let view = chatbots::tenant(&call).await?;
    if let Some(slug) = chatbot_slug {
        let Some(chatbot) = chatbots::with_slug(&view, &slug) else {
            return Ok(Answer::ok(&List::<ConversationRecord>::empty(query.paging)));
        };
        query = ConversationQuery { assistant: Some(chatbot.id), ..query };
    }
    let page = call.services().store.list_conversations(call.scope(), &query).await?;
    Ok(Answer::ok(&conversation::list(&page, &query, |id| view.assistant(id))))
}

/// `GET /conversations/{id}`
pub(super) async fn get(call: Call) -> Result<Answer, Refused> {
    let range = conversation::read_messages(&call.query())?;
    let (store, scope) = (&call.services().store, call.scope());
    let found = store.find_conversation(scope, call.id(0)).await?.ok_or(UseCaseError::NotFound)?;
    let messages = match range {
        Some(range) => Some(store.list_messages(scope, found.id, range).await?),
        None => None,
    };
    let view = chatbots::tenant(&call).await?;
    let (chatbot, idle_since) = (view.assistant(found.assistant), call.services().idle_since());
    Ok(Answer::ok(&ConversationDetail::of(&found, chatbot, messages.as_deref(), idle_since)))
}
