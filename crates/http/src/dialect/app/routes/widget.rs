//! The routes of the widget.

use synaptiq_wire::app::{success::Success, visit::VisitRequestBody, widget::Widget};

use crate::{
    dialect::app::widget,
    operation::{OperationDoc as Doc, ParamKind, QueryParam, Shape},
    route::{
        Access, LimitGroup, Route,
        Verb::{Get, Post},
        handler,
    },
};

const TAG: &str = "Widget";

const TENANT: QueryParam = QueryParam::new(
    "tenant",
    ParamKind::Text,
    "A tenant or one of its assistants; the default tenant where nothing is said.",
);
const LANGUAGE: QueryParam =
    QueryParam::new("language", ParamKind::Text, "The visitor's language, such as de or de-AT; else the assistant's.");

pub(super) static ROUTES: &[Route] = &[
    Route::new(
        Get,
        "/api/widget",
        "getWidget",
        Access::Public,
        handler!(widget::get),
        Doc::new(TAG, "What the widget shows; for pages in the tenant's list of origins")
            .query(&[TENANT, LANGUAGE])
            .answers(&[
                (200, "Public settings, with an ETag", Some(Shape::of::<Widget>())),
                (304, "They are as If-None-Match says", None),
            ])
            .refuses(&[403, 404]),
    )
    .limited_as(LimitGroup::Public),
    Route::new(
        Post,
        "/api/widget/visit",
        "countVisit",
        Access::PublicVisit,
        handler!(widget::visit),
        Doc::new(TAG, "Count a visitor, once a UTC day")
            .takes(Shape::of::<VisitRequestBody>(), r#"{"page":"https://www.acme.example/pricing"}"#)
            .answers(&[(200, "Whoever it was is counted", Some(Shape::of::<Success>()))])
            .refuses(&[404]),
    )
    .limited_as(LimitGroup::Public),
];
