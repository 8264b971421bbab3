//! What a request counts against, and how it stands afterwards.

use std::net::IpAddr;

use crate::{
    access::{ApiKey, Tenant},
    conversation::SessionHash,
    id::Id,
    limit::{Allowance, Group},
    time::Timestamp,
};

/// Where a request comes from, as far as limits tell places apart: an IPv4 address, or the /64 of an
/// IPv6 address, because one host has all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place(u64);

impl Place {
    /// Marks IPv4. The upper half of no IPv6 address in use begins like this.
    const IPV4: u64 = 1 << 32;

    /// The place of an address.
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(Self::IPV4 | u64::from(address.to_bits())),
            IpAddr::V6(address) => Self(u64::try_from(address.to_bits() >> 64).expect("64 bits")),
        }
    }

    /// The network that it is in: its /24, or its /48 for IPv6.
    #[must_use]
    pub const fn network(self) -> Self {
        let bits = if self.0 >> 32 == 1 { 8 } else { 16 };
        Self(self.0 >> bits << bits)
    }

    /// The place that a number stands for.
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// The number that stands for it.
    pub const fn bits(self) -> u64 {
        self.0
    }
}

/// Who is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// Whoever has a key. A sandbox has keys of its own, and so limits of its own.
    Key(Id<ApiKey>),
    /// The operator, on a tenant.
    Operator(Id<Tenant>),
    /// A visitor's session with a tenant.
    Session(Id<Tenant>, SessionHash),
    /// Visitors who write to a tenant from one place.
    Writers(Id<Tenant>, Place),
    /// Visitors who open a tenant's pages in one place.
    Onlookers(Id<Tenant>, Place),
    /// Visitors who read from a tenant in one place.
    Readers(Id<Tenant>, Place),
    /// Whoever asks from a place and is nobody that is known.
    Strangers(Place),
}

/// Over which time is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Span {
    /// Any 60 seconds.
    Minute,
    /// A UTC day.
    Day,
}

/// One limit that a request counts against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Who is counted.
    pub subject: Subject,
    /// Which of their requests; all of them for `None`.
    pub group: Option<Group>,
    /// Over which time.
    pub span: Span,
    /// How many are let in.
    pub limit: Allowance,
}

/// How a request stands to the tightest limit that applied to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// How many are let in.
    pub limit: Allowance,
    /// How many more would be let in now.
    pub remaining: u32,
    /// When the next slot is free, be others free now or not: when the oldest of those that count
    /// stops to count.
    pub next_slot: Timestamp,
}

impl Standing {
    /// Of a request that counts against nothing.
    pub const fn unlimited(now: Timestamp) -> Self {
        Self { limit: Allowance::Unlimited, remaining: u32::MAX, next_slot: now }
    }
}

/// Whether a request is let in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is, and was counted. Of several limits the one with the fewest left is told.
    Admitted(Standing),
    /// It is not, and was not counted. Of several limits the one that lasts longest is told.
    Refused {
        /// How it stands.
        standing: Standing,
        /// After how many seconds it would be let in, at least 1, if nobody else comes first.
        retry_after: u32,
    },
}

impl Verdict {
    /// Whether it is let in.
    pub const fn is_admitted(&self) -> bool {
        matches!(self, Self::Admitted(_))
    }

    /// How it stands.
    pub const fn standing(&self) -> &Standing {
        match self {
            Self::Admitted(standing) | Self::Refused { standing, .. } => standing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(text: &str) -> Place {
        Place::of(text.parse().expect("an address"))
    }

    #[test]
    fn one_host_is_one_place_and_its_network_is_the_24_or_the_48() {
        assert_ne!(place("192.0.2.1"), place("192.0.2.2"));
        assert_eq!(place("192.0.2.1"), place("::ffff:192.0.2.1"));
        assert_eq!(place("2001:db8:1:2::1"), place("2001:db8:1:2:ffff::9"));
        assert_ne!(place("2001:db8:1:2::1"), place("2001:db8:1:3::1"));
        assert_eq!(place("192.0.2.1").network(), place("192.0.2.255").network());
        assert_ne!(place("192.0.2.1").network(), place("192.0.3.1").network());
        assert_eq!(place("2001:db8:1:2::1").network(), place("2001:db8:1:ffff::1").network());
        assert_ne!(place("2001:db8:1::1").network(), place("2001:db8:2::1").network());
    }
}
