//! What this process gives up before it works: core dumps, files that others can read, and the
//! rights of root.

use anyhow::Context as _;
use rustix::fs::Mode;
use rustix::process::{
    DumpableBehavior, Resource, Rlimit, geteuid, set_dumpable_behavior, setrlimit, umask,
};

use crate::config::{self, Config};

/// Permissions that no new file gets: those of the group and of others.
const MASK: Mode = Mode::RWXG.union(Mode::RWXO);

/// Keeps this process's memory, in which are keys and items, to itself: no core dump, and no other
/// process of the same user can read it unless `server.allow_debugging`. New files are for the user
/// alone.
pub fn protect(config: &Config) -> anyhow::Result<()> {
    umask(MASK);
    if config.server.allow_debugging {
        return Ok(());
    }
    let none = Rlimit { current: Some(0), maximum: Some(0) };
    setrlimit(Resource::Core, none).context("core dumps cannot be switched off")?;
    set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .context("the memory of this process cannot be protected")
}

/// Checks whether this process has the rights of root.
pub fn is_root() -> bool {
    geteuid().is_root()
}

/// Refuses to serve with the rights of root, unless `server.allow_root`.
pub fn refuse_root(config: &Config, is_root: bool) -> Result<(), config::Error> {
    if !is_root || config.server.allow_root {
        return Ok(());
    }
    Err(config::Error::Conflict(
        "this process runs as root, and `server.allow_root` is false: a fault in it would harm the \
         whole machine. Create a user for it, as docs/operate.md shows, and run it as that user"
            .to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use rustix::process::{dumpable_behavior, getrlimit};

    use super::*;

    fn config(text: &str) -> Config {
        Config::parse("mamori.toml".as_ref(), text).unwrap()
    }

    #[test]
    fn a_protected_process_leaves_no_core_dump_and_makes_private_files() {
        protect(&Config::default()).unwrap();

        let core = getrlimit(Resource::Core);
        assert_eq!((core.current, core.maximum), (Some(0), Some(0)));
        assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
        assert_eq!(umask(MASK), MASK);
    }

    #[test]
    fn root_serves_only_where_the_configuration_allows_it() {
        let refused = refuse_root(&Config::default(), true).unwrap_err();

        assert!(refused.to_string().contains("`server.allow_root`"), "{refused}");
        assert!(refuse_root(&Config::default(), false).is_ok());
        assert!(refuse_root(&config("[server]\nallow_root = true"), true).is_ok());
    }
}
