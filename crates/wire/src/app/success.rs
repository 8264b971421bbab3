//! What app answers to every deletion.

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
