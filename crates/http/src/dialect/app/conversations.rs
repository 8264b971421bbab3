//! Conversations (contract § 8). Every route is there twice: under `/api` and under `/api/admin`.

use synaptiq_domain::{conversation::ConversationQuery, paging::Paging, use_cases::UseCaseError};
use synaptiq_wire::{
    app::conversation::{self, AFTER, ConversationAnswer, ConversationDetail, ConversationsAnswer, Wanted},
    conversation::binding,
};

use crate::{answer::Answer, dialect::app::part, fault::Refused, request::Call};

/// `GET /leads/{id}/conversations`
pub(super) async fn list_of_lead(call: Call) -> Result<Answer, Refused> {
    let (store, scope, idle_since) = (&call.services().store, call.scope(), call.services().idle_since());
    let lead = store.find_lead(scope, call.id(0)).await?.ok_or(UseCaseError::NotFound)?;
    let query = conversation::read_query(&call.query(), lead.id, idle_since)?;
    let page = store.list_conversations(scope, &query).await?;
    let total = match page.total {
        Some(total) => total,
        None => count(&call, query.clone()).await?,
    };
    let answer = Answer::ok(&ConversationsAnswer::of(&page.items, idle_since));
    Ok(part::answer(answer, &call, total, part::after_cursor(page.next, binding(&query))))
}

/// How many conversations the whole list has: the part after a cursor does not say.
async fn count(call: &Call, query: ConversationQuery) -> Result<u64, Refused> {
    let first = ConversationQuery { paging: Paging::Page { page: 1, limit: 1 }, ..query };
    Ok(call.services().store.list_conversations(call.scope(), &first).await?.total.unwrap_or_default())
}

/// `GET /conversations/{id}`: the messages as of one moment, in parts where they are very many.
pub(super) async fn get(call: Call) -> Result<Answer, Refused> {
    let Wanted { after, limit } = conversation::read_messages(&call.query())?;
    let (store, scope) = (&call.services().store, call.scope());
    let found = store.find_conversation(scope, call.id(0)).await?.ok_or(UseCaseError::NotFound)?;
    let mut messages = store.messages_after(scope, found.id, after, limit).await?;
    // What came since the conversation was read belongs to another moment.
    messages.retain(|message| message.position <= found.message_count);
    let detail = ConversationDetail::of(&found, &messages, call.services().idle_since());
    let last = messages.last().map(|message| message.position);
    let next = last.filter(|last| *last < found.message_count).map(|last| (AFTER, last.to_string()));
    let answer = Answer::ok(&ConversationAnswer { conversation: detail });
    Ok(part::answer(answer, &call, u64::from(found.message_count), next))
}
