//! syrus: `/syrus/api/v1`, and `/api/v1` for keys that begin with `syk_`. `snake_case`, UUIDs,
//! `{"error":{"code",…},"request_id":…}`.

mod about;
mod chatbots;
mod conversations;
mod leads;
mod params;
mod routes;
mod webhooks;

use std::sync::OnceLock;

use synaptiq_domain::access::KeyKind;
use synaptiq_wire::{Fault, syrus::error::ErrorBody};

use crate::{
    answer::Answer,
    dialect::{Dialect, Mount},
    operation::Shape,
    route::Route,
    route_table::RouteTable,
};

/// The syrus dialect.
#[derive(Debug)]
pub struct Syrus;

/// Its own place, which takes every key and none, and the published one, which it shares with v1.
static MOUNTS: [Mount; 2] = [Mount::at("/syrus/api/v1"), Mount::at("/api/v1").for_bearers(KeyKind::Syrus.prefix())];

impl Dialect for Syrus {
    fn name(&self) -> &'static str {
        "syrus"
    }

    fn title(&self) -> &'static str {
        "Syrus Chat API v1"
    }

    fn mounts(&self) -> &'static [Mount] {
        &MOUNTS
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

    fn accepts(&self, _: KeyKind) -> bool {
        true
    }
}
