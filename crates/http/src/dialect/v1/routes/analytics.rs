//! The routes of analytics.

use synaptiq_domain::access::Permission::AnalyticsRead;
use synaptiq_wire::{
    paging::List,
    v1::analytics::{ActivityRecord, FunnelAnswer, OverviewAnswer},
};

use crate::{
    dialect::v1::{analytics, params},
    operation::{OperationDoc as Doc, Shape},
    route::{Access::Scope, LimitGroup, Route, Verb::Get, handler},
};

const TAG: &str = "Analytics";

pub(super) static ROUTES: &[Route] = &[
    Route::new(
        Get,
        "/api/v1/analytics/overview",
        "getOverview",
        Scope(AnalyticsRead),
        handler!(analytics::overview),
        Doc::new(TAG, "What a period came to, part by part, and beside another period")
            .query(params::OVERVIEW)
            .answers(&[(200, "The figures of the period", Some(Shape::of::<OverviewAnswer>()))])
            .refuses(&[422]),
    )
    .limited_as(LimitGroup::Analytics),
    Route::new(
        Get,
        "/api/v1/analytics/funnel",
        "getFunnel",
        Scope(AnalyticsRead),
        handler!(analytics::funnel),
        Doc::new(TAG, "How far visitors come, stage by stage")
            .query(params::FUNNEL)
            .answers(&[(200, "The stages with their counts", Some(Shape::of::<FunnelAnswer>()))])
            .refuses(&[422]),
    )
    .limited_as(LimitGroup::Analytics),
    Route::new(
        Get,
        "/api/v1/analytics/activity",
        "listActivity",
        Scope(AnalyticsRead),
        handler!(analytics::activity),
        Doc::new(TAG, "What happened, newest first; as a table with Accept: text/csv or format=csv")
            .query(params::ACTIVITY)
            .answers(&[(200, "One part of the feed", Some(Shape::of::<List<ActivityRecord>>()))])
            .as_media("text/csv")
            .refuses(&[422]),
    )
    .limited_as(LimitGroup::Analytics),
];
