//! The routes of webhooks.

use synaptiq_domain::access::Permission::WebhooksManage;
use synaptiq_wire::{
    app::{
        success::Success,
        webhook::{DeliveryAnswer, DeliveryList, EndpointAnswer, EndpointList},
    },
    endpoint::{EndpointCreateBody, EndpointPatchBody, RotateBody},
};

use crate::{
    dialect::app::webhooks,
    operation::{OperationDoc as Doc, ParamKind, QueryParam, Shape},
    route::{
        Access::Scope,
        Route,
        Verb::{Delete, Get, Patch, Post},
        handler,
    },
};

const TAG: &str = "Webhooks";

const DELIVERIES: &[QueryParam] = &[
    QueryParam::new("page", ParamKind::Whole(1, u32::MAX, 1), "Page number."),
    QueryParam::new("limit", ParamKind::Whole(1, 100, 25), "Rows per page."),
    QueryParam::new("cursor", ParamKind::Text, "Where to go on: nextCursor of the part before, with the same filter."),
    QueryParam::new(
        "status",
        ParamKind::OneOf(&["pending", "delivered", "failed", "cancelled"]),
        "Deliveries in this status.",
    ),
];

pub(super) static ROUTES: &[Route] = &[
    Route::new(
        Get,
        "/api/admin/webhooks",
        "listWebhooks",
        Scope(WebhooksManage),
        handler!(webhooks::list),
        Doc::new(TAG, "List webhooks").answers(&[(
            200,
            "All of them, newest first",
            Some(Shape::of::<EndpointList>()),
        )]),
    ),
    Route::new(
        Post,
        "/api/admin/webhooks",
        "createWebhook",
        Scope(WebhooksManage),
        handler!(webhooks::create),
        Doc::new(TAG, "Create a webhook; a generated secret is shown once, and the body alone is signed")
            .takes(
                Shape::of::<EndpointCreateBody>(),
                r#"{"url":"https://example.com/hooks","events":["lead.created","lead.qualified"]}"#,
            )
            .answers(&[(201, "The new webhook; Location names it", Some(Shape::of::<EndpointAnswer>()))]),
    ),
    Route::new(
        Get,
        "/api/admin/webhooks/{id}",
        "getWebhook",
        Scope(WebhooksManage),
        handler!(webhooks::get),
        Doc::new(TAG, "Get a webhook")
            .answers(&[(200, "The webhook", Some(Shape::of::<EndpointAnswer>()))])
            .refuses(&[404]),
    ),
    Route::new(
        Patch,
        "/api/admin/webhooks/{id}",
        "updateWebhook",
        Scope(WebhooksManage),
        handler!(webhooks::patch),
        Doc::new(TAG, "Change a webhook")
            .takes(Shape::of::<EndpointPatchBody>(), r#"{"active":false}"#)
            .answers(&[(200, "The webhook as it is now", Some(Shape::of::<EndpointAnswer>()))])
            .refuses(&[404]),
    ),
    Route::new(
        Delete,
        "/api/admin/webhooks/{id}",
        "deleteWebhook",
        Scope(WebhooksManage),
        handler!(webhooks::delete),
        Doc::new(TAG, "Delete a webhook and cancel what is on its way")
            .answers(&[(200, "It is gone", Some(Shape::of::<Success>()))])
            .refuses(&[404]),
    ),
    Route::new(
        Post,
        "/api/admin/webhooks/{id}/rotate-secret",
        "rotateWebhookSecret",
        Scope(WebhooksManage),
        handler!(webhooks::rotate),
        Doc::new(TAG, "Replace a webhook's secret; X-Synaptiq-Signature keeps the old one until the new one is alone")
            .takes(Shape::of::<RotateBody>(), "{}")
            .answers(&[(200, "The webhook with its new secret", Some(Shape::of::<EndpointAnswer>()))])
            .refuses(&[404]),
    )
    .body_optional(),
    Route::new(
        Post,
        "/api/admin/webhooks/{id}/test",
        "testWebhook",
        Scope(WebhooksManage),
        handler!(webhooks::test),
        Doc::new(TAG, "Send a marked event to a webhook")
            .answers(&[(202, "It is on its way", Some(Shape::of::<DeliveryAnswer>()))])
            .refuses(&[404, 409]),
    )
    .body_optional(),
    Route::new(
        Get,
        "/api/admin/webhooks/{id}/deliveries",
        "listDeliveries",
        Scope(WebhooksManage),
        handler!(webhooks::deliveries),
        Doc::new(TAG, "List a webhook's deliveries, newest first")
            .query(DELIVERIES)
            .answers(&[(200, "One part of the list", Some(Shape::of::<DeliveryList>()))])
            .refuses(&[404]),
    ),
    Route::new(
        Post,
        "/api/admin/webhooks/{id}/deliveries/{deliveryId}/replay",
        "replayDelivery",
        Scope(WebhooksManage),
        handler!(webhooks::replay),
        Doc::new(TAG, "Send a delivery again, with the same bytes")
            .answers(&[(202, "It is on its way", Some(Shape::of::<DeliveryAnswer>()))])
            .refuses(&[404, 409]),
    )
    .body_optional(),
];
