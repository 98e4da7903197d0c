//! The answers of checks, and what checks record.

use jiff::SignedDuration;
use mamori_desk::Error;
use mamori_desk::banks::change_bank::{BankChange, PrivateBasisChange};
use mamori_desk::checks::check::CheckInput;
use mamori_desk::checks::fingerprints::FramePrint;
use mamori_media::Sender;
use mamori_model::page::PageSize;
use mamori_model::{
    Action, Distance, EntryChange, Looked, NotLooked, Patch, Pdq, PrivateBasis, Purpose, Quality,
    Surface, Verdict,
};
use mamori_store::{EntryFilter, MatchFilter, NewEntry};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;
use mamori_testkit::pictures::{draw, edit, encode};

use crate::common::{TestApp, a_service, hashes, item, new_bank, test_app};

fn pdq(byte: u8) -> Pdq {
    Pdq::from([byte; 32])
}

/// `pdq` with its first `bits` bits flipped.
fn away(pdq: Pdq, bits: usize) -> Pdq {
    let mut bytes = *pdq.as_bytes();
    for bit in 0..bits {
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
    Pdq::from(bytes)
}

async fn matches_of(app: &TestApp) -> usize {
    let page = app.desk.matches(&app.caller, MatchFilter::default(), None, PageSize::DEFAULT);
    page.await.unwrap().rows.len()
}

on_both_engines! {
    async fn a_clean_check_needs_no_database_and_a_match_does(records: TestDatabase) {
        let app = test_app(records).await;
        let bank = app.bank("known", Action::Hold).await;
        app.add(&bank, pdq(1)).await;
        let picture = CheckInput::Bytes(encode::png(&draw(7, 64, 64)).into());
        app.desk.close().await;

        let clean = app.desk.check(&app.caller, item("a", Surface::Public), hashes(pdq(0xf0))).await;
        let seen = app.desk.check(&app.caller, item("b", Surface::Public), picture).await;
        let known = app.desk.check(&app.caller, item("c", Surface::Public), hashes(pdq(1))).await;

        assert_eq!(clean.unwrap().verdict, Verdict::Allow);
        assert_eq!(seen.unwrap().verdict, Verdict::Allow);
        assert!(matches!(known, Err(Error::Unavailable(_))), "{known:?}");
    }

    async fn md5_is_computed_where_a_bank_has_one(records: TestDatabase) {
        let app = test_app(records).await;
        app.bank("known", Action::Hold).await;
        let file = encode::png(&draw(7, 64, 64));
        let check = async |name: &str| {
            let evidence = CheckInput::Bytes(file.clone().into());
            app.desk.check(&app.caller, item(name, Surface::Public), evidence).await.unwrap()
        };

        let without = check("a").await;
        let bank = app.bank("old-list", Action::Hold).await;
        let md5 = mamori_media::digests(&file).md5;
        let entry = NewEntry::bare(mamori_model::Hash::Md5(md5));
        app.desk.add_entries(&app.admin, bank.id, &[entry]).await.unwrap();
        app.desk.catch_up().await.unwrap();
        let with = check("b").await;

        assert_eq!((without.verdict, without.md5), (Verdict::Allow, None));
        assert_eq!((with.verdict, with.md5), (Verdict::Hold, Some(md5)));
    }

    async fn sha1_is_computed_where_a_bank_has_one_and_matches(records: TestDatabase) {
        let app = test_app(records).await;
        app.bank("known", Action::Hold).await;
        let file = encode::png(&draw(7, 64, 64));
        let check = async |name: &str| {
            let evidence = CheckInput::Bytes(file.clone().into());
            app.desk.check(&app.caller, item(name, Surface::Public), evidence).await.unwrap()
        };

        let without = check("a").await;
        let bank = app.bank("police-list", Action::Hold).await;
        let sha1 = mamori_media::digests(&file).sha1;
        let entry = NewEntry::bare(mamori_model::Hash::Sha1(sha1));
        app.desk.add_entries(&app.admin, bank.id, &[entry]).await.unwrap();
        app.desk.catch_up().await.unwrap();
        let with = check("b").await;

        assert_eq!((without.verdict, without.sha1), (Verdict::Allow, None));
        assert_eq!(with.hits[0].kind, mamori_model::HashKind::Sha1);
        assert_eq!((with.verdict, with.sha1, with.md5), (Verdict::Hold, Some(sha1), None));
        let recorded = app.desk.a_match(&app.caller, with.recorded.unwrap()).await.unwrap();
        assert_eq!(recorded.hits, with.hits);
    }

    async fn a_known_picture_is_held_and_recorded_once(records: TestDatabase) {
        let app = test_app(records).await;
        let bank = app.bank("known", Action::Hold).await;
        app.add(&bank, pdq(0x0f)).await;

        let check = || app.desk.check(&app.caller, item("a", Surface::Public), hashes(away(pdq(0x0f), 31)));
        let first = check().await.unwrap();
        let again = check().await.unwrap();

        assert_eq!(first.verdict, Verdict::Hold);
        assert_eq!(first.hits[0].distance, Distance(31));
        assert!(first.recorded.is_some());
        assert_eq!(first.recorded, again.recorded);
        assert_eq!(matches_of(&app).await, 1);
    }

    async fn one_bit_beyond_the_limit_is_clean_and_not_recorded(records: TestDatabase) {
        let app = test_app(records).await;
        let bank = app.bank("known", Action::Block).await;
        app.add(&bank, pdq(0x0f)).await;

        let checked = app
            .desk
            .check(&app.caller, item("a", Surface::Public), hashes(away(pdq(0x0f), 32)))
            .await
            .unwrap();

        assert_eq!((checked.verdict, checked.recorded), (Verdict::Allow, None));
        assert_eq!(checked.looked, Looked::All);
        assert_eq!(matches_of(&app).await, 0);
    }

    async fn a_drawn_picture_is_found_through_the_sandbox(records: TestDatabase) {
        let app = test_app(records).await;
        let bank = app.bank("known", Action::Block).await;
        let picture = draw(7, 320, 240);
        let hashed = app.desk.hash_item(encode::png(&picture).into(), Sender::Administrators).await.unwrap();
        app.add(&bank, hashed.picture.frames[0].stored().unwrap().0).await;

        let resized = encode::jpeg(&edit::resize(&picture, 200, 150), 80);
        let other = encode::png(&draw(8, 320, 240));
        let found = app.desk.check(&app.caller, item("a", Surface::Public), CheckInput::Bytes(resized.into()));
        let clean = app.desk.check(&app.caller, item("b", Surface::Public), CheckInput::Bytes(other.into()));

        assert_eq!(found.await.unwrap().verdict, Verdict::Block);
        assert_eq!(clean.await.unwrap().verdict, Verdict::Allow);
    }

    async fn an_item_on_which_no_bank_may_be_used_is_not_decoded(records: TestDatabase) {
        let app = test_app(records).await;
        let bank = app.bank("known", Action::Block).await;
        app.add(&bank, pdq(1)).await;

        // Not a picture: decoding it would be an error.
        let checked = app
            .desk
            .check(&app.caller, item("a", Surface::PrivateMessage), CheckInput::Bytes("text".into()))
            .await
            .unwrap();

        assert_eq!(checked.verdict, Verdict::Allow);
        assert_eq!(checked.looked, Looked::None(NotLooked::Surface));
        assert!(checked.picture.is_none());
    }

    async fn matching_of_private_messages_ends_with_its_law(records: TestDatabase) {
        let app = test_app(records).await;
        let bank = app.bank("known", Action::Hold).await;
        app.add(&bank, pdq(1)).await;
        let today = app.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let basis = PrivateBasis { law: "an act, section 1".parse().unwrap(), until: today };
        let change = BankChange {
            surfaces: Some([Surface::PrivateMessage].into()),
            private_basis: PrivateBasisChange::Set(basis),
            ..BankChange::default()
        };
        app.desk.change_bank(&app.admin, bank.id, change).await.unwrap();
        app.desk.catch_up().await.unwrap();

        let check = |name| app.desk.check(&app.caller, item(name, Surface::PrivateMessage), hashes(pdq(1)));
        let last_day = check("a").await.unwrap();
        app.clock.advance(SignedDuration::from_hours(24));
        app.desk.catch_up().await.unwrap();
        let day_after = check("b").await.unwrap();

        assert_eq!(last_day.verdict, Verdict::Hold);
        assert_eq!(day_after.looked, Looked::None(NotLooked::PrivateBasisEnded));
    }

    async fn an_item_that_a_negative_bank_knows_is_not_held(records: TestDatabase) {
        let app = test_app(records).await;
        let known = app.bank("known", Action::Block).await;
        app.add(&known, pdq(1)).await;
        let mut new = new_bank("benign", Action::None);
        new.purpose = Purpose::KnownBenign;
        let benign = app.desk.create_bank(&app.admin, new).await.unwrap();
        app.add(&benign, pdq(1)).await;

        let checked = app.desk.check(&app.caller, item("a", Surface::Public), hashes(pdq(1))).await.unwrap();

        assert_eq!((checked.verdict, checked.recorded), (Verdict::Allow, None));
        assert_eq!(checked.hits.len(), 2);
        assert_eq!(matches_of(&app).await, 0);
    }

    async fn a_hash_below_a_banks_quality_is_not_compared(records: TestDatabase) {
        let app = test_app(records).await;
        let mut new = new_bank("strict", Action::Hold);
        new.quality_min = Quality::TRUSTED_MIN;
        let strict = app.desk.create_bank(&app.admin, new).await.unwrap();
        app.add(&strict, pdq(1)).await;

        let with = |quality: u8| {
            let CheckInput::Hashes(mut prints) = hashes(pdq(1)) else { unreachable!() };
            prints.frames[0].hashes[0].quality = Quality::new(quality);
            CheckInput::Hashes(prints)
        };
        let flat = app.desk.check(&app.caller, item("a", Surface::Public), with(49)).await.unwrap();
        let full = app.desk.check(&app.caller, item("b", Surface::Public), with(50)).await.unwrap();

        assert_eq!((flat.verdict, full.verdict), (Verdict::Allow, Verdict::Hold));
        let gap = mamori_model::Gap {
            frames: vec![0],
            ..mamori_model::Gap::of(mamori_model::NotCompared::LowQuality)
        };
        assert_eq!((flat.looked, full.looked), (Looked::Part(vec![gap]), Looked::All));
    }

    async fn withdrawn_expired_and_deleted_entries_do_not_match(records: TestDatabase) {
        let app = test_app(records).await;
        let bank = app.bank("known", Action::Hold).await;
        let soon = app.clock.now() + SignedDuration::from_secs(60);
        let entry = |byte, expires_at| NewEntry {
            hash: mamori_model::Hash::Pdq(pdq(byte)),
            metadata: EntryChange { expires_at, ..EntryChange::default() },
        };
        let entries = [entry(0x0f, Patch::Unset), entry(0xf0, Patch::Value(soon)), entry(0x33, Patch::Unset)];
        app.desk.add_entries(&app.admin, bank.id, &entries).await.unwrap();
        app.desk.catch_up().await.unwrap();
        let page = app.desk.entries(&app.admin, bank.id, &EntryFilter::default(), None, PageSize::DEFAULT).await.unwrap();
        let verdict = async |byte: u8, name: &str| {
            let checked = app.desk.check(&app.caller, item(name, Surface::Public), hashes(pdq(byte)));
            checked.await.unwrap().verdict
        };

        // The index of this node has none of these changes: the store confirms each hit.
        app.desk.withdraw_entry(&app.admin, bank.id, page.rows[0].id).await.unwrap();
        app.clock.advance(SignedDuration::from_secs(60));
        assert_eq!(verdict(0x0f, "a").await, Verdict::Allow);
        assert_eq!(verdict(0xf0, "b").await, Verdict::Allow);
        assert_eq!(verdict(0x33, "c").await, Verdict::Hold);
        app.desk.delete_bank(&app.admin, bank.id).await.unwrap();
        assert_eq!(verdict(0x33, "d").await, Verdict::Allow);
    }

    async fn ended_entries_do_not_displace_a_live_one(records: TestDatabase) {
        let app = test_app(records).await;
        let bank = app.bank("known", Action::Hold).await;
        let soon = app.clock.now() + SignedDuration::from_secs(60);
        let mut entries: Vec<NewEntry> = (0..150)
            .map(|bit| {
                let mut bytes = [0x0f; 32];
                bytes[bit / 8] ^= 1 << (bit % 8);
                NewEntry {
                    hash: mamori_model::Hash::Pdq(Pdq::from(bytes)),
                    metadata: EntryChange { expires_at: Patch::Value(soon), ..EntryChange::default() },
                }
            })
            .collect();
        let far = mamori_model::Hash::Pdq(away(pdq(0x0f), 20));
        entries.push(NewEntry::bare(far));
        app.desk.add_entries(&app.admin, bank.id, &entries).await.unwrap();
        app.desk.catch_up().await.unwrap();

        // The index still has all of them; only the store knows that 150 have ended.
        app.clock.advance(SignedDuration::from_secs(60));
        let checked = app.desk.check(&app.caller, item("a", Surface::Public), hashes(pdq(0x0f))).await.unwrap();

        assert_eq!(checked.verdict, Verdict::Hold);
        assert_eq!(checked.hits.len(), 1);
    }

    async fn a_node_that_lost_the_change_log_does_not_say_allow(records: TestDatabase) {
        let app = test_app(records).await;
        app.bank("known", Action::Hold).await;
        let check = |name| app.desk.check(&app.caller, item(name, Surface::Public), hashes(pdq(1)));

        app.clock.advance(SignedDuration::from_secs(60));
        let still = check("a").await;
        app.clock.advance(SignedDuration::from_secs(1));
        let lost = check("b").await;
        app.desk.catch_up().await.unwrap();
        let again = check("c").await;

        assert_eq!(still.unwrap().verdict, Verdict::Allow);
        assert!(matches!(lost, Err(Error::Unavailable(_))));
        assert_eq!(again.unwrap().verdict, Verdict::Allow);
    }

    async fn a_harmless_frame_does_not_hide_another(records: TestDatabase) {
        let app = test_app(records).await;
        let known = app.bank("known", Action::Block).await;
        app.add(&known, pdq(0x0f)).await;
        let mut new = new_bank("benign", Action::None);
        new.purpose = Purpose::KnownBenign;
        let benign = app.desk.create_bank(&app.admin, new).await.unwrap();
        app.add(&benign, pdq(0x33)).await;
        let CheckInput::Hashes(mut prints) = hashes(pdq(0x33)) else { unreachable!() };
        prints.frames.push(FramePrint { number: 1, ..FramePrint::only(pdq(0x0f), None) });

        let checked = app
            .desk
            .check(&app.caller, item("a", Surface::Public), CheckInput::Hashes(prints))
            .await
            .unwrap();

        assert_eq!(checked.verdict, Verdict::Block);
        let kept = app.desk.a_match(&app.caller, checked.recorded.unwrap()).await.unwrap();
        assert_eq!(kept.hits.len(), 1, "a cleared hit is not recorded");
    }

    async fn a_stricter_verdict_changes_the_match_and_a_milder_one_does_not(records: TestDatabase) {
        let app = test_app(records).await;
        let mild = app.bank("mild", Action::Hold).await;
        app.add(&mild, pdq(1)).await;
        let check = || app.desk.check(&app.caller, item("a", Surface::Public), hashes(pdq(1)));
        let first = check().await.unwrap();

        let strict = app.bank("strict", Action::Block).await;
        app.add(&strict, pdq(1)).await;
        let second = check().await.unwrap();
        app.desk.delete_bank(&app.admin, strict.id).await.unwrap();
        app.desk.catch_up().await.unwrap();
        let third = check().await.unwrap();

        let kept = app.desk.a_match(&app.caller, first.recorded.unwrap()).await.unwrap();
        assert_eq!([first.verdict, second.verdict, third.verdict], [Verdict::Hold, Verdict::Block, Verdict::Hold]);
        assert_eq!(kept.verdict, Verdict::Block);
        assert_eq!(kept.hits.len(), 2);
    }

    async fn a_service_sees_its_own_matches_only(records: TestDatabase) {
        let app = test_app(records).await;
        let bank = app.bank("known", Action::Hold).await;
        app.add(&bank, pdq(1)).await;
        let other = a_service(&app.desk, "another").await;

        let found = app.desk.check(&app.caller, item("a", Surface::Public), hashes(pdq(1))).await.unwrap();
        let id = found.recorded.unwrap();

        assert!(matches!(app.desk.a_match(&other, id).await, Err(Error::NotFound("match"))));
        let page = app.desk.matches(&other, MatchFilter::default(), None, PageSize::DEFAULT).await.unwrap();
        assert!(page.rows.is_empty());
    }

    async fn matches_are_removed_at_the_end_of_their_term(records: TestDatabase) {
        let app = test_app(records).await;
        let bank = app.bank("known", Action::None).await;
        app.add(&bank, pdq(1)).await;
        app.desk.check(&app.caller, item("a", Surface::Public), hashes(pdq(1))).await.unwrap();

        app.clock.advance(SignedDuration::from_hours(24 * 183 - 1));
        app.desk.sweep_once().await.unwrap();
        assert_eq!(matches_of(&app).await, 1);
        app.clock.advance(SignedDuration::from_hours(2));
        app.desk.sweep_once().await.unwrap();

        assert_eq!(matches_of(&app).await, 0);
    }
}
