//! The operator's login (contract § 3, security K5, K6).

use synaptiq_domain::use_cases::{begin_operator_session, end_operator_session};
use synaptiq_wire::{
    Code, Fault,
    app::auth::{LoggedIn, LoggedOut, read_token},
};

use crate::{
    admin::{Admission, Presented, TRIES_A_MINUTE},
    answer::Answer,
    fault::{Refused, busy},
    limits,
    pipeline::refusal,
    request::Call,
    session,
};

/// `POST /api/admin/auth`
pub(super) async fn log_in(call: Call) -> Result<Answer, Refused> {
    let token = read_token(&call.json()?)?;
    let (front, head) = (&call.front, &call.head);
    let stored = match front.admin.admits(&token, head.address, Presented::AtLogin).await? {
        Admission::Admitted(stored) => stored,
        Admission::Refused => return Err(Fault::new(Code::InvalidCredential, "this admin token is not valid").into()),
        Admission::Throttled { seconds } => {
            return Ok(throttled(&call, seconds));
        }
        Admission::Busy => return Err(busy().into()),
    };
    // Whoever logs in again leaves no login behind that nobody can end any more.
    if let Some(before) = session::secret_of(head) {
        end_operator_session(call.services(), front.system, before).await?;
    }
    let begun = begin_operator_session(call.services(), front.system, stored).await?;
    let cookie = session::cookie(front, head, begun.secret.reveal());
    Ok(Answer::ok(&LoggedIn::from(&begun.session)).with_header("set-cookie", cookie))
}

/// 429 with the limit that was tightest: the tries, not what strangers may ask in all.
fn throttled(call: &Call, seconds: u32) -> Answer {
    let message = "too many tries from this address; wait before the next one";
    let fault = Fault::new(Code::RateLimited, message).with_retry_after(seconds);
    let next_try = call.services().clock.now().seconds() + i64::from(seconds);
    refusal(call.dialect, &fault, &call.head.request_id)
        .with_header(limits::LIMIT, TRIES_A_MINUTE.to_string())
        .with_header(limits::REMAINING, "0")
        .with_header(limits::RESET, next_try.to_string())
}

/// `DELETE /api/admin/auth`
pub(super) async fn log_out(call: Call) -> Result<Answer, Refused> {
    if let Some(secret) = session::secret_of(&call.head) {
        end_operator_session(call.services(), call.front.system, secret).await?;
    }
    Ok(Answer::ok(&LoggedOut::DONE).with_header("set-cookie", session::no_cookie(&call.front, &call.head)))
}
