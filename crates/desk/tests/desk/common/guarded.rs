//! One change for each reason that needs a second actor.

use futures_util::stream;
use jiff::SignedDuration;
use jiff::civil::date;
use mamori_desk::Admin;
use mamori_desk::banks::change_bank::{BankChange, PrivateBasisChange};
use mamori_desk::banks::create_bank::NewBank;
use mamori_desk::banks::import_entries::ImportOptions;
use mamori_desk::banks::import_lines::LineFormat;
use mamori_desk::services::issue_key::NewKey;
use mamori_model::key::Role;
use mamori_model::{
    Action, ApprovalRequest, BankId, Distance, EntryChange, EntryId, Hash, HashKind, Jurisdictions,
    KeyId, Line, Patch, PrivateBasis, Purpose, Quality, Reach, Reason, ServiceId, Surface,
    Transforms,
};
use mamori_store::NewEntry;

use super::TestApp;
use super::actors::{real_bank, waits};

/// What a change is about: a bank with one entry, a service, and a key that the command line issued.
/// The changes of [`Self::ask`] wait after the first day of the installation.
pub struct Subject {
    reason: Reason,
    name: String,
    bank: BankId,
    entry: EntryId,
    service: ServiceId,
    key: KeyId,
}

fn md5(number: u8) -> NewEntry {
    NewEntry::bare(Hash::Md5([number; 16].into()))
}

fn source() -> Line {
    "a source".parse().unwrap()
}

/// The bank that a change for this reason is about.
fn bank_for(reason: Reason, name: &str) -> NewBank {
    let acting = || real_bank(name, Action::Hold);
    let noting = || real_bank(name, Action::None);
    match reason {
        Reason::EnableActingBank => NewBank { is_enabled: false, ..acting() },
        Reason::AddActingEntries | Reason::ApproveSource | Reason::PostponeEnd => acting(),
        Reason::AddBenignEntries => NewBank { purpose: Purpose::KnownBenign, ..noting() },
        Reason::WidenReach => {
            let public = [Surface::Public].into();
            NewBank {
                reach: Reach::new(public, Jurisdictions::Everywhere, None).unwrap(),
                ..noting()
            }
        }
        Reason::WidenTransforms => NewBank { transforms: Some(Transforms::None), ..noting() },
        Reason::DeleteService
        | Reason::DeleteBank
        | Reason::CreateActingBank
        | Reason::RaiseAction
        | Reason::OpenBenignBank
        | Reason::MassWithdrawal
        | Reason::OpenPrivateMessages
        | Reason::RaiseDistance
        | Reason::LowerQuality
        | Reason::IssueAdminKey
        | Reason::RevokeOtherKey => noting(),
    }
}

impl Subject {
    /// Creates the subject of a change for this reason, on the first day of the installation.
    pub async fn create(app: &TestApp, reason: Reason, name: &str) -> Self {
        let (desk, who) = (&app.desk, &app.admin);
        let bank = desk.create_bank(who, bank_for(reason, name)).await.unwrap().id;
        let entries = if reason == Reason::MassWithdrawal { 101 } else { 1 };
        let entries: Vec<_> = (0..entries)
            .map(|number| {
                let mut entry = md5(number);
                entry.metadata.source_id = Some(source()).into();
                entry.metadata.expires_at = Patch::Value(app.clock.now() + hours(24 * 365));
                entry
            })
            .collect();
        let added = desk.add_entries(who, bank, &entries).await.unwrap();
        let service = desk.create_service(who, name.parse().unwrap()).await.unwrap().id;
        let key = NewKey::whole(Role::Service(app.caller.service()), name.parse().unwrap());
        let key = desk.issue_key(who, key).await.unwrap().key.id;
        let entry = added.entries[0].unwrap();
        Self { reason, name: name.to_owned(), bank, entry, service, key }
    }

    /// Returns why the change needs a second actor.
    pub fn reason(&self) -> Reason {
        self.reason
    }

    /// `who` asks for the change, which must wait, for this reason.
    pub async fn ask(&self, app: &TestApp, who: &Admin) -> ApprovalRequest {
        let request = self.request(app, who).await;
        assert!(request.reasons.contains(&self.reason), "{:?}: {request:?}", self.reason);
        request
    }

    async fn request(&self, app: &TestApp, who: &Admin) -> ApprovalRequest {
        let desk = &app.desk;
        let new = format!("new-{}", self.name);
        let change = BankChange::default();
        let change = match self.reason {
            Reason::DeleteService => return waits(desk.delete_service(who, self.service).await),
            Reason::DeleteBank => return waits(desk.delete_bank(who, self.bank).await),
            Reason::CreateActingBank => {
                return waits(desk.create_bank(who, real_bank(&new, Action::Hold)).await);
            }
            Reason::OpenBenignBank => {
                let bank = real_bank(&new, Action::None);
                let bank = NewBank { purpose: Purpose::KnownBenign, ..bank };
                return waits(desk.create_bank(who, bank).await);
            }
            Reason::AddActingEntries | Reason::AddBenignEntries => {
                return waits(desk.add_entries(who, self.bank, &[md5(200)]).await);
            }
            Reason::ApproveSource => {
                let line = format!("{{\"hash\":\"{}\"}}", Hash::Md5([200; 16].into()));
                let chunks = stream::iter([Ok::<_, std::io::Error>(line.into())]);
                let options = ImportOptions::new(LineFormat::Ndjson, HashKind::Md5);
                return waits(desk.import_entries(who, self.bank, options, chunks).await);
            }
            Reason::PostponeEnd => {
                let end = app.clock.now() + hours(24 * 700);
                let change =
                    EntryChange { expires_at: Patch::Value(end), ..EntryChange::default() };
                return waits(desk.change_entry(who, self.bank, self.entry, change).await);
            }
            Reason::MassWithdrawal => {
                return waits(desk.withdraw_source(who, self.bank, &source()).await);
            }
            Reason::IssueAdminKey => {
                let key = NewKey::whole(Role::Admin, new.parse().unwrap());
                return *desk.issue_key(who, key).await.unwrap().waits_for.unwrap();
            }
            Reason::RevokeOtherKey => return waits(desk.revoke_key(who, self.key).await),
            Reason::RaiseAction => BankChange { action: Some(Action::Hold), ..change },
            Reason::EnableActingBank => BankChange { is_enabled: Some(true), ..change },
            Reason::WidenReach => {
                let surfaces = [Surface::Public, Surface::Shared];
                BankChange { surfaces: Some(surfaces.into()), ..change }
            }
            Reason::OpenPrivateMessages => {
                let law = "A law, section 12".parse().unwrap();
                let until = date(2027, 1, 1);
                BankChange {
                    surfaces: Some([Surface::Public, Surface::PrivateMessage].into()),
                    private_basis: PrivateBasisChange::Set(PrivateBasis { law, until }),
                    ..change
                }
            }
            Reason::RaiseDistance => BankChange { distance_max: Some(Distance(40)), ..change },
            Reason::LowerQuality => BankChange { quality_min: Some(Quality::ANY), ..change },
            Reason::WidenTransforms => BankChange { transforms: Some(Transforms::All), ..change },
        };
        waits(desk.change_bank(who, self.bank, change).await)
    }
}

fn hours(hours: i64) -> SignedDuration {
    SignedDuration::from_hours(hours)
}
