//! A hostile administrator's key tries every verb of keys; a colleague, leads and the command line
//! answer its requests.
//!
//! The colleague refuses what would clear items or revoke the keys that this world needs. The
//! verdicts of all later checks then say whether anything took effect without a second actor.

use mamori_desk::banks::change_bank::BankChange;
use mamori_desk::banks::create_bank::NewBank;
use mamori_desk::services::issue_key::NewKey;
use mamori_desk::{Admin, Approver, Desk, Error, NewEntry, Overseer, Proof};
use mamori_model::key::{Role, Scope};
use mamori_model::{
    Action, ApprovalId, Distance, Hash, Jurisdictions, Pdq, PrivateBasis, Purpose, Quality, Reach,
    Refusal, Sensitive, Surface,
};

use super::claims::words;
use super::{in_entries, items, people, services};
use crate::common::new_bank;
use crate::sim::{Simulation, Tried};

/// A bank that the hostile key made.
pub struct Decoy {
    pub id: String,
    pub is_negative: bool,
}

/// An approval request, as its row says.
struct Request {
    id: ApprovalId,
    verb: String,
    requester: String,
    is_harmless: bool,
}

/// One verb of administrators, by a key of the hostile administrator.
pub async fn act(sim: &mut Simulation) -> Result<(), String> {
    let admin = hostile(sim)?;
    match sim.below(17) {
        0 => create_bank(sim, &admin).await,
        1 => change_bank(sim, &admin).await,
        2 => delete_bank(sim, &admin).await,
        3 | 4 => add_entries(sim, &admin).await,
        5 => withdraw(sim, &admin).await,
        6 => rename_service(sim, &admin).await,
        7 => issue_key(sim, &admin).await,
        8 => revoke_key(sim, &admin).await,
        9 => make_alone(sim, &admin).await,
        10 | 11 => Box::pin(in_entries::act(sim, &admin)).await,
        12 => restore_version(sim, &admin).await,
        13 => issue_service_key(sim, &admin).await,
        14 => create_service(sim, &admin).await,
        15 => acknowledge(sim, &admin).await,
        _ => services::delete(sim, admin).await,
    }
}

/// A request is approved, refused or cancelled: by the colleague, a lead, the command line, or the
/// hostile administrator, who must not succeed with an own request.
pub async fn answer(sim: &mut Simulation) -> Result<(), String> {
    let Some(request) = one_request(sim).await? else { return Ok(()) };
    let id = request.id;
    sim.log(format!("   {id}: {} of {}", request.verb, request.requester));
    match sim.below(4) {
        0 => {
            let (admin, from) = (hostile(sim)?, line(sim)?);
            let is_own = from.contains(&request.requester);
            if !is_own && !request.is_harmless {
                return Ok(());
            }
            let verb =
                |desk: Desk| async move { desk.approve_request(Approver::Admin(&admin), id).await };
            match sim.attempt(verb).await {
                Tried::Done(done) if is_own => {
                    return Err(format!("the hostile administrator agreed to itself: {done:?}"));
                }
                tried @ (Tried::Done(_) | Tried::Refused(_) | Tried::Crashed) => {
                    outcome("approve", &tried)?;
                }
            }
        }
        1 => {
            let person = sim.one_of(sim.world.people.len());
            let member = people::proved(sim, person).await?;
            let Some(overseer) = member.change_overseer() else { return Ok(()) };
            let recently = member.recently(sim.clock.now()).unwrap();
            let agrees = request.is_harmless;
            let verb = |desk: Desk| async move {
                if agrees {
                    desk.approve_request(Approver::Staff(&overseer, &recently), id).await
                } else {
                    desk.refuse_request(Overseer::Staff(&overseer), id, &words()).await
                }
            };
            let tried = sim.attempt(verb).await;
            outcome("answer as a lead", &tried)?;
        }
        2 => {
            let admin = sim.admin.clone();
            let verb = |desk: Desk| async move { desk.cancel_request(&admin, id).await };
            let tried = sim.attempt(verb).await;
            outcome("cancel", &tried)?;
        }
        _ => {
            let admin = proof(sim, &sim.world.colleague)?;
            let agrees = request.is_harmless;
            let verb = |desk: Desk| async move {
                if agrees {
                    desk.approve_request(Approver::Admin(&admin), id).await
                } else {
                    desk.refuse_request(Overseer::Admin(&admin), id, &words()).await
                }
            };
            let tried = sim.attempt(verb).await;
            outcome("answer as a colleague", &tried)?;
        }
    }
    sim.catch_up().await?;
    services::replace_deleted(sim).await
}

async fn create_bank(sim: &mut Simulation, admin: &Admin) -> Result<(), String> {
    let purpose = Purpose::ALL[sim.one_of(Purpose::ALL.len())];
    let action = Action::ALL[sim.one_of(Action::ALL.len())];
    let law = PrivateBasis {
        law: "A law, section 12".parse().unwrap(),
        until: sim.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date(),
    };
    let reach = match sim.below(3) {
        0 => Reach::new([Surface::PrivateMessage].into(), Jurisdictions::Everywhere, Some(law)),
        _ => Reach::new([Surface::Public].into(), Jurisdictions::Everywhere, None),
    };
    let name = format!("decoy-{}", sim.below(1_000_000));
    let new = NewBank {
        purpose,
        action: if purpose.is_negative() { Action::None } else { action },
        reach: reach.unwrap(),
        quality_min: if sim.below(2) == 0 { Quality::ANY } else { Quality::TRUSTED_MIN },
        ..new_bank(&name, action)
    };
    let admin = admin.clone();
    let verb = |desk: Desk| async move { desk.create_bank(&admin, new).await };
    let tried = sim.attempt(verb).await;
    outcome("create a bank", &tried)
}

async fn change_bank(sim: &mut Simulation, admin: &Admin) -> Result<(), String> {
    let Some(decoy) = one_decoy(sim).await? else { return Ok(()) };
    let mut change = BankChange::default();
    match sim.below(5) {
        0 => change.action = Some(Action::ALL[sim.one_of(Action::ALL.len())]),
        1 => change.distance_max = Some(Distance(u32::try_from(sim.below(64)).unwrap())),
        2 => change.is_enabled = Some(sim.below(2) == 0),
        3 => change.surfaces = Some([Surface::Public, Surface::Shared].into()),
        _ => change.quality_min = Some(Quality::ANY),
    }
    let (admin, id) = (admin.clone(), decoy.id.parse().unwrap());
    let verb = |desk: Desk| async move { desk.change_bank(&admin, id, change).await };
    let tried = sim.attempt(verb).await;
    outcome("change a bank", &tried)
}

async fn delete_bank(sim: &mut Simulation, admin: &Admin) -> Result<(), String> {
    let Some(decoy) = one_decoy(sim).await? else { return Ok(()) };
    let (admin, id) = (admin.clone(), decoy.id.parse().unwrap());
    let verb = |desk: Desk| async move { desk.delete_bank(&admin, id).await };
    let tried = sim.attempt(verb).await;
    outcome("delete a bank", &tried)
}

/// Into a negative bank: the hashes of listed pictures, to clear them. Into another: a hash that no
/// item of this world has.
async fn add_entries(sim: &mut Simulation, admin: &Admin) -> Result<(), String> {
    let Some(decoy) = one_decoy(sim).await? else { return Ok(()) };
    let hash = if decoy.is_negative {
        items::one_pdq(sim)
    } else {
        Pdq::from([u8::try_from(200 + sim.below(50)).unwrap(); 32])
    };
    let (admin, id) = (admin.clone(), decoy.id.parse().unwrap());
    let entry = NewEntry::bare(Hash::Pdq(hash));
    let restores = sim.below(2) == 0;
    let verb = |desk: Desk| async move {
        if restores {
            desk.restore_entries(&admin, id, &[entry]).await
        } else {
            desk.add_entries(&admin, id, &[entry]).await
        }
    };
    let tried = sim.attempt(verb).await;
    if let (Tried::Done(added), true) = (&tried, decoy.is_negative) {
        return Err(format!("one key added to a negative bank: {added:?}"));
    }
    outcome("add entries", &tried)
}

async fn withdraw(sim: &mut Simulation, admin: &Admin) -> Result<(), String> {
    let Some(decoy) = one_decoy(sim).await? else { return Ok(()) };
    let (admin, id) = (admin.clone(), decoy.id.parse().unwrap());
    let source = "a source".parse().unwrap();
    let verb = |desk: Desk| async move { desk.withdraw_source(&admin, id, &source).await };
    let tried = sim.attempt(verb).await;
    outcome("withdraw a source", &tried)
}

async fn rename_service(sim: &mut Simulation, admin: &Admin) -> Result<(), String> {
    let chosen = sim.one_of(sim.world.services.len());
    let id = sim.world.services[chosen].id;
    let (admin, name) = (admin.clone(), format!("renamed {}", sim.below(100)).parse().unwrap());
    let verb = |desk: Desk| async move { desk.change_service(&admin, id, &name).await };
    let tried = sim.attempt(verb).await;
    outcome("rename a service", &tried)
}

/// An administrator's key, which is not accepted before a second actor has agreed.
async fn issue_key(sim: &mut Simulation, admin: &Admin) -> Result<(), String> {
    let scopes = match sim.below(2) {
        0 => None,
        _ => Some(vec![Scope::Keys, Scope::EntriesWrite]),
    };
    let new = NewKey { scopes, ..NewKey::whole(Role::Admin, "decoy".parse().unwrap()) };
    let admin = admin.clone();
    let verb = |desk: Desk| async move { desk.issue_key(&admin, new).await };
    match sim.attempt(verb).await {
        Tried::Done(issued) => {
            sim.catch_up().await?;
            let accepted = sim.desk.authenticate(issued.token.reveal(), None);
            if issued.waits_for.is_none() || accepted.is_some() {
                return Err(format!("one key issued an administrator's key: {:?}", issued.key));
            }
            sim.world.hostile.push(issued.token);
            Ok(())
        }
        tried @ (Tried::Refused(_) | Tried::Crashed) => outcome("issue a key", &tried),
    }
}

async fn revoke_key(sim: &mut Simulation, admin: &Admin) -> Result<(), String> {
    let keys = "SELECT 'key_' || lower(hex(id)) FROM api_key WHERE name <> 'hostile' ORDER BY id";
    let keys = sim.tables.texts(keys).await?;
    let id = keys[sim.one_of(keys.len())].parse().unwrap();
    let admin = admin.clone();
    let verb = |desk: Desk| async move { desk.revoke_key(&admin, id).await };
    let tried = sim.attempt(verb).await;
    outcome("revoke a key", &tried)?;
    sim.catch_up().await?;
    proof(sim, &sim.world.colleague).map(drop)
}

/// An earlier version of a bank's settings, which may act where the newest does not.
async fn restore_version(sim: &mut Simulation, admin: &Admin) -> Result<(), String> {
    let Some(decoy) = one_decoy(sim).await? else { return Ok(()) };
    let (admin, id) = (admin.clone(), decoy.id.parse().unwrap());
    let version = 1 + u32::try_from(sim.below(4)).unwrap();
    let verb = |desk: Desk| async move { desk.restore_bank_version(&admin, id, version).await };
    let tried = sim.attempt(verb).await;
    outcome("restore a version", &tried)
}

/// A key of a service, which needs no second actor.
async fn issue_service_key(sim: &mut Simulation, admin: &Admin) -> Result<(), String> {
    let chosen = sim.one_of(sim.world.services.len());
    let role = Role::Service(sim.world.services[chosen].id);
    let (admin, new) = (admin.clone(), NewKey::whole(role, "decoy".parse().unwrap()));
    let verb = |desk: Desk| async move { desk.issue_key(&admin, new).await };
    let tried = sim.attempt(verb).await;
    outcome("issue a service's key", &tried)
}

async fn create_service(sim: &mut Simulation, admin: &Admin) -> Result<(), String> {
    let admin = admin.clone();
    let verb =
        |desk: Desk| async move { desk.create_service(&admin, "a decoy".parse().unwrap()).await };
    let tried = sim.attempt(verb).await;
    outcome("create a service", &tried)
}

/// A notice of a change, which the actor who made it, and keys of the same tree, cannot remove.
async fn acknowledge(sim: &mut Simulation, admin: &Admin) -> Result<(), String> {
    let query = "SELECT 'note_' || lower(hex(id)) || ' ' || coalesce(actor_id, '-')
                   FROM change_notice WHERE acknowledged_at IS NULL ORDER BY id";
    let rows = sim.tables.words::<2>(query).await?;
    if rows.is_empty() {
        return Ok(());
    }
    let [id, actor] = rows[sim.one_of(rows.len())].clone();
    let is_own = line(sim)?.contains(&actor);
    let (admin, id) = (admin.clone(), id.parse().map_err(|_| format!("{id} is no notice"))?);
    let verb =
        |desk: Desk| async move { desk.acknowledge_notice(Overseer::Admin(&admin), id).await };
    match sim.attempt(verb).await {
        Tried::Done(()) if is_own => Err(format!("the hostile administrator removed {id}")),
        tried @ (Tried::Done(()) | Tried::Refused(_) | Tried::Crashed) => {
            outcome("acknowledge", &tried)
        }
    }
}

/// The hostile administrator has a request take effect alone, or tries to before the delay.
async fn make_alone(sim: &mut Simulation, admin: &Admin) -> Result<(), String> {
    let Some(request) = one_request(sim).await? else { return Ok(()) };
    if !request.is_harmless {
        return Ok(());
    }
    let (admin, id) = (admin.clone(), request.id);
    let verb = |desk: Desk| async move { desk.apply_request_alone(&admin, id).await };
    let tried = sim.attempt(verb).await;
    outcome("apply alone", &tried)?;
    sim.catch_up().await?;
    services::replace_deleted(sim).await
}

/// A refusal with a reason is an answer; a bug is not.
pub fn outcome<T>(what: &str, tried: &Tried<T>) -> Result<(), String> {
    match tried {
        Tried::Refused(error @ (Error::Internal { .. } | Error::Unavailable(_))) => {
            Err(format!("{what}: {error:?}"))
        }
        Tried::Refused(Error::Refused(Refusal::CaseStale)) => Err(format!("{what}: no case")),
        Tried::Done(_) | Tried::Refused(_) | Tried::Crashed => Ok(()),
    }
}

/// One of the hostile administrator's keys that are accepted.
fn hostile(sim: &mut Simulation) -> Result<Admin, String> {
    let chosen = sim.one_of(sim.world.hostile.len());
    let of = |token: &Sensitive<String>| proof(sim, token);
    of(&sim.world.hostile[chosen]).or_else(|_| of(&sim.world.hostile[0]))
}

/// The ids of the hostile administrator's keys that are accepted.
fn line(sim: &Simulation) -> Result<Vec<String>, String> {
    let accepted = sim.world.hostile.iter().filter_map(|token| proof(sim, token).ok());
    let ids: Vec<_> = accepted.filter_map(|admin| admin.key()).map(|id| id.to_string()).collect();
    if ids.is_empty() { Err("the hostile key is not accepted".to_owned()) } else { Ok(ids) }
}

fn proof(sim: &Simulation, token: &Sensitive<String>) -> Result<Admin, String> {
    match sim.desk.authenticate(token.reveal(), None) {
        Some(Proof::Admin(admin)) => Ok(admin),
        other => Err(format!("an administrator's key proves {other:?}")),
    }
}

pub async fn one_decoy(sim: &mut Simulation) -> Result<Option<Decoy>, String> {
    let query = "SELECT 'bank_' || lower(hex(id)) || ' ' || purpose FROM bank
                  WHERE name LIKE 'decoy-%' AND deleted_at IS NULL ORDER BY id";
    let rows = sim.tables.words::<2>(query).await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let [id, purpose] = rows[sim.one_of(rows.len())].clone();
    Ok(Some(Decoy { id, is_negative: purpose == Purpose::KnownBenign.as_str() }))
}

/// One request that waits. Harmless are those after which this world goes on as it is: no item is
/// cleared, and the keys of the colleague and of the services stay.
async fn one_request(sim: &mut Simulation) -> Result<Option<Request>, String> {
    let query = "SELECT 'apr_' || lower(hex(r.id)) || ' ' || r.verb || ' '
                        || coalesce(r.requester_id, '-') || ' ' || coalesce(b.purpose, '-') || ' '
                        || coalesce((SELECT replace(k.name, ' ', '-') FROM api_key k
                               WHERE 'key_' || lower(hex(k.id)) = r.target), '-')
                   FROM approval_request r LEFT JOIN bank b ON b.id = r.bank_id
                  WHERE r.state = 'waiting' ORDER BY r.id";
    let rows = sim.tables.words::<5>(query).await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let [id, verb, requester, purpose, key] = rows[sim.one_of(rows.len())].clone();
    let clears = purpose == Purpose::KnownBenign.as_str() && verb != "delete_bank";
    let is_harmless = !clears && (verb != "revoke_key" || key == "decoy");
    Ok(Some(Request { id: id.parse().unwrap(), verb, requester, is_harmless }))
}
