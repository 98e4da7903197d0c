//! What this process sets up before it works: it gives up core dumps, files that others can read, and
//! the rights of root, and raises its limit on open files.

use anyhow::Context as _;
use rustix::fs::Mode;
use rustix::process::{
    DumpableBehavior, Resource, Rlimit, geteuid, getrlimit, set_dumpable_behavior, setrlimit, umask,
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

/// Returns how many files this process may open at most; `None` if there is no limit.
pub fn files_max() -> Option<u64> {
    getrlimit(Resource::Nofile).maximum
}

/// Raises the limit on open files to the most that this process may set. Connections are files, and
/// systems set a low limit (1,024) for programs that do not ask for more.
pub fn raise_open_files() -> anyhow::Result<()> {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit { current: limit.maximum, maximum: limit.maximum };
    setrlimit(Resource::Nofile, raised).context("the limit on open files cannot be raised")
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
    use rustix::process::dumpable_behavior;

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
    fn the_limit_on_open_files_is_raised_as_far_as_permitted() {
        let Rlimit { maximum, .. } = getrlimit(Resource::Nofile);
        setrlimit(Resource::Nofile, Rlimit { current: Some(200), maximum }).unwrap();

        raise_open_files().unwrap();

        assert_eq!(getrlimit(Resource::Nofile), Rlimit { current: maximum, maximum });
        assert_eq!(files_max(), maximum);
    }

    #[test]
    fn root_serves_only_where_the_configuration_allows_it() {
        let refused = refuse_root(&Config::default(), true).unwrap_err();

        assert!(refused.to_string().contains("`server.allow_root`"), "{refused}");
        assert!(refuse_root(&Config::default(), false).is_ok());
        assert!(refuse_root(&config("[server]\nallow_root = true"), true).is_ok());
    }
}
