//! What a member sends to speak in a conversation and to take it over. Giving it back and closing
//! it take no fields.

use serde::Deserialize;
use synaptiq_domain::{
    conversation::{HandoffPriority, HandoffReason},
    money::JsonMap,
    use_cases::{AgentMessage, HandoffCommand, NamedMember},
};
use utoipa::ToSchema;

use crate::{
    chat::MAX_MESSAGE_CHARACTERS,
    field::{FieldError, Fields},
    words::PriorityWord,
};

/// The most characters of a summary.
const MAX_SUMMARY: usize = 2_000;

/// Reads `{content, memberId?}`.
pub fn read_agent_message(body: &JsonMap) -> Result<AgentMessage, FieldError> {
    let fields = Fields::of_body(body);
    Ok(AgentMessage {
        content: fields.required("content", |given| given.verbatim(MAX_MESSAGE_CHARACTERS))?,
        member: fields.optional("memberId", |given| given.id())?,
    })
}

/// Reads `{reason, priority?, summary?, memberId?}`; `assignedTo` is another name of `memberId`.
pub fn read_handoff(body: &JsonMap) -> Result<HandoffCommand, FieldError> {
    let fields = Fields::of_body(body);
    let priority = fields.optional("priority", |given| given.one_of(&HandoffPriority::ALL, HandoffPriority::as_str))?;
    let named = |field| -> Result<_, FieldError> {
        Ok(fields.optional(field, |given| given.id())?.map(|id| NamedMember { id, field }))
    };
    let (member, assigned_to) = (named("memberId")?, named("assignedTo")?);
    if member.zip(assigned_to).is_some_and(|(member, assigned_to)| member.id != assigned_to.id) {
        return Err(fields.error("assignedTo", "must name the same member as memberId"));
    }
    Ok(HandoffCommand {
        reason: fields.required("reason", |given| given.parsed(HandoffReason::parse))?,
        priority: priority.unwrap_or_default(),
        summary: fields.optional("summary", |given| given.bounded(MAX_SUMMARY))?,
        member: member.or(assigned_to),
    })
}

/// The body of a message by a person, for the published description.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = AgentMessage)]
#[expect(dead_code, reason = "described, and read field by field by `read_agent_message`")]
pub struct AgentMessageBody {
    /// What the person says.
    #[schema(max_length = 4000, pattern = r"[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")]
    content: String,
    /// Who says it.
    member_id: Option<String>,
}

/// The body of a handoff, for the published description.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = HandoffRequest)]
#[expect(dead_code, reason = "described, and read field by field by `read_handoff`")]
pub struct HandoffBody {
    /// Why.
    #[schema(max_length = 500, pattern = r"[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")]
    reason: String,
    /// `low`, `normal`, `high` or `urgent`; `normal` where nothing is said.
    #[schema(value_type = Option<PriorityWord>)]
    priority: Option<String>,
    /// The conversation so far, for whoever takes it.
    #[schema(max_length = 2000, pattern = r"[^\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]")]
    summary: Option<String>,
    /// Who takes it.
    member_id: Option<String>,
    /// Another name of `memberId`.
    assigned_to: Option<String>,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use synaptiq_domain::id::Id;

    use super::*;

    fn map(body: &Value) -> &JsonMap {
        body.as_object().expect("an object")
    }

    #[test]
    fn whole_bodies_are_read() {
        let said = json!({"content": " Hello, I am Tom. ", "memberId": "usr_00000000000000000000000005"});
        let read = read_agent_message(map(&said)).expect("complete");
        assert_eq!(read, AgentMessage { content: " Hello, I am Tom. ".to_owned(), member: Some(Id::from_bits(5)) });

        let asked = json!({"reason": "angry", "priority": "urgent", "summary": "s", "assignedTo": "usr_00000000000000000000000005"});
        let expected = HandoffCommand {
            reason: HandoffReason::parse("angry").expect("valid"),
            priority: HandoffPriority::Urgent,
            summary: Some("s".to_owned()),
            member: Some(NamedMember { id: Id::from_bits(5), field: "assignedTo" }),
        };
        assert_eq!(read_handoff(map(&asked)), Ok(expected));
        let read = read_handoff(map(&json!({"reason": "angry"}))).expect("complete");
        assert_eq!((read.priority, read.summary, read.member), (HandoffPriority::Normal, None, None));
    }

    #[test]
    fn i1_every_wrong_field_is_named() {
        for (body, param) in [
            (json!({}), "content"),
            (json!({"content": " "}), "content"),
            (json!({"content": "x", "memberId": 5}), "memberId"),
        ] {
            assert_eq!(read_agent_message(map(&body)).expect_err("wrong").param, param, "{body}");
        }
        for (body, param) in [
            (json!({}), "reason"),
            (json!({"reason": "x".repeat(501)}), "reason"),
            (json!({"reason": "x", "priority": "highest"}), "priority"),
            (json!({"reason": "x", "summary": 1}), "summary"),
            (json!({"reason": "x", "memberId": {}}), "memberId"),
            (json!({"reason": "x", "assignedTo": 1}), "assignedTo"),
            (
                json!({"reason": "x", "memberId": "usr_00000000000000000000000005", "assignedTo": "no one"}),
                "assignedTo",
            ),
        ] {
            assert_eq!(read_handoff(map(&body)).expect_err("wrong").param, param, "{body}");
        }
    }
}
