//! The use cases on the store in memory, with an understanding that is spelled out in the messages.

mod endpoints;
mod erase;
mod keys;
mod knowledge;
mod leads;
mod operator_sessions;
mod stage;
mod turns;
mod turns_with_a_model;
mod visits;
