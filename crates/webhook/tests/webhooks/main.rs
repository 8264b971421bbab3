//! Deliveries over real sockets: where they may go, what they carry, and that they arrive in the end.

#[cfg(test)]
mod addresses;
#[cfg(test)]
mod delivery;
#[cfg(test)]
mod failing;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod outbound;
#[cfg(test)]
mod receiver;
#[cfg(test)]
mod stopping;
#[cfg(test)]
mod support;
#[cfg(test)]
mod vectors;
