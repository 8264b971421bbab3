//! The code blocks of a page in Markdown. `build.rs` mounts this file too.

/// The text of the block whose fence says this language and this name, or nothing.
pub fn page_block(page: &str, language: &str, name: &str) -> Option<String> {
    let fence = format!("```{language} {name}");
    let mut lines = page.lines().skip_while(|line| *line != fence).skip(1).peekable();
    lines.peek()?;
    Some(lines.take_while(|line| *line != "```").flat_map(|line| [line, "\n"]).collect())
}

#[cfg(test)]
mod tests {
    use super::page_block;

    const PAGE: &str = "One:\n```rust one\nfn one() {}\n\n// end\n```\nTwo:\n```rust two\n```\n";

    #[test]
    fn a_block_is_found_by_its_fence_and_ends_with_the_next_one() {
        assert_eq!(page_block(PAGE, "rust", "one").unwrap(), "fn one() {}\n\n// end\n");
        assert_eq!(page_block(PAGE, "rust", "two").unwrap(), "");
        assert_eq!(page_block(PAGE, "rust", "on"), None);
        assert_eq!(page_block(PAGE, "php", "one"), None);
    }
}
