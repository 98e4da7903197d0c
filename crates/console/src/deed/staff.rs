//! The forms of people: somebody comes, what they may do changes, they get a new link, they leave.
//! All of it asks for a recent proof.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use mamori_desk::add_staff::{NewStaff, StaffAdmin};
use mamori_desk::member::Administrator;
use mamori_model::staff::{OwnLimits, StaffName};
use mamori_model::{Language, Line, Sensitive, StaffId, StaffRole};
use serde::Deserialize;

use super::wrong;
use crate::app::Console;
use crate::fault::{Fault, page};
use crate::form::Form;
use crate::frame::Frame;
use crate::guard::Recent;
use crate::page::staff::{HERE, LinkPage};
use crate::show;

/// Somebody who comes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comes {
    name: String,
    shown: String,
    language: String,
    #[serde(default)]
    role: Vec<String>,
}

/// `POST /console/staff`: their link is on the page that answers, and nowhere else.
pub async fn add(
    State(console): State<Console>,
    boss: Recent<Administrator>,
    Form(form): Form<Comes>,
) -> Result<Response, Fault> {
    let name: StaffName = form.name.parse().map_err(|_| wrong("name").on_to(HERE))?;
    let shown: Line = form.shown.parse().map_err(|_| wrong("shown").on_to(HERE))?;
    let language = Language::parse(&form.language).ok_or_else(|| wrong("language").on_to(HERE))?;
    let new = NewStaff { name, shown, roles: roles(&form.role)?, language };
    let by = StaffAdmin::Recently(&boss.recently);
    let added = console.desk.add_staff(by, new).await.map_err(to_list)?;
    link(&console, &boss, (added.staff.id, &added.staff.shown), &added.ticket)
}

/// What is to become of somebody.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Change {
    what: String,
    #[serde(default)]
    role: Vec<String>,
    #[serde(default)]
    looks: String,
    #[serde(default)]
    minutes: String,
    #[serde(default)]
    points: String,
}

/// `POST /console/staff/{staff}`.
pub async fn change(
    State(console): State<Console>,
    boss: Recent<Administrator>,
    Path(staff): Path<String>,
    Form(form): Form<Change>,
) -> Result<Response, Fault> {
    let who: StaffId = staff.parse().map_err(|_| Fault::not_found())?;
    let by = StaffAdmin::Recently(&boss.recently);
    let desk = &console.desk;
    let back = |error: mamori_desk::Error| Fault::from(error).on_to(format!("{HERE}/{who}"));
    match form.what.as_str() {
        "roles" => desk.change_roles(by, who, roles(&form.role)?).await.map_err(back)?,
        "dose" => {
            let dose = OwnLimits {
                looks: limit("looks", &form.looks)?,
                minutes: limit("minutes", &form.minutes)?,
                points: limit("points", &form.points)?,
            };
            desk.change_dose(by, who, dose).await.map_err(back)?;
        }
        "ticket" => {
            let reader = mamori_desk::list_staff::StaffReader::Administrator(&boss.proof);
            let staff = desk.staff(reader, who).await?;
            let ticket = desk.welcome_again(by, who).await.map_err(back)?;
            return link(&console, &boss, (who, &staff.shown), &ticket);
        }
        "end" => desk.end_staff(by, who).await.map_err(back)?,
        _ => return Err(wrong("what")),
    }
    Ok(Redirect::to(&format!("{HERE}/{who}?kept=1")).into_response())
}

fn roles(words: &[String]) -> Result<BTreeSet<StaffRole>, Fault> {
    let role = |word: &String| StaffRole::parse(word).ok_or_else(|| wrong("role"));
    words.iter().map(role).collect()
}

/// A limit of one's own, from 1; an empty field leaves it to the operator.
fn limit(field: &'static str, text: &str) -> Result<Option<u32>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    let number: u32 = text.parse().map_err(|_| wrong(field))?;
    if number == 0 { Err(wrong(field)) } else { Ok(Some(number)) }
}

fn link(
    console: &Console,
    boss: &Recent<Administrator>,
    (id, shown): (StaffId, &Line),
    ticket: &Sensitive<String>,
) -> Result<Response, Fault> {
    let frame = Frame::of(&boss.found).at(HERE);
    page(&LinkPage {
        frame: &frame,
        shown: show::text(shown.as_str()),
        id: id.to_string(),
        link: format!("{}/console/welcome/{}", console.settings.origin, ticket.reveal()),
    })
}

fn to_list(error: mamori_desk::Error) -> Fault {
    Fault::from(error).on_to(HERE)
}
