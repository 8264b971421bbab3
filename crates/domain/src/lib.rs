//! What is true: leads, conversations, scoring, events, webhooks; the ports and the use cases. No framework.
//!
//! The crate is usable alone. Scoring a conversation takes nothing but evidence and settings:
//!
//! ```
//! use synaptiq_domain::{
//!     access::TenantSettings,
//!     id::Id,
//!     lead::{Contact, Grade, Lead, LeadDraft, LeadStatus},
//!     qualification::{Criterion, Evidence, Qualification, Topic},
//!     text::Email,
//!     time::Timestamp,
//! };
//!
//! // What a visitor said, message by message, with a grade for each criterion it bears on.
//! let said = [
//!     (Criterion::Need, 100, "we lose track of inbound leads"),
//!     (Criterion::Budget, 100, "we have 30,000 a year for it"),
//!     (Criterion::Timeline, 80, "it should run within three months"),
//! ];
//! let evidence: Vec<Evidence> = (1_i64..)
//!     .zip(said)
//!     .map(|(second, (criterion, grade, quote))| Evidence {
//!         topic: Topic::Criterion(criterion),
//!         grade: Grade::clamped(grade),
//!         quote: quote.to_owned(),
//!         message: Id::from_bits(second.unsigned_abs().into()),
//!         conversation: Id::from_bits(1),
//!         at: Timestamp::from_seconds(second),
//!     })
//!     .collect();
//!
//! let settings = TenantSettings::default();
//! let qualification = Qualification::of(&evidence, &[], &settings);
//! // Need 30 × 100 % + budget 25 × 100 % + timeline 25 × 80 % = 75.
//! assert_eq!(qualification.score.get(), 75);
//! for criterion in &qualification.criteria {
//!     println!("{}: {} points", criterion.criterion.as_str(), criterion.points);
//!     for piece in &criterion.evidence {
//!         println!("  “{}”", piece.quote);
//!     }
//! }
//!
//! // The lead behind the conversation follows from it.
//! let contact = Contact { email: Email::parse("jane@example.com").ok(), ..Contact::default() };
//! let now = Timestamp::from_seconds(4);
//! let mut lead = Lead::create(Id::from_bits(2), LeadDraft { contact, ..LeadDraft::default() }, now);
//! lead.apply(&qualification, true, now);
//! assert_eq!(lead.status, LeadStatus::Qualified);
//! assert!(lead.qualification_reason.is_some_and(|reason| reason.contains("we lose track of inbound leads")));
//! ```

pub mod access;
pub mod analytics;
pub mod changes;
pub mod conversation;
pub mod erasure;
pub mod event;
pub mod history;
pub mod id;
pub mod knowledge;
pub mod lead;
pub mod limit;
pub mod money;
pub mod paging;
pub mod ports;
pub mod qualification;
pub mod receipt;
pub mod text;
pub mod time;
pub mod use_cases;
pub mod webhook;
