//! Lists in parts: the headers that say how much there is and where it goes on.

use synaptiq_domain::paging::Position;
use synaptiq_wire::{
    app::part::next_link,
    cursor::{self, Binding},
};

use crate::{answer::Answer, request::Call};

/// The parameter that asks for the next part, with its value.
pub(super) type Next = (&'static str, String);

/// The next part of a list that is read by cursor.
pub(super) fn after_cursor(next: Option<Position>, binding: Binding) -> Option<Next> {
    next.map(|position| (cursor::PARAMETER, cursor::encode(position, binding)))
}

/// The answer with `X-Total-Count`, and with `Link` where another part follows.
pub(super) fn answer(answer: Answer, call: &Call, total: u64, next: Option<Next>) -> Answer {
    let answer = answer.with_header("x-total-count", total.to_string());
    match next {
        Some((parameter, value)) => {
            answer.with_header("link", next_link(&call.head.path, &call.head.query, parameter, &value))
        }
        None => answer,
    }
}
