//! The part of `docs/keys.md` that says which route asks for which scope: what the `OpenAPI`
//! documents say, turned round.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use anyhow::{Context as _, Result};
use serde_json::Value;

const BEGIN: &str = "<!-- routes -->\n";
const END: &str = "<!-- end of routes -->";

/// The page with its tables made anew from documents, each with its dialect's name.
pub(crate) fn with_routes(page: &str, documents: &[(&str, Value)]) -> Result<String> {
    let (before, rest) = page.split_once(BEGIN).with_context(|| format!("docs/keys.md has no line {BEGIN:?}"))?;
    let (_, after) = rest.split_once(END).with_context(|| format!("docs/keys.md has no line {END:?}"))?;
    let mut tables = String::new();
    for (dialect, document) in documents {
        let scopes = routes_by_scope(document);
        if !scopes.is_empty() {
            let _ = write!(tables, "\n### {dialect}\n\n| scope | routes |\n|---|---|\n");
        }
        for (scope, routes) in scopes {
            let routes: Vec<String> = routes.iter().map(|(path, verb)| format!("`{verb} {path}`")).collect();
            let _ = writeln!(tables, "| `{scope}` | {} |", routes.join("<br>"));
        }
    }
    Ok(format!("{before}{BEGIN}{tables}\n{END}{after}"))
}

/// Paths with verbs, in order, whatever the document's.
fn routes_by_scope(document: &Value) -> BTreeMap<&str, BTreeSet<(&str, String)>> {
    let mut routes: BTreeMap<&str, BTreeSet<(&str, String)>> = BTreeMap::new();
    for (path, item) in document["paths"].as_object().into_iter().flatten() {
        for (verb, operation) in item.as_object().into_iter().flatten() {
            if let Some(scope) = operation["x-required-scope"].as_str() {
                routes.entry(scope).or_default().insert((path, verb.to_uppercase()));
            }
        }
    }
    routes
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_route_with_a_scope_is_listed_under_it_and_the_rest_of_the_page_stays() {
        let document = json!({"paths": {
            "/b": {"get": {"x-required-scope": "b:read"}, "post": {"x-required-scope": "b:write"}},
            "/a": {"get": {"x-required-scope": "b:read"}, "delete": {}},
        }});
        let page = format!("# Keys\n{BEGIN}old\n{END}\nthe end\n");
        let table = "| scope | routes |\n|---|---|\n| `b:read` | `GET /a`<br>`GET /b` |\n| `b:write` | `POST /b` |\n";
        let expected = format!("# Keys\n{BEGIN}\n### v1\n\n{table}\n{END}\nthe end\n");
        let written = with_routes(&page, &[("v1", document.clone())]).expect("written");
        assert_eq!(written, expected);
        assert_eq!(with_routes(&written, &[("v1", document)]).expect("written again"), expected);
        assert!(with_routes("# Keys\n", &[]).is_err());
    }
}
