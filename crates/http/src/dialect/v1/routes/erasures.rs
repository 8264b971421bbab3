//! The route of erasures.

use synaptiq_domain::access::Permission::DataDelete;
use synaptiq_wire::v1::erasure::{ErasureBody, ErasureRecord};

use crate::{
    dialect::v1::erasures,
    operation::{OperationDoc as Doc, Shape},
    route::{Access::Scope, Route, Verb::Post, handler},
};

const TAG: &str = "Privacy";

pub(super) static ROUTES: &[Route] = &[Route::new(
    Post,
    "/api/v1/erasures",
    "erasePerson",
    Scope(DataDelete),
    handler!(erasures::create),
    Doc::new(TAG, "Remove a person everywhere: everything that tells who they are and what they said")
        .takes(Shape::of::<ErasureBody>(), r#"{"person":"ada@example.com"}"#)
        .answers(&[(200, "What was removed", Some(Shape::of::<ErasureRecord>()))]),
)];
