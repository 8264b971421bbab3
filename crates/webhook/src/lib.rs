//! Signing, header profiles, the guarded outbound client, the relay that delivers.
//!
//! Follow one delivery: the domain fans an event out and fixes its bytes through
//! [`WebhookRenderer`]; after the commit [`Relay`] leases it, signs it ([`signing`]) with the headers
//! of its endpoint's profile, and posts it through [`GuardedSender`], which connects only where
//! [`OutboundGuard`] lets it. Whatever comes back is settled in the store.

mod client;
mod guard;
mod profile;
mod relay;
pub mod signing;

pub use client::{GuardedSender, SendLimits};
pub use guard::{AddressClass, OutboundGuard, SystemResolver, classify};
pub use profile::WebhookRenderer;
pub use relay::{Relay, RelayPorts, RelaySettings, Schedules};
