//! Everything syrus answers, a file for each topic. Paths are written for the dialect's own place.

mod about;
mod conversations;
mod leads;
mod webhooks;

use std::sync::LazyLock;

use crate::route::Route;

/// Everything syrus answers, in the order in which documents list it.
pub(super) static ROUTES: LazyLock<Vec<Route>> =
    LazyLock::new(|| [leads::ROUTES, conversations::ROUTES, webhooks::ROUTES, about::ROUTES].concat());
