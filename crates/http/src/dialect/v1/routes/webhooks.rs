//! The routes of webhooks.

use synaptiq_domain::access::Permission::WebhooksManage;
use synaptiq_wire::{
    endpoint::{EndpointCreateBody, EndpointPatchBody, RotateBody},
    paging::List,
    v1::deleted::Deleted,
    v1::webhook::{DeliveryRecord, EndpointRecord, EndpointWithSecret},
};

use crate::{
    dialect::v1::{params, webhooks},
    operation::{OperationDoc as Doc, Shape},
    route::{
        Access::Scope,
        Route,
        Verb::{Delete, Get, Patch, Post},
        handler,
    },
};

const TAG: &str = "Webhooks";

pub(super) static ROUTES: &[Route] = &[
    Route::new(
        Get,
        "/api/v1/webhooks",
        "listWebhooks",
        Scope(WebhooksManage),
        handler!(webhooks::list),
        Doc::new(TAG, "List webhooks").answers(&[(200, "All of them", Some(Shape::of::<List<EndpointRecord>>()))]),
    ),
    Route::new(
        Post,
        "/api/v1/webhooks",
        "createWebhook",
        Scope(WebhooksManage),
        handler!(webhooks::create),
        Doc::new(TAG, "Create a webhook; a generated secret is shown once")
            .takes(
                Shape::of::<EndpointCreateBody>(),
                r#"{"url":"https://example.com/hooks","events":["lead.created","lead.qualified"]}"#,
            )
            .answers(&[(201, "The new webhook; Location names it", Some(Shape::of::<EndpointWithSecret>()))]),
    ),
    Route::new(
        Get,
        "/api/v1/webhooks/{id}",
        "getWebhook",
        Scope(WebhooksManage),
        handler!(webhooks::get),
        Doc::new(TAG, "Get a webhook")
            .answers(&[(200, "The webhook", Some(Shape::of::<EndpointRecord>()))])
            .refuses(&[404]),
    ),
    Route::new(
        Patch,
        "/api/v1/webhooks/{id}",
        "updateWebhook",
        Scope(WebhooksManage),
        handler!(webhooks::patch),
        Doc::new(TAG, "Change a webhook")
            .takes(Shape::of::<EndpointPatchBody>(), r#"{"active":false}"#)
            .answers(&[(200, "The webhook as it is now", Some(Shape::of::<EndpointRecord>()))])
            .refuses(&[404]),
    ),
    Route::new(
        Delete,
        "/api/v1/webhooks/{id}",
        "deleteWebhook",
        Scope(WebhooksManage),
        handler!(webhooks::delete),
        Doc::new(TAG, "Delete a webhook and cancel what is on its way")
            .answers(&[(200, "It is gone", Some(Shape::of::<Deleted>()))])
            .refuses(&[404]),
    ),
    Route::new(
        Post,
        "/api/v1/webhooks/{id}/rotate-secret",
        "rotateWebhookSecret",
        Scope(WebhooksManage),
        handler!(webhooks::rotate),
        Doc::new(TAG, "Replace a webhook's secret; both sign until the new one is alone")
            .takes(Shape::of::<RotateBody>(), "{}")
            .answers(&[(200, "The webhook with its new secret", Some(Shape::of::<EndpointWithSecret>()))])
            .refuses(&[404]),
    )
    .body_optional(),
    Route::new(
        Post,
        "/api/v1/webhooks/{id}/test",
        "testWebhook",
        Scope(WebhooksManage),
        handler!(webhooks::test),
        Doc::new(TAG, "Send a marked event to a webhook")
            .answers(&[(202, "It is on its way", Some(Shape::of::<DeliveryRecord>()))])
            .refuses(&[404, 409]),
    )
    .body_optional(),
    Route::new(
        Get,
        "/api/v1/webhooks/{id}/deliveries",
        "listDeliveries",
        Scope(WebhooksManage),
        handler!(webhooks::deliveries),
        Doc::new(TAG, "List a webhook's deliveries, newest first")
            .query(params::DELIVERIES)
            .answers(&[(200, "One part of the list", Some(Shape::of::<List<DeliveryRecord>>()))])
            .refuses(&[404]),
    ),
    Route::new(
        Post,
        "/api/v1/webhooks/{id}/deliveries/{deliveryId}/replay",
        "replayDelivery",
        Scope(WebhooksManage),
        handler!(webhooks::replay),
        Doc::new(TAG, "Send a delivery again, with the same bytes")
            .answers(&[(202, "It is on its way", Some(Shape::of::<DeliveryRecord>()))])
            .refuses(&[404, 409]),
    )
    .body_optional(),
];
