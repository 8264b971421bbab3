//! The cases of app.

use super::super::case::Case;

pub(crate) const CASES: &[Case] = &[
    Case::changes_data("publicChat").body(
        r#"{"message":"hello email:<email> need=100","visitorId":"<visitor>","sessionId":"<session>","tenantId":"<tenant>","agentId":"<assistant>"}"#,
    ),
    Case::reads("listVisitorMessages")
        .query("tenantId=<tenant>")
        .plain(&[("agentId", "names the tenant where tenantId does not: tried in tenancy.rs")]),
    Case::reads("streamVisitorMessages")
        .query("tenantId=<tenant>")
        .plain(&[("agentId", "names the tenant where tenantId does not: tried in tenancy.rs")]),
    Case::for_its_own_session("logIn").body(r#"{"token":"the operator's token"}"#),
    Case::for_its_own_session("logOut"),
    Case::reads("getHealth"),
    Case::reads("getOpenApi"),
    Case::reads("getLiveness"),
    Case::reads("getReadiness"),
];
