//! What can be done, one file per operation: load, decide, commit. The decisions themselves are
//! pure and live beside the concepts; here is only when they are called.
//!
//! Every operation takes [`Services`] and a scope. One that writes takes an optional
//! [`Recording`], which makes the kept answer part of the commit.

mod activity;
mod analytics;
mod authenticate;
mod chat;
mod chat_reply;
mod chat_turn;
mod conversation_actions;
mod create_lead;
mod create_leads;
mod delete_conversation;
mod delete_lead;
mod deliveries;
mod demo;
mod endpoints;
mod erase;
mod error;
mod key_usage;
mod keys;
mod knowledge;
mod lanes;
mod operator_sessions;
mod outbox;
mod patch_lead;
mod read;
mod recording;
mod recount;
mod services;
mod sweep;
mod tenants;
mod visits;
mod widget;

pub use activity::activity;
pub use analytics::{funnel, lead_activity, overview};
pub use authenticate::{AuthenticationError, Principal, PublicAddress, authenticate, operator, public_scope};
pub use chat::{ChatCommand, ChatOutcome, ReplyPart, ReplySink, chat};
pub use conversation_actions::{
    AgentMessage, AgentMessageOutcome, HandoffCommand, NamedMember, close_conversation, hand_off, return_to_assistant,
    send_agent_message,
};
pub use create_lead::{CreateLeadOutcome, OnDuplicate, create_lead};
pub use create_leads::{RowOutcome, create_leads};
pub use delete_conversation::delete_conversation;
pub use delete_lead::delete_lead;
pub use deliveries::{replay_delivery, send_test_event};
pub use demo::{create_demo_tenant, drop_demo_tenant};
pub use endpoints::{
    CreatedEndpoint, RotatedSecret, create_endpoint, delete_endpoint, patch_endpoint, restore_endpoint,
    rotate_endpoint_secret,
};
pub use erase::{apply_retention, erase_person};
pub use error::UseCaseError;
pub use key_usage::KeyUsage;
pub use keys::{CreateKey, CreatedKey, create_key, list_keys, may_give_plan, revoke_key, rotate_key};
pub use knowledge::{add_document, delete_document, remove_unfinished_documents, restore_document, search_knowledge};
pub use lanes::{Full, LaneGuard, LaneKey, Lanes};
pub use operator_sessions::{BegunSession, begin_operator_session, end_operator_session, operator_of_session};
pub use patch_lead::patch_lead;
pub use read::{LeadDetail, VisitorMessages, lead_detail, visitor_messages};
pub use recording::{Recording, record_refusal};
pub use recount::recount;
pub use services::{Services, Settings};
pub use sweep::{expire_idle_conversations, sweep_old};
pub(crate) use tenants::known_plan;
pub use tenants::{CreateTenant, create_assistant, create_tenant, set_allowed_origins, set_plan, set_retention};
pub use visits::{VisitCommand, count_visit};
pub use widget::{WidgetName, WidgetOwner, WidgetView, set_widget, widget_owner, widget_view};
