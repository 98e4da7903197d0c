//! The forms of staff accounts: create, change roles, set exposure limits, issue a new enrolment
//! link, deactivate. Each needs a recent proof of identity; if that is too old, or a field is
//! wrong, the form is shown again with its content.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use mamori_desk::Found;
use mamori_desk::staff::add_staff::{NewStaff, StaffAdmin};
use mamori_desk::staff::list_staff::StaffReader;
use mamori_model::staff::OwnLimits;
use mamori_model::{Language, Line, Sensitive, StaffId, StaffRole};
use serde::Deserialize;

use crate::app::Console;
use crate::fault::{Fault, page};
use crate::field::wrong;
use crate::form::Form;
use crate::frame::Frame;
use crate::guard::{Administrator, People, PeopleProof};
use crate::show;
use crate::staff::page::Behind;
use crate::staff::page::HERE;
use crate::staff::page::Last;
use crate::staff::page::LinkPage;
use crate::staff::page::Typed;
use crate::staff::page::answer_list;
use crate::staff::page::answer_person;

/// The form that creates a staff account.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comes {
    name: String,
    shown: String,
    language: String,
    #[serde(default)]
    role: Vec<String>,
}

/// `POST /console/staff`: creates a staff account. Its enrolment link is shown on the page that
/// answers, and nowhere else.
pub async fn add(
    State(console): State<Console>,
    boss: Administrator,
    Form(form): Form<Comes>,
) -> Result<Response, Fault> {
    let added = match (form.read(), boss.found.member.recently(console.desk.clock().now())) {
        (Err(fault), _) => Err(fault),
        (_, Err(stale)) => Err(stale.into()),
        (Ok(new), Ok(recently)) => {
            let by = StaffAdmin::Recently(&recently);
            console.desk.add_staff(by, new).await.map_err(Fault::from)
        }
    };
    match added {
        Ok(added) => {
            link(&console, &boss.found, (added.staff.id, &added.staff.shown), &added.ticket)
        }
        Err(fault) => {
            let last = Last { typed: form.typed(), fault: Some(fault) };
            answer_list(&console, &people(boss), &Behind::default(), last).await
        }
    }
}

impl Comes {
    fn read(&self) -> Result<NewStaff, Fault> {
        Ok(NewStaff {
            name: self.name.parse().map_err(|_| wrong("name"))?,
            shown: self.shown.parse().map_err(|_| wrong("shown"))?,
            roles: roles(&self.role)?,
            language: Language::parse(&self.language).ok_or_else(|| wrong("language"))?,
        })
    }

    fn typed(self) -> Typed {
        Typed {
            name: self.name,
            shown: self.shown,
            language: Language::parse(&self.language),
            roles: Some(self.role),
            dose: None,
        }
    }
}

/// The form that changes a staff account. `what` is `roles`, `dose`, `ticket` or `end`.
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

/// `POST /console/staff/{staff}`: changes a staff account.
pub async fn change(
    State(console): State<Console>,
    boss: Administrator,
    Path(staff): Path<String>,
    Form(form): Form<Change>,
) -> Result<Response, Fault> {
    let who: StaffId = staff.parse().map_err(|_| Fault::not_found())?;
    match changed(&console, &boss, who, &form).await {
        Ok(Some((shown, ticket))) => link(&console, &boss.found, (who, &shown), &ticket),
        Ok(None) => Ok(Redirect::to(&format!("{HERE}/{who}?kept=1")).into_response()),
        Err(fault) => {
            let last = Last { typed: form.typed(), fault: Some(fault) };
            answer_person(&console, &people(boss), who, false, last).await
        }
    }
}

/// Makes the change. If it is a new enrolment link, returns the display name of the staff member
/// and the ticket of the link.
async fn changed(
    console: &Console,
    boss: &Administrator,
    who: StaffId,
    form: &Change,
) -> Result<Option<(Line, Sensitive<String>)>, Fault> {
    let desk = &console.desk;
    let recently = boss.found.member.recently(desk.clock().now())?;
    let by = StaffAdmin::Recently(&recently);
    match form.what.as_str() {
        "roles" => desk.change_roles(by, who, roles(&form.role)?).await?,
        "dose" => desk.change_dose(by, who, form.dose()?).await?,
        "ticket" => {
            let staff = desk.staff(StaffReader::Administrator(&boss.proof), who).await?;
            return Ok(Some((staff.shown, desk.welcome_again(by, who).await?)));
        }
        "end" => desk.end_staff(by, who).await?,
        _ => return Err(wrong("what")),
    }
    Ok(None)
}

impl Change {
    fn dose(&self) -> Result<OwnLimits, Fault> {
        Ok(OwnLimits {
            looks: limit("looks", &self.looks)?,
            minutes: limit("minutes", &self.minutes)?,
            points: limit("points", &self.points)?,
        })
    }

    fn typed(self) -> Typed {
        let number = |text: &str| text.parse().ok();
        let dose = OwnLimits {
            looks: number(&self.looks),
            minutes: number(&self.minutes),
            points: number(&self.points),
        };
        Typed {
            roles: (self.what == "roles").then_some(self.role),
            dose: (self.what == "dose").then_some(dose),
            ..Typed::default()
        }
    }
}

/// Converts the administrator's proof into the proof with which the list of staff is read.
fn people(boss: Administrator) -> People {
    People { proof: PeopleProof::Administrator(boss.proof), found: boss.found }
}

fn roles(words: &[String]) -> Result<BTreeSet<StaffRole>, Fault> {
    let role = |word: &String| StaffRole::parse(word).ok_or_else(|| wrong("role"));
    words.iter().map(role).collect()
}

/// Parses an exposure limit of the staff member's own, from 1; an empty field: the operator's
/// common limit applies.
fn limit(field: &'static str, text: &str) -> Result<Option<u32>, Fault> {
    if text.is_empty() {
        return Ok(None);
    }
    let number: u32 = text.parse().map_err(|_| wrong(field))?;
    if number == 0 { Err(wrong(field)) } else { Ok(Some(number)) }
}

fn link(
    console: &Console,
    found: &Found,
    (id, shown): (StaffId, &Line),
    ticket: &Sensitive<String>,
) -> Result<Response, Fault> {
    let frame = Frame::of(found).at(HERE);
    page(&LinkPage {
        frame: &frame,
        shown: show::text(shown.as_str()),
        id: id.to_string(),
        link: format!("{}/console/welcome/{}", console.settings.origin, ticket.reveal()),
    })
}
