//! Where the process may connect to on behalf of others (security O1, O2, O5): the check of a URL,
//! and the classes of addresses behind it.

mod address;
mod resolver;
mod url;

pub use address::{AddressClass, classify};
pub use resolver::SystemResolver;
pub use url::OutboundGuard;
pub(crate) use url::Target;
