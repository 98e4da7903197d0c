//! Measures how a flood of one client or one service affects the other clients of a server.

use std::fmt::Write as _;
use std::fs;
use std::process::Command;

use anyhow::{Result, bail};

use super::figures::Figures;
use super::row::{Goal, Row, short, table, time};
use crate::machine::Machine;
use crate::serving::{
    Server, create_sign_in_link, free_address, key, origin, server_section, wait_for,
};

/// The program that floods and measures.
pub const EXAMPLE: &str = "load-floods";

/// The heading of the section.
pub const HEADING: &str = "## Under floods";

/// A flood.
struct Flood {
    /// Its name as an argument of the program.
    name: &'static str,
    /// Its name in the tables.
    called: &'static str,
    /// The most by which the memory may grow, in MB.
    grown_mb_max: f64,
}

/// The floods. The memory for passwords is four buffers of 19 MiB; that for uploads the share of one
/// service, 256 MiB.
const FLOODS: [Flood; 3] = [
    Flood { name: "sign_ins", called: "wrong sign-ins", grown_mb_max: 150.0 },
    Flood { name: "costly_files", called: "small costly files", grown_mb_max: 150.0 },
    Flood { name: "large_uploads", called: "large uploads", grown_mb_max: 400.0 },
];

/// Measures each flood on a server of its own.
pub fn measure(machine: &Machine) -> Result<Figures> {
    let mut figures = Figures::default();
    for flood in &FLOODS {
        println!("{}:", flood.called);
        figures.extend(measure_one(machine, flood)?);
    }
    Ok(figures)
}

fn measure_one(machine: &Machine, flood: &Flood) -> Result<Figures> {
    let program = machine.target().join("dist/mamori");
    let folder = tempfile::Builder::new().prefix("mamori-bench-").tempdir()?;
    let address = free_address()?;
    let vault_key = folder.path().join("vault.key");
    let made = Command::new(&program).args(["vault", "init"]).arg(&vault_key).output()?;
    if !made.status.success() {
        bail!("`mamori vault init` failed: {}", String::from_utf8_lossy(&made.stderr));
    }
    let config = folder.path().join("mamori.toml");
    fs::write(
        &config,
        format!(
            "{}[database]\nurl = \"sqlite:{}\"\n\n\
             [log]\nlevel = \"warn\"\n\n[console]\norigin = \"{}\"\n\n[staff]\nsign_in_link_min = 60\n\n\
             [vault]\nfolder = \"{}\"\nkey_file = \"{}\"\n",
            server_section(&address),
            folder.path().join("mamori.sqlite").display(),
            origin(&address),
            folder.path().join("evidence").display(),
            vault_key.display(),
        ),
    )?;
    let admin = key(&program, &config, &["admin"])?;
    let flooding = key(&program, &config, &["service", "flooding"])?;
    let other = key(&program, &config, &["service", "other"])?;
    let editor = create_sign_in_link(&program, &config, "editor", "policy_editor")?;
    let reviewer = create_sign_in_link(&program, &config, "reviewer", "reviewer")?;
    let server = Server::start(&program, &config, folder.path())?;
    wait_for(&address, folder.path())?;

    let mut load = Command::new(machine.target().join("dist/examples").join(EXAMPLE));
    load.args([flood.name, &format!("http://{address}"), &origin(&address)]);
    load.arg(server.id()?.to_string()).args([admin, flooding, other, editor, reviewer]);
    Figures::of(&mut load)
}

/// Returns the rows of the table.
pub fn rows(floods: &Figures) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for flood in &FLOODS {
        let get = |name: &str| floods.get(&format!("flood_{}_{name}", flood.name));
        let called = flood.called;
        let mb = |name: &str| Ok::<_, anyhow::Error>(get(name)? / 1e6);
        rows.push(Row {
            what: format!("flood of {called}: a reviewer's view"),
            ours: format!(
                "50 % in {}, 95 % in {}",
                time(get("view_p50_us")?),
                time(get("view_p95_us")?)
            ),
            peer: format!("without it 95 % in {}", time(get("quiet_view_p95_us")?)),
            figure: get("view_p95_us")? / 1e3,
            unit: " ms",
            goal: Goal::Most(2_000.0),
        });
        rows.push(Row {
            what: format!("flood of {called}: a check of another service"),
            ours: format!(
                "50 % in {}, 95 % in {}",
                time(get("check_p50_us")?),
                time(get("check_p95_us")?)
            ),
            peer: format!("without it 95 % in {}", time(get("quiet_check_p95_us")?)),
            figure: get("check_p95_us")? / 1e3,
            unit: " ms",
            goal: Goal::None,
        });
        rows.push(Row {
            what: format!("flood of {called}: growth of the memory"),
            ours: format!("to {} MB at most", short(mb("peak_bytes")?)),
            peer: format!("before {} MB", short(mb("before_bytes")?)),
            figure: mb("peak_bytes")? - mb("before_bytes")?,
            unit: " MB",
            goal: Goal::Most(flood.grown_mb_max),
        });
    }
    Ok(rows)
}

/// Returns the section of the page.
pub fn section(floods: &Figures) -> Result<String> {
    let mut text = format!(
        "{HEADING}\n\nHow a flood of one client or one service affects others:\n\n{}\n\
         | flood | requests done | refused | memory before | highest memory | a minute later |\n\
         |---|--:|--:|--:|--:|--:|\n",
        table(&rows(floods)?),
    );
    for flood in &FLOODS {
        let get = |name: &str| floods.get(&format!("flood_{}_{name}", flood.name));
        let mb = |name: &str| Ok::<_, anyhow::Error>(format!("{} MB", short(get(name)? / 1e6)));
        writeln!(
            text,
            "| {} | {} | {} | {} | {} | {} |",
            flood.called,
            short(get("answered")?),
            short(get("refused")?),
            mb("before_bytes")?,
            mb("peak_bytes")?,
            mb("rest_bytes")?,
        )?;
    }
    text.push_str(
        "\n| flood | a check of another service: 50 % | 95 % | slowest | a reviewer's view: 50 % | 95 % | \
         slowest |\n|---|--:|--:|--:|--:|--:|--:|\n",
    );
    for flood in &FLOODS {
        for (called, prefix) in [("none, before", "quiet_"), (flood.called, "")] {
            let get = |what: &str| {
                floods.get(&format!("flood_{}_{prefix}{what}_us", flood.name)).map(time)
            };
            writeln!(
                text,
                "| {called} | {} | {} | {} | {} | {} | {} |",
                get("check_p50")?,
                get("check_p95")?,
                get("check_max")?,
                get("view_p50")?,
                get("view_p95")?,
                get("view_max")?,
            )?;
        }
    }
    Ok(text)
}
