//! Which rows of a sorted list a query asks for, by page number or after a cursor.

use synaptiq_domain::paging::{Page, Paging, Position};

use super::Outcome;

/// A part of a list as a query needs it.
pub(super) struct Part {
    /// Whether the whole list is to be counted.
    pub(super) counts: bool,
    /// The row before the first one wanted.
    pub(super) after: Option<(i64, String)>,
    /// Rows to skip.
    pub(super) offset: i64,
    /// Rows to read: one more than wanted, which tells whether there is a next part.
    pub(super) limit: i64,
}

impl Part {
    pub(super) fn of(paging: Paging) -> Self {
        match paging {
            Paging::Page { page, limit } => Self {
                counts: true,
                after: None,
                offset: (i64::from(page.max(1)) - 1) * i64::from(limit),
                limit: i64::from(limit) + 1,
            },
            Paging::After { position, limit } => Self {
                counts: false,
                after: Some((position.value, synaptiq_domain::id::Id::<()>::from_bits(position.id).ulid())),
                offset: 0,
                limit: i64::from(limit) + 1,
            },
        }
    }

    /// The rows read, without the one too many.
    pub(super) fn page<T>(
        &self,
        mut items: Vec<T>,
        total: Option<i64>,
        position_of: impl Fn(&T) -> Position,
    ) -> Outcome<Page<T>> {
        let wanted = usize::try_from(self.limit - 1).unwrap_or(usize::MAX);
        let more = items.len() > wanted;
        items.truncate(wanted);
        let next = items.last().filter(|_| more).map(position_of);
        let total = total.map(|total| super::codec::number("count(*)", total)).transpose()?;
        Ok(Page { items, total, next })
    }
}

/// Sorts a boxed query by a column and the id, both in one direction, and cuts a part out. No sort
/// column may be NULL: databases do not agree where NULLs sort.
macro_rules! in_order {
    ($rows:expr, $part:expr, $order:expr, $value:expr, $id:expr) => {{
        let rows = match ($order, &$part.after) {
            (synaptiq_domain::paging::Order::Ascending, None) => $rows.order(($value.asc(), $id.asc())),
            (synaptiq_domain::paging::Order::Descending, None) => $rows.order(($value.desc(), $id.desc())),
            // The first condition is implied by the second and is there for the index.
            (synaptiq_domain::paging::Order::Ascending, Some((value, id))) => $rows
                .filter($value.ge(*value))
                .filter($value.gt(*value).or($id.gt(id.clone())))
                .order(($value.asc(), $id.asc())),
            (synaptiq_domain::paging::Order::Descending, Some((value, id))) => $rows
                .filter($value.le(*value))
                .filter($value.lt(*value).or($id.lt(id.clone())))
                .order(($value.desc(), $id.desc())),
        };
        rows.offset($part.offset).limit($part.limit)
    }};
}
pub(super) use in_order;
