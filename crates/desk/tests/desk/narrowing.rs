//! Changes that narrow, many withdrawals, and the versions of a bank's settings.

use futures_util::stream;
use jiff::civil::date;
use mamori_desk::banks::change_bank::{BankChange, PrivateBasisChange};
use mamori_desk::banks::import_entries::ImportOptions;
use mamori_desk::banks::import_lines::LineFormat;
use mamori_desk::{Approver, Error, Overseer};
use mamori_model::approval_request::Reason;
use mamori_model::page::PageSize;
use mamori_model::{
    Action, ChangeNotice, Distance, EntryChange, Hash, HashKind, Md5, Narrowing, Patch,
    PrivateBasis, Refusal, Surface,
};
use mamori_store::{EntryFilter, NewEntry};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::common::actors::{Actors, actors, real_bank, refused, waits};
use crate::common::new_bank;

fn md5(number: u32) -> NewEntry {
    let mut bytes = [0; 16];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    NewEntry::bare(Hash::Md5(Md5::from(bytes)))
}

impl Actors {
    async fn notices(&self) -> Vec<ChangeNotice> {
        let who = Overseer::Admin(&self.second);
        self.app.desk.change_notices(who, None, PageSize::DEFAULT).await.unwrap().rows
    }
}

on_both_engines! {
    async fn what_narrows_takes_effect_and_stays_until_another_actor_acknowledges_it(records: TestDatabase) {
        let actors = actors(records).await;
        let (desk, who) = (&actors.app.desk, &actors.first);
        let bank = actors.agreed_bank(real_bank("list", Action::Block)).await;
        let lower = BankChange {
            action: Some(Action::Hold),
            is_enabled: Some(false),
            ..BankChange::default()
        };

        let after = desk.change_bank(who, bank.id, lower).await.unwrap();

        assert_eq!((after.action, after.is_enabled), (Action::Hold, false));
        let notices = actors.notices().await;
        let what: Vec<_> = notices.iter().map(|notice| notice.what).collect();
        assert_eq!(what, [Narrowing::ActionLowered, Narrowing::BankDisabled]);
        assert!(notices.iter().all(|notice| notice.actor == who.actor()));
        let own = desk.acknowledge_notice(Overseer::Admin(who), notices[0].id).await;
        assert_eq!(refused(own), Refusal::RequestOwn);
        let second = Overseer::Admin(&actors.second);
        desk.acknowledge_notice(second, notices[0].id).await.unwrap();
        desk.acknowledge_notice(second, notices[0].id).await.unwrap();
        assert_eq!(actors.notices().await, notices[1..]);
    }

    async fn narrowings_of_one_kind_count_on_one_notice(records: TestDatabase) {
        let actors = actors(records).await;
        let (desk, who) = (&actors.app.desk, &actors.first);
        let bank = desk.create_bank(who, real_bank("list", Action::None)).await.unwrap();
        let narrow = |bits| BankChange {
            distance_max: Some(Distance(bits)),
            ..BankChange::default()
        };

        for bits in [20, 10] {
            desk.change_bank(who, bank.id, narrow(bits)).await.unwrap();
        }
        desk.change_bank(&actors.second, bank.id, narrow(5)).await.unwrap();

        let notices = actors.notices().await;
        let counts: Vec<_> = notices.iter().map(|notice| (notice.what, notice.times)).collect();
        let what = Narrowing::ComparisonNarrowed;
        assert_eq!(counts, [(what, 1), (what, 2)]);
    }

    async fn a_bank_for_rehearsals_leaves_no_notice_and_needs_no_second_actor(records: TestDatabase) {
        let actors = actors(records).await;
        let (desk, who) = (&actors.app.desk, &actors.first);

        let bank = desk.create_bank(who, new_bank("try", Action::Block)).await.unwrap();
        desk.add_entries(who, bank.id, &[md5(1)]).await.unwrap();
        let off = BankChange { is_enabled: Some(false), ..BankChange::default() };
        desk.change_bank(who, bank.id, off).await.unwrap();
        desk.delete_bank(who, bank.id).await.unwrap();

        assert_eq!(actors.notices().await, []);
    }

    async fn a_bank_for_rehearsals_is_not_opened_to_private_messages_by_one_actor(records: TestDatabase) {
        let actors = actors(records).await;
        let (desk, who) = (&actors.app.desk, &actors.first);
        let bank = desk.create_bank(who, new_bank("try", Action::Block)).await.unwrap();
        let law = PrivateBasis { law: "A law, section 12".parse().unwrap(), until: date(2027, 1, 1) };
        let open = BankChange {
            surfaces: Some([Surface::Public, Surface::PrivateMessage].into()),
            private_basis: PrivateBasisChange::Set(law),
            ..BankChange::default()
        };

        let request = waits(desk.change_bank(who, bank.id, open).await);

        assert_eq!(request.reasons, [Reason::OpenPrivateMessages]);
    }

    async fn many_withdrawals_take_a_second_actor_by_any_number_of_calls(records: TestDatabase) {
        let actors = actors(records).await;
        let (desk, who) = (&actors.app.desk, &actors.first);
        let bank = desk.create_bank(who, real_bank("list", Action::None)).await.unwrap();
        let of_source = |number: u32| {
            let mut entry = md5(number);
            let source = if number < 99 { "first" } else { "second" };
            entry.metadata.source_id = Some(source.parse().unwrap()).into();
            entry
        };
        let entries: Vec<_> = (0..102).map(of_source).collect();
        desk.add_entries(who, bank.id, &entries).await.unwrap();
        let source = |text: &str| text.parse().unwrap();

        assert_eq!(desk.withdraw_source(who, bank.id, &source("first")).await.unwrap(), 99);
        let three = waits(desk.withdraw_source(who, bank.id, &source("second")).await);
        let store = actors.app.store().await;
        let now = actors.app.clock.now();
        let filter = EntryFilter::default();
        let page = store.entries(bank.id, &filter, None, PageSize::DEFAULT, now).await.unwrap();
        let live: Vec<_> = page.rows.iter().map(|entry| entry.id).collect();
        desk.withdraw_entry(&actors.second, bank.id, live[0]).await.unwrap();
        let one = waits(desk.withdraw_entry(&actors.second, bank.id, live[1]).await);

        assert_eq!((three.reasons, one.reasons), (
            vec![Reason::MassWithdrawal],
            vec![Reason::MassWithdrawal],
        ));
        actors.app.clock.advance(jiff::SignedDuration::from_hours(24));
        desk.withdraw_entry(who, bank.id, live[1]).await.unwrap();
    }

    async fn ends_that_are_brought_forward_count_as_withdrawals_by_each_way(records: TestDatabase) {
        let actors = actors(records).await;
        let (desk, who) = (&actors.app.desk, &actors.first);
        let bank = desk.create_bank(who, real_bank("list", Action::None)).await.unwrap();
        let entries: Vec<_> = (0..102).map(md5).collect();
        let added = desk.add_entries(who, bank.id, &entries).await.unwrap().entries;
        let soon = Patch::Value(actors.app.clock.now() + jiff::SignedDuration::from_hours(1));
        let sooner = |number| {
            let mut entry = md5(number);
            entry.metadata.expires_at = soon.clone();
            entry
        };
        let end = || EntryChange { expires_at: soon.clone(), ..EntryChange::default() };

        // 99 by adding them again, and one by its id.
        let again: Vec<_> = (0..99).map(sooner).collect();
        desk.add_entries(who, bank.id, &again).await.unwrap();
        desk.change_entry(who, bank.id, added[99].unwrap(), end()).await.unwrap();
        let notices = actors.notices().await;
        let by_id = waits(desk.change_entry(who, bank.id, added[100].unwrap(), end()).await);
        let by_adding = waits(desk.add_entries(who, bank.id, &[sooner(101)]).await);
        let line = format!(
            "{{\"hash\":\"{}\",\"expires_at\":\"{}\"}}",
            md5(101).hash,
            soon.value().unwrap()
        );
        let chunks = stream::iter([Ok::<_, std::io::Error>(line.into())]);
        let options = ImportOptions::new(LineFormat::Ndjson, HashKind::Md5);
        let by_import = desk.import_entries(who, bank.id, options, chunks).await;
        let withdrawn = waits(desk.withdraw_entry(who, bank.id, added[101].unwrap()).await);
        desk.add_entries(who, bank.id, &again).await.unwrap();

        for request in [&by_id, &by_adding, &withdrawn] {
            assert_eq!(request.reasons, [Reason::MassWithdrawal], "{request:?}");
        }
        assert!(matches!(by_import, Err(Error::Conflict(_))), "{by_import:?}");
        let counts: Vec<_> = notices.iter().map(|notice| (notice.what, notice.times)).collect();
        assert_eq!(counts, [(Narrowing::EntryShortened, 2)]);
        actors.approve(&by_adding).await;
        actors.app.clock.advance(jiff::SignedDuration::from_hours(24));
        desk.withdraw_entry(who, bank.id, added[100].unwrap()).await.unwrap();
    }

    async fn an_approved_mass_withdrawal_withdraws_what_has_the_source_id(records: TestDatabase) {
        let actors = actors(records).await;
        let (desk, who) = (&actors.app.desk, &actors.first);
        let bank = desk.create_bank(who, real_bank("list", Action::None)).await.unwrap();
        let entries: Vec<_> = (0..101)
            .map(|number| {
                let mut entry = md5(number);
                entry.metadata.source_id = Some("wrong".parse().unwrap()).into();
                entry
            })
            .collect();
        desk.add_entries(who, bank.id, &entries).await.unwrap();

        let wrong = "wrong".parse().unwrap();
        let request = waits(desk.withdraw_source(who, bank.id, &wrong).await);
        actors.approve(&request).await;

        let store = actors.app.store().await;
        assert_eq!(store.count_entries(bank.id, actors.app.clock.now()).await.unwrap(), 0);
    }

    async fn each_change_of_a_bank_is_a_version_that_can_be_restored(records: TestDatabase) {
        let actors = actors(records).await;
        let (desk, who) = (&actors.app.desk, &actors.first);
        let bank = desk.create_bank(who, real_bank("list", Action::None)).await.unwrap();
        let rename = |name: &str| BankChange {
            name: Some(name.parse().unwrap()),
            ..BankChange::default()
        };
        desk.change_bank(&actors.second, bank.id, rename("other")).await.unwrap();

        let restored = desk.restore_bank_version(who, bank.id, 1).await.unwrap();

        assert_eq!(restored.name, bank.name);
        let page = desk.bank_versions(who, bank.id, None, PageSize::DEFAULT).await.unwrap();
        let told: Vec<_> = page
            .rows
            .iter()
            .map(|row| (row.version, row.settings.name.as_str(), row.actor.clone()))
            .collect();
        let (first, second) = (who.actor(), actors.second.actor());
        assert_eq!(told, [(3, "list", first.clone()), (2, "other", second), (1, "list", first)]);
        let missing = desk.restore_bank_version(who, bank.id, 9).await;
        assert!(matches!(missing, Err(mamori_desk::Error::NotFound("version"))), "{missing:?}");
    }

    async fn a_version_that_widens_is_restored_by_two_actors(records: TestDatabase) {
        let actors = actors(records).await;
        let (desk, who) = (&actors.app.desk, &actors.first);
        let bank = actors.agreed_bank(real_bank("list", Action::Block)).await;
        let lower = BankChange { action: Some(Action::None), ..BankChange::default() };
        desk.change_bank(who, bank.id, lower).await.unwrap();

        let request = waits(desk.restore_bank_version(who, bank.id, 1).await);
        desk.approve_request(Approver::Admin(&actors.second), request.id).await.unwrap();

        let store = actors.app.store().await;
        assert_eq!(store.bank(bank.id).await.unwrap().unwrap().action, Action::Block);
        let page = desk.bank_versions(who, bank.id, None, PageSize::DEFAULT).await.unwrap();
        assert_eq!(page.rows.len(), 3);
    }
}
