//! The Rust receivers of `docs/verifying-webhooks.md` in one program: its argument chooses the
//! verification. Their text is the page's, taken from it by `build.rs`.

#![expect(
    unreachable_pub,
    clippy::disallowed_methods,
    reason = "the receivers are written for readers, who know neither this house nor its ports"
)]

use std::io;

/// Mounts the page's receiver together with one of its verifications.
macro_rules! receiver {
    ($module:ident, $name:literal) => {
        mod $module {
            include!(concat!(env!("OUT_DIR"), "/", $name, "/main.rs"));

            pub(crate) fn run() -> std::io::Result<()> {
                main()
            }
        }
    };
}

receiver!(standard_library, "standard-library");
receiver!(standard, "standard");
receiver!(timestamped, "timestamped");
receiver!(body, "body");
receiver!(syrus, "syrus");

fn main() -> io::Result<()> {
    match std::env::args().nth(1).as_deref() {
        Some("standard-library") => standard_library::run(),
        Some("standard") => standard::run(),
        Some("timestamped") => timestamped::run(),
        Some("body") => body::run(),
        Some("syrus") => syrus::run(),
        other => Err(io::Error::other(format!("no receiver is called {other:?}"))),
    }
}
