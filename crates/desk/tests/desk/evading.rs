//! Ways around the second actor: imports that run meanwhile, ends that are brought forward, and keys
//! of one tree.

use std::io;

use bytes::Bytes;
use futures_util::stream;
use jiff::SignedDuration;
use mamori_desk::banks::change_bank::BankChange;
use mamori_desk::banks::create_bank::NewBank;
use mamori_desk::banks::import_entries::ImportOptions;
use mamori_desk::banks::import_lines::LineFormat;
use mamori_desk::services::issue_key::NewKey;
use mamori_desk::{Admin, Approver, Error, Overseer};
use mamori_model::import::Import;
use mamori_model::key::Role;
use mamori_model::page::PageSize;
use mamori_model::{
    Action, Bank, BankId, Distance, Hash, HashKind, Md5, Patch, Purpose, Reason, Refusal,
};
use mamori_store::NewEntry;
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::common::actors::{Actors, actors, admin_of, pass_hours, real_bank, refused, waits};

type Imported = Result<(Import, Option<io::Error>), Error>;

fn md5(number: u32) -> NewEntry {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&(number + 1).to_be_bytes());
    NewEntry::bare(Hash::Md5(Md5::from(bytes)))
}

fn line(entry: &NewEntry) -> String {
    let end = entry.metadata.expires_at.value();
    let end = end.map(|end| format!(",\"expires_at\":\"{end}\"")).unwrap_or_default();
    format!("{{\"hash\":\"{}\"{end}}}\n", entry.hash)
}

fn options() -> ImportOptions {
    ImportOptions::new(LineFormat::Ndjson, HashKind::Md5)
}

impl Actors {
    /// The same hashes as `numbers`, which end in an hour.
    fn sooner(&self, numbers: std::ops::Range<u32>) -> Vec<NewEntry> {
        let end = self.app.clock.now() + SignedDuration::from_hours(1);
        let entries = numbers.map(|number| {
            let mut entry = md5(number);
            entry.metadata.expires_at = Patch::Value(end);
            entry
        });
        entries.collect()
    }

    async fn send_list(
        &self,
        bank: BankId,
        options: ImportOptions,
        entries: &[NewEntry],
    ) -> Imported {
        let lines: String = entries.iter().map(line).collect();
        let chunks = stream::iter([Ok::<_, io::Error>(lines.into())]);
        self.app.desk.import_entries(&self.first, bank, options, chunks).await
    }

    /// Begins an import by `who` whose lines follow later.
    async fn begin_import(
        &self,
        who: &Admin,
        bank: BankId,
    ) -> (oneshot::Sender<Bytes>, JoinHandle<Imported>) {
        let before = self.imports(bank).await;
        let (send, lines) = oneshot::channel();
        let chunks = stream::once(async { Ok::<_, io::Error>(lines.await.unwrap()) });
        let (desk, of) = (self.app.desk.clone(), who.clone());
        let running = tokio::spawn(async move {
            desk.import_entries(&of, bank, options(), Box::pin(chunks)).await
        });
        while self.imports(bank).await == before {
            tokio::task::yield_now().await;
        }
        (send, running)
    }

    async fn imports(&self, bank: BankId) -> usize {
        let desk = &self.app.desk;
        desk.imports(&self.second, bank, None, PageSize::DEFAULT).await.unwrap().rows.len()
    }

    /// A bank that holds items, with entries, and a source that two actors approved.
    async fn held(&self, entries: u32) -> Bank {
        let bank = self.agreed_bank(real_bank("list", Action::Hold)).await;
        let begun = self.send_list(bank.id, options(), &[]).await;
        self.approve(&waits(begun)).await;
        let entries: Vec<_> = (0..entries).map(md5).collect();
        let (import, _) = self.send_list(bank.id, options(), &entries).await.unwrap();
        assert_eq!(import.added, u64::try_from(entries.len()).unwrap(), "{import:?}");
        self.app.clock.advance(SignedDuration::from_secs(1));
        bank
    }
}

on_both_engines! {
    async fn a_raised_action_lapses_while_an_import_runs(records: TestDatabase) {
        let actors = actors(records).await;
        let desk = &actors.app.desk;
        let bank = desk.create_bank(&actors.first, real_bank("list", Action::None)).await.unwrap();
        let (send, running) = actors.begin_import(&actors.first, bank.id).await;
        actors.app.clock.advance(SignedDuration::from_secs(1));
        let raise = || BankChange { action: Some(Action::Block), ..BankChange::default() };

        let request = waits(desk.change_bank(&actors.first, bank.id, raise()).await);
        let approved = desk.approve_request(Approver::Admin(&actors.second), request.id).await;
        send.send(line(&md5(1)).into()).unwrap();
        let imported = running.await.unwrap().unwrap().0;
        actors.app.clock.advance(SignedDuration::from_secs(1));
        let again = waits(desk.change_bank(&actors.first, bank.id, raise()).await);
        actors.approve(&again).await;

        assert_eq!(refused(approved), Refusal::RequestStale);
        assert_eq!(imported.added, 1);
    }

    async fn an_import_ends_when_its_key_is_revoked_or_the_source_is_changed(records: TestDatabase) {
        let actors = actors(records).await;
        let desk = &actors.app.desk;
        let bank = actors.held(1).await;
        let name = "list importer".parse().unwrap();
        let issued = desk.issue_key(&actors.first, NewKey::whole(Role::Admin, name)).await.unwrap();
        actors.approve(&issued.waits_for.unwrap()).await;
        let importer = admin_of(desk, issued.token.reveal()).await;

        let (send, running) = actors.begin_import(&importer, bank.id).await;
        let (send_late, running_late) = actors.begin_import(&actors.first, bank.id).await;
        desk.revoke_key(&actors.first, issued.key.id).await.unwrap();
        send.send(line(&md5(7)).into()).unwrap();
        let revoked = running.await.unwrap();
        let source = Some("another list".parse().unwrap());
        let change = BankChange { source, ..BankChange::default() };
        desk.change_bank(&actors.second, bank.id, change).await.unwrap();
        send_late.send(line(&md5(8)).into()).unwrap();
        let changed = running_late.await.unwrap();

        for (what, imported) in [("key", revoked), ("source", changed)] {
            let Err(Error::Conflict(text)) = imported else { panic!("{what}: {imported:?}") };
            assert!(text.contains(what), "{text}");
        }
        let store = actors.app.store().await;
        assert_eq!(store.count_entries(bank.id, actors.app.clock.now()).await.unwrap(), 1);
    }

    async fn an_approved_source_brings_forward_no_more_ends_than_one_actor_may_withdraw(records: TestDatabase) {
        let actors = actors(records).await;
        let bank = actors.held(102).await;

        let many = actors.send_list(bank.id, options(), &actors.sooner(0..101)).await;
        let few = actors.send_list(bank.id, options(), &actors.sooner(0..100)).await;
        let one_more = actors.send_list(bank.id, options(), &actors.sooner(100..101)).await;

        assert_eq!(few.unwrap().0.updated, 100);
        for refused in [many, one_more] {
            assert!(matches!(refused, Err(Error::Conflict(_))), "{refused:?}");
        }
    }

    async fn added_entries_bring_forward_no_more_ends_at_the_approval_than_at_the_request(records: TestDatabase) {
        let actors = actors(records).await;
        let (desk, who) = (&actors.app.desk, &actors.first);
        let bank = actors.held(102).await;

        let first = waits(desk.add_entries(who, bank.id, &actors.sooner(0..100)).await);
        let second = waits(desk.add_entries(who, bank.id, &actors.sooner(100..102)).await);
        actors.approve(&first).await;
        let late = desk.approve_request(Approver::Admin(&actors.second), second.id).await;
        let again = waits(desk.add_entries(who, bank.id, &actors.sooner(100..102)).await);
        actors.approve(&again).await;

        assert_eq!(second.reasons, [Reason::AddActingEntries]);
        assert_eq!(refused(late), Refusal::RequestStale);
        assert_eq!(again.reasons, [Reason::AddActingEntries, Reason::MassWithdrawal]);
    }

    async fn an_import_adds_no_withdrawn_hash_again_to_a_bank_that_acts(records: TestDatabase) {
        let actors = actors(records).await;
        let bank = actors.held(1).await;
        let mut options = options();
        options.restores_withdrawn = true;

        let imported = actors.send_list(bank.id, options, &[md5(0)]).await;

        assert!(matches!(imported, Err(Error::Conflict(_))), "{imported:?}");
        assert_eq!(actors.imports(bank.id).await, 1, "it has not begun");
    }

    async fn two_keys_of_one_tree_cannot_keep_each_other(records: TestDatabase) {
        let actors = actors(records).await;
        let (desk, cli) = (&actors.app.desk, &actors.app.admin);
        let mut siblings = Vec::new();
        for name in ["one", "two"] {
            let new = NewKey::whole(Role::Admin, name.parse().unwrap());
            let issued = desk.issue_key(&actors.second, new).await.unwrap();
            let request = issued.waits_for.unwrap().id;
            desk.approve_request(Approver::Admin(cli), request).await.unwrap();
            siblings.push((issued.key.id, admin_of(desk, issued.token.reveal()).await));
        }

        let request = waits(desk.revoke_key(&actors.first, siblings[0].0).await);
        let why = "No.".parse().unwrap();
        let cancelled = desk.cancel_request(&siblings[1].1, request.id).await;
        let denied = desk.refuse_request(Overseer::Admin(&siblings[1].1), request.id, &why).await;
        let own = desk.cancel_request(&actors.first, request.id).await;

        assert_eq!(refused(cancelled), Refusal::RequestRelated);
        assert_eq!(refused(denied), Refusal::RequestRelated);
        own.unwrap();
    }

    async fn a_bank_of_harmless_pictures_compares_no_more_without_a_second_actor(records: TestDatabase) {
        let actors = actors(records).await;
        let new = real_bank("harmless", Action::None);
        let new = NewBank { purpose: Purpose::KnownBenign, distance_max: Distance(0), ..new };
        let bank = actors.agreed_bank(new).await;
        pass_hours(&actors.app, 1);
        let farther = BankChange { distance_max: Some(Distance(1)), ..BankChange::default() };

        let request = waits(actors.app.desk.change_bank(&actors.first, bank.id, farther).await);

        assert_eq!(request.reasons, [Reason::RaiseDistance]);
    }
}
