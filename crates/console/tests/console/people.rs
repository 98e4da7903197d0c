//! People come, change and leave, by an administrator's forms.

use axum::http::StatusCode;
use jiff::SignedDuration;
use mamori_model::StaffRole;
use mamori_testkit::on_both_engines;
use mamori_testkit::records::Records;

use crate::house::{Answer, House, Person};

async fn boss(house: &House) -> Person {
    house.person("boss", &[StaffRole::Administrator]).await
}

async fn change(house: &House, boss: &Person, who: &Person, form: &[(&str, &str)]) -> Answer {
    house.post_as(boss, &format!("/console/staff/{}", who.staff.id), form).await
}

on_both_engines! {
    async fn somebody_comes_by_a_link_that_is_shown_once(records: Records) {
        let house = House::open(records).await;
        let boss = boss(&house).await;
        let form = [
            ("name", "yuki"),
            ("shown", "Yuki <i>田中</i>"),
            ("language", "ja"),
            ("role", "reviewer"),
            ("role", "policy_editor"),
        ];

        let added = house.post_as(&boss, "/console/staff", &form).await;
        let taken = house.post_as(&boss, "/console/staff", &form).await;

        let link = added.page().split("value=\"http://localhost:8080").nth(1).unwrap();
        let link = link.split('"').next().unwrap();
        assert!(link.starts_with("/console/welcome/mt_"), "{link}");
        let welcome = house.get(link).await;
        assert!(welcome.page().contains("yuki"), "{welcome:?}");
        assert_eq!(taken.status, StatusCode::CONFLICT);
        let list = house.get_as(&boss, "/console/staff").await;
        assert!(list.page().contains("Yuki &lt;i&gt;田中&lt;/i&gt;"), "{list:?}");
        assert!(list.text.contains("Added: Reviewer, Policy editor"), "{list:?}");
        assert!(!list.text.contains("mt_"), "the link is nowhere else");
    }

    async fn roles_hold_at_once_and_those_that_clash_are_refused(records: Records) {
        let house = House::open(records).await;
        let (boss, rei) = (boss(&house).await, house.reviewer("rei").await);
        assert_eq!(house.get_as(&rei, "/console/queue").await.status, StatusCode::OK);

        let clash = [("what", "roles"), ("role", "auditor"), ("role", "lead")];
        let clash = change(&house, &boss, &rei, &clash).await;
        let none = change(&house, &boss, &rei, &[("what", "roles")]).await;
        let auditor = [("what", "roles"), ("role", "auditor")];
        let changed = change(&house, &boss, &rei, &auditor).await;

        for refused in [clash, none] {
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
            assert!(refused.text.contains("These roles cannot be combined"), "{refused:?}");
        }
        let page = house.get_as(&boss, &changed.to()).await;
        assert!(page.page().contains("Saved."), "{page:?}");
        assert!(house.get_as(&rei, "/console/queue").await.to().starts_with("/console/sign-in"));
        let again = house.again(rei.staff.clone()).await;
        assert_eq!(house.get_as(&again, "/console/queue").await.status, StatusCode::NOT_FOUND);
    }

    async fn the_last_administrator_stays(records: Records) {
        let house = House::open(records).await;
        let boss = boss(&house).await;

        let left = change(&house, &boss, &boss, &[("what", "end")]).await;
        let lesser = [("what", "roles"), ("role", "lead")];
        let lesser = change(&house, &boss, &boss, &lesser).await;

        assert_eq!(left.status, StatusCode::CONFLICT);
        assert!(left.text.contains("<strong>This is the last administrator"), "{left:?}");
        assert_eq!(lesser.status, StatusCode::FORBIDDEN);
        assert!(lesser.text.contains("<strong>You cannot change your own roles"), "{lesser:?}");
        house.person("other", &[StaffRole::Administrator]).await;
        change(&house, &boss, &boss, &[("what", "end")]).await.to();
        assert!(house.get_as(&boss, "/console/staff").await.to().starts_with("/console/sign-in"));
    }

    async fn limits_are_set_and_what_somebody_has_seen_is_never_shown(records: Records) {
        let house = House::open(records).await;
        let (boss, rei) = (boss(&house).await, house.reviewer("rei").await);
        let audi = house.person("audi", &[StaffRole::Auditor]).await;
        let page = format!("/console/staff/{}", rei.staff.id);

        let dose = [("what", "dose"), ("looks", "40"), ("minutes", ""), ("points", "99")];
        change(&house, &boss, &rei, &dose).await.to();
        let zero = [("what", "dose"), ("looks", "0")];
        let zero = change(&house, &boss, &rei, &zero).await;

        assert_eq!(zero.status, StatusCode::UNPROCESSABLE_ENTITY);
        let read = house.get_as(&audi, &page).await;
        assert!(read.page().contains("<dd>40</dd>") && read.text.contains("<dd>99</dd>"), "{read:?}");
        assert!(!read.text.contains("action=\"/console/staff"), "an auditor changes nothing");
        assert!(!read.text.contains("<meter"), "{read:?}");
        let nobody = house.get_as(&boss, "/console/staff/staff_00000000000000000000000000000000");
        assert_eq!(nobody.await.status, StatusCode::NOT_FOUND);
    }

    async fn whoever_lost_their_way_in_gets_another_link(records: Records) {
        let house = House::open(records).await;
        let (boss, rei) = (boss(&house).await, house.reviewer("rei").await);

        let first = change(&house, &boss, &rei, &[("what", "ticket")]).await;
        let second = change(&house, &boss, &rei, &[("what", "ticket")]).await;

        let link = |answer: &Answer| {
            let link = answer.page().split("value=\"http://localhost:8080").nth(1).unwrap();
            link.split('"').next().unwrap().to_owned()
        };
        let welcome = house.get(&link(&second)).await;
        assert!(welcome.page().contains("name=\"password\""), "{welcome:?}");
        let stale = house.get(&link(&first)).await;
        assert!(!stale.page().contains("name=\"password\""), "the one before works no more");
    }

    async fn changing_people_asks_again_who_is_there(records: Records) {
        let house = House::open(records).await;
        let (boss, rei) = (boss(&house).await, house.reviewer("rei").await);
        house.clock.advance(SignedDuration::from_mins(15));
        let path = format!("/console/staff/{}", rei.staff.id);

        let page = house.get_as(&boss, &path).await;
        let end = change(&house, &boss, &rei, &[("what", "end")]).await;

        assert!(page.page().contains("href=\"/console/prove?on=%2Fconsole%2Fstaff%2Fstaff_"));
        assert!(!page.text.contains("value=\"end\""), "{page:?}");
        assert_eq!(end.status, StatusCode::FORBIDDEN);
        assert!(end.text.contains("href=\"/console/prove?on=%2Fconsole%2Fstaff%2Fstaff_"), "{end:?}");
        let list = house.get_as(&boss, "/console/staff").await;
        assert!(!list.page().contains("name=\"shown\""), "{list:?}");
        house.get_as(&rei, "/console/queue").await.page();
    }

    async fn a_proof_that_grows_old_while_somebody_types_loses_no_words(records: Records) {
        let house = House::open(records).await;
        let (boss, rei) = (boss(&house).await, house.reviewer("rei").await);
        house.clock.advance(SignedDuration::from_mins(15));
        let form = [
            ("name", "yuki"),
            ("shown", "Yuki <i>"),
            ("language", "ja"),
            ("role", "reviewer"),
            ("role", "policy_editor"),
        ];

        let added = house.post_as(&boss, "/console/staff", &form).await;
        let dose = [("what", "dose"), ("looks", "40"), ("minutes", ""), ("points", "99")];
        let dosed = change(&house, &boss, &rei, &dose).await;
        let roles = change(&house, &boss, &rei, &[("what", "roles"), ("role", "lead")]).await;

        for page in [&added, &dosed, &roles] {
            assert_eq!(page.status, StatusCode::FORBIDDEN);
            assert!(page.text.contains("<strong>Confirm your identity"), "{page:?}");
            let beside = "target=\"_blank\" rel=\"noopener\">Confirm your identity</a>";
            assert!(page.text.contains(beside), "{page:?}");
        }
        for kept in [
            "name=\"name\" value=\"yuki\"",
            "name=\"shown\" value=\"Yuki &#60;i&#62;\"",
            "value=\"ja\" lang=\"ja\" selected",
            "value=\"reviewer\" checked",
            "value=\"policy_editor\" checked",
        ] {
            assert!(added.text.contains(kept), "{kept}: {added:?}");
        }
        assert!(!added.text.contains("value=\"lead\" checked"), "{added:?}");
        assert!(dosed.text.contains("value=\"40\"") && dosed.text.contains("value=\"99\""), "{dosed:?}");
        assert!(roles.text.contains("value=\"lead\" checked"), "{roles:?}");
        assert!(!roles.text.contains("value=\"reviewer\" checked"), "{roles:?}");
        let list = house.get_as(&boss, "/console/staff").await;
        assert!(!list.page().contains("yuki"), "nothing was done: {list:?}");
    }

    async fn a_name_that_is_taken_loses_no_words(records: Records) {
        let house = House::open(records).await;
        let boss = boss(&house).await;
        house.reviewer("rei").await;
        let form = [("name", "rei"), ("shown", "Another Rei"), ("language", "en"), ("role", "lead")];

        let taken = house.post_as(&boss, "/console/staff", &form).await;

        assert_eq!(taken.status, StatusCode::CONFLICT);
        assert!(taken.text.contains("value=\"Another Rei\""), "{taken:?}");
    }
}
