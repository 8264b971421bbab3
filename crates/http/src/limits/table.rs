//! Buckets by their keys, a bounded number of them: the most recently active ones have a bucket of
//! their own, and what the others had counted is kept by their network.

use std::{
    hash::{Hash, RandomState},
    mem,
};

use lru::LruCache;
use synaptiq_domain::{
    limit::{DayCount, Window},
    time::{Steady, Timestamp},
};

/// A moment, on both clocks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    /// On the clock that only goes forward.
    pub(super) steady: Steady,
    /// On the wall.
    pub(super) now: Timestamp,
    /// How long an admission counts in a window, in microseconds.
    pub(super) span: u64,
}

/// What counts in a bucket.
pub(super) trait Meter: Default {
    /// How many admissions count.
    fn count(&mut self, at: Moment) -> u32;
    /// Notes an admission.
    fn admit(&mut self, at: Moment);
    /// In how many microseconds the next slot is free.
    fn wait(&self, limit: u32, at: Moment) -> u64;
    /// Takes the admissions of another meter in; more than `most` need not be told apart.
    fn absorb(&mut self, other: &Self, most: u32);
}

impl Meter for Window {
    fn count(&mut self, at: Moment) -> u32 {
        Self::count(self, at.steady, at.span)
    }

    fn admit(&mut self, at: Moment) {
        Self::admit(self, at.steady);
    }

    fn wait(&self, limit: u32, at: Moment) -> u64 {
        self.next_slot(limit, at.span).map_or(0, |slot| slot.since(at.steady))
    }

    fn absorb(&mut self, other: &Self, most: u32) {
        Self::absorb(self, other, most);
    }
}

impl Meter for DayCount {
    fn count(&mut self, at: Moment) -> u32 {
        Self::count(self, at.now)
    }

    fn admit(&mut self, at: Moment) {
        Self::admit(self, at.now);
    }

    fn wait(&self, _: u32, at: Moment) -> u64 {
        u64::try_from(self.next_day().micros() - at.now.micros()).unwrap_or(0)
    }

    fn absorb(&mut self, other: &Self, _: u32) {
        Self::absorb(self, *other);
    }
}

/// How many buckets in which nothing counts any more are removed when a new one is made: more than
/// one, so that a crowd that has left is forgotten, and few, so that no request waits for it.
const SWEPT: usize = 8;

/// Buckets by their keys.
///
/// A key without a bucket gets one, unless its network keeps count for keys that have lost theirs:
/// it may be one of those, so it counts there until nothing counts there any more. That way no key
/// is ever let in more often than it may, whatever became of its bucket.
pub(super) struct Table<K: Hash + Eq, M> {
    /// Ordered by the last admission.
    own: LruCache<K, M, RandomState>,
    networks: LruCache<K, M, RandomState>,
    most: usize,
    network_of: fn(&K) -> Option<K>,
}

impl<K: Hash + Eq + Copy, M: Meter> Table<K, M> {
    /// A table of at most so many buckets, and as many networks. `network_of` says where the count
    /// of a key is kept when its bucket is needed for another; nowhere for `None`.
    pub(super) fn new(most: usize, network_of: fn(&K) -> Option<K>) -> Self {
        // Unbounded, because a bounded one takes all of its memory at once; `most` is kept here.
        let empty = || LruCache::unbounded_with_hasher(RandomState::new());
        Self { own: empty(), networks: empty(), most: most.max(1), network_of }
    }

    /// How many admissions of a key count.
    pub(super) fn count(&mut self, key: &K, at: Moment) -> u32 {
        self.find(key, at).map_or(0, |meter| meter.count(at))
    }

    /// In how many microseconds the next slot of a key is free.
    pub(super) fn wait(&mut self, key: &K, limit: u32, at: Moment) -> u64 {
        self.find(key, at).map_or(0, |meter| meter.wait(limit, at))
    }

    /// Notes an admission of a key with this limit.
    pub(super) fn admit(&mut self, key: K, limit: u32, at: Moment) {
        if let Some(meter) = self.own.get_mut(&key) {
            meter.admit(at);
            return;
        }
        if let Some(meter) = self.shared(&key, at) {
            meter.admit(at);
            return;
        }
        self.sweep(at);
        if self.own.len() >= self.most
            && let Some((last, meter)) = self.own.pop_lru()
        {
            self.keep_in_network(&last, meter, limit, at);
        }
        let mut meter = M::default();
        meter.admit(at);
        self.own.put(key, meter);
    }

    /// How many buckets there are, networks included.
    pub(super) fn len(&self) -> usize {
        self.own.len() + self.networks.len()
    }

    fn find(&mut self, key: &K, at: Moment) -> Option<&mut M> {
        if self.own.contains(key) { self.own.peek_mut(key) } else { self.shared(key, at) }
    }

    /// What the key's network counts, if anything counts there.
    fn shared(&mut self, key: &K, at: Moment) -> Option<&mut M> {
        if self.networks.is_empty() {
            return None;
        }
        let network = (self.network_of)(key)?;
        if self.networks.peek_mut(&network)?.count(at) == 0 {
            self.networks.pop(&network);
            return None;
        }
        self.networks.get_mut(&network)
    }

    fn keep_in_network(&mut self, key: &K, mut meter: M, limit: u32, at: Moment) {
        let Some(network) = (self.network_of)(key) else { return };
        if meter.count(at) == 0 {
            return;
        }
        if let Some(kept) = self.networks.get_mut(&network) {
            kept.count(at);
            kept.absorb(&meter, limit);
            return;
        }
        // The network that was quiet longest is forgotten: that lets someone in, and keeps nobody out.
        if self.networks.len() >= self.most {
            self.networks.pop_lru();
        }
        self.networks.put(network, mem::take(&mut meter));
    }

    fn sweep(&mut self, at: Moment) {
        for cache in [&mut self.own, &mut self.networks] {
            for _ in 0..SWEPT {
                let Some(last) = cache.peek_lru().map(|(key, _)| *key) else { break };
                if cache.peek_mut(&last).is_none_or(|meter| meter.count(at) > 0) {
                    break;
                }
                cache.pop_lru();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPAN: u64 = 60_000_000;

    fn at(seconds: u64) -> Moment {
        let micros = seconds * 1_000_000;
        Moment { steady: Steady::from_micros(micros), now: Timestamp::from_micros(micros.cast_signed()), span: SPAN }
    }

    /// Keys are numbers; a hundred of them are a network.
    fn table(most: usize) -> Table<u64, Window> {
        Table::new(most, |key| Some(key / 100 * 100))
    }

    #[test]
    fn whoever_was_active_most_recently_has_a_count_of_its_own() {
        let mut table = table(3);
        for key in [100, 200, 300, 400, 500] {
            table.admit(key, 9, at(1));
        }
        // 100 and 200 have lost theirs.
        for key in [300, 400, 500] {
            table.admit(key, 9, at(2));
            assert_eq!(table.count(&key, at(2)), 2);
        }
        assert_eq!((table.count(&100, at(2)), table.count(&199, at(2))), (1, 1), "the neighbour cannot be told apart");
        table.admit(199, 9, at(3));
        assert_eq!(table.count(&100, at(3)), 2, "they share");
        assert_eq!(table.count(&601, at(3)), 0, "a network that has lost nothing shares nothing");
    }

    #[test]
    fn a_lost_count_still_counts_until_it_is_too_old() {
        let mut table = table(1);
        (0..4).for_each(|_| table.admit(101, 9, at(10)));
        table.admit(201, 9, at(20));
        assert_eq!(table.count(&101, at(69)), 4);
        assert_eq!(table.wait(&101, 4, at(69)), 1_000_000);
        assert_eq!(table.count(&101, at(70)), 0);
        table.admit(101, 9, at(80));
        assert_eq!(table.count(&102, at(80)), 0, "it has a bucket of its own again");
    }

    #[test]
    fn what_does_not_count_any_more_is_forgotten() {
        let mut table = table(1_000);
        (0..1_000).for_each(|key| table.admit(key, 9, at(1)));
        assert_eq!(table.len(), 1_000);
        (5_000..5_200).for_each(|key| table.admit(key, 9, at(61)));
        assert_eq!(table.len(), 200);
    }

    #[test]
    fn p2_buckets_and_networks_are_bounded() {
        let mut table = table(50);
        for key in 0..100_000 {
            table.admit(key * 100, 9, at(1));
            assert!(table.len() <= 100);
        }
    }
}
