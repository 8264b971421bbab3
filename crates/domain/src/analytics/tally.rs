//! Figures by key: the sums that are kept, counted, or added by one commit.

use std::collections::{BTreeMap, btree_map};

use crate::{
    analytics::{CounterKey, DayFigures, Figures, contribution_of_conversation, contribution_of_lead},
    changes::{Change, Changes},
};

/// Sums of figures, in the order of their keys. As large as the counters that are touched, however
/// many rows are counted.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Tally(BTreeMap<CounterKey, Figures>);

impl Tally {
    /// Adds what something contributes.
    pub fn add(&mut self, by: &DayFigures) {
        *self.0.entry(by.key).or_default() += &by.figures;
    }

    /// Takes away what something contributed.
    pub fn take_away(&mut self, by: &DayFigures) {
        *self.0.entry(by.key).or_default() -= &by.figures;
    }

    /// The figures of a key; nothing where nothing was added.
    pub fn of(&self, key: &CounterKey) -> Figures {
        self.0.get(key).copied().unwrap_or_default()
    }

    /// The keys, zeros included.
    pub(super) fn keys(&self) -> btree_map::Keys<'_, CounterKey, Figures> {
        self.0.keys()
    }

    /// What is not zero, in the order of keys.
    pub fn into_figures(self) -> Vec<DayFigures> {
        let all = self.0.into_iter().map(|(key, figures)| DayFigures { key, figures });
        all.filter(|counter| !counter.figures.is_zero()).collect()
    }

    fn count<T>(&mut self, change: &Change<T>, contribution: impl Fn(&T) -> Vec<DayFigures>) {
        for part in change.before().into_iter().flat_map(&contribution) {
            self.take_away(&part);
        }
        for part in change.after().into_iter().flat_map(&contribution) {
            self.add(&part);
        }
    }
}

impl Extend<DayFigures> for Tally {
    fn extend<I: IntoIterator<Item = DayFigures>>(&mut self, parts: I) {
        for part in parts {
            self.add(&part);
        }
    }
}

impl FromIterator<DayFigures> for Tally {
    fn from_iter<I: IntoIterator<Item = DayFigures>>(parts: I) -> Self {
        let mut all = Self::default();
        all.extend(parts);
        all
    }
}

impl Changes {
    /// What these changes add to the daily counters: for every changed lead and conversation its
    /// contribution after, less the one before. A store adds this in the commit that writes them.
    ///
    /// What a store changes on its own besides (ties of conversations, absorbed leads that go with
    /// their survivor) contributes to no counter.
    pub fn counter_deltas(&self) -> Vec<DayFigures> {
        let mut deltas = Tally::default();
        for change in &self.leads {
            deltas.count(change, contribution_of_lead);
        }
        for change in &self.conversations {
            deltas.count(change, |conversation| vec![contribution_of_conversation(conversation)]);
        }
        deltas.into_figures()
    }
}
