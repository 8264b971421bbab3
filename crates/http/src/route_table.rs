//! Looking a request up among a dialect's routes: what its path names, and which methods there are.

use crate::route::{Route, Verb, parameter_name};

/// What a path names in a table.
#[derive(Debug)]
pub enum Found<'p> {
    /// A route, with the values of its parameters in order.
    Route(&'static Route, Vec<&'p str>),
    /// The path is known, the method is not: these are.
    OtherMethods(Vec<&'static str>),
    /// Nothing.
    Nothing,
}

struct Entry {
    segments: Vec<&'static str>,
    routes: Vec<&'static Route>,
}

/// A dialect's routes, arranged for look-ups.
pub struct RouteTable {
    /// Entries with more literal segments come first, so that `leads/search` wins over `leads/{id}`.
    entries: Vec<Entry>,
}

impl RouteTable {
    /// Arranges routes.
    pub fn new(routes: &'static [Route]) -> Self {
        let mut entries: Vec<Entry> = Vec::new();
        for route in routes {
            let segments: Vec<&'static str> = route.path.split('/').skip(1).collect();
            match entries.iter_mut().find(|entry| entry.segments == segments) {
                Some(entry) => entry.routes.push(route),
                None => entries.push(Entry { segments, routes: vec![route] }),
            }
        }
        entries.sort_by_key(|entry| entry.segments.iter().filter(|s| parameter_name(s).is_some()).count());
        Self { entries }
    }

    /// Every route that a path names, whatever the method.
    pub fn routes_at(&self, path: &str) -> &[&'static Route] {
        self.entries.iter().find(|entry| entry.matches(path)).map_or(&[], |entry| &entry.routes)
    }

    /// The methods that a path knows.
    pub fn methods(&self, path: &str) -> Vec<&'static str> {
        self.entries.iter().find(|entry| entry.matches(path)).map(Entry::allowed).unwrap_or_default()
    }

    /// Looks a request up.
    pub fn find<'p>(&self, method: &str, path: &'p str) -> Found<'p> {
        let Some(entry) = self.entries.iter().find(|entry| entry.matches(path)) else { return Found::Nothing };
        match Verb::of_method(method).and_then(|verb| entry.routes.iter().find(|route| route.verb == verb)) {
            Some(route) => Found::Route(route, entry.values(path)),
            None => Found::OtherMethods(entry.allowed()),
        }
    }
}

impl Entry {
    fn matches(&self, path: &str) -> bool {
        let Some(path) = path.strip_prefix('/') else { return false };
        let mut given = path.split('/');
        self.segments.iter().all(|wanted| {
            given.next().is_some_and(|value| {
                if parameter_name(wanted).is_some() { !value.is_empty() } else { value == *wanted }
            })
        }) && given.next().is_none()
    }

    fn values<'p>(&self, path: &'p str) -> Vec<&'p str> {
        let given = path.split('/').skip(1);
        self.segments.iter().zip(given).filter(|(wanted, _)| parameter_name(wanted).is_some()).map(|(_, v)| v).collect()
    }

    fn allowed(&self) -> Vec<&'static str> {
        let mut methods = Vec::new();
        for verb in Verb::ALL.into_iter().filter(|verb| self.routes.iter().any(|route| route.verb == *verb)) {
            methods.push(verb.as_str());
            if verb == Verb::Get {
                methods.push("HEAD");
            }
        }
        methods
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        answer::Answer,
        fault::Refused,
        operation::OperationDoc,
        request::Call,
        route::{Access, handler},
    };

    const DOC: OperationDoc = OperationDoc::new("things", "does nothing");

    async fn nothing(_: Call) -> Result<Answer, Refused> {
        Ok(Answer::ok(&()))
    }

    static ROUTES: [Route; 4] = [
        Route::new(Verb::Get, "/things", "listThings", Access::Public, handler!(nothing), DOC),
        Route::new(Verb::Post, "/things", "createThing", Access::Public, handler!(nothing), DOC),
        Route::new(Verb::Get, "/things/{id}", "getThing", Access::Public, handler!(nothing), DOC),
        Route::new(Verb::Delete, "/things/search", "forget", Access::Public, handler!(nothing), DOC),
    ];

    fn found(method: &str, path: &str) -> String {
        match RouteTable::new(&ROUTES).find(method, path) {
            Found::Route(route, values) => format!("{} {}", route.operation, values.join(",")),
            Found::OtherMethods(methods) => format!("allow {}", methods.join(", ")),
            Found::Nothing => "nothing".to_owned(),
        }
    }

    #[test]
    fn a_path_is_found_by_its_segments_and_literals_win() {
        assert_eq!(found("GET", "/things"), "listThings ");
        assert_eq!(found("HEAD", "/things/7"), "getThing 7");
        assert_eq!(found("DELETE", "/things/search"), "forget ");
        for path in ["", "/", "things", "/things/", "/things/7/", "/things/7/8", "//things", "/Things"] {
            assert_eq!(found("GET", path), "nothing", "{path}");
        }
    }

    #[test]
    fn i5_another_method_is_told_which_ones_there_are() {
        assert_eq!(found("DELETE", "/things"), "allow GET, HEAD, POST");
        assert_eq!(found("OPTIONS", "/things/7"), "allow GET, HEAD");
        assert_eq!(found("GET", "/things/search"), "allow DELETE");
    }
}
