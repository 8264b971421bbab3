//! The routes of conversations.

use synaptiq_domain::access::Permission::{ConversationsRead, ConversationsWrite, DataDelete};
use synaptiq_wire::{
    paging::List,
    v1::conversation::{AgentMessageBody, ConversationDetail, ConversationRecord, HandoffBody, MessageRecord},
    v1::deleted::Deleted,
};

use crate::{
    dialect::v1::{conversations, params},
    operation::{OperationDoc as Doc, Shape},
    route::{
        Access::Scope,
        Route,
        Verb::{Delete, Get, Post},
        handler,
    },
};

const TAG: &str = "Conversations";

pub(super) static ROUTES: &[Route] = &[
    Route::new(
        Get,
        "/api/v1/conversations",
        "listConversations",
        Scope(ConversationsRead),
        handler!(conversations::list),
        Doc::new(TAG, "List conversations").query(params::CONVERSATIONS).answers(&[(
            200,
            "One part of the list",
            Some(Shape::of::<List<ConversationRecord>>()),
        )]),
    ),
    Route::new(
        Get,
        "/api/v1/conversations/{id}",
        "getConversation",
        Scope(ConversationsRead),
        handler!(conversations::get),
        Doc::new(TAG, "Get a conversation with its messages")
            .query(params::MESSAGES)
            .answers(&[(200, "The conversation", Some(Shape::of::<ConversationDetail>()))])
            .refuses(&[404]),
    ),
    Route::new(
        Delete,
        "/api/v1/conversations/{id}",
        "deleteConversation",
        Scope(DataDelete),
        handler!(conversations::delete),
        Doc::new(TAG, "Delete a conversation with its messages")
            .answers(&[(200, "It is gone", Some(Shape::of::<Deleted>()))])
            .refuses(&[404]),
    ),
    Route::new(
        Post,
        "/api/v1/conversations/{id}/messages",
        "sendMessage",
        Scope(ConversationsWrite),
        handler!(conversations::say),
        Doc::new(TAG, "Speak as a person; the assistant is silent from then on")
            .takes(Shape::of::<AgentMessageBody>(), r#"{"content":"Hello, this is Ada from the team."}"#)
            .answers(&[(201, "The message", Some(Shape::of::<MessageRecord>()))])
            .refuses(&[404, 409, 422]),
    ),
    Route::new(
        Post,
        "/api/v1/conversations/{id}/handoff",
        "handOffConversation",
        Scope(ConversationsWrite),
        handler!(conversations::take_over),
        Doc::new(TAG, "Ask for a person, or take the conversation over")
            .takes(Shape::of::<HandoffBody>(), r#"{"reason":"wants a discount","priority":"high"}"#)
            .answers(&[(200, "The conversation as it is now", Some(Shape::of::<ConversationRecord>()))])
            .refuses(&[404, 409, 422]),
    ),
    Route::new(
        Post,
        "/api/v1/conversations/{id}/return",
        "returnConversation",
        Scope(ConversationsWrite),
        handler!(conversations::give_back),
        Doc::new(TAG, "Give a conversation back to the assistant")
            .answers(&[(200, "The conversation as it is now", Some(Shape::of::<ConversationRecord>()))])
            .refuses(&[404, 409, 422]),
    )
    .body_optional(),
    Route::new(
        Post,
        "/api/v1/conversations/{id}/close",
        "closeConversation",
        Scope(ConversationsWrite),
        handler!(conversations::close),
        Doc::new(TAG, "Close a conversation")
            .answers(&[(200, "The conversation as it is now", Some(Shape::of::<ConversationRecord>()))])
            .refuses(&[404, 409, 422]),
    )
    .body_optional(),
];
