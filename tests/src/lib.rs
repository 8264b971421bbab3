//! Drives the real server from outside: starts and stops its binary, speaks HTTP to it, runs its
//! command line, and listens for its webhooks. Nothing here knows the product's code.

mod binary;
mod client;
mod model;
mod openapi_tools;
mod page_blocks;
mod program;
mod receiver;
mod server;
mod stream;
mod tools;

pub use binary::server_binary;
pub use client::{Answer, Client, encoded};
pub use model::{ModelStub, Said};
pub use openapi_tools::{openapi_node, openapi_python, openapi_scripts};
pub use page_blocks::page_block;
pub use program::{Program, free_port};
pub use receiver::{Received, Receiver, Scripted};
pub use server::{Finished, Server, ServerSettings};
pub use stream::{SentEvent, SentEvents, events_of};
pub use tools::{Tools, installed, run_script};
