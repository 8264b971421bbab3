//! Where a page comes from, as its browser says (RFC 6454): scheme, host and port.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The longest origin that is read.
const LONGEST: usize = 300;

/// An origin in the one form in which browsers send it: lower case, no slash at the end, no port
/// where it is the scheme's own. Two origins are the same exactly if they are equal.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct WebOrigin(String);

/// A text that is no origin. The display form ends a sentence that begins with the name of the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("must be an origin such as https://www.example.com or http://localhost:3000, without a path")]
pub struct MalformedOrigin;

impl WebOrigin {
    /// Reads an origin. One slash at the end is forgiven; a path, a query, a user or a host that is
    /// not in ASCII is not. `null`, which pages without an origin send, is none.
    pub fn parse(text: &str) -> Result<Self, MalformedOrigin> {
        let (scheme, rest) = text.split_once("://").ok_or(MalformedOrigin)?;
        let authority = rest.strip_suffix('/').unwrap_or(rest);
        let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
        if !is_scheme || text.len() > LONGEST {
            return Err(MalformedOrigin);
        }
        let scheme = scheme.to_ascii_lowercase();
        let (host, port) = split_port(authority)?;
        if !is_host(host) {
            return Err(MalformedOrigin);
        }
        let own_port = match scheme.as_str() {
            "http" => Some(80),
            "https" => Some(443),
            _ => None,
        };
        let port = port.filter(|port| Some(*port) != own_port).map(|port| format!(":{port}")).unwrap_or_default();
        Ok(Self(format!("{scheme}://{}{port}", host.to_ascii_lowercase())))
    }

    /// The printed form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether what is sent to it is encrypted on the way.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

fn split_port(authority: &str) -> Result<(&str, Option<u16>), MalformedOrigin> {
    let after_host = authority.rfind(']').map_or(0, |end| end + 1);
    match authority[after_host..].find(':') {
        None => Ok((authority, None)),
        Some(colon) => {
            let (host, port) = authority.split_at(after_host + colon);
            let port = &port[1..];
            let is_number = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
            let port = port.parse().ok().filter(|_| is_number).ok_or(MalformedOrigin)?;
            Ok((host, Some(port)))
        }
    }
}

fn is_host(host: &str) -> bool {
    match host.strip_prefix('[').map(|rest| rest.strip_suffix(']')) {
        Some(inside) => inside.is_some_and(|address| address.parse::<std::net::Ipv6Addr>().is_ok()),
        None => !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte)),
    }
}

impl fmt::Display for WebOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for WebOrigin {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for WebOrigin {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        WebOrigin::parse(text).ok().map(|origin| origin.to_string())
    }

    #[test]
    fn v5_an_origin_has_one_form() {
        for (given, expected) in [
            ("https://Shop.Example", "https://shop.example"),
            ("HTTPS://shop.example:443/", "https://shop.example"),
            ("http://shop.example:443", "http://shop.example:443"),
            ("http://127.0.0.1:80", "http://127.0.0.1"),
            ("http://[::1]:3000", "http://[::1]:3000"),
            ("capacitor://localhost", "capacitor://localhost"),
        ] {
            assert_eq!(read(given).as_deref(), Some(expected), "{given}");
            assert_eq!(read(expected).as_deref(), Some(expected), "{expected}");
        }
    }

    #[test]
    fn v5_what_is_no_origin_is_refused() {
        for text in [
            "",
            "null",
            "*",
            "shop.example",
            "https://",
            "https:///",
            "https://*.shop.example",
            "https://shop.example/path",
            "https://shop.example//",
            "https://shop.example?x",
            "https://user@shop.example",
            "https://shop.example:",
            "https://shop.example:+80",
            "https://shop.example:99999",
            "https://shop example",
            "https://[::1",
            "https://::1",
            "https://straße.example",
            "://shop.example",
            "1a://shop.example",
        ] {
            assert_eq!(read(text), None, "{text}");
        }
        assert_eq!(read(&format!("https://{}.example", "a".repeat(300))), None);
    }
}
