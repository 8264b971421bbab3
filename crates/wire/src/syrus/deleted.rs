//! What syrus answers to a deletion.

use serde::Serialize;
use synaptiq_domain::id::Id;
use utoipa::ToSchema;

/// The answer to a deletion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Deleted {
    /// What was deleted.
    #[schema(example = "550e8400-e29b-41d4-a716-446655440000")]
    pub id: String,
    /// Always true.
    pub deleted: bool,
}

impl Deleted {
    /// The answer to the deletion of `id`.
    pub fn of<K>(id: Id<K>) -> Self {
        Self { id: crate::id::uuid(id), deleted: true }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use synaptiq_domain::webhook::Endpoint;

    use super::*;
    use crate::samples;

    #[test]
    fn it_names_what_was_deleted() {
        samples::assert_prints(
            &Deleted::of(Id::<Endpoint>::from_bits(7)),
            &json!({"id": "00000000-0000-0000-0000-000000000007", "deleted": true}),
        );
    }
}
