//! Figures of the present moment (contract § 9, app).

use synaptiq_domain::use_cases::lead_activity;
use synaptiq_wire::app::analytics::{ActivityAnswer, FunnelAnswer, Overview};

use crate::{answer::Answer, fault::Refused, request::Call};

/// `GET /api/analytics/overview`
pub(super) async fn overview(call: Call) -> Result<Answer, Refused> {
    let overview = call.services().store.current_overview(call.scope()).await?;
    Ok(Answer::ok(&Overview::from(&overview)))
}

/// `GET /api/analytics/funnel`
pub(super) async fn funnel(call: Call) -> Result<Answer, Refused> {
    let counts = call.services().store.status_counts(call.scope()).await?;
    Ok(Answer::ok(&FunnelAnswer::from(&counts)))
}

/// `GET /api/analytics/activity`
pub(super) async fn activity(call: Call) -> Result<Answer, Refused> {
    let days = lead_activity(call.services(), call.scope()).await?;
    Ok(Answer::ok(&ActivityAnswer::from(&days[..])))
}
