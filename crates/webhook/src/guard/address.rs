//! What kind of place an address is. Only [`AddressClass::Public`] is reachable without the
//! operator's word.
//!
//! IPv4 is a list of what is refused, after the registries of special-purpose addresses. IPv6 is the
//! other way round: outside the global unicast block nothing is public, and inside it a short list
//! is refused. IPv6 forms that carry an IPv4 address are judged by what they carry.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

/// What kind of place an address is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AddressClass {
    /// Anyone's address on the internet.
    Public,
    /// "This network": `0.0.0.0/8`, `::`.
    Unspecified,
    /// This machine.
    Loopback,
    /// A network of one organisation: RFC 1918, unique local and site-local IPv6.
    Private,
    /// Shared by a carrier's customers: `100.64.0.0/10`.
    CarrierGrade,
    /// Only on this link; the usual home of a cloud's metadata service.
    LinkLocal,
    /// A cloud's own service behind an address that looks public.
    Metadata,
    /// For examples in documents.
    Documentation,
    /// For measuring network devices.
    Benchmarking,
    /// To many at once.
    Multicast,
    /// A form that leads through a tunnel or translator: Teredo, 6to4, local NAT64.
    Tunnel,
    /// Anything else that no receiver has.
    Reserved,
}

const fn v4(a: u8, b: u8, c: u8, d: u8, prefix: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), prefix)
}

const fn v6(a: u16, b: u16, c: u16, prefix: u8) -> Ipv6Net {
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), prefix)
}

/// What is not public in IPv4. The first match counts.
const SPECIAL_V4: &[(Ipv4Net, AddressClass)] = &[
    (v4(0, 0, 0, 0, 8), AddressClass::Unspecified),
    (v4(10, 0, 0, 0, 8), AddressClass::Private),
    (v4(100, 64, 0, 0, 10), AddressClass::CarrierGrade),
    (v4(127, 0, 0, 0, 8), AddressClass::Loopback),
    // A cloud's agent answers here inside its virtual machines, in the middle of public space.
    (v4(168, 63, 129, 16, 32), AddressClass::Metadata),
    (v4(169, 254, 0, 0, 16), AddressClass::LinkLocal),
    (v4(172, 16, 0, 0, 12), AddressClass::Private),
    (v4(192, 0, 0, 0, 24), AddressClass::Reserved),
    (v4(192, 0, 2, 0, 24), AddressClass::Documentation),
    (v4(192, 88, 99, 0, 24), AddressClass::Tunnel),
    (v4(192, 168, 0, 0, 16), AddressClass::Private),
    (v4(198, 18, 0, 0, 15), AddressClass::Benchmarking),
    (v4(198, 51, 100, 0, 24), AddressClass::Documentation),
    (v4(203, 0, 113, 0, 24), AddressClass::Documentation),
    (v4(224, 0, 0, 0, 4), AddressClass::Multicast),
    // Broadcast included.
    (v4(240, 0, 0, 0, 4), AddressClass::Reserved),
];

/// What is not public in IPv6, and by which name. The first match counts.
const SPECIAL_V6: &[(Ipv6Net, AddressClass)] = &[
    (Ipv6Net::new_assert(Ipv6Addr::UNSPECIFIED, 128), AddressClass::Unspecified),
    (Ipv6Net::new_assert(Ipv6Addr::LOCALHOST, 128), AddressClass::Loopback),
    (v6(0x64, 0xff9b, 1, 48), AddressClass::Tunnel),
    (v6(0x100, 0, 0, 64), AddressClass::Reserved),
    (v6(0x2001, 0, 0, 32), AddressClass::Tunnel),
    (v6(0x2001, 2, 0, 48), AddressClass::Benchmarking),
    (v6(0x2001, 0, 0, 23), AddressClass::Reserved),
    (v6(0x2001, 0xdb8, 0, 32), AddressClass::Documentation),
    (v6(0x2002, 0, 0, 16), AddressClass::Tunnel),
    (v6(0x3fff, 0, 0, 20), AddressClass::Documentation),
    (v6(0xfc00, 0, 0, 7), AddressClass::Private),
    (v6(0xfe80, 0, 0, 10), AddressClass::LinkLocal),
    (v6(0xfec0, 0, 0, 10), AddressClass::Private),
    (v6(0xff00, 0, 0, 8), AddressClass::Multicast),
];

/// Everything that is routed on the internet.
const GLOBAL_UNICAST: Ipv6Net = v6(0x2000, 0, 0, 3);
/// The well-known prefix of NAT64: on networks that speak IPv6 alone every IPv4 receiver has it.
const NAT64: Ipv6Net = v6(0x64, 0xff9b, 0, 96);

/// What kind of place `address` is.
pub fn classify(address: IpAddr) -> AddressClass {
    match address.to_canonical() {
        IpAddr::V4(address) => classify_v4(address),
        IpAddr::V6(address) => classify_v6(address),
    }
}

fn classify_v4(address: Ipv4Addr) -> AddressClass {
    SPECIAL_V4.iter().find(|(net, _)| net.contains(&address)).map_or(AddressClass::Public, |(_, class)| *class)
}

fn classify_v6(address: Ipv6Addr) -> AddressClass {
    if let Some((_, class)) = SPECIAL_V6.iter().find(|(net, _)| net.contains(&address)) {
        return *class;
    }
    if NAT64.contains(&address) {
        return classify_v4(last_four(address));
    }
    if !GLOBAL_UNICAST.contains(&address) {
        return AddressClass::Reserved;
    }
    // ISATAP hides an IPv4 address behind any prefix: …:0:5efe:a.b.c.d or …:200:5efe:a.b.c.d.
    let segments = address.segments();
    if segments[4] & 0xfdff == 0 && segments[5] == 0x5efe {
        return classify_v4(last_four(address));
    }
    AddressClass::Public
}

fn last_four(address: Ipv6Addr) -> Ipv4Addr {
    let [.., a, b, c, d] = address.octets();
    Ipv4Addr::new(a, b, c, d)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn class(text: &str) -> AddressClass {
        classify(text.parse().expect("an address"))
    }

    #[test]
    fn every_special_network_is_named_from_its_first_to_its_last_address() {
        for (net, class) in SPECIAL_V4 {
            assert_eq!(classify(net.network().into()), *class, "{net}");
            assert_eq!(classify(net.broadcast().into()), *class, "{net}");
        }
        for (net, _) in SPECIAL_V6 {
            assert_ne!(classify(net.network().into()), AddressClass::Public, "{net}");
            assert_ne!(classify(net.broadcast().into()), AddressClass::Public, "{net}");
        }
    }

    #[test]
    fn the_neighbours_of_special_networks_are_public() {
        for text in [
            "1.0.0.0",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "168.63.129.15",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2001:200::1",
            "2600::1",
            "2003::1",
            "2a00:1450:4001:81b::200e",
        ] {
            assert_eq!(class(text), AddressClass::Public, "{text}");
        }
    }

    #[test]
    fn forms_that_carry_an_ipv4_address_are_judged_by_it() {
        for (text, expected) in [
            ("::ffff:8.8.8.8", AddressClass::Public),
            ("::ffff:169.254.169.254", AddressClass::LinkLocal),
            ("64:ff9b::8.8.8.8", AddressClass::Public),
            ("64:ff9b::10.0.0.1", AddressClass::Private),
            ("2a00::5efe:10.0.0.1", AddressClass::Private),
            ("2a00::200:5efe:127.0.0.1", AddressClass::Loopback),
        ] {
            assert_eq!(class(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn an_ipv4_address_has_the_same_class_in_its_mapped_and_its_translated_form(bits: u32) {
            let address = Ipv4Addr::from_bits(bits);
            let translated = Ipv6Addr::from_bits((0x0064_ff9b_u128 << 96) | u128::from(bits));
            prop_assert_eq!(classify(address.to_ipv6_mapped().into()), classify(address.into()));
            prop_assert_eq!(classify(translated.into()), classify(address.into()));
        }

        #[test]
        fn nothing_outside_global_unicast_is_public_but_a_carried_ipv4_address(bits: u128) {
            let address = Ipv6Addr::from_bits(bits);
            if !GLOBAL_UNICAST.contains(&address) && !NAT64.contains(&address) && address.to_ipv4_mapped().is_none() {
                prop_assert_ne!(classify(address.into()), AddressClass::Public);
            }
        }
    }
}
