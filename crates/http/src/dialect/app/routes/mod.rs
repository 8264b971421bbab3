//! Everything app answers, a file for each topic.

mod about;
mod analytics;
mod auth;
mod chat;
mod conversations;
mod knowledge;
mod leads;
mod webhooks;
mod widget;

use std::sync::LazyLock;

use crate::route::Route;

/// Everything app answers, in the order in which documents list it.
pub(super) static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| {
    [
        auth::ROUTES,
        leads::ROUTES,
        conversations::ROUTES,
        chat::ROUTES,
        knowledge::ROUTES,
        analytics::ROUTES,
        webhooks::ROUTES,
        widget::ROUTES,
        about::ROUTES,
    ]
    .concat()
});
