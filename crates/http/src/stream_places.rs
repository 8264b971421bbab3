//! How many visitors' streams are open at once: in all, from one address, and of one session
//! (security V4, P2). One visitor cannot take the places of the others.

use std::{
    collections::HashMap,
    hash::Hash,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use synaptiq_domain::{conversation::SessionHash, limit::Place};

/// How many streams of one session: a few tabs, and one that is about to be cut off.
const OF_A_SESSION: usize = 5;
/// Which part of all places one address may have: a whole office is behind one address.
const PART_OF_AN_ADDRESS: usize = 10;

/// The places that are taken.
#[derive(Debug)]
pub(crate) struct StreamPlaces {
    most: usize,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    all: usize,
    by_session: HashMap<SessionHash, usize>,
    by_address: HashMap<Place, usize>,
}

/// A place, until it is dropped.
#[derive(Debug)]
pub(crate) struct StreamPlace {
    places: Arc<StreamPlaces>,
    session: SessionHash,
    address: Place,
}

impl StreamPlaces {
    /// So many places.
    pub(crate) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, taken: Mutex::default() })
    }

    /// Takes a place; `None` if there is none for this session, this address or anybody.
    pub(crate) fn take(self: &Arc<Self>, session: SessionHash, address: IpAddr) -> Option<StreamPlace> {
        let address = Place::of(address);
        let mut taken = self.taken();
        let of_session = taken.by_session.get(&session).copied().unwrap_or_default();
        let of_address = taken.by_address.get(&address).copied().unwrap_or_default();
        let of_an_address = (self.most / PART_OF_AN_ADDRESS).max(OF_A_SESSION);
        if taken.all >= self.most || of_session >= OF_A_SESSION || of_address >= of_an_address {
            return None;
        }
        taken.all += 1;
        taken.by_session.insert(session, of_session + 1);
        taken.by_address.insert(address, of_address + 1);
        Some(StreamPlace { places: Arc::clone(self), session, address })
    }

    fn taken(&self) -> MutexGuard<'_, Taken> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for StreamPlace {
    fn drop(&mut self) {
        let taken = &mut *self.places.taken();
        taken.all -= 1;
        give_back(&mut taken.by_session, &self.session);
        give_back(&mut taken.by_address, &self.address);
    }
}

/// One less; who has none is forgotten.
fn give_back<K: Hash + Eq>(taken: &mut HashMap<K, usize>, of: &K) {
    if let Some(count) = taken.get_mut(of) {
        *count -= 1;
        if *count == 0 {
            taken.remove(of);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(last: u8) -> IpAddr {
        IpAddr::from([192, 0, 2, last])
    }

    fn session(first: u8) -> SessionHash {
        let mut hash = [0; 32];
        hash[0] = first;
        SessionHash(hash)
    }

    #[test]
    fn v4_one_session_has_a_few_streams_and_one_address_a_part_of_all() {
        let places = StreamPlaces::new(100);
        let held: Vec<_> = (0..20).filter_map(|_| places.take(session(1), address(1))).collect();
        assert_eq!(held.len(), OF_A_SESSION);
        let others: Vec<_> = (2..40).filter_map(|n| places.take(session(n), address(1))).collect();
        assert_eq!(held.len() + others.len(), 10, "a tenth of all");
        assert!(places.take(session(1), address(2)).is_none(), "the session has its own wherever it is");
        let elsewhere: Vec<_> = (0..200).filter_map(|n| places.take(session(n), address(n))).collect();
        assert_eq!(held.len() + others.len() + elsewhere.len(), 100, "no more than all");
    }

    #[test]
    fn p2_what_is_given_back_is_free_and_forgotten() {
        let places = StreamPlaces::new(100);
        for _ in 0..50 {
            let held: Vec<_> = (0..5).map(|_| places.take(session(1), address(1)).expect("a place")).collect();
            drop(held);
        }
        let taken = places.taken();
        assert_eq!((taken.all, taken.by_session.len(), taken.by_address.len()), (0, 0, 0));
    }
}
