//! Measures the API under load from the same machine, compared with an empty handler and with the
//! decoder.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Result, bail};

use super::figures::Figures;
use super::row::{Goal, Row, short, time};
use crate::machine::{Machine, run};
use crate::serving::{Server, free_address, key, server_section, wait_for};

/// Number of entries in the bank.
const ENTRIES: u32 = 100_000;
/// Number of open connections.
const CONNECTIONS: &str = "32";
/// Duration of each load.
const TIME: &str = "10s";
/// The least number of checks over which memory is observed.
const CHECKS: f64 = 1e6;

/// The folder of the load scripts, from the root of the checkout.
const SCRIPTS: &str = "crates/server/bench";

/// Measures a server of its own.
pub fn measure(machine: &Machine, work: &Path) -> Result<Figures> {
    let program = machine.target().join("dist/mamori");
    let folder = tempfile::Builder::new().prefix("mamori-bench-").tempdir()?;
    let address = free_address()?;
    let config = folder.path().join("mamori.toml");
    let database = folder.path().join("mamori.sqlite");
    fs::write(
        &config,
        format!(
            "{}[database]\nurl = \"sqlite:{}\"\n\n\
             [limits]\nkey_requests_per_s_max = 0\n\n[log]\nlevel = \"warn\"\n",
            server_section(&address),
            database.display()
        ),
    )?;
    key(&program, &config, &["admin"])?;
    let service = key(&program, &config, &["service", "bench"])?;
    fill(&program, &config, work)?;
    let server = Server::start(&program, &config, folder.path())?;
    wait_for(&address, folder.path())?;

    let load = Load { scripts: machine.root.join(SCRIPTS), address, service };
    let mut figures = Figures::default();
    load.empty("empty", &mut figures)?;
    let hashes = work.join("check.json");
    fs::write(&hashes, CLEAN)?;
    load.post("check", &hashes, "application/json", TIME, &mut figures)?;
    // Measured again, because the speed of a machine changes: once before and once after the check.
    load.empty("empty_again", &mut figures)?;
    let (form, media_type) = form(&fs::read(work.join("usual.jpg"))?);
    let body = work.join("check.form");
    fs::write(&body, form)?;
    load.post("check_jpeg", &body, &media_type, TIME, &mut figures)?;

    watch_memory(&server, &load, &hashes, &mut figures)?;
    Ok(figures)
}

/// Runs a million clean checks, and compares the memory before and after.
fn watch_memory(server: &Server, load: &Load, hashes: &Path, figures: &mut Figures) -> Result<()> {
    let before = server.resident_bytes()?;
    let mut checks = 0.0;
    let mut rounds = Figures::default();
    while checks < CHECKS {
        load.post("flat", hashes, "application/json", "20s", &mut rounds)?;
        checks += rounds.get("flat_requests")?;
    }
    let after = server.resident_bytes()?;
    figures.set("flat_checks", checks);
    figures.set("flat_before_bytes", before);
    figures.set("flat_after_bytes", after);
    Ok(())
}

/// A check of an item that is near no entry.
const CLEAN: &str = r#"{"item_id":"bench","surface":"public","pdq":"0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"}"#;

struct Load {
    scripts: std::path::PathBuf,
    address: String,
    service: String,
}

impl Load {
    fn empty(&self, name: &str, figures: &mut Figures) -> Result<()> {
        let mut wrk = self.wrk("get.lua", "/healthz", TIME);
        wrk.arg(&self.service);
        take(name, &mut wrk, figures)
    }

    fn post(
        &self,
        name: &str,
        body: &Path,
        media_type: &str,
        how_long: &str,
        figures: &mut Figures,
    ) -> Result<()> {
        let mut wrk = self.wrk("post.lua", "/v1/check", how_long);
        wrk.arg(body).args([media_type, &self.service]);
        take(name, &mut wrk, figures)
    }

    fn wrk(&self, script: &str, path: &str, how_long: &str) -> Command {
        let mut wrk = Command::new("wrk");
        wrk.env("MAMORI_BENCH", &self.scripts);
        wrk.args(["-t", "1", "-c", CONNECTIONS, "-d", how_long, "-s"]);
        wrk.arg(self.scripts.join(script)).arg(format!("http://{}{path}", self.address)).arg("--");
        wrk
    }
}

/// Runs a load and stores its figures under `name`; an error if any response is not a success.
fn take(name: &str, wrk: &mut Command, figures: &mut Figures) -> Result<()> {
    println!("{name}:");
    let found = Figures::of(wrk)?;
    if found.get("errors")? > 0.0 {
        bail!("{} answers under the load `{name}` were no success", found.get("errors")?);
    }
    for figure in ["requests", "rate", "p50_us", "p99_us"] {
        figures.set(&format!("{name}_{figure}"), found.get(figure)?);
    }
    Ok(())
}

/// Creates a bank of unrelated hashes that is used everywhere.
fn fill(program: &Path, config: &Path, work: &Path) -> Result<()> {
    let mut list = String::new();
    let mut state = 1_u64;
    for _ in 0..ENTRIES {
        for _ in 0..4 {
            state = state.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
            // Writing into memory cannot fail.
            let _ = write!(list, "{:016x}", state ^ (state >> 29));
        }
        list.push('\n');
    }
    let path = work.join("list.txt");
    fs::write(&path, list)?;
    let mut create = Command::new(program);
    create.args(["bank", "create", "bench", "--config"]).arg(config);
    create.args(["--purpose", "rehearsal", "--source", "drawn by code", "--owner", "bench"]);
    run(create.args(["--legal-basis", "none is needed", "--action", "hold"]))?;
    let mut import = Command::new(program);
    // These are plain random numbers, which do not look like PDQ hashes.
    import.args(["bank", "import", "bench", "--accept-any-pdq"]);
    run(import.arg(&path).arg("--config").arg(config))
}

/// Returns the picture as a multipart form, as a service would send it, and the form's media type.
fn form(picture: &[u8]) -> (Vec<u8>, String) {
    let mut form = Vec::new();
    for (name, value) in [("item_id", "bench"), ("surface", "public")] {
        form.extend_from_slice(
            format!(
                "--a-line\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            )
            .as_bytes(),
        );
    }
    form.extend_from_slice(
        b"--a-line\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n",
    );
    form.extend_from_slice(picture);
    form.extend_from_slice(b"\r\n--a-line--\r\n");
    (form, "multipart/form-data; boundary=a-line".to_owned())
}

/// Returns the rows of the table.
pub fn rows(service: &Figures, hashing: &Figures) -> Result<Vec<Row>> {
    let empty = f64::midpoint(service.get("empty_rate")?, service.get("empty_again_rate")?);
    let check = service.get("check_rate")?;
    let jpeg = service.get("check_jpeg_rate")?;
    let decode = hashing.get("jpeg_1024x768_decoded_a_second")?;
    let grown = service.get("flat_after_bytes")? / service.get("flat_before_bytes")?;
    let p99 = |name: &str| service.get(name).map(time);
    let per_second = |rate: f64| format!("{} a second", short(rate));
    Ok(vec![
        Row {
            what: format!("POST /v1/check with a hash, 99 % in {}", p99("check_p99_us")?),
            ours: per_second(check),
            peer: format!("an empty handler {}", per_second(empty)),
            figure: 100.0 * check / empty,
            unit: " %",
            goal: Goal::Least(60.0),
        },
        Row {
            what: format!(
                "POST /v1/check with a JPEG of 1024 × 768, 99 % in {}",
                p99("check_jpeg_p99_us")?
            ),
            ours: per_second(jpeg),
            peer: format!("what the cores can decode {}", per_second(decode)),
            figure: 100.0 * jpeg / decode,
            unit: " %",
            goal: Goal::Least(85.0),
        },
        Row {
            what: format!(
                "memory after {} M clean checks",
                short(service.get("flat_checks")? / 1e6)
            ),
            ours: format!("{} MB", short(service.get("flat_after_bytes")? / 1e6)),
            peer: format!("before {} MB", short(service.get("flat_before_bytes")? / 1e6)),
            figure: grown,
            unit: "×",
            goal: Goal::Most(1.1),
        },
    ])
}
