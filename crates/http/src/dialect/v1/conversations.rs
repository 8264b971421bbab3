//! Conversations (contract § 8).

use synaptiq_domain::{
    conversation::{Conversation, ConversationQuery},
    use_cases::{
        AgentMessageOutcome, UseCaseError, close_conversation, delete_conversation, hand_off, return_to_assistant,
        send_agent_message,
    },
};
use synaptiq_wire::v1::{
    conversation::{self, ConversationDetail, ConversationRecord, MessageRecord},
    deleted::Deleted,
};

use crate::{answer::Answer, fault::Refused, request::Call};

/// `GET /conversations`
pub(super) async fn list(call: Call) -> Result<Answer, Refused> {
    let query = conversation::read_query(&call.query(), call.services().idle_since())?;
    answer_list(&call, &query).await
}

/// `GET /leads/{id}/conversations`
pub(super) async fn list_of_lead(call: Call) -> Result<Answer, Refused> {
    let lead = call.services().store.find_lead(call.scope(), call.id(0)).await?;
    let lead = lead.ok_or(UseCaseError::NotFound)?.id;
    let query = conversation::read_query_of_lead(&call.query(), lead, call.services().idle_since())?;
    answer_list(&call, &query).await
}

async fn answer_list(call: &Call, query: &ConversationQuery) -> Result<Answer, Refused> {
    let page = call.services().store.list_conversations(call.scope(), query).await?;
    Ok(Answer::ok(&conversation::list(&page, query)))
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
    Ok(Answer::ok(&ConversationDetail::of(&found, messages.as_deref(), call.services().idle_since())))
}

/// `POST /conversations/{id}/messages`
pub(super) async fn say(mut call: Call) -> Result<Answer, Refused> {
    let command = conversation::read_agent_message(&call.json()?)?;
    let recorder =
        call.recorder(|outcome: &AgentMessageOutcome| Answer::json(201, &MessageRecord::from(&outcome.message)));
    let (services, recording) = (call.services(), recorder.recording());
    let outcome = send_agent_message(services, call.scope(), call.id(0), command, recording.as_ref()).await?;
    Ok(recorder.answer(&outcome))
}

fn record(conversation: &Conversation) -> Answer {
    Answer::ok(&ConversationRecord::as_committed(conversation))
}

/// `POST /conversations/{id}/handoff`
pub(super) async fn take_over(mut call: Call) -> Result<Answer, Refused> {
    let command = conversation::read_handoff(&call.json()?)?;
    let recorder = call.recorder(record);
    let (services, recording) = (call.services(), recorder.recording());
    let conversation = hand_off(services, call.scope(), call.id(0), command, recording.as_ref()).await?;
    Ok(recorder.answer(&conversation))
}

/// `POST /conversations/{id}/return`
pub(super) async fn give_back(mut call: Call) -> Result<Answer, Refused> {
    call.json()?;
    let recorder = call.recorder(record);
    let (services, recording) = (call.services(), recorder.recording());
    let conversation = return_to_assistant(services, call.scope(), call.id(0), recording.as_ref()).await?;
    Ok(recorder.answer(&conversation))
}

/// `POST /conversations/{id}/close`
pub(super) async fn close(mut call: Call) -> Result<Answer, Refused> {
    call.json()?;
    let recorder = call.recorder(record);
    let (services, recording) = (call.services(), recorder.recording());
    let conversation = close_conversation(services, call.scope(), call.id(0), recording.as_ref()).await?;
    Ok(recorder.answer(&conversation))
}

/// `DELETE /conversations/{id}`
pub(super) async fn delete(mut call: Call) -> Result<Answer, Refused> {
    let recorder = call.recorder(|id| Answer::ok(&Deleted::of::<Conversation>(*id)));
    let (services, recording) = (call.services(), recorder.recording());
    let id = delete_conversation(services, call.scope(), call.id(0), recording.as_ref()).await?;
    Ok(recorder.answer(&id))
}
