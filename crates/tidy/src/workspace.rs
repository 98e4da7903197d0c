//! The workspace and everything it stands on, as `cargo metadata` tells it.

use cargo_metadata::{CargoOpt, DependencyKind, Metadata, MetadataCommand, Package};

use crate::checkout::root;

/// One of our crates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct House {
    /// The package's name: `mamori-web`.
    pub name: String,
    /// `layer` in its `[package.metadata]`.
    pub layer: Option<u64>,
    /// The packages that it names, ours and others'.
    pub needs: Vec<Need>,
}

/// A package that another one names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// Its name.
    pub name: String,
    /// Whether for tests only.
    pub is_dev: bool,
}

/// One package that somebody else wrote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guest {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its licence, as an SPDX expression.
    pub licence: Option<String>,
    /// Where it comes from; `None` is a folder.
    pub source: Option<String>,
}

/// Our crates, and those that they stand on with every feature on Linux.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// Ours.
    pub houses: Vec<House>,
    /// Others'.
    pub guests: Vec<Guest>,
}

/// Asks cargo.
pub fn read() -> Result<Workspace, cargo_metadata::Error> {
    let metadata = MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .features(CargoOpt::AllFeatures)
        // Mamori runs on Linux; what only other systems need is neither built nor shipped.
        .other_options([
            "--filter-platform".to_owned(),
            "x86_64-unknown-linux-gnu".to_owned(),
            "--filter-platform".to_owned(),
            "aarch64-unknown-linux-gnu".to_owned(),
        ])
        .exec()?;
    Ok(Workspace { houses: houses(&metadata), guests: guests(&metadata) })
}

fn houses(metadata: &Metadata) -> Vec<House> {
    let houses = metadata.workspace_packages().into_iter().map(|package| House {
        name: package.name.to_string(),
        layer: layer(package),
        needs: package
            .dependencies
            .iter()
            .map(|need| Need {
                name: need.name.clone(),
                is_dev: need.kind == DependencyKind::Development,
            })
            .collect(),
    });
    houses.collect()
}

fn layer(package: &Package) -> Option<u64> {
    package.metadata.get("layer")?.as_u64()
}

fn guests(metadata: &Metadata) -> Vec<Guest> {
    let ours = &metadata.workspace_members;
    let guests = metadata.packages.iter().filter(|package| !ours.contains(&package.id));
    let guests = guests.map(|package| Guest {
        name: package.name.to_string(),
        version: package.version.to_string(),
        licence: package.license.clone(),
        source: package.source.as_ref().map(|source| source.repr.clone()),
    });
    guests.collect()
}
