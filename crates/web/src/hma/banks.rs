//! `/c/banks` and `/c/bank/{bank_name}`: the banks, of which HMA knows only a name and a ratio.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use mamori_desk::banks::change_bank::BankChange;
use mamori_desk::banks::create_bank::NewBank;
use mamori_desk::{Error, Proof};
use mamori_model::page::PageSize;
use mamori_model::{Action, Bank, BankName, Distance, Quality};
use serde_json::{Value, json};

use super::fault::Fault;
use super::guard::{Anyone, Curator};
use super::request::{Body, Segments, is_on, json_flag, json_ratio, ratio};
use super::{Hma, Settings};
use crate::guard::scope;

/// Returns the bank in HMA's form.
pub fn bank_json(bank: &Bank) -> Value {
    json!({ "name": bank.name, "matching_enabled_ratio": ratio(bank.is_enabled) })
}

/// Returns the bank of this name; [`Error::NotFound`] also for one that these routes do not show.
async fn named(hma: &Hma, proof: &Proof, name: &BankName) -> Result<Bank, Error> {
    let bank = hma.desk.bank_named(proof, name).await?;
    Some(bank).filter(|bank| hma.settings.shows(bank)).ok_or(Error::NotFound("bank"))
}

/// Returns the bank of this name, or 404.
pub async fn find(hma: &Hma, proof: &Proof, name: &str) -> Result<Bank, Fault> {
    let parsed: BankName = name.parse().map_err(|_| Fault::no_bank(name))?;
    named(hma, proof, &parsed).await.map_err(|error| {
        if matches!(error, Error::NotFound(_)) { Fault::no_bank(name) } else { error.into() }
    })
}

/// `GET /c/banks`: lists the banks; with keys, also those that were not created here.
pub async fn list(
    Anyone(proof, ..): Anyone<scope::BanksRead>,
    State(hma): State<Hma>,
) -> Result<Json<Vec<Value>>, Fault> {
    let size = PageSize::new(PageSize::MAX).unwrap_or(PageSize::DEFAULT);
    let mut banks = Vec::new();
    let mut after = None;
    loop {
        let page = hma.desk.banks(&proof, after, size).await?;
        let shown = page.rows.iter().filter(|bank| hma.settings.shows(bank));
        banks.extend(shown.map(bank_json));
        after = page.next;
        if after.is_none() {
            return Ok(Json(banks));
        }
    }
}

/// `GET /c/bank/{bank_name}`: reads a bank.
pub async fn show(
    Anyone(proof, ..): Anyone<scope::BanksRead>,
    State(hma): State<Hma>,
    Segments(name): Segments<String>,
) -> Result<Json<Value>, Fault> {
    find(&hma, &proof, &name).await.map(|bank| Json(bank_json(&bank)))
}

/// `POST /c/banks`: creates a bank whose matches have no effect by themselves, as in HMA.
pub async fn create(
    Curator(admin, ..): Curator<scope::BanksWrite>,
    State(hma): State<Hma>,
    body: Body,
) -> Result<(StatusCode, Json<Value>), Fault> {
    let name = read_name(body.text("name")?)?;
    let is_enabled = read_enabled(&body)?.unwrap_or(true);
    let new = new_bank(&hma.settings, name, is_enabled);
    let taken = |error| Fault::of_taken_name(error, "Bank already exists");
    let bank = hma.desk.create_bank_through_hma(&admin, new).await.map_err(taken)?;
    Ok((StatusCode::CREATED, Json(bank_json(&bank))))
}

/// `PUT /c/bank/{bank_name}`: renames, enables or disables a bank.
pub async fn change(
    curator: Curator<scope::BanksWrite>,
    State(hma): State<Hma>,
    Segments(name): Segments<String>,
    body: Body,
) -> Result<Json<Value>, Fault> {
    let bank = find(&hma, &curator.proof(), &name).await?;
    let name = body.get("name").map(|_| body.text("name")).transpose()?;
    let change = BankChange {
        name: name.map(read_name).transpose()?,
        is_enabled: read_enabled(&body)?,
        ..BankChange::default()
    };
    let taken = |error| Fault::of_taken_name(error, "Bank name already exists");
    let bank = hma.desk.change_bank(&curator.0, bank.id, change).await.map_err(taken)?;
    Ok(Json(bank_json(&bank)))
}

/// `DELETE /c/bank/{bank_name}`: deletes a bank; succeeds also if it does not exist.
pub async fn delete(
    curator: Curator<scope::BanksWrite>,
    State(hma): State<Hma>,
    Segments(name): Segments<String>,
) -> Result<Json<Value>, Fault> {
    let done = Json(json!({ "message": "Done" }));
    let Ok(name) = name.parse::<BankName>() else { return Ok(done) };
    let deleted = match named(&hma, &curator.proof(), &name).await {
        Ok(bank) => hma.desk.delete_bank(&curator.0, bank.id).await,
        Err(error) => Err(error),
    };
    match deleted {
        Ok(()) | Err(Error::NotFound(_)) => Ok(done),
        Err(error) => Err(error.into()),
    }
}

fn new_bank(settings: &Settings, name: BankName, is_enabled: bool) -> NewBank {
    NewBank {
        name,
        purpose: settings.purpose,
        source: settings.source.clone(),
        legal_basis: settings.legal_basis.clone(),
        owner: settings.owner.clone(),
        reach: settings.reach.clone(),
        distance_max: Distance::PDQ_SAME_MAX,
        quality_min: Quality::TRUSTED_MIN,
        transforms: None,
        action: Action::None,
        is_enabled,
    }
}

/// Parses a name. HMA's names are narrower than Mamori's: capitals, digits and `_`, no digit first.
fn read_name(text: &str) -> Result<BankName, Fault> {
    let is_upper = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
    let starts_well = !text.starts_with(|first: char| first.is_ascii_digit());
    if text.is_empty() || !starts_well || !text.bytes().all(is_upper) {
        return Err(Fault::bad("Bank names must be UPPER_WITH_UNDERSCORE"));
    }
    text.parse().map_err(|_| Fault::bad("Bank names have at most 64 characters here"))
}

/// Reads `enabled_ratio` or, without it, `enabled`.
fn read_enabled(body: &Body) -> Result<Option<bool>, Fault> {
    if let Some(ratio) = body.get("enabled_ratio") {
        return is_on(json_ratio(ratio)?).map(Some);
    }
    body.get("enabled").map(json_flag).transpose()
}
