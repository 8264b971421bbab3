//! What can be shown from inside alone: a full disk in the middle of a batch, and the plans of queries.

mod full_disk;
mod plans;
