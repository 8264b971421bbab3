//! Lists in parts, as v1 and its own additions to app page them: `page` and `limit`, or `cursor`.

use std::borrow::Cow;

use serde::Serialize;
use synaptiq_domain::paging::{Order, Page, Paging};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{
        Ref, RefOr,
        schema::{ArrayBuilder, ObjectBuilder, Schema},
    },
};

use crate::{
    cursor::{self, Binding},
    field::FieldError,
    query::Query,
};

/// Rows per part where nothing is said.
const PER_PAGE: u32 = 25;

/// Reads `page` (1), `limit` (1–100, 25) and `cursor`, of which page and cursor exclude each other.
pub fn read_paging(query: &Query, binding: Binding) -> Result<Paging, FieldError> {
    read_paging_by(query, binding, PER_PAGE)
}

/// As [`read_paging`], with so many rows where nothing is said.
pub fn read_paging_by(query: &Query, binding: Binding, per_page: u32) -> Result<Paging, FieldError> {
    let limit = query.number("limit", 1..=100, per_page)?;
    let page = query.optional("page", |given| given.integer(1..=i64::from(u32::MAX)))?;
    match (query.get(cursor::PARAMETER)?, page) {
        (Some(given), None) => cursor::decode(given.text(), binding).map(|position| Paging::After { position, limit }),
        (Some(given), Some(_)) => Err(given.error("must not be given together with page")),
        (None, page) => {
            let page = page.and_then(|page| u32::try_from(page).ok()).unwrap_or(1);
            Ok(Paging::Page { page, limit })
        }
    }
}

/// Reads `sortOrder`, descending where nothing is said.
pub fn read_order(query: &Query, name: &str, default: Order) -> Result<Order, FieldError> {
    let word = |order| match order {
        Order::Ascending => "asc",
        Order::Descending => "desc",
    };
    Ok(query.optional(name, |given| given.one_of(&[Order::Ascending, Order::Descending], word))?.unwrap_or(default))
}

/// Where a part stands in its list. With a cursor there is no page and no total.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Pagination {
    /// The page, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 1)]
    pub page: Option<u32>,
    /// Rows per part.
    #[schema(example = 25)]
    pub limit: u32,
    /// Rows of the whole list.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 142)]
    pub total: Option<u64>,
    /// Pages of the whole list.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 6)]
    pub total_pages: Option<u64>,
    /// Whether another part follows.
    pub has_more: bool,
    /// What to give as `cursor` for the part that follows.
    pub next_cursor: Option<String>,
}

impl Pagination {
    /// The pagination of a part that was asked for by `paging`.
    pub fn of<T>(page: &Page<T>, paging: Paging, binding: Binding) -> Self {
        let Page { items: _, total, next } = page;
        let limit = paging.limit();
        let number = match paging {
            Paging::Page { page, .. } => Some(page),
            Paging::After { .. } => None,
        };
        Self {
            page: number,
            limit,
            total: *total,
            total_pages: total.map(|total| total.div_ceil(u64::from(limit.max(1)))),
            has_more: next.is_some(),
            next_cursor: next.map(|position| cursor::encode(position, binding)),
        }
    }
}

/// One part of a list.
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
            .description(Some("One part of a list."))
            .property("data", ArrayBuilder::new().items(Ref::from_schema_name(T::name())))
            .property("pagination", Ref::from_schema_name(Pagination::name()))
            .required("data")
            .required("pagination")
            .into()
    }
}

impl<T> List<T> {
    /// A part with every row in its published shape.
    pub fn of<R>(page: &Page<R>, paging: Paging, binding: Binding, record: impl FnMut(&R) -> T) -> Self {
        Self { data: page.items.iter().map(record).collect(), pagination: Pagination::of(page, paging, binding) }
    }
}

impl<T> List<T> {
    /// A list that is always given whole, as its one and only part.
    pub fn whole<R>(rows: &[R], record: impl FnMut(&R) -> T) -> Self {
        let pagination = Pagination {
            page: Some(1),
            limit: u32::try_from(rows.len().max(1)).unwrap_or(u32::MAX),
            total: Some(rows.len() as u64),
            total_pages: Some(u64::from(!rows.is_empty())),
            has_more: false,
            next_cursor: None,
        };
        Self { data: rows.iter().map(record).collect(), pagination }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use synaptiq_domain::paging::Position;

    use super::*;

    fn binding() -> Binding {
        Binding::of("numbers", &[])
    }

    #[test]
    fn i1_page_limit_and_cursor_are_named_when_wrong() {
        let cursor = cursor::encode(Position { value: 1, id: 2 }, binding());
        for (raw, param) in [
            ("page=0".to_owned(), "page"),
            ("page=-1".to_owned(), "page"),
            ("page=4294967296".to_owned(), "page"),
            ("limit=0".to_owned(), "limit"),
            ("limit=101".to_owned(), "limit"),
            ("cursor=".to_owned(), "cursor"),
            ("cursor=x".to_owned(), "cursor"),
            (format!("cursor={cursor}&page=1"), "cursor"),
        ] {
            assert_eq!(read_paging(&Query::of(&raw), binding()).expect_err(&raw).param, param);
        }
        let read = read_paging(&Query::of(&format!("cursor={cursor}&limit=5")), binding());
        assert_eq!(read, Ok(Paging::After { position: Position { value: 1, id: 2 }, limit: 5 }));
        assert_eq!(
            read_order(&Query::of("sortOrder=up"), "sortOrder", Order::Ascending).expect_err("up").param,
            "sortOrder"
        );
    }

    #[test]
    fn a_page_has_totals_and_a_cursor_and_a_part_after_a_cursor_has_none() {
        let paging = Paging::Page { page: 2, limit: 2 };
        let page = Page::of_all((0..5).collect(), Order::Ascending, paging, |n| Position { value: *n, id: 0 });
        let next = cursor::encode(Position { value: 3, id: 0 }, binding());
        let list = List::of(&page, paging, binding(), |n| *n);
        assert_eq!(
            serde_json::to_value(&list).expect("prints"),
            json!({
                "data": [2, 3],
                "pagination": {"page": 2, "limit": 2, "total": 5, "totalPages": 3, "hasMore": true, "nextCursor": next},
            })
        );

        let paging = Paging::After { position: Position { value: 3, id: 0 }, limit: 2 };
        let page = Page::of_all((0..5).collect(), Order::Ascending, paging, |n: &i64| Position { value: *n, id: 0 });
        assert_eq!(
            serde_json::to_value(List::of(&page, paging, binding(), |n| *n)).expect("prints"),
            json!({"data": [4], "pagination": {"limit": 2, "hasMore": false, "nextCursor": null}})
        );
    }
}
