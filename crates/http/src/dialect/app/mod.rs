//! app: `/api` but for `/api/v1`, UUIDs, `{"error":"…","code":…}`. Everything outside `/api` answers
//! in it too.

mod about;
mod analytics;
mod auth;
mod chat;
mod conversations;
mod knowledge;
mod knowledge_files;
mod leads;
mod params;
mod part;
mod routes;
mod visitor;
mod webhooks;
mod widget;

use std::sync::OnceLock;

use synaptiq_wire::{Fault, app::error::ErrorBody};

use crate::{
    answer::Answer,
    dialect::{Dialect, Mount},
    operation::Shape,
    route::Route,
    route_table::RouteTable,
};

/// The app dialect.
#[derive(Debug)]
pub struct App;

impl Dialect for App {
    fn name(&self) -> &'static str {
        "app"
    }

    fn title(&self) -> &'static str {
        "Synaptiq API"
    }

    fn mounts(&self) -> &'static [Mount] {
        const { &[Mount::at("")] }
    }

    fn routes(&self) -> &'static [Route] {
        &routes::ROUTES
    }

    fn table(&self) -> &'static RouteTable {
        static TABLE: OnceLock<RouteTable> = OnceLock::new();
        TABLE.get_or_init(|| RouteTable::new(&routes::ROUTES))
    }

    fn refusal(&self, fault: &Fault, request_id: &str) -> Answer {
        Answer::json(fault.status, &ErrorBody::of(fault, request_id))
    }

    fn refusal_shape(&self) -> Shape {
        Shape::of::<ErrorBody>()
    }

    fn takes_cookies(&self) -> bool {
        true
    }
}
