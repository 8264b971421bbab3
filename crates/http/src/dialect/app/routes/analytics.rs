//! The routes of analytics.

use synaptiq_domain::access::Permission::AnalyticsRead;
use synaptiq_wire::app::analytics::{ActivityAnswer, FunnelAnswer, Overview};

use crate::{
    dialect::app::analytics,
    operation::{OperationDoc as Doc, Shape},
    route::{Access::Scope, LimitGroup, Route, Verb::Get, handler},
};

const TAG: &str = "Analytics";

pub(super) static ROUTES: &[Route] = &[
    Route::new(
        Get,
        "/api/analytics/overview",
        "getOverview",
        Scope(AnalyticsRead),
        handler!(analytics::overview),
        Doc::new(TAG, "High-level performance metrics").answers(&[(
            200,
            "What leads and conversations come to now",
            Some(Shape::of::<Overview>()),
        )]),
    )
    .limited_as(LimitGroup::Analytics),
    Route::new(
        Get,
        "/api/analytics/funnel",
        "getFunnel",
        Scope(AnalyticsRead),
        handler!(analytics::funnel),
        Doc::new(TAG, "Lead distribution by qualification status").answers(&[(
            200,
            "How many leads are in each status now",
            Some(Shape::of::<FunnelAnswer>()),
        )]),
    )
    .limited_as(LimitGroup::Analytics),
    Route::new(
        Get,
        "/api/analytics/activity",
        "getActivity",
        Scope(AnalyticsRead),
        handler!(analytics::activity),
        Doc::new(TAG, "Daily lead creation counts for the last 30 days").answers(&[(
            200,
            "30 UTC days, oldest first, today last",
            Some(Shape::of::<ActivityAnswer>()),
        )]),
    )
    .limited_as(LimitGroup::Analytics),
];
