//! Telling visitors apart on the day before anybody has named them (contract § 12).

use std::net::IpAddr;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::{access::Tenant, conversation::VisitorId, id::Id};

/// How many bytes of the hash make a name: 128 bits.
const NAME: usize = 16;

/// Somebody with a page open, as far as a server sees them by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Onlooker {
    /// Where they are.
    pub address: IpAddr,
    /// What their browser calls itself; empty if it does not.
    pub user_agent: String,
}

impl Onlooker {
    /// What they are called in a tenant on the day whose secret this is. Another day has another
    /// secret; once it is gone nobody can tell which address the name was made of, not even by trying
    /// all of them.
    pub fn name(&self, secret: [u8; 32], tenant: Id<Tenant>) -> VisitorId {
        let address = match self.address.to_canonical() {
            IpAddr::V4(address) => address.to_ipv6_mapped(),
            IpAddr::V6(address) => address,
        };
        let mut mac = Hmac::<Sha256>::new_from_slice(&secret).expect("HMAC takes keys of any length");
        // The first two have a fixed length, so that no two triples give the same bytes.
        mac.update(&tenant.bits().to_be_bytes());
        mac.update(&address.octets());
        mac.update(self.user_agent.as_bytes());
        let hash = mac.finalize().into_bytes();
        let name = format!("anon_{}", hex::encode(&hash[..NAME]));
        VisitorId::parse(&name).expect("letters and digits are a visitor id")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn onlooker(address: &str, user_agent: &str) -> Onlooker {
        Onlooker { address: address.parse().expect("an address"), user_agent: user_agent.to_owned() }
    }

    fn name(address: &str, user_agent: &str, secret: u8, tenant: u128) -> String {
        onlooker(address, user_agent).name([secret; 32], Id::from_bits(tenant)).as_str().to_owned()
    }

    // Computed with another implementation of HMAC-SHA256.
    #[test]
    fn a_name_is_half_of_an_hmac_of_tenant_address_and_agent() {
        assert_eq!(name("192.0.2.1", "Browser/1.0", 7, 1), "anon_9046c93e1f6df06ca69f2345378d526e");
    }

    #[test]
    fn another_address_agent_tenant_or_day_is_another_name() {
        let one = name("192.0.2.1", "a", 7, 1);
        assert_eq!(one, name("::ffff:192.0.2.1", "a", 7, 1), "one address in two forms");
        for other in [
            name("192.0.2.2", "a", 7, 1),
            name("192.0.2.1", "b", 7, 1),
            name("192.0.2.1", "", 7, 1),
            name("192.0.2.1", "a", 8, 1),
            name("192.0.2.1", "a", 7, 2),
        ] {
            assert_ne!(one, other);
        }
    }
}
