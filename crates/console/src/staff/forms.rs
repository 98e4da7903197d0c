//! The forms of staff accounts: create, change roles, services and policies, set exposure limits,
//! issue a new enrolment link, deactivate. Each needs a recent proof of identity; if that is too old, or a field is
//! wrong, the form is shown again with its content.

use std::collections::BTreeSet;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use mamori_desk::SessionLookup;
use mamori_desk::staff::add_staff::{NewStaff, StaffAdmin};
use mamori_desk::staff::list_staff::StaffReader;
use mamori_model::staff::OwnLimits;
use mamori_model::{Line, Sensitive, StaffId, StaffRole};
use serde::Deserialize;

use crate::app::Console;
use crate::fault::{Fault, page};
use crate::field::wrong;
use crate::form::Form;
use crate::frame::Frame;
use crate::guard::{Administrator, People, PeopleProof};
use crate::staff::assignment::AssignmentInput;
use crate::staff::page::LastForm;
use crate::staff::page::LinkPage;
use crate::staff::page::PATH;
use crate::staff::page::Params;
use crate::staff::page::StaffInput;
use crate::staff::page::answer_list;
use crate::staff::page::answer_person;
use crate::{messages, show};

/// The form that creates a staff account.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewStaffForm {
    name: String,
    display_name: String,
    language: String,
    #[serde(default)]
    role: Vec<String>,
    services: String,
    #[serde(default)]
    service: Vec<String>,
    policies: String,
    #[serde(default)]
    policy: Vec<String>,
}

/// `POST /console/staff`: creates a staff account. Its enrolment link is shown on the page that
/// answers, and nowhere else.
pub async fn add(
    State(console): State<Console>,
    administrator: Administrator,
    Form(form): Form<NewStaffForm>,
) -> Result<Response, Fault> {
    let added =
        match (form.read(), administrator.session.member.recently(console.desk.clock().now())) {
            (Err(fault), _) => Err(fault),
            (_, Err(stale)) => Err(stale.into()),
            (Ok(new), Ok(recently)) => {
                let by = StaffAdmin::RecentlyAuthenticated(&recently);
                console.desk.add_staff(by, new).await.map_err(Fault::from)
            }
        };
    match added {
        Ok(added) => link(
            &console,
            &administrator.session,
            (added.staff.id, &added.staff.display_name),
            &added.link,
        ),
        Err(fault) => {
            let last_form = LastForm { input: form.input(), fault: Some(fault) };
            answer_list(&console, &people(administrator), &Params::default(), last_form).await
        }
    }
}

impl NewStaffForm {
    fn read(&self) -> Result<NewStaff, Fault> {
        Ok(NewStaff {
            name: self.name.parse().map_err(|_| wrong("name"))?,
            display_name: self.display_name.parse().map_err(|_| wrong("display_name"))?,
            roles: roles(&self.role)?,
            assignment: self.assignment().read()?,
            language: messages::language(&self.language).ok_or_else(|| wrong("language"))?,
        })
    }

    fn assignment(&self) -> AssignmentInput {
        AssignmentInput {
            services: self.services.clone(),
            service: self.service.clone(),
            policies: self.policies.clone(),
            policy: self.policy.clone(),
        }
    }

    fn input(self) -> StaffInput {
        StaffInput {
            assignment: Some(self.assignment()),
            name: self.name,
            display_name: self.display_name,
            language: messages::language(&self.language),
            roles: Some(self.role),
            limits: None,
        }
    }
}

/// The form that changes a staff account. `what` is `roles`, `assignment`, `limits`, `link` or `end`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeStaffForm {
    what: String,
    #[serde(default)]
    role: Vec<String>,
    #[serde(default)]
    services: String,
    #[serde(default)]
    service: Vec<String>,
    #[serde(default)]
    policies: String,
    #[serde(default)]
    policy: Vec<String>,
    #[serde(default)]
    views: String,
    #[serde(default)]
    minutes: String,
    #[serde(default)]
    points: String,
    /// `yes` if the administrator confirmed that the account is to be deactivated.
    #[serde(default)]
    confirmed: String,
}

/// `POST /console/staff/{staff}`: changes a staff account.
pub async fn change(
    State(console): State<Console>,
    administrator: Administrator,
    Path(staff): Path<String>,
    Form(form): Form<ChangeStaffForm>,
) -> Result<Response, Fault> {
    let who: StaffId = staff.parse().map_err(|_| Fault::not_found())?;
    match changed(&console, &administrator, who, &form).await {
        Ok(Some((display_name, token))) => {
            link(&console, &administrator.session, (who, &display_name), &token)
        }
        Ok(None) => Ok(Redirect::to(&format!("{PATH}/{who}?saved=1")).into_response()),
        Err(fault) => {
            let last_form = LastForm { input: form.input(), fault: Some(fault) };
            answer_person(&console, &people(administrator), who, false, last_form).await
        }
    }
}

/// Makes the change. If it is a new enrolment link, returns the display name of the staff member
/// and the token of the link.
async fn changed(
    console: &Console,
    administrator: &Administrator,
    who: StaffId,
    form: &ChangeStaffForm,
) -> Result<Option<(Line, Sensitive<String>)>, Fault> {
    let desk = &console.desk;
    let recently = administrator.session.member.recently(desk.clock().now())?;
    let by = StaffAdmin::RecentlyAuthenticated(&recently);
    match form.what.as_str() {
        "roles" => desk.change_roles(by, who, roles(&form.role)?).await?,
        "assignment" => desk.change_assignment(by, who, form.assignment().read()?).await?,
        "limits" => desk.change_exposure_limits(by, who, form.limits()?).await?,
        "link" => {
            let staff = desk.staff(StaffReader::Administrator(&administrator.proof), who).await?;
            return Ok(Some((staff.display_name, desk.enroll_again(by, who).await?)));
        }
        "end" if form.confirmed != "yes" => return Err(wrong("confirmed")),
        "end" => desk.end_staff(by, who).await?,
        _ => return Err(wrong("what")),
    }
    Ok(None)
}

impl ChangeStaffForm {
    fn assignment(&self) -> AssignmentInput {
        AssignmentInput {
            services: self.services.clone(),
            service: self.service.clone(),
            policies: self.policies.clone(),
            policy: self.policy.clone(),
        }
    }

    fn limits(&self) -> Result<OwnLimits, Fault> {
        Ok(OwnLimits {
            views: limit("views", &self.views)?,
            minutes: limit("minutes", &self.minutes)?,
            points: limit("points", &self.points)?,
        })
    }

    fn input(self) -> StaffInput {
        let number = |text: &str| text.parse().ok();
        let limits = OwnLimits {
            views: number(&self.views),
            minutes: number(&self.minutes),
            points: number(&self.points),
        };
        StaffInput {
            assignment: (self.what == "assignment").then(|| self.assignment()),
            roles: (self.what == "roles").then_some(self.role),
            limits: (self.what == "limits").then_some(limits),
            ..StaffInput::default()
        }
    }
}

/// Converts the administrator's proof into the proof with which the list of staff is read.
fn people(administrator: Administrator) -> People {
    People {
        proof: PeopleProof::Administrator(administrator.proof),
        session: administrator.session,
    }
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
    session: &SessionLookup,
    (id, display_name): (StaffId, &Line),
    token: &Sensitive<String>,
) -> Result<Response, Fault> {
    let frame = Frame::of(session).at(PATH);
    page(&LinkPage {
        frame: &frame,
        display_name: show::text(display_name.as_str()),
        id: id.to_string(),
        link: format!("{}/console/enroll/{}", console.settings.origin, token.reveal()),
    })
}
