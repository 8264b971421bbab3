//! Everything app answers.

use synaptiq_wire::{
    app::{chat::ChatAnswer, health::Health, transcript::Transcript},
    chat::ChatRequestBody,
};

use super::{about, chat, visitor};
use crate::{
    operation::{OperationDoc as Doc, ParamKind, QueryParam, Shape},
    route::{
        Access, LimitGroup, Route,
        Verb::{Get, Post},
        handler,
    },
};

const AFTER: QueryParam =
    QueryParam::new("after", ParamKind::Whole(0, u32::MAX, 0), "Only messages after this position.");
const TENANT: QueryParam = QueryParam::new("tenantId", ParamKind::Text, "The tenant, where it is not the default one.");
const AGENT: QueryParam = QueryParam::new("agentId", ParamKind::Text, "The tenant, by one of its assistants.");

/// Everything app answers.
pub(super) static ROUTES: &[Route] = &[
    Route::new(
        Post,
        "/api/chat",
        "publicChat",
        Access::PublicChat,
        handler!(chat::turn),
        Doc::new("Chat", "Answer a visitor's message")
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
        Doc::new("Chat", "Restore a visitor's own conversation")
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
        Doc::new("Chat", "Follow a visitor's own conversation")
            .query(&[AFTER, TENANT, AGENT])
            .answers(&[(200, "Server-sent events: message and status", None)])
            .refuses(&[404]),
    )
    .limited_as(LimitGroup::Public),
    Route::new(
        Get,
        "/api/health",
        "getHealth",
        Access::Public,
        handler!(about::health),
        Doc::new("Operations", "How the service is")
            .answers(&[(200, "It takes writes", Some(Shape::of::<Health>()))])
            .refuses(&[]),
    )
    .limited_as(LimitGroup::Unlimited),
    Route::new(
        Get,
        "/api/openapi.json",
        "getOpenApi",
        Access::Public,
        handler!(about::openapi),
        Doc::new("Operations", "This document").answers(&[(200, "OpenAPI 3.1", None)]),
    )
    .limited_as(LimitGroup::Unlimited),
    Route::new(
        Get,
        "/livez",
        "getLiveness",
        Access::Public,
        handler!(about::live),
        Doc::new("Operations", "Whether the process answers").answers(&[(200, "It does", None)]),
    )
    .limited_as(LimitGroup::Unlimited),
    Route::new(
        Get,
        "/readyz",
        "getReadiness",
        Access::Public,
        handler!(about::ready),
        Doc::new("Operations", "Whether to send requests here").answers(&[(200, "Yes", None)]),
    )
    .limited_as(LimitGroup::Unlimited),
];
