//! Staff accounts, their sign-in links, challenges, sessions and events.

use mamori_model::sign_in::{Ceremony, Session, SignInLink, SignInLinkKind};
use mamori_model::staff::{
    BlurStrength, Language, OwnLimits, PictureSettings, Preferences, RoleSet, Scheme, Staff,
    StaffRole, ViewMode,
};
use mamori_model::{Sensitive, Sha256, StaffId};
use mamori_store::{Error, Store};
use mamori_testkit::database::TestDatabase;
use mamori_testkit::on_both_engines;

use crate::given::{at, id, open, size};

fn digest(number: u8) -> Sha256 {
    Sha256::from([number; 32])
}

fn person(number: u128, name: &str, role: StaffRole) -> Staff {
    Staff {
        id: id(number),
        name: name.parse().unwrap(),
        display_name: "Somebody 守".parse().unwrap(),
        roles: RoleSet::new([role], false).unwrap(),
        assignment: mamori_model::Assignment::EVERYTHING,
        language: Language::Japanese,
        scheme: Scheme::Dark,
        view: ViewMode::Text,
        has_keys: false,
        pictures: PictureSettings::default(),
        zone: Some("Asia/Tokyo".parse().unwrap()),
        exposure_limits: OwnLimits { views: Some(9), minutes: None, points: Some(0) },
        created_at: at(0),
        method_added_at: None,
        ended_at: None,
    }
}

async fn stored(store: &Store, staff: &Staff) -> StaffId {
    let mut tx = store.begin("test").await.unwrap();
    tx.insert_staff(staff).await.unwrap();
    tx.commit().await.unwrap();
    staff.id
}

fn session(number: u8, staff: StaffId) -> Session {
    Session {
        id: id(u128::from(number)),
        staff,
        family: digest(number),
        digest: digest(number),
        digest_before: None,
        csrf: Sensitive::new([number; 32]),
        proved_at: at(0),
        rotated_at: at(0),
        confirmed_at: None,
        seen_at: at(0),
        expires_at: at(100),
    }
}

on_both_engines! {
    async fn accounts_read_back_and_deactivation_frees_the_name(records: TestDatabase) {
        let store = open(&records).await;
        let ada = person(1, "ada", StaffRole::Reviewer);
        stored(&store, &ada).await;
        let mut tx = store.begin("test").await.unwrap();
        let taken = tx.insert_staff(&person(2, "ada", StaffRole::Lead)).await;
        assert!(matches!(taken, Err(Error::Conflict("name"))));
        drop(tx);
        assert_eq!(store.staff_by_name(&ada.name).await.unwrap(), Some(ada.clone()));

        let mut tx = store.begin("test").await.unwrap();
        assert!(tx.end_staff(ada.id, at(5)).await.unwrap());
        assert!(!tx.end_staff(ada.id, at(6)).await.unwrap());
        tx.commit().await.unwrap();

        assert_eq!(store.staff_by_name(&ada.name).await.unwrap(), None);
        let ended = Staff { ended_at: Some(at(5)), ..ada.clone() };
        assert_eq!(store.staff(ada.id).await.unwrap(), Some(ended.clone()));
        let other = person(2, "ada", StaffRole::Lead);
        stored(&store, &other).await;
        assert_eq!(store.staff_page(None, size(9)).await.unwrap().rows, [ended, other]);
        assert_eq!(store.count_staff().await.unwrap(), 1);
    }

    async fn roles_limits_and_preferences_change_until_deactivation(records: TestDatabase) {
        let store = open(&records).await;
        let ada = stored(&store, &person(1, "ada", StaffRole::Reviewer)).await;
        let roles = RoleSet::new([StaffRole::Lead, StaffRole::PolicyEditor], false).unwrap();

        let mut tx = store.begin("test").await.unwrap();
        assert!(tx.set_roles(ada, &roles).await.unwrap());
        assert!(tx.set_exposure_limits(ada, OwnLimits { minutes: Some(3), ..OwnLimits::default() }).await.unwrap());
        let pictures = PictureSettings { blur: BlurStrength::Strong, ..PictureSettings::default() };
        let preferences = Preferences {
            language: Language::Italian,
            scheme: Scheme::Light,
            view: ViewMode::Toggle,
            has_keys: true,
            pictures,
            zone: None,
        };
        assert!(tx.set_preferences(ada, &preferences).await.unwrap());
        tx.commit().await.unwrap();

        let changed = store.staff(ada).await.unwrap().unwrap();
        assert_eq!(changed.roles, roles);
        assert_eq!((changed.exposure_limits.views, changed.exposure_limits.minutes), (None, Some(3)));
        assert_eq!((changed.language, changed.scheme), (Language::Italian, Scheme::Light));
        assert_eq!((changed.view, changed.has_keys), (ViewMode::Toggle, true));
        assert_eq!((changed.pictures, changed.zone), (pictures, None));
        let mut tx = store.begin("test").await.unwrap();
        tx.end_staff(ada, at(1)).await.unwrap();
        assert!(!tx.set_roles(ada, &roles).await.unwrap());
        assert!(!tx.set_exposure_limits(ada, OwnLimits::default()).await.unwrap());
        assert!(!tx.set_preferences(ada, &preferences).await.unwrap());
    }

    async fn administrators_are_counted_with_the_transactions_own_changes(records: TestDatabase) {
        let store = open(&records).await;
        stored(&store, &person(1, "ada", StaffRole::Administrator)).await;
        let bob = stored(&store, &person(2, "bob", StaffRole::Administrator)).await;
        stored(&store, &person(3, "cho", StaffRole::Lead)).await;

        let mut tx = store.begin("test").await.unwrap();
        assert_eq!(tx.lock_and_count_administrators().await.unwrap(), 2);
        tx.end_staff(bob, at(1)).await.unwrap();
        assert_eq!(tx.lock_and_count_administrators().await.unwrap(), 1);
    }

    async fn a_link_is_taken_once_in_time_and_for_its_kind(records: TestDatabase) {
        let store = open(&records).await;
        let ada = stored(&store, &person(1, "ada", StaffRole::Lead)).await;
        let link = |number: u8, staff| SignInLink {
            id: id(u128::from(number)),
            staff,
            kind: SignInLinkKind::SignIn,
            digest: digest(number),
            expires_at: at(10),
        };
        let mut tx = store.begin("test").await.unwrap();
        tx.insert_sign_in_link(&link(1, ada)).await.unwrap();
        tx.insert_sign_in_link(&link(2, ada)).await.unwrap();
        assert!(matches!(tx.insert_sign_in_link(&link(3, id(9))).await, Err(Error::NotFound("staff"))));
        tx.commit().await.unwrap();

        assert_eq!(store.sign_in_link(&digest(1), at(9)).await.unwrap(), Some(link(1, ada)));
        assert_eq!(store.sign_in_link(&digest(1), at(10)).await.unwrap(), None);
        let mut tx = store.begin("test").await.unwrap();
        let sign_in = SignInLinkKind::SignIn;
        assert_eq!(tx.take_sign_in_link(&digest(1), SignInLinkKind::Enroll, at(9)).await.unwrap(), None);
        assert_eq!(tx.take_sign_in_link(&digest(1), sign_in, at(10)).await.unwrap(), None);
        assert_eq!(tx.take_sign_in_link(&digest(1), sign_in, at(9)).await.unwrap(), Some(link(1, ada)));
        assert_eq!(tx.take_sign_in_link(&digest(1), sign_in, at(9)).await.unwrap(), None);
        assert_eq!(tx.delete_sign_in_links_of(ada).await.unwrap(), 1);
    }

    async fn a_new_challenge_removes_only_the_same_persons_oldest(records: TestDatabase) {
        let store = open(&records).await;
        let ada = stored(&store, &person(1, "ada", StaffRole::Lead)).await;
        let bob = stored(&store, &person(2, "bob", StaffRole::Lead)).await;
        let ceremony = |number: u128, staff| Ceremony {
            id: id(number),
            staff,
            state: Sensitive::new(format!("state {number}")),
            expires_at: at(10),
        };
        let mut tx = store.begin("test").await.unwrap();
        for (number, staff) in [(1, bob), (2, ada), (3, ada), (4, ada)] {
            tx.insert_ceremony(&ceremony(number, staff), 2).await.unwrap();
        }

        assert_eq!(tx.take_ceremony(id(2), at(9)).await.unwrap(), None, "the oldest of three");
        assert_eq!(tx.take_ceremony(id(1), at(9)).await.unwrap(), Some(ceremony(1, bob)));
        assert_eq!(tx.take_ceremony(id(3), at(10)).await.unwrap(), None, "too late");
        assert_eq!(tx.take_ceremony(id(4), at(9)).await.unwrap(), Some(ceremony(4, ada)));
        assert_eq!(tx.take_ceremony(id(4), at(9)).await.unwrap(), None, "once");
    }

    async fn a_sign_in_challenge_is_answered_once(records: TestDatabase) {
        let store = open(&records).await;
        let mut tx = store.begin("test").await.unwrap();

        assert!(tx.answer_ceremony(id(1), at(10)).await.unwrap());
        assert!(!tx.answer_ceremony(id(1), at(20)).await.unwrap());
        assert!(tx.answer_ceremony(id(2), at(10)).await.unwrap());
        assert_eq!(tx.delete_expired(at(10), 9).await.unwrap(), 0);
        assert_eq!(tx.delete_expired(at(11), 9).await.unwrap(), 2);
    }

    async fn a_session_is_found_by_its_family_and_its_cookie_changes_once_at_a_time(records: TestDatabase) {
        let store = open(&records).await;
        let ada = stored(&store, &person(1, "ada", StaffRole::Lead)).await;
        let first = session(1, ada);
        let mut tx = store.begin("test").await.unwrap();
        tx.insert_session(&first).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(store.session(&digest(1)).await.unwrap(), Some(first.clone()));

        let mut tx = store.begin("test").await.unwrap();
        assert!(tx.renew_session(&first, &digest(1), &digest(2), at(20)).await.unwrap());
        assert!(!tx.renew_session(&first, &digest(1), &digest(3), at(20)).await.unwrap());
        tx.touch_session(first.id, at(21)).await.unwrap();
        tx.commit().await.unwrap();

        let renewed = store.session(&digest(1)).await.unwrap().unwrap();
        assert_eq!(store.session(&digest(2)).await.unwrap(), None, "a cookie is not a family");
        assert_eq!(renewed.digest, digest(2));
        assert_eq!(renewed.digest_before, Some(digest(1)));
        assert_eq!((renewed.rotated_at, renewed.seen_at), (at(20), at(21)));
        let mut tx = store.begin("test").await.unwrap();
        tx.confirm_session(first.id, &digest(2), at(22)).await.unwrap();
        tx.confirm_session(first.id, &digest(2), at(23)).await.unwrap();
        tx.commit().await.unwrap();
        let confirmed = store.session(&digest(1)).await.unwrap().unwrap();
        assert_eq!((confirmed.confirmed_at, confirmed.proved_at), (Some(at(22)), at(0)));
        let mut tx = store.begin("test").await.unwrap();
        assert!(!tx.prove_session(first.id, &digest(1), &digest(4), at(24)).await.unwrap());
        assert!(tx.prove_session(first.id, &digest(2), &digest(4), at(24)).await.unwrap());
        assert!(!tx.prove_session(first.id, &digest(2), &digest(5), at(24)).await.unwrap());
        tx.commit().await.unwrap();
        let proved = store.session(&digest(1)).await.unwrap().unwrap();
        assert_eq!((proved.digest, proved.digest_before), (digest(4), None));
        assert_eq!((proved.confirmed_at, proved.proved_at), (None, at(24)));
        assert_eq!(proved.rotated_at, at(24));
    }

    async fn sessions_end_alone_or_together(records: TestDatabase) {
        let store = open(&records).await;
        let ada = stored(&store, &person(1, "ada", StaffRole::Lead)).await;
        let bob = stored(&store, &person(2, "bob", StaffRole::Lead)).await;
        let mut tx = store.begin("test").await.unwrap();
        for (number, staff) in [(1, ada), (2, ada), (3, ada), (4, bob)] {
            tx.insert_session(&session(number, staff)).await.unwrap();
        }

        assert!(tx.end_session(id(1)).await.unwrap());
        assert!(!tx.end_session(id(1)).await.unwrap());
        assert_eq!(tx.end_other_sessions(ada, id(2)).await.unwrap(), 1);
        assert_eq!(tx.end_sessions_of(ada).await.unwrap(), 1);
        tx.end_staff(bob, at(1)).await.unwrap();
        assert!(matches!(tx.insert_session(&session(5, bob)).await, Err(Error::NotFound("staff"))));
    }
}
