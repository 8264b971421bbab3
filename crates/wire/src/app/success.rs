//! What app answers where there is nothing else to say: to every deletion, and to a visit.

use serde::Serialize;
use utoipa::ToSchema;

/// It is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Success {
    /// Always true.
    #[schema(example = true)]
    pub success: bool,
}

/// It is done.
pub const SUCCESS: Success = Success { success: true };
