//! `cargo xtask`: installs what a fresh machine lacks, then runs every check.
//!
//! `cargo xtask test` is the command that decides whether a change is accepted, locally and in CI.
//! A step is one file in `steps/`. Every process that this program starts ends with it, even if it
//! is killed.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a tool for people at a terminal")]

mod machine;
mod need;
mod node;
mod packages;
// The file with which the tests start a server. Depending on the whole testkit would make the first
// build on a fresh machine compile the picture formats.
#[expect(dead_code, reason = "tests need more of it than we do")]
#[path = "../../testkit/src/postgres.rs"]
mod postgres;
mod promtool;
mod python;
mod serving;
mod steps;

use std::env;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};

use machine::Machine;
use steps::Step;

fn main() -> ExitCode {
    let args: Vec<String> = env::args().skip(1).collect();
    match run(&args) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// Runs the command in `args`; returns whether every step succeeded.
fn run(args: &[String]) -> Result<bool> {
    let (command, rest) = match args.split_first() {
        None => ("help", args),
        Some((first, rest)) => (first.as_str(), rest),
    };
    match command {
        "help" | "--help" | "-h" => {
            println!("{}", help());
            Ok(true)
        }
        "test" => match rest {
            [] => perform(&steps::TEST, &[]),
            [flag, names] if flag == "--only" => perform(&named(names)?, &[]),
            [flag] if flag == "--help" || flag == "-h" => run(&[]),
            _ => bail!("`test` takes nothing or `--only STEP[,STEP…]`"),
        },
        "drill" => match rest.split_first() {
            Some((name, rest)) => perform(&[drill(name)?], rest),
            None => bail!("`drill` takes the name of one; `cargo xtask --help` lists them"),
        },
        name => perform(&[find(name)?], rest),
    }
}

/// Returns the steps in a list such as `fmt,clippy`.
fn named(names: &str) -> Result<Vec<&'static Step>> {
    names.split(',').map(|name| find(name.trim())).collect()
}

fn find(name: &str) -> Result<&'static Step> {
    steps::all()
        .find(|step| step.name == name)
        .with_context(|| format!("no step `{name}`; `cargo xtask --help` lists them"))
}

fn drill(name: &str) -> Result<&'static Step> {
    let step = steps::DRILLS.into_iter().find(|step| step.name == name);
    step.with_context(|| format!("no drill `{name}`; `cargo xtask --help` lists them"))
}

/// Runs `steps` in order, and continues after a failure, so that one run reports everything.
fn perform(steps: &[&'static Step], args: &[String]) -> Result<bool> {
    let machine = Machine::here()?;
    packages::install(steps.iter().flat_map(|step| step.needs).copied())?;

    let mut outcomes = Vec::new();
    for step in steps {
        println!("── {} ──", step.name);
        let start = Instant::now();
        let outcome = (step.run)(&machine, args);
        let seconds = start.elapsed().as_secs_f32();
        if let Err(error) = &outcome {
            println!("{}: {error:#}", step.name);
        }
        outcomes.push((step.name, outcome.is_ok(), seconds));
    }

    println!();
    let mut total = 0.0;
    for (name, is_ok, seconds) in &outcomes {
        let word = if *is_ok { "ok" } else { "FAILED" };
        println!("{name:<14} {seconds:>8.1} s  {word}");
        total += seconds;
    }
    println!("{:<14} {total:>8.1} s", "in all");
    Ok(outcomes.iter().all(|(_, is_ok, _)| *is_ok))
}

fn help() -> String {
    let list = |steps: &[&Step]| {
        let lines = steps.iter().map(|step| format!("  {:<14} {}\n", step.name, step.about));
        lines.collect::<String>()
    };
    format!(
        "Checks of Mamori, each by one word.\n\n\
         cargo xtask test                  every step below, in this order\n\
         cargo xtask test --only fmt,tidy  some of them\n\
         cargo xtask STEP                  one of them\n\
         cargo xtask drill NAME            a long exercise\n\n\
         Steps of `test`:\n{}\n\
         Steps that run only when named:\n{}\n\
         Drills:\n{}\n\
         As root, missing Debian packages are installed through apt; otherwise they are named.\n\
         Servers are started in temporary folders on free ports and end with this command.",
        list(&steps::TEST),
        list(&steps::BY_NAME),
        list(&steps::DRILLS),
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_step_has_a_name_of_its_own_and_is_in_the_help() {
        let steps = steps::all().chain(steps::DRILLS);
        let names: Vec<&str> = steps.map(|step| step.name).collect();
        let distinct: BTreeSet<&str> = names.iter().copied().collect();

        assert_eq!(distinct.len(), names.len());
        assert!(names.iter().all(|name| help().contains(name)));
    }

    #[test]
    fn an_unknown_step_is_an_error_that_says_where_to_look() {
        let error = named("fmt,no-such-step").unwrap_err();

        assert!(error.to_string().contains("--help"), "{error}");
        assert!(drill("fmt").unwrap_err().to_string().contains("no drill `fmt`"));
        assert_eq!(drill("fuzz").unwrap().name, "fuzz");
    }
}
