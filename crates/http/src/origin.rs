//! Where a request comes from and where it was sent to, as far as that can be known: the page's
//! origin against the tenant's list (security V5), and the origin under which this server was
//! asked. `X-Forwarded-*` is believed of trusted proxies alone (security I7).

use actix_web::{HttpRequest, http::header};
use synaptiq_domain::{
    access::{TenantScope, WebOrigin},
    use_cases::Services,
};
use synaptiq_wire::{Code, Fault};

use crate::{fault::Refused, request::Head};

/// Refuses pages outside the tenant's list. No list allows every page; a request without `Origin`
/// comes from no page.
///
/// For publishable keys and for what visitors ask without a key. A refusal is readable by the page
/// that gets it, as every answer of these routes is (see [`crate::cors`]): it holds no secret, and
/// without it nobody finds the mistake in the list.
pub(crate) async fn check(services: &Services, scope: TenantScope, head: &Head) -> Result<(), Refused> {
    let Some(origin) = &head.origin else { return Ok(()) };
    let Some(view) = services.store.tenant_view(scope).await? else { return Ok(()) };
    let allowed = &view.tenant.settings.allowed_origins;
    // `null` and whatever else is no origin is in no list.
    let is_listed = || WebOrigin::parse(origin).is_ok_and(|origin| allowed.contains(&origin));
    if allowed.is_empty() || is_listed() {
        return Ok(());
    }
    Err(Fault::new(Code::InsufficientScope, "this origin is not in the tenant's list").into())
}

/// Where the client asked, as scheme and host: from `Host`, or from what a trusted proxy says of it.
/// Few requests need it as an origin ([`Head::asked_origin`]).
pub(crate) fn asked(request: &HttpRequest, by_trusted_proxy: bool) -> Option<String> {
    let text = |name: &str| request.headers().get(name).and_then(|value| value.to_str().ok());
    // Of several values the last was written by the proxy that asks.
    let forwarded = |name| text(name).filter(|_| by_trusted_proxy)?.rsplit(',').next().map(str::trim);
    let is_https = forwarded("x-forwarded-proto").is_some_and(|scheme| scheme.eq_ignore_ascii_case("https"));
    let scheme = if is_https { "https" } else { "http" };
    let authority = || request.uri().authority().map(actix_web::http::uri::Authority::as_str);
    let host = forwarded("x-forwarded-host").or_else(|| text(header::HOST.as_str())).or_else(authority)?;
    Some(format!("{scheme}://{host}"))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    fn origin(headers: &[(&str, &str)], by_trusted_proxy: bool) -> Option<String> {
        let request = headers.iter().fold(TestRequest::default(), |request, header| request.insert_header(*header));
        let asked = asked(&request.to_http_request(), by_trusted_proxy)?;
        WebOrigin::parse(&asked).ok().map(|origin| origin.to_string())
    }

    #[test]
    fn i7_only_a_trusted_proxy_says_how_the_client_asked() {
        let headers = [("host", "inner:8080"), ("x-forwarded-proto", "https"), ("x-forwarded-host", "shop.example")];
        assert_eq!(origin(&headers, false).as_deref(), Some("http://inner:8080"));
        assert_eq!(origin(&headers, true).as_deref(), Some("https://shop.example"));
        assert_eq!(origin(&headers[..2], true).as_deref(), Some("https://inner:8080"));
    }

    #[test]
    fn i7_of_several_values_the_last_one_counts() {
        let headers = [("host", "shop.example"), ("x-forwarded-proto", "https, http")];
        assert_eq!(origin(&headers, true).as_deref(), Some("http://shop.example"));
        let headers = [("host", "shop.example"), ("x-forwarded-proto", "http, HTTPS")];
        assert_eq!(origin(&headers, true).as_deref(), Some("https://shop.example"));
    }

    #[test]
    fn what_is_no_host_is_nobodys_origin() {
        for host in ["", "a b", "user@shop.example", "shop.example/x"] {
            assert_eq!(origin(&[("host", host)], false), None, "{host}");
        }
    }
}
