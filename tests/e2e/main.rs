//! The promises of the whole product, kept by the real server over HTTP.

mod conversation_parameters;
mod conversations;
mod harness;
mod samples;
