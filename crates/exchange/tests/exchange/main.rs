//! What is moved out and in again, on every store.

mod bad_input;
mod by_hand;
mod round_trip;
mod stage;
mod tables;
