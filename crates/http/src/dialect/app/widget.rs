//! What a widget shows, and who sees it (contract § 12).

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest as _, Sha256};
use synaptiq_domain::{
    conversation::Channel,
    use_cases::{VisitCommand, count_visit, widget_owner, widget_view},
};
use synaptiq_wire::app::{
    success::SUCCESS,
    visit::VisitRequest,
    widget::{Widget, WidgetRequest, read_request},
};

use crate::{
    answer::{Answer, JSON},
    chat::onlooker,
    fault::Refused,
    origin,
    request::Call,
};

/// `GET /api/widget`: for pages within the tenant's list, and kept by them for a minute.
pub(super) async fn get(call: Call) -> Result<Answer, Refused> {
    let WidgetRequest { name, language } = read_request(&call.query())?;
    let owner = widget_owner(call.services(), name).await?;
    origin::check(call.services(), owner.scope, &call.head).await?;
    let view = widget_view(call.services(), owner, language.as_deref()).await?;
    let answer = Answer::ok(&Widget::from(&view));
    let body = answer.whole().map_or(&[][..], |body| body);
    let tag = format!("\"{}\"", URL_SAFE_NO_PAD.encode(&Sha256::digest(body)[..16]));
    let answer = if is_known(call.head.if_none_match.as_deref(), &tag) { Answer::bytes(304, JSON, "") } else { answer };
    Ok(answer.with_header("etag", tag).with_header("cache-control", "public, max-age=60"))
}

/// `POST /api/widget/visit`. Its answer is always the same: who was seen before is nobody's to know.
pub(super) async fn visit(mut call: Call) -> Result<Answer, Refused> {
    let VisitRequest { visitor, page, channel, tenant: _, agent: _ } = VisitRequest::read(&call.json()?)?;
    let channel = channel.unwrap_or(Channel::WebChat);
    let command = VisitCommand { visitor, onlooker: onlooker(&call), channel, page };
    let recorder = call.recorder(|()| Answer::ok(&SUCCESS));
    count_visit(call.services(), call.scope(), command, recorder.recording().as_ref()).await?;
    Ok(recorder.answer(&()))
}

/// Whether the asker has the answer already. Weak and strong tags are compared alike (RFC 9110).
fn is_known(given: Option<&str>, tag: &str) -> bool {
    let Some(given) = given else { return false };
    given.split(',').map(str::trim).any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_is_known_in_a_list_weak_or_strong() {
        for given in ["\"a\"", "W/\"a\"", "\"b\", \"a\"", "*"] {
            assert!(is_known(Some(given), "\"a\""), "{given}");
        }
        for given in ["", "a", "\"A\"", "\"b\""] {
            assert!(!is_known(Some(given), "\"a\""), "{given}");
        }
        assert!(!is_known(None, "\"a\""));
    }
}
