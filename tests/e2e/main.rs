//! The promises of the whole product, kept by the real server over HTTP.

mod conversations;
mod harness;
mod samples;
