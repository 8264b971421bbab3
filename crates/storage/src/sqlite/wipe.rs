//! Wiping what `secure_delete` leaves behind.
//!
//! `SQLite` overwrites what is deleted, with one exception: a page that it rebuilds while it balances a
//! tree keeps stale copies of cells that moved to a neighbour, in the gap between its cell pointers and
//! its cells. Nobody ever reads a gap, and nothing clears it. Here every page is read, and gaps that are
//! not empty are cleared through `SQLite` itself, in transactions like any other.

use diesel::{
    QueryableByName, RunQueryDsl as _,
    sql_types::{BigInt, Binary},
};

use super::{
    dialect::Connection,
    sql::fault::{Fault, Outcome},
};

/// How many pages one unit clears.
pub(super) const PART: usize = 64;
/// From this many pages on the first byte of a page that is part of a chain may look like a tree's: 128 GiB.
const MOST_PAGES: i64 = 1 << 25;
/// Before the first page's own header stands the file's.
const FILE_HEADER: usize = 100;

#[derive(QueryableByName)]
struct Page {
    #[diesel(sql_type = BigInt)]
    pgno: i64,
    #[diesel(sql_type = Binary)]
    data: Vec<u8>,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    page_count: i64,
}

/// The numbers of all pages with something in their gap. Reads one moment of the whole file.
pub(super) fn stale_pages(conn: &mut Connection) -> Outcome<Vec<i64>> {
    let Count { page_count } = diesel::sql_query("PRAGMA page_count").get_result(conn)?;
    if page_count >= MOST_PAGES {
        return Err(Fault::TooLarge { pages: page_count });
    }
    let pages = diesel::sql_query("SELECT pgno, data FROM sqlite_dbpage('main')").load_iter::<Page, _>(conn)?;
    let mut stale = Vec::new();
    for page in pages {
        let Page { pgno, data } = page?;
        if gap(pgno, &data).is_some_and(|(from, to)| data[from..to].iter().any(|byte| *byte != 0)) {
            stale.push(pgno);
        }
    }
    Ok(stale)
}

/// Clears the gaps of these pages, as they are now.
pub(super) fn clear(conn: &mut Connection, pages: &[i64]) -> Outcome<()> {
    for number in pages {
        let page = diesel::sql_query("SELECT pgno, data FROM sqlite_dbpage('main') WHERE pgno = ?")
            .bind::<BigInt, _>(number)
            .load::<Page>(conn)?
            .pop();
        let Some(Page { pgno, mut data }) = page else { continue };
        let Some((from, to)) = gap(pgno, &data) else { continue };
        data[from..to].fill(0);
        diesel::sql_query("UPDATE sqlite_dbpage SET data = ? WHERE pgno = ?")
            .bind::<Binary, _>(data)
            .bind::<BigInt, _>(pgno)
            .execute(conn)?;
    }
    Ok(())
}

/// Where the gap of a tree's page is; nothing for other pages, and for what does not look whole.
fn gap(number: i64, page: &[u8]) -> Option<(usize, usize)> {
    let start = if number == 1 { FILE_HEADER } else { 0 };
    let header = page.get(start..start + 8)?;
    let header_size = match header[0] {
        // Inner pages name a right neighbour too.
        2 | 5 => 12,
        10 | 13 => 8,
        _ => return None,
    };
    let number_at = |at: usize| usize::from(u16::from_be_bytes([header[at], header[at + 1]]));
    let cells = number_at(3);
    // 0 stands for 65,536.
    let content = if number_at(5) == 0 { 65_536 } else { number_at(5) };
    let from = start + header_size + 2 * cells;
    (from <= content && content <= page.len()).then_some((from, content))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_gap_of_a_trees_page_is_found() {
        let mut page = vec![7u8; 512];
        page[..8].copy_from_slice(&[13, 0, 0, 0, 3, 1, 0, 0]);
        assert_eq!(gap(2, &page), Some((8 + 6, 256)));
        page[0] = 0;
        assert_eq!(gap(2, &page), None, "a page of a chain");
        page[..8].copy_from_slice(&[5, 0, 0, 0, 3, 9, 0, 0]);
        assert_eq!(gap(2, &page), None, "it ends beyond the page");
    }
}
