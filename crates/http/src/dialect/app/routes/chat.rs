//! The routes of visitors: the public chat.

use synaptiq_wire::{
    app::{chat::ChatAnswer, transcript::Transcript},
    chat::ChatRequestBody,
};

use crate::{
    dialect::app::{chat, visitor},
    operation::{OperationDoc as Doc, ParamKind, QueryParam, Shape},
    route::{
        Access, LimitGroup, Route,
        Verb::{Get, Post},
        handler,
    },
};

const TAG: &str = "Chat";

const AFTER: QueryParam =
    QueryParam::new("after", ParamKind::Whole(0, u32::MAX, 0), "Only messages after this position.");
const STREAM_AFTER: QueryParam = QueryParam::new(
    "after",
    ParamKind::WholeIfAny(0, u32::MAX),
    "Only messages after this position; else from now on.",
);
const TENANT: QueryParam = QueryParam::new("tenantId", ParamKind::Text, "The tenant, where it is not the default one.");
const AGENT: QueryParam = QueryParam::new("agentId", ParamKind::Text, "The tenant, by one of its assistants.");

pub(super) static ROUTES: &[Route] = &[
    Route::new(
        Post,
        "/api/chat",
        "publicChat",
        Access::PublicChat,
        handler!(chat::turn),
        Doc::new(TAG, "Answer a visitor's message")
            .takes(Shape::of::<ChatRequestBody>(), r#"{"message":"What does it cost?"}"#)
            .answers(&[(200, "The answer, whole or as server-sent events", Some(Shape::of::<ChatAnswer>()))])
            .refuses(&[404, 422]),
    )
    .limited_as(LimitGroup::Public)
    .streaming()
    .outliving_its_client(),
    Route::new(
        Get,
        "/api/chat/messages",
        "listVisitorMessages",
        Access::Session,
        handler!(visitor::messages),
        Doc::new(TAG, "Restore a visitor's own conversation")
            .query(&[AFTER, TENANT, AGENT])
            .answers(&[(200, "At most 200 messages, oldest first", Some(Shape::of::<Transcript>()))])
            .refuses(&[404]),
    )
    .limited_as(LimitGroup::Public),
    Route::new(
        Get,
        "/api/chat/stream",
        "streamVisitorMessages",
        Access::Session,
        handler!(visitor::stream),
        Doc::new(TAG, "Follow a visitor's own conversation")
            .query(&[STREAM_AFTER, TENANT, AGENT])
            .answers(&[(200, "Server-sent events: message and status", None)])
            .as_media("text/event-stream")
            .refuses(&[404]),
    )
    .limited_as(LimitGroup::Public),
];
