//! `fuzz`: runs libFuzzer on every target in `crates/*/fuzz`.
//!
//! Each of those folders is a separate workspace, so that the fuzzer's flags and dependencies stay
//! out of ours. A run starts with the inputs in `seeds/<target>` and the words in
//! `dictionaries/<target>.dict`, if there are any. A crash is stored in `.cache/fuzz/<target>/`;
//! turn it into a test.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

use anyhow::{Context as _, Result, bail};

use crate::machine::{Machine, run};
use crate::need::Need;
use crate::steps::Step;

/// `--seconds N` for each target (default 60), `--target NAME` for a single target.
pub const STEP: Step = Step {
    name: "fuzz",
    about: "hostile input for every fuzz target [--seconds 60] [--target NAME]",
    needs: &[Need::Cxx],
    run: fuzz,
};

/// The instrumentation that libFuzzer needs, as `cargo fuzz` sets it, and memory checks, because
/// third-party decoders contain `unsafe` code. `RUSTC_BOOTSTRAP=1` makes a stable compiler accept
/// the flags. Debug assertions and overflow checks are set in the profile of each folder, where a
/// single package can be excluded.
const FLAGS: &str = "--cfg fuzzing -Cpasses=sancov-module \
    -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
    -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares \
    -Zsanitizer=address \
    -Ccodegen-units=1";

/// The most memory for one input before it counts as a crash, in MiB: the limit of the sandbox.
const MEMORY_MIB_MAX: u32 = 3_072;

/// The longest time for one input before it counts as a hang, in seconds.
const INPUT_S_MAX: u32 = 20;

struct Options {
    seconds: u32,
    target: Option<String>,
}

fn fuzz(machine: &Machine, args: &[String]) -> Result<()> {
    let options = options(args)?;
    let mut ran = 0_u32;
    for folder in fuzz_folders(&machine.root)? {
        for target in targets(&folder)? {
            if options.target.as_ref().is_none_or(|wanted| *wanted == target) {
                run_target(machine, &folder, &target, options.seconds)?;
                ran += 1;
            }
        }
    }
    if ran == 0 {
        bail!("no such fuzz target in crates/*/fuzz/fuzz_targets");
    }
    Ok(())
}

fn options(args: &[String]) -> Result<Options> {
    let mut options = Options { seconds: 60, target: None };
    let mut args = args.iter();
    while let Some(flag) = args.next() {
        let value = args.next().with_context(|| format!("`{flag}` needs a value"))?;
        match flag.as_str() {
            "--seconds" => options.seconds = value.parse().context("`--seconds` takes a number")?,
            "--target" => options.target = Some(value.clone()),
            _ => bail!("`fuzz` takes `--seconds N` and `--target NAME`, not `{flag}`"),
        }
    }
    Ok(options)
}

/// Returns the folders `crates/*/fuzz`, sorted.
pub fn fuzz_folders(root: &Path) -> Result<Vec<PathBuf>> {
    let mut folders = Vec::new();
    for entry in fs::read_dir(root.join("crates"))? {
        let folder = entry?.path().join("fuzz");
        if folder.join("Cargo.toml").is_file() {
            folders.push(folder);
        }
    }
    folders.sort();
    Ok(folders)
}

/// Returns the targets of one folder: the names of the files in `fuzz_targets/`.
fn targets(folder: &Path) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder.join("fuzz_targets"))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            names.extend(path.file_stem().and_then(|stem| stem.to_str()).map(str::to_owned));
        }
    }
    names.sort();
    Ok(names)
}

fn run_target(machine: &Machine, folder: &Path, target: &str, seconds: u32) -> Result<()> {
    let cache = machine.root.join(".cache/fuzz");
    let corpus = cache.join(target).join("corpus");
    fs::create_dir_all(&corpus)?;

    let mut command = machine.cargo(["run", "--release", "--bin", target]);
    command.arg("--manifest-path").arg(folder.join("Cargo.toml"));
    command.arg("--target-dir").arg(cache.join("target"));
    // With an explicit target, the flags do not apply to build scripts and macros.
    command.args(["--target", &host()?]);
    command.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", FLAGS);
    // SQLite is one C file with two constants of the same name, which the sanitizer would report.
    // Leaks are not a safety problem in Rust, and detecting them needs rights that containers lack.
    command.env("ASAN_OPTIONS", "detect_odr_violation=0:detect_leaks=0");

    // libFuzzer writes new inputs into the first folder and only reads the others.
    command.arg("--").arg(&corpus);
    if let Some(kind) = target.strip_prefix("hash_") {
        command.arg(drawn(machine, &cache, kind)?);
    }
    command.args(seed_args(folder, target));
    command.arg(format!("-artifact_prefix={}/", cache.join(target).display()));
    command.arg(format!("-max_total_time={seconds}"));
    command.arg(format!("-rss_limit_mb={MEMORY_MIB_MAX}"));
    command.arg(format!("-timeout={INPUT_S_MAX}"));
    command.args(["-print_final_stats=1", "-verbosity=0", "-detect_leaks=0"]);
    run(&mut command)
}

/// Returns the arguments for what the folder provides for a target: inputs, and a dictionary.
fn seed_args(folder: &Path, target: &str) -> Vec<String> {
    let mut args = Vec::new();
    let seeds = folder.join("seeds").join(target);
    if seeds.is_dir() {
        args.push(seeds.display().to_string());
    }
    let words = folder.join("dictionaries").join(format!("{target}.dict"));
    if words.is_file() {
        args.push(format!("-dict={}", words.display()));
    }
    args
}

/// Returns a folder with pictures of one kind, drawn by code, as first inputs for the fuzzer.
fn drawn(machine: &Machine, cache: &Path, kind: &str) -> Result<PathBuf> {
    let all = cache.join("drawn");
    if !all.is_dir() {
        let mut draw = machine.cargo(["run", "--quiet", "--release", "-p", "mamori-media"]);
        draw.args(["--example", "draw-pictures", "--"]).arg(&all).args(["31", "48"]);
        fs::create_dir_all(&all)?;
        run(&mut draw)?;
    }
    let seeds = cache.join("seeds").join(kind);
    fs::create_dir_all(&seeds)?;
    for entry in fs::read_dir(&all)? {
        let path = entry?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned());
        if let Some(name) = name.filter(|name| name.contains(&format!("-{kind}"))) {
            fs::copy(&path, seeds.join(name))?;
        }
    }
    encoded(&machine.root.join("crates/media/tests/files"), kind, &seeds)?;
    Ok(seeds)
}

/// Decodes the test files of one kind, which the repository stores in base64, into `seeds`.
fn encoded(folder: &Path, kind: &str, seeds: &Path) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned());
        if let Some(name) = stem.filter(|stem| stem.ends_with(&format!(".{kind}"))) {
            let mut decode = Command::new("base64");
            run(decode.arg("--decode").arg(&path).stdout(fs::File::create(seeds.join(name))?))?;
        }
    }
    Ok(())
}

/// Returns the machine's own target triple, such as `x86_64-unknown-linux-gnu`.
fn host() -> Result<String> {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let version = Command::new(rustc).arg("-vV").output().context("no rustc")?;
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let line = version.lines().find_map(|line| line.strip_prefix("host: "));
    line.map(str::to_owned).context("rustc did not name its host")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A target that is not built would not be fuzzed, without any error.
    #[test]
    fn every_target_is_found_and_is_a_program_of_its_folder() {
        let machine = Machine::here().unwrap();
        let mut found = 0;

        for folder in fuzz_folders(&machine.root).unwrap() {
            let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
            for target in targets(&folder).unwrap() {
                assert!(
                    manifest.contains(&format!("path = \"fuzz_targets/{target}.rs\"")),
                    "{target}"
                );
                found += 1;
            }
        }

        assert!(found >= 10, "{found} targets");
    }

    #[test]
    fn a_target_begins_with_the_seeds_and_the_words_that_bear_its_name() {
        let machine = Machine::here().unwrap();
        let crates = machine.root.join("crates");

        let api = seed_args(&crates.join("web/fuzz"), "api_json");
        let picture = seed_args(&crates.join("media/fuzz"), "hash_png");

        assert!(api[0].ends_with("web/fuzz/seeds/api_json"), "{api:?}");
        assert!(api[1].starts_with("-dict=") && api[1].ends_with("/api_json.dict"), "{api:?}");
        assert!(picture.is_empty(), "{picture:?}");
    }

    #[test]
    fn the_time_and_the_target_are_read_and_all_else_is_refused() {
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();

        let read = options(&words("--seconds 600 --target decode")).unwrap();

        assert_eq!((read.seconds, read.target.as_deref()), (600, Some("decode")));
        for bad in ["--seconds", "--seconds soon", "--minutes 3"] {
            assert!(options(&words(bad)).is_err(), "{bad}");
        }
    }
}
