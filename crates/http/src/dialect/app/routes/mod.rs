//! Everything app answers, a file for each topic.

mod about;
mod auth;
mod chat;

use std::sync::LazyLock;

use crate::route::Route;

/// Everything app answers, in the order in which documents list it.
pub(super) static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| [chat::ROUTES, auth::ROUTES, about::ROUTES].concat());
