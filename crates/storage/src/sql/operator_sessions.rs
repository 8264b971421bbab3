//! The operator's logins. The other half of `ports/store/operator_sessions.rs`.

use diesel::prelude::*;
use synaptiq_domain::{access::OperatorSession, time::Timestamp};

use super::{Connection, Fault, Outcome, codec, schema::operator_sessions};

/// Keeps a session; ends those of another token, and the oldest beyond `most`.
pub(crate) fn begin(conn: &mut Connection, session: &OperatorSession, most: u32) -> Outcome<()> {
    let OperatorSession { hash, token, created_at, expires_at } = session;
    if find(conn, *hash)?.is_some() {
        return Err(Fault::Stale);
    }
    diesel::delete(operator_sessions::table.filter(operator_sessions::token.ne(token.as_slice()))).execute(conn)?;
    let oldest_first: Vec<Vec<u8>> = operator_sessions::table
        .order((operator_sessions::created_at.asc(), operator_sessions::hash.asc()))
        .select(operator_sessions::hash)
        .load(conn)?;
    let excess = (oldest_first.len() + 1).saturating_sub(usize::try_from(most).unwrap_or(usize::MAX));
    for hash in oldest_first.into_iter().take(excess) {
        diesel::delete(operator_sessions::table.find(hash)).execute(conn)?;
    }
    diesel::insert_into(operator_sessions::table)
        .values((
            operator_sessions::hash.eq(hash.as_slice()),
            operator_sessions::token.eq(token.as_slice()),
            operator_sessions::created_at.eq(created_at.micros()),
            operator_sessions::expires_at.eq(expires_at.micros()),
        ))
        .execute(conn)?;
    Ok(())
}

/// The session with this hash, whether it is over or not.
pub(crate) fn find(conn: &mut Connection, hash: [u8; 32]) -> Outcome<Option<OperatorSession>> {
    let row: Option<(Vec<u8>, i64, i64)> = operator_sessions::table
        .find(hash.as_slice())
        .select((operator_sessions::token, operator_sessions::created_at, operator_sessions::expires_at))
        .first(conn)
        .optional()?;
    row.map(|(token, created_at, expires_at)| {
        Ok(OperatorSession {
            hash,
            token: codec::bytes32("operator_sessions.token", &token)?,
            created_at: Timestamp::from_micros(created_at),
            expires_at: Timestamp::from_micros(expires_at),
        })
    })
    .transpose()
}

/// Ends a session; says whether there was one.
pub(crate) fn end(conn: &mut Connection, hash: [u8; 32]) -> Outcome<bool> {
    Ok(diesel::delete(operator_sessions::table.find(hash.as_slice())).execute(conn)? > 0)
}

/// Whether any session is over: cheap, so that sweeping need not take the writer.
pub(crate) fn any_over(conn: &mut Connection, now: Timestamp) -> Outcome<bool> {
    let first: Option<i64> = operator_sessions::table
        .order(operator_sessions::expires_at.asc())
        .select(operator_sessions::expires_at)
        .first(conn)
        .optional()?;
    Ok(first.is_some_and(|first| first <= now.micros()))
}

/// Deletes up to `limit` sessions that are over at an instant; says how many.
pub(crate) fn sweep(conn: &mut Connection, now: Timestamp, limit: u32) -> Outcome<u32> {
    let over: Vec<Vec<u8>> = operator_sessions::table
        .filter(operator_sessions::expires_at.le(now.micros()))
        .order(operator_sessions::expires_at.asc())
        .limit(i64::from(limit))
        .select(operator_sessions::hash)
        .load(conn)?;
    let mut swept = 0;
    for hash in over {
        diesel::delete(operator_sessions::table.find(hash)).execute(conn)?;
        swept += 1;
    }
    Ok(swept)
}
