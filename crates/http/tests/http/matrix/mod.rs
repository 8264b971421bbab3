//! The matrices: what is promised of every route, made from the route tables. A route without a
//! [`case`] fails them, and says what to add.

mod bad_input;
mod belongings;
mod case;
mod envelope;
mod request;
mod scopes;
mod statuses;
mod table;
mod tenancy;
mod world;
