//! The `OpenAPI` documents, tried from outside by tools that know nothing of this product: a
//! validator, a fuzzer that holds every answer against them, and generated clients.

mod clients;
mod documents;
mod fuzz;

/// Every dialect with the path of its document.
const DOCUMENTS: [(&str, &str); 3] =
    [("v1", "/api/v1/openapi.json"), ("app", "/api/openapi.json"), ("syrus", "/syrus/api/v1/openapi.json")];

fn document_of(dialect: &str) -> &'static str {
    DOCUMENTS.into_iter().find(|(name, _)| *name == dialect).expect("a dialect that has a document").1
}
