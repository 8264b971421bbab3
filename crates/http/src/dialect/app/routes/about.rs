//! The routes about the service itself.

use synaptiq_wire::app::health::Health;

use crate::{
    dialect::app::about,
    operation::{OperationDoc as Doc, Shape},
    route::{Access, LimitGroup, Route, Verb::Get, handler},
};

const TAG: &str = "Operations";

pub(super) static ROUTES: &[Route] = &[
    Route::new(
        Get,
        "/api/health",
        "getHealth",
        Access::Public,
        handler!(about::health),
        Doc::new(TAG, "How the service is").answers(&[
            (200, "It takes writes", Some(Shape::of::<Health>())),
            (503, "It takes none", Some(Shape::of::<Health>())),
        ]),
    )
    .limited_as(LimitGroup::Unlimited),
    Route::new(
        Get,
        "/api/openapi.json",
        "getOpenApi",
        Access::Public,
        handler!(about::openapi),
        Doc::new(TAG, "This document").answers(&[(200, "OpenAPI 3.1", None)]).as_media("application/json"),
    )
    .limited_as(LimitGroup::Unlimited),
    Route::new(
        Get,
        "/livez",
        "getLiveness",
        Access::Public,
        handler!(about::live),
        Doc::new(TAG, "Whether the process answers").answers(&[(200, "It does", None)]).as_media("application/json"),
    )
    .limited_as(LimitGroup::Unlimited),
    Route::new(
        Get,
        "/readyz",
        "getReadiness",
        Access::Public,
        handler!(about::ready),
        Doc::new(TAG, "Whether to send requests here")
            .answers(&[(200, "Yes", None), (503, "Not now", None)])
            .as_media("application/json"),
    )
    .limited_as(LimitGroup::Unlimited),
];
