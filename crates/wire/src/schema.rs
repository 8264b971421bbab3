//! Gathers the schemas of published types for the `OpenAPI` documents.

use std::collections::BTreeMap;

use utoipa::{
    ToSchema,
    openapi::{RefOr, schema::Schema},
};

/// Schemas by name.
pub type Schemas = BTreeMap<String, RefOr<Schema>>;

/// Adds a type with everything that it refers to.
pub fn add<T: ToSchema>(schemas: &mut Schemas) {
    let mut referred = Vec::new();
    T::schemas(&mut referred);
    schemas.extend(referred);
    schemas.insert(T::name().into_owned(), T::schema());
}

#[cfg(test)]
pub(crate) mod checks {
    use serde_json::Value;

    use super::Schemas;

    /// Fails if a reference leads nowhere.
    pub(crate) fn assert_complete(schemas: &Schemas) {
        let printed = serde_json::to_value(schemas).expect("prints");
        let names: Vec<&str> = printed.as_object().expect("an object").keys().map(String::as_str).collect();
        let mut references = Vec::new();
        collect(&printed, &mut references);
        for reference in references {
            let name = reference.strip_prefix("#/components/schemas/").expect("a reference to a schema");
            assert!(names.contains(&name), "{name} is referred to and not there; there are {names:?}");
        }
    }

    fn collect<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
        match value {
            Value::Object(map) => {
                found.extend(map.get("$ref").and_then(Value::as_str));
                map.values().for_each(|value| collect(value, found));
            }
            Value::Array(items) => items.iter().for_each(|value| collect(value, found)),
            _ => {}
        }
    }
}
