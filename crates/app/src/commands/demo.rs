//! `synaptiq demo load | drop`: a made-up tenant to look at.

use anyhow::{Result, bail};

use crate::{cli::DemoCommand, config::Config};

pub(super) async fn run(_command: DemoCommand, _config: &Config) -> Result<()> {
    bail!("not yet")
}
