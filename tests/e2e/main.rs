//! The promises of the whole product, kept by the real server over HTTP.

mod command_line;
mod conversation_parameters;
mod conversations;
mod crashes;
mod disk_full;
mod exactly_once;
mod harness;
mod hostile;
mod idempotency;
mod limits;
mod model_turns;
mod moving_data;
mod openapi;
mod operator_login;
mod order_on_disk;
mod public_chat;
mod receivers;
mod samples;
mod sandbox;
mod slow;
mod ssrf;
mod syrus;
mod tenancy;
mod widget;
