//! The routes of conversations, under `/api` and `/api/admin` alike.

use synaptiq_domain::access::Permission::ConversationsRead;
use synaptiq_wire::app::conversation::{ConversationAnswer, ConversationsAnswer};

use crate::{
    dialect::app::{conversations, params},
    operation::{OperationDoc as Doc, Shape},
    route::{Access::Scope, Route, Verb::Get, handler},
};

const TAG: &str = "Conversations";

const OF_LEAD: Doc = Doc::new(TAG, "List a lead's conversations, the one with the latest message first")
    .query(params::PARTS)
    .answers(&[(200, params::IN_PARTS, Some(Shape::of::<ConversationsAnswer>()))])
    .refuses(&[404]);
const GET: Doc = Doc::new(TAG, "Get a conversation with its message history")
    .query(params::MESSAGES)
    .answers(&[(200, params::IN_PARTS, Some(Shape::of::<ConversationAnswer>()))])
    .refuses(&[404]);

pub(super) static ROUTES: &[Route] = &[
    Route::new(
        Get,
        "/api/leads/{id}/conversations",
        "listLeadConversations",
        Scope(ConversationsRead),
        handler!(conversations::list_of_lead),
        OF_LEAD,
    ),
    Route::new(
        Get,
        "/api/admin/leads/{id}/conversations",
        "listAdminLeadConversations",
        Scope(ConversationsRead),
        handler!(conversations::list_of_lead),
        OF_LEAD,
    ),
    Route::new(
        Get,
        "/api/conversations/{id}",
        "getConversation",
        Scope(ConversationsRead),
        handler!(conversations::get),
        GET,
    ),
    Route::new(
        Get,
        "/api/admin/conversations/{id}",
        "getAdminConversation",
        Scope(ConversationsRead),
        handler!(conversations::get),
        GET,
    ),
];
