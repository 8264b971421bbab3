//! Everything syrus answers, a file for each topic. Paths are written for the dialect's own place.

mod about;

use std::sync::LazyLock;

use crate::route::Route;

/// Everything syrus answers, in the order in which documents list it.
pub(super) static ROUTES: LazyLock<Vec<Route>> = LazyLock::new(|| [about::ROUTES].concat());
