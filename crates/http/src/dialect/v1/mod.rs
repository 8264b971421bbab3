//! v1, the native dialect: `/api/v1`, prefixed ids, `{"error":{"code",…}}`.

mod about;
mod analytics;
mod chat;
mod conversations;
mod erasures;
mod keys;
mod knowledge;
mod leads;
mod leads_bulk;
mod params;
mod routes;
mod webhooks;

use std::sync::OnceLock;

use synaptiq_wire::{Fault, v1::error::ErrorBody};

use crate::{
    answer::Answer,
    dialect::{Dialect, Mount},
    operation::Shape,
    route::Route,
    route_table::RouteTable,
};

/// The native dialect.
#[derive(Debug)]
pub struct V1;

impl Dialect for V1 {
    fn name(&self) -> &'static str {
        "v1"
    }

    fn title(&self) -> &'static str {
        "Synaptiq API v1"
    }

    fn mounts(&self) -> &'static [Mount] {
        const { &[Mount::at("/api/v1")] }
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
}
