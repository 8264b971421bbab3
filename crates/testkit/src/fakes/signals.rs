//! Signals that are written down.

use std::sync::Mutex;

use synaptiq_domain::{access::TenantScope, conversation::Conversation, id::Id, ports::Signals};

use super::lock;

/// Wakes no one and remembers what for.
#[derive(Debug, Default)]
pub struct RecordingSignals {
    due: Mutex<usize>,
    changed: Mutex<Vec<(TenantScope, Id<Conversation>)>>,
}

impl RecordingSignals {
    /// How often deliveries were due.
    pub fn due_count(&self) -> usize {
        *lock(&self.due)
    }

    /// Every conversation that changed, in order.
    pub fn changed(&self) -> Vec<(TenantScope, Id<Conversation>)> {
        lock(&self.changed).clone()
    }
}

impl Signals for RecordingSignals {
    fn deliveries_due(&self) {
        *lock(&self.due) += 1;
    }

    fn conversation_changed(&self, scope: TenantScope, conversation: Id<Conversation>) {
        lock(&self.changed).push((scope, conversation));
    }
}
