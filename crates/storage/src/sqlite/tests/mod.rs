//! What can be shown from inside alone: a full disk in the middle of a batch, the plans of queries, and
//! files of older versions.

mod counters_of_old_files;
mod full_disk;
mod plans;
