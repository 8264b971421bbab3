//! What v1 answers to every deletion: the published clients parse JSON after every success.

use serde::Serialize;
use synaptiq_domain::id::{Id, Kind};
use utoipa::ToSchema;

/// The answer to a deletion.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Deleted {
    /// What was deleted.
    pub id: String,
    /// Always true.
    pub deleted: bool,
}

impl Deleted {
    /// The answer to the deletion of `id`.
    pub fn of<K: Kind>(id: Id<K>) -> Self {
        Self { id: id.prefixed(), deleted: true }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use synaptiq_domain::lead::Lead;

    use super::*;

    #[test]
    fn it_names_what_was_deleted() {
        let printed = serde_json::to_value(Deleted::of(Id::<Lead>::from_bits(7))).expect("prints");
        assert_eq!(printed, json!({"id": "lead_00000000000000000000000007", "deleted": true}));
    }
}
