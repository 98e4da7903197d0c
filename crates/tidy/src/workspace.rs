//! The crates of the workspace and the packages that they depend on, from `cargo metadata`.

use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand, Package};

use crate::checkout::root;

/// One of our crates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WorkspaceCrate {
    /// Name of the package, such as `mamori-web`.
    pub name: String,
    /// The value of `layer` in its `[package.metadata]`.
    pub layer: Option<u64>,
    /// Its dependencies, our own crates and packages of others.
    pub dependencies: Vec<Dependency>,
}

/// A dependency of a crate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dependency {
    /// Name of the package.
    pub name: String,
    /// Whether it is a dependency of tests only.
    pub is_dev: bool,
}

/// A third-party package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThirdPartyPackage {
    /// Name of the package.
    pub name: String,
    /// Version of the package.
    pub version: String,
    /// Licence, as an SPDX expression.
    pub licence: Option<String>,
    /// The registry that it comes from; `None` for a local folder.
    pub source: Option<String>,
}

/// Our crates, and the packages that they depend on with every feature on Linux.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// Our crates.
    pub crates: Vec<WorkspaceCrate>,
    /// Third-party packages.
    pub packages: Vec<ThirdPartyPackage>,
}

/// Runs `cargo metadata` and reads its output.
pub fn read() -> Result<Workspace, cargo_metadata::Error> {
    let metadata = MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .features(CargoOpt::AllFeatures)
        // Mamori runs on Linux; packages for other systems only are neither built nor shipped.
        .other_options([
            "--filter-platform".to_owned(),
            "x86_64-unknown-linux-gnu".to_owned(),
            "--filter-platform".to_owned(),
            "aarch64-unknown-linux-gnu".to_owned(),
        ])
        .exec()?;
    Ok(Workspace { crates: crates(&metadata), packages: packages(&metadata) })
}

fn crates(metadata: &Metadata) -> Vec<WorkspaceCrate> {
    let crates = metadata.workspace_packages().into_iter().map(|package| WorkspaceCrate {
        name: package.name.to_string(),
        layer: layer(package),
        dependencies: package
            .dependencies
            .iter()
            .map(|dependency| Dependency {
                name: dependency.name.clone(),
                is_dev: dependency.kind == DependencyKind::Development,
            })
            .collect(),
    });
    crates.collect()
}

fn layer(package: &Package) -> Option<u64> {
    package.metadata.get("layer")?.as_u64()
}

fn packages(metadata: &Metadata) -> Vec<ThirdPartyPackage> {
    let ours = &metadata.workspace_members;
    let packages = metadata.packages.iter().filter(|package| !ours.contains(&package.id));
    let packages = packages.map(|package| ThirdPartyPackage {
        name: package.name.to_string(),
        version: package.version.to_string(),
        licence: package.license.clone(),
        source: package.source.as_ref().map(|source| source.repr.clone()),
    });
    packages.collect()
}
