//! What a message states about the visitor: who they are, where they work, how many they are, what
//! they can spend, what they use today.

mod company;
mod competitor;
pub(crate) mod money;
mod name;
mod seats;
mod title;

pub(crate) use company::company;
pub(crate) use competitor::{competitor, mentions_product};
pub(crate) use name::name;
pub(crate) use seats::{bare_count, seats};
pub(crate) use title::{Rank, Title, title};
