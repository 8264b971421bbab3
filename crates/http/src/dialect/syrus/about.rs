//! The documents about syrus (contract § 13), one for each place where it is served.

use std::sync::LazyLock;

use bytes::Bytes;

use crate::{
    answer::Answer,
    dialect::{Place, syrus::MOUNTS, syrus::Syrus},
    docs_page,
    fault::Refused,
    openapi,
    request::Call,
};

/// What `make` makes of each place, in the order of the places.
fn of_each(make: impl Fn(Place) -> Bytes) -> Vec<Bytes> {
    MOUNTS.iter().map(|mount| make(Place { dialect: &Syrus, mount })).collect()
}

/// The one of the place where a call was made.
fn of_this<'b>(call: &Call, all: &'b [Bytes]) -> &'b Bytes {
    let here = MOUNTS.iter().position(|mount| mount == call.mount);
    &all[here.unwrap_or_default()]
}

/// `GET /openapi.json`
pub(super) async fn openapi(call: Call) -> Result<Answer, Refused> {
    static DOCUMENTS: LazyLock<Vec<Bytes>> = LazyLock::new(|| of_each(openapi::bytes));
    Ok(openapi::answer(of_this(&call, &DOCUMENTS)))
}

/// `GET /docs`
pub(super) async fn docs(call: Call) -> Result<Answer, Refused> {
    static PAGES: LazyLock<Vec<Bytes>> = LazyLock::new(|| of_each(|place| docs_page::page(place).into()));
    Ok(docs_page::answer(of_this(&call, &PAGES)))
}
