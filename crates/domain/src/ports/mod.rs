//! What the domain asks of the world. Ports that do I/O are asynchronous and held as
//! `Arc<dyn …>`; pure ones are plain traits. Each port lists its promises; the contract tests in
//! `testkit` are named after them.

mod clock;
mod conversing;
mod limiter;
mod outbound;
mod passage_index;
mod signals;
pub mod store;
mod vault;

pub use clock::{Clock, Ids};
pub use conversing::{
    Contacts, DraftReply, Facts, Model, ModelError, ModelStream, Prompt, PromptMessage, ReplyContext, Responder,
    Understanding, Understood, Utterance,
};
pub use limiter::Limiter;
pub use outbound::{
    DeliveryRenderer, OutboundAnswer, OutboundRequest, RefusedUrl, Resolver, SendError, Sender, UrlGuard,
};
pub use passage_index::{IndexError, PassageIndex};
pub use signals::Signals;
pub use store::{Store, StoreError};
pub use vault::{Purpose, Vault};
