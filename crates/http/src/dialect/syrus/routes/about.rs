//! The routes about the API itself.

use crate::{
    dialect::syrus::about,
    operation::OperationDoc as Doc,
    route::{Access::Public, LimitGroup, Route, Verb::Get, handler},
};

const TAG: &str = "About";

pub(super) static ROUTES: &[Route] = &[
    Route::new(
        Get,
        "/syrus/api/v1/openapi.json",
        "getOpenApi",
        Public,
        handler!(about::openapi),
        Doc::new(TAG, "This document").answers(&[(200, "OpenAPI 3.1", None)]).as_media("application/json"),
    )
    .limited_as(LimitGroup::Unlimited),
    Route::new(
        Get,
        "/syrus/api/v1/docs",
        "getDocs",
        Public,
        handler!(about::docs),
        Doc::new(TAG, "The list of operations as a page").answers(&[(200, "HTML", None)]).as_media("text/html"),
    )
    .limited_as(LimitGroup::Unlimited),
];
