//! Bounded queues by key: whoever reads, decides and commits the same lead or conversation waits
//! here instead of colliding in the store.

use std::{
    collections::HashMap,
    hash::{DefaultHasher, Hash, Hasher},
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::{Mutex as Queue, OwnedMutexGuard};

/// What a lane is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LaneKey(u64);

impl LaneKey {
    /// The lane of a kind of thing and its name. Two names may share a lane; that costs time alone.
    pub fn new(kind: &str, name: impl Hash) -> Self {
        let mut hasher = DefaultHasher::new();
        kind.hash(&mut hasher);
        name.hash(&mut hasher);
        Self(hasher.finish())
    }
}

/// Queues by key.
#[derive(Debug)]
pub struct Lanes {
    open: Mutex<HashMap<LaneKey, Lane>>,
    longest_queue: usize,
    limit: usize,
}

#[derive(Debug, Default)]
struct Lane {
    queue: Arc<Queue<()>>,
    users: usize,
}

/// A place in some lanes; the lanes are free again when it is dropped.
#[derive(Debug)]
pub struct LaneGuard<'a> {
    keys: Vec<LaneKey>,
    // Dropped before `places`, so that whoever waits can go on.
    held: Vec<OwnedMutexGuard<()>>,
    _places: Places<'a>,
}

impl LaneGuard<'_> {
    /// Whether these lanes are held.
    pub fn holds(&self, keys: &[LaneKey]) -> bool {
        keys.iter().all(|key| self.keys.contains(key))
    }

    /// How many lanes are held.
    pub fn count(&self) -> usize {
        self.held.len()
    }
}

/// Too many wait for the same thing, or for different things.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Full;

impl Lanes {
    /// Lanes with at most `longest_queue` users each, and at most `limit` in use at once.
    pub fn new(longest_queue: usize, limit: usize) -> Self {
        Self { open: Mutex::default(), longest_queue, limit }
    }

    /// Waits for all of these lanes, in the order of their keys, so that two who wait for the same
    /// ones never wait for each other.
    pub async fn enter(&self, keys: impl IntoIterator<Item = LaneKey>) -> Result<LaneGuard<'_>, Full> {
        let mut keys: Vec<LaneKey> = keys.into_iter().collect();
        keys.sort_unstable();
        keys.dedup();
        let places = self.reserve(&keys)?;
        let mut held = Vec::with_capacity(keys.len());
        for queue in &places.queues {
            held.push(Arc::clone(queue).lock_owned().await);
        }
        Ok(LaneGuard { keys, held, _places: places })
    }

    fn reserve(&self, keys: &[LaneKey]) -> Result<Places<'_>, Full> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let unknown = keys.iter().filter(|key| !open.contains_key(key)).count();
        let crowded = keys.iter().any(|key| open.get(key).is_some_and(|lane| lane.users >= self.longest_queue));
        if crowded || open.len() + unknown > self.limit {
            return Err(Full);
        }
        let queues = keys
            .iter()
            .map(|key| {
                let lane = open.entry(*key).or_default();
                lane.users += 1;
                Arc::clone(&lane.queue)
            })
            .collect();
        Ok(Places { lanes: self, keys: keys.to_vec(), queues })
    }
}

impl Default for Lanes {
    fn default() -> Self {
        Self::new(1_024, 65_536)
    }
}

#[derive(Debug)]
struct Places<'a> {
    lanes: &'a Lanes,
    keys: Vec<LaneKey>,
    queues: Vec<Arc<Queue<()>>>,
}

impl Drop for Places<'_> {
    fn drop(&mut self) {
        let mut open = self.lanes.open.lock().unwrap_or_else(PoisonError::into_inner);
        for key in &self.keys {
            if let Some(lane) = open.get_mut(key) {
                lane.users -= 1;
                if lane.users == 0 {
                    open.remove(key);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn one_at_a_time_in_a_lane_and_no_deadlock_across_lanes() {
        let lanes = Arc::new(Lanes::default());
        let inside = Arc::new(AtomicUsize::new(0));
        let tasks: Vec<_> = (0..64)
            .map(|at| {
                let (lanes, inside) = (Arc::clone(&lanes), Arc::clone(&inside));
                tokio::spawn(async move {
                    let (first, second) = if at % 2 == 0 { ("a", "b") } else { ("b", "a") };
                    let guard = lanes.enter([LaneKey::new("x", first), LaneKey::new("x", second)]).await.expect("room");
                    assert_eq!(inside.fetch_add(1, Ordering::SeqCst), 0, "someone else is inside");
                    tokio::task::yield_now().await;
                    inside.fetch_sub(1, Ordering::SeqCst);
                    drop(guard);
                })
            })
            .collect();
        for task in tasks {
            task.await.expect("no panic");
        }
        assert!(lanes.open.lock().expect("unpoisoned").is_empty(), "p2: empty lanes are forgotten");
    }

    #[tokio::test]
    async fn p2_a_queue_that_is_too_long_is_refused() {
        let lanes = Lanes::new(1, 2);
        let key = LaneKey::new("x", "a");
        let guard = lanes.enter([key]).await.expect("room");
        assert_eq!(lanes.enter([key]).await.err(), Some(Full));
        drop(guard);
        assert!(lanes.enter([key]).await.is_ok());
    }
}
