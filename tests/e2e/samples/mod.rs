//! The samples of the published pages run as they stand: host and key replaced and nothing else,
//! except that Python gets back the indentation that the pages lost. The pages lie beside the
//! repository and are never part of it.

mod analytics_page;
mod app_content;
mod app_page;
mod code_examples;
mod conversations_page;
mod inventory;
pub(crate) mod page;
mod syrus_page;
mod webhook_receivers;

use std::fs;

use synaptiq_testkit::left_out::{Lack, left_out, shared};

/// A published page, or `None` after `what` was noted as left out.
pub(crate) fn published(name: &str, what: &str) -> Option<String> {
    let path = format!("spec/sources/{name}");
    let Some(file) = shared(&path) else {
        left_out(what, Lack::Shared(&path));
        return None;
    };
    Some(fs::read_to_string(file).expect("a published page can be read"))
}
