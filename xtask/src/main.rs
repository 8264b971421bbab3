//! Tasks of this repository: test, ci, layers, schema, openapi, bench.
fn main() {}
