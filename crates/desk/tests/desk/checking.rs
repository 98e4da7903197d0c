//! What a check answers, and what it leaves behind.

use jiff::SignedDuration;
use mamori_desk::Error;
use mamori_desk::banks::change_bank::{BankChange, PrivateBasisChange};
use mamori_desk::checks::check::Evidence;
use mamori_desk::checks::fingerprints::FramePrint;
use mamori_model::page::PageSize;
use mamori_model::{
    Action, Distance, EntryChange, Given, Looked, NotLooked, Pdq, PrivateBasis, Purpose, Quality,
    Surface, Verdict,
};
use mamori_store::{EntryFilter, MatchFilter, NewEntry};
use mamori_testkit::on_both_engines;
use mamori_testkit::pictures::{draw, edit, encode};
use mamori_testkit::records::Records;

use crate::common::{House, a_service, hashes, house, item, new_bank};

fn pdq(byte: u8) -> Pdq {
    Pdq::from([byte; 32])
}

/// `pdq` with its first `bits` bits turned over.
fn away(pdq: Pdq, bits: usize) -> Pdq {
    let mut bytes = *pdq.as_bytes();
    for bit in 0..bits {
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
    Pdq::from(bytes)
}

async fn matches_of(house: &House) -> usize {
    let page = house.desk.matches(&house.caller, MatchFilter::default(), None, PageSize::DEFAULT);
    page.await.unwrap().rows.len()
}

on_both_engines! {
    async fn a_clean_check_needs_no_database_and_a_match_does(records: Records) {
        let house = house(records).await;
        let bank = house.bank("known", Action::Hold).await;
        house.add(&bank, pdq(1)).await;
        let picture = Evidence::Bytes(encode::png(&draw(7, 64, 64)).into());
        house.desk.close().await;

        let clean = house.desk.check(&house.caller, item("a", Surface::Public), hashes(pdq(0xf0))).await;
        let seen = house.desk.check(&house.caller, item("b", Surface::Public), picture).await;
        let known = house.desk.check(&house.caller, item("c", Surface::Public), hashes(pdq(1))).await;

        assert_eq!(clean.unwrap().verdict, Verdict::Allow);
        assert_eq!(seen.unwrap().verdict, Verdict::Allow);
        assert!(matches!(known, Err(Error::Unavailable(_))), "{known:?}");
    }

    async fn md5_is_made_where_a_bank_has_one(records: Records) {
        let house = house(records).await;
        house.bank("known", Action::Hold).await;
        let file = encode::png(&draw(7, 64, 64));
        let check = async |name: &str| {
            let evidence = Evidence::Bytes(file.clone().into());
            house.desk.check(&house.caller, item(name, Surface::Public), evidence).await.unwrap()
        };

        let without = check("a").await;
        let bank = house.bank("old-list", Action::Hold).await;
        let md5 = mamori_media::digests(&file).md5;
        let entry = NewEntry::bare(mamori_model::Hash::Md5(md5));
        house.desk.add_entries(&house.admin, bank.id, &[entry]).await.unwrap();
        house.desk.catch_up().await.unwrap();
        let with = check("b").await;

        assert_eq!((without.verdict, without.md5), (Verdict::Allow, None));
        assert_eq!((with.verdict, with.md5), (Verdict::Hold, Some(md5)));
    }

    async fn sha1_is_made_where_a_bank_has_one_and_matches(records: Records) {
        let house = house(records).await;
        house.bank("known", Action::Hold).await;
        let file = encode::png(&draw(7, 64, 64));
        let check = async |name: &str| {
            let evidence = Evidence::Bytes(file.clone().into());
            house.desk.check(&house.caller, item(name, Surface::Public), evidence).await.unwrap()
        };

        let without = check("a").await;
        let bank = house.bank("police-list", Action::Hold).await;
        let sha1 = mamori_media::digests(&file).sha1;
        let entry = NewEntry::bare(mamori_model::Hash::Sha1(sha1));
        house.desk.add_entries(&house.admin, bank.id, &[entry]).await.unwrap();
        house.desk.catch_up().await.unwrap();
        let with = check("b").await;

        assert_eq!((without.verdict, without.sha1), (Verdict::Allow, None));
        assert_eq!(with.hits[0].kind, mamori_model::HashKind::Sha1);
        assert_eq!((with.verdict, with.sha1, with.md5), (Verdict::Hold, Some(sha1), None));
        let recorded = house.desk.a_match(&house.caller, with.recorded.unwrap()).await.unwrap();
        assert_eq!(recorded.hits, with.hits);
    }

    async fn a_known_picture_is_held_and_recorded_once(records: Records) {
        let house = house(records).await;
        let bank = house.bank("known", Action::Hold).await;
        house.add(&bank, pdq(0x0f)).await;

        let check = || house.desk.check(&house.caller, item("a", Surface::Public), hashes(away(pdq(0x0f), 31)));
        let first = check().await.unwrap();
        let again = check().await.unwrap();

        assert_eq!(first.verdict, Verdict::Hold);
        assert_eq!(first.hits[0].distance, Distance(31));
        assert!(first.recorded.is_some());
        assert_eq!(first.recorded, again.recorded);
        assert_eq!(matches_of(&house).await, 1);
    }

    async fn one_bit_beyond_the_limit_is_clean_and_leaves_no_trace(records: Records) {
        let house = house(records).await;
        let bank = house.bank("known", Action::Block).await;
        house.add(&bank, pdq(0x0f)).await;

        let checked = house
            .desk
            .check(&house.caller, item("a", Surface::Public), hashes(away(pdq(0x0f), 32)))
            .await
            .unwrap();

        assert_eq!((checked.verdict, checked.recorded), (Verdict::Allow, None));
        assert_eq!(checked.looked, Looked::All);
        assert_eq!(matches_of(&house).await, 0);
    }

    async fn a_drawn_picture_is_found_through_the_cage(records: Records) {
        let house = house(records).await;
        let bank = house.bank("known", Action::Block).await;
        let picture = draw(7, 320, 240);
        let hashed = house.desk.hash_item(encode::png(&picture).into()).await.unwrap();
        house.add(&bank, hashed.picture.frames[0].stored().unwrap().0).await;

        let resized = encode::jpeg(&edit::resize(&picture, 200, 150), 80);
        let other = encode::png(&draw(8, 320, 240));
        let found = house.desk.check(&house.caller, item("a", Surface::Public), Evidence::Bytes(resized.into()));
        let clean = house.desk.check(&house.caller, item("b", Surface::Public), Evidence::Bytes(other.into()));

        assert_eq!(found.await.unwrap().verdict, Verdict::Block);
        assert_eq!(clean.await.unwrap().verdict, Verdict::Allow);
    }

    async fn where_no_bank_may_look_nothing_is_decoded(records: Records) {
        let house = house(records).await;
        let bank = house.bank("known", Action::Block).await;
        house.add(&bank, pdq(1)).await;

        // Not a picture: decoding it would be an error.
        let checked = house
            .desk
            .check(&house.caller, item("a", Surface::PrivateMessage), Evidence::Bytes("text".into()))
            .await
            .unwrap();

        assert_eq!(checked.verdict, Verdict::Allow);
        assert_eq!(checked.looked, Looked::None(NotLooked::Surface));
        assert!(checked.picture.is_none());
    }

    async fn the_look_into_private_messages_ends_with_its_law(records: Records) {
        let house = house(records).await;
        let bank = house.bank("known", Action::Hold).await;
        house.add(&bank, pdq(1)).await;
        let today = house.clock.now().to_zoned(jiff::tz::TimeZone::UTC).date();
        let basis = PrivateBasis { law: "an act".parse().unwrap(), until: today };
        let change = BankChange {
            surfaces: Some([Surface::PrivateMessage].into()),
            private_basis: PrivateBasisChange::Set(basis),
            ..BankChange::default()
        };
        house.desk.change_bank(&house.admin, bank.id, change).await.unwrap();
        house.desk.catch_up().await.unwrap();

        let check = |name| house.desk.check(&house.caller, item(name, Surface::PrivateMessage), hashes(pdq(1)));
        let last_day = check("a").await.unwrap();
        house.clock.advance(SignedDuration::from_hours(24));
        house.desk.catch_up().await.unwrap();
        let day_after = check("b").await.unwrap();

        assert_eq!(last_day.verdict, Verdict::Hold);
        assert_eq!(day_after.looked, Looked::None(NotLooked::PrivateBasisEnded));
    }

    async fn what_a_negative_bank_knows_is_not_held(records: Records) {
        let house = house(records).await;
        let known = house.bank("known", Action::Block).await;
        house.add(&known, pdq(1)).await;
        let mut new = new_bank("benign", Action::None);
        new.purpose = Purpose::KnownBenign;
        let benign = house.desk.create_bank(&house.admin, new).await.unwrap();
        house.add(&benign, pdq(1)).await;

        let checked = house.desk.check(&house.caller, item("a", Surface::Public), hashes(pdq(1))).await.unwrap();

        assert_eq!((checked.verdict, checked.recorded), (Verdict::Allow, None));
        assert_eq!(checked.hits.len(), 2);
        assert_eq!(matches_of(&house).await, 0);
    }

    async fn a_flat_picture_is_not_compared_where_a_bank_asks_for_quality(records: Records) {
        let house = house(records).await;
        let mut new = new_bank("strict", Action::Hold);
        new.quality_min = Quality::TRUSTED_MIN;
        let strict = house.desk.create_bank(&house.admin, new).await.unwrap();
        house.add(&strict, pdq(1)).await;

        let with = |quality: u8| {
            let Evidence::Hashes(mut prints) = hashes(pdq(1)) else { unreachable!() };
            prints.frames[0].hashes[0].quality = Quality::new(quality);
            Evidence::Hashes(prints)
        };
        let flat = house.desk.check(&house.caller, item("a", Surface::Public), with(49)).await.unwrap();
        let full = house.desk.check(&house.caller, item("b", Surface::Public), with(50)).await.unwrap();

        assert_eq!((flat.verdict, full.verdict), (Verdict::Allow, Verdict::Hold));
        let gap = mamori_model::Gap {
            frames: vec![0],
            ..mamori_model::Gap::of(mamori_model::NotCompared::LowQuality)
        };
        assert_eq!((flat.looked, full.looked), (Looked::Part(vec![gap]), Looked::All));
    }

    async fn a_withdrawn_an_expired_and_a_deleted_entry_match_no_more(records: Records) {
        let house = house(records).await;
        let bank = house.bank("known", Action::Hold).await;
        let soon = house.clock.now() + SignedDuration::from_secs(60);
        let entry = |byte, expires_at| NewEntry {
            hash: mamori_model::Hash::Pdq(pdq(byte)),
            said: EntryChange { expires_at, ..EntryChange::default() },
        };
        let entries = [entry(0x0f, Given::Nothing), entry(0xf0, Given::Value(soon)), entry(0x33, Given::Nothing)];
        house.desk.add_entries(&house.admin, bank.id, &entries).await.unwrap();
        house.desk.catch_up().await.unwrap();
        let page = house.desk.entries(&house.admin, bank.id, &EntryFilter::default(), None, PageSize::DEFAULT).await.unwrap();
        let verdict = async |byte: u8, name: &str| {
            let checked = house.desk.check(&house.caller, item(name, Surface::Public), hashes(pdq(byte)));
            checked.await.unwrap().verdict
        };

        // The index of this node has not heard of any of it: the store has the last word.
        house.desk.withdraw_entry(&house.admin, bank.id, page.rows[0].id).await.unwrap();
        house.clock.advance(SignedDuration::from_secs(60));
        assert_eq!(verdict(0x0f, "a").await, Verdict::Allow);
        assert_eq!(verdict(0xf0, "b").await, Verdict::Allow);
        assert_eq!(verdict(0x33, "c").await, Verdict::Hold);
        house.desk.delete_bank(&house.admin, bank.id).await.unwrap();
        assert_eq!(verdict(0x33, "d").await, Verdict::Allow);
    }

    async fn ended_entries_do_not_push_out_a_live_one(records: Records) {
        let house = house(records).await;
        let bank = house.bank("known", Action::Hold).await;
        let soon = house.clock.now() + SignedDuration::from_secs(60);
        let mut entries: Vec<NewEntry> = (0..150)
            .map(|bit| {
                let mut bytes = [0x0f; 32];
                bytes[bit / 8] ^= 1 << (bit % 8);
                NewEntry {
                    hash: mamori_model::Hash::Pdq(Pdq::from(bytes)),
                    said: EntryChange { expires_at: Given::Value(soon), ..EntryChange::default() },
                }
            })
            .collect();
        let far = mamori_model::Hash::Pdq(away(pdq(0x0f), 20));
        entries.push(NewEntry::bare(far));
        house.desk.add_entries(&house.admin, bank.id, &entries).await.unwrap();
        house.desk.catch_up().await.unwrap();

        // The index still has all of them; only the store knows that 150 have ended.
        house.clock.advance(SignedDuration::from_secs(60));
        let checked = house.desk.check(&house.caller, item("a", Surface::Public), hashes(pdq(0x0f))).await.unwrap();

        assert_eq!(checked.verdict, Verdict::Hold);
        assert_eq!(checked.hits.len(), 1);
    }

    async fn a_node_that_lost_the_change_log_does_not_say_allow(records: Records) {
        let house = house(records).await;
        house.bank("known", Action::Hold).await;
        let check = |name| house.desk.check(&house.caller, item(name, Surface::Public), hashes(pdq(1)));

        house.clock.advance(SignedDuration::from_secs(60));
        let still = check("a").await;
        house.clock.advance(SignedDuration::from_secs(1));
        let lost = check("b").await;
        house.desk.catch_up().await.unwrap();
        let again = check("c").await;

        assert_eq!(still.unwrap().verdict, Verdict::Allow);
        assert!(matches!(lost, Err(Error::Unavailable(_))));
        assert_eq!(again.unwrap().verdict, Verdict::Allow);
    }

    async fn a_harmless_frame_does_not_hide_another(records: Records) {
        let house = house(records).await;
        let known = house.bank("known", Action::Block).await;
        house.add(&known, pdq(0x0f)).await;
        let mut new = new_bank("benign", Action::None);
        new.purpose = Purpose::KnownBenign;
        let benign = house.desk.create_bank(&house.admin, new).await.unwrap();
        house.add(&benign, pdq(0x33)).await;
        let Evidence::Hashes(mut prints) = hashes(pdq(0x33)) else { unreachable!() };
        prints.frames.push(FramePrint { number: 1, ..FramePrint::only(pdq(0x0f), None) });

        let checked = house
            .desk
            .check(&house.caller, item("a", Surface::Public), Evidence::Hashes(prints))
            .await
            .unwrap();

        assert_eq!(checked.verdict, Verdict::Block);
        let kept = house.desk.a_match(&house.caller, checked.recorded.unwrap()).await.unwrap();
        assert_eq!(kept.hits.len(), 1, "what was cleared is not recorded");
    }

    async fn a_stricter_verdict_changes_the_match_and_a_milder_one_does_not(records: Records) {
        let house = house(records).await;
        let mild = house.bank("mild", Action::Hold).await;
        house.add(&mild, pdq(1)).await;
        let check = || house.desk.check(&house.caller, item("a", Surface::Public), hashes(pdq(1)));
        let first = check().await.unwrap();

        let strict = house.bank("strict", Action::Block).await;
        house.add(&strict, pdq(1)).await;
        let second = check().await.unwrap();
        house.desk.delete_bank(&house.admin, strict.id).await.unwrap();
        house.desk.catch_up().await.unwrap();
        let third = check().await.unwrap();

        let kept = house.desk.a_match(&house.caller, first.recorded.unwrap()).await.unwrap();
        assert_eq!([first.verdict, second.verdict, third.verdict], [Verdict::Hold, Verdict::Block, Verdict::Hold]);
        assert_eq!(kept.verdict, Verdict::Block);
        assert_eq!(kept.hits.len(), 2);
    }

    async fn a_service_sees_its_own_matches_only(records: Records) {
        let house = house(records).await;
        let bank = house.bank("known", Action::Hold).await;
        house.add(&bank, pdq(1)).await;
        let other = a_service(&house.desk, "another").await;

        let found = house.desk.check(&house.caller, item("a", Surface::Public), hashes(pdq(1))).await.unwrap();
        let id = found.recorded.unwrap();

        assert!(matches!(house.desk.a_match(&other, id).await, Err(Error::NotFound("match"))));
        let page = house.desk.matches(&other, MatchFilter::default(), None, PageSize::DEFAULT).await.unwrap();
        assert!(page.rows.is_empty());
    }

    async fn matches_go_when_their_term_ends(records: Records) {
        let house = house(records).await;
        let bank = house.bank("known", Action::None).await;
        house.add(&bank, pdq(1)).await;
        house.desk.check(&house.caller, item("a", Surface::Public), hashes(pdq(1))).await.unwrap();

        house.clock.advance(SignedDuration::from_hours(24 * 183 - 1));
        house.desk.sweep_once().await.unwrap();
        assert_eq!(matches_of(&house).await, 1);
        house.clock.advance(SignedDuration::from_hours(2));
        house.desk.sweep_once().await.unwrap();

        assert_eq!(matches_of(&house).await, 0);
    }
}
