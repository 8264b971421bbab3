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
    /// In how many microseconds the next slot is free, if another meter's admissions count as well.
    fn wait(&self, other: Option<&Self>, limit: u32, at: Moment) -> u64;
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

    fn wait(&self, other: Option<&Self>, limit: u32, at: Moment) -> u64 {
        let slot = match other {
            Some(other) => self.next_slot_with(other, limit, at.span),
            None => self.next_slot(limit, at.span),
        };
        slot.map_or(0, |slot| slot.since(at.steady))
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

    fn wait(&self, _: Option<&Self>, _: u32, at: Moment) -> u64 {
        u64::try_from(self.next_day().micros() - at.now.micros()).unwrap_or(0)
    }

    fn absorb(&mut self, other: &Self, _: u32) {
        Self::absorb(self, *other);
    }
}

/// What a key has for itself.
struct Bucket<M> {
    meter: M,
    /// Whether its network may keep some of its admissions from before.
    came_back: bool,
}

/// How many buckets in which nothing counts any more are removed when a new one is made: more than
/// one, so that a crowd that has left is forgotten, and few, so that no request waits for it.
const SWEPT: usize = 8;

/// Buckets by their keys.
///
/// A key without a bucket gets one, if need be that of the key that was quiet longest, whose count
/// its network keeps from then on. While a network keeps count it may be that of any of its keys:
/// those without a bucket count there as long as there is no room, and get one of their own once
/// there is, in which the network's count counts too until it is too old. That way no key is ever
/// let in more often than it may, whatever became of its bucket, and none is kept out while its
/// network is below the limit.
pub(super) struct Table<K: Hash + Eq, M> {
    /// Ordered by the last admission.
    own: LruCache<K, Bucket<M>, RandomState>,
    networks: LruCache<K, M, RandomState>,
    most: usize,
    network_of: fn(&K) -> Option<K>,
}

impl<K: Hash + Eq + Copy, M: Meter> Table<K, M> {
    /// A table of at most so many buckets, and as many networks. `network_of` says where the count
    /// of a key is kept when its bucket is needed for another; nowhere for `None`.
    pub(super) fn new(most: usize, network_of: fn(&K) -> Option<K>) -> Self {
        // Unbounded, because a bounded one takes all of its memory at once; `most` is kept here.
        let (own, networks) = (RandomState::new(), RandomState::new());
        let (own, networks) = (LruCache::unbounded_with_hasher(own), LruCache::unbounded_with_hasher(networks));
        Self { own, networks, most: most.max(1), network_of }
    }

    /// How many admissions of a key count.
    pub(super) fn count(&mut self, key: &K, at: Moment) -> u32 {
        let Some(bucket) = self.own.peek_mut(key) else { return self.kept(key, at) };
        let count = bucket.meter.count(at);
        if !bucket.came_back {
            return count;
        }
        let kept = self.kept(key, at);
        if kept == 0
            && let Some(bucket) = self.own.peek_mut(key)
        {
            bucket.came_back = false;
        }
        count.saturating_add(kept)
    }

    /// In how many microseconds the next slot of a key is free, once it was counted at this moment.
    pub(super) fn wait(&mut self, key: &K, limit: u32, at: Moment) -> u64 {
        match self.own.peek(key) {
            Some(Bucket { meter, came_back: false }) => meter.wait(None, limit, at),
            Some(Bucket { meter, came_back: true }) => {
                let kept = (self.network_of)(key).and_then(|network| self.networks.peek(&network));
                meter.wait(kept, limit, at)
            }
            None => self.shared(key, at).map_or(0, |meter| meter.wait(None, limit, at)),
        }
    }

    /// Notes an admission of a key with this limit.
    pub(super) fn admit(&mut self, key: K, limit: u32, at: Moment) {
        if let Some(bucket) = self.own.get_mut(&key) {
            bucket.meter.admit(at);
            return;
        }
        self.sweep(at);
        let has_room = self.own.len() < self.most;
        let shared = self.shared(&key, at);
        let came_back = shared.is_some();
        if let Some(meter) = shared.filter(|_| !has_room) {
            meter.admit(at);
            return;
        }
        if !has_room && let Some((last, bucket)) = self.own.pop_lru() {
            self.keep_in_network(&last, bucket.meter, limit, at);
        }
        let mut meter = M::default();
        meter.admit(at);
        self.own.put(key, Bucket { meter, came_back });
    }

    /// How many buckets there are, networks included.
    pub(super) fn len(&self) -> usize {
        self.own.len() + self.networks.len()
    }

    /// How many admissions count in what the key's network keeps.
    fn kept(&mut self, key: &K, at: Moment) -> u32 {
        self.shared(key, at).map_or(0, |meter| meter.count(at))
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
        sweep(&mut self.own, |bucket| bucket.meter.count(at));
        sweep(&mut self.networks, |meter| meter.count(at));
    }
}

fn sweep<K: Hash + Eq + Copy, V>(cache: &mut LruCache<K, V, RandomState>, count: impl Fn(&mut V) -> u32) {
    for _ in 0..SWEPT {
        let Some(last) = cache.peek_lru().map(|(key, _)| *key) else { break };
        if cache.peek_mut(&last).is_none_or(|value| count(value) > 0) {
            break;
        }
        cache.pop_lru();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

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
    fn whoever_lost_its_bucket_gets_one_again_once_there_is_room_and_its_network_still_counts_in_it() {
        let mut table = table(2);
        (0..4).for_each(|_| table.admit(101, 9, at(10)));
        table.admit(201, 9, at(20));
        table.admit(301, 9, at(20));
        (0..3).for_each(|_| table.admit(102, 9, at(40)));
        assert_eq!(table.count(&101, at(69)), 7, "there is no room: it shares");
        // 201 and 301 are gone by now, and the network has three.
        for key in [101, 102] {
            assert_eq!(table.count(&key, at(81)), 3);
            table.admit(key, 9, at(81));
        }
        assert_eq!((table.count(&101, at(81)), table.count(&102, at(81))), (4, 4), "each has its own");
        assert_eq!((table.wait(&101, 9, at(81)), table.wait(&101, 1, at(81))), (19_000_000, 60_000_000));
        assert_eq!((table.count(&101, at(100)), table.wait(&101, 9, at(100))), (1, 41_000_000));
        // Evicted, it takes what is its own to the network, and no more.
        table.admit(401, 9, at(101));
        assert_eq!((table.count(&101, at(101)), table.count(&109, at(101))), (1, 1));
    }

    /// What may become of a few keys in a table that is too small for them.
    fn asked() -> impl Strategy<Value = Vec<(u64, u64)>> {
        let wait = prop_oneof![3 => 0_u64..3, 1 => 0_u64..70];
        proptest::collection::vec((wait, 0_u64..12), 0..300)
    }

    proptest! {
        #[test]
        fn no_key_is_let_in_too_often_and_none_kept_out_while_its_network_is_below_the_limit(
            asked in asked(), most in 3_usize..6, limit in 1_u32..6
        ) {
            let network = |key: u64| key / 4;
            let mut table: Table<u64, Window> = Table::new(most, |key| Some(100 + key / 4));
            let (mut let_in, mut now) = (Vec::<(u64, u64)>::new(), 1_000);
            for (wait, key) in asked {
                now += wait;
                let live = |others: &dyn Fn(u64) -> bool| {
                    let_in.iter().filter(|(time, other)| now - time < 60 && others(*other)).count()
                };
                let (own, all) = (live(&|other| other == key), live(&|other| network(other) == network(key)));
                let is_let_in = table.count(&key, at(now)) < limit;
                prop_assert!(!is_let_in || own < limit as usize, "{key} is let in after {own}");
                prop_assert!(is_let_in || all >= limit as usize, "{key} is kept out after {all} of its network");
                if is_let_in {
                    table.admit(key, limit, at(now));
                    let_in.push((now, key));
                } else {
                    let wait = table.wait(&key, limit, at(now));
                    prop_assert!((1..=SPAN).contains(&wait), "{wait}");
                    let later = Moment { steady: Steady::from_micros(now * 1_000_000 + wait), ..at(now) };
                    prop_assert!(table.count(&key, later) < limit, "sleeping that long succeeds");
                    now += wait.div_ceil(1_000_000);
                }
            }
        }
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
