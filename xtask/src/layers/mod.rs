//! Guards the arrows between crates (`docs/architecture.md`): reads what cargo knows and compares
//! it with the table, which is the only place where an arrow is allowed.

mod scan;
mod table;

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use cargo_metadata::{DependencyKind, Metadata, Package};

use crate::project::{Project, say};
use table::{EXCLUSIVE, External, LAYERS, Layer};

/// Fails with every arrow that the table does not have.
pub(crate) fn run(project: &Project) -> Result<()> {
    let mut violations = arrows_not_allowed(project.metadata());
    violations.extend(scan::words_out_of_place(project.root())?);
    if violations.is_empty() {
        say(&format!("layers: the arrows of {} packages are as written down", project.metadata().packages.len()));
        return Ok(());
    }
    for violation in &violations {
        say(&format!("layers: {violation}"));
    }
    bail!("{} arrows are not as written down in xtask/src/layers/table.rs", violations.len())
}

/// Every dependency that the table does not allow, as a sentence that says where to write it down.
fn arrows_not_allowed(metadata: &Metadata) -> Vec<String> {
    let members: BTreeSet<&str> = metadata.workspace_packages().iter().map(|package| package.name.as_str()).collect();
    let mut violations = Vec::new();
    for package in metadata.workspace_packages() {
        let Some(layer) = LAYERS.iter().find(|layer| layer.package == package.name.as_str()) else {
            violations.push(format!(
                "{} is in no layer: add it to LAYERS in xtask/src/layers/table.rs, and its place to docs/architecture.md",
                package.name
            ));
            continue;
        };
        violations.extend(check_package(package, layer, &members));
    }
    for layer in LAYERS {
        if !members.contains(layer.package) {
            violations.push(format!("{} is gone: remove it from LAYERS in xtask/src/layers/table.rs", layer.package));
        }
    }
    violations
}

fn check_package(package: &Package, layer: &Layer, members: &BTreeSet<&str>) -> Vec<String> {
    let mut violations = Vec::new();
    for dependency in &package.dependencies {
        let to = dependency.name.as_str();
        let from = layer.package;
        if dependency.kind == DependencyKind::Development {
            let allowed = [layer.depends_on, layer.tests_use, table::DEVELOPMENT_ONLY].concat();
            if members.contains(to) && !allowed.contains(&to) {
                violations.push(format!(
                    "{from} uses {to} in its tests, which is neither below it nor for tests: \
                     adapters never see one another (xtask/src/layers/table.rs)"
                ));
            }
            continue;
        }
        if members.contains(to) {
            if !layer.depends_on.contains(&to) {
                violations.push(format!(
                    "{from} -> {to} is a new arrow: add it to LAYERS in xtask/src/layers/table.rs, \
                     and why to docs/decisions/"
                ));
            }
            continue;
        }
        if let External::Only(allowed) = layer.external
            && !allowed.contains(&to)
        {
            violations.push(format!(
                "{from} must stay free of {to}: its outside crates are listed in LAYERS in \
                 xtask/src/layers/table.rs, with the reason in docs/decisions/"
            ));
        }
        if let Some(home) = EXCLUSIVE.iter().find(|home| home.external == to)
            && !home.packages.contains(&from)
        {
            violations.push(format!(
                "{from} uses {to}, whose home is {}: move the code there, or extend EXCLUSIVE in \
                 xtask/src/layers/table.rs, with the reason in docs/decisions/",
                home.packages.join(", ")
            ));
        }
    }
    violations
}

#[cfg(test)]
mod tests {
    use cargo_metadata::MetadataCommand;

    use super::*;

    fn house() -> Metadata {
        MetadataCommand::new().no_deps().exec().expect("cargo describes this workspace")
    }

    /// The house with one more dependency: as if `from`'s manifest had named it.
    fn house_with_arrow(from: &str, to: &str, kind: DependencyKind) -> Metadata {
        let mut metadata = house();
        let mut arrow = metadata
            .packages
            .iter()
            .flat_map(|package| &package.dependencies)
            .find(|dependency| dependency.kind == DependencyKind::Normal)
            .expect("some package depends on something")
            .clone();
        arrow.name = to.to_owned();
        arrow.kind = kind;
        let package = metadata.packages.iter_mut().find(|package| package.name.as_str() == from);
        package.expect("the package is in the workspace").dependencies.push(arrow);
        metadata
    }

    #[test]
    fn the_arrows_of_this_house_are_as_written_down() {
        assert_eq!(arrows_not_allowed(&house()), Vec::<String>::new());
    }

    #[test]
    fn an_arrow_between_two_adapters_is_refused_with_the_place_to_write_it_down() {
        let violations =
            arrows_not_allowed(&house_with_arrow("synaptiq-search", "synaptiq-storage", DependencyKind::Normal));
        assert_eq!(violations.len(), 1, "{violations:?}");
        assert!(violations[0].contains("synaptiq-search -> synaptiq-storage is a new arrow"), "{violations:?}");
        assert!(violations[0].contains("xtask/src/layers/table.rs"), "{violations:?}");
    }

    #[test]
    fn the_domain_stays_free_of_frameworks() {
        for framework in ["actix-web", "diesel", "reqwest"] {
            let violations =
                arrows_not_allowed(&house_with_arrow("synaptiq-domain", framework, DependencyKind::Normal));
            assert!(
                violations.iter().any(|line| line.contains(&format!("synaptiq-domain must stay free of {framework}"))),
                "{violations:?}"
            );
        }
    }

    #[test]
    fn no_arrow_leads_to_the_application_or_from_product_code_to_the_test_kit() {
        for (from, to) in [("synaptiq-domain", "synaptiq"), ("synaptiq-http", "synaptiq-testkit")] {
            for kind in [DependencyKind::Normal, DependencyKind::Build] {
                let violations = arrows_not_allowed(&house_with_arrow(from, to, kind));
                assert!(violations.iter().any(|line| line.contains(&format!("{from} -> {to}"))), "{violations:?}");
            }
        }
    }

    #[test]
    fn an_adapter_does_not_reach_for_another_adapter_in_its_tests() {
        let violations =
            arrows_not_allowed(&house_with_arrow("synaptiq-search", "synaptiq-storage", DependencyKind::Development));
        assert_eq!(violations.len(), 1, "{violations:?}");
    }

    #[test]
    fn a_framework_outside_its_home_is_refused() {
        let violations = arrows_not_allowed(&house_with_arrow("synaptiq-wire", "diesel", DependencyKind::Normal));
        assert!(violations.iter().any(|line| line.contains("whose home is synaptiq-storage")), "{violations:?}");
    }

    #[test]
    fn a_package_that_is_in_no_layer_is_refused() {
        let mut metadata = house();
        let package = metadata.packages.iter_mut().find(|package| package.name.as_str() == "synaptiq-wire");
        package.expect("the package is in the workspace").name = "synaptiq-attic".parse().expect("a package name");
        let violations = arrows_not_allowed(&metadata);
        assert!(violations.iter().any(|line| line.starts_with("synaptiq-attic is in no layer")), "{violations:?}");
        assert!(violations.iter().any(|line| line.starts_with("synaptiq-wire is gone")), "{violations:?}");
    }
}
