//! Lists in pages: `page` and `per_page` in, `data` and `pagination` out (contract § 6).

use std::borrow::Cow;

use serde::Serialize;
use synaptiq_domain::paging::{Page, Paging};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Ref, RefOr,
        schema::{ArrayBuilder, ObjectBuilder, Schema},
    },
};

use crate::{field::FieldError, query::Query};

/// Rows of a page where nothing is said.
pub const PER_PAGE: u32 = 50;
/// The most rows of a page: who asks for more gets these.
pub const MOST_PER_PAGE: u32 = 100;

/// Reads `page` (1) and `per_page` (50), which is clamped to 100.
pub fn read_paging(query: &Query) -> Result<Paging, FieldError> {
    let whole = 1..=i64::from(u32::MAX);
    Ok(Paging::Page {
        page: query.number("page", whole.clone(), 1)?,
        limit: query.number("per_page", whole, PER_PAGE)?.min(MOST_PER_PAGE),
    })
}

/// Where a page stands in its list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Pagination {
    /// The page, from 1.
    #[schema(example = 1)]
    pub page: u32,
    /// Rows per page.
    #[schema(example = 50)]
    pub per_page: u32,
    /// Rows of the whole list.
    #[schema(example = 142)]
    pub total: u64,
    /// Pages of the whole list.
    #[schema(example = 3)]
    pub total_pages: u64,
    /// Whether another page follows.
    pub has_more: bool,
}

/// One page of a list.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct List<T> {
    /// The rows.
    pub data: Vec<T>,
    /// Where they stand in the list.
    pub pagination: Pagination,
}

/// Written out because the derived name of a generic type is the same for every `T`.
impl<T: ToSchema> ToSchema for List<T> {
    fn name() -> Cow<'static, str> {
        format!("{}List", T::name()).into()
    }

    fn schemas(schemas: &mut Vec<(String, RefOr<Schema>)>) {
        schemas.push((T::name().into_owned(), T::schema()));
        schemas.push((Pagination::name().into_owned(), Pagination::schema()));
        T::schemas(schemas);
    }
}

impl<T: ToSchema> PartialSchema for List<T> {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new()
            .description(Some("One page of a list."))
            .property("data", ArrayBuilder::new().items(Ref::from_schema_name(T::name())))
            .property("pagination", Ref::from_schema_name(Pagination::name()))
            .required("data")
            .required("pagination")
            .into()
    }
}

impl<T> List<T> {
    /// A page, asked for by `paging`, with every row in its published shape.
    pub fn of<R>(page: &Page<R>, paging: Paging, record: impl FnMut(&R) -> T) -> Self {
        let Page { items, total, next } = page;
        let per_page = paging.limit();
        let number = match paging {
            Paging::Page { page, .. } => page,
            Paging::After { .. } => 1,
        };
        let total = total.unwrap_or_default();
        Self {
            data: items.iter().map(record).collect(),
            pagination: Pagination {
                page: number,
                per_page,
                total,
                total_pages: total.div_ceil(u64::from(per_page.max(1))),
                has_more: next.is_some(),
            },
        }
    }

    /// The page of a list that has no rows, because it is of something that is not there.
    pub fn empty(paging: Paging) -> Self {
        Self::of(
            &Page { items: Vec::new(), total: Some(0), next: None },
            paging,
            |nothing: &std::convert::Infallible| match *nothing {},
        )
    }

    /// A list that is always given whole, as its one and only page.
    pub fn whole<R>(rows: &[R], record: impl FnMut(&R) -> T) -> Self {
        let count = rows.len() as u64;
        let pagination = Pagination {
            page: 1,
            per_page: u32::try_from(count.max(1)).unwrap_or(u32::MAX),
            total: count,
            total_pages: u64::from(count > 0),
            has_more: false,
        };
        Self { data: rows.iter().map(record).collect(), pagination }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use synaptiq_domain::paging::{Order, Position};

    use super::*;
    use crate::samples;

    fn read(raw: &str) -> Result<Paging, FieldError> {
        read_paging(&Query::of(raw))
    }

    #[test]
    fn a_page_has_fifty_rows_and_never_more_than_a_hundred() {
        for (raw, page, limit) in [
            ("", 1, 50),
            ("page=3&per_page=7", 3, 7),
            ("per_page=100", 1, 100),
            ("per_page=101", 1, 100),
            ("per_page=4294967295&page=4294967295", u32::MAX, 100),
        ] {
            assert_eq!(read(raw), Ok(Paging::Page { page, limit }), "{raw}");
        }
    }

    #[test]
    fn i1_what_is_no_page_is_named() {
        for raw in
            ["page=0", "page=-1", "page=x", "page=", "page=4294967296", "per_page=0", "per_page=-5", "per_page=ten"]
        {
            let (param, _) = raw.split_once('=').expect("a pair");
            assert_eq!(read(raw).expect_err(raw).param, param);
        }
    }

    #[test]
    fn a_page_tells_where_it_stands() {
        let paging = Paging::Page { page: 2, limit: 2 };
        let page = Page::of_all((0..5).collect(), Order::Ascending, paging, |n| Position { value: *n, id: 0 });
        samples::assert_prints(
            &List::of(&page, paging, |n| *n),
            &json!({
                "data": [2, 3],
                "pagination": {"page": 2, "per_page": 2, "total": 5, "total_pages": 3, "has_more": true},
            }),
        );
        samples::assert_prints(
            &List::<u8>::empty(paging),
            &json!({
                "data": [],
                "pagination": {"page": 2, "per_page": 2, "total": 0, "total_pages": 0, "has_more": false},
            }),
        );
        samples::assert_prints(
            &List::whole(&[7, 8], |n| *n),
            &json!({
                "data": [7, 8],
                "pagination": {"page": 1, "per_page": 2, "total": 2, "total_pages": 1, "has_more": false},
            }),
        );
    }
}
