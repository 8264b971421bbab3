//! Telling the rest of the process that there is something to do. Losing a signal loses time and
//! nothing else: whoever waits for one also looks by itself now and then.

use crate::{access::TenantScope, conversation::Conversation, id::Id};

/// Wakes whoever waits.
pub trait Signals: Send + Sync {
    /// Deliveries are due.
    fn deliveries_due(&self);

    /// A conversation has new messages or a new status.
    fn conversation_changed(&self, scope: TenantScope, conversation: Id<Conversation>);
}
