//! A map that can take back what was done to it since it was last kept.

use std::{
    collections::{BTreeMap, btree_map},
    ops::RangeBounds,
};

use synaptiq_domain::{access::Tenant, id::Id};

/// Rows by key, in order of key, with the old state of every row that changed since the last
/// [`Table::keep`].
#[derive(Debug)]
pub(super) struct Table<K, V> {
    rows: BTreeMap<K, V>,
    undo: Vec<(K, Option<V>)>,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), undo: Vec::new() }
    }
}

impl<K: Ord + Clone, V> Table<K, V> {
    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.rows.get(key)
    }

    pub(super) fn contains(&self, key: &K) -> bool {
        self.rows.contains_key(key)
    }

    pub(super) fn iter(&self) -> btree_map::Iter<'_, K, V> {
        self.rows.iter()
    }

    pub(super) fn values(&self) -> btree_map::Values<'_, K, V> {
        self.rows.values()
    }

    pub(super) fn range(&self, range: impl RangeBounds<K>) -> btree_map::Range<'_, K, V> {
        self.rows.range(range)
    }

    pub(super) fn put(&mut self, key: K, row: V) {
        let old = self.rows.insert(key.clone(), row);
        self.undo.push((key, old));
    }

    pub(super) fn remove(&mut self, key: K) {
        if let Some(old) = self.rows.remove(&key) {
            self.undo.push((key, Some(old)));
        }
    }

    /// Removes every row that a condition holds for.
    pub(super) fn remove_if(&mut self, condition: impl Fn(&K, &V) -> bool) {
        let keys: Vec<K> = self.iter().filter(|(key, row)| condition(key, row)).map(|(key, _)| key.clone()).collect();
        for key in keys {
            self.remove(key);
        }
    }

    /// Changes every row that a condition holds for.
    pub(super) fn change_if(&mut self, condition: impl Fn(&K, &V) -> bool, change: impl Fn(&mut V))
    where
        V: Clone,
    {
        let rows: Vec<(K, V)> =
            self.iter().filter(|(key, row)| condition(key, row)).map(|(key, row)| (key.clone(), row.clone())).collect();
        for (key, mut row) in rows {
            change(&mut row);
            self.put(key, row);
        }
    }

    /// Makes everything since the last time final.
    pub(super) fn keep(&mut self) {
        self.undo.clear();
    }

    /// Takes back everything since the last [`Table::keep`], the last change first.
    pub(super) fn take_back(&mut self) {
        while let Some((key, old)) = self.undo.pop() {
            match old {
                Some(row) => self.rows.insert(key, row),
                None => self.rows.remove(&key),
            };
        }
    }
}

impl<I, V> Table<(Id<Tenant>, Id<I>), V> {
    /// Every row of a tenant, in order of id.
    pub(super) fn of_tenant(&self, tenant: Id<Tenant>) -> impl DoubleEndedIterator<Item = &V> {
        let (first, last) = (Id::from_bits(0), Id::from_bits(u128::MAX));
        self.rows.range((tenant, first)..=(tenant, last)).map(|(_, row)| row)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_was_not_kept_is_taken_back(
            kept in proptest::collection::vec((0u8..9, any::<bool>(), any::<u8>()), 0..20),
            lost in proptest::collection::vec((0u8..9, any::<bool>(), any::<u8>()), 0..20),
        ) {
            let mut table = Table::default();
            let run = |table: &mut Table<u8, u8>, steps: Vec<(u8, bool, u8)>| {
                for (key, put, row) in steps {
                    if put { table.put(key, row) } else { table.remove(key) }
                }
            };
            run(&mut table, kept);
            table.keep();
            let before = table.rows.clone();
            run(&mut table, lost);
            table.take_back();
            prop_assert_eq!(table.rows, before);
        }
    }
}
