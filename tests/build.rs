//! Takes the Rust receivers out of `docs/verifying-webhooks.md`, so that what is compiled and run
//! is what readers copy.

use std::{env, error::Error, fs, path::PathBuf};

#[expect(unreachable_pub, reason = "the same file is a public part of the library")]
#[path = "src/page_blocks.rs"]
mod page_blocks;

const PAGE: &str = "../docs/verifying-webhooks.md";
const VERIFICATIONS: [&str; 5] = ["standard-library", "standard", "timestamped", "body", "syrus"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={PAGE}");
    let page = fs::read_to_string(PAGE)?;
    let block = |name: &str| page_blocks::page_block(&page, "rust", name).ok_or(format!("no Rust block {name}"));
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("cargo says where to write")?);
    for name in VERIFICATIONS {
        let folder = out.join(name);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("main.rs"), block("receiver")?)?;
        fs::write(folder.join("verify.rs"), block(name)?)?;
    }
    Ok(())
}
