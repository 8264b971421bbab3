//! The machine's own way of resolving names.

use std::{io, net::IpAddr};

use async_trait::async_trait;
use synaptiq_domain::ports::Resolver;

/// Asks the operating system, hosts file included.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemResolver;

#[async_trait]
impl Resolver for SystemResolver {
    async fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        let addresses: Vec<IpAddr> = tokio::net::lookup_host((host, 0)).await?.map(|socket| socket.ip()).collect();
        if addresses.is_empty() { Err(io::ErrorKind::NotFound.into()) } else { Ok(addresses) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_literal_resolves_to_itself_without_a_name_server() {
        let addresses = SystemResolver.resolve("192.0.2.7").await.unwrap();
        assert_eq!(addresses, ["192.0.2.7".parse::<IpAddr>().unwrap()]);
    }
}
