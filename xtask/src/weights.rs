//! The weights of the intent model, committed: trained by the very test that proves them fresh,
//! because training needs what the assistant keeps to itself.

use anyhow::{Context as _, Result};

use crate::project::{Project, run as run_command};

/// The test that compares the committed weights with what training gives.
const TEST: &str = "the_committed_weights_are_what_training_gives";

/// Writes the weights.
pub(crate) fn run(project: &Project) -> Result<()> {
    let arguments = ["test", "--quiet", "--package", "synaptiq-assistant", "--lib", TEST];
    run_command(project.cargo(&arguments).env("SYNAPTIQ_WRITE_WEIGHTS", "1")).context("the training failed")
}
