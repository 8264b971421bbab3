//! Lists in parts: by page number, or after a cursor.

use crate::id::Id;

/// The direction of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Order {
    /// Smallest first.
    Ascending,
    /// Largest first.
    #[default]
    Descending,
}

/// The last row that was seen: its sort value and its id, which breaks ties.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The sort value of the row.
    pub value: i64,
    /// The bits of the row's id.
    pub id: u128,
}

/// Which part of a list is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paging {
    /// Page `page` (from 1) of `limit` rows, with the total.
    Page {
        /// From 1.
        page: u32,
        /// Rows per page, at least 1.
        limit: u32,
    },
    /// The `limit` rows after a position, without a total.
    After {
        /// The last row seen.
        position: Position,
        /// Rows at most, at least 1.
        limit: u32,
    },
}

impl Paging {
    /// The most rows of this part.
    pub const fn limit(self) -> u32 {
        match self {
            Self::Page { limit, .. } | Self::After { limit, .. } => limit,
        }
    }
}

impl Default for Paging {
    fn default() -> Self {
        Self::Page { page: 1, limit: 25 }
    }
}

/// One part of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Page<T> {
    /// The rows, in the order asked for.
    pub items: Vec<T>,
    /// How many rows the whole list has; only for [`Paging::Page`].
    pub total: Option<u64>,
    /// Where the next part begins, if there is one.
    pub next: Option<Position>,
}

impl<T> Page<T> {
    /// Sorts and cuts a whole list that is in memory: the reference that stores must agree with.
    pub fn of_all(mut rows: Vec<T>, order: Order, paging: Paging, position_of: impl Fn(&T) -> Position) -> Self {
        rows.sort_by_key(&position_of);
        if order == Order::Descending {
            rows.reverse();
        }
        let total = rows.len() as u64;
        let (rows, limit, total): (Vec<T>, usize, Option<u64>) = match paging {
            Paging::Page { page, limit } => {
                let skipped = (page.max(1) as usize - 1).saturating_mul(limit as usize);
                (rows.into_iter().skip(skipped).collect(), limit as usize, Some(total))
            }
            Paging::After { position, limit } => {
                let after = |row: &T| match order {
                    Order::Ascending => position_of(row) > position,
                    Order::Descending => position_of(row) < position,
                };
                (rows.into_iter().filter(after).collect(), limit as usize, None)
            }
        };
        let more = rows.len() > limit;
        let items: Vec<T> = rows.into_iter().take(limit).collect();
        let next = items.last().filter(|_| more).map(position_of);
        Self { items, total, next }
    }

    /// The same part with every row mapped.
    pub fn map<U>(self, map: impl FnMut(T) -> U) -> Page<U> {
        Page { items: self.items.into_iter().map(map).collect(), total: self.total, next: self.next }
    }
}

impl Position {
    /// The position of a row with this sort value and id.
    pub const fn new<K>(value: i64, id: Id<K>) -> Self {
        Self { value, id: id.bits() }
    }
}
