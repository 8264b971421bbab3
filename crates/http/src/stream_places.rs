//! How many visitors' streams are open at once: in all, from one address, and of one session
//! (security V4, P2). One visitor cannot take the places of the others.
//!
//! A session that opens one too many loses its oldest: that one ends as if its time were up, and the
//! page that is in front goes on. So a page that is reloaded many times in a row is never refused,
//! whether it was noticed that its connections are gone or not.

use std::{
    collections::{HashMap, VecDeque},
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use synaptiq_domain::{conversation::SessionHash, limit};
use tokio::sync::Notify;

/// How many streams one session has: a few tabs.
pub(crate) const OF_A_SESSION: usize = 5;

/// The places that are taken.
#[derive(Debug)]
pub(crate) struct StreamPlaces {
    most: usize,
    of_an_address: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    /// The streams of each session, oldest first.
    sessions: HashMap<SessionHash, VecDeque<Stream>>,
    addresses: HashMap<limit::Place, usize>,
}

#[derive(Debug)]
struct Stream {
    address: limit::Place,
    /// Told when the place is another stream's.
    lost: Arc<Notify>,
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Full {
    /// The address has as many as it may.
    Address,
    /// There are as many as there may be in all.
    Everywhere,
}

/// A place, until it is dropped or lost.
#[derive(Debug)]
pub(crate) struct StreamPlace {
    places: Arc<StreamPlaces>,
    session: SessionHash,
    lost: Arc<Notify>,
}

impl StreamPlaces {
    /// So many places, and so many of them for one address.
    pub(crate) fn new(most: usize, of_an_address: usize) -> Arc<Self> {
        Arc::new(Self { most, of_an_address, taken: Mutex::default() })
    }

    /// How many one address may have.
    pub(crate) fn of_an_address(&self) -> usize {
        self.of_an_address
    }

    /// Takes a place, if need be that of the session's oldest stream.
    pub(crate) fn take(self: &Arc<Self>, session: SessionHash, address: IpAddr) -> Result<StreamPlace, Full> {
        let address = limit::Place::of(address);
        let mut guard = self.taken();
        let taken = &mut *guard;
        let streams = taken.sessions.get(&session);
        let oldest = streams.filter(|streams| streams.len() >= OF_A_SESSION).and_then(VecDeque::front);
        let given_back = oldest.map(|oldest| oldest.address);
        let of_address = taken.addresses.get(&address).copied().unwrap_or_default();
        if of_address - usize::from(given_back == Some(address)) >= self.of_an_address {
            return Err(Full::Address);
        }
        if taken.all - usize::from(given_back.is_some()) >= self.most {
            return Err(Full::Everywhere);
        }
        if given_back.is_some()
            && let Some(oldest) = taken.give_back(session, VecDeque::pop_front)
        {
            oldest.lost.notify_one();
        }
        let lost = Arc::new(Notify::new());
        taken.all += 1;
        *taken.addresses.entry(address).or_default() += 1;
        taken.sessions.entry(session).or_default().push_back(Stream { address, lost: Arc::clone(&lost) });
        drop(guard);
        Ok(StreamPlace { places: Arc::clone(self), session, lost })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Taken {
    /// Removes one stream of a session. Who has none any more is forgotten.
    fn give_back(
        &mut self,
        session: SessionHash,
        which: impl FnOnce(&mut VecDeque<Stream>) -> Option<Stream>,
    ) -> Option<Stream> {
        let streams = self.sessions.get_mut(&session)?;
        let stream = which(streams)?;
        if streams.is_empty() {
            self.sessions.remove(&session);
        }
        self.all -= 1;
        if let Some(count) = self.addresses.get_mut(&stream.address) {
            *count -= 1;
            if *count == 0 {
                self.addresses.remove(&stream.address);
            }
        }
        Some(stream)
    }
}

impl StreamPlace {
    /// Ends when the place is another stream's.
    pub(crate) async fn lost(&self) {
        self.lost.notified().await;
    }
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        self.places.taken().give_back(self.session, |streams| {
            let at = streams.iter().position(|stream| Arc::ptr_eq(&stream.lost, &self.lost))?;
            streams.remove(at)
        });
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    fn session(first: u8) -> SessionHash {
        let mut hash = [0; 32];
        hash[0] = first;
        SessionHash(hash)
    }

    fn is_lost(place: &StreamPlace) -> bool {
        place.lost().now_or_never().is_some()
    }

    #[test]
    fn v4_a_session_that_opens_one_too_many_loses_its_oldest() {
        let places = StreamPlaces::new(100, 100);
        let mut held: Vec<_> = (0..7).map(|_| places.take(session(1), address(1)).expect("never refused")).collect();
        assert_eq!(held.iter().map(is_lost).collect::<Vec<_>>(), [true, true, false, false, false, false, false]);
        let other = places.take(session(2), address(1)).expect("a place");
        drop(held.drain(..3));
        held.push(places.take(session(1), address(1)).expect("a place"));
        assert!(!held.iter().any(is_lost) && !is_lost(&other), "there was room, and others lose nothing");
        assert_eq!(places.taken().all, 6);
    }

    #[test]
    fn v4_one_address_takes_a_part_of_all_and_its_sessions_still_replace_their_own() {
        let places = StreamPlaces::new(12, 8);
        let held: Vec<_> = (0..5).map(|_| places.take(session(1), address(1)).expect("a place")).collect();
        let others: Vec<_> = (2..5).map(|n| places.take(session(n), address(1)).expect("a place")).collect();
        assert_eq!(places.take(session(9), address(1)).err(), Some(Full::Address));
        let again = places.take(session(1), address(1)).expect("its oldest makes room");
        assert!(is_lost(&held[0]) && !others.iter().any(is_lost));
        let elsewhere: Vec<_> = (20..24).map(|n| places.take(session(n), address(n)).expect("a place")).collect();
        assert_eq!(places.take(session(99), address(99)).err(), Some(Full::Everywhere));
        let moved = places.take(session(1), address(7)).expect("the session's own, wherever it is");
        assert!(is_lost(&held[1]));
        let _ = (again, elsewhere, moved);
    }

    #[test]
    fn p2_what_is_given_back_is_free_and_forgotten() {
        let places = StreamPlaces::new(100, 100);
        for _ in 0..50 {
            let held: Vec<_> = (0..9).map(|_| places.take(session(1), address(1)).expect("a place")).collect();
            drop(held);
        }
        let taken = places.taken();
        assert_eq!((taken.all, taken.sessions.len(), taken.addresses.len()), (0, 0, 0));
    }
}
