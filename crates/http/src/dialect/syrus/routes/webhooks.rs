//! The routes of webhooks.

use synaptiq_domain::access::Permission::WebhooksManage;
use synaptiq_wire::syrus::{
    deleted::Deleted,
    list::List,
    webhook::{EndpointCreateBody, EndpointRecord, EndpointWithSecret},
};

use crate::{
    dialect::syrus::{params, webhooks},
    operation::{OperationDoc as Doc, Shape},
    route::{
        Access::Scope,
        Route,
        Verb::{Delete, Get, Post},
        handler,
    },
};

const TAG: &str = "Webhooks";

pub(super) static ROUTES: &[Route] = &[
    Route::new(
        Get,
        "/syrus/api/v1/webhooks",
        "listWebhooks",
        Scope(WebhooksManage),
        handler!(webhooks::list),
        Doc::new(TAG, "List webhooks").query(params::WEBHOOKS).answers(&[(
            200,
            "All of them",
            Some(Shape::of::<List<EndpointRecord>>()),
        )]),
    ),
    Route::new(
        Post,
        "/syrus/api/v1/webhooks",
        "createWebhook",
        Scope(WebhooksManage),
        handler!(webhooks::create),
        Doc::new(TAG, "Create a webhook; a generated secret is shown once")
            .takes(
                Shape::of::<EndpointCreateBody>(),
                r#"{"url":"https://crm.example.com/webhook","events":["lead_qualified"]}"#,
            )
            .answers(&[(201, "The new webhook; Location names it", Some(Shape::of::<EndpointWithSecret>()))])
            .refuses(&[404]),
    ),
    Route::new(
        Delete,
        "/syrus/api/v1/webhooks/{id}",
        "deleteWebhook",
        Scope(WebhooksManage),
        handler!(webhooks::delete),
        Doc::new(TAG, "Delete a webhook and cancel what is on its way")
            .answers(&[(200, "It is gone", Some(Shape::of::<Deleted>()))])
            .refuses(&[404]),
    ),
];
