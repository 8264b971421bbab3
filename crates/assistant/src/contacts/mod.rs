//! How to reach a visitor: e-mail addresses and phone numbers in free text.

mod email;
mod phone;

pub(crate) use email::{Address, addresses};
pub(crate) use phone::first_phone;
use synaptiq_domain::ports::Contacts;

/// The first address and the first number of a message.
pub(crate) fn contacts(text: &str, language: &str) -> Contacts {
    let addresses = addresses(text);
    let phone = first_phone(text, &addresses, language);
    Contacts { email: addresses.into_iter().next().map(|address| address.email), phone }
}
