//! Everything v1 answers, a file for each topic.

mod about;
mod analytics;
mod chat;
mod conversations;
mod erasures;
mod keys;
mod knowledge;
mod leads;
mod webhooks;

use std::sync::LazyLock;

use crate::route::Route;

/// Everything v1 answers, in the order in which documents list it.
pub(super) static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| {
    [
        leads::ROUTES,
        chat::ROUTES,
        conversations::ROUTES,
        analytics::ROUTES,
        webhooks::ROUTES,
        knowledge::ROUTES,
        keys::ROUTES,
        erasures::ROUTES,
        about::ROUTES,
    ]
    .concat()
});
