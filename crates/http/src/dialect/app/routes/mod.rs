//! Everything app answers, a file for each topic.

mod about;
mod auth;
mod chat;
mod conversations;
mod leads;

use std::sync::LazyLock;

use crate::route::Route;

/// Everything app answers, in the order in which documents list it.
pub(super) static ROUTES: LazyLock<Vec<Route>> =
    LazyLock::new(|| [leads::ROUTES, conversations::ROUTES, chat::ROUTES, auth::ROUTES, about::ROUTES].concat());
