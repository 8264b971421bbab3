//! The routes of conversations.

use synaptiq_domain::access::Permission::ConversationsRead;
use synaptiq_wire::syrus::{
    conversation::{ConversationDetail, ConversationRecord},
    list::List,
};

use crate::{
    dialect::syrus::{conversations, params},
    operation::{OperationDoc as Doc, Shape},
    route::{Access::Scope, Route, Verb::Get, handler},
};

const TAG: &str = "Conversations";

pub(super) static ROUTES: &[Route] = &[
    Route::new(
        Get,
        "/syrus/api/v1/conversations",
        "listConversations",
        Scope(ConversationsRead),
        handler!(conversations::list),
        Doc::new(TAG, "List conversations, newest first").query(params::CONVERSATIONS).answers(&[(
            200,
            "One page of the list",
            Some(Shape::of::<List<ConversationRecord>>()),
        )]),
    ),
    Route::new(
        Get,
        "/syrus/api/v1/conversations/{id}",
        "getConversation",
        Scope(ConversationsRead),
        handler!(conversations::get),
        Doc::new(TAG, "Get a conversation with its messages")
            .query(params::MESSAGES)
            .answers(&[(200, "The conversation", Some(Shape::of::<ConversationDetail>()))])
            .refuses(&[404]),
    ),
];
